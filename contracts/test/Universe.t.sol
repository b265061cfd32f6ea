// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Axis, Scope} from "../interfaces/IRightsRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The algebra on all boxes of a small universe: two rights, territories, languages and media, three days. A box is
/// held against the set of its points, which is 48 bits.
contract UniverseTest is Test {
    using Scopes for Scope;

    uint32 private constant DAYS = 3;
    uint256 private constant BOXES = 3 * 3 * 3 * 3 * 6;

    Scope[] private boxes;
    uint256[] private points;
    mapping(uint256 points => bool) private isBox;

    function setUp() public {
        for (uint32 from = 0; from < DAYS; ++from) {
            for (uint32 until = from + 1; until <= DAYS; ++until) {
                for (uint256 masks = 0; masks < 81; ++masks) {
                    _add(masks, from, until);
                }
            }
        }
        assertEq(boxes.length, BOXES);
    }

    function test_two_boxes_overlap_contain_and_intersect_as_their_points_do() public view {
        (Scope[] memory all, uint256[] memory sets) = (boxes, points);
        for (uint256 i = 0; i < BOXES; ++i) {
            for (uint256 j = 0; j < BOXES; ++j) {
                uint256 mark = _mark();
                (bool some, Scope memory common) = all[i].intersect(all[j]);
                uint256 both = sets[i] & sets[j];
                require(some == (both != 0), "intersect");
                require(!some || _pointsOf(common) == both, "the common box");
                require(all[i].overlaps(all[j]) == some, "overlaps");
                require(all[i].contains(all[j]) == (sets[j] & ~sets[i] == 0), "contains");
                _forget(mark);
            }
        }
    }

    function test_two_boxes_are_joined_where_their_points_are_one_box() public view {
        (Scope[] memory all, uint256[] memory sets) = (boxes, points);
        uint256 count = 0;
        for (uint256 i = 0; i < BOXES; ++i) {
            for (uint256 j = 0; j < BOXES; ++j) {
                // Most pairs overlap, and are never joined: the third test has some of them too.
                if (sets[i] & sets[j] != 0 && (i + j) % 16 != 0) continue;
                count += _joins(all[i], all[j], sets[i], sets[j]);
            }
        }
        // Masks: 2 orders x 4 axes x 27 x 6; time: 81 x 4 cuts of a span, in one order.
        require(count == 2 * 4 * 27 * 6 + 81 * 4, "how many are joined");
    }

    function test_every_cut_of_every_box_is_disjoint_complete_and_joined_again() public view {
        uint256 count = 0;
        for (uint256 i = 0; i < BOXES; ++i) {
            for (uint8 axis = 0; axis < 5; ++axis) {
                count += _cut(boxes[i], points[i], Axis(axis));
            }
        }
        // Masks of two, in two orders; spans of two days once, of three in three ways.
        require(count == 2 * 4 * 27 * 6 + 81 * (2 + 3), "how many cuts");
    }

    function test_the_volume_of_a_box_is_how_many_points_it_has() public view {
        for (uint256 i = 0; i < BOXES; ++i) {
            require(boxes[i].volume() == Scopes.popcount(points[i]), "volume");
        }
    }

    function _add(uint256 masks, uint32 from, uint32 until) private {
        Scope memory scope = Scope({
            rights: uint16(1 + masks % 3),
            territories: 1 + (masks / 3) % 3,
            languages: uint128(1 + (masks / 9) % 3),
            media: uint32(1 + masks / 27),
            from: from,
            until: until
        });
        boxes.push(scope);
        points.push(_pointsOf(scope));
        isBox[_pointsOf(scope)] = true;
    }

    function _joins(Scope memory a, Scope memory b, uint256 ofA, uint256 ofB) private view returns (uint256) {
        bool can = ofA & ofB == 0 && isBox[ofA | ofB];
        uint256 joins = 0;
        for (uint8 axis = 0; axis < 5; ++axis) {
            uint256 mark = _mark();
            (bool joined, Scope memory whole) = a.join(b, Axis(axis));
            require(!joined || (can && _pointsOf(whole) == (ofA | ofB)), "joined");
            if (joined) ++joins;
            _forget(mark);
        }
        // Along the one axis on which they differ; along time in one order.
        require(joins == (can && (a.from == b.from || a.from < b.from) ? 1 : 0), "not joined");
        return joins;
    }

    /// @return How many ways there are.
    function _cut(Scope memory scope, uint256 set, Axis axis) private view returns (uint256) {
        uint256[] memory cuts = new uint256[](2);
        if (axis != Axis.Time) {
            if (scope.mask(axis) != 3) return 0;
            (cuts[0], cuts[1]) = (1, 2);
            _cutAs(scope, set, axis, cuts);
            (cuts[0], cuts[1]) = (2, 1);
            _cutAs(scope, set, axis, cuts);
            return 2;
        }
        uint256 ways = 0;
        for (uint32 first = scope.from + 1; first < scope.until; ++first) {
            cuts = new uint256[](1);
            cuts[0] = first;
            _cutAs(scope, set, axis, cuts);
            ++ways;
            if (first + 1 == scope.until) continue;
            cuts = new uint256[](2);
            (cuts[0], cuts[1]) = (first, first + 1);
            _cutAs(scope, set, axis, cuts);
            ++ways;
        }
        return ways;
    }

    function _cutAs(Scope memory scope, uint256 set, Axis axis, uint256[] memory cuts) private view {
        Scope[] memory parts = scope.cut(axis, cuts, 0);
        uint256 taken = 0;
        for (uint256 i = 0; i < parts.length; ++i) {
            uint256 part = _pointsOf(parts[i]);
            require(isBox[part] && part & taken == 0, "a part is empty, or overlaps");
            taken |= part;
        }
        require(taken == set, "the parts are not the whole");
        Scope memory whole = Scopes.merge(parts, axis, new uint256[](parts.length));
        require(keccak256(abi.encode(whole)) == keccak256(abi.encode(scope)), "joined again");
    }

    /// @dev By the meaning of a box alone.
    function _pointsOf(Scope memory scope) private pure returns (uint256 set) {
        for (uint256 right = 0; right < 2; ++right) {
            if ((scope.rights >> right) & 1 == 0) continue;
            for (uint256 territory = 0; territory < 2; ++territory) {
                if ((scope.territories >> territory) & 1 == 0) continue;
                for (uint256 rest = 0; rest < 4; ++rest) {
                    if ((scope.languages >> (rest & 1)) & 1 == 0 || (scope.media >> (rest >> 1)) & 1 == 0) continue;
                    uint256 days_ = ((1 << scope.until) - 1) & ~((1 << scope.from) - 1);
                    set |= days_ << (DAYS * (right + 2 * territory + 4 * rest));
                }
            }
        }
    }

    /// @dev Memory is never given back, and grows dear.
    function _mark() private pure returns (uint256 mark) {
        assembly ("memory-safe") {
            mark := mload(0x40)
        }
    }

    function _forget(uint256 mark) private pure {
        assembly ("memory-safe") {
            mstore(0x40, mark)
        }
    }
}
