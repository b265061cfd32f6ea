// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Axis, IRightsRegistry, Scope} from "../interfaces/IRightsRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A point: one bit of each mask, and a day.
struct Point {
    uint8 right;
    uint8 territory;
    uint8 language;
    uint8 medium;
    uint32 day;
}

/// @notice The laws of the algebra, for boxes that chance picks.
contract ScopesTest is Test {
    using Scopes for Scope;

    function testFuzz_BoxesOverlapAtTheirCommonPointsAlone(Scope memory a, Scope memory b, Point memory point)
        public
        pure
    {
        (a, b) = (_some(a), _some(b));
        (bool some, Scope memory common) = a.intersect(b);
        assertEq(some, a.overlaps(b));
        assertEq(some, b.overlaps(a));
        bool inBoth = _has(a, point) && _has(b, point);
        assertEq(inBoth, some && _has(common, point));
        if (some) assertTrue(a.contains(common) && b.contains(common) && common.isWellFormed());
    }

    function testFuzz_APackedBoxIsTheBox(Scope memory a, Scope memory b) public pure {
        (uint256 aFirst, uint256 aTerritories) = a.pack();
        (uint256 bFirst, uint256 bTerritories) = b.pack();
        assertEq(abi.encode(Scopes.unpack(aFirst, aTerritories)), abi.encode(a));
        assertEq(Scopes.overlapsPacked(aFirst, aTerritories, bFirst, bTerritories), a.overlaps(b));
    }

    function testFuzz_PopulationCountsEveryBitOnce(uint256 bits) public pure {
        uint256 count = 0;
        for (uint256 i = 0; i < 256; ++i) {
            count += (bits >> i) & 1;
        }
        assertEq(Scopes.popcount(bits), count);
        assertEq(Scopes.popcount(type(uint256).max), 256);
    }

    /// @dev Nearly always well-formed, and often alike.
    function _some(Scope memory scope) private pure returns (Scope memory) {
        scope.rights = uint16((scope.rights & Codes.RIGHTS) | 1);
        if (scope.territories == 0) scope.territories = 1;
        if (scope.languages == 0) scope.languages = 1;
        if (scope.media == 0) scope.media = 1;
        scope.from = scope.from % 100;
        scope.until = scope.from + 1 + scope.until % 100;
        return scope;
    }

    function _has(Scope memory scope, Point memory point) private pure returns (bool) {
        bool masks = (scope.rights >> (point.right % 13)) & 1 == 1 && (scope.territories >> point.territory) & 1 == 1
            && (scope.languages >> (point.language % 128)) & 1 == 1 && (scope.media >> (point.medium % 32)) & 1 == 1;
        return masks && scope.from <= point.day && point.day < scope.until;
    }
}
