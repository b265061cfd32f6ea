// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../Subjects.sol";
import {Consent, IConsents} from "../interfaces/IConsents.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Custody} from "../interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "../interfaces/IOrders.sol";
import {Assignment, Axis, EstateStatus, IRightsRegistry, Ownership} from "../interfaces/IRightsRegistry.sol";
import {Estates} from "./Estates.sol";

/// @notice New owners, by agreement and by order, and by nothing else.
contract AssigningTest is Estates {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _claimed(_claimOf(_everything(), _of(ben, 1, cleo, 1)));
    }

    function test_an_assignment_moves_an_estate_to_its_new_owner() public {
        Assignment memory assignment = _assignmentOf(id, _of(ann));
        bytes32 intent = rights.assignmentDigest(assignment);
        vm.recordLogs();
        _assign(assignment, _parties(ben, cleo, ann));
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1]) = (_estateSubject(id), _rightsSubject(novel));
        (subjects[2], subjects[3], subjects[4]) = (_party(ben), _party(cleo), _party(ann));
        // Own keys, and one that is kept.
        bytes memory data = abi.encode(
            id,
            bytes32("agreement"),
            bytes32("agreement"),
            intent,
            uint256(0x211),
            assignment.ownership.owners,
            assignment.ownership.parts
        );
        _assertTold(IRightsRegistry.EstateAssigned.selector, rights.estateStateOf(id), subjects, data);
        assertEq(rights.ownerOf(id), ann);
        assertEq(rights.balanceOf(address(rights)), 0);
        assertEq(rights.estate(id).revision, 2);
        assertEq(rights.estate(id).ownership, keccak256(abi.encode(_of(ann).owners, _of(ann).parts)));
        assertEq(_ownersOf(id), _parties(ann));
    }

    function test_shares_are_changed_by_those_who_have_them() public {
        vm.recordLogs();
        _assign(_assignmentOf(id, _of(ben, 1, cleo, 3)), _parties(ben, cleo));
        assertEq(_told().subjects.length, 4);
        (, uint32[] memory parts) = rights.coOwners(id);
        assertEq(parts[1], 3);
        assertEq(rights.ownerOf(id), address(rights));
    }

    function test_old_and_new_owners_agree() public {
        Assignment memory assignment = _assignmentOf(id, _of(ben, 1, ann, 1));
        _refuses(assignment, _parties(ben, cleo), abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 2, ann));
        _refuses(assignment, _parties(ben, ann), abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, 1, cleo));
        _assign(assignment, _parties(ben, cleo, ann));
        // What was agreed once serves once.
        _refuses(
            assignment,
            _parties(ben, cleo, ann),
            abi.encodeWithSelector(IRightsRegistry.RevisionStale.selector, id, 1, 2)
        );
    }

    function test_an_assignment_changes_something_and_has_an_agreement() public {
        address[] memory both = _parties(ben, cleo);
        Assignment memory assignment = _assignmentOf(id, _of(ben, 1, cleo, 1));
        _refuses(assignment, both, abi.encodeWithSelector(IRightsRegistry.OwnershipUnchanged.selector, id));
        assignment.ownership = _of(ben, 1, ben, 1);
        _refuses(assignment, both, abi.encodeWithSelector(IRightsRegistry.OwnershipMalformed.selector, "owners"));
        assignment.ownership = _of(cleo, 1, ben, 1);
        assignment.agreement = 0;
        _refuses(assignment, both, abi.encodeWithSelector(IRightsRegistry.AgreementMissing.selector));
        (assignment.agreement, assignment.agreementCid) = ("agreement", 0);
        _refuses(assignment, both, abi.encodeWithSelector(IRightsRegistry.AgreementMissing.selector));
        assignment.agreementCid = "cid";
        _assign(assignment, both);
        assertEq(_ownersOf(id), _parties(cleo, ben));
    }

    function test_who_stands_for_an_owner_now_agrees_for_it() public {
        address benAgain = makeAddr("ben again");
        (, keyOf[benAgain]) = makeAddrAndKey("ben again");
        _replace(ben, benAgain);
        Assignment memory assignment = _assignmentOf(id, _of(cleo));
        bytes32 digest = rights.assignmentDigest(assignment);
        Consent[] memory given = _agreed(digest, _parties(ben, cleo));
        vm.expectRevert(abi.encodeWithSelector(IConsents.SignatureInvalid.selector, benAgain));
        rights.assign(assignment, given);
        given[0] = _signature(ben, benAgain, digest);
        rights.assign(assignment, given);
        assertEq(rights.ownerOf(id), cleo);
    }

    function test_an_estate_moves_by_no_transfer_and_no_approval() public {
        _assign(_assignmentOf(id, _of(ben)), _parties(ben, cleo));
        vm.startPrank(ben);
        vm.expectRevert(IRightsRegistry.TransfersRefused.selector);
        rights.transferFrom(ben, cleo, id);
        vm.expectRevert(IRightsRegistry.TransfersRefused.selector);
        rights.safeTransferFrom(ben, cleo, id);
        vm.expectRevert(IRightsRegistry.TransfersRefused.selector);
        rights.safeTransferFrom(ben, cleo, id, "data");
        vm.expectRevert(IRightsRegistry.ApprovalsRefused.selector);
        rights.approve(cleo, id);
        vm.expectRevert(IRightsRegistry.ApprovalsRefused.selector);
        rights.setApprovalForAll(cleo, true);
        vm.stopPrank();
        assertEq(rights.ownerOf(id), ben);
        assertEq(rights.getApproved(id), address(0));
        assertFalse(rights.isApprovedForAll(ben, cleo));
    }

    // By order

    function test_an_order_gives_an_estate_to_heirs() public {
        Ownership memory heirs = _of(ann, 1, cleo, 1);
        bytes32 orderId = _file(_filing(Measure.Assign, rights.assignmentTarget(id, heirs)));
        vm.recordLogs();
        vm.prank(executor);
        rights.assignByOrder(id, heirs);
        bytes32[] memory subjects = new bytes32[](6);
        (subjects[0], subjects[1], subjects[2]) = (_estateSubject(id), _rightsSubject(novel), _order(orderId));
        (subjects[3], subjects[4], subjects[5]) = (_party(ben), _party(cleo), _party(ann));
        bytes memory data = abi.encode(id, orderId, heirs.owners, heirs.parts);
        _assertTold(IRightsRegistry.EstateAssignedByOrder.selector, rights.estateStateOf(id), subjects, data);
        assertEq(_ownersOf(id), heirs.owners);
        assertEq(rights.estate(id).revision, 2);
    }

    function test_an_order_fixes_the_owners_and_their_parts() public {
        bytes32 target = rights.assignmentTarget(id, _of(ann, 1, cleo, 1));
        assertEq(target, _target(id, _of(ann, 1, cleo, 1)));
        _file(_filing(Measure.Assign, target));
        _refusesOrder(id, _of(ann, 1, cleo, 2));
        _refusesOrder(id, _of(cleo, 1, ann, 1));
        _refusesOrder(7, _of(ann, 1, cleo, 1));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.OrderExecutor, stranger));
        rights.assignByOrder(id, _of(ann, 1, cleo, 1));
        vm.startPrank(executor);
        rights.assignByOrder(id, _of(ann, 1, cleo, 1));
        vm.stopPrank();
        _refusesOrder(id, _of(ann, 1, cleo, 1));
    }

    function test_an_order_passes_a_hold_which_stays() public {
        bytes32 holdOrder = _holdEstate(id);
        _holdRights();
        _refuses(
            _assignmentOf(id, _of(ben)),
            _parties(ben, cleo),
            abi.encodeWithSelector(
                IRightsRegistry.EstateUnderHold.selector, id, holdOrder, uint64(vm.getBlockTimestamp() + 30 days)
            )
        );
        _assignByOrder(id, _of(ben));
        assertEq(rights.ownerOf(id), ben);
        assertEq(rights.estate(id).holdOrder, holdOrder);
    }

    function test_an_order_names_people_who_are_registered_and_an_estate_that_lives() public {
        _file(_filing(Measure.Assign, _target(id, _of(stranger))));
        vm.prank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.CannotAct.selector, stranger));
        rights.assignByOrder(id, _of(stranger));
        _file(_filing(Measure.Assign, _target(id, _of(ben, 1, ben, 1))));
        vm.prank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.OwnershipMalformed.selector, "owners"));
        rights.assignByOrder(id, _of(ben, 1, ben, 1));
        _file(_filing(Measure.Assign, _target(id, _of(ben, 1, cleo, 1))));
        vm.prank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.OwnershipUnchanged.selector, id));
        rights.assignByOrder(id, _of(ben, 1, cleo, 1));
        // One who is suspended inherits all the same.
        _suspend(ann);
        _assignByOrder(id, _of(ann));
        _assignByOrder(id, _of(ben));
        _split(_splitOf(id, Axis.Time, _cuts(TODAY + 1)));
        _file(_filing(Measure.Assign, _target(id, _of(cleo))));
        vm.prank(executor);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.EstateGone.selector, id, EstateStatus.Split));
        rights.assignByOrder(id, _of(cleo));
    }

    function test_a_stranger_cannot_touch_an_estate() public {
        vm.prank(museum);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.NotGrants.selector, museum));
        rights.touch(id, 1);
        assertEq(abi.encode(rights.requireTouch(id, 1)), abi.encode(rights.estate(id)));
        vm.prank(grantsAt);
        assertEq(rights.touch(id, 1).revision, 2);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.RevisionStale.selector, id, 1, 2));
        rights.requireTouch(id, 1);
        vm.prank(grantsAt);
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.RevisionStale.selector, id, 1, 2));
        rights.touch(id, 1);
        _holdEstate(id);
        vm.expectPartialRevert(IRightsRegistry.EstateUnderHold.selector);
        rights.requireTouch(id, 2);
        vm.prank(grantsAt);
        vm.expectPartialRevert(IRightsRegistry.EstateUnderHold.selector);
        rights.touch(id, 2);
    }

    /// @dev Fifty owners and fourteen new ones, which is as many as one act has parties.
    function test_an_assignment_has_sixty_four_parties_at_most() public {
        address[] memory all = new address[](65);
        Ownership memory fifty = Ownership(new address[](50), new uint32[](50));
        for (uint256 i = 0; i < 65; ++i) {
            all[i] = _person(string.concat("author ", vm.toString(i)), Custody.Own);
            if (i < 50) (fifty.owners[i], fifty.parts[i]) = (all[i], 1);
        }
        _assignByOrder(id, fifty);
        Ownership memory others = Ownership(new address[](15), new uint32[](15));
        for (uint256 i = 0; i < 15; ++i) {
            (others.owners[i], others.parts[i]) = (all[50 + i], 1);
        }
        _refuses(_assignmentOf(id, others), all, abi.encodeWithSelector(IConsents.PartiesReached.selector, 64));
        (address[] memory fewer, uint32[] memory parts) = (others.owners, others.parts);
        assembly ("memory-safe") {
            mstore(all, 64)
            mstore(fewer, 14)
            mstore(parts, 14)
        }
        vm.recordLogs();
        _assign(_assignmentOf(id, others), all);
        (,,,, uint256 assents) = abi.decode(_told().data, (uint256, bytes32, bytes32, bytes32, uint256));
        assertEq(assents, type(uint256).max / 15);
    }

    function _target(uint256 estateId, Ownership memory ownership) private view returns (bytes32) {
        bytes32 local = keccak256(abi.encode(estateId, ownership.owners, ownership.parts));
        return Subjects.id(address(rights), local);
    }

    function _assignByOrder(uint256 estateId, Ownership memory ownership) private {
        _file(_filing(Measure.Assign, _target(estateId, ownership)));
        vm.prank(executor);
        rights.assignByOrder(estateId, ownership);
    }

    function _refuses(Assignment memory assignment, address[] memory parties, bytes memory reason) private {
        Consent[] memory given = _agreed(rights.assignmentDigest(assignment), parties);
        vm.expectRevert(reason);
        rights.assign(assignment, given);
    }

    function _refusesOrder(uint256 estateId, Ownership memory ownership) private {
        bytes memory reason =
            abi.encodeWithSelector(IOrders.LegalBasisRequired.selector, Measure.Assign, _target(estateId, ownership));
        vm.prank(executor);
        vm.expectRevert(reason);
        rights.assignByOrder(estateId, ownership);
    }
}
