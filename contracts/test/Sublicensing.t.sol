// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent} from "../interfaces/IConsents.sol";
import {Grant, GrantKind, Ground, IGrants, Offer} from "../interfaces/IGrants.sol";
import {Alone, Claim, IRightsRegistry, Scope} from "../interfaces/IRightsRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Offers} from "./Offers.sol";

/// @notice Sub-licences: within their parent, no stronger, and dead with it.
contract SublicensingTest is Offers {
    uint256 private estateId;
    bytes32 private parentId;

    function setUp() public override {
        super.setUp();
        Claim memory claim_ = _claimOf(_everything(), _of(ann));
        (claim_.backlogUntil, claim_.alone) = (TODAY + 100, Alone(0, 0));
        estateId = _claimed(claim_);
        parentId = _grant(_offer(estateId, ben, GrantKind.Exclusive, _all()));
    }

    function test_a_sublicence_is_recorded_with_everything_that_was_agreed() public {
        Offer memory offer = _sublicence(parentId, cleo, GrantKind.Sole, _only(TRANSLATION, JAPAN));
        bytes32 grantId = grants.offerDigest(offer);
        vm.recordLogs();
        assertEq(_grant(offer), grantId);
        bytes32[] memory subjects = new bytes32[](5);
        (subjects[0], subjects[1], subjects[2]) =
        (_grantSubject(grantId), _grantSubject(parentId), _rightsSubject(novel));
        (subjects[3], subjects[4]) = (_party(ben), _party(cleo));
        bytes memory data = bytes.concat(
            abi.encode(grantId, novel, uint256(0), parentId, cleo, GrantKind.Sole, true, offer.scope),
            abi.encode(uint16(0), bytes32(0), bytes32("agreement"), bytes32("agreement"), 0, 0, 0x11)
        );
        _assertTold(IGrants.Granted.selector, _grantState(grantId), subjects, data);
        Grant memory grant = grants.getGrant(grantId);
        assertEq(grant.parentId, parentId);
        assertEq(grant.estateId, 0);
        assertEq(grants.getGrant(parentId).revision, 2);
        assertEq(rights.estate(estateId).revision, 2, "the estate was touched by the grant alone");
    }

    function test_a_sublicence_lies_in_its_parent() public {
        bytes32 narrow = _grant(_sublicence(parentId, cleo, GrantKind.Exclusive, _only(TRANSLATION, JAPAN)));
        bytes memory outside = abi.encodeWithSelector(IGrants.OutsideParent.selector, narrow);
        _refuses(_sublicence(narrow, dora, GrantKind.NonExclusive, _only(TRANSLATION, JAPAN | CHINA)), outside);
        _refuses(_sublicence(narrow, dora, GrantKind.NonExclusive, _only(ADAPTATION, JAPAN)), outside);
        Offer memory offer = _sublicence(narrow, dora, GrantKind.NonExclusive, _only(TRANSLATION, JAPAN));
        offer.scope.until += 1;
        _refuses(offer, outside);
        offer.scope.until -= 1;
        _accepts(offer);
    }

    function test_a_sublicence_ends_no_later_than_any_ancestor() public {
        bytes32 middle = _grant(_sublicence(parentId, cleo, GrantKind.Exclusive, _all()));
        _surrender(_surrenderOf(parentId, TODAY + 100));
        Offer memory offer = _sublicence(middle, dora, GrantKind.NonExclusive, _all());
        offer.scope.until = TODAY + 101;
        _refuses(offer, abi.encodeWithSelector(IGrants.OutsideParent.selector, middle));
        offer.scope.until = TODAY + 100;
        _accepts(offer);
    }

    function test_a_sublicence_is_of_no_stronger_kind() public {
        for (uint8 kind = 1; kind <= 3; ++kind) {
            bytes32 above = _grant(_sublicence(parentId, cleo, GrantKind(kind), _only(uint16(1) << kind, JAPAN)));
            for (uint8 other = 1; other <= 3; ++other) {
                uint256 snapshot = vm.snapshotState();
                Offer memory offer = _sublicence(above, dora, GrantKind(other), _only(uint16(1) << kind, JAPAN));
                if (other >= kind) _accepts(offer);
                else _refuses(offer, abi.encodeWithSelector(IGrants.StrongerThanParent.selector, above, kind));
                vm.revertToState(snapshot);
            }
        }
    }

    function test_what_may_not_be_sublicensed_is_not() public {
        Offer memory offer = _sublicence(parentId, cleo, GrantKind.NonExclusive, _all());
        offer.sublicensable = false;
        bytes32 last = _grant(offer);
        _refuses(
            _sublicence(last, dora, GrantKind.NonExclusive, _all()),
            abi.encodeWithSelector(IGrants.NotSublicensable.selector, last)
        );
        _accepts(_sublicence(parentId, dora, GrantKind.NonExclusive, _all()));
    }

    function test_sublicences_go_eight_deep() public {
        address[2] memory turns = [cleo, ben];
        bytes32 above = parentId;
        for (uint256 i = 0; i < grants.DEEPEST(); ++i) {
            above = _grant(_sublicence(above, turns[i % 2], GrantKind.NonExclusive, _all()));
        }
        assertEq(grants.DEEPEST(), 8);
        _refuses(
            _sublicence(above, dora, GrantKind.NonExclusive, _all()),
            abi.encodeWithSelector(IGrants.TooDeep.selector, above)
        );
    }

    function test_only_siblings_clash() public {
        bytes32 first = _grant(_sublicence(parentId, cleo, GrantKind.Exclusive, _only(TRANSLATION, JAPAN)));
        _refuses(
            _sublicence(parentId, dora, GrantKind.NonExclusive, _all()),
            abi.encodeWithSelector(IGrants.GrantClashes.selector, first)
        );
        // The parent of the first, and what the first grants on, are other levels.
        _accepts(_sublicence(first, dora, GrantKind.Exclusive, _only(TRANSLATION, JAPAN)));
        _accepts(_sublicence(parentId, dora, GrantKind.Exclusive, _only(ADAPTATION, JAPAN)));
    }

    function test_nobody_sublicenses_to_itself() public {
        _refuses(
            _sublicence(parentId, ben, GrantKind.NonExclusive, _all()),
            abi.encodeWithSelector(IGrants.SelfGrant.selector, ben)
        );
        // The owner may be granted on what it granted.
        _accepts(_sublicence(parentId, ann, GrantKind.NonExclusive, _all()));
    }

    function test_a_parent_is_known_in_force_free_and_as_it_was_agreed_on() public {
        Offer memory offer = _sublicence(parentId, cleo, GrantKind.NonExclusive, _all());
        uint256 snapshot = vm.snapshotState();
        offer.revision = 2;
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantRevisionStale.selector, parentId, 2, 1));
        offer.revision = 1;
        bytes32 orderId = _holdGrant(parentId);
        uint64 until = grants.getGrant(parentId).heldUntil;
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantUnderHold.selector, parentId, orderId, until));
        vm.revertToState(snapshot);
        orderId = _holdRights();
        until = rights.workRights(novel).heldUntil;
        _refuses(offer, abi.encodeWithSelector(IRightsRegistry.RightsUnderHold.selector, novel, orderId, until));
        vm.revertToState(snapshot);
        _terminateByOrder(parentId);
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantOver.selector, parentId));
        offer.parentId = "unknown";
        Consent[] memory given = _agreed(grants.offerDigest(offer), _parties(ben, cleo));
        bytes memory unknown = abi.encodeWithSelector(IGrants.GrantUnknown.selector, bytes32("unknown"));
        vm.expectRevert(unknown);
        grants.requireGrant(offer);
        vm.expectRevert(unknown);
        grants.grant(offer, given);
    }

    function test_a_hold_on_the_estate_does_not_stop_the_licensee() public {
        _holdEstate(estateId);
        _accepts(_sublicence(parentId, cleo, GrantKind.NonExclusive, _all()));
    }

    function test_a_sublicence_dies_with_any_ancestor() public {
        bytes32 middle = _grant(_sublicence(parentId, cleo, GrantKind.Exclusive, _all()));
        bytes32 last = _grant(_sublicence(middle, dora, GrantKind.Exclusive, _all()));
        assertEq(grants.liveUntil(last), TODAY + 3650);
        _surrender(_surrenderOf(parentId, TODAY + 10));
        assertEq(grants.liveUntil(middle), TODAY + 10);
        assertEq(grants.liveUntil(last), TODAY + 10);
        assertEq(grants.getGrant(last).scope.until, TODAY + 3650, "its own words stay");
        vm.warp(START + 10 days);
        bytes memory over = abi.encodeWithSelector(IGrants.GrantOver.selector, last);
        _refuses(_sublicence(last, emil, GrantKind.Exclusive, _all()), over);
    }

    function test_a_sublicence_that_begins_after_its_parents_end_never_lives() public {
        Scope memory later = _all();
        later.from = TODAY + 100;
        bytes32 grantId = _grant(_sublicence(parentId, cleo, GrantKind.Exclusive, later));
        _surrender(_surrenderOf(parentId, TODAY + 101));
        assertEq(grants.liveUntil(grantId), TODAY + 101);
        _surrender(_surrenderOf(parentId, TODAY + 100));
        assertEq(grants.liveUntil(grantId), 0);
        assertEq(grants.liveUntil("unknown"), 0);
    }

    function test_an_older_sublicence_is_recorded_with_its_conflicts() public {
        bytes32 first = _grant(_sublicence(parentId, cleo, GrantKind.Exclusive, _only(TRANSLATION, JAPAN)));
        Offer memory offer = _sublicence(parentId, dora, GrantKind.Exclusive, _only(TRANSLATION, JAPAN));
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantClashes.selector, first));
        offer.signedOn = TODAY;
        _refuses(offer, abi.encodeWithSelector(IGrants.OfferMalformed.selector, "signedOn"));
        offer.signedOn = TODAY - 1;
        _accepts(offer);
        assertEq(grants.getGrant(grants.offerDigest(offer)).conflicts, 1);
        // One level further down the day of the claim is found too.
        offer = _sublicence(first, emil, GrantKind.Exclusive, _only(TRANSLATION, JAPAN));
        offer.signedOn = TODAY;
        _refuses(offer, abi.encodeWithSelector(IGrants.OfferMalformed.selector, "signedOn"));
        offer.signedOn = TODAY - 1;
        _accepts(offer);
    }

    function test_an_ended_sublicence_makes_room_for_another() public {
        bytes32 first = _grant(_sublicence(parentId, cleo, GrantKind.Exclusive, _all()));
        Offer memory offer = _sublicence(parentId, dora, GrantKind.Exclusive, _all());
        _refuses(offer, abi.encodeWithSelector(IGrants.GrantClashes.selector, first));
        _terminate(_terminationOf(first, Ground.Agreement, TODAY));
        _accepts(offer);
        assertEq(Codes.NO_END, type(uint32).max);
    }

    /// @dev The view says so, and so does the act.
    function _refuses(Offer memory offer, bytes memory reason) private {
        vm.expectRevert(reason);
        grants.requireGrant(offer);
        address licensee = grants.getGrant(offer.parentId).licensee;
        Consent[] memory given = _agreed(grants.offerDigest(offer), _parties(licensee, offer.licensee));
        vm.expectRevert(reason);
        vm.prank(relayer);
        grants.grant(offer, given);
    }

    function _accepts(Offer memory offer) private {
        grants.requireGrant(offer);
        _grant(offer);
    }
}
