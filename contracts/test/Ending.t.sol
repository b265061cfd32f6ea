// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent, IConsents} from "../interfaces/IConsents.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {
    Grant,
    GrantAmendment,
    GrantKind,
    GrantStatus,
    Ground,
    IGrants,
    Offer,
    Surrender,
    Termination
} from "../interfaces/IGrants.sol";
import {Filing, IOrders, Measure} from "../interfaces/IOrders.sol";
import {Alone, Axis, Claim, IRightsRegistry, Scope} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Offers} from "./Offers.sol";

/// @notice How grants end before their time, are entered otherwise, and are held.
contract EndingTest is Offers {
    uint256 private estateId;
    bytes32 private grantId;

    function setUp() public override {
        super.setUp();
        estateId = _estate(ann);
        Offer memory offer = _offer(estateId, ben, GrantKind.Exclusive, _all());
        offer.noticeDays = 90;
        grantId = _grant(offer);
    }

    // Surrender

    function test_a_licensee_gives_up_what_is_to_come() public {
        Surrender memory surrender_ = _surrenderOf(grantId, TODAY + 7);
        bytes32 intent = grants.surrenderDigest(surrender_);
        vm.recordLogs();
        _surrender(surrender_);
        bytes32[] memory subjects = new bytes32[](3);
        (subjects[0], subjects[1], subjects[2]) = (_grantSubject(grantId), _rightsSubject(novel), _party(ben));
        _assertTold(
            IGrants.GrantSurrendered.selector,
            _grantState(grantId),
            subjects,
            abi.encode(grantId, TODAY + 7, intent, 0x1)
        );
        Grant memory grant = grants.getGrant(grantId);
        assertEq(uint8(grant.status), uint8(GrantStatus.Ended));
        assertEq(grant.scope.until, TODAY + 7);
        assertEq(grant.revision, 2);
        assertEq(grants.liveUntil(grantId), TODAY + 7);
    }

    function test_only_the_licensee_surrenders() public {
        Surrender memory surrender_ = _surrenderOf(grantId, TODAY);
        Consent[] memory given = _agreed(grants.surrenderDigest(surrender_), _parties(ann));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 0, ben));
        grants.surrender(surrender_, given);
        _surrender(surrender_);
    }

    function test_what_was_surrendered_is_free_from_then_on() public {
        Offer memory offer = _offer(estateId, cleo, GrantKind.Exclusive, _all());
        _surrender(_surrenderOf(grantId, TODAY + 7));
        vm.expectRevert(abi.encodeWithSelector(IGrants.GrantClashes.selector, grantId));
        grants.requireGrant(offer);
        offer.scope.from = TODAY + 7;
        grants.requireGrant(offer);
        _surrender(_surrenderOf(grantId, TODAY));
        offer.scope.from = TODAY;
        grants.requireGrant(offer);
        (uint256 excluding,) = grants.liveCounts(novel);
        assertEq(excluding, 0);
    }

    function test_a_grant_ends_today_or_before_its_present_end() public {
        uint32 most = TODAY + 3649;
        _refusesSurrender(TODAY - 1, most);
        _refusesSurrender(TODAY + 3650, most);
        _surrender(_surrenderOf(grantId, most));
        _refusesSurrender(most, most - 1);
        _surrender(_surrenderOf(grantId, TODAY));
        _refusesSurrender(TODAY, abi.encodeWithSelector(IGrants.GrantOver.selector, grantId));
    }

    function test_a_grant_that_was_not_to_begin_yet_never_was() public {
        Scope memory later = _only(TRANSLATION, JAPAN);
        (later.from, later.until) = (TODAY + 4000, TODAY + 5000);
        bytes32 future = _grant(_offer(estateId, cleo, GrantKind.Exclusive, later));
        _assertCounts(2, 0);
        _surrender(_surrenderOf(future, TODAY + 3000));
        assertEq(grants.liveUntil(future), 0);
        _assertCounts(1, 0);
    }

    // Termination

    function test_both_agree_to_end_a_grant() public {
        Termination memory termination = _terminationOf(grantId, Ground.Agreement, TODAY + 1);
        bytes32 intent = grants.terminationDigest(termination);
        vm.recordLogs();
        _terminate(termination);
        _assertTold(
            IGrants.GrantTerminated.selector,
            _grantState(grantId),
            _grantAndParties(),
            abi.encode(grantId, Ground.Agreement, TODAY + 1, bytes32(0), intent, 0x12, "agreed otherwise")
        );
        assertEq(grants.liveUntil(grantId), TODAY + 1);
    }

    function test_without_the_licensee_there_is_no_agreement() public {
        Termination memory termination = _terminationOf(grantId, Ground.Agreement, TODAY + 1);
        Consent[] memory given = _agreed(grants.terminationDigest(termination), _parties(ann));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 1, ben));
        grants.terminate(termination, given);
        _terminate(termination);
    }

    function test_a_grantor_ends_by_the_notice_that_was_agreed() public {
        _refusesTermination(
            _terminationOf(grantId, Ground.Condition, TODAY + 89),
            abi.encodeWithSelector(IGrants.NoticeTooShort.selector, grantId, TODAY + 90)
        );
        Termination memory termination = _terminationOf(grantId, Ground.Condition, TODAY + 90);
        bytes32 intent = grants.terminationDigest(termination);
        vm.recordLogs();
        _terminate(termination);
        _assertTold(
            IGrants.GrantTerminated.selector,
            _grantState(grantId),
            _grantAndParties(),
            abi.encode(grantId, Ground.Condition, TODAY + 90, bytes32(0), intent, 0x2, "agreed otherwise")
        );
    }

    function test_a_grantor_ends_at_once_only_on_a_condition_that_was_agreed() public {
        Offer memory offer = _offer(estateId, cleo, GrantKind.NonExclusive, _later());
        bytes32 without = _grant(offer);
        (offer.revision, offer.conditions, offer.noticeDays) = (offer.revision + 1, "conditions", 90);
        bytes32 on = _grant(offer);
        _refusesTermination(
            _terminationOf(without, Ground.Condition, TODAY + 4500),
            abi.encodeWithSelector(IGrants.NoSuchCondition.selector, without)
        );
        _terminate(_terminationOf(on, Ground.Condition, TODAY));
    }

    function test_a_termination_has_a_ground_and_a_reason() public {
        Termination memory termination = _terminationOf(grantId, Ground.Order, TODAY);
        bytes memory malformed = abi.encodeWithSelector(IGrants.OfferMalformed.selector, "ground");
        _refusesTermination(termination, malformed);
        termination.ground = 0;
        _refusesTermination(termination, malformed);
        termination.ground = 4;
        _refusesTermination(termination, malformed);
        termination = _terminationOf(grantId, Ground.Agreement, TODAY);
        termination.reason = "";
        _refusesTermination(termination, abi.encodeWithSelector(IGrants.ReasonMissing.selector));
        termination.reason = "why";
        _terminate(termination);
    }

    function test_a_termination_ends_nothing_that_is_past() public {
        vm.warp(START + 100 days);
        _refusesTermination(
            _terminationOf(grantId, Ground.Agreement, TODAY + 99),
            abi.encodeWithSelector(IGrants.UntilOutOfRange.selector, TODAY + 99, TODAY + 100, TODAY + 3649)
        );
        _terminate(_terminationOf(grantId, Ground.Agreement, TODAY + 100));
        assertEq(grants.getGrant(grantId).scope.until, TODAY + 100);
    }

    function test_acts_on_a_grant_are_agreed_on_as_it_is() public {
        Termination memory termination = _terminationOf(grantId, Ground.Agreement, TODAY + 1);
        Surrender memory surrender_ = _surrenderOf(grantId, TODAY + 1);
        GrantAmendment memory amendment = _grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN));
        _grant(_sublicence(grantId, cleo, GrantKind.NonExclusive, _only(TRANSLATION, JAPAN)));
        bytes memory stale = abi.encodeWithSelector(IGrants.GrantRevisionStale.selector, grantId, 1, 2);
        _refusesTermination(termination, stale);
        vm.expectRevert(stale);
        this.surrender(surrender_);
        _refusesAmendment(amendment, stale);
        _amendGrant(_grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN)));
        _terminate(_terminationOf(grantId, Ground.Agreement, TODAY + 1));
    }

    function test_the_grantors_are_the_owners_of_what_it_lies_in_now() public {
        uint256[] memory parts = _sorted(_split(_splitOf(estateId, Axis.Rights, _halves(Codes.RIGHTS))));
        _assign(_assignmentOf(parts[0], _of(cleo)), _parties(ann, cleo));
        Termination memory termination = _terminationOf(grantId, Ground.Agreement, TODAY);
        bytes memory mismatch = abi.encodeWithSelector(IGrants.GrantorsMismatch.selector, grantId);
        // The one that is gone; one part alone; twice the same; in another order; too many; none.
        _refusesTermination(termination, mismatch);
        termination.estateIds = _cuts(parts[0]);
        _refusesTermination(termination, mismatch);
        termination.estateIds = _cuts(parts[1], parts[1]);
        _refusesTermination(termination, mismatch);
        termination.estateIds = _cuts(parts[1], parts[0]);
        _refusesTermination(termination, mismatch);
        termination.estateIds = new uint256[](0);
        _refusesTermination(termination, mismatch);
        termination.estateIds = parts;
        vm.recordLogs();
        _terminate(termination);
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1]) = (_grantSubject(grantId), _rightsSubject(novel));
        (subjects[2], subjects[3], subjects[4]) = (_party(cleo), _party(ann), _party(ben));
        assertEq(_told().subjects, subjects);
    }

    function test_an_estate_in_which_nothing_is_left_of_the_grant_has_no_say() public {
        uint256[] memory parts = _split(_splitOf(estateId, Axis.Time, _cuts(TODAY + 100)));
        vm.warp(START + 100 days);
        Termination memory termination = _terminationOf(grantId, Ground.Agreement, TODAY + 200);
        termination.estateIds = _sorted(parts);
        _refusesTermination(termination, abi.encodeWithSelector(IGrants.GrantorsMismatch.selector, grantId));
        termination.estateIds = _cuts(parts[1]);
        _terminate(termination);
    }

    function test_an_estate_of_another_work_has_no_say() public {
        bytes32 first = novel;
        novel = _work(WorkKind.Publication, "another novel");
        uint256 other = _estate(ann);
        novel = first;
        Termination memory termination = _terminationOf(grantId, Ground.Agreement, TODAY);
        termination.estateIds = _cuts(other);
        _refusesTermination(termination, abi.encodeWithSelector(IGrants.GrantorsMismatch.selector, grantId));
        termination.estateIds = _cuts(estateId);
        _terminate(termination);
    }

    function test_the_grantor_of_a_sublicence_is_the_licensee_of_its_parent() public {
        bytes32 below = _grant(_sublicence(grantId, cleo, GrantKind.Exclusive, _all()));
        Termination memory termination = _terminationOf(below, Ground.Agreement, TODAY);
        termination.estateIds = _cuts(estateId);
        _refusesTermination(termination, abi.encodeWithSelector(IGrants.GrantorsMismatch.selector, below));
        termination.estateIds = new uint256[](0);
        Consent[] memory given = _agreed(grants.terminationDigest(termination), _parties(ann, cleo));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 0, ben));
        grants.terminate(termination, given);
        _terminate(termination);
    }

    // Orders

    function test_an_order_ends_a_grant_today() public {
        _holdGrant(grantId);
        vm.recordLogs();
        bytes32 orderId = _terminateByOrder(grantId);
        bytes32[] memory subjects = new bytes32[](4);
        (subjects[0], subjects[1]) = (_grantSubject(grantId), _rightsSubject(novel));
        (subjects[2], subjects[3]) = (_party(ben), _order(orderId));
        _assertTold(
            IGrants.GrantTerminated.selector,
            _grantState(grantId),
            subjects,
            abi.encode(grantId, Ground.Order, TODAY, orderId, bytes32(0), 0, "judgment")
        );
        _assertCounts(0, 0);
    }

    function test_without_a_filed_order_no_grant_is_ended_held_or_released() public {
        vm.startPrank(executor);
        _expectNoBasis(Measure.Terminate);
        grants.terminateByOrder(grantId, "why");
        _expectNoBasis(Measure.Hold);
        grants.hold(grantId);
        _expectNoBasis(Measure.Release);
        grants.release(grantId);
    }

    function test_only_an_order_executor_executes_on_grants() public {
        _file(_filing(Measure.Terminate, _grantSubject(grantId)));
        _file(_filing(Measure.Hold, _grantSubject(grantId)));
        address[4] memory others = [filer, museum, ann, ben];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory missing =
                abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.OrderExecutor, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(missing);
            grants.terminateByOrder(grantId, "why");
            vm.expectRevert(missing);
            grants.hold(grantId);
            vm.stopPrank();
        }
    }

    function test_an_order_ends_only_a_grant_in_force_and_says_why() public {
        _file(_filing(Measure.Terminate, _grantSubject("unknown")));
        vm.expectRevert(abi.encodeWithSelector(IGrants.GrantUnknown.selector, bytes32("unknown")));
        vm.prank(executor);
        grants.terminateByOrder("unknown", "why");
        _file(_filing(Measure.Terminate, _grantSubject(grantId)));
        vm.expectRevert(abi.encodeWithSelector(IGrants.ReasonMissing.selector));
        vm.prank(executor);
        grants.terminateByOrder(grantId, "");
        vm.prank(executor);
        grants.terminateByOrder(grantId, "why");
        _file(_filing(Measure.Terminate, _grantSubject(grantId)));
        vm.expectRevert(abi.encodeWithSelector(IGrants.GrantOver.selector, grantId));
        vm.prank(executor);
        grants.terminateByOrder(grantId, "why");
    }

    function test_a_held_grant_stays_as_it_is() public {
        vm.recordLogs();
        bytes32 orderId = _holdGrant(grantId);
        uint64 until = grants.getGrant(grantId).heldUntil;
        bytes32[] memory subjects = new bytes32[](3);
        (subjects[0], subjects[1], subjects[2]) = (_grantSubject(grantId), _rightsSubject(novel), _order(orderId));
        _assertTold(IGrants.GrantHeld.selector, _grantState(grantId), subjects, abi.encode(grantId, orderId, until));
        bytes memory held = abi.encodeWithSelector(IGrants.GrantUnderHold.selector, grantId, orderId, until);
        _refusesSurrender(TODAY, held);
        _refusesTermination(_terminationOf(grantId, Ground.Agreement, TODAY), held);
        _refusesTermination(_terminationOf(grantId, Ground.Condition, TODAY + 90), held);
        _refusesAmendment(_grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN)), held);
        vm.warp(until);
        _surrender(_surrenderOf(grantId, _today()));
    }

    function test_a_release_of_a_grant_needs_a_hold_in_force() public {
        _file(_filing(Measure.Release, _grantSubject(grantId)));
        vm.expectRevert(abi.encodeWithSelector(IGrants.GrantNotHeld.selector, grantId));
        vm.prank(executor);
        grants.release(grantId);
        _holdGrant(grantId);
        bytes32 orderId = orders.pending(Measure.Release, _grantSubject(grantId));
        vm.recordLogs();
        vm.prank(executor);
        grants.release(grantId);
        bytes32[] memory subjects = new bytes32[](3);
        (subjects[0], subjects[1], subjects[2]) = (_grantSubject(grantId), _rightsSubject(novel), _order(orderId));
        _assertTold(IGrants.GrantReleased.selector, _grantState(grantId), subjects, abi.encode(grantId, orderId));
        _surrender(_surrenderOf(grantId, TODAY));
    }

    function test_a_hold_on_a_grant_is_replaced_only_by_an_order_that_corrects_it() public {
        bytes32 first = _holdGrant(grantId);
        uint64 until = grants.getGrant(grantId).heldUntil;
        bytes32 second = _file(_filing(Measure.Hold, _grantSubject(grantId)));
        vm.expectRevert(abi.encodeWithSelector(IGrants.GrantUnderHold.selector, grantId, first, until));
        vm.prank(executor);
        grants.hold(grantId);
        vm.prank(filer);
        orders.withdraw(second, "does not say what it corrects");
        Filing memory filing = _filing(Measure.Hold, _grantSubject(grantId));
        (filing.corrects, filing.effectUntil) = (first, until - 1);
        bytes32 third = _file(filing);
        vm.prank(executor);
        grants.hold(grantId);
        assertEq(grants.getGrant(grantId).holdOrder, third);
        assertEq(grants.getGrant(grantId).heldUntil, until - 1);
    }

    // Amendment

    function test_a_scope_that_was_entered_wrongly_is_entered_anew() public {
        Scope memory scope = _only(TRANSLATION, JAPAN);
        GrantAmendment memory amendment = _grantAmendmentOf(grantId, scope);
        bytes32 intent = grants.amendmentDigest(amendment);
        vm.recordLogs();
        _amendGrant(amendment);
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1], subjects[2]) =
        (_grantSubject(grantId), _estateSubject(estateId), _rightsSubject(novel));
        (subjects[3], subjects[4]) = (_party(ann), _party(ben));
        _assertTold(
            IGrants.GrantAmended.selector,
            _grantState(grantId),
            subjects,
            abi.encode(grantId, scope, 0, intent, 0x12, "typing error")
        );
        assertEq(abi.encode(grants.getGrant(grantId).scope), abi.encode(scope));
        assertEq(grants.getGrant(grantId).revision, 2);
        assertEq(rights.estate(estateId).revision, 3);
        // What it was before is free, what it is now is not.
        grants.requireGrant(_offer(estateId, cleo, GrantKind.Exclusive, _only(ADAPTATION, JAPAN)));
        Offer memory offer = _offer(estateId, cleo, GrantKind.Exclusive, scope);
        vm.expectRevert(abi.encodeWithSelector(IGrants.GrantClashes.selector, grantId));
        grants.requireGrant(offer);
    }

    function test_all_agree_to_an_amendment_and_it_has_a_reason() public {
        GrantAmendment memory amendment = _grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN));
        Consent[] memory given = _agreed(grants.amendmentDigest(amendment), _parties(ann));
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 1, ben));
        grants.amend(amendment, given);
        amendment.reason = "";
        _refusesAmendment(amendment, abi.encodeWithSelector(IGrants.ReasonMissing.selector));
        amendment.reason = "why";
        _amendGrant(amendment);
    }

    function test_an_amended_scope_names_what_it_grants_and_is_not_over() public {
        Scope memory scope = _only(TRANSLATION, 0);
        _refusesAmendment(
            _grantAmendmentOf(grantId, scope),
            abi.encodeWithSelector(IRightsRegistry.ScopeMalformed.selector, "territories")
        );
        vm.warp(START + 10 days);
        scope = _only(TRANSLATION, JAPAN);
        (scope.from, scope.until) = (TODAY, TODAY + 10);
        _refusesAmendment(
            _grantAmendmentOf(grantId, scope), abi.encodeWithSelector(IGrants.OfferMalformed.selector, "until")
        );
        scope.until += 1;
        _amendGrant(_grantAmendmentOf(grantId, scope));
    }

    function test_an_amended_grant_clashes_with_no_sibling_but_itself() public {
        _amendGrant(_grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN)));
        bytes32 sibling = _grant(_offer(estateId, cleo, GrantKind.NonExclusive, _only(TRANSLATION, CHINA)));
        _refusesAmendment(
            _grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN | CHINA)),
            abi.encodeWithSelector(IGrants.GrantClashes.selector, sibling)
        );
        _refusesAmendment(
            _grantAmendmentOf(sibling, _only(TRANSLATION, JAPAN)),
            abi.encodeWithSelector(IGrants.GrantClashes.selector, grantId)
        );
        _amendGrant(_grantAmendmentOf(grantId, _only(TRANSLATION | ADAPTATION, JAPAN)));
    }

    function test_an_amended_grant_lies_in_the_estates_whose_owners_agree() public {
        _amendGrant(_grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN)));
        uint256[] memory parts =
            _split(_splitOf(estateId, Axis.Rights, _cuts(TRANSLATION, Codes.RIGHTS & ~TRANSLATION)));
        GrantAmendment memory amendment = _grantAmendmentOf(grantId, _only(ADAPTATION, JAPAN));
        bytes memory mismatch = abi.encodeWithSelector(IGrants.GrantorsMismatch.selector, grantId);
        // Where it was, and where it will be.
        amendment.estateIds = _cuts(parts[0]);
        _refusesAmendment(amendment, mismatch);
        amendment.estateIds = _cuts(parts[1]);
        _refusesAmendment(amendment, mismatch);
        amendment.estateIds = _sorted(parts);
        _amendGrant(amendment);
        assertEq(rights.estate(parts[0]).revision, 2);
        assertEq(rights.estate(parts[1]).revision, 2);
    }

    function test_a_hold_on_an_estate_or_on_the_rights_stops_amendments() public {
        GrantAmendment memory amendment = _grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN));
        uint256 snapshot = vm.snapshotState();
        bytes32 orderId = _holdEstate(estateId);
        uint64 until = rights.estate(estateId).heldUntil;
        _refusesAmendment(
            amendment, abi.encodeWithSelector(IRightsRegistry.EstateUnderHold.selector, estateId, orderId, until)
        );
        vm.revertToState(snapshot);
        orderId = _holdRights();
        until = rights.workRights(novel).heldUntil;
        _refusesAmendment(
            amendment, abi.encodeWithSelector(IRightsRegistry.RightsUnderHold.selector, novel, orderId, until)
        );
        vm.revertToState(snapshot);
        _amendGrant(amendment);
    }

    function test_sublicences_stay_within_an_amended_grant() public {
        bytes32 below = _grant(_sublicence(grantId, cleo, GrantKind.NonExclusive, _only(TRANSLATION, JAPAN)));
        bytes memory outside = abi.encodeWithSelector(IGrants.SublicencesOutside.selector, grantId);
        _refusesAmendment(_grantAmendmentOf(grantId, _only(TRANSLATION, CHINA)), outside);
        Scope memory shorter = _only(TRANSLATION, JAPAN);
        shorter.until -= 1;
        _refusesAmendment(_grantAmendmentOf(grantId, shorter), outside);
        // Days that are past do not count.
        vm.warp(START + 10 days);
        Scope memory later = _only(TRANSLATION, JAPAN);
        later.until = TODAY + 3650;
        _amendGrant(_grantAmendmentOf(grantId, later));
        _surrender(_surrenderOf(below, TODAY + 10));
        shorter.until = TODAY + 11;
        _amendGrant(_grantAmendmentOf(grantId, shorter));
    }

    function test_an_amended_sublicence_lies_in_its_parent_and_touches_it() public {
        bytes32 below = _grant(_sublicence(grantId, cleo, GrantKind.NonExclusive, _only(TRANSLATION, JAPAN)));
        Scope memory longer = _only(TRANSLATION, JAPAN);
        longer.until += 1;
        _refusesAmendment(
            _grantAmendmentOf(below, longer), abi.encodeWithSelector(IGrants.OutsideParent.selector, grantId)
        );
        vm.recordLogs();
        _amendGrant(_grantAmendmentOf(below, _only(TRANSLATION, CHINA)));
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1], subjects[2]) = (_grantSubject(below), _grantSubject(grantId), _rightsSubject(novel));
        (subjects[3], subjects[4]) = (_party(ben), _party(cleo));
        assertEq(_told().subjects, subjects);
        assertEq(grants.getGrant(grantId).revision, 3);
        bytes32 orderId = _holdGrant(grantId);
        _refusesAmendment(
            _grantAmendmentOf(below, _only(TRANSLATION, JAPAN)),
            abi.encodeWithSelector(
                IGrants.GrantUnderHold.selector, grantId, orderId, grants.getGrant(grantId).heldUntil
            )
        );
    }

    function test_what_was_ended_or_ran_out_is_not_amended() public {
        GrantAmendment memory amendment = _grantAmendmentOf(grantId, _only(TRANSLATION, JAPAN));
        uint256 snapshot = vm.snapshotState();
        bytes memory over = abi.encodeWithSelector(IGrants.GrantOver.selector, grantId);
        _surrender(_surrenderOf(grantId, TODAY + 10));
        amendment.revision = 2;
        _refusesAmendment(amendment, over);
        vm.revertToState(snapshot);
        vm.warp(START + 3650 days);
        _refusesAmendment(amendment, over);
    }

    function test_an_amendment_of_an_older_contract_makes_no_new_conflict() public {
        (bytes32 first, bytes32 second, bytes32 third) = _threeOlder();
        Scope memory same = _only(TRANSLATION, JAPAN);
        // While older contracts are taken neither: it is ended, and recorded anew.
        for (uint256 i = 0; i < 2; ++i) {
            _refusesAmendment(
                _grantAmendmentOf(second, _only(TRANSLATION | ADAPTATION, JAPAN | CHINA)),
                abi.encodeWithSelector(IGrants.GrantClashes.selector, third)
            );
            vm.warp(START + 100 days);
        }
        // The one that was recorded stays, on either side.
        _amendGrant(_grantAmendmentOf(second, same));
        assertEq(grants.getGrant(second).conflicts, 1);
        _amendGrant(_grantAmendmentOf(first, same));
        assertEq(grants.getGrant(first).conflicts, 1);
    }

    function test_a_conflict_that_was_recorded_is_not_widened() public {
        (bytes32 first, bytes32 second,) = _threeOlder();
        Scope memory scope = _only(TRANSLATION, JAPAN);
        Scope memory wider = _only(TRANSLATION | ADAPTATION, JAPAN);
        // Where the other is not, it may go.
        _amendGrant(_grantAmendmentOf(first, wider));
        assertEq(grants.getGrant(first).conflicts, 1);
        _refusesAmendment(
            _grantAmendmentOf(second, wider), abi.encodeWithSelector(IGrants.GrantClashes.selector, first)
        );
        // What it gave up of the conflict it does not take again.
        scope.until -= 100;
        _amendGrant(_grantAmendmentOf(second, scope));
        assertEq(grants.getGrant(second).conflicts, 1);
        wider = _only(TRANSLATION, JAPAN);
        wider.until = scope.until + 1;
        _refusesAmendment(
            _grantAmendmentOf(second, wider), abi.encodeWithSelector(IGrants.GrantClashes.selector, first)
        );
        _amendGrant(_grantAmendmentOf(second, scope));
    }

    // What helps

    function surrender(Surrender memory surrender_) external {
        _surrender(surrender_);
    }

    /// @dev Two that clash, and one that clashes with none.
    function _threeOlder() private returns (bytes32 first, bytes32 second, bytes32 third) {
        novel = _work(WorkKind.Publication, "another novel");
        Claim memory claim_ = _claimOf(_everything(), _of(ann));
        (claim_.alone, claim_.backlogUntil) = (Alone(0, 0), TODAY + 100);
        uint256 older = _claimed(claim_);
        Offer memory offer = _offer(older, ben, GrantKind.Exclusive, _only(TRANSLATION, JAPAN));
        offer.signedOn = TODAY - 1;
        first = _grant(offer);
        (offer.licensee, offer.revision) = (cleo, 2);
        second = _grant(offer);
        (offer.scope, offer.revision) = (_only(ADAPTATION, CHINA), 3);
        third = _grant(offer);
    }

    function _later() private view returns (Scope memory scope) {
        scope = _all();
        (scope.from, scope.until) = (TODAY + 4000, TODAY + 5000);
    }

    function _sorted(uint256[] memory pair) private pure returns (uint256[] memory) {
        return pair[0] < pair[1] ? pair : _cuts(pair[1], pair[0]);
    }

    function _grantAndParties() private view returns (bytes32[] memory subjects) {
        subjects = new bytes32[](4);
        (subjects[0], subjects[1]) = (_grantSubject(grantId), _rightsSubject(novel));
        (subjects[2], subjects[3]) = (_party(ann), _party(ben));
    }

    function _refusesSurrender(uint32 until, uint32 most) private {
        _refusesSurrender(until, abi.encodeWithSelector(IGrants.UntilOutOfRange.selector, until, TODAY, most));
    }

    function _refusesSurrender(uint32 until, bytes memory reason) private {
        Surrender memory surrender_ = _surrenderOf(grantId, until);
        vm.expectRevert(reason);
        this.surrender(surrender_);
    }

    function _refusesTermination(Termination memory termination, bytes memory reason) private {
        Consent[] memory given = _agreed(grants.terminationDigest(termination), _parties(ann, ben));
        vm.expectRevert(reason);
        vm.prank(relayer);
        grants.terminate(termination, given);
    }

    function _refusesAmendment(GrantAmendment memory amendment, bytes memory reason) private {
        Consent[] memory given = _agreed(grants.amendmentDigest(amendment), _parties(ann, ben));
        vm.expectRevert(reason);
        vm.prank(relayer);
        grants.amend(amendment, given);
    }

    function _expectNoBasis(Measure measure) private {
        vm.expectRevert(abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, measure, _grantSubject(grantId)));
    }

    function _assertCounts(uint256 excluding, uint256 others) private view {
        (uint256 countedExcluding, uint256 countedOthers) = grants.liveCounts(novel);
        assertEq(countedExcluding, excluding);
        assertEq(countedOthers, others);
    }
}
