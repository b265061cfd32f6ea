// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent, IConsents} from "../../interfaces/IConsents.sol";
import {Alone, Axis, Claim, EstateStatus, Ownership, Scope, Split} from "../../interfaces/IRightsRegistry.sol";
import {IWorkRegistry} from "../../interfaces/IWorkRegistry.sol";
import {Scopes} from "../../rights/Scopes.sol";
import {RightsWhole} from "../Whole.sol";
import {OpenConsents, OpenWorks} from "./Open.sol";
import {Proofs} from "./Proofs.t.sol";

/// @dev What the words of the algebra mean, in one expression each: a solver decides at once what would be thousands of paths
/// through the library, which returns early. The first proofs below show that the library means the same.
abstract contract Meaning is Proofs {
    function _formed(Scope memory a) internal pure returns (bool yes) {
        (uint256 r, uint256 t, uint256 l, uint256 m) = (a.rights, a.territories, a.languages, a.media);
        (uint256 from, uint256 until) = (a.from, a.until);
        assembly {
            yes := and(and(gt(r, 0), gt(t, 0)), and(and(gt(l, 0), gt(m, 0)), lt(from, until)))
        }
    }

    /// @dev Whether `inner`, where it is well-formed, lies in `outer`.
    function _in(Scope memory inner, Scope memory outer) internal pure returns (bool yes) {
        uint256 beyond = (inner.rights & ~outer.rights) | (inner.territories & ~outer.territories);
        beyond |= (inner.languages & ~outer.languages) | (inner.media & ~outer.media);
        (uint256 a, uint256 b, uint256 c, uint256 d) = (outer.from, inner.from, inner.until, outer.until);
        assembly {
            yes := iszero(or(beyond, or(gt(a, b), gt(c, d))))
        }
    }

    function _meet(Scope memory a, Scope memory b) internal pure returns (bool yes) {
        (uint256 r, uint256 t) = (a.rights & b.rights, a.territories & b.territories);
        (uint256 l, uint256 m) = (a.languages & b.languages, a.media & b.media);
        (uint256 f, uint256 u, uint256 g, uint256 v) = (a.from, a.until, b.from, b.until);
        assembly {
            yes := and(and(gt(r, 0), gt(t, 0)), and(gt(l, 0), gt(m, 0)))
            yes := and(yes, and(and(lt(f, u), lt(f, v)), and(lt(g, u), lt(g, v))))
        }
    }

    /// @dev One bit of each mask, one day.
    function _isPoint(Scope memory a) internal pure returns (bool yes) {
        uint256 more = (uint256(a.rights) & _less(a.rights)) | (a.territories & _less(a.territories));
        more |= (uint256(a.languages) & _less(a.languages)) | (uint256(a.media) & _less(a.media));
        (uint256 from, uint256 until) = (a.from, a.until);
        bool formed = _formed(a);
        assembly {
            yes := and(and(formed, iszero(more)), eq(add(from, 1), until))
        }
    }

    function _less(uint256 mask) private pure returns (uint256) {
        unchecked {
            return mask - 1;
        }
    }

    function _both(bool a, bool b) internal pure returns (bool yes) {
        assembly {
            yes := and(a, b)
        }
    }

    function _either(bool a, bool b) internal pure returns (bool yes) {
        assembly {
            yes := or(a, b)
        }
    }

    function _alike(Scope memory a, Scope memory b) internal pure returns (bool) {
        return _both(_in(a, b), _in(b, a));
    }

    /// @dev Whether two boxes are one along every axis but this.
    function _alikeBut(Scope memory a, Scope memory b, Axis axis) internal pure returns (bool) {
        Scope memory other = Scopes.copy(b);
        if (axis == Axis.Rights) other.rights = a.rights;
        else if (axis == Axis.Territories) other.territories = a.territories;
        else if (axis == Axis.Languages) other.languages = a.languages;
        else if (axis == Axis.Media) other.media = a.media;
        else (other.from, other.until) = (a.from, a.until);
        return _alike(a, other);
    }
}

