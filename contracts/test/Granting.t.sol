// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent, IConsents} from "../interfaces/IConsents.sol";
import {Grant, GrantKind, GrantStatus, IGrants, Offer} from "../interfaces/IGrants.sol";
import {Alone, Axis, Claim, EstateStatus, IRightsRegistry, Ownership, Scope} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Offers} from "./Offers.sol";

/// @notice Grants of estates: what is offered, by whom, and what shuts it out.
contract GrantingTest is Offers {
    uint256 private estateId;

    function setUp() public override {
        super.setUp();
        estateId = _estate(ann);
    }

    function test_a_grant_is_recorded_with_everything_that_was_agreed() public {
        Offer memory offer = _offer(estateId, ben, GrantKind.Exclusive, _only(TRANSLATION, JAPAN));
        (offer.noticeDays, offer.conditions, offer.agreementCid) = (90, "conditions", "cid");
        bytes32 grantId = grants.offerDigest(offer);
        vm.recordLogs();
        assertEq(_grant(offer), grantId);
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1], subjects[2]) =
        (_grantSubject(grantId), _estateSubject(estateId), _rightsSubject(novel));
        (subjects[3], subjects[4]) = (_party(ann), _party(ben));
        // Ann's key is kept for her, Ben signs with his own.
        uint256 assents = 0x12;
        bytes memory data = bytes.concat(
            abi.encode(grantId, novel, estateId, bytes32(0), ben, GrantKind.Exclusive, true, offer.scope),
            abi.encode(uint16(90), bytes32("conditions"), bytes32("agreement"), bytes32("cid"), 0, 0, assents)
        );
        _assertTold(IGrants.Granted.selector, _grantState(grantId), subjects, data);
    }

    function test_a_grant_is_kept_as_it_was_offered() public {
        Offer memory offer = _offer(estateId, ben, GrantKind.Sole, _only(ADAPTATION, CHINA));
        (offer.noticeDays, offer.conditions) = (90, "conditions");
        bytes32 grantId = _grant(offer);
        Grant memory grant = grants.getGrant(grantId);
        assertEq(uint8(grant.status), uint8(GrantStatus.Live));
        assertEq(grant.workId, novel);
        assertEq(grant.estateId, estateId);
        assertEq(grant.parentId, 0);
        assertEq(grant.licensee, ben);
        assertEq(uint8(grant.kind), uint8(GrantKind.Sole));
        assertTrue(grant.sublicensable);
        assertEq(grant.revision, 1);
        assertEq(abi.encode(grant.scope), abi.encode(offer.scope));
        assertEq(
            abi.encode(grant.noticeDays, grant.conditions, grant.agreement),
            abi.encode(90, offer.conditions, offer.agreement)
        );
        assertEq(grants.liveUntil(grantId), offer.scope.until);
    }

    function test_a_grant_touches_its_estate() public {
        uint32 revision = rights.estate(estateId).revision;
        _grant(_offer(estateId, ben, GrantKind.NonExclusive, _all()));
        assertEq(rights.estate(estateId).revision, revision + 1);
    }

    function test_a_grant_is_of_an_estate_that_is_live_free_and_as_it_was_agreed_on() public {
        Offer memory offer = _offer(estateId, ben, GrantKind.Exclusive, _all());
        offer.revision += 1;
        _refuses(offer, abi.encodeWithSelector(IRightsRegistry.RevisionStale.selector, estateId, offer.revision, 1));
        offer.revision -= 1;
        uint256 snapshot = vm.snapshotState();
        bytes32 orderId = _holdEstate(estateId);
        uint64 until = rights.estate(estateId).heldUntil;
        _refuses(offer, abi.encodeWithSelector(IRightsRegistry.EstateUnderHold.selector, estateId, orderId, until));
        vm.warp(until);
        offer.deadline = until;
        grants.requireGrant(offer);
        vm.revertToState(snapshot);
        orderId = _holdRights();
        until = rights.workRights(novel).heldUntil;
        _refuses(offer, abi.encodeWithSelector(IRightsRegistry.RightsUnderHold.selector, novel, orderId, until));
        vm.revertToState(snapshot);
        _split(_splitOf(estateId, Axis.Rights, _halves(Codes.RIGHTS)));
        offer.revision += 1;
        _refuses(offer, abi.encodeWithSelector(IRightsRegistry.EstateGone.selector, estateId, EstateStatus.Split));
        offer.estateId = 1;
        _refuses(offer, abi.encodeWithSelector(IRightsRegistry.EstateUnknown.selector, 1));
    }

    function test_a_grant_lies_in_its_estate() public {
        uint256[] memory parts = _split(_splitOf(estateId, Axis.Rights, _halves(Codes.RIGHTS)));
        Offer memory offer = _offer(parts[1], ben, GrantKind.Exclusive, _all());
        _refuses(offer, abi.encodeWithSelector(IGrants.OutsideEstate.selector, parts[1]));
        offer.scope.rights = Codes.RIGHTS & ~uint16(1);
        offer.scope.from = TODAY - 1;
        _refuses(offer, abi.encodeWithSelector(IGrants.OutsideEstate.selector, parts[1]));
        offer.scope.from = TODAY;
        _accepts(offer);
    }

    function test_an_offer_names_what_it_grants() public {
        Offer memory offer = _offer(estateId, ben, GrantKind.Exclusive, _all());
        offer.scope.territories |= 1 << 249;
        _refusesScope(offer, "territories");
        offer.scope = _all();
        offer.scope.languages |= 1 << 64;
        _refusesScope(offer, "languages");
        offer.scope = _all();
        offer.scope.media |= 1 << 16;
        _refusesScope(offer, "media");
        offer.scope = _all();
        offer.scope.rights = 0;
        _refusesScope(offer, "rights");
        offer.scope = _all();
        offer.scope.from = offer.scope.until;
        _refusesScope(offer, "until");
        offer.scope = _all();
        offer.scope.until = Codes.NO_END;
        _accepts(offer);
    }

    function test_an_offer_is_whole() public {
        Offer memory offer = _offer(estateId, address(0), GrantKind.Exclusive, _all());
        keyOf[address(0)] = 1;
        _refusesField(offer, "licensee");
        offer.licensee = ben;
        offer.kind = 0;
        _refusesField(offer, "kind");
        offer.kind = 4;
        _refusesField(offer, "kind");
        offer.kind = 1;
        offer.agreement = 0;
        _refusesField(offer, "agreement");
        offer.agreement = "agreement";
        offer.agreementCid = 0;
        _refusesField(offer, "agreementCid");
        offer.agreementCid = "cid";
        offer.parentId = "parent";
        _refusesField(offer, "parentId");
        (offer.parentId, offer.estateId) = (0, 0);
        _refusesField(offer, "parentId");
        offer.estateId = estateId;
        _accepts(offer);
    }

    function test_nothing_is_granted_that_is_over() public {
        vm.warp(vm.getBlockTimestamp() + 10 days);
        Offer memory offer = _offer(estateId, ben, GrantKind.Exclusive, _all());
        (offer.scope.from, offer.scope.until) = (TODAY, TODAY + 10);
        _refusesField(offer, "until");
        offer.scope.until = TODAY + 11;
        _accepts(offer);
    }

    function test_an_offer_is_carried_out_once() public {
        Offer memory offer = _offer(estateId, ben, GrantKind.NonExclusive, _all());
        bytes32 grantId = _grant(offer);
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantKnown.selector, grantId));
        // Another one of the same words is agreed on another revision.
        offer.revision += 1;
        _accepts(offer);
    }

    // Clashes

    function test_exclusive_and_sole_grants_shut_out_every_other() public {
        for (uint8 first = 1; first <= 3; ++first) {
            for (uint8 second = 1; second <= 3; ++second) {
                uint256 snapshot = vm.snapshotState();
                bytes32 grantId =
                    _grant(_offer(estateId, ben, GrantKind(first), _only(TRANSLATION | ADAPTATION, JAPAN)));
                Offer memory offer = _offer(estateId, cleo, GrantKind(second), _only(TRANSLATION, JAPAN | CHINA));
                bool both = GrantKind(first) == GrantKind.NonExclusive && GrantKind(second) == GrantKind.NonExclusive;
                if (both) _accepts(offer);
                else _refuses(offer, abi.encodeWithSelector(IGrants.GrantClashes.selector, grantId));
                vm.revertToState(snapshot);
            }
        }
    }

    function test_grants_clash_only_where_they_overlap_in_everything() public {
        bytes32 grantId = _grant(_offer(estateId, ben, GrantKind.Exclusive, _part(1, 1, 1, 1, 10, 20)));
        _assertClash(grantId, _part(3, 3, 3, 3, 19, 30));
        _assertClash(grantId, _part(3, 3, 3, 3, 0, 11));
        _assertClash(0, _part(2, 3, 3, 3, 0, 30));
        _assertClash(0, _part(3, 2, 3, 3, 0, 30));
        _assertClash(0, _part(3, 3, 2, 3, 0, 30));
        _assertClash(0, _part(3, 3, 3, 2, 0, 30));
        _assertClash(0, _part(3, 3, 3, 3, 0, 10));
        _assertClash(0, _part(3, 3, 3, 3, 20, 30));
    }

    function test_what_ran_out_clashes_with_nothing() public {
        bytes32 grantId = _grant(_offer(estateId, ben, GrantKind.Exclusive, _part(1, 1, 1, 1, 0, 20)));
        Scope memory whole = _part(1, 1, 1, 1, 0, 30);
        vm.warp(vm.getBlockTimestamp() + 19 days);
        _assertClash(grantId, whole);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        // Its past days overlap still; from today on nothing does.
        _assertClash(0, whole);
        _grant(_offer(estateId, cleo, GrantKind.Exclusive, whole));
    }

    function test_grants_of_a_divided_estate_clash_across_its_parts() public {
        bytes32 grantId = _grant(_offer(estateId, ben, GrantKind.Exclusive, _only(TRANSLATION | ADAPTATION, JAPAN)));
        uint256[] memory parts =
            _split(_splitOf(estateId, Axis.Rights, _cuts(TRANSLATION, Codes.RIGHTS & ~TRANSLATION)));
        _refuses(
            _offer(parts[0], cleo, GrantKind.NonExclusive, _only(TRANSLATION, JAPAN)),
            abi.encodeWithSelector(IGrants.GrantClashes.selector, grantId)
        );
        _accepts(_offer(parts[0], cleo, GrantKind.NonExclusive, _only(TRANSLATION, CHINA)));
    }

    function test_a_level_is_searched_up_to_a_thousand_grants() public {
        Offer memory offer;
        for (uint256 i = 0; i < grants.MOST_LIVE(); ++i) {
            offer = _offer(estateId, ben, GrantKind.NonExclusive, _part(1, 1, 1, 1, 0, i == 7 ? 1 : 30));
            _grant(offer);
        }
        offer = _offer(estateId, ben, GrantKind.NonExclusive, _part(1, 1, 1, 1, 0, 30));
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantsReached.selector, novel, 1000));
        // One of them ran out a day later, and anybody prunes it.
        vm.warp(vm.getBlockTimestamp() + 1 days);
        offer.deadline = uint64(vm.getBlockTimestamp());
        vm.prank(stranger);
        grants.prune(novel, 10);
        _accepts(offer);
    }

    function test_only_what_ran_out_is_pruned_and_no_more_than_asked() public {
        bytes32[] memory ids = new bytes32[](6);
        for (uint256 i = 0; i < 6; ++i) {
            GrantKind kind = i < 3 ? GrantKind.Exclusive : GrantKind.NonExclusive;
            Scope memory scope = _part(1, i < 3 ? 1 << i : 8, 1, 1, 0, i % 3 == 1 ? 30 : 1);
            ids[i] = _grant(_offer(estateId, ben, kind, scope));
        }
        vm.recordLogs();
        grants.prune(novel, 10);
        _assertCounts(3, 3);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        grants.prune(novel, 1);
        _assertCounts(2, 3);
        grants.prune(novel, 2);
        _assertCounts(1, 2);
        grants.prune(novel, 10);
        _assertCounts(1, 1);
        assertEq(vm.getRecordedLogs().length, 0, "it is no act");
        // Those that stayed are found where they are now.
        _assertClash(ids[1], _part(1, 3, 1, 1, 0, 30));
        _assertClash(ids[4], _part(1, 8, 1, 1, 0, 30));
        _terminateByOrder(ids[1]);
        _terminateByOrder(ids[4]);
        _assertCounts(0, 0);
    }

    // Who grants

    function test_all_co_owners_grant_together() public {
        uint256 shared = _shared(Alone(0, 0));
        Offer memory offer = _offer(shared, cleo, GrantKind.Exclusive, _shares());
        bytes32 digest = grants.offerDigest(offer);
        Consent[] memory given = _agreed(digest, _parties(ann, cleo, ben));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 1, ben));
        grants.grant(offer, given);
        assertEq(_grantBy(offer, _parties(ann, ben, cleo)), digest);
    }

    function test_nobody_grants_to_itself() public {
        Offer memory offer = _offer(estateId, ann, GrantKind.Exclusive, _all());
        _refuses(offer, abi.encodeWithSelector(IGrants.SelfGrant.selector, ann));
        (address successor, uint256 key) = makeAddrAndKey("successor of ann");
        (keyOf[successor], keyOf[ann]) = (key, key);
        _replace(ann, successor);
        offer = _offer(estateId, successor, GrantKind.Exclusive, _all());
        _refuses(offer, abi.encodeWithSelector(IGrants.SelfGrant.selector, successor));
        // One of several may be granted what all of them have; it agrees once.
        uint256 shared = _shared(Alone(0, 0));
        offer = _offer(shared, ben, GrantKind.Exclusive, _shares());
        vm.recordLogs();
        bytes32 grantId = _grantBy(offer, _parties(ann, ben));
        assertEq(_told().subjects.length, 5);
        assertEq(grants.getGrant(grantId).licensee, ben);
    }

    function test_a_co_owner_grants_alone_what_was_left_to_it() public {
        uint256 shared = _shared(Alone(365, 2));
        Offer memory offer = _offerAlone(shared);
        vm.recordLogs();
        bytes32 grantId = _grantBy(offer, _parties(ben, cleo));
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1], subjects[2]) =
        (_grantSubject(grantId), _estateSubject(shared), _rightsSubject(novel));
        (subjects[3], subjects[4]) = (_party(ben), _party(cleo));
        assertEq(_told().subjects, subjects);
    }

    function test_a_co_owner_grants_no_more_alone_than_was_left_to_it() public {
        uint256 shared = _shared(Alone(365, 2));
        Offer memory offer = _offerAlone(shared);
        offer.kind = uint8(GrantKind.Sole);
        _refusesAlone(offer, ben, "kind");
        offer = _offerAlone(shared);
        offer.sublicensable = true;
        _refusesAlone(offer, ben, "sublicensable");
        offer = _offerAlone(shared);
        offer.scope.until += 1;
        _refusesAlone(offer, ben, "longest");
        offer = _offerAlone(shared);
        _refusesAlone(offer, dora, "owner");
        for (uint256 i = 0; i < 2; ++i) {
            _grantBy(_offerAlone(shared), _parties(ben, cleo));
        }
        offer = _offerAlone(shared);
        _refusesAlone(offer, ben, "quota");
        // The other has a quota of its own, and all together have none.
        _grantBy(offer, _parties(ann, cleo));
        _grant(_offerAlone(shared));
    }

    // Contracts older than the claim

    function test_an_older_contract_is_recorded_with_its_conflicts() public {
        (bytes32 first, bytes32 second) = _twoOlder(TODAY + 100);
        assertEq(grants.getGrant(first).conflicts, 0);
        assertEq(grants.getGrant(second).conflicts, 1);
        assertEq(grants.getGrant(second).signedOn, TODAY - 1000);
        // What is new is refused by either.
        uint256 older = grants.getGrant(first).estateId;
        _refuses(
            _offer(older, dora, GrantKind.NonExclusive, grants.getGrant(first).scope),
            abi.encodeWithSelector(IGrants.GrantClashes.selector, first)
        );
    }

    function test_older_contracts_are_taken_for_a_time() public {
        _refusesOlder(estateId, 0);
        (bytes32 first,) = _twoOlder(TODAY + 100);
        uint256 older = grants.getGrant(first).estateId;
        vm.warp(START + 99 days);
        Offer memory offer = _offer(older, dora, GrantKind.NonExclusive, _part(2, 1, 1, 1, 0, 400));
        offer.signedOn = TODAY;
        _refusesField(offer, "signedOn");
        offer.signedOn = TODAY - 1;
        grants.requireGrant(offer);
        vm.warp(START + 100 days);
        _refusesOlder(older, TODAY + 100);
    }

    function test_a_contract_of_between_two_claims_is_not_older_than_what_was_merged_of_both() public {
        novel = _work(WorkKind.Publication, "another novel");
        Claim memory claim_ = _claimOf(_everything(), _of(ann));
        (claim_.alone, claim_.backlogUntil) = (Alone(0, 0), TODAY + 300);
        claim_.scope.rights = Codes.RIGHTS & ~uint16(1);
        uint256[] memory ids = new uint256[](2);
        ids[0] = _claimed(claim_);
        vm.warp(START + 100 days);
        bytes32 exclusive = _grant(_offer(ids[0], ben, GrantKind.Exclusive, _part(2, 1, 1, 1, 100, 400)));
        vm.warp(START + 200 days);
        (claim_.scope.rights, claim_.deadline) = (1, uint64(vm.getBlockTimestamp() + 1 days));
        ids[1] = _claimed(claim_);
        uint256 merged = _merge(_mergeOf(ids, Axis.Rights));
        Offer memory offer = _offer(merged, cleo, GrantKind.Exclusive, _part(2, 1, 1, 1, 200, 400));
        offer.signedOn = TODAY + 150;
        _refusesField(offer, "signedOn");
        offer.signedOn = 0;
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantClashes.selector, exclusive));
    }

    // What helps

    function _part(uint16 rights_, uint256 territories, uint128 languages, uint32 media, uint32 from, uint32 until)
        private
        pure
        returns (Scope memory)
    {
        return Scope(rights_, territories, languages, media, TODAY + from, TODAY + until);
    }

    /// @dev Another novel's estate of two.
    function _shared(Alone memory alone) private returns (uint256) {
        return _another(alone, 0, _of(ann, 1, ben, 2));
    }

    function _another(Alone memory alone, uint32 backlogUntil, Ownership memory ownership) private returns (uint256) {
        novel = _work(WorkKind.Publication, "another novel");
        Claim memory claim_ = _claimOf(_everything(), ownership);
        (claim_.alone, claim_.backlogUntil, claim_.scope.from) = (alone, backlogUntil, 0);
        return _claimed(claim_);
    }

    function _shares() private view returns (Scope memory) {
        return _only(TRANSLATION, JAPAN);
    }

    function _offerAlone(uint256 shared) private view returns (Offer memory offer) {
        offer = _offer(shared, cleo, GrantKind.NonExclusive, _shares());
        offer.sublicensable = false;
        offer.scope.until = offer.scope.from + 365;
    }

    /// @dev Two older contracts of the same rights, both exclusive.
    function _twoOlder(uint32 backlogUntil) private returns (bytes32 first, bytes32 second) {
        uint256 older = _another(Alone(0, 0), backlogUntil, _of(ann));
        Offer memory offer = _offer(older, ben, GrantKind.Exclusive, _part(1, 1, 1, 1, 0, 400));
        (offer.signedOn, offer.scope.from) = (TODAY - 1000, TODAY - 1000);
        first = _grant(offer);
        (offer.licensee, offer.revision) = (cleo, offer.revision + 1);
        second = _grant(offer);
    }

    function _refusesOlder(uint256 of_, uint32 until) private {
        Offer memory offer = _offer(of_, dora, GrantKind.NonExclusive, _part(2, 1, 1, 1, 0, 400));
        offer.signedOn = TODAY - 1;
        _refuses(offer, abi.encodeWithSelector(IGrants.BacklogClosed.selector, novel, until));
    }

    /// @dev The view says so, and so does the act.
    function _refuses(Offer memory offer, bytes memory reason) private {
        vm.expectRevert(reason);
        grants.requireGrant(offer);
        Consent[] memory given = _agreed(grants.offerDigest(offer), _parties(ann, offer.licensee));
        vm.expectRevert(reason);
        vm.prank(relayer);
        grants.grant(offer, given);
    }

    function _refusesField(Offer memory offer, string memory field) private {
        _refuses(offer, abi.encodeWithSelector(IGrants.OfferMalformed.selector, field));
    }

    function _refusesScope(Offer memory offer, string memory field) private {
        _refuses(offer, abi.encodeWithSelector(IRightsRegistry.ScopeMalformed.selector, field));
    }

    function _refusesAlone(Offer memory offer, address owner, string memory field) private {
        Consent[] memory given = _agreed(grants.offerDigest(offer), _parties(owner, cleo));
        vm.expectRevert(abi.encodeWithSelector(IGrants.NotAlone.selector, offer.estateId, field));
        vm.prank(relayer);
        grants.grant(offer, given);
    }

    function _accepts(Offer memory offer) private {
        grants.requireGrant(offer);
        _grant(offer);
    }

    /// @param clashing The grant that is named; zero: none clashes.
    function _assertClash(bytes32 clashing, Scope memory scope) private {
        Offer memory offer = _offer(estateId, cleo, GrantKind.Exclusive, scope);
        if (clashing != 0) vm.expectRevert(abi.encodeWithSelector(IGrants.GrantClashes.selector, clashing));
        grants.requireGrant(offer);
    }

    function _assertCounts(uint256 excluding, uint256 others) private view {
        (uint256 countedExcluding, uint256 countedOthers) = grants.liveCounts(novel);
        assertEq(countedExcluding, excluding);
        assertEq(countedOthers, others);
    }
}
