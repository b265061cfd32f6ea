// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent, IConsents} from "../interfaces/IConsents.sol";
import {
    Axis,
    Claim,
    Estate,
    EstateStatus,
    IRightsRegistry,
    Merge,
    Scope,
    Split
} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Estates} from "./Estates.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// @notice Dividing an estate, and joining what was divided.
contract CuttingTest is Estates {
    using Scopes for Scope;

    uint256 private whole;
    uint32 private _earliest = TODAY;

    function setUp() public override {
        super.setUp();
        whole = _claimed(_claimOf(_everything(), _of(ben, 1, cleo, 2)));
    }

    function test_a_cut_leaves_parts_of_the_same_owners() public {
        Split memory split_ = _splitOf(whole, Axis.Territories, _halves(type(uint256).max));
        bytes32 intent = rights.splitDigest(split_);
        Estate memory before = rights.estate(whole);
        vm.recordLogs();
        uint256[] memory parts = _split(split_);
        bytes32[] memory subjects = new bytes32[](6);
        (subjects[0], subjects[1]) = (_estateSubject(whole), _rightsSubject(novel));
        (subjects[2], subjects[3]) = (_estateSubject(parts[0]), _estateSubject(parts[1]));
        (subjects[4], subjects[5]) = (_party(ben), _party(cleo));
        bytes memory data = abi.encode(whole, Axis.Territories, intent, uint256(0x11), split_.cuts);
        _assertTold(IRightsRegistry.EstateSplit.selector, rights.estateStateOf(whole), subjects, data);
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(parts[i], uint256(keccak256(abi.encode(intent, i))));
            Estate memory part = rights.estate(parts[i]);
            before.scope.territories = split_.cuts[i];
            assertEq(abi.encode(part), abi.encode(before));
            assertEq(rights.ownerOf(parts[i]), address(rights));
            assertEq(rights.claimedOn(parts[i]), TODAY);
        }
        Estate memory gone = rights.estate(whole);
        assertEq(uint8(gone.status), uint8(EstateStatus.Split));
        assertEq(gone.revision, 2);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, whole));
        rights.ownerOf(whole);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, whole));
        rights.tokenURI(whole);
    }

    function test_every_axis_is_cut_and_joined_again() public {
        uint256 id = whole;
        for (uint8 i = 0; i < 5; ++i) {
            Axis axis = Axis(i);
            uint256[] memory cuts = axis == Axis.Time ? _cuts(TODAY + 7) : _halves(Scopes.mask(_everything(), axis));
            uint256[] memory parts = _split(_splitOf(id, axis, cuts));
            assertEq(parts.length, 2);
            id = _merge(_mergeOf(parts, axis));
            assertEq(abi.encode(rights.estate(id).scope), abi.encode(_everything()));
        }
    }

    function test_a_mask_is_cut_into_two_to_sixteen_parts() public {
        uint256[] memory cuts = new uint256[](17);
        for (uint256 i = 0; i < 17; ++i) {
            cuts[i] = 1 << i;
        }
        cuts[16] = type(uint256).max << 16;
        _refuses(_splitOf(whole, Axis.Territories, cuts), _malformed(17));
        _refuses(_splitOf(whole, Axis.Territories, _cuts(type(uint256).max)), _malformed(1));
        _refuses(_splitOf(whole, Axis.Territories, new uint256[](0)), _malformed(0));
        cuts[15] |= cuts[16];
        assembly ("memory-safe") {
            mstore(cuts, 16)
        }
        assertEq(_split(_splitOf(whole, Axis.Territories, cuts)).length, 16);
    }

    function test_the_parts_of_a_mask_are_not_empty_within_it_disjoint_and_all() public {
        _refuses(_splitOf(whole, Axis.Rights, _cuts(0, Codes.RIGHTS)), _malformed(0));
        _refuses(_splitOf(whole, Axis.Rights, _cuts(1, 1 << 13)), _malformed(1));
        // Beyond the width of the mask, too: nothing is cut off silently.
        _refuses(_splitOf(whole, Axis.Rights, _cuts(1, (1 << 16) | (Codes.RIGHTS & ~uint16(1)))), _malformed(1));
        bytes memory overlap = abi.encodeWithSelector(IRightsRegistry.PartsOverlap.selector, whole, 1);
        _refuses(_splitOf(whole, Axis.Rights, _cuts(3, Codes.RIGHTS & ~uint16(1))), overlap);
        bytes memory incomplete = abi.encodeWithSelector(IRightsRegistry.PartsIncomplete.selector, whole);
        _refuses(_splitOf(whole, Axis.Rights, _cuts(1, Codes.RIGHTS & ~uint16(3))), incomplete);
        _split(_splitOf(whole, Axis.Rights, _cuts(1, Codes.RIGHTS & ~uint16(1))));
    }

    function test_time_is_cut_within_it_and_in_order() public {
        _refuses(_splitOf(whole, Axis.Time, new uint256[](0)), _malformed(0));
        _refuses(_splitOf(whole, Axis.Time, new uint256[](16)), _malformed(16));
        _refuses(_splitOf(whole, Axis.Time, _cuts(TODAY)), _malformed(0));
        _refuses(_splitOf(whole, Axis.Time, _cuts(Codes.NO_END)), _malformed(0));
        _refuses(_splitOf(whole, Axis.Time, _cuts((1 << 32) + TODAY + 1)), _malformed(0));
        _refuses(_splitOf(whole, Axis.Time, _cuts(TODAY + 2, TODAY + 2)), _malformed(1));
        _refuses(_splitOf(whole, Axis.Time, _cuts(TODAY + 2, TODAY + 1)), _malformed(1));
        uint256[] memory parts = _split(_splitOf(whole, Axis.Time, _cuts(TODAY + 1, Codes.NO_END - 1)));
        assertEq(rights.estate(parts[0]).scope.until, TODAY + 1);
        assertEq(rights.estate(parts[1]).scope.from, TODAY + 1);
        assertEq(rights.estate(parts[2]).scope.from, Codes.NO_END - 1);
        assertEq(rights.estate(parts[2]).scope.until, Codes.NO_END);
    }

    function test_all_owners_agree_to_a_cut() public {
        Split memory split_ = _splitOf(whole, Axis.Time, _cuts(TODAY + 1));
        Consent[] memory given = _agreed(rights.splitDigest(split_), _parties(ben));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 1, cleo));
        rights.split(split_, given);
        _split(split_);
    }

    function test_what_was_agreed_on_another_state_is_refused() public {
        Split memory split_ = _splitOf(whole, Axis.Time, _cuts(TODAY + 1));
        vm.prank(grantsAt);
        rights.touch(whole, 1);
        _refuses(split_, abi.encodeWithSelector(IRightsRegistry.RevisionStale.selector, whole, 1, 2));
        split_.revision = 2;
        _split(split_);
        split_.revision = 3;
        _refuses(split_, abi.encodeWithSelector(IRightsRegistry.EstateGone.selector, whole, EstateStatus.Split));
        split_.estateId = 7;
        Consent[] memory given = _agreed(rights.splitDigest(split_), _parties(ben, cleo));
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateUnknown.selector, 7));
        rights.split(split_, given);
    }

    function test_parts_are_joined_to_what_they_were() public {
        uint256[] memory parts = _split(_splitOf(whole, Axis.Media, _halves(type(uint32).max)));
        (parts[0], parts[1]) = (parts[1], parts[0]);
        Merge memory merge_ = _mergeOf(parts, Axis.Media);
        bytes32 intent = rights.mergeDigest(merge_);
        vm.recordLogs();
        uint256 id = _merge(merge_);
        assertEq(id, uint256(keccak256(abi.encode(intent, uint256(0)))));
        bytes32[] memory subjects = new bytes32[](6);
        (subjects[0], subjects[1]) = (_estateSubject(id), _rightsSubject(novel));
        (subjects[2], subjects[3]) = (_estateSubject(parts[0]), _estateSubject(parts[1]));
        (subjects[4], subjects[5]) = (_party(ben), _party(cleo));
        bytes memory data = abi.encode(id, Axis.Media, intent, uint256(0x11), parts);
        _assertTold(IRightsRegistry.EstatesMerged.selector, rights.estateStateOf(id), subjects, data);
        assertEq(abi.encode(rights.estate(id).scope), abi.encode(_everything()));
        assertEq(rights.estate(id).revision, 1);
        assertEq(uint8(rights.estate(parts[0]).status), uint8(EstateStatus.Merged));
        assertEq(rights.estate(parts[0]).revision, 2);
        assertEq(rights.balanceOf(address(rights)), 1);
    }

    function test_only_parts_of_one_box_are_joined() public {
        uint256[] memory parts = _split(_splitOf(whole, Axis.Media, _cuts(1, 6 | (type(uint32).max & ~uint256(7)))));
        uint256[] memory quarters = _split(_splitOf(parts[1], Axis.Time, _cuts(TODAY + 1)));
        bytes memory refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, parts[0], quarters[0]);
        _refusesMerge(_mergeOf(_cuts(parts[0], quarters[0]), Axis.Media), refusal);
        _refusesMerge(_mergeOf(_cuts(parts[0], quarters[0]), Axis.Time), refusal);
        refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, quarters[1], quarters[0]);
        _refusesMerge(_mergeOf(_cuts(quarters[1], quarters[0]), Axis.Time), refusal);
        _refusesMerge(_mergeOf(_cuts(quarters[1], quarters[0]), Axis.Media), refusal);
        refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, quarters[0], quarters[0]);
        _refusesMerge(_mergeOf(_cuts(quarters[0], quarters[0]), Axis.Media), refusal);
        _merge(_mergeOf(quarters, Axis.Time));
    }

    function test_two_to_sixteen_are_joined_each_on_its_revision() public {
        uint256[] memory parts = _split(_splitOf(whole, Axis.Time, _cuts(TODAY + 1)));
        bytes memory refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, 0, 0);
        _refusesMerge(_mergeOf(_cuts(parts[0]), Axis.Time), refusal);
        Merge memory merge_ = _mergeOf(parts, Axis.Time);
        merge_.revisions = new uint32[](3);
        _refusesMerge(merge_, refusal);
        merge_.estateIds = new uint256[](17);
        merge_.estateIds[0] = parts[0];
        merge_.revisions = new uint32[](17);
        _refusesMerge(merge_, refusal);
        merge_ = _mergeOf(parts, Axis.Time);
        vm.prank(grantsAt);
        rights.touch(parts[1], 1);
        _refusesMerge(merge_, abi.encodeWithSelector(IRightsRegistry.RevisionStale.selector, parts[1], 1, 2));
        merge_.revisions[1] = 2;
        _merge(merge_);
    }

    function test_parts_of_other_owners_terms_or_works_are_not_joined() public {
        uint256[] memory parts = _split(_splitOf(whole, Axis.Time, _cuts(TODAY + 1)));
        _assign(_assignmentOf(parts[1], _of(ben, 2, cleo, 1)), _parties(ben, cleo));
        bytes memory refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, parts[0], parts[1]);
        _refusesMerge(_mergeOf(parts, Axis.Time), refusal);
        _assign(_assignmentOf(parts[1], _of(ben, 1, cleo, 2)), _parties(ben, cleo));
        uint256 other = _other();
        refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, parts[0], other);
        _refusesMerge(_mergeOf(_cuts(parts[0], other), Axis.Time), refusal);
        _merge(_mergeOf(parts, Axis.Time));
        // Of one work and side by side, with other terms for who grants alone.
        uint256 more = _before(365, 3);
        uint256 same = _before(365, 2);
        uint256 longer = _before(366, 2);
        refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, same, more);
        _refusesMerge(_mergeOf(_cuts(same, more), Axis.Time), refusal);
        refusal = abi.encodeWithSelector(IRightsRegistry.NotMergeable.selector, longer, same);
        _refusesMerge(_mergeOf(_cuts(longer, same), Axis.Time), refusal);
    }

    function test_estates_of_two_claims_are_joined_and_count_from_the_earlier() public {
        uint256 before = _before(365, 2);
        vm.warp(vm.getBlockTimestamp() + 3 days);
        Claim memory claim_ = _claimOf(_everything(), _of(ben, 1, cleo, 2));
        (claim_.scope.from, claim_.scope.until) = (_earliest - 1, _earliest);
        uint256 earlier = _claimed(claim_);
        uint256[] memory ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (earlier, before, whole);
        uint256 id = _merge(_mergeOf(ids, Axis.Time));
        assertEq(rights.claimedOn(earlier), TODAY + 3);
        assertEq(rights.claimedOn(id), TODAY);
        assertEq(rights.estate(id).scope.until, Codes.NO_END);
        // Nothing of it can be claimed once more.
        claim_.deadline += 1;
        Consent[] memory given = _agreed(rights.claimDigest(claim_), _parties(museum, ben, cleo));
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ClaimOverlaps.selector, novel, earlier));
        rights.claim(claim_, given);
    }

    function test_a_hold_that_lapsed_is_not_handed_on_to_parts() public {
        _holdEstate(whole);
        vm.warp(vm.getBlockTimestamp() + 31 days);
        uint256[] memory parts = _split(_splitOf(whole, Axis.Time, _cuts(TODAY + 50)));
        assertEq(rights.estate(parts[0]).holdOrder, 0);
        assertEq(rights.estate(parts[0]).heldUntil, 0);
        assertNotEq(rights.estate(whole).holdOrder, 0);
    }

    /// @dev A claim of the days just before all that was claimed of the novel.
    function _before(uint32 longest, uint16 quota) private returns (uint256) {
        Claim memory claim_ = _claimOf(_everything(), _of(ben, 1, cleo, 2));
        (claim_.alone.longest, claim_.alone.quota) = (longest, quota);
        (claim_.scope.from, claim_.scope.until) = (_earliest - 10, _earliest);
        _earliest -= 10;
        return _claimed(claim_);
    }

    /// @dev Of another work, from the day on that a first part ends.
    function _other() private returns (uint256) {
        Claim memory claim_ = _claimOf(_everything(), _of(ben, 1, cleo, 2));
        claim_.workId = _work(WorkKind.Publication, "poem");
        claim_.scope.from = TODAY + 1;
        return _claimed(claim_);
    }

    function _malformed(uint256 place) private view returns (bytes memory) {
        return abi.encodeWithSelector(IRightsRegistry.CutMalformed.selector, whole, place);
    }

    function _refuses(Split memory split_, bytes memory reason) private {
        Consent[] memory given = _agreed(rights.splitDigest(split_), _ownersOf(split_.estateId));
        vm.expectRevert(reason);
        rights.split(split_, given);
    }

    function _refusesMerge(Merge memory merge_, bytes memory reason) private {
        Consent[] memory given = _agreed(rights.mergeDigest(merge_), _parties(ben, cleo));
        vm.expectRevert(reason);
        rights.merge(merge_, given);
    }
}
