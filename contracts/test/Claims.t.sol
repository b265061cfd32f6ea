// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Assent, Consent, IConsents} from "../interfaces/IConsents.sol";
import {Custody} from "../interfaces/IIdentityRegistry.sol";
import {
    Alone,
    Axis,
    Claim,
    Estate,
    EstateAmendment,
    EstateStatus,
    IRightsRegistry,
    Ownership,
    Scope
} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Estates} from "./Estates.sol";

/// @notice What is claimed, by whom, and what was entered wrongly.
contract ClaimsTest is Estates {
    function test_a_claim_makes_an_estate_of_its_owners() public {
        Claim memory claim_ = _claimOf(_everything(), _of(ben, 1, cleo, 2));
        bytes32 intent = rights.claimDigest(claim_);
        vm.recordLogs();
        uint256 id = _claimed(claim_);
        assertEq(id, uint256(keccak256(abi.encode(intent, uint256(0)))));
        Estate memory estate = rights.estate(id);
        assertEq(uint8(estate.status), uint8(EstateStatus.Live));
        assertEq(abi.encode(estate.scope), abi.encode(_everything()));
        assertEq(estate.ownership, keccak256(abi.encode(claim_.ownership.owners, claim_.ownership.parts)));
        assertEq(abi.encode(estate.alone), abi.encode(Alone(365, 2)));
        assertEq(estate.revision, 1);
        (address[] memory owners, uint32[] memory parts) = rights.coOwners(id);
        assertEq(abi.encode(owners, parts), abi.encode(claim_.ownership.owners, claim_.ownership.parts));
        assertEq(rights.ownerOf(id), address(rights));
        assertEq(rights.claimedOn(id), TODAY);
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1]) = (_estateSubject(id), _rightsSubject(novel));
        (subjects[2], subjects[3], subjects[4]) = (_party(museum), _party(ben), _party(cleo));
        // Own keys all: 1 in each four bits.
        bytes memory data =
            abi.encode(id, novel, _everything(), Alone(365, 2), uint32(0), intent, uint256(0x111), owners, parts);
        _assertTold(IRightsRegistry.EstateClaimed.selector, rights.estateStateOf(id), subjects, data);
        assertEq(rights.estateStateOf(id), keccak256(abi.encode(id, estate)));
        assertEq(rights.workRights(novel).claims, 1);
    }

    function test_a_sole_owner_has_the_token_and_is_named_once() public {
        vm.recordLogs();
        uint256 id = _estate(museum);
        assertEq(_told().subjects.length, 3);
        assertEq(rights.ownerOf(id), museum);
        assertEq(rights.balanceOf(museum), 1);
        bytes32 manifest = keccak256(abi.encode("manifest", bytes32("novel")));
        string memory hash = vm.toString(manifest);
        assertEq(rights.tokenURI(id), string.concat("ipfs://f01551220", _without0x(hash)));
    }

    function test_only_a_work_that_stands_is_claimed() public {
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        claim_.workId = "unknown";
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.WorkUnknown.selector, bytes32("unknown")));
        claim_.workId = _work(WorkKind.Publication, "poem");
        vm.prank(museum);
        works.withdraw(claim_.workId, "mistake");
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.WorkGone.selector, claim_.workId));
        claim_.workId = novel;
        _claimed(claim_);
    }

    function test_a_box_has_some_of_everything() public {
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.rights = 0;
        _refusesScope(claim_, "rights");
        claim_.scope.rights = 1 << 13;
        _refusesScope(claim_, "rights");
        claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.territories = 0;
        _refusesScope(claim_, "territories");
        claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.languages = 0;
        _refusesScope(claim_, "languages");
        claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.media = 0;
        _refusesScope(claim_, "media");
        claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.from = claim_.scope.until;
        _refusesScope(claim_, "until");
        claim_.scope = Scope(1, 1, 1, 1, 0, 1);
        _claimed(claim_);
    }

    function test_owners_are_one_to_fifty_each_once_and_with_something() public {
        Claim memory claim_ = _claimOf(_everything(), Ownership(new address[](0), new uint32[](0)));
        _refusesOwnership(claim_, "owners");
        claim_.ownership = _of(ben, 1, ben, 1);
        _refusesOwnership(claim_, "owners");
        claim_.ownership = _of(ben, 1, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.OwnershipMalformed.selector, "owners"));
        rights.claim(claim_, new Consent[](0));
        claim_.ownership = _of(ben, 1, cleo, 0);
        _refusesOwnership(claim_, "parts");
        claim_.ownership.parts = new uint32[](3);
        _refusesOwnership(claim_, "parts");
        claim_.ownership = _many(51);
        _refusesOwnership(claim_, "owners");
        claim_.ownership = _many(50);
        assertEq(_ownersOf(_claimed(claim_)).length, 50);
    }

    function test_claims_to_a_work_are_disjoint() public {
        Scope memory scope = _everything();
        scope.until = TODAY + 100;
        uint256 first = _claimed(_claimOf(scope, _of(museum)));
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.from = TODAY + 99;
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.ClaimOverlaps.selector, novel, first));
        claim_.scope.from = TODAY + 100;
        _claimed(claim_);
        // What was divided is claimed as it was.
        _split(_splitOf(first, Axis.Time, _cuts(TODAY + 50)));
        claim_.scope = scope;
        claim_.scope.from = TODAY + 60;
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.ClaimOverlaps.selector, novel, first));
        // Another work has rights of its own.
        claim_.workId = _work(WorkKind.Publication, "poem");
        _claimed(claim_);
    }

    function test_a_work_is_claimed_sixty_four_times_at_most() public {
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        for (uint32 i = 0; i < 64; ++i) {
            (claim_.scope.from, claim_.scope.until) = (TODAY + i, TODAY + i + 1);
            _claimed(claim_);
        }
        (claim_.scope.from, claim_.scope.until) = (TODAY + 64, TODAY + 65);
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.ClaimsReached.selector, novel, 64));
    }

    function test_the_registrant_and_every_owner_agree_in_order() public {
        Claim memory claim_ = _claimOf(_everything(), _of(ben, 1, cleo, 1));
        bytes32 digest = rights.claimDigest(claim_);
        Consent[] memory given = _agreed(digest, _parties(museum, ben));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 2, cleo));
        rights.claim(claim_, given);
        given = _agreed(digest, _parties(ben, cleo, museum));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 0, museum));
        rights.claim(claim_, given);
        given = _agreed(digest, _parties(museum, ben, cleo));
        rights.claim(claim_, given);
    }

    function test_the_backlog_is_open_for_a_year_at_most() public {
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        (claim_.scope.until, claim_.backlogUntil) = (TODAY + 10, TODAY + 367);
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.BacklogTooLong.selector, TODAY + 367, TODAY + 366));
        claim_.backlogUntil = TODAY + 366;
        _claimed(claim_);
        assertEq(rights.workRights(novel).backlogUntil, TODAY + 366);
        // Another claim does not shorten it.
        (claim_.scope.from, claim_.scope.until, claim_.backlogUntil) = (TODAY + 10, TODAY + 20, TODAY + 1);
        _claimed(claim_);
        assertEq(rights.workRights(novel).backlogUntil, TODAY + 366);
    }

    function test_the_first_claim_says_how_long_the_backlog_is_open_and_no_later_one_more() public {
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        (claim_.scope.until, claim_.backlogUntil) = (TODAY + 10, TODAY + 20);
        _claimed(claim_);
        (claim_.scope.from, claim_.scope.until, claim_.backlogUntil) = (TODAY + 10, TODAY + 20, TODAY + 21);
        bytes memory longer = abi.encodeWithSelector(IRightsRegistry.BacklogTooLong.selector, TODAY + 21, TODAY + 20);
        _refuses(claim_, longer);
        // Nor when it is over.
        vm.warp(vm.getBlockTimestamp() + 100 days);
        (claim_.deadline, claim_.backlogUntil) = (uint64(vm.getBlockTimestamp() + 1 days), TODAY + 300);
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.BacklogTooLong.selector, TODAY + 300, TODAY + 20));
        claim_.backlogUntil = TODAY + 20;
        _claimed(claim_);
        assertEq(rights.workRights(novel).backlogUntil, TODAY + 20);
    }

    function test_a_work_whose_first_claim_opened_no_backlog_has_none() public {
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.until = TODAY + 10;
        _claimed(claim_);
        (claim_.scope.from, claim_.scope.until, claim_.backlogUntil) = (TODAY + 10, TODAY + 20, TODAY + 1);
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.BacklogTooLong.selector, TODAY + 1, 0));
        claim_.backlogUntil = 0;
        _claimed(claim_);
    }

    function test_the_same_claim_makes_no_second_estate() public {
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.until = TODAY + 10;
        uint256 id = _claimed(claim_);
        bytes memory overlaps = abi.encodeWithSelector(IRightsRegistry.ClaimOverlaps.selector, novel, id);
        _refuses(claim_, overlaps);
        // Nor where it lies elsewhere meanwhile.
        Scope memory later = _everything();
        later.from = TODAY + 10;
        _amend(_amendmentOf(id, later));
        _refuses(claim_, overlaps);
        claim_.deadline += 1;
        _claimed(claim_);
    }

    // What was entered wrongly

    function test_a_claim_that_was_entered_wrongly_is_amended() public {
        uint256 id = _estate(ben);
        Scope memory scope = _everything();
        scope.rights = 1;
        EstateAmendment memory amendment = _amendmentOf(id, scope);
        bytes32 intent = rights.amendmentDigest(amendment);
        vm.recordLogs();
        _amend(amendment);
        bytes32[] memory subjects = new bytes32[](4);
        (subjects[0], subjects[1]) = (_estateSubject(id), _rightsSubject(novel));
        (subjects[2], subjects[3]) = (_party(museum), _party(ben));
        bytes memory data = abi.encode(id, scope, intent, uint256(0x11), "typing error");
        _assertTold(IRightsRegistry.EstateAmended.selector, rights.estateStateOf(id), subjects, data);
        assertEq(rights.estate(id).revision, 2);
        assertEq(abi.encode(rights.estate(id).scope), abi.encode(scope));
        // What it no longer has can be claimed, what it has now cannot.
        Claim memory claim_ = _claimOf(_everything(), _of(museum));
        claim_.scope.rights = 1;
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.ClaimOverlaps.selector, novel, id));
        claim_.scope.rights = Codes.RIGHTS & ~uint16(1);
        uint256 other = _claimed(claim_);
        amendment = _amendmentOf(id, _everything());
        _refusesAmendment(amendment, abi.encodeWithSelector(IRightsRegistry.ClaimOverlaps.selector, novel, other));
        scope.until = TODAY + 1;
        _amend(_amendmentOf(id, scope));
    }

    function test_an_amendment_has_a_reason_and_a_box() public {
        EstateAmendment memory amendment = _amendmentOf(_estate(ben), _everything());
        amendment.reason = "";
        _refusesAmendment(amendment, abi.encodeWithSelector(IRightsRegistry.ReasonMissing.selector));
        amendment.reason = "typing error";
        amendment.scope.media = 0;
        _refusesAmendment(amendment, abi.encodeWithSelector(IRightsRegistry.ScopeMalformed.selector, "media"));
        amendment.scope.media = 1;
        _amend(amendment);
    }

    function test_what_was_divided_or_granted_of_is_not_amended() public {
        uint256 id = _estate(ben);
        uint256[] memory parts = _split(_splitOf(id, Axis.Time, _cuts(TODAY + 50)));
        Scope memory scope = rights.estate(parts[0]).scope;
        EstateAmendment memory amendment = _amendmentOf(id, scope);
        bytes memory gone = abi.encodeWithSelector(IRightsRegistry.EstateGone.selector, id, EstateStatus.Split);
        _refusesAmendment(amendment, gone);
        amendment = _amendmentOf(parts[0], scope);
        _refusesAmendment(amendment, abi.encodeWithSelector(IRightsRegistry.AmendmentTooLate.selector, parts[0]));
        uint256 merged = _merge(_mergeOf(parts, Axis.Time));
        amendment = _amendmentOf(merged, _everything());
        _refusesAmendment(amendment, abi.encodeWithSelector(IRightsRegistry.AmendmentTooLate.selector, merged));
        Claim memory claim_ = _claimOf(_everything(), _of(ben));
        claim_.workId = _work(WorkKind.Publication, "poem");
        id = _claimed(claim_);
        vm.prank(grantsAt);
        rights.touch(id, 1);
        amendment = _amendmentOf(id, scope);
        _refusesAmendment(amendment, abi.encodeWithSelector(IRightsRegistry.AmendmentTooLate.selector, id));
    }

    function test_whoever_acquired_an_estate_makes_it_no_more_without_the_registrant() public {
        Scope memory japanese = _everything();
        japanese.languages = 1;
        uint256 id = _claimed(_claimOf(japanese, _of(museum)));
        _assign(_assignmentOf(id, _of(ben)), _parties(museum, ben));
        EstateAmendment memory amendment = _amendmentOf(id, _everything());
        bytes32 digest = rights.amendmentDigest(amendment);
        Consent[] memory given = _agreed(digest, _parties(ben));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 0, museum));
        rights.amend(amendment, given);
        given = _agreed(digest, _parties(museum, ben));
        given[0].signature = given[1].signature;
        vm.expectRevert(abi.encodeWithSelector(IConsents.SignatureInvalid.selector, museum));
        rights.amend(amendment, given);
        // What it would have taken is still the registrant's to claim.
        Claim memory rest = _claimOf(_everything(), _of(museum));
        rest.scope.languages = ~uint128(1);
        _claimed(rest);
    }

    function test_whoever_was_an_owner_from_the_start_makes_it_no_more_without_the_registrant() public {
        Scope memory japanese = _everything();
        japanese.languages = 1;
        EstateAmendment memory amendment = _amendmentOf(_claimed(_claimOf(japanese, _of(ben))), _everything());
        Consent[] memory given = _agreed(rights.amendmentDigest(amendment), _parties(ben));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 0, museum));
        rights.amend(amendment, given);
        _amend(amendment);
    }

    function test_a_claim_of_a_work_that_was_withdrawn_is_not_amended() public {
        uint256 id = _estate(ben);
        vm.prank(museum);
        works.withdraw(novel, "entered twice");
        Scope memory scope = _everything();
        scope.until = TODAY + 1;
        _refusesAmendment(_amendmentOf(id, scope), abi.encodeWithSelector(IRightsRegistry.WorkGone.selector, novel));
    }

    function test_what_was_assigned_as_a_whole_is_still_amended() public {
        uint256 id = _estate(ben);
        _assign(_assignmentOf(id, _of(cleo)), _parties(ben, cleo));
        Scope memory scope = _everything();
        scope.until = TODAY + 1;
        _amend(_amendmentOf(id, scope));
        assertEq(rights.estate(id).scope.until, TODAY + 1);
    }

    /// forge-config: default.fuzz.runs = 500
    function testFuzz_AClaimIsOfItsOwnersAlone(address sender) public {
        vm.assume(sender != museum && sender != ben);
        Claim memory claim_ = _claimOf(_everything(), _of(ben));
        Consent[] memory given = _agreed(rights.claimDigest(claim_), _parties(museum, ben));
        given[1].signature = "";
        vm.prank(sender);
        vm.expectRevert(abi.encodeWithSelector(IConsents.SignatureInvalid.selector, ben));
        rights.claim(claim_, given);
    }

    function _many(uint256 number) private returns (Ownership memory ownership) {
        ownership = Ownership(new address[](number), new uint32[](number));
        for (uint256 i = 0; i < number; ++i) {
            ownership.owners[i] = _person(string.concat("author ", vm.toString(number * 100 + i)), Custody.Kept);
            ownership.parts[i] = uint32(i + 1);
        }
    }

    function _refusesScope(Claim memory claim_, string memory field) private {
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.ScopeMalformed.selector, field));
    }

    function _refusesOwnership(Claim memory claim_, string memory field) private {
        _refuses(claim_, abi.encodeWithSelector(IRightsRegistry.OwnershipMalformed.selector, field));
    }

    function _refuses(Claim memory claim_, bytes memory reason) private {
        Consent[] memory given = _agreed(rights.claimDigest(claim_), _claimants(claim_.ownership.owners));
        vm.expectRevert(reason);
        rights.claim(claim_, given);
    }

    function _refusesAmendment(EstateAmendment memory amendment, bytes memory reason) private {
        address[] memory parties = _claimants(_ownersOf(amendment.estateId));
        Consent[] memory given = _agreed(rights.amendmentDigest(amendment), parties);
        vm.expectRevert(reason);
        rights.amend(amendment, given);
    }

    function _without0x(string memory text) private pure returns (string memory) {
        bytes memory long = bytes(text);
        bytes memory short = new bytes(long.length - 2);
        for (uint256 i = 0; i < short.length; ++i) {
            short[i] = long[i + 2];
        }
        return string(short);
    }
}
