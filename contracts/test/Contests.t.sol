// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent} from "../interfaces/IConsents.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Filing, IOrders, Measure} from "../interfaces/IOrders.sol";
import {
    Assignment,
    Axis,
    Claim,
    EstateAmendment,
    EstateStatus,
    IRightsRegistry,
    Merge,
    Split,
    WorkRights
} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Estates} from "./Estates.sol";

/// @notice What stops acts on rights, and what is said about them.
contract ContestsTest is Estates {
    uint256 private id;
    uint64 private until;

    function setUp() public override {
        super.setUp();
        id = _estate(ben);
        until = uint64(vm.getBlockTimestamp() + 30 days);
    }

    // Holds

    function test_a_hold_on_an_estate_is_on_record_with_its_order() public {
        vm.recordLogs();
        bytes32 orderId = _holdEstate(id);
        bytes32[] memory subjects = new bytes32[](3);
        (subjects[0], subjects[1], subjects[2]) = (_estateSubject(id), _rightsSubject(novel), _order(orderId));
        bytes memory data = abi.encode(id, orderId, until);
        _assertTold(IRightsRegistry.EstateHeld.selector, rights.estateStateOf(id), subjects, data);
        assertEq(rights.estate(id).holdOrder, orderId);
        assertEq(rights.estate(id).heldUntil, until);
        assertEq(rights.estate(id).revision, 1);
        orderId = _file(_filing(Measure.Release, _estateSubject(id)));
        vm.recordLogs();
        vm.prank(executor);
        rights.release(id);
        subjects[2] = _order(orderId);
        data = abi.encode(id, orderId);
        _assertTold(IRightsRegistry.EstateReleased.selector, rights.estateStateOf(id), subjects, data);
        assertEq(rights.estate(id).holdOrder, 0);
        assertEq(rights.estate(id).heldUntil, 0);
    }

    function test_a_hold_on_an_estate_stops_what_is_done_to_it_until_it_ends() public {
        bytes32 orderId = _holdEstate(id);
        bytes memory held = abi.encodeWithSelector(IRightsRegistry.EstateUnderHold.selector, id, orderId, until);
        _refusesEverything(held);
        vm.warp(until);
        _split(_splitOf(id, Axis.Time, _cuts(TODAY + 50)));
    }

    function test_a_hold_on_one_part_does_not_stop_another() public {
        uint256[] memory parts = _split(_splitOf(id, Axis.Time, _cuts(TODAY + 50)));
        bytes32 orderId = _holdEstate(parts[0]);
        Merge memory merge_ = _mergeOf(parts, Axis.Time);
        Consent[] memory given = _agreed(rights.mergeDigest(merge_), _parties(ben));
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateUnderHold.selector, parts[0], orderId, until));
        rights.merge(merge_, given);
        _split(_splitOf(parts[1], Axis.Time, _cuts(TODAY + 60)));
    }

    function test_a_hold_on_all_rights_of_a_work_is_on_record_with_its_order() public {
        vm.recordLogs();
        bytes32 orderId = _holdRights();
        bytes32[] memory subjects = new bytes32[](2);
        (subjects[0], subjects[1]) = (_rightsSubject(novel), _order(orderId));
        bytes memory data = abi.encode(novel, orderId, until);
        _assertTold(IRightsRegistry.RightsHeld.selector, _workState(novel), subjects, data);
        assertEq(abi.encode(rights.workRights(novel)), abi.encode(WorkRights(1, 0, 0, orderId, until)));
        orderId = _file(_filing(Measure.Release, _rightsSubject(novel)));
        vm.recordLogs();
        vm.prank(executor);
        rights.releaseWork(novel);
        subjects[1] = _order(orderId);
        _assertTold(IRightsRegistry.RightsReleased.selector, _workState(novel), subjects, abi.encode(novel, orderId));
        assertEq(rights.workRights(novel).heldUntil, 0);
    }

    function test_a_hold_on_all_rights_of_a_work_stops_claims_too() public {
        bytes32 orderId = _holdRights();
        bytes memory held = abi.encodeWithSelector(IRightsRegistry.RightsUnderHold.selector, novel, orderId, until);
        _refusesEverything(held);
        Claim memory claim_ = _claimOf(_everything(), _of(ben));
        (claim_.scope.from, claim_.scope.until) = (TODAY - 1, TODAY);
        Consent[] memory given = _agreed(rights.claimDigest(claim_), _parties(museum, ben));
        vm.expectRevert(held);
        rights.claim(claim_, given);
        vm.warp(until);
        claim_.deadline = until;
        _claimed(claim_);
        _split(_splitOf(id, Axis.Time, _cuts(TODAY + 50)));
    }

    function test_a_hold_over_a_hold_corrects_it() public {
        bytes32 first = _holdEstate(id);
        Filing memory filing = _filing(Measure.Hold, _estateSubject(id));
        _file(filing);
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateUnderHold.selector, id, first, until));
        rights.hold(id);
        vm.stopPrank();
        _withdrawPending(Measure.Hold, _estateSubject(id));
        filing = _filing(Measure.Hold, _estateSubject(id));
        filing.corrects = first;
        bytes32 second = _file(filing);
        vm.prank(executor);
        rights.hold(id);
        assertEq(rights.estate(id).holdOrder, second);
        first = _holdRights();
        _file(_filing(Measure.Hold, _rightsSubject(novel)));
        vm.prank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.RightsUnderHold.selector, novel, first, until));
        rights.holdWork(novel);
        // One that lapsed is no hold.
        vm.warp(until);
        _withdrawPending(Measure.Hold, _rightsSubject(novel));
        _holdRights();
    }

    function test_what_is_not_held_is_not_released() public {
        _file(_filing(Measure.Release, _estateSubject(id)));
        _file(_filing(Measure.Release, _rightsSubject(novel)));
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateNotHeld.selector, id));
        rights.release(id);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.RightsNotHeld.selector, novel));
        rights.releaseWork(novel);
        vm.stopPrank();
    }

    function test_a_hold_has_an_order_and_something_to_hold() public {
        bytes32 estate = _estateSubject(id);
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, Measure.Hold, estate));
        rights.hold(id);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateUnknown.selector, 7));
        rights.hold(7);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateUnknown.selector, 7));
        rights.release(7);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.WorkUnknown.selector, bytes32("unknown")));
        rights.holdWork("unknown");
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.WorkUnknown.selector, bytes32("unknown")));
        rights.releaseWork("unknown");
        vm.stopPrank();
        _file(_filing(Measure.Hold, estate));
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.OrderExecutor, address(this)));
        rights.hold(id);
        _split(_splitOf(id, Axis.Time, _cuts(TODAY + 50)));
        vm.prank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateGone.selector, id, EstateStatus.Split));
        rights.hold(id);
    }

    // Moral rights

    function test_a_registrant_records_moral_rights() public {
        vm.recordLogs();
        vm.prank(museum);
        rights.recordMoralRights(novel, ann, 15, "statement");
        bytes32[] memory subjects = new bytes32[](2);
        (subjects[0], subjects[1]) = (_rightsSubject(novel), _party(museum));
        bytes memory data = abi.encode(novel, ann, uint8(15), bytes32("statement"));
        _assertTold(IRightsRegistry.MoralRightsRecorded.selector, _workState(novel), subjects, data);
        // Of an author who has no account here, too.
        vm.prank(museum);
        rights.recordMoralRights(novel, address(0), 1, "statement");
    }

    function test_moral_rights_are_four_and_are_stated() public {
        vm.startPrank(museum);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ScopeMalformed.selector, "moralRights"));
        rights.recordMoralRights(novel, ann, 0, "statement");
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ScopeMalformed.selector, "moralRights"));
        rights.recordMoralRights(novel, ann, 16, "statement");
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ScopeMalformed.selector, "statement"));
        rights.recordMoralRights(novel, ann, 1, 0);
        vm.stopPrank();
    }

    function test_only_the_registrant_that_stands_records_moral_rights() public {
        vm.prank(ben);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.NotRegistrant.selector, novel, ben));
        rights.recordMoralRights(novel, ann, 1, "statement");
        vm.prank(museum);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.WorkUnknown.selector, bytes32("unknown")));
        rights.recordMoralRights("unknown", ann, 1, "statement");
        address again = makeAddr("museum again");
        _suspend(museum);
        vm.prank(museum);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.CannotAct.selector, museum));
        rights.recordMoralRights(novel, ann, 1, "statement");
        vm.warp(vm.getBlockTimestamp() + 30 days);
        _replace(museum, again);
        vm.prank(museum);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.NotRegistrant.selector, novel, museum));
        rights.recordMoralRights(novel, ann, 1, "statement");
        vm.recordLogs();
        vm.prank(again);
        rights.recordMoralRights(novel, ann, 1, "statement");
        assertEq(_told().subjects[1], _party(museum));
        vm.startPrank(again);
        works.withdraw(novel, "mistake");
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.WorkGone.selector, novel));
        rights.recordMoralRights(novel, ann, 1, "statement");
        vm.stopPrank();
    }

    // Contests

    function test_another_registration_is_contested_and_that_is_taken_back() public {
        bytes32 rival = _work(WorkKind.Publication, "the same novel");
        vm.recordLogs();
        vm.prank(cleo);
        rights.contest(novel, rival, "evidence", "mine");
        bytes32[] memory subjects = new bytes32[](3);
        (subjects[0], subjects[1], subjects[2]) = (_rightsSubject(novel), _rightsSubject(rival), _party(cleo));
        bytes memory data = abi.encode(novel, rival, cleo, bytes32("evidence"), "mine");
        _assertTold(IRightsRegistry.RightsContested.selector, _workState(novel), subjects, data);
        assertEq(rights.workRights(novel).contests, 1);
        vm.recordLogs();
        vm.prank(cleo);
        rights.withdrawContest(novel, cleo, "settled");
        data = abi.encode(novel, rival, cleo, "settled");
        _assertTold(IRightsRegistry.ContestWithdrawn.selector, _workState(novel), subjects, data);
        assertEq(rights.workRights(novel).contests, 0);
        vm.prank(cleo);
        rights.contest(novel, 0, 0, "not the museum's to make");
    }

    function test_an_account_contests_a_work_once_at_a_time() public {
        vm.startPrank(cleo);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ContestUnknown.selector, novel, cleo));
        rights.withdrawContest(novel, cleo, "settled");
        rights.contest(novel, 0, 0, "mine");
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ContestStands.selector, novel, cleo));
        rights.contest(novel, 0, 0, "mine");
        vm.stopPrank();
        vm.prank(ben);
        rights.contest(novel, 0, 0, "mine");
        assertEq(rights.workRights(novel).contests, 2);
    }

    function test_a_contest_is_of_works_that_are_known_and_has_a_reason() public {
        vm.startPrank(cleo);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.WorkUnknown.selector, bytes32("unknown")));
        rights.contest("unknown", 0, 0, "mine");
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.WorkUnknown.selector, bytes32("unknown")));
        rights.contest(novel, "unknown", 0, "mine");
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.WorkUnknown.selector, novel));
        rights.contest(novel, novel, 0, "mine");
        vm.expectRevert(IRightsRegistry.ReasonMissing.selector);
        rights.contest(novel, 0, 0, "");
        rights.contest(novel, 0, 0, "mine");
        vm.expectRevert(IRightsRegistry.ReasonMissing.selector);
        rights.withdrawContest(novel, cleo, "");
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.CannotAct.selector, stranger));
        rights.contest(novel, 0, 0, "mine");
    }

    function test_who_stands_for_who_contested_takes_it_back() public {
        vm.prank(cleo);
        rights.contest(novel, 0, 0, "mine");
        vm.prank(ben);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ContestUnknown.selector, novel, cleo));
        rights.withdrawContest(novel, cleo, "settled");
        address again = makeAddr("cleo again");
        _replace(cleo, again);
        vm.prank(cleo);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ContestUnknown.selector, novel, cleo));
        rights.withdrawContest(novel, cleo, "settled");
        _suspend(again);
        vm.prank(again);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.CannotAct.selector, again));
        rights.withdrawContest(novel, cleo, "settled");
        vm.warp(vm.getBlockTimestamp() + 30 days);
        vm.prank(again);
        rights.withdrawContest(novel, cleo, "settled");
        assertEq(rights.workRights(novel).contests, 0);
    }

    function _withdrawPending(Measure measure, bytes32 target) private {
        bytes32 orderId = orders.pending(measure, target);
        if (orderId == 0) return;
        vm.prank(filer);
        orders.withdraw(orderId, "another one");
    }

    function _refusesEverything(bytes memory reason) private {
        Split memory split_ = _splitOf(id, Axis.Time, _cuts(TODAY + 50));
        Consent[] memory given = _agreed(rights.splitDigest(split_), _parties(ben));
        vm.expectRevert(reason);
        rights.split(split_, given);
        Assignment memory assignment = _assignmentOf(id, _of(cleo));
        given = _agreed(rights.assignmentDigest(assignment), _parties(ben, cleo));
        vm.expectRevert(reason);
        rights.assign(assignment, given);
        EstateAmendment memory amendment = _amendmentOf(id, _everything());
        given = _agreed(rights.amendmentDigest(amendment), _parties(museum, ben));
        vm.expectRevert(reason);
        rights.amend(amendment, given);
        vm.prank(grantsAt);
        vm.expectRevert(reason);
        rights.touch(id, 1);
        vm.expectRevert(reason);
        rights.requireTouch(id, 1);
    }
}
