// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "../Recorder.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Cause, Custody, IIdentityRegistry, Kind, Registration, Standing} from "../interfaces/IIdentityRegistry.sol";
import {Filing, IOrders, Measure} from "../interfaces/IOrders.sol";
import {Club} from "./Clubs.sol";
import {Stage} from "./Stage.sol";

contract IdentityRegistryTest is Stage {
    address private dora = makeAddr("dora");
    uint256 private doraKey;

    function setUp() public override {
        super.setUp();
        (dora, doraKey) = makeAddrAndKey("dora");
    }

    function test_the_waiting_time_has_bounds() public {
        uint32 most = identities.MOST_WAIT();
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WaitOutOfRange.selector, 0, 1, most));
        _create("IdentityRegistry", abi.encode(ledger, governance, orders, 0));
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WaitOutOfRange.selector, most + 1, 1, most));
        _create("IdentityRegistry", abi.encode(ledger, governance, orders, most + 1));
    }

    function test_only_the_registrar_registers() public {
        address[6] memory others = [operations, officer, museum, filer, executor, stranger];
        Registration[] memory registrations = new Registration[](1);
        registrations[0] = _registration(dora, Kind.Person, Custody.Own);
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory missing = abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.Registrar, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(missing);
            identities.register(registrations[0]);
            vm.expectRevert(missing);
            identities.registerBatch(registrations);
            vm.expectRevert(abi.encodeWithSelector(Recorder.OnlySelf.selector, others[i]));
            identities.registerItem(registrations[0]);
            vm.stopPrank();
        }
    }

    function test_a_registered_account_takes_part_and_another_does_not() public {
        assertFalse(identities.canSend(dora));
        assertFalse(identities.canReceive(dora));
        _register(dora, Kind.Person, Custody.Own);
        assertTrue(identities.canSend(dora));
        assertTrue(identities.canReceive(dora));
        assertEq(uint8(identities.kindOf(dora)), uint8(Kind.Person));
        assertEq(uint8(identities.custodyOf(dora)), uint8(Custody.Own));
        assertEq(identities.current(dora), dora);
    }

    function test_an_account_is_registered_once() public {
        Registration memory registration = _registration(ann, Kind.Institution, Custody.Own);
        _expectRefused(registration, abi.encodeWithSelector(IIdentityRegistry.AccountKnown.selector, ann));
    }

    function test_a_registration_is_whole() public {
        Registration memory registration = _registration(address(0), Kind.Person, Custody.Own);
        _expectMalformed(registration, "account");
        registration = _registration(dora, Kind.None, Custody.Own);
        _expectMalformed(registration, "kind");
        registration = _registration(dora, Kind.Person, Custody.None);
        _expectMalformed(registration, "custody");
        registration = _registration(dora, Kind.Person, Custody.Own);
        registration.commitment = 0;
        _expectMalformed(registration, "commitment");
        registration = _registration(dora, Kind.Person, Custody.Own);
        registration.method = 0;
        _expectMalformed(registration, "method");
        registration = _registration(dora, Kind.Person, Custody.Own);
        registration.verifier = 0;
        _expectMalformed(registration, "verifier");
        registration = _registration(dora, Kind.Person, Custody.Own);
        registration.verifiedAt = 0;
        _expectMalformed(registration, "verifiedAt");
        registration.verifiedAt = uint64(vm.getBlockTimestamp() + 1);
        _expectMalformed(registration, "verifiedAt");
    }

    function test_a_contract_account_has_its_code_pinned() public {
        Club club = new Club(benKey);
        Registration memory registration = _registration(address(club), Kind.Person, Custody.Own);
        _expectMalformed(registration, "codeHash");
        registration.custody = uint8(Custody.Contract);
        registration.codeHash = "another";
        _expectMalformed(registration, "codeHash");
        registration.codeHash = address(club).codehash;
        vm.prank(registrar);
        identities.register(registration);
        assertTrue(identities.canSend(address(club)));
        // Its code changes: it is another contract, maybe a market.
        vm.etch(address(club), hex"00");
        assertFalse(identities.canSend(address(club)));
        assertFalse(identities.canReceive(address(club)));
    }

    function test_an_account_without_code_has_none_pinned_and_none_later() public {
        Registration memory registration = _registration(dora, Kind.Person, Custody.Contract);
        _expectMalformed(registration, "codeHash");
        registration = _registration(dora, Kind.Person, Custody.Own);
        registration.codeHash = "something";
        _expectMalformed(registration, "codeHash");
        _register(dora, Kind.Person, Custody.Own);
        vm.etch(dora, hex"00");
        assertFalse(identities.canSend(dora));
        assertFalse(identities.canReceive(dora));
    }

    function test_a_batch_refuses_an_item_alone() public {
        for (uint256 bad = 0; bad < 3; ++bad) {
            uint256 snapshot = vm.snapshotState();
            Registration[] memory registrations = new Registration[](3);
            for (uint256 i = 0; i < 3; ++i) {
                address account = i == bad ? ann : makeAddr(string(abi.encode(i)));
                registrations[i] = _registration(account, Kind.Person, Custody.Kept);
            }
            uint256 before = ledger.count();
            vm.expectEmit(address(identities));
            emit IIdentityRegistry.Refused(
                bytes32(uint256(uint160(ann))), abi.encodeWithSelector(IIdentityRegistry.AccountKnown.selector, ann)
            );
            vm.prank(registrar);
            identities.registerBatch(registrations);
            assertEq(ledger.count(), before + 2);
            vm.revertToState(snapshot);
        }
    }

    function testFuzz_an_unknown_kind_or_custody_is_refused_alone(uint8 number, bool isKind) public {
        number = uint8(bound(number, uint8(type(Kind).max) + 1, type(uint8).max));
        assertEq(uint8(type(Kind).max), uint8(type(Custody).max));
        Registration[] memory registrations = new Registration[](2);
        registrations[0] = _registration(makeAddr("one"), Kind.Person, Custody.Kept);
        registrations[1] = _registration(makeAddr("two"), Kind.Person, Custody.Kept);
        if (isKind) registrations[0].kind = number;
        else registrations[0].custody = number;
        string memory field = isKind ? "kind" : "custody";
        vm.expectEmit(address(identities));
        emit IIdentityRegistry.Refused(
            bytes32(uint256(uint160(registrations[0].account))),
            abi.encodeWithSelector(IIdentityRegistry.AccountMalformed.selector, registrations[0].account, field)
        );
        vm.prank(registrar);
        identities.registerBatch(registrations);
        assertFalse(identities.canSend(registrations[0].account));
        assertTrue(identities.canSend(registrations[1].account));
    }

    function test_a_suspension_needs_an_order_and_ends_by_itself() public {
        vm.expectRevert(abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, Measure.Suspend, _account(ann)));
        vm.prank(executor);
        identities.suspend(ann);
        bytes32 orderId = _suspend(ann);
        Standing memory standing = identities.standing(ann);
        assertEq(standing.suspensionOrder, orderId);
        assertFalse(identities.canSend(ann));
        assertFalse(identities.canReceive(ann));
        vm.warp(standing.suspendedUntil - 1);
        assertFalse(identities.canSend(ann));
        vm.warp(standing.suspendedUntil);
        assertTrue(identities.canSend(ann));
    }

    function test_a_suspension_in_force_is_replaced_by_an_order_that_corrects_it() public {
        bytes32 first = _suspend(ann);
        uint64 until = identities.standing(ann).suspendedUntil;
        Filing memory filing = _filing(Measure.Suspend, _account(ann));
        filing.effectUntil = uint64(vm.getBlockTimestamp() + 1 days);
        bytes32 second = _file(filing);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountUnderSuspension.selector, ann, first, until));
        vm.prank(executor);
        identities.suspend(ann);
        vm.prank(filer);
        orders.withdraw(second, "does not say what it corrects");
        filing.orderHash = "corrected";
        filing.corrects = first;
        _file(filing);
        vm.prank(executor);
        identities.suspend(ann);
        assertEq(identities.standing(ann).suspendedUntil, filing.effectUntil);
    }

    function test_restoring_needs_an_order_and_a_suspension() public {
        _file(_filing(Measure.Restore, _account(ann)));
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountNotSuspended.selector, ann));
        vm.prank(executor);
        identities.restore(ann);
        _suspend(ann);
        vm.prank(executor);
        identities.restore(ann);
        assertTrue(identities.canSend(ann));
        assertEq(identities.standing(ann).suspensionOrder, 0);
    }

    function test_an_unknown_account_is_not_suspended() public {
        _file(_filing(Measure.Suspend, _account(dora)));
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountUnknown.selector, dora));
        vm.prank(executor);
        identities.suspend(dora);
    }

    function test_a_replacement_is_no_way_out_of_a_suspension() public {
        bytes32 orderId = _suspend(ann);
        _replace(ann, dora);
        assertEq(identities.standing(dora).suspensionOrder, orderId);
        assertFalse(identities.canReceive(dora));
        // An order filed against the old account reaches the one that stands for it.
        _file(_filing(Measure.Restore, _account(ann)));
        vm.prank(executor);
        identities.restore(ann);
        assertTrue(identities.canReceive(dora));
        assertFalse(identities.canReceive(ann));
        _suspend(ann);
        assertFalse(identities.canReceive(dora));
    }

    function test_a_recovery_needs_two_roles_and_the_waiting_time() public {
        _expectMissing(Role.Registrar, officer);
        identities.requestRecovery(ann, dora, "evidence");
        vm.prank(registrar);
        identities.requestRecovery(ann, dora, "evidence");
        uint64 earliest = uint64(vm.getBlockTimestamp() + WAIT);
        assertEq(identities.standing(ann).recoveryFrom, earliest);
        _expectMissing(Role.RecoveryOfficer, registrar);
        identities.confirmRecovery(ann);
        vm.warp(earliest - 1);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.RecoveryTooEarly.selector, ann, earliest));
        vm.prank(officer);
        identities.confirmRecovery(ann);
        assertTrue(identities.canSend(ann));
        vm.warp(earliest);
        vm.prank(officer);
        identities.confirmRecovery(ann);
        assertEq(identities.current(ann), dora);
        assertFalse(identities.canSend(ann));
        assertTrue(identities.canSend(dora));
        Standing memory standing = identities.standing(dora);
        assertEq(standing.commitment, identities.standing(ann).commitment);
        assertEq(uint8(standing.custody), uint8(Custody.Own));
    }

    function test_the_old_key_objects_by_transaction_or_by_signature() public {
        vm.prank(registrar);
        identities.requestRecovery(ben, dora, "evidence");
        vm.prank(ben);
        identities.stopRecovery(ben);
        _expectUnconfirmable(ben);
        vm.prank(registrar);
        identities.requestRecovery(ann, dora, "evidence");
        uint64 deadline = uint64(vm.getBlockTimestamp());
        bytes memory signature = _stop(annKey, ann, dora, deadline);
        vm.prank(relayer);
        identities.stopRecoveryBySignature(ann, deadline, signature);
        _expectUnconfirmable(ann);
    }

    function test_the_officer_stops_a_recovery_and_nobody_else() public {
        vm.prank(registrar);
        identities.requestRecovery(ben, dora, "evidence");
        address[4] memory others = [registrar, museum, ann, dora];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotEntitled.selector, others[i]));
            vm.prank(others[i]);
            identities.stopRecovery(ben);
        }
        vm.prank(officer);
        identities.stopRecovery(ben);
        _expectUnconfirmable(ben);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.RecoveryUnknown.selector, ben));
        vm.prank(officer);
        identities.stopRecovery(ben);
    }

    function test_an_objection_is_signed_by_the_old_key_for_this_recovery_and_in_time() public {
        vm.prank(registrar);
        identities.requestRecovery(ann, dora, "evidence");
        uint64 deadline = uint64(vm.getBlockTimestamp());
        bytes memory byAnother = _stop(benKey, ann, dora, deadline);
        bytes memory forAnother = _stop(annKey, ann, ben, deadline);
        bytes memory late = _stop(annKey, ann, dora, deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.SignatureInvalid.selector, ann));
        identities.stopRecoveryBySignature(ann, deadline, byAnother);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.SignatureInvalid.selector, ann));
        identities.stopRecoveryBySignature(ann, deadline, forAnother);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.IntentExpired.selector, deadline - 1));
        identities.stopRecoveryBySignature(ann, deadline - 1, late);
    }

    function test_one_recovery_at_a_time_to_a_fresh_account_with_evidence() public {
        vm.startPrank(registrar);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountKnown.selector, ben));
        identities.requestRecovery(ann, ben, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountMalformed.selector, address(0), "replacement"));
        identities.requestRecovery(ann, address(0), "evidence");
        vm.expectRevert(
            abi.encodeWithSelector(IIdentityRegistry.AccountMalformed.selector, address(this), "replacement")
        );
        identities.requestRecovery(ann, address(this), "evidence");
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountMalformed.selector, ann, "evidence"));
        identities.requestRecovery(ann, dora, 0);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountUnknown.selector, stranger));
        identities.requestRecovery(stranger, dora, "evidence");
        identities.requestRecovery(ann, dora, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.RecoveryPending.selector, ann, dora));
        identities.requestRecovery(ann, makeAddr("emil"), "evidence");
    }

    function test_a_replacement_registered_meanwhile_is_not_taken_over() public {
        vm.prank(registrar);
        identities.requestRecovery(ann, dora, "evidence");
        _register(dora, Kind.Person, Custody.Own);
        vm.warp(vm.getBlockTimestamp() + WAIT);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountKnown.selector, dora));
        vm.prank(officer);
        identities.confirmRecovery(ann);
    }

    function test_a_replaced_account_stays_replaced() public {
        _replace(ann, dora);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountReplacedBefore.selector, ann, dora));
        vm.prank(registrar);
        identities.requestRecovery(ann, makeAddr("emil"), "evidence");
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.RecoveryUnknown.selector, ann));
        vm.prank(officer);
        identities.confirmRecovery(ann);
        address emil = makeAddr("emil");
        _replace(dora, emil);
        assertEq(identities.current(ann), emil);
    }

    function test_from_kept_to_own_key_both_agree() public {
        uint64 deadline = uint64(vm.getBlockTimestamp());
        bytes memory byAnn = _handOver(annKey, ann, dora, deadline);
        bytes memory byDora = _handOver(doraKey, ann, dora, deadline);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.SignatureInvalid.selector, ann));
        identities.handOver(ann, dora, deadline, byDora, byDora);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.SignatureInvalid.selector, dora));
        identities.handOver(ann, dora, deadline, byAnn, byAnn);
        vm.prank(relayer);
        identities.handOver(ann, dora, deadline, byAnn, byDora);
        assertEq(identities.current(ann), dora);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.AccountReplacedBefore.selector, ann, dora));
        identities.handOver(ann, dora, deadline, byAnn, byDora);
    }

    function test_a_hand_over_is_refused_late_from_an_own_key_and_during_a_recovery() public {
        uint64 deadline = uint64(vm.getBlockTimestamp() - 1);
        bytes memory byAnn = _handOver(annKey, ann, dora, deadline);
        bytes memory byDora = _handOver(doraKey, ann, dora, deadline);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.IntentExpired.selector, deadline));
        identities.handOver(ann, dora, deadline, byAnn, byDora);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.CustodyNotKept.selector, ben));
        identities.handOver(ben, dora, deadline, "", "");
        vm.prank(registrar);
        identities.requestRecovery(ann, dora, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.RecoveryPending.selector, ann, dora));
        identities.handOver(ann, dora, deadline, byAnn, byDora);
    }

    function test_an_intent_of_an_earlier_chain_is_worth_nothing() public {
        (bytes1 fields,,, uint256 chainId, address verifier, bytes32 salt,) = identities.eip712Domain();
        assertEq(fields, bytes1(0x1f));
        assertEq(chainId, block.chainid);
        assertEq(verifier, address(identities));
        assertEq(salt, blockhash(999));
        vm.roll(2000);
        address anew = _create("IdentityRegistry", abi.encode(ledger, governance, orders, WAIT));
        vm.etch(address(identities), anew.code);
        assertNotEq(salt, _salt());
    }

    function _salt() private view returns (bytes32 salt) {
        (,,,,, salt,) = identities.eip712Domain();
    }

    function _stop(uint256 key, address account, address replacement, uint64 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 kind = keccak256("StopRecovery(address account,address replacement,uint64 deadline)");
        return _agree(key, keccak256(abi.encode(kind, account, replacement, deadline)));
    }

    function _handOver(uint256 key, address account, address replacement, uint64 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 kind = keccak256("HandOver(address account,address replacement,uint64 deadline)");
        return _agree(key, keccak256(abi.encode(kind, account, replacement, deadline)));
    }

    function _agree(uint256 key, bytes32 struct_) private view returns (bytes memory) {
        return _sign(key, _typed(identities.domainSeparator(), struct_));
    }

    function _expectMalformed(Registration memory registration, string memory field) private {
        _expectRefused(
            registration,
            abi.encodeWithSelector(IIdentityRegistry.AccountMalformed.selector, registration.account, field)
        );
    }

    function _expectRefused(Registration memory registration, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(registrar);
        identities.register(registration);
    }

    function _expectMissing(Role role, address account) private {
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMissing.selector, role, account));
        vm.prank(account);
    }

    function _expectUnconfirmable(address account) private {
        vm.warp(vm.getBlockTimestamp() + WAIT);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.RecoveryUnknown.selector, account));
        vm.prank(officer);
        identities.confirmRecovery(account);
    }
}