/// @custom:proves The algebra of boxes, for every box there is.
contract ScopesProofs is Meaning {
    using Scopes for Scope;

    function check_to_be_well_formed_means_that(Scope memory a) public pure {
        assert(a.isWellFormed() == _formed(a));
    }

    function check_to_contain_means_that(Scope memory a, Scope memory b) public pure {
        assert(a.contains(b) == _in(b, a));
    }

    function check_to_overlap_means_that(Scope memory a, Scope memory b) public pure {
        assert(a.overlaps(b) == _meet(a, b));
    }

    /// @dev That is: boxes overlap exactly where a point lies in both.
    function check_a_point_in_both_is_an_overlap(Scope memory a, Scope memory b, Scope memory point) public pure {
        if (_both(_isPoint(point), _both(_in(point, a), _in(point, b)))) assert(_meet(a, b));
    }

    function check_overlapping_is_mutual(Scope memory a, Scope memory b) public pure {
        assert(_meet(a, b) == _meet(b, a));
    }

    function check_a_well_formed_box_overlaps_and_contains_itself(Scope memory a) public pure {
        if (_formed(a)) assert(_both(_meet(a, a), _in(a, a)));
    }

    function check_what_contains_a_box_overlaps_all_that_this_overlaps(Scope memory a, Scope memory b, Scope memory c)
        public
        pure
    {
        if (_both(_in(b, a), _meet(b, c))) assert(_meet(a, c));
    }

    function check_packed_boxes_overlap_as_boxes_do(Scope memory a, Scope memory b) public pure {
        (uint256 aFirst, uint256 aTerritories) = a.pack();
        (uint256 bFirst, uint256 bTerritories) = b.pack();
        assert(Scopes.overlapsPacked(aFirst, aTerritories, bFirst, bTerritories) == _meet(a, b));
    }

    function check_a_packed_box_is_the_box(Scope memory a) public pure {
        (uint256 first, uint256 territories) = a.pack();
        Scope memory b = Scopes.unpack(first, territories);
        assert(a.rights == b.rights && a.territories == b.territories && a.languages == b.languages);
        assert(a.media == b.media && a.from == b.from && a.until == b.until);
    }
}

