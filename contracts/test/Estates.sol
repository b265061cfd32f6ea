// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../Subjects.sol";
import {Consent} from "../interfaces/IConsents.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {Measure} from "../interfaces/IOrders.sol";
import {IProvenanceLedger} from "../interfaces/IProvenanceLedger.sol";
import {
    Alone,
    Assignment,
    Axis,
    Claim,
    EstateAmendment,
    Merge,
    Ownership,
    Scope,
    Split
} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Stage} from "./Stage.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A novel of the museum's, and what is done to the rights in it. Tests of rights begin here.
abstract contract Estates is Stage {
    /// @dev A record, as the ledger told it.
    struct Told {
        bytes32 act;
        bytes32 stateAfter;
        bytes32[] subjects;
        bytes data;
    }

    uint32 internal constant TODAY = 20_458; // 2026-01-05

    bytes32 internal novel;
    mapping(address account => uint256) internal keyOf;

    function setUp() public virtual override {
        super.setUp();
        (keyOf[ann], keyOf[ben], keyOf[cleo]) = (annKey, benKey, cleoKey);
        (, keyOf[museum]) = makeAddrAndKey("museum");
        (, keyOf[registrar]) = makeAddrAndKey("registrar");
        novel = _work(WorkKind.Publication, "novel");
    }

    function _person(string memory name, Custody custody) internal returns (address account) {
        uint256 key;
        (account, key) = makeAddrAndKey(name);
        keyOf[account] = key;
        _register(account, Kind.Person, custody);
    }

    // Scopes

    function _everything() internal pure returns (Scope memory) {
        return Scope({
            rights: Codes.RIGHTS,
            territories: type(uint256).max,
            languages: type(uint128).max,
            media: type(uint32).max,
            from: TODAY,
            until: Codes.NO_END
        });
    }

    function _cuts(uint256 first, uint256 second) internal pure returns (uint256[] memory cuts) {
        cuts = new uint256[](2);
        (cuts[0], cuts[1]) = (first, second);
    }

    function _cuts(uint256 only) internal pure returns (uint256[] memory cuts) {
        cuts = new uint256[](1);
        cuts[0] = only;
    }

    function _halves(uint256 mask) internal pure returns (uint256[] memory) {
        uint256 first = mask & ~(mask - 1);
        return _cuts(first, mask & ~first);
    }

    // Parties

    function _of(address owner) internal pure returns (Ownership memory ownership) {
        ownership = Ownership(new address[](1), new uint32[](1));
        (ownership.owners[0], ownership.parts[0]) = (owner, 1);
    }

    function _of(address first, uint32 firstPart, address second, uint32 secondPart)
        internal
        pure
        returns (Ownership memory ownership)
    {
        ownership = Ownership(new address[](2), new uint32[](2));
        (ownership.owners[0], ownership.owners[1]) = (first, second);
        (ownership.parts[0], ownership.parts[1]) = (firstPart, secondPart);
    }

    function _parties(address only) internal pure returns (address[] memory parties) {
        parties = new address[](1);
        parties[0] = only;
    }

    function _parties(address first, address second) internal pure returns (address[] memory parties) {
        parties = new address[](2);
        (parties[0], parties[1]) = (first, second);
    }

    function _parties(address first, address second, address third) internal pure returns (address[] memory parties) {
        parties = new address[](3);
        (parties[0], parties[1], parties[2]) = (first, second, third);
    }

    /// @dev All sign with the keys they have.
    function _agreed(bytes32 digest, address[] memory parties) internal view returns (Consent[] memory given) {
        given = new Consent[](parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            given[i] = _signature(parties[i], parties[i], digest);
        }
    }

    function _signature(address party, address signer, bytes32 digest) internal view returns (Consent memory) {
        return Consent(party, _sign(keyOf[signer], digest), 0, address(0), address(0), "");
    }

    // Acts

    function _claimOf(Scope memory scope, Ownership memory ownership) internal view returns (Claim memory) {
        return Claim({
            workId: novel,
            scope: scope,
            ownership: ownership,
            alone: Alone(365, 2),
            backlogUntil: 0,
            deadline: uint64(vm.getBlockTimestamp() + 1 days)
        });
    }

    /// @dev The museum and the owners agree; some account submits.
    function _claimed(Claim memory claim_) internal returns (uint256) {
        Consent[] memory given = _agreed(rights.claimDigest(claim_), _claimants(claim_.ownership.owners));
        vm.prank(relayer);
        return rights.claim(claim_, given);
    }

    function _claimants(address[] memory owners) internal view returns (address[] memory parties) {
        parties = new address[](owners.length + 1);
        parties[0] = museum;
        uint256 length = 1;
        for (uint256 i = 0; i < owners.length; ++i) {
            if (owners[i] != museum) parties[length++] = owners[i];
        }
        assembly ("memory-safe") {
            mstore(parties, length)
        }
    }

    /// @dev Everything in the novel, of this owner.
    function _estate(address owner) internal returns (uint256) {
        return _claimed(_claimOf(_everything(), _of(owner)));
    }

    function _splitOf(uint256 estateId, Axis axis, uint256[] memory cuts) internal view returns (Split memory) {
        uint32 revision = rights.estate(estateId).revision;
        return Split(estateId, revision, axis, cuts, uint64(vm.getBlockTimestamp() + 1 days));
    }

    function _split(Split memory split_) internal returns (uint256[] memory) {
        Consent[] memory given = _agreed(rights.splitDigest(split_), _ownersOf(split_.estateId));
        vm.prank(relayer);
        return rights.split(split_, given);
    }

    function _mergeOf(uint256[] memory estateIds, Axis axis) internal view returns (Merge memory merge_) {
        uint32[] memory revisions = new uint32[](estateIds.length);
        for (uint256 i = 0; i < estateIds.length; ++i) {
            revisions[i] = rights.estate(estateIds[i]).revision;
        }
        return Merge(estateIds, revisions, axis, uint64(vm.getBlockTimestamp() + 1 days));
    }

    function _merge(Merge memory merge_) internal returns (uint256) {
        Consent[] memory given = _agreed(rights.mergeDigest(merge_), _ownersOf(merge_.estateIds[0]));
        vm.prank(relayer);
        return rights.merge(merge_, given);
    }

    function _assignmentOf(uint256 estateId, Ownership memory ownership) internal view returns (Assignment memory) {
        return Assignment({
            estateId: estateId,
            revision: rights.estate(estateId).revision,
            ownership: ownership,
            agreement: "agreement",
            agreementCid: "agreement",
            deadline: uint64(vm.getBlockTimestamp() + 1 days)
        });
    }

    /// @param parties The old owners, then the new ones.
    function _assign(Assignment memory assignment, address[] memory parties) internal {
        Consent[] memory given = _agreed(rights.assignmentDigest(assignment), parties);
        vm.prank(relayer);
        rights.assign(assignment, given);
    }

    function _amendmentOf(uint256 estateId, Scope memory scope) internal view returns (EstateAmendment memory) {
        uint32 revision = rights.estate(estateId).revision;
        uint64 deadline = uint64(vm.getBlockTimestamp() + 1 days);
        return EstateAmendment(estateId, revision, scope, "typing error", deadline);
    }

    /// @dev The museum and the owners, as of a claim.
    function _amend(EstateAmendment memory amendment) internal {
        address[] memory parties = _claimants(_ownersOf(amendment.estateId));
        Consent[] memory given = _agreed(rights.amendmentDigest(amendment), parties);
        vm.prank(relayer);
        rights.amend(amendment, given);
    }

    function _ownersOf(uint256 estateId) internal view returns (address[] memory owners) {
        (owners,) = rights.coOwners(estateId);
    }

    function _holdEstate(uint256 estateId) internal returns (bytes32 orderId) {
        orderId = _file(_filing(Measure.Hold, _estateSubject(estateId)));
        vm.prank(executor);
        rights.hold(estateId);
    }

    function _holdRights() internal returns (bytes32 orderId) {
        orderId = _file(_filing(Measure.Hold, _rightsSubject(novel)));
        vm.prank(executor);
        rights.holdWork(novel);
    }

    // Records

    /// @dev The last record since logs were recorded.
    function _told() internal returns (Told memory told) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = logs.length; i > 0; --i) {
            Vm.Log memory log = logs[i - 1];
            if (log.emitter != address(ledger) || log.topics[0] != IProvenanceLedger.Recorded.selector) continue;
            told.act = log.topics[3];
            (told.stateAfter, told.subjects, told.data) = abi.decode(log.data, (bytes32, bytes32[], bytes));
            return told;
        }
        revert("nothing was recorded");
    }

    function _assertTold(bytes32 act, bytes32 stateAfter, bytes32[] memory subjects, bytes memory data) internal {
        Told memory told = _told();
        assertEq(told.act, act, "act");
        assertEq(told.stateAfter, stateAfter, "state");
        assertEq(told.subjects, subjects, "subjects");
        assertEq(told.data, data, "data");
    }

    function _estateSubject(uint256 estateId) internal view returns (bytes32) {
        return Subjects.id(address(rights), bytes32(estateId));
    }

    function _rightsSubject(bytes32 workId) internal view returns (bytes32) {
        return Subjects.id(address(rights), workId);
    }

    function _party(address account) internal view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    function _order(bytes32 orderId) internal view returns (bytes32) {
        return Subjects.id(address(orders), orderId);
    }

    function _workState(bytes32 workId) internal view returns (bytes32) {
        return keccak256(abi.encode(workId, rights.workRights(workId)));
    }

    function _today() internal view returns (uint32) {
        return Scopes.today();
    }
}
