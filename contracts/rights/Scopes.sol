// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Axis, IRightsRegistry, Scope} from "../interfaces/IRightsRegistry.sol";
import {Codes} from "./Codes.sol";

/// @title The algebra of boxes
/// @notice A box is the product of four masks and a span of days. `indexer/rights/scope.py` is the same algebra;
/// `tests/vectors/scopes.json` holds them together. In storage a box is two words: rights, languages, media, from, until in the
/// first (`rights << 224 | languages << 96 | media << 64 | from << 32 | until`), territories in the second.
library Scopes {
    /// @notice How many parts a box is cut into, or made of, at most.
    uint256 internal constant MOST_PARTS = 16;

    uint256 private constant UTC_PLUS_8 = 8 hours;

    uint256 private constant RIGHTS_AT = 224;
    uint256 private constant LANGUAGES_AT = 96;
    uint256 private constant MEDIA_AT = 64;
    uint256 private constant FROM_AT = 32;

    /// @notice The present day in UTC+8, counted from 1970-01-01.
    function today() internal view returns (uint32) {
        return uint32((block.timestamp + UTC_PLUS_8) / 1 days);
    }

    /// @dev The box of an estate: the masks may use every bit, rights the thirteen there are.
    function requireEstate(Scope memory scope) internal pure {
        string memory field = "";
        if (scope.rights == 0 || scope.rights & ~Codes.RIGHTS != 0) field = "rights";
        else if (scope.territories == 0) field = "territories";
        else if (scope.languages == 0) field = "languages";
        else if (scope.media == 0) field = "media";
        else if (scope.from >= scope.until) field = "until";
        if (bytes(field).length != 0) revert IRightsRegistry.ScopeMalformed(field);
    }

    /// @dev The box of a grant: it names what it grants.
    function requireGrant(Scope memory scope) internal pure {
        requireEstate(scope);
        if (scope.territories & ~Codes.TERRITORIES != 0) revert IRightsRegistry.ScopeMalformed("territories");
        if (scope.languages & ~Codes.LANGUAGES != 0) revert IRightsRegistry.ScopeMalformed("languages");
        if (scope.media & ~Codes.MEDIA != 0) revert IRightsRegistry.ScopeMalformed("media");
    }

    /// @dev Whether there is a point in it.
    function isWellFormed(Scope memory scope) internal pure returns (bool) {
        bool masks = scope.rights != 0 && scope.territories != 0 && scope.languages != 0 && scope.media != 0;
        return masks && scope.from < scope.until;
    }

    /// @dev Whether every point of `inner`, which is well-formed, is in `outer`.
    function contains(Scope memory outer, Scope memory inner) internal pure returns (bool) {
        if (inner.rights & ~outer.rights != 0 || inner.territories & ~outer.territories != 0) return false;
        if (inner.languages & ~outer.languages != 0 || inner.media & ~outer.media != 0) return false;
        return outer.from <= inner.from && inner.until <= outer.until;
    }

    /// @dev Whether a point is in both.
    function overlaps(Scope memory a, Scope memory b) internal pure returns (bool) {
        if (a.rights & b.rights == 0 || a.territories & b.territories == 0) return false;
        if (a.languages & b.languages == 0 || a.media & b.media == 0) return false;
        return _later(a.from, b.from) < _earlier(a.until, b.until);
    }

    /// @return some Whether there is a point in both.
    /// @return common The box of those points; nothing where there are none.
    function intersect(Scope memory a, Scope memory b) internal pure returns (bool some, Scope memory common) {
        if (!overlaps(a, b)) return (false, common);
        return (
            true,
            Scope({
                rights: a.rights & b.rights,
                territories: a.territories & b.territories,
                languages: a.languages & b.languages,
                media: a.media & b.media,
                from: _later(a.from, b.from),
                until: _earlier(a.until, b.until)
            })
        );
    }

    /// @return some Whether anything is left from that day on.
    /// @return rest What is left of the box, its start moved to that day where it was before.
    function onwards(Scope memory scope, uint32 day) internal pure returns (bool some, Scope memory rest) {
        if (scope.until <= day) return (false, rest);
        rest = copy(scope);
        rest.from = _later(scope.from, day);
        return (true, rest);
    }

    /// @dev How many points: boxes that are disjoint and lie in another cover it exactly if their volumes sum to its own.
    function volume(Scope memory scope) internal pure returns (uint256) {
        if (scope.until <= scope.from) return 0;
        return popcount(scope.rights) * popcount(scope.territories) * popcount(scope.languages) * popcount(scope.media)
            * (scope.until - scope.from);
    }

    /// @param cuts As in `Split`.
    /// @param estateId Named where the cut is refused.
    function cut(Scope memory scope, Axis axis, uint256[] memory cuts, uint256 estateId)
        internal
        pure
        returns (Scope[] memory parts)
    {
        // Along time there is one day less than there are parts.
        uint256 more = axis == Axis.Time ? 1 : 0;
        uint256 length = cuts.length + more;
        if (length < 2 || length > MOST_PARTS) revert IRightsRegistry.CutMalformed(estateId, cuts.length);
        parts = new Scope[](length);
        uint256 bad = more == 0 ? _cutMask(parts, scope, axis, cuts, estateId) : _cutTime(parts, scope, cuts);
        if (bad < cuts.length) revert IRightsRegistry.CutMalformed(estateId, bad);
    }

    /// @return joined Whether the two differ along the axis alone, and together are one box; along time, `b` follows `a`.
    /// @return whole That box; nothing where they are none.
    function join(Scope memory a, Scope memory b, Axis axis) internal pure returns (bool joined, Scope memory whole) {
        if (axis == Axis.Time) {
            if (a.until != b.from || !_alikeBut(a, b, axis)) return (false, whole);
            whole = copy(a);
            whole.until = b.until;
            return (true, whole);
        }
        uint256 masks = mask(a, axis);
        if (masks & mask(b, axis) != 0 || !_alikeBut(a, b, axis)) return (false, whole);
        return (true, _withMask(a, axis, masks | mask(b, axis)));
    }

    /// @param ids Of the parts, named where they are not those of one box.
    function merge(Scope[] memory parts, Axis axis, uint256[] memory ids) internal pure returns (Scope memory whole) {
        whole = parts[0];
        for (uint256 i = 1; i < parts.length; ++i) {
            bool joined;
            (joined, whole) = join(whole, parts[i], axis);
            if (!joined) revert IRightsRegistry.NotMergeable(ids[0], ids[i]);
        }
    }

    /// @dev The mask along an axis that has one.
    function mask(Scope memory scope, Axis axis) internal pure returns (uint256 bits) {
        // In memory a scope is six words; the first four are the masks, in the order of the axes.
        assembly ("memory-safe") {
            bits := mload(add(scope, shl(5, axis)))
        }
    }

    /// @return first The first of the two words: all but the territories.
    /// @return territories The second.
    function pack(Scope memory scope) internal pure returns (uint256 first, uint256 territories) {
        first = (uint256(scope.rights) << RIGHTS_AT) | (uint256(scope.languages) << LANGUAGES_AT)
            | (uint256(scope.media) << MEDIA_AT) | (uint256(scope.from) << FROM_AT) | scope.until;
        territories = scope.territories;
    }

    function unpack(uint256 first, uint256 territories) internal pure returns (Scope memory) {
        return Scope({
            rights: uint16(first >> RIGHTS_AT),
            territories: territories,
            languages: uint128(first >> LANGUAGES_AT),
            media: uint32(first >> MEDIA_AT),
            from: uint32(first >> FROM_AT),
            until: uint32(first)
        });
    }

    /// @dev Whether two boxes overlap as far as their first words say: where not, the second need not be read.
    function overlapsFirst(uint256 a, uint256 b) internal pure returns (bool) {
        uint256 common = a & b;
        if (uint16(common >> RIGHTS_AT) == 0 || uint128(common >> LANGUAGES_AT) == 0) return false;
        if (uint32(common >> MEDIA_AT) == 0) return false;
        return _later(uint32(a >> FROM_AT), uint32(b >> FROM_AT)) < _earlier(uint32(a), uint32(b));
    }

    /// @dev `overlaps` of packed boxes.
    function overlapsPacked(uint256 aFirst, uint256 aTerritories, uint256 bFirst, uint256 bTerritories)
        internal
        pure
        returns (bool)
    {
        return overlapsFirst(aFirst, bFirst) && aTerritories & bTerritories != 0;
    }

    function copy(Scope memory scope) internal pure returns (Scope memory) {
        return Scope(scope.rights, scope.territories, scope.languages, scope.media, scope.from, scope.until);
    }

    /// @dev How many bits are set: sums of neighbours, in lanes of 2, 4, 8, 16 bits, then all lanes at once.
    function popcount(uint256 bits) internal pure returns (uint256) {
        // slither-disable-start divide-before-multiply (a quotient of constants: a pattern of bits)
        unchecked {
            bits -= (bits >> 1) & (type(uint256).max / 3);
            bits = (bits & (type(uint256).max / 5)) + ((bits >> 2) & (type(uint256).max / 5));
            bits = (bits + (bits >> 4)) & (type(uint256).max / 17);
            bits = (bits + (bits >> 8)) & (type(uint256).max / 257);
            return (bits * (type(uint256).max / 65_535)) >> 240;
        }
        // slither-disable-end divide-before-multiply
    }

    /// @return bad The first place that is malformed; the number of cuts where none is.
    function _cutMask(Scope[] memory parts, Scope memory scope, Axis axis, uint256[] memory cuts, uint256 estateId)
        private
        pure
        returns (uint256 bad)
    {
        uint256 whole = mask(scope, axis);
        uint256 taken = 0;
        for (; bad < cuts.length; ++bad) {
            uint256 bits = cuts[bad];
            if (bits == 0 || bits & ~whole != 0) return bad;
            if (bits & taken != 0) revert IRightsRegistry.PartsOverlap(estateId, bad);
            taken |= bits;
            parts[bad] = _withMask(scope, axis, bits);
        }
        if (taken != whole) revert IRightsRegistry.PartsIncomplete(estateId);
    }

    /// @return bad As above.
    function _cutTime(Scope[] memory parts, Scope memory scope, uint256[] memory days_)
        private
        pure
        returns (uint256 bad)
    {
        uint256 begins = scope.from;
        for (; bad < days_.length; ++bad) {
            uint256 day = days_[bad];
            if (day <= begins || day >= scope.until) return bad;
            parts[bad] = _withSpan(scope, begins, day);
            begins = day;
        }
        parts[bad] = _withSpan(scope, begins, scope.until);
    }

    function _withSpan(Scope memory scope, uint256 from, uint256 until) private pure returns (Scope memory part) {
        part = copy(scope);
        part.from = uint32(from);
        part.until = uint32(until);
    }

    /// @param bits Fit the axis, which has a mask.
    function _withMask(Scope memory scope, Axis axis, uint256 bits) private pure returns (Scope memory part) {
        part = copy(scope);
        assembly ("memory-safe") {
            mstore(add(part, shl(5, axis)), bits)
        }
    }

    /// @dev Along time the spans may differ, along another axis the masks of it.
    function _alikeBut(Scope memory a, Scope memory b, Axis axis) private pure returns (bool) {
        for (uint256 i = 0; i < uint256(Axis.Time); ++i) {
            if (i != uint256(axis) && mask(a, Axis(i)) != mask(b, Axis(i))) return false;
        }
        return axis == Axis.Time || (a.from == b.from && a.until == b.until);
    }

    function _later(uint32 a, uint32 b) private pure returns (uint32) {
        return a > b ? a : b;
    }

    function _earlier(uint32 a, uint32 b) private pure returns (uint32) {
        return a < b ? a : b;
    }
}
