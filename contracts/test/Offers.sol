// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../Subjects.sol";
import {Consent} from "../interfaces/IConsents.sol";
import {GrantAmendment, GrantKind, Ground, Offer, Surrender, Termination} from "../interfaces/IGrants.sol";
import {Custody} from "../interfaces/IIdentityRegistry.sol";
import {Measure} from "../interfaces/IOrders.sol";
import {Scope} from "../interfaces/IRightsRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Estates} from "./Estates.sol";

/// @notice What is granted of the novel, and how that ends. Tests of grants begin here.
abstract contract Offers is Estates {
    uint16 internal constant TRANSLATION = 1 << 10;
    uint16 internal constant ADAPTATION = 1 << 9;
    uint256 internal constant JAPAN = 1 << 113;
    uint256 internal constant CHINA = 1 << 47;

    address internal dora;
    address internal emil;

    function setUp() public virtual override {
        super.setUp();
        dora = _person("dora", Custody.Own);
        emil = _person("emil", Custody.Own);
    }

    // What is offered

    /// @dev All that a grant can name, for ten years.
    function _all() internal view returns (Scope memory) {
        return Scope(Codes.RIGHTS, Codes.TERRITORIES, Codes.LANGUAGES, Codes.MEDIA, _today(), _today() + 3650);
    }

    function _only(uint16 rights_, uint256 territories) internal view returns (Scope memory scope) {
        scope = _all();
        (scope.rights, scope.territories) = (rights_, territories);
    }

    function _offer(uint256 estateId, address licensee, GrantKind kind, Scope memory scope)
        internal
        view
        returns (Offer memory offer)
    {
        offer.estateId = estateId;
        offer.revision = rights.estate(estateId).revision;
        _complete(offer, licensee, kind, scope);
    }

    function _sublicence(bytes32 parentId, address licensee, GrantKind kind, Scope memory scope)
        internal
        view
        returns (Offer memory offer)
    {
        offer.parentId = parentId;
        offer.revision = grants.getGrant(parentId).revision;
        _complete(offer, licensee, kind, scope);
    }

    function _complete(Offer memory offer, address licensee, GrantKind kind, Scope memory scope) private view {
        offer.licensee = licensee;
        offer.kind = uint8(kind);
        offer.sublicensable = true;
        offer.scope = scope;
        offer.agreement = "agreement";
        offer.agreementCid = "agreement";
        offer.deadline = uint64(vm.getBlockTimestamp() + 1 days);
    }

    function _surrenderOf(bytes32 grantId, uint32 until) internal view returns (Surrender memory) {
        return Surrender(grantId, grants.getGrant(grantId).revision, until, uint64(vm.getBlockTimestamp() + 1 days));
    }

    function _terminationOf(bytes32 grantId, Ground ground, uint32 until) internal view returns (Termination memory) {
        return Termination({
            grantId: grantId,
            revision: grants.getGrant(grantId).revision,
            ground: uint8(ground),
            until: until,
            reason: "agreed otherwise",
            deadline: uint64(vm.getBlockTimestamp() + 1 days),
            estateIds: _origins(grantId)
        });
    }

    function _grantAmendmentOf(bytes32 grantId, Scope memory scope) internal view returns (GrantAmendment memory) {
        return GrantAmendment({
            grantId: grantId,
            revision: grants.getGrant(grantId).revision,
            scope: scope,
            reason: "typing error",
            deadline: uint64(vm.getBlockTimestamp() + 1 days),
            estateIds: _origins(grantId)
        });
    }

    /// @dev The estate it was granted of, which was not divided since; none for a sub-licence.
    function _origins(bytes32 grantId) internal view returns (uint256[] memory) {
        uint256 estateId = grants.getGrant(grantId).estateId;
        return estateId == 0 ? new uint256[](0) : _cuts(estateId);
    }

    // Who agrees

    function _grantorsOf(Offer memory offer) internal view returns (address[] memory) {
        return offer.parentId == 0 ? _ownersOf(offer.estateId) : _parties(grants.getGrant(offer.parentId).licensee);
    }

    function _grantorsOf(bytes32 grantId, uint256[] memory estateIds) internal view returns (address[] memory all) {
        bytes32 parentId = grants.getGrant(grantId).parentId;
        if (parentId != 0) return _parties(grants.getGrant(parentId).licensee);
        for (uint256 i = 0; i < estateIds.length; ++i) {
            address[] memory owners = _ownersOf(estateIds[i]);
            for (uint256 j = 0; j < owners.length; ++j) {
                all = _with(all, owners[j]);
            }
        }
    }

    /// @dev With one more, where it is not among them.
    function _with(address[] memory parties, address account) internal pure returns (address[] memory all) {
        all = new address[](parties.length + 1);
        for (uint256 i = 0; i < parties.length; ++i) {
            if (parties[i] == account) return parties;
            all[i] = parties[i];
        }
        all[parties.length] = account;
    }

    // Acts

    function _grant(Offer memory offer) internal returns (bytes32) {
        return _grantBy(offer, _with(_grantorsOf(offer), offer.licensee));
    }

    function _grantBy(Offer memory offer, address[] memory parties) internal returns (bytes32) {
        Consent[] memory given = _agreed(grants.offerDigest(offer), parties);
        vm.prank(relayer);
        return grants.grant(offer, given);
    }

    function _surrender(Surrender memory surrender_) internal {
        address licensee = grants.getGrant(surrender_.grantId).licensee;
        Consent[] memory given = _agreed(grants.surrenderDigest(surrender_), _parties(licensee));
        vm.prank(relayer);
        grants.surrender(surrender_, given);
    }

    function _terminate(Termination memory termination) internal {
        address[] memory parties = _grantorsOf(termination.grantId, termination.estateIds);
        if (termination.ground != uint8(Ground.Condition)) {
            parties = _with(parties, grants.getGrant(termination.grantId).licensee);
        }
        Consent[] memory given = _agreed(grants.terminationDigest(termination), parties);
        vm.prank(relayer);
        grants.terminate(termination, given);
    }

    function _amendGrant(GrantAmendment memory amendment) internal {
        address[] memory parties = _grantorsOf(amendment.grantId, amendment.estateIds);
        parties = _with(parties, grants.getGrant(amendment.grantId).licensee);
        Consent[] memory given = _agreed(grants.amendmentDigest(amendment), parties);
        vm.prank(relayer);
        grants.amend(amendment, given);
    }

    function _terminateByOrder(bytes32 grantId) internal returns (bytes32 orderId) {
        orderId = _file(_filing(Measure.Terminate, _grantSubject(grantId)));
        vm.prank(executor);
        grants.terminateByOrder(grantId, "judgment");
    }

    function _holdGrant(bytes32 grantId) internal returns (bytes32 orderId) {
        orderId = _file(_filing(Measure.Hold, _grantSubject(grantId)));
        vm.prank(executor);
        grants.hold(grantId);
    }

    function _grantSubject(bytes32 grantId) internal view returns (bytes32) {
        return Subjects.id(address(grants), grantId);
    }

    function _grantState(bytes32 grantId) internal view returns (bytes32) {
        return keccak256(abi.encode(grantId, grants.getGrant(grantId)));
    }
}
