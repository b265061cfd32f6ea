// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "../Recorder.sol";
import {Collection, Edition, ICollections, Policy} from "../interfaces/ICollections.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Stage} from "./Stage.sol";

contract CollectionsTest is Stage {
    function test_a_collection_begins_with_version_one_of_its_policy() public {
        Policy memory policy = _policy();
        bytes32 collectionId = _collection("operation", policy);
        assertEq(collectionId, keccak256(abi.encode(museum, bytes32("operation"))));
        bytes32 digest = keccak256(abi.encode(policy));
        Collection memory expected = Collection(museum, "metadata", 0, 1, digest);
        assertEq(abi.encode(collections.collection(collectionId)), abi.encode(expected));
        assertEq(abi.encode(collections.policy(collectionId, 1)), abi.encode(policy));
        assertTrue(collections.isIssuer(collectionId, museum));
        assertFalse(collections.isIssuer(collectionId, ann));
        assertFalse(collections.isIssuer("unknown", address(0)));
    }

    function test_an_operation_makes_one_collection() public {
        bytes32 collectionId = _collection("operation", _policy());
        vm.expectRevert(abi.encodeWithSelector(ICollections.CollectionKnown.selector, collectionId));
        _collection("operation", _policy());
    }

    function test_only_an_institution_with_the_role_and_in_good_standing_creates() public {
        Policy memory policy = _policy();
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.Issuer, ann));
        vm.prank(ann);
        collections.create("operation", "metadata", policy);
        _appoint(ann);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CannotIssue.selector, ann));
        vm.prank(ann);
        collections.create("operation", "metadata", policy);
        _appoint(stranger);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CannotIssue.selector, stranger));
        vm.prank(stranger);
        collections.create("operation", "metadata", policy);
        _suspend(museum);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CannotIssue.selector, museum));
        vm.prank(museum);
        collections.create("operation", "metadata", policy);
    }

    function test_the_parameters_of_a_policy_have_ceilings() public {
        Policy memory policy = _policy();
        policy.firstHolding = 720 days + 1;
        _expectMalformed(policy, "firstHolding");
        policy = _policy();
        policy.nextHolding = 720 days + 1;
        _expectMalformed(policy, "nextHolding");
        policy = _policy();
        policy.giftsPerDay = 0;
        _expectMalformed(policy, "giftsPerDay");
        policy = _policy();
        policy.receivers = 0;
        _expectMalformed(policy, "receivers");
        policy.receivers = 1;
        _expectMalformed(policy, "receivers");
        policy.receivers = 1 << 4;
        _expectMalformed(policy, "receivers");
        policy = _policy();
        policy.workKinds = 0;
        _expectMalformed(policy, "workKinds");
        policy.workKinds = 1;
        _expectMalformed(policy, "workKinds");
        policy.workKinds = 1 << 5;
        _expectMalformed(policy, "workKinds");
        policy = _policy();
        policy.longestLoan = 720 days + 1;
        _expectMalformed(policy, "longestLoan");
        _collection("operation", Policy(720 days, 720 days, type(uint16).max, true, 0x0e, 0x1e, 720 days));
    }

    function test_versions_follow_one_another() public {
        bytes32 collectionId = _collection("operation", _policy());
        Policy memory stricter = _policy();
        stricter.giftsPerDay = 1;
        vm.startPrank(museum);
        for (uint32 wrong = 0; wrong < 2; ++wrong) {
            vm.expectRevert(abi.encodeWithSelector(ICollections.PolicyVersionStale.selector, collectionId, wrong, 1));
            collections.setPolicy(collectionId, wrong, stricter);
        }
        vm.expectRevert(abi.encodeWithSelector(ICollections.PolicyVersionStale.selector, collectionId, 3, 1));
        collections.setPolicy(collectionId, 3, stricter);
        collections.setPolicy(collectionId, 2, stricter);
        assertEq(collections.collection(collectionId).policyVersion, 2);
        assertEq(collections.collection(collectionId).policyDigest, keccak256(abi.encode(stricter)));
        assertEq(abi.encode(collections.policy(collectionId, 1)), abi.encode(_policy()));
        stricter.giftsPerDay = 0;
        vm.expectRevert(abi.encodeWithSelector(ICollections.PolicyMalformed.selector, "giftsPerDay"));
        collections.setPolicy(collectionId, 3, stricter);
    }

    function test_an_amendment_is_made_once_and_with_a_reason() public {
        bytes32 collectionId = _collection("operation", _policy());
        vm.startPrank(museum);
        vm.expectRevert(ICollections.ReasonMissing.selector);
        collections.amend(collectionId, 0, "new", "");
        collections.amend(collectionId, 0, "new", "why");
        assertEq(collections.collection(collectionId).metadataDigest, "new");
        vm.expectRevert(abi.encodeWithSelector(ICollections.AmendmentStale.selector, collectionId, 0, 1));
        collections.amend(collectionId, 0, "newer", "sent twice");
    }

    function test_only_the_issuer_changes_its_collection() public {
        (bytes32 collectionId, uint256 editionId) = _edition(WorkKind.Publication, _policy(), 5);
        _appoint(ann);
        Policy memory policy = _policy();
        bytes memory refusal = abi.encodeWithSelector(ICollections.NotIssuer.selector, collectionId, ann);
        vm.startPrank(ann);
        vm.expectRevert(refusal);
        collections.amend(collectionId, 0, "new", "why");
        vm.expectRevert(refusal);
        collections.setPolicy(collectionId, 2, policy);
        vm.expectRevert(refusal);
        collections.openEdition(collectionId, "work", 2, 5);
        vm.expectRevert(refusal);
        collections.lowerCap(editionId, 4);
        vm.expectRevert(abi.encodeWithSelector(Recorder.OnlySelf.selector, ann));
        collections.openItem(museum, Edition(collectionId, "work", 2, 5));
    }

    function test_an_issuer_whose_role_was_revoked_changes_nothing() public {
        (bytes32 collectionId, uint256 editionId) = _edition(WorkKind.Publication, _policy(), 5);
        vm.prank(operations);
        governance.revoke(Role.Issuer, museum);
        bytes memory refusal = abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.Issuer, museum);
        vm.startPrank(museum);
        vm.expectRevert(refusal);
        collections.amend(collectionId, 0, "new", "why");
        vm.expectRevert(refusal);
        collections.lowerCap(editionId, 4);
    }

    function test_the_account_that_stands_for_the_issuer_goes_on_once_it_has_the_role() public {
        (bytes32 collectionId,) = _edition(WorkKind.Publication, _policy(), 5);
        address successor = makeAddr("museum, new key");
        _replace(museum, successor);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.Issuer, successor));
        vm.prank(successor);
        collections.amend(collectionId, 0, "new", "why");
        _appoint(successor);
        vm.prank(successor);
        collections.amend(collectionId, 0, "new", "why");
        vm.expectRevert(abi.encodeWithSelector(ICollections.CannotIssue.selector, museum));
        vm.prank(museum);
        collections.amend(collectionId, 1, "newer", "why");
    }

    function test_an_edition_is_opened_once_for_a_work_and_number() public {
        bytes32 workId = _work(WorkKind.Publication, "file");
        bytes32 collectionId = _collection("operation", _policy());
        vm.startPrank(museum);
        uint256 editionId = collections.openEdition(collectionId, workId, 1, 5);
        assertEq(editionId, uint128(uint256(keccak256(abi.encode(collectionId, workId, uint32(1))))));
        Edition memory expected = Edition(collectionId, workId, 1, 5);
        assertEq(abi.encode(collections.edition(editionId)), abi.encode(expected));
        vm.expectRevert(abi.encodeWithSelector(ICollections.EditionKnown.selector, editionId));
        collections.openEdition(collectionId, workId, 1, 6);
        collections.openEdition(collectionId, workId, 2, 6);
    }

    function test_an_edition_needs_a_collection_an_own_live_work_of_an_allowed_kind_and_a_cap() public {
        Policy memory policy = _policy();
        policy.workKinds = uint8(1 << uint8(WorkKind.Publication));
        bytes32 workId = _work(WorkKind.Publication, "file");
        bytes32 capture = _work(WorkKind.CaptureRecord, "capture");
        vm.prank(ann);
        bytes32 anns = works.register(_claim(WorkKind.Publication, "ann's"));
        bytes32 collectionId = _collection("operation", policy);
        vm.startPrank(museum);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CollectionUnknown.selector, bytes32("unknown")));
        collections.openEdition("unknown", workId, 1, 5);
        vm.expectRevert(abi.encodeWithSelector(ICollections.NotRegistrant.selector, anns, museum));
        collections.openEdition(collectionId, anns, 1, 5);
        vm.expectRevert(abi.encodeWithSelector(ICollections.NotRegistrant.selector, bytes32("unknown"), museum));
        collections.openEdition(collectionId, "unknown", 1, 5);
        vm.expectRevert(abi.encodeWithSelector(ICollections.WorkKindRefused.selector, capture, WorkKind.CaptureRecord));
        collections.openEdition(collectionId, capture, 1, 5);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CapOutOfRange.selector, 0, 1, 1_000_000));
        collections.openEdition(collectionId, workId, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CapOutOfRange.selector, 1_000_001, 1, 1_000_000));
        collections.openEdition(collectionId, workId, 1, 1_000_001);
        works.withdraw(workId, "why");
        vm.expectRevert(abi.encodeWithSelector(ICollections.WorkGone.selector, workId));
        collections.openEdition(collectionId, workId, 1, 5);
    }

    function test_a_batch_refuses_an_item_alone() public {
        bytes32 workId = _work(WorkKind.Publication, "file");
        bytes32 collectionId = _collection("operation", _policy());
        for (uint256 bad = 0; bad < 3; ++bad) {
            uint256 snapshot = vm.snapshotState();
            Edition[] memory editions = new Edition[](3);
            for (uint32 i = 0; i < 3; ++i) {
                editions[i] = Edition(collectionId, workId, i, i == bad ? 0 : 5);
            }
            bytes32 refused = bytes32(uint256(uint128(uint256(keccak256(abi.encode(collectionId, workId, bad))))));
            uint256 before = ledger.count();
            vm.expectEmit(address(collections));
            emit ICollections.Refused(
                refused, abi.encodeWithSelector(ICollections.CapOutOfRange.selector, 0, 1, 1_000_000)
            );
            vm.prank(museum);
            collections.openEditions(editions);
            assertEq(ledger.count(), before + 2);
            vm.revertToState(snapshot);
        }
    }

    /// @dev From any cap to any other: lower, and never below what was minted.
    function testFuzz_a_cap_only_falls_and_never_below_the_highest_serial(uint64 cap, uint64 serial, uint64 next)
        public
    {
        cap = uint64(bound(cap, 1, 1_000_000));
        serial = uint64(bound(serial, 1, cap));
        next = uint64(bound(next, 0, cap + 1));
        (, uint256 editionId) = _edition(WorkKind.Publication, _policy(), cap);
        _mint(editionId, serial, address(0));
        bool fits = next >= serial && next < cap;
        if (!fits) {
            vm.expectRevert(abi.encodeWithSelector(ICollections.CapOutOfRange.selector, next, serial, cap));
        }
        vm.prank(museum);
        collections.lowerCap(editionId, next);
        assertEq(collections.edition(editionId).cap, fits ? next : cap);
    }

    function test_the_cap_of_an_unknown_edition_is_not_lowered() public {
        vm.expectRevert(abi.encodeWithSelector(ICollections.EditionUnknown.selector, 1));
        vm.prank(museum);
        collections.lowerCap(1, 1);
    }

    function test_only_the_collectible_admits() public {
        (, uint256 editionId) = _edition(WorkKind.Publication, _policy(), 5);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CallerUnknown.selector, museum));
        vm.prank(museum);
        collections.admit(editionId, 1, museum);
    }

    /// @dev Field by field, whatever the two versions say, a holder is bound by the looser.
    function testFuzz_a_later_policy_never_tightens(Policy memory held, Policy memory present) public {
        held = _wellFormed(held);
        present = _wellFormed(present);
        bytes32 collectionId = _collection("operation", held);
        vm.prank(museum);
        collections.setPolicy(collectionId, 2, present);
        Policy memory looser = collections.looser(collectionId, 1);
        for (uint256 i = 0; i < 2; ++i) {
            Policy memory one = i == 0 ? held : present;
            assertLe(looser.firstHolding, one.firstHolding);
            assertLe(looser.nextHolding, one.nextHolding);
            assertGe(looser.giftsPerDay, one.giftsPerDay);
            assertTrue(one.acceptance || !looser.acceptance);
            assertEq(looser.receivers & one.receivers, one.receivers);
            assertGe(looser.longestLoan, one.longestLoan);
        }
        assertTrue(looser.firstHolding == held.firstHolding || looser.firstHolding == present.firstHolding);
        assertTrue(looser.nextHolding == held.nextHolding || looser.nextHolding == present.nextHolding);
        assertTrue(looser.giftsPerDay == held.giftsPerDay || looser.giftsPerDay == present.giftsPerDay);
        assertEq(looser.acceptance, held.acceptance && present.acceptance);
        assertEq(looser.receivers, held.receivers | present.receivers);
        assertEq(abi.encode(collections.looser(collectionId, 2)), abi.encode(present));
    }

    function _wellFormed(Policy memory policy) private pure returns (Policy memory) {
        policy.firstHolding = uint32(bound(policy.firstHolding, 0, 720 days));
        policy.nextHolding = uint32(bound(policy.nextHolding, 0, 720 days));
        policy.giftsPerDay = uint16(bound(policy.giftsPerDay, 1, type(uint16).max));
        policy.receivers = uint8(bound(policy.receivers, 1, 7)) << 1;
        policy.workKinds = uint8(bound(policy.workKinds, 1, 15)) << 1;
        policy.longestLoan = uint32(bound(policy.longestLoan, 0, 720 days));
        return policy;
    }

    function _appoint(address account) private {
        vm.prank(operations);
        governance.propose(Role.Issuer, account);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(Role.Issuer, account);
    }

    function _expectMalformed(Policy memory policy, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ICollections.PolicyMalformed.selector, field));
        _collection("operation", policy);
    }
}
