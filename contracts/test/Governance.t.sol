// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGovernance, Member, Role, Seat} from "../interfaces/IGovernance.sol";
import {Stage} from "./Stage.sol";

contract GovernanceTest is Stage {
    address private newcomer = makeAddr("newcomer");

    function test_the_members_of_the_construction_have_their_roles() public view {
        assertTrue(governance.hasRole(Role.Registrar, registrar));
        assertFalse(governance.hasRole(Role.Registrar, museum));
        assertFalse(governance.hasRole(Role.None, stranger));
        assertEq(uint8(governance.roleOf(museum)), uint8(Role.Issuer));
        assertTrue(governance.seat(Role.Issuer, museum).holds);
    }

    function test_both_kinds_of_governor_are_there_from_the_start() public {
        Member[] memory members = new Member[](1);
        members[0] = Member(Role.OperationsGovernor, operations);
        _expectLedger();
        vm.expectRevert(abi.encodeWithSelector(IGovernance.LastGovernor.selector, Role.RegulationGovernor));
        _create("Governance", abi.encode(ledger, DELAY, members));
        members[0] = Member(Role.RegulationGovernor, regulation);
        _expectLedger();
        vm.expectRevert(abi.encodeWithSelector(IGovernance.LastGovernor.selector, Role.OperationsGovernor));
        _create("Governance", abi.encode(ledger, DELAY, members));
    }

    function test_the_delay_has_bounds() public {
        uint32 most = governance.MOST_DELAY();
        vm.expectRevert(abi.encodeWithSelector(IGovernance.DelayOutOfRange.selector, 0, 1, most));
        _create("Governance", abi.encode(ledger, 0, new Member[](0)));
        vm.expectRevert(abi.encodeWithSelector(IGovernance.DelayOutOfRange.selector, most + 1, 1, most));
        _create("Governance", abi.encode(ledger, most + 1, new Member[](0)));
    }

    function test_a_role_takes_effect_after_the_delay_and_not_before() public {
        _propose(operations, Role.Registrar);
        uint64 effectiveAt = uint64(vm.getBlockTimestamp() + DELAY);
        Seat memory seat = governance.seat(Role.Registrar, newcomer);
        assertEq(abi.encode(seat), abi.encode(Seat(false, operations, effectiveAt, false)));
        vm.warp(effectiveAt - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernance.ProposalTooEarly.selector, Role.Registrar, newcomer, effectiveAt)
        );
        governance.enact(Role.Registrar, newcomer);
        vm.warp(effectiveAt);
        vm.prank(stranger);
        governance.enact(Role.Registrar, newcomer);
        assertTrue(governance.hasRole(Role.Registrar, newcomer));
        seat = governance.seat(Role.Registrar, newcomer);
        assertEq(abi.encode(seat), abi.encode(Seat(true, address(0), 0, false)));
    }

    function test_each_governor_proposes_its_own_roles() public {
        Role[3] memory ofOperations = [Role.Registrar, Role.Issuer, Role.OrderExecutor];
        Role[2] memory ofRegulation = [Role.RecoveryOfficer, Role.OrderFiler];
        for (uint256 i = 0; i < 3; ++i) {
            _expectMissing(Role.OperationsGovernor, regulation);
            _propose(regulation, ofOperations[i]);
            _propose(operations, ofOperations[i]);
        }
        for (uint256 i = 0; i < 2; ++i) {
            _expectMissing(Role.RegulationGovernor, operations);
            _propose(operations, ofRegulation[i]);
            _propose(regulation, ofRegulation[i]);
        }
    }

    function test_both_hands_of_a_recovery_and_of_an_order_have_different_admins() public {
        _propose(operations, Role.Registrar);
        _expectMissing(Role.RegulationGovernor, operations);
        _propose(operations, Role.RecoveryOfficer);
        _propose(regulation, Role.OrderFiler);
        _expectMissing(Role.OperationsGovernor, regulation);
        _propose(regulation, Role.OrderExecutor);
    }

    function test_nobody_else_proposes() public {
        address[6] memory others = [registrar, officer, museum, filer, executor, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectMissing(Role.OperationsGovernor, others[i]);
            _propose(others[i], Role.Issuer);
            _expectMissing(Role.OperationsGovernor, others[i]);
            _propose(others[i], Role.OperationsGovernor);
        }
    }

    function test_a_role_and_an_account_are_named() public {
        vm.startPrank(operations);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMalformed.selector, Role.None, newcomer));
        governance.propose(Role.None, newcomer);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMalformed.selector, Role.Issuer, address(0)));
        governance.propose(Role.Issuer, address(0));
    }

    function test_an_account_has_one_role_at_most() public {
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleTaken.selector, museum, Role.Issuer));
        vm.prank(operations);
        governance.propose(Role.Registrar, museum);
        // Proposed for two, it gets one.
        _propose(operations, Role.Registrar);
        _propose(operations, Role.Issuer);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(Role.Registrar, newcomer);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleTaken.selector, newcomer, Role.Registrar));
        governance.enact(Role.Issuer, newcomer);
    }

    function test_a_proposal_is_made_once() public {
        _propose(operations, Role.Registrar);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.ProposalPending.selector, Role.Registrar, newcomer));
        _propose(operations, Role.Registrar);
    }

    function test_either_governor_cancels_and_nobody_else() public {
        _propose(operations, Role.Registrar);
        _expectMissing(Role.OperationsGovernor, registrar);
        vm.prank(registrar);
        governance.cancel(Role.Registrar, newcomer);
        vm.prank(regulation);
        governance.cancel(Role.Registrar, newcomer);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.ProposalUnknown.selector, Role.Registrar, newcomer));
        governance.enact(Role.Registrar, newcomer);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.ProposalUnknown.selector, Role.Registrar, newcomer));
        vm.prank(operations);
        governance.cancel(Role.Registrar, newcomer);
    }

    function test_a_governor_needs_the_other_kind() public {
        _propose(operations, Role.RegulationGovernor);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernance.ConfirmationMissing.selector, Role.RegulationGovernor, newcomer)
        );
        governance.enact(Role.RegulationGovernor, newcomer);
        _expectMissing(Role.RegulationGovernor, operations);
        vm.prank(operations);
        governance.confirm(Role.RegulationGovernor, newcomer);
        vm.prank(regulation);
        governance.confirm(Role.RegulationGovernor, newcomer);
        assertTrue(governance.seat(Role.RegulationGovernor, newcomer).confirmed);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.ProposalPending.selector, Role.RegulationGovernor, newcomer));
        vm.prank(regulation);
        governance.confirm(Role.RegulationGovernor, newcomer);
        governance.enact(Role.RegulationGovernor, newcomer);
        assertTrue(governance.hasRole(Role.RegulationGovernor, newcomer));
    }

    function test_only_a_proposal_for_a_governor_is_confirmed() public {
        _propose(operations, Role.Registrar);
        vm.startPrank(regulation);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMalformed.selector, Role.Registrar, newcomer));
        governance.confirm(Role.Registrar, newcomer);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.ProposalUnknown.selector, Role.OperationsGovernor, newcomer));
        governance.confirm(Role.OperationsGovernor, newcomer);
    }

    function test_revocation_is_immediate_and_by_the_admin_of_the_role() public {
        _expectMissing(Role.OperationsGovernor, regulation);
        vm.prank(regulation);
        governance.revoke(Role.Issuer, museum);
        _expectMissing(Role.RegulationGovernor, operations);
        vm.prank(operations);
        governance.revoke(Role.OrderFiler, filer);
        vm.prank(operations);
        governance.revoke(Role.Issuer, museum);
        assertFalse(governance.hasRole(Role.Issuer, museum));
        _expectMissing(Role.Issuer, museum);
        vm.prank(operations);
        governance.revoke(Role.Issuer, museum);
    }

    function test_a_governor_is_revoked_by_the_other_kind_but_never_the_last_one() public {
        vm.expectRevert(abi.encodeWithSelector(IGovernance.LastGovernor.selector, Role.RegulationGovernor));
        vm.prank(operations);
        governance.revoke(Role.RegulationGovernor, regulation);
        _appoint(Role.RegulationGovernor, newcomer);
        _expectMissing(Role.OperationsGovernor, newcomer);
        vm.prank(newcomer);
        governance.revoke(Role.RegulationGovernor, regulation);
        vm.prank(operations);
        governance.revoke(Role.RegulationGovernor, regulation);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.LastGovernor.selector, Role.RegulationGovernor));
        vm.prank(operations);
        governance.revoke(Role.RegulationGovernor, newcomer);
    }

    function test_what_a_governor_proposed_ends_with_its_role() public {
        address second = makeAddr("second");
        _appoint(Role.OperationsGovernor, second);
        _propose(second, Role.Issuer);
        vm.prank(regulation);
        governance.revoke(Role.OperationsGovernor, second);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        _expectMissing(Role.OperationsGovernor, second);
        governance.enact(Role.Issuer, newcomer);
        vm.prank(operations);
        governance.cancel(Role.Issuer, newcomer);
        _propose(operations, Role.Issuer);
    }

    function test_what_a_governor_confirmed_ends_with_its_role() public {
        address second = makeAddr("second");
        _appoint(Role.RegulationGovernor, second);
        _propose(operations, Role.OperationsGovernor);
        vm.prank(second);
        governance.confirm(Role.OperationsGovernor, newcomer);
        vm.prank(operations);
        governance.revoke(Role.RegulationGovernor, second);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        _expectMissing(Role.RegulationGovernor, second);
        governance.enact(Role.OperationsGovernor, newcomer);
    }

    function test_a_proposer_that_lost_its_role_has_nobody_to_confirm_it() public {
        address second = makeAddr("second");
        _appoint(Role.OperationsGovernor, second);
        _propose(second, Role.RegulationGovernor);
        vm.prank(regulation);
        governance.revoke(Role.OperationsGovernor, second);
        _expectMissing(Role.None, regulation);
        vm.prank(regulation);
        governance.confirm(Role.RegulationGovernor, newcomer);
    }

    function test_a_governor_that_is_lost_is_replaced_by_two_hands_after_a_long_wait() public {
        Role[2] memory lost = [Role.OperationsGovernor, Role.RegulationGovernor];
        address[2] memory proposer = [regulation, operations];
        address[2] memory standIn = [registrar, officer];
        for (uint256 i = 0; i < 2; ++i) {
            uint256 snapshot = vm.snapshotState();
            _propose(proposer[i], lost[i]);
            vm.prank(standIn[i]);
            governance.confirm(lost[i], newcomer);
            uint64 effectiveAt = governance.seat(lost[i], newcomer).effectiveAt;
            uint64 earliest = effectiveAt + governance.STAND_IN_WAIT();
            vm.warp(earliest - 1);
            vm.expectRevert(abi.encodeWithSelector(IGovernance.ProposalTooEarly.selector, lost[i], newcomer, earliest));
            governance.enact(lost[i], newcomer);
            vm.warp(earliest);
            governance.enact(lost[i], newcomer);
            // Now there are two, and the lost one can go.
            vm.prank(proposer[i]);
            governance.revoke(lost[i], i == 0 ? operations : regulation);
            vm.revertToState(snapshot);
        }
    }

    function test_a_governor_that_is_not_lost_cancels_what_would_replace_it() public {
        _propose(regulation, Role.OperationsGovernor);
        vm.prank(registrar);
        governance.confirm(Role.OperationsGovernor, newcomer);
        vm.warp(vm.getBlockTimestamp() + DELAY + governance.STAND_IN_WAIT());
        uint256 snapshot = vm.snapshotState();
        vm.prank(operations);
        governance.cancel(Role.OperationsGovernor, newcomer);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.ProposalUnknown.selector, Role.OperationsGovernor, newcomer));
        governance.enact(Role.OperationsGovernor, newcomer);
        vm.revertToState(snapshot);
        vm.prank(operations);
        governance.revoke(Role.Registrar, registrar);
        _expectMissing(Role.OperationsGovernor, registrar);
        governance.enact(Role.OperationsGovernor, newcomer);
    }

    function test_nobody_else_stands_in_and_only_for_its_own_governor() public {
        _propose(regulation, Role.OperationsGovernor);
        address[6] memory others = [officer, museum, filer, executor, stranger, regulation];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectMissing(Role.OperationsGovernor, others[i]);
            vm.prank(others[i]);
            governance.confirm(Role.OperationsGovernor, newcomer);
        }
        // A governor does not get a second of its own kind by those that stand in for the other.
        _propose(regulation, Role.RegulationGovernor);
        _expectMissing(Role.OperationsGovernor, registrar);
        vm.prank(registrar);
        governance.confirm(Role.RegulationGovernor, newcomer);
    }

    function test_every_change_is_a_record() public {
        uint256 before = ledger.count();
        _propose(operations, Role.Registrar);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(Role.Registrar, newcomer);
        vm.prank(operations);
        governance.revoke(Role.Registrar, newcomer);
        assertEq(ledger.count(), before + 3);
    }

    function _propose(address by, Role role) private {
        vm.prank(by);
        governance.propose(role, newcomer);
    }

    function _appoint(Role role, address account) private {
        vm.prank(operations);
        governance.propose(role, account);
        vm.prank(regulation);
        governance.confirm(role, account);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(role, account);
    }

    function _expectMissing(Role role, address account) private {
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMissing.selector, role, account));
    }

    /// @dev A contract that is no source of the ledger may not append: let it.
    function _expectLedger() private {
        vm.mockCall(address(ledger), abi.encodeWithSelector(ledger.appendBatch.selector), abi.encode(uint256(0)));
    }
}