/// @custom:proves What is cut is disjoint and together the whole, and what is joined has the points of both and no other; along
/// each axis, for every box there is.
contract CutsProofs is Meaning {
    using Scopes for Scope;

    function check_the_parts_of_rights_are_disjoint_and_all(Scope memory a, uint256 x, uint256 y) public view {
        _cut(a, Axis.Rights, x, y);
    }

    function check_the_parts_of_territories_are_disjoint_and_all(Scope memory a, uint256 x, uint256 y) public view {
        _cut(a, Axis.Territories, x, y);
    }

    function check_the_parts_of_languages_are_disjoint_and_all(Scope memory a, uint256 x, uint256 y) public view {
        _cut(a, Axis.Languages, x, y);
    }

    function check_the_parts_of_media_are_disjoint_and_all(Scope memory a, uint256 x, uint256 y) public view {
        _cut(a, Axis.Media, x, y);
    }

    function check_the_parts_of_a_span_follow_one_another(Scope memory a, uint256 day) public view {
        try this.cutTime(a, day) returns (Scope memory first, Scope memory second) {
            assert(first.until == second.from && first.from < first.until);
            assert(_both(first.from == a.from, second.until == a.until));
            _assertParts(a, first, second, Axis.Time);
        } catch {
            assert(_either(day <= a.from, day >= a.until));
        }
    }

    function check_what_is_joined_along_rights_has_the_points_of_both(Scope memory a, Scope memory b, Scope memory p)
        public
        pure
    {
        assert(_joins(a, b, p, Axis.Rights) == _both(a.rights & b.rights == 0, _alikeBut(a, b, Axis.Rights)));
    }

    function check_what_is_joined_along_territories_has_the_points_of_both(
        Scope memory a,
        Scope memory b,
        Scope memory p
    ) public pure {
        bool apart = a.territories & b.territories == 0;
        assert(_joins(a, b, p, Axis.Territories) == _both(apart, _alikeBut(a, b, Axis.Territories)));
    }

    function check_what_is_joined_along_languages_has_the_points_of_both(Scope memory a, Scope memory b, Scope memory p)
        public
        pure
    {
        bool apart = a.languages & b.languages == 0;
        assert(_joins(a, b, p, Axis.Languages) == _both(apart, _alikeBut(a, b, Axis.Languages)));
    }

    function check_what_is_joined_along_media_has_the_points_of_both(Scope memory a, Scope memory b, Scope memory p)
        public
        pure
    {
        assert(_joins(a, b, p, Axis.Media) == _both(a.media & b.media == 0, _alikeBut(a, b, Axis.Media)));
    }

    function check_what_is_joined_along_time_has_the_points_of_both(Scope memory a, Scope memory b, Scope memory p)
        public
        pure
    {
        vm.assume(_both(_formed(a), _formed(b)));
        assert(_joins(a, b, p, Axis.Time) == _both(a.until == b.from, _alikeBut(a, b, Axis.Time)));
    }

    /// @dev Of three: each is joined to what was joined before it.
    function check_what_is_merged_has_the_points_of_all(Scope memory a, Scope memory b, Scope memory c, Scope memory p)
        public
        view
    {
        try this.merge(a, b, c) returns (Scope memory whole) {
            bool some = _either(_in(p, a), _either(_in(p, b), _in(p, c)));
            if (_isPoint(p)) assert(_in(p, whole) == some);
            assert(!_either(_meet(a, b), _either(_meet(a, c), _meet(b, c))));
        } catch {
            bool apart = _both(a.languages & b.languages == 0, (a.languages | b.languages) & c.languages == 0);
            assert(!_both(apart, _both(_alikeBut(a, b, Axis.Languages), _alikeBut(a, c, Axis.Languages))));
        }
    }

    /// @return joined Whether they are joined; then the points of the whole are those of both.
    function _joins(Scope memory a, Scope memory b, Scope memory p, Axis axis) private pure returns (bool joined) {
        Scope memory whole;
        (joined, whole) = a.join(b, axis);
        if (!joined) return false;
        assert(!_meet(a, b));
        if (_isPoint(p)) assert(_in(p, whole) == _either(_in(p, a), _in(p, b)));
    }

    function _cut(Scope memory a, Axis axis, uint256 x, uint256 y) private view {
        uint256 whole = a.mask(axis);
        try this.cut(a, axis, x, y) returns (Scope memory first, Scope memory second) {
            assert(_both(first.mask(axis) == x, second.mask(axis) == y));
            assert(_both(x & y == 0, x | y == whole));
            _assertParts(a, first, second, axis);
        } catch {
            assert(_either(_either(x == 0, y == 0), _either(x & y != 0, x | y != whole)));
        }
    }

    function _assertParts(Scope memory a, Scope memory first, Scope memory second, Axis axis) private pure {
        assert(!_meet(first, second));
        assert(_both(_in(first, a), _in(second, a)));
        (bool joined, Scope memory again) = first.join(second, axis);
        assert(joined);
        assert(_alike(again, a));
    }

    function cut(Scope memory a, Axis axis, uint256 x, uint256 y) external pure returns (Scope memory, Scope memory) {
        uint256[] memory cuts = new uint256[](2);
        (cuts[0], cuts[1]) = (x, y);
        Scope[] memory parts = a.cut(axis, cuts, 0);
        return (parts[0], parts[1]);
    }

    function cutTime(Scope memory a, uint256 day) external pure returns (Scope memory, Scope memory) {
        uint256[] memory cuts = new uint256[](1);
        cuts[0] = day;
        Scope[] memory parts = a.cut(Axis.Time, cuts, 0);
        return (parts[0], parts[1]);
    }

    function merge(Scope memory a, Scope memory b, Scope memory c) external pure returns (Scope memory) {
        Scope[] memory parts = new Scope[](3);
        (parts[0], parts[1], parts[2]) = (a, b, c);
        return Scopes.merge(parts, Axis.Languages, new uint256[](3));
    }
}

