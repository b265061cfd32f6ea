// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grant, GrantKind, GrantStatus} from "../interfaces/IGrants.sol";
import {Estate, EstateStatus, Scope} from "../interfaces/IRightsRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {RightsHandler} from "./RightsHandler.sol";
import {RightsReplay} from "./RightsReplay.sol";
import {GrantsWhole, RightsWhole} from "./Whole.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What is true of rights after whatever is done to them. The handler refuses by itself a clash that is not seen or is
/// seen where there is none, conflicts that are counted wrongly, and what is done that must fail. An act that fails, fails the test.
contract RightsInvariantsTest is Test {
    RightsHandler private handler;
    RightsWhole private rights;
    GrantsWhole private grants;

    function setUp() public {
        handler = new RightsHandler();
        handler.setUp();
        (address rightsAt, address grantsAt) = handler.contracts();
        (rights, grants) = (RightsWhole(rightsAt), GrantsWhole(grantsAt));
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = RightsHandler.act.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 100
    /// forge-config: default.invariant.check-interval = 20
    /// forge-config: nightly.invariant.runs = 1000
    /// forge-config: nightly.invariant.depth = 250
    /// forge-config: nightly.invariant.check-interval = 50
    function invariant_nothing_that_is_done_to_rights_breaks_it() public {
        vm.warp(handler.clock());
        bytes32[] memory works = handler.allWorks();
        for (uint256 i = 0; i < works.length; ++i) {
            _every_point_of_a_claim_lies_in_one_live_estate(works[i]);
            _no_two_siblings_clash_but_as_recorded(works[i]);
            _the_lists_hold_what_did_not_end(works[i]);
        }
        bytes32[] memory ids = handler.allIds();
        for (uint256 i = 0; i < ids.length; ++i) {
            _a_grant_is_what_the_records_say(ids[i]);
            _a_sublicence_lives_within_its_parent(ids[i]);
            if (handler.siblings(ids[i]).length == 0) continue;
            _no_two_siblings_clash_but_as_recorded(ids[i]);
            _the_lists_hold_what_did_not_end(ids[i]);
        }
        for (uint256 i = 0; i < 3; ++i) {
            handler.requirePast(uint256(keccak256(abi.encode(ids.length, i))));
        }
    }

    /// @notice Every kind of act went through at least once; what chance left out is done now, from whatever state it is.
    function afterInvariant() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            if (handler.done(which) == 0) handler.perform(which, uint256(keccak256(abi.encode("last", which))));
            assertGt(handler.done(which), 0);
        }
        invariant_nothing_that_is_done_to_rights_breaks_it();
    }

    function test_every_act_on_rights_goes_through_from_the_start() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            handler.perform(which, uint256(keccak256(abi.encode(which))));
        }
        afterInvariant();
        assertGt(handler.refusals(), 0);
    }

    function _every_point_of_a_claim_lies_in_one_live_estate(bytes32 workId) private view {
        uint256[] memory estates = handler.liveEstates(workId);
        uint256 volume;
        for (uint256 i = 0; i < estates.length; ++i) {
            Estate memory estate = rights.estate(estates[i]);
            assertEq(uint8(estate.status), uint8(EstateStatus.Live));
            assertEq(estate.workId, workId);
            assertEq(abi.encode(estate.scope), abi.encode(handler.boxOf(estates[i])));
            volume += Scopes.volume(estate.scope);
            for (uint256 j = 0; j < i; ++j) {
                assertFalse(Scopes.overlaps(estate.scope, handler.boxOf(estates[j])), "two estates overlap");
            }
        }
        assertEq(volume, handler.claimedVolume(workId), "something of the claim is lost");
    }

    /// @dev Of those that are searched for clashes, in force or not yet; backlog conflicts are exactly those recorded.
    function _no_two_siblings_clash_but_as_recorded(bytes32 level) private view {
        bytes32[] memory all = handler.siblings(level);
        for (uint256 i = 0; i < all.length; ++i) {
            RightsReplay.Licence memory one = handler.licenceOf(all[i]);
            if (!one.listed) continue;
            Scope memory scope = handler.scopeOf(all[i]);
            for (uint256 j = 0; j < i; ++j) {
                RightsReplay.Licence memory other = handler.licenceOf(all[j]);
                bool both = one.kind == GrantKind.NonExclusive && other.kind == GrantKind.NonExclusive;
                if (!other.listed || both || !handler.meet(scope, handler.scopeOf(all[j]))) continue;
                assertTrue(handler.conflicting(all[i], all[j]), "two siblings clash");
            }
        }
    }

    /// @dev Entry by entry, out of the contract's storage: the lists of a level are in slots 0 and 1 of `_levels[level]`.
    function _the_lists_hold_what_did_not_end(bytes32 level) private view {
        bytes32[] memory all = handler.siblings(level);
        uint256 slot = uint256(keccak256(abi.encode(level, uint256(1))));
        uint256[2] memory counted;
        for (uint256 i = 0; i < all.length; ++i) {
            RightsReplay.Licence memory one = handler.licenceOf(all[i]);
            uint256 place = _placeOf(all[i]);
            assertEq(place != 0, one.listed, "listed or not");
            if (place == 0) continue;
            uint256 list = one.kind == GrantKind.NonExclusive ? 1 : 0;
            ++counted[list];
            uint256 entry = uint256(keccak256(abi.encode(slot + list))) + 3 * (place - 1);
            (uint256 first, uint256 territories) = Scopes.pack(handler.scopeOf(all[i]));
            assertEq(_load(entry), first);
            assertEq(_load(entry + 1), territories);
            assertEq(bytes32(_load(entry + 2)), all[i]);
        }
        (uint256 excluding, uint256 others) = grants.liveCounts(level);
        assertEq(excluding, counted[0]);
        assertEq(others, counted[1]);
    }

    function _a_grant_is_what_the_records_say(bytes32 id) private view {
        Grant memory grant = grants.getGrant(id);
        RightsReplay.Licence memory told = handler.licenceOf(id);
        assertEq(uint8(grant.status), uint8(told.ended ? GrantStatus.Ended : GrantStatus.Live));
        assertEq(abi.encode(grant.scope), abi.encode(handler.scopeOf(id)));
        assertEq(grant.licensee, told.licensee);
        assertEq(grant.conflicts, told.conflicts);
        uint32 until = handler.endOf(id);
        assertEq(grants.liveUntil(id), until > grant.scope.from ? until : 0);
    }

    function _a_sublicence_lives_within_its_parent(bytes32 id) private view {
        RightsReplay.Licence memory told = handler.licenceOf(id);
        if (told.parentId == 0 || !handler.isOpen(id)) return;
        assertGe(uint8(told.kind), uint8(handler.licenceOf(told.parentId).kind), "stronger than its parent");
        assertLe(grants.liveUntil(id), grants.liveUntil(told.parentId), "outlives its parent");
        uint32 today = Scopes.today();
        (, Scope memory left) = Scopes.onwards(handler.scopeOf(id), today);
        left.until = grants.liveUntil(id);
        (, Scope memory outer) = Scopes.onwards(handler.scopeOf(told.parentId), today);
        assertTrue(Scopes.contains(outer, left), "outside its parent");
    }

    function _placeOf(bytes32 id) private view returns (uint256) {
        return uint16(_load(uint256(keccak256(abi.encode(id, uint256(0)))) + 6) >> 96);
    }

    function _load(uint256 slot) private view returns (uint256) {
        return uint256(vm.load(address(grants), bytes32(slot)));
    }
}
