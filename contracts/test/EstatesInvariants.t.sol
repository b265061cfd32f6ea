// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../Subjects.sol";
import {Estate, EstateStatus, Scope} from "../interfaces/IRightsRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {EstatesHandler} from "./EstatesHandler.sol";
import {LedgerWhole, RightsWhole} from "./Whole.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What is true of estates after whatever is done to them. The handler itself refuses a record that is missing or out
/// of order. An act that fails, fails the test.
contract EstatesInvariantsTest is Test {
    using Scopes for Scope;

    EstatesHandler private handler;
    LedgerWhole private ledger;
    RightsWhole private rights;

    function setUp() public {
        handler = new EstatesHandler();
        handler.setUp();
        (address first, address registry,) = handler.contracts();
        (ledger, rights) = (LedgerWhole(first), RightsWhole(registry));
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = EstatesHandler.act.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev After each act, the estates that it changed, beside all of their work; now and then the whole work; in the end, all.
    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 100
    /// forge-config: nightly.invariant.runs = 4000
    /// forge-config: nightly.invariant.depth = 125
    function invariant_every_point_of_what_was_claimed_lies_in_one_live_estate() public {
        vm.warp(handler.clock());
        assertEq(ledger.head(), handler.replayedHead());
        assertEq(ledger.count(), handler.replayedCount());
        _assertChanged(handler.last());
        if (handler.height() % 25 == 0) _assertWork(handler.last());
    }

    /// @notice Every kind of act went through at least once; what chance left out is done now, from whatever state it is.
    function afterInvariant() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            if (handler.done(which) == 0) handler.perform(which, uint256(keccak256(abi.encode("last", which))));
            assertGt(handler.done(which), 0);
        }
        vm.warp(handler.clock());
        assertEq(ledger.head(), handler.replayedHead());
        _heads_of_subjects_equal_a_replay();
        bytes32[] memory works = handler.worksOf();
        for (uint256 i = 0; i < works.length; ++i) {
            _assertWork(works[i]);
        }
    }

    function test_every_act_goes_through_from_the_start() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            handler.perform(which, uint256(keccak256(abi.encode(which))));
        }
        afterInvariant();
    }

    function _assertChanged(bytes32 workId) private view {
        (uint256[] memory living,) = handler.estatesOf(workId);
        (uint256[] memory changed, Scope[] memory boxes) = handler.estatesChanged();
        Scope[] memory claims = handler.claimsOf(workId);
        Scope[] memory all = _boxesOf(living);
        assertEq(_volumeOf(all), _volumeOf(claims), "what was claimed is not what is held");
        for (uint256 i = 0; i < changed.length; ++i) {
            _assertEstate(changed[i]);
            if (!handler.gone(changed[i]) && rights.estate(changed[i]).workId == workId) {
                _alone_within(boxes[i], changed[i], living, all, claims);
            }
        }
    }

    function _alone_within(
        Scope memory box,
        uint256 id,
        uint256[] memory living,
        Scope[] memory all,
        Scope[] memory claims
    ) private pure {
        for (uint256 i = 0; i < living.length; ++i) {
            if (living[i] != id) assertFalse(box.overlaps(all[i]), "two live estates overlap");
        }
        assertEq(_volumeIn(box, claims), box.volume(), "an estate lies outside what was claimed");
    }

    function _assertWork(bytes32 workId) private view {
        (uint256[] memory living, uint256[] memory ever) = handler.estatesOf(workId);
        Scope[] memory claims = handler.claimsOf(workId);
        Scope[] memory boxes = _boxesOf(living);
        _disjoint_and_complete(claims, boxes);
        for (uint256 i = 0; i < claims.length; ++i) {
            _points_lie_in_one(claims[i], boxes);
        }
        for (uint256 i = 0; i < ever.length; ++i) {
            _assertEstate(ever[i]);
        }
    }

    function _boxesOf(uint256[] memory ids) private view returns (Scope[] memory boxes) {
        boxes = new Scope[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            boxes[i] = rights.estate(ids[i]).scope;
        }
    }

    function _volumeOf(Scope[] memory boxes) private pure returns (uint256 volume) {
        for (uint256 i = 0; i < boxes.length; ++i) {
            volume += boxes[i].volume();
        }
    }

    function _volumeIn(Scope memory box, Scope[] memory claims) private pure returns (uint256 within) {
        for (uint256 i = 0; i < claims.length; ++i) {
            (bool some, Scope memory common) = box.intersect(claims[i]);
            if (some) within += common.volume();
        }
    }

    /// @dev Disjoint boxes within others cover them exactly if their volumes sum to theirs.
    function _disjoint_and_complete(Scope[] memory claims, Scope[] memory boxes) private pure {
        for (uint256 i = 0; i < boxes.length; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                assertFalse(boxes[i].overlaps(boxes[j]), "two live estates overlap");
            }
            assertEq(_volumeIn(boxes[i], claims), boxes[i].volume(), "an estate lies outside what was claimed");
        }
        assertEq(_volumeOf(boxes), _volumeOf(claims), "what was claimed is not what is held");
    }

    /// @dev The same by looking: at the corners of a claim, and at points that chance picks.
    function _points_lie_in_one(Scope memory claim, Scope[] memory boxes) private view {
        for (uint256 i = 0; i < 4; ++i) {
            Scope memory point = _pointOf(claim, uint256(keccak256(abi.encode(handler.clock(), i))));
            uint256 count;
            for (uint256 j = 0; j < boxes.length; ++j) {
                if (boxes[j].contains(point)) ++count;
            }
            assertEq(count, 1, "a point lies in no live estate, or in two");
        }
    }

    function _pointOf(Scope memory box, uint256 seed) private pure returns (Scope memory) {
        uint32 day = uint32(box.from + (seed >> 200) % (box.until - box.from));
        return Scope({
            rights: uint16(_bitOf(box.rights, seed)),
            territories: _bitOf(box.territories, seed >> 40),
            languages: uint128(_bitOf(box.languages, seed >> 80)),
            media: uint32(_bitOf(box.media, seed >> 120)),
            from: day,
            until: day + 1
        });
    }

    /// @dev Some bit that is set.
    function _bitOf(uint256 mask, uint256 seed) private pure returns (uint256) {
        uint256 place = seed % 256;
        uint256 upper = (mask >> place) << place;
        uint256 some = upper == 0 ? mask : upper;
        return some & ~(some - 1);
    }

    function _assertEstate(uint256 id) private view {
        Estate memory estate = rights.estate(id);
        assertEq(estate.status == EstateStatus.Live, !handler.gone(id), "what is gone came back");
        assertEq(estate.ownership, handler.lastOwnership(id), "another ownership than was assigned last");
        (address[] memory owners, uint32[] memory parts) = rights.coOwners(id);
        assertEq(keccak256(abi.encode(owners, parts)), estate.ownership, "owners and parts");
        if (handler.gone(id)) return;
        assertEq(rights.ownerOf(id), owners.length == 1 ? owners[0] : address(rights), "the owner of the token");
        bytes32 recorded = handler.replayedState(Subjects.id(address(rights), bytes32(id)));
        // Parts are made by the record of what they are parts of; a grant is recorded elsewhere.
        if (recorded != 0 && !handler.unrecorded(id)) assertEq(recorded, rights.estateStateOf(id), "the state");
    }

    function _heads_of_subjects_equal_a_replay() private view {
        bytes32[] memory subjects = handler.allSubjects();
        for (uint256 i = 0; i < subjects.length; ++i) {
            assertEq(ledger.subjectHead(subjects[i]), handler.replayedSubjectHead(subjects[i]));
        }
    }
}
