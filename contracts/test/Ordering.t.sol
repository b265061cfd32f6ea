// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICollectible, SignedGift, Token} from "../interfaces/ICollectible.sol";
import {Policy} from "../interfaces/ICollections.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Filing, IOrders, Measure} from "../interfaces/IOrders.sol";
import {Stage} from "./Stage.sol";
import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Holds, releases and changes of holder: the calls of ERC-7943, each with its legal basis.
contract OrderingTest is Stage {
    uint256 private tokenId;

    function setUp() public override {
        super.setUp();
        tokenId = _giveable(ann);
    }

    function test_without_a_filed_order_nothing_is_held_released_moved_or_struck_out() public {
        vm.startPrank(executor);
        _expectNoBasis(Measure.Hold);
        collectible.setFrozenTokens(ann, tokenId, true);
        _expectNoBasis(Measure.Release);
        collectible.setFrozenTokens(ann, tokenId, false);
        _expectNoBasis(Measure.ForcedTransfer);
        collectible.forcedTransfer(ann, ben, tokenId);
        _expectNoBasis(Measure.Annul);
        collectible.annulByOrder(tokenId, "why");
    }

    function test_only_an_order_executor_executes() public {
        _file(_filing(Measure.Hold, _token(tokenId)));
        address[7] memory others = [operations, regulation, registrar, officer, museum, filer, ann];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory missing =
                abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.OrderExecutor, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(missing);
            collectible.setFrozenTokens(ann, tokenId, true);
            vm.expectRevert(missing);
            collectible.setFrozenTokens(ann, tokenId, false);
            vm.expectRevert(missing);
            collectible.forcedTransfer(ann, ben, tokenId);
            vm.expectRevert(missing);
            collectible.annulByOrder(tokenId, "why");
            vm.stopPrank();
        }
    }

    function test_an_order_is_for_one_measure_and_one_token() public {
        _file(_filing(Measure.Release, _token(tokenId)));
        _file(_filing(Measure.Hold, _token(tokenId + 1)));
        vm.startPrank(executor);
        _expectNoBasis(Measure.Hold);
        collectible.setFrozenTokens(ann, tokenId, true);
    }

    function test_a_held_token_stays_where_it_is() public {
        bytes32 orderId = _hold(tokenId);
        uint64 until = collectible.token(tokenId).heldUntil;
        assertTrue(collectible.getFrozenTokens(ann, tokenId));
        assertFalse(collectible.getFrozenTokens(ben, tokenId));
        assertFalse(collectible.canTransfer(ann, ben, tokenId));
        bytes memory held = abi.encodeWithSelector(ICollectible.TokenHeld.selector, tokenId, orderId, until);
        vm.startPrank(ann);
        vm.expectRevert(held);
        collectible.transferFrom(ann, ben, tokenId);
        vm.expectRevert(held);
        collectible.safeTransferFrom(ann, ben, tokenId);
        vm.stopPrank();
        SignedGift memory signed = _signed(_gift(tokenId, ann, ben, 1), annKey);
        vm.expectRevert(held);
        collectible.give(signed);
    }

    function test_a_hold_ends_by_itself() public {
        _hold(tokenId);
        uint64 until = collectible.token(tokenId).heldUntil;
        vm.warp(until - 1);
        assertTrue(collectible.getFrozenTokens(ann, tokenId));
        vm.warp(until);
        assertFalse(collectible.getFrozenTokens(ann, tokenId));
        vm.prank(ann);
        collectible.transferFrom(ann, ben, tokenId);
        // It does not come to life again with the new holder.
        assertFalse(collectible.getFrozenTokens(ben, tokenId));
    }

    function test_a_release_needs_a_hold_in_force() public {
        _file(_filing(Measure.Release, _token(tokenId)));
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenNotHeld.selector, tokenId));
        vm.prank(executor);
        collectible.setFrozenTokens(ann, tokenId, false);
        _hold(tokenId);
        vm.expectEmit(address(collectible));
        emit IERC7943NonFungible.Frozen(ann, tokenId, false);
        vm.prank(executor);
        collectible.setFrozenTokens(ann, tokenId, false);
        assertEq(collectible.token(tokenId).holdOrder, 0);
        assertTrue(collectible.canTransfer(ann, ben, tokenId));
    }

    function test_a_hold_in_force_is_replaced_only_by_an_order_that_corrects_it() public {
        bytes32 first = _hold(tokenId);
        uint64 until = collectible.token(tokenId).heldUntil;
        Filing memory filing = _filing(Measure.Hold, _token(tokenId));
        filing.effectUntil = until - 1;
        bytes32 second = _file(filing);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenHeld.selector, tokenId, first, until));
        vm.prank(executor);
        collectible.setFrozenTokens(ann, tokenId, true);
        vm.prank(filer);
        orders.withdraw(second, "does not say what it corrects");
        filing.orderHash = "corrected";
        filing.corrects = first;
        bytes32 third = _file(filing);
        vm.prank(executor);
        collectible.setFrozenTokens(ann, tokenId, true);
        assertEq(collectible.token(tokenId).holdOrder, third);
        assertEq(collectible.token(tokenId).heldUntil, until - 1);
    }

    function test_a_hold_names_the_holder() public {
        _file(_filing(Measure.Hold, _token(tokenId)));
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, ben));
        collectible.setFrozenTokens(ben, tokenId, true);
        collectible.setFrozenTokens(ann, tokenId, true);
    }

    function test_an_unknown_or_struck_out_token_is_not_held() public {
        _file(_filing(Measure.Hold, _token(1)));
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenUnknown.selector, 1));
        vm.prank(executor);
        collectible.setFrozenTokens(ann, 1, true);
        _file(_filing(Measure.Annul, _token(tokenId)));
        _file(_filing(Measure.Hold, _token(tokenId)));
        _order(ben);
        vm.startPrank(executor);
        collectible.annulByOrder(tokenId, "judgment");
        bytes memory annulled = abi.encodeWithSelector(ICollectible.TokenAnnulled.selector, tokenId);
        vm.expectRevert(annulled);
        collectible.setFrozenTokens(ann, tokenId, true);
        vm.expectRevert(annulled);
        collectible.forcedTransfer(ann, ben, tokenId);
    }

    function test_a_change_of_holder_by_order_tells_it_in_the_order_of_the_standard() public {
        _hold(tokenId);
        _order(ben);
        vm.recordLogs();
        vm.prank(executor);
        assertTrue(collectible.forcedTransfer(ann, ben, tokenId));
        bytes32[3] memory expected = [
            IERC7943NonFungible.Frozen.selector, IERC721.Transfer.selector, IERC7943NonFungible.ForcedTransfer.selector
        ];
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(collectible)) continue;
            assertEq(logs[i].topics[0], expected[found++]);
        }
        assertEq(found, 3);
    }

    function test_after_a_change_of_holder_nothing_is_held_and_the_receiver_is_under_the_present_policy() public {
        _hold(tokenId);
        Policy memory second = _policy();
        second.nextHolding = 2 hours;
        bytes32 collectionId = collections.edition(tokenId >> 64).collectionId;
        vm.prank(museum);
        collections.setPolicy(collectionId, 2, second);
        _order(ben);
        vm.prank(executor);
        collectible.forcedTransfer(ann, ben, tokenId);
        Token memory token = collectible.token(tokenId);
        assertEq(token.holder, ben);
        assertEq(token.holdOrder, 0);
        assertEq(token.heldUntil, 0);
        assertEq(token.policyVersion, 2);
        assertEq(token.acquiredAt, vm.getBlockTimestamp());
        assertTrue(token.distributed);
        assertFalse(collectible.getFrozenTokens(ben, tokenId));
        assertFalse(collectible.getFrozenTokens(ann, tokenId));
    }

    function test_a_change_of_holder_is_to_whom_the_order_names() public {
        _order(ben);
        vm.startPrank(executor);
        _expectNoBasis(Measure.ForcedTransfer);
        collectible.forcedTransfer(ann, cleo, tokenId);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, cleo));
        collectible.forcedTransfer(cleo, ben, tokenId);
        collectible.forcedTransfer(ann, ben, tokenId);
    }

    function test_even_an_order_moves_it_only_to_who_may_receive() public {
        _order(stranger);
        vm.expectRevert(abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, stranger));
        vm.prank(executor);
        collectible.forcedTransfer(ann, stranger, tokenId);
    }

    function test_an_order_moves_what_a_suspended_account_has() public {
        _suspend(ann);
        _order(ben);
        vm.prank(executor);
        collectible.forcedTransfer(ann, ben, tokenId);
        assertEq(collectible.ownerOf(tokenId), ben);
    }

    function test_an_undistributed_token_that_an_order_moved_counts_as_handed_out() public {
        tokenId = _mint(tokenId >> 64, 2, address(0));
        _order(ben);
        vm.prank(executor);
        collectible.forcedTransfer(museum, ben, tokenId);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        vm.prank(ben);
        collectible.transferFrom(ben, museum, tokenId);
        assertTrue(collectible.token(tokenId).distributed);
    }

    /// @dev A bug of the reference code of ERC-7943: it moved a token to the same account, and dropped the freeze.
    function test_a_change_of_holder_to_the_same_holder_does_not_unfreeze() public {
        _hold(tokenId);
        _order(ann);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.GiftToSelf.selector, tokenId, ann));
        vm.prank(executor);
        collectible.forcedTransfer(ann, ann, tokenId);
        assertTrue(collectible.getFrozenTokens(ann, tokenId));
    }

    function test_an_order_serves_once() public {
        _hold(tokenId);
        _file(_filing(Measure.Release, _token(tokenId)));
        vm.startPrank(executor);
        collectible.setFrozenTokens(ann, tokenId, false);
        _expectNoBasis(Measure.Hold);
        collectible.setFrozenTokens(ann, tokenId, true);
        _expectNoBasis(Measure.Release);
        collectible.setFrozenTokens(ann, tokenId, false);
        vm.stopPrank();
        _order(ben);
        vm.startPrank(executor);
        collectible.forcedTransfer(ann, ben, tokenId);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        vm.stopPrank();
        vm.prank(ben);
        collectible.transferFrom(ben, ann, tokenId);
        vm.startPrank(executor);
        _expectNoBasis(Measure.ForcedTransfer);
        collectible.forcedTransfer(ann, ben, tokenId);
    }

    function test_a_refused_execution_leaves_the_order_pending() public {
        bytes32 orderId = _file(_filing(Measure.Hold, _token(tokenId)));
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, ben));
        collectible.setFrozenTokens(ben, tokenId, true);
        assertEq(orders.pending(Measure.Hold, _token(tokenId)), orderId);
        collectible.setFrozenTokens(ann, tokenId, true);
    }

    function test_a_hold_follows_the_person_to_a_new_account() public {
        bytes32 orderId = _hold(tokenId);
        address successor = makeAddr("ann, new key");
        _replace(ann, successor);
        vm.expectEmit(address(collectible));
        emit IERC7943NonFungible.Frozen(ann, tokenId, false);
        vm.expectEmit(address(collectible));
        emit IERC721.Transfer(ann, successor, tokenId);
        vm.expectEmit(address(collectible));
        emit IERC7943NonFungible.Frozen(successor, tokenId, true);
        _recover();
        assertEq(collectible.token(tokenId).holdOrder, orderId);
        assertTrue(collectible.getFrozenTokens(successor, tokenId));
        assertFalse(collectible.canTransfer(successor, ben, tokenId));
    }

    function test_a_recovery_changes_the_holder_and_nothing_else() public {
        Token memory expected = collectible.token(tokenId);
        address successor = makeAddr("ann, new key");
        _replace(ann, successor);
        _recover();
        expected.holder = successor;
        assertEq(abi.encode(collectible.token(tokenId)), abi.encode(expected));
        assertEq(collectible.balanceOf(ann), 0);
        // The holding period was kept by the same person.
        assertTrue(collectible.canTransfer(successor, ben, tokenId));
    }

    function test_nothing_is_recovered_from_an_account_that_stands_for_itself() public {
        bytes memory reason = abi.encodeWithSelector(ICollectible.NothingToRecover.selector, tokenId);
        vm.expectEmit(address(collectible));
        emit ICollectible.Refused(bytes32(tokenId), reason);
        _recover();
        assertEq(collectible.ownerOf(tokenId), ann);
    }

    function test_a_suspended_successor_waits_for_its_tokens() public {
        _suspend(ann);
        address successor = makeAddr("ann, new key");
        _replace(ann, successor);
        bytes memory reason = abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, successor);
        vm.expectEmit(address(collectible));
        emit ICollectible.Refused(bytes32(tokenId), reason);
        _recover();
        vm.warp(identities.standing(successor).suspendedUntil);
        _recover();
        assertEq(collectible.ownerOf(tokenId), successor);
    }

    function _recover() private {
        uint256[] memory tokenIds = new uint256[](1);
        tokenIds[0] = tokenId;
        vm.prank(stranger);
        collectible.recover(tokenIds);
    }

    function _order(address to) private {
        Filing memory filing = _filing(Measure.ForcedTransfer, _token(tokenId));
        filing.to = to;
        _file(filing);
    }

    function _expectNoBasis(Measure measure) private {
        vm.expectRevert(abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, measure, _token(tokenId)));
    }
}
