// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grant, GrantKind, GrantStatus} from "../interfaces/IGrants.sol";
import {Estate, EstateStatus, Scope} from "../interfaces/IRightsRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {RightsHandler} from "./RightsHandler.sol";
import {RightsReplay, meet} from "./RightsReplay.sol";
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

    /// @dev After each act, all works that it changed. In the end, all there are.
    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 100
    /// forge-config: nightly.invariant.runs = 4000
    /// forge-config: nightly.invariant.depth = 125
    function invariant_nothing_that_is_done_to_rights_breaks_it() public {
        vm.warp(handler.clock());
        bytes32[] memory works = handler.worksChanged();
        for (uint256 i = 0; i < works.length; ++i) {
            _assertWork(works[i]);
        }
    }

    /// @notice Every kind of act went through at least once; what chance left out is done now, from whatever state it is.
    function afterInvariant() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            if (handler.done(which) == 0) handler.perform(which, uint256(keccak256(abi.encode("last", which))));
            assertGt(handler.done(which), 0);
        }
        vm.warp(handler.clock());
        bytes32[] memory works = handler.allWorks();
        for (uint256 i = 0; i < works.length; ++i) {
            _assertWork(works[i]);
        }
        handler.requirePast();
    }

    function test_every_act_on_rights_goes_through_from_the_start() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            handler.perform(which, uint256(keccak256(abi.encode(which))));
        }
        afterInvariant();
        assertGt(handler.refusals(), 0);
    }

    function _assertWork(bytes32 workId) private view {
        _every_point_of_a_claim_lies_in_one_live_estate(workId);
        bytes32[] memory ids = handler.grantsOf(workId);
        RightsHandler.Known[] memory all = new RightsHandler.Known[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            all[i] = handler.known(ids[i]);
            _a_grant_is_what_the_records_say(all[i]);
            _a_sublicence_lives_within_its_parent(all[i]);
        }
        _assertLevel(workId, all);
        for (uint256 i = 0; i < ids.length; ++i) {
            if (handler.siblings(ids[i]).length != 0) _assertLevel(ids[i], all);
        }
    }

    function _assertLevel(bytes32 level, RightsHandler.Known[] memory all) private view {
        RightsHandler.Known[] memory siblings = new RightsHandler.Known[](all.length);
        uint256 length;
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].licence.level == level) siblings[length++] = all[i];
        }
        assembly ("memory-safe") {
            mstore(siblings, length)
        }
        assertEq(length, handler.siblings(level).length);
        _no_two_siblings_clash_but_as_recorded(siblings);
        _the_lists_hold_what_did_not_end(level, siblings);
    }

    function _every_point_of_a_claim_lies_in_one_live_estate(bytes32 workId) private view {
        uint256[] memory estates = handler.liveEstates(workId);
        Scope[] memory scopes = new Scope[](estates.length);
        uint256 volume;
        for (uint256 i = 0; i < estates.length; ++i) {
            Estate memory estate = rights.estate(estates[i]);
            assertEq(uint8(estate.status), uint8(EstateStatus.Live));
            assertEq(estate.workId, workId);
            assertEq(keccak256(abi.encode(estate.scope)), keccak256(abi.encode(handler.boxOf(estates[i]))));
            volume += Scopes.volume(estate.scope);
            scopes[i] = estate.scope;
            for (uint256 j = 0; j < i; ++j) {
                assertFalse(Scopes.overlaps(scopes[i], scopes[j]), "two estates overlap");
            }
        }
        assertEq(volume, handler.claimedVolume(workId), "something of the claim is lost");
    }

    /// @dev Of those that are searched for clashes, in force or not yet; backlog conflicts are exactly those recorded.
    function _no_two_siblings_clash_but_as_recorded(RightsHandler.Known[] memory all) private view {
        uint32 today = Scopes.today();
        for (uint256 i = 0; i < all.length; ++i) {
            RightsReplay.Licence memory one = all[i].licence;
            for (uint256 j = 0; j < i && one.listed; ++j) {
                RightsReplay.Licence memory other = all[j].licence;
                bool both = one.kind == GrantKind.NonExclusive && other.kind == GrantKind.NonExclusive;
                if (!other.listed || both || !meet(all[i].scope, all[j].scope, today)) continue;
                assertTrue(handler.conflicting(all[i].grantId, all[j].grantId), "two siblings clash");
            }
        }
    }

    /// @dev Entry by entry, out of the contract's storage: the lists of a level are in slots 0 and 1 of `_levels[level]`.
    function _the_lists_hold_what_did_not_end(bytes32 level, RightsHandler.Known[] memory all) private view {
        uint256 slot = uint256(keccak256(abi.encode(level, uint256(1))));
        uint256[2] memory counted;
        for (uint256 i = 0; i < all.length; ++i) {
            uint256 place = _placeOf(all[i].grantId);
            assertEq(place != 0, all[i].licence.listed, "listed or not");
            if (place == 0) continue;
            uint256 list = all[i].licence.kind == GrantKind.NonExclusive ? 1 : 0;
            ++counted[list];
            uint256 entry = uint256(keccak256(abi.encode(slot + list))) + 3 * (place - 1);
            (uint256 first, uint256 territories) = Scopes.pack(all[i].scope);
            assertEq(_load(entry), first);
            assertEq(_load(entry + 1), territories);
            assertEq(bytes32(_load(entry + 2)), all[i].grantId);
        }
        (uint256 excluding, uint256 others) = grants.liveCounts(level);
        assertEq(excluding, counted[0]);
        assertEq(others, counted[1]);
    }

    function _a_grant_is_what_the_records_say(RightsHandler.Known memory told) private view {
        Grant memory grant = grants.getGrant(told.grantId);
        assertEq(uint8(grant.status), uint8(told.licence.ended ? GrantStatus.Ended : GrantStatus.Live));
        assertEq(keccak256(abi.encode(grant.scope)), keccak256(abi.encode(told.scope)));
        assertEq(grant.licensee, told.licence.licensee);
        assertEq(grant.conflicts, told.licence.conflicts);
        assertEq(grants.liveUntil(told.grantId), told.until > told.scope.from ? told.until : 0);
    }

    function _a_sublicence_lives_within_its_parent(RightsHandler.Known memory told) private view {
        if (told.licence.parentId == 0 || !told.open) return;
        RightsHandler.Known memory parent = handler.known(told.licence.parentId);
        assertGe(uint8(told.licence.kind), uint8(parent.licence.kind), "stronger than its parent");
        uint32 until = grants.liveUntil(told.grantId);
        assertLe(until, grants.liveUntil(parent.grantId), "outlives its parent");
        uint32 today = Scopes.today();
        (, Scope memory left) = Scopes.onwards(told.scope, today);
        left.until = until;
        (, Scope memory outer) = Scopes.onwards(parent.scope, today);
        assertTrue(Scopes.contains(outer, left), "outside its parent");
    }

    function _placeOf(bytes32 id) private view returns (uint256) {
        return uint16(_load(uint256(keccak256(abi.encode(id, uint256(0)))) + 6) >> 96);
    }

    function _load(uint256 slot) private view returns (uint256) {
        return uint256(vm.load(address(grants), bytes32(slot)));
    }
}
