// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "../Recorder.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {IWorkRegistry, Work, WorkClaim, WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Stage} from "./Stage.sol";

contract WorkRegistryTest is Stage {
    bytes32 private constant FILE = "file";

    function test_a_claim_is_kept_and_can_be_read() public {
        WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
        vm.prank(ann);
        bytes32 workId = works.register(claim);
        assertEq(workId, keccak256(abi.encode(ann, FILE, claim.manifestDigest)));
        Work memory expected = Work(ann, WorkKind.Publication, FILE, claim.manifestDigest, 0, false);
        assertEq(abi.encode(works.work(workId)), abi.encode(expected));
        assertEq(works.claims(FILE), 1);
        assertEq(uint8(works.kindOf(workId)), uint8(WorkKind.Publication));
        assertEq(works.manifestOf(workId), claim.manifestDigest);
    }

    function test_an_account_in_good_standing_registers_and_no_other() public {
        WorkClaim[] memory claims = new WorkClaim[](1);
        claims[0] = _claim(WorkKind.Publication, FILE);
        bytes memory refusal = abi.encodeWithSelector(IWorkRegistry.CannotRegister.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        works.register(claims[0]);
        vm.expectRevert(refusal);
        works.registerBatch(claims);
        vm.expectRevert(refusal);
        works.anchor("root", 1);
        vm.expectRevert(abi.encodeWithSelector(Recorder.OnlySelf.selector, stranger));
        works.registerItem(museum, claims[0]);
        vm.stopPrank();
        _suspend(ann);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.CannotRegister.selector, ann));
        vm.prank(ann);
        works.register(claims[0]);
    }

    function test_a_claim_names_kind_file_and_manifest() public {
        WorkClaim memory claim = _claim(WorkKind.None, FILE);
        _expectMalformed(claim, "kind");
        claim = _claim(WorkKind.Publication, 0);
        _expectMalformed(claim, "fileDigest");
        claim = _claim(WorkKind.Publication, FILE);
        claim.manifestDigest = 0;
        _expectMalformed(claim, "manifestDigest");
    }

    function test_the_same_claim_is_made_once() public {
        WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
        vm.startPrank(museum);
        bytes32 workId = works.register(claim);
        claim.acknowledgedClaims = 1;
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkKnown.selector, workId));
        works.register(claim);
    }

    function test_first_come_bars_nobody_who_knows_of_the_claims_before() public {
        _work(WorkKind.Publication, FILE);
        WorkClaim memory claim = _claim(WorkKind.RightsRegistered, FILE);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ClaimsUnacknowledged.selector, FILE, 1, 0));
        vm.prank(ann);
        works.register(claim);
        claim.acknowledgedClaims = 1;
        vm.prank(ann);
        works.register(claim);
        assertEq(works.claims(FILE), 2);
        // To expect more than there are is no mistake: reverting would make a race of it.
        claim.acknowledgedClaims = 9;
        vm.prank(ben);
        works.register(claim);
    }

    function test_a_batch_refuses_an_item_alone() public {
        for (uint256 bad = 0; bad < 3; ++bad) {
            uint256 snapshot = vm.snapshotState();
            WorkClaim[] memory claims = new WorkClaim[](3);
            for (uint256 i = 0; i < 3; ++i) {
                claims[i] = _claim(i == bad ? WorkKind.None : WorkKind.Publication, bytes32(i + 1));
            }
            bytes32 refused = keccak256(abi.encode(museum, bytes32(bad + 1), claims[bad].manifestDigest));
            uint256 before = ledger.count();
            vm.expectEmit(address(works));
            emit IWorkRegistry.Refused(refused, abi.encodeWithSelector(IWorkRegistry.WorkMalformed.selector, "kind"));
            vm.prank(museum);
            works.registerBatch(claims);
            assertEq(ledger.count(), before + 2);
            vm.revertToState(snapshot);
        }
    }

    function testFuzz_an_unknown_kind_is_refused_alone(uint8 kind) public {
        kind = uint8(bound(kind, uint8(type(WorkKind).max) + 1, type(uint8).max));
        WorkClaim[] memory claims = new WorkClaim[](2);
        claims[0] = _claim(WorkKind.Publication, FILE);
        claims[0].kind = kind;
        claims[1] = _claim(WorkKind.Publication, "another");
        bytes32 refused = keccak256(abi.encode(museum, FILE, claims[0].manifestDigest));
        vm.expectEmit(address(works));
        emit IWorkRegistry.Refused(refused, abi.encodeWithSelector(IWorkRegistry.WorkMalformed.selector, "kind"));
        vm.prank(museum);
        works.registerBatch(claims);
        assertFalse(works.hasWork(refused));
        assertEq(works.claims("another"), 1);
    }

    function test_an_anchor_is_deposited_once_by_an_account() public {
        vm.startPrank(museum);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkMalformed.selector, "root"));
        works.anchor(0, 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkMalformed.selector, "leaves"));
        works.anchor("root", 0);
        bytes32 anchorId = works.anchor("root", 5);
        assertEq(anchorId, keccak256(abi.encode(museum, bytes32("root"))));
        assertEq(works.anchoredAt(anchorId), vm.getBlockTimestamp());
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AnchorKnown.selector, anchorId));
        works.anchor("root", 5);
        vm.stopPrank();
        vm.prank(ann);
        works.anchor("root", 5);
    }

    function test_an_anchor_proves_a_later_registration_of_its_own_depositor() public {
        (bytes32 anchorId, bytes32[] memory proof) = _anchored(museum);
        WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
        (claim.anchorId, claim.anchorSalt, claim.anchorProof) = (anchorId, "salt", proof);
        // Another shows the museum's anchor.
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AnchorUnknown.selector, anchorId, ann));
        vm.prank(ann);
        works.register(claim);
        claim.anchorSalt = "pepper";
        bytes32 leaf = _leaf(museum, FILE, "pepper");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AnchorProofInvalid.selector, anchorId, leaf));
        vm.prank(museum);
        works.register(claim);
        claim.anchorSalt = "salt";
        vm.prank(museum);
        works.register(claim);
    }

    function test_a_squatter_that_anchors_anothers_leaf_proves_nothing() public {
        // The root is public once deposited; its leaf names the museum.
        (, bytes32[] memory proof) = _anchored(museum);
        bytes32 root = _root(_leaf(museum, FILE, "salt"), proof[0]);
        vm.prank(ann);
        bytes32 anchorId = works.anchor(root, 2);
        WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
        (claim.anchorId, claim.anchorSalt, claim.anchorProof) = (anchorId, "salt", proof);
        bytes32 leaf = _leaf(ann, FILE, "salt");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AnchorProofInvalid.selector, anchorId, leaf));
        vm.prank(ann);
        works.register(claim);
    }

    function test_an_unknown_anchor_is_refused() public {
        WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
        claim.anchorId = "unknown";
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AnchorUnknown.selector, bytes32("unknown"), museum));
        vm.prank(museum);
        works.register(claim);
    }

    /// @dev Trees of any size, any leaf, any salt: its own proof holds, that of another leaf does not.
    function testFuzz_every_leaf_of_an_anchor_is_proved(uint8 size, uint8 chosen, bytes32 salt) public {
        uint256 leaves = bound(size, 1, 32);
        uint256 index = bound(chosen, 0, leaves - 1);
        bytes32[] memory level = new bytes32[](leaves);
        for (uint256 i = 0; i < leaves; ++i) {
            level[i] = _leaf(museum, bytes32(i + 1), keccak256(abi.encode(salt, i)));
        }
        (bytes32 root, bytes32[] memory proof) = _prove(level, index);
        vm.prank(museum);
        WorkClaim memory claim = _claim(WorkKind.Publication, bytes32(index + 1));
        claim.anchorId = works.anchor(root, uint64(leaves));
        claim.anchorSalt = keccak256(abi.encode(salt, index));
        claim.anchorProof = proof;
        claim.fileDigest = bytes32(index + 2);
        vm.expectPartialRevert(IWorkRegistry.AnchorProofInvalid.selector);
        vm.prank(museum);
        works.register(claim);
        claim.fileDigest = bytes32(index + 1);
        vm.prank(museum);
        works.register(claim);
    }

    function test_an_amendment_is_a_new_reading_with_a_reason() public {
        bytes32 workId = _work(WorkKind.Publication, FILE);
        vm.startPrank(museum);
        vm.expectRevert(IWorkRegistry.ReasonMissing.selector);
        works.amend(workId, 0, "new", "");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkMalformed.selector, "manifestDigest"));
        works.amend(workId, 0, 0, "why");
        bytes32 manifest = works.manifestOf(workId);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ManifestUnchanged.selector, workId));
        works.amend(workId, 0, manifest, "why");
        works.amend(workId, 0, "new", "why");
        assertEq(works.manifestOf(workId), "new");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AmendmentStale.selector, workId, 0, 1));
        works.amend(workId, 0, "newer", "sent twice");
        works.amend(workId, 1, "newer", "why");
        assertEq(works.work(workId).amendments, 2);
    }

    function test_a_withdrawn_work_stays_withdrawn() public {
        bytes32 workId = _work(WorkKind.Publication, FILE);
        vm.startPrank(museum);
        vm.expectRevert(IWorkRegistry.ReasonMissing.selector);
        works.withdraw(workId, "");
        works.withdraw(workId, "mistake");
        assertTrue(works.work(workId).withdrawn);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkGone.selector, workId));
        works.withdraw(workId, "again");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkGone.selector, workId));
        works.amend(workId, 0, "new", "why");
        // It is still a claim to these bytes.
        assertEq(works.claims(FILE), 1);
    }

    function test_only_the_registrant_corrects_or_the_account_that_stands_for_it() public {
        bytes32 workId = _work(WorkKind.Publication, FILE);
        address[4] memory others = [ann, operations, registrar, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IWorkRegistry.NotRegistrant.selector, workId, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            works.amend(workId, 0, "new", "why");
            vm.expectRevert(refusal);
            works.withdraw(workId, "why");
            vm.stopPrank();
        }
        address successor = makeAddr("museum, new key");
        _replace(museum, successor);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotRegistrant.selector, workId, museum));
        vm.prank(museum);
        works.amend(workId, 0, "new", "why");
        vm.prank(successor);
        works.amend(workId, 0, "new", "why");
        assertEq(works.work(workId).registrant, museum);
    }

    function test_the_successor_of_a_lost_key_uses_its_anchors() public {
        (bytes32 anchorId, bytes32[] memory proof) = _anchored(museum);
        address successor = makeAddr("museum, new key");
        _replace(museum, successor);
        WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
        (claim.anchorId, claim.anchorSalt, claim.anchorProof) = (anchorId, "salt", proof);
        vm.prank(successor);
        works.register(claim);
    }

    function test_an_unknown_work_is_not_corrected() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkUnknown.selector, bytes32("unknown")));
        vm.prank(museum);
        works.withdraw("unknown", "why");
    }

    function _anchored(address depositor) private returns (bytes32 anchorId, bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = keccak256("another leaf");
        bytes32 root = _root(_leaf(depositor, FILE, "salt"), proof[0]);
        vm.prank(depositor);
        anchorId = works.anchor(root, 2);
    }

    function _prove(bytes32[] memory level, uint256 index) private pure returns (bytes32 root, bytes32[] memory proof) {
        proof = new bytes32[](0);
        while (level.length > 1) {
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = 2 * i + 1 < level.length ? _root(level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            uint256 sibling = index ^ 1;
            if (sibling < level.length) proof = _with(proof, level[sibling]);
            (level, index) = (above, index / 2);
        }
        root = level[0];
    }

    function _with(bytes32[] memory list, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }

    function _leaf(address depositor, bytes32 file, bytes32 salt) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(depositor, file, salt))));
    }

    function _root(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function _expectMalformed(WorkClaim memory claim, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkMalformed.selector, field));
        vm.prank(museum);
        works.register(claim);
    }
}
