// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GrantKind, IGrants, Offer} from "../interfaces/IGrants.sol";
import {Scope} from "../interfaces/IRightsRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Sibling, Siblings} from "../rights/Siblings.sol";
import {Offers} from "./Offers.sol";

/// @notice The search for clashes against one that looks at every point, in a world of sixteen points a day.
contract ClashesTest is Offers {
    using Siblings for Sibling[];

    struct Made {
        bytes32 grantId;
        GrantKind kind;
        Scope scope;
    }

    uint256 private estateId;
    Made[] private made;
    Sibling[] private list;

    function setUp() public override {
        super.setUp();
        estateId = _estate(ann);
    }

    /// forge-config: default.fuzz.runs = 100
    /// forge-config: nightly.fuzz.runs = 5000
    function testFuzz_AGrantIsRefusedExactlyWhereAPointIsShared(uint256[12] memory seeds) public {
        for (uint256 i = 0; i < seeds.length; ++i) {
            vm.warp(vm.getBlockTimestamp() + seeds[i] % 4 days);
            Scope memory scope = _random(seeds[i]);
            GrantKind kind = GrantKind(1 + (seeds[i] >> 80) % 3);
            Offer memory offer = _offer(estateId, ben, kind, scope);
            bool clashes = _clashes(kind, scope);
            try grants.requireGrant(offer) {
                assertFalse(clashes, "a clash was not seen");
                made.push(Made(_grant(offer), kind, scope));
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IGrants.GrantClashes.selector);
                assertTrue(clashes, "a clash was seen where there is none");
            }
        }
    }

    /// forge-config: default.fuzz.runs = 500
    /// forge-config: nightly.fuzz.runs = 5000
    function testFuzz_AListFindsEveryOneThatOverlapsAndNoOther(uint256[20] memory seeds, uint256 asked, uint8 gone)
        public
    {
        for (uint256 i = 0; i < seeds.length; ++i) {
            (uint256 first, uint256 territories) = Scopes.pack(_random(seeds[i]));
            assertEq(list.add(first, territories, bytes32(i + 1)), i);
        }
        uint256 out = gone % seeds.length;
        assertEq(list.remove(out), bytes32(out == seeds.length - 1 ? 0 : seeds.length));
        Scope memory box = _random(asked);
        bool[] memory found = new bool[](seeds.length + 1);
        (uint256 askedFirst, uint256 askedTerritories) = Scopes.pack(box);
        uint256 place = list.seek(0, askedFirst, askedTerritories);
        for (; place < list.length; place = list.seek(place + 1, askedFirst, askedTerritories)) {
            found[uint256(list[place].grantId)] = true;
        }
        assertEq(place, seeds.length - 1);
        for (uint256 i = 0; i < seeds.length; ++i) {
            assertEq(found[i + 1], i != out && _share(_random(seeds[i]), box, 0));
        }
    }

    function _clashes(GrantKind kind, Scope memory scope) private view returns (bool) {
        for (uint256 i = 0; i < made.length; ++i) {
            bool both = kind == GrantKind.NonExclusive && made[i].kind == GrantKind.NonExclusive;
            if (!both && _share(made[i].scope, scope, _today())) return true;
        }
        return false;
    }

    /// @dev Whether any point is in both, by looking at each.
    function _share(Scope memory a, Scope memory b, uint32 today) private pure returns (bool) {
        for (uint256 point = 0; point < 16; ++point) {
            if (!_has(a, point) || !_has(b, point)) continue;
            for (uint32 day = TODAY - 6; day < TODAY + 60; ++day) {
                bool inA = a.from <= day && day < a.until;
                if (day >= today && inA && b.from <= day && day < b.until) return true;
            }
        }
        return false;
    }

    function _has(Scope memory scope, uint256 point) private pure returns (bool) {
        return (scope.rights >> (point & 1)) & 1 == 1 && (scope.territories >> ((point >> 1) & 1)) & 1 == 1
            && (scope.languages >> ((point >> 2) & 1)) & 1 == 1 && (scope.media >> ((point >> 3) & 1)) & 1 == 1;
    }

    /// @dev Something is left of it, and it is over within sixty days.
    function _random(uint256 seed) private view returns (Scope memory scope) {
        scope.rights = uint16(1 + (seed >> 8) % 3);
        scope.territories = 1 + (seed >> 16) % 3;
        scope.languages = uint128(1 + (seed >> 24) % 3);
        scope.media = uint32(1 + (seed >> 32) % 3);
        scope.from = TODAY + uint32((seed >> 40) % 30);
        uint32 least = scope.from > _today() ? scope.from : _today();
        scope.until = least + 1 + uint32((seed >> 60) % 10);
    }
}
