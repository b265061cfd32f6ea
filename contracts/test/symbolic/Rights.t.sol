// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RightsRegistry} from "../../RightsRegistry.sol";
import {Consent, IConsents} from "../../interfaces/IConsents.sol";
import {IOrders} from "../../interfaces/IOrders.sol";
import {Alone, Axis, Claim, EstateStatus, Ownership, Scope, Split} from "../../interfaces/IRightsRegistry.sol";
import {IWorkRegistry} from "../../interfaces/IWorkRegistry.sol";
import {Scopes} from "../../rights/Scopes.sol";
import {OpenConsents, OpenLedger, OpenWorks} from "./Open.sol";
import {Proofs} from "./Proofs.t.sol";

/// @custom:proves The algebra of boxes, for every box there is.
contract ScopesProofs is Proofs {
    using Scopes for Scope;

    function check_overlapping_is_mutual(Scope memory a, Scope memory b) public pure {
        assert(a.overlaps(b) == b.overlaps(a));
    }

    function check_a_well_formed_box_overlaps_and_contains_itself(Scope memory a) public pure {
        if (a.isWellFormed()) assert(a.overlaps(a) && a.contains(a));
    }

    function check_what_contains_a_container_contains_what_it_contains(Scope memory a, Scope memory b, Scope memory c)
        public
        pure
    {
        if (a.contains(b) && b.contains(c)) assert(a.contains(c));
    }

    function check_what_contains_a_box_overlaps_all_that_this_overlaps(Scope memory a, Scope memory b, Scope memory c)
        public
        pure
    {
        if (a.contains(b) && b.overlaps(c)) assert(a.overlaps(c));
    }

    function check_the_common_box_has_the_common_points_and_no_other(Scope memory a, Scope memory b, Scope memory point)
        public
        pure
    {
        // A point is a box of one bit each and one day; this holds for any box in its place.
        (bool some, Scope memory common) = a.intersect(b);
        bool both = point.isWellFormed() && a.contains(point) && b.contains(point);
        if (both) assert(some && common.contains(point));
        if (some && point.isWellFormed() && common.contains(point)) assert(both);
    }

    function check_packed_boxes_overlap_as_boxes_do(Scope memory a, Scope memory b) public pure {
        (uint256 aFirst, uint256 aTerritories) = a.pack();
        (uint256 bFirst, uint256 bTerritories) = b.pack();
        assert(Scopes.overlapsPacked(aFirst, aTerritories, bFirst, bTerritories) == a.overlaps(b));
    }

    function check_a_packed_box_is_the_box(Scope memory a) public pure {
        (uint256 first, uint256 territories) = a.pack();
        Scope memory b = Scopes.unpack(first, territories);
        assert(a.rights == b.rights && a.territories == b.territories && a.languages == b.languages);
        assert(a.media == b.media && a.from == b.from && a.until == b.until);
    }

    function check_the_parts_of_a_mask_are_disjoint_within_it_and_all(Scope memory a, uint8 axis, uint256 x, uint256 y)
        public
        view
    {
        vm.assume(axis < 4);
        try this.cut(a, Axis(axis), x, y) returns (Scope memory first, Scope memory second) {
            assert(!first.overlaps(second));
            assert(a.contains(first) && a.contains(second));
            assert(first.mask(Axis(axis)) | second.mask(Axis(axis)) == a.mask(Axis(axis)));
            (bool joined, Scope memory whole) = first.join(second, Axis(axis));
            assert(joined && whole.contains(a) && a.contains(whole));
        } catch {
            uint256 whole = a.mask(Axis(axis));
            assert(x == 0 || y == 0 || x & y != 0 || x | y != whole);
        }
    }

    function check_the_parts_of_a_span_follow_one_another(Scope memory a, uint256 day) public view {
        try this.cutTime(a, day) returns (Scope memory first, Scope memory second) {
            assert(!first.overlaps(second) && first.until == second.from);
            assert(first.from == a.from && second.until == a.until && first.from < first.until);
            (bool joined, Scope memory whole) = first.join(second, Axis.Time);
            assert(joined && whole.contains(a) && a.contains(whole));
        } catch {
            assert(day <= a.from || day >= a.until);
        }
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
}

/// @custom:proves An estate has another owner only after an assignment, and is divided only as agreed.
contract EstatesProofs is Proofs {
    RightsRegistry private rights;
    uint256 private id;
    address private constant OWNER = address(0x1001);
    address private constant GRANTS = address(0x1002);

    function setUp() public override {
        super.setUp();
        IWorkRegistry works = IWorkRegistry(address(new OpenWorks(address(this))));
        IConsents consents = IConsents(address(new OpenConsents()));
        rights =
            new RightsRegistry(open, identities, works, IOrders(address(0x1003)), consents, GRANTS, "name", "symbol");
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
