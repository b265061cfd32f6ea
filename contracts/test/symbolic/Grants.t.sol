// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grants} from "../../Grants.sol";
import {Consent, IConsents} from "../../interfaces/IConsents.sol";
import {GrantKind, Offer} from "../../interfaces/IGrants.sol";
import {IOrders} from "../../interfaces/IOrders.sol";
import {IRightsRegistry, Scope} from "../../interfaces/IRightsRegistry.sol";
import {Scopes} from "../../rights/Scopes.sol";
import {OpenConsents, OpenRights} from "./Open.sol";
import {Proofs} from "./Proofs.t.sol";

/// @custom:proves No two grants clash, and a sub-licence lies within its parent, whatever is offered.
contract GrantsProofs is Proofs {
    Grants private grants;
    bytes32 private parentId;
    address private constant ABOVE = address(0x1001);
    address private constant BETWEEN = address(0x1002);
    /// @dev In it all that is offered here lies.
    Scope private whole = Scope(0x1fff, type(uint256).max >> 7, type(uint64).max, 0xffff, 0, type(uint32).max);

    function setUp() public override {
        super.setUp();
        IConsents consents = IConsents(address(new OpenConsents()));
        IRightsRegistry rights = IRightsRegistry(address(new OpenRights()));
        grants = new Grants(open, identities, IOrders(address(0x1003)), consents, rights);
        parentId = grants.grant(_offer(0, 1, ABOVE, uint8(GrantKind.Sole), whole), new Consent[](0));
    }

    /// @dev One sub-licence after another: the second is refused exactly where the two would clash, whichever comes first.
    function check_of_two_siblings_neither_shuts_out_the_other(uint8 kind, uint8 other, Scope memory a, Scope memory b)
        public
    {
        vm.assume(kind >= 2 && kind <= 3 && other >= 2 && other <= 3);
        vm.assume(_isGrantable(a) && _isGrantable(b));
        grants.grant(_offer(parentId, 1, BETWEEN, kind, a), new Consent[](0));
        bool clash = Scopes.overlaps(a, b) && (kind == 2 || other == 2);
        try grants.grant(_offer(parentId, 2, BETWEEN, other, b), new Consent[](0)) {
            assert(!clash);
        } catch {
            assert(clash);
        }
    }

    function check_a_sublicence_lies_within_its_parent_and_is_no_stronger(
        uint8 kind,
        uint8 below,
        Scope memory a,
        Scope memory b
    ) public {
        vm.assume(kind >= 2 && kind <= 3 && below >= 1 && below <= 3);
        vm.assume(_isGrantable(a) && _isGrantable(b));
        bytes32 middle = grants.grant(_offer(parentId, 1, BETWEEN, kind, a), new Consent[](0));
        bool fits = Scopes.contains(a, b) && below >= kind;
        try grants.grant(_offer(middle, 1, ABOVE, below, b), new Consent[](0)) returns (bytes32 grantId) {
            assert(fits);
            assert(grants.liveUntil(grantId) <= grants.liveUntil(middle));
        } catch {
            assert(!fits);
        }
    }

    /// @dev Well-formed, of assigned codes, and not over: the day of the proof is the first.
    function _isGrantable(Scope memory scope) private view returns (bool) {
        return Scopes.isWellFormed(scope) && Scopes.contains(whole, scope) && scope.until > Scopes.today();
    }

    function _offer(bytes32 parent, uint32 revision, address licensee, uint8 kind, Scope memory scope)
        private
        pure
        returns (Offer memory offer)
    {
        if (parent == 0) offer.estateId = 7;
        offer.parentId = parent;
        offer.revision = revision;
        offer.licensee = licensee;
        offer.kind = kind;
        offer.sublicensable = true;
        offer.scope = scope;
        offer.agreement = "agreement";
        offer.agreementCid = "agreement";
    }
}
