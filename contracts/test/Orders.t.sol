// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Filing, IOrders, Measure, OrderStatus} from "../interfaces/IOrders.sol";
import {Stage} from "./Stage.sol";

contract OrdersTest is Stage {
    bytes32 private constant TARGET = "target";

    function test_only_an_order_filer_files_and_withdraws() public {
        address[6] memory others = [operations, regulation, registrar, museum, executor, stranger];
        Filing memory filing = _filing(Measure.Release, TARGET);
        bytes32 orderId = _file(filing);
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory missing = abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.OrderFiler, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(missing);
            orders.file(filing);
            vm.expectRevert(missing);
            orders.withdraw(orderId, "reason");
            vm.stopPrank();
        }
    }

    function test_an_order_is_kept_as_it_was_filed() public {
        Filing memory filing = _filing(Measure.Hold, TARGET);
        bytes32 orderId = _file(filing);
        assertEq(orderId, keccak256(abi.encode(filing.authority, filing.orderHash, filing.measure, filing.target)));
        (OrderStatus status, address filedBy, Filing memory kept) = orders.order(orderId);
        assertEq(uint8(status), uint8(OrderStatus.Filed));
        assertEq(filedBy, filer);
        assertEq(abi.encode(kept), abi.encode(filing));
        assertEq(orders.pending(Measure.Hold, TARGET), orderId);
        assertEq(orders.pending(Measure.Release, TARGET), 0);
    }

    function test_an_order_says_all_that_a_legal_basis_needs() public {
        Filing memory filing = _filing(Measure.Hold, TARGET);
        filing.authority = "";
        _expectMalformed(filing, "authority");
        filing.authority = string(new bytes(129));
        _expectMalformed(filing, "authority");
        filing = _filing(Measure.Hold, TARGET);
        filing.orderHash = 0;
        _expectMalformed(filing, "orderHash");
        filing = _filing(Measure.Hold, TARGET);
        filing.reasonCode = 0;
        _expectMalformed(filing, "reasonCode");
        filing = _filing(Measure.None, TARGET);
        _expectMalformed(filing, "measure");
        filing = _filing(Measure.Hold, 0);
        _expectMalformed(filing, "target");
        filing = _filing(Measure.Hold, TARGET);
        filing.to = ann;
        _expectMalformed(filing, "to");
        filing = _filing(Measure.ForcedTransfer, TARGET);
        _expectMalformed(filing, "to");
        filing = _filing(Measure.Hold, TARGET);
        filing.authority = string(new bytes(128));
        _file(filing);
    }

    function test_the_times_of_an_order_make_sense() public {
        uint64 time = uint64(vm.getBlockTimestamp());
        uint64 most = time + orders.LONGEST();
        Filing memory filing = _filing(Measure.Hold, TARGET);
        filing.occurredAt = 0;
        _expectMalformed(filing, "occurredAt");
        filing.occurredAt = time + 1;
        _expectMalformed(filing, "occurredAt");
        filing.occurredAt = time;
        filing.effectUntil = time;
        _expectMalformed(filing, "effectUntil");
        filing.effectUntil = most + 1;
        _expectMalformed(filing, "effectUntil");
        filing.effectUntil = most;
        filing.expires = time;
        _expectMalformed(filing, "expires");
        filing.expires = most + 1;
        _expectMalformed(filing, "expires");
        filing.expires = time + 1;
        _file(filing);
        filing = _filing(Measure.Release, TARGET);
        filing.effectUntil = time + 1;
        _expectMalformed(filing, "effectUntil");
    }

    function test_one_document_orders_one_thing_once() public {
        Filing memory filing = _filing(Measure.Release, TARGET);
        bytes32 orderId = _file(filing);
        _expectRefused(filing, abi.encodeWithSelector(IOrders.OrderAlreadyFiled.selector, orderId));
        vm.prank(filer);
        orders.withdraw(orderId, "typing error");
        _expectRefused(filing, abi.encodeWithSelector(IOrders.OrderAlreadyFiled.selector, orderId));
        filing.corrects = _file(_filing(Measure.Release, "third"));
        _expectRefused(filing, abi.encodeWithSelector(IOrders.OrderAlreadyFiled.selector, orderId));
        // The same document may order another thing.
        filing.target = "another";
        _file(filing);
    }

    function test_an_order_withdrawn_by_mistake_is_filed_once_more_as_its_own_correction() public {
        Filing memory filing = _filing(Measure.Release, TARGET);
        bytes32 orderId = keccak256(abi.encode(filing.authority, filing.orderHash, filing.measure, filing.target));
        filing.corrects = orderId;
        _expectRefused(filing, abi.encodeWithSelector(IOrders.CorrectsUnknown.selector, orderId));
        filing.corrects = 0;
        assertEq(_file(filing), orderId);
        filing.corrects = orderId;
        _expectRefused(filing, abi.encodeWithSelector(IOrders.OrderAlreadyFiled.selector, orderId));
        vm.prank(filer);
        orders.withdraw(orderId, "typing error");
        filing.reasonCode = "corrected";
        assertEq(_file(filing), orderId);
        assertEq(orders.pending(Measure.Release, TARGET), orderId);
        vm.prank(filer);
        orders.withdraw(orderId, "again");
        _expectRefused(filing, abi.encodeWithSelector(IOrders.OrderAlreadyFiled.selector, orderId));
    }

    function test_an_order_that_was_executed_is_never_filed_again() public {
        bytes32 orderId = _hold(_giveable(ann));
        (,, Filing memory filing) = orders.order(orderId);
        filing.corrects = orderId;
        _expectRefused(filing, abi.encodeWithSelector(IOrders.OrderAlreadyFiled.selector, orderId));
    }

    function test_one_order_at_a_time_is_pending_for_a_target() public {
        bytes32 orderId = _file(_filing(Measure.Release, TARGET));
        Filing memory second = _filing(Measure.Release, TARGET);
        _expectRefused(second, abi.encodeWithSelector(IOrders.OrderPending.selector, orderId));
        vm.prank(filer);
        orders.withdraw(orderId, "replaced");
        assertEq(orders.pending(Measure.Release, TARGET), 0);
        _file(second);
    }

    function test_an_expired_order_gives_way_and_is_never_executed() public {
        bytes32 first = _file(_filing(Measure.Suspend, _account(ann)));
        vm.warp(vm.getBlockTimestamp() + 30 days);
        assertEq(orders.pending(Measure.Suspend, _account(ann)), 0);
        (,, Filing memory expired) = orders.order(first);
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrderExpired.selector, first, expired.expires));
        vm.prank(executor);
        identities.suspend(ann);
        bytes32 second = _file(_filing(Measure.Suspend, _account(ann)));
        assertEq(orders.pending(Measure.Suspend, _account(ann)), second);
        // Striking out the first does not touch the second.
        vm.prank(filer);
        orders.withdraw(first, "expired");
        assertEq(orders.pending(Measure.Suspend, _account(ann)), second);
        vm.prank(executor);
        identities.suspend(ann);
    }

    function test_an_effect_that_has_ended_is_not_begun() public {
        Filing memory filing = _filing(Measure.Suspend, _account(ann));
        filing.effectUntil = uint64(vm.getBlockTimestamp() + 1 days);
        bytes32 orderId = _file(filing);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrderExpired.selector, orderId, filing.effectUntil));
        vm.prank(executor);
        identities.suspend(ann);
    }

    function test_what_an_order_corrects_is_known() public {
        Filing memory filing = _filing(Measure.Release, TARGET);
        filing.corrects = "unknown";
        _expectRefused(filing, abi.encodeWithSelector(IOrders.CorrectsUnknown.selector, bytes32("unknown")));
        filing.corrects = _file(_filing(Measure.Hold, TARGET));
        _file(filing);
    }

    function test_an_order_is_withdrawn_once_and_with_a_reason() public {
        bytes32 orderId = _file(_filing(Measure.Release, TARGET));
        vm.startPrank(filer);
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrderMalformed.selector, "reason"));
        orders.withdraw(orderId, 0);
        orders.withdraw(orderId, "reason");
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrderNotPending.selector, orderId));
        orders.withdraw(orderId, "reason");
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrderNotPending.selector, bytes32("unknown")));
        orders.withdraw("unknown", "reason");
    }

    function test_only_the_named_contracts_use_orders_up() public {
        _file(_filing(Measure.Release, TARGET));
        address[4] memory others = [executor, filer, address(works), address(governance)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrders.SourceUnknown.selector, others[i]));
            vm.prank(others[i]);
            orders.consume(Measure.Release, TARGET, executor);
        }
    }

    function test_an_order_serves_once_and_by_an_executor() public {
        bytes32 orderId = _file(_filing(Measure.Release, TARGET));
        vm.startPrank(address(collectible));
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.OrderExecutor, filer));
        orders.consume(Measure.Release, TARGET, filer);
        vm.expectRevert(abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, Measure.Release, bytes32("other")));
        orders.consume(Measure.Release, "other", executor);
        vm.expectRevert(abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, Measure.Annul, TARGET));
        orders.consume(Measure.Annul, TARGET, executor);
        orders.consume(Measure.Release, TARGET, executor);
        vm.expectRevert(abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, Measure.Release, TARGET));
        orders.consume(Measure.Release, TARGET, executor);
        vm.stopPrank();
        (OrderStatus status,,) = orders.order(orderId);
        assertEq(uint8(status), uint8(OrderStatus.Executed));
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrderNotPending.selector, orderId));
        vm.prank(filer);
        orders.withdraw(orderId, "too late");
    }

    function test_who_filed_an_order_does_not_execute_it_even_with_a_new_role() public {
        bytes32 orderId = _file(_filing(Measure.Release, TARGET));
        vm.prank(regulation);
        governance.revoke(Role.OrderFiler, filer);
        vm.prank(operations);
        governance.propose(Role.OrderExecutor, filer);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(Role.OrderExecutor, filer);
        vm.expectRevert(abi.encodeWithSelector(IOrders.SameHand.selector, orderId, filer));
        vm.prank(address(collectible));
        orders.consume(Measure.Release, TARGET, filer);
    }

    function _expectMalformed(Filing memory filing, string memory field) private {
        _expectRefused(filing, abi.encodeWithSelector(IOrders.OrderMalformed.selector, field));
    }

    function _expectRefused(Filing memory filing, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(filer);
        orders.file(filing);
    }
}