/// @custom:proves An estate has another owner only after an assignment, and is divided only as agreed.
contract EstatesProofs is Proofs {
    RightsWhole private rights;
    uint256 private id;
    address private constant OWNER = address(0x1001);
    address private constant GRANTS = address(0x1002);

    function setUp() public override {
        super.setUp();
        IWorkRegistry works = IWorkRegistry(address(new OpenWorks(address(this))));
        IConsents consents = IConsents(address(new OpenConsents()));
        bytes memory arguments =
            abi.encode(open, identities, works, address(0x1003), consents, GRANTS, "name", "symbol");
        rights = RightsWhole(_create("RightsRegistry", arguments));
        Ownership memory ownership = Ownership(new address[](1), new uint32[](1));
        (ownership.owners[0], ownership.parts[0]) = (OWNER, 1);
        Scope memory scope = Scope(3, 3, 3, 3, 1, 100);
        id = rights.claim(Claim("work", scope, ownership, Alone(0, 0), 0, 0), new Consent[](0));
    }

    function check_no_transfer_and_no_approval_moves_an_estate(uint8 which, address caller, address from, address to)
        public
    {
        vm.assume(which < 6 && caller != address(0));
        vm.prank(caller);
        (bool done,) = address(rights).call(_call(which, from, to));
        assert(!done || which == 4);
        assert(rights.ownerOf(id) == OWNER && rights.balanceOf(OWNER) == 1);
        assert(rights.estate(id).status == EstateStatus.Live);
    }

    function _call(uint8 which, address from, address to) private view returns (bytes memory) {
        if (which == 0) return abi.encodeCall(rights.transferFrom, (from, to, id));
        if (which == 1) return abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, id);
        if (which == 2) {
            return abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)", from, to, id, "data");
        }
        if (which == 3) return abi.encodeCall(rights.approve, (to, id));
        if (which == 4) return abi.encodeCall(rights.recordMoralRights, ("work", to, 1, "statement"));
        return abi.encodeCall(rights.setApprovalForAll, (to, true));
    }

    function check_only_grants_touches_an_estate(address caller, uint32 revision) public {
        vm.assume(caller != GRANTS);
        vm.prank(caller);
        try rights.touch(id, revision) {
            assert(false);
        } catch {}
        assert(rights.estate(id).revision == 1);
        vm.prank(GRANTS);
        try rights.touch(id, revision) {
            assert(revision == 1 && rights.estate(id).revision == 2);
        } catch {
            assert(revision != 1);
        }
        assert(rights.ownerOf(id) == OWNER);
    }

    /// @dev Whatever is signed, and by whom: the owner stays the owner of every part.
    function check_a_cut_gives_nothing_away(uint32 revision, uint256 x, uint256 y) public {
        uint256[] memory cuts = new uint256[](2);
        (cuts[0], cuts[1]) = (x, y);
        try rights.split(Split(id, revision, Axis.Territories, cuts, 0), new Consent[](0)) returns (
            uint256[] memory parts
        ) {
            assert(revision == 1 && x != 0 && y != 0 && x & y == 0 && x | y == 3);
            assert(rights.ownerOf(parts[0]) == OWNER && rights.ownerOf(parts[1]) == OWNER);
            assert(rights.balanceOf(OWNER) == 2);
            assert(rights.estate(id).status == EstateStatus.Split);
        } catch {
            assert(revision != 1 || x == 0 || y == 0 || x & y != 0 || x | y != 3);
            assert(rights.ownerOf(id) == OWNER);
        }
    }
}
