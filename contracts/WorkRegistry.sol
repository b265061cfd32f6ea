// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Batch} from "./Recorder.sol";
import {Subjects} from "./Subjects.sol";
import {Successor} from "./Successor.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {Entry, IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";
import {IWorkRegistry, Work, WorkClaim, WorkKind} from "./interfaces/IWorkRegistry.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Claims to works
contract WorkRegistry is IWorkRegistry, Successor {
    /// @dev A work, with what is looked at most in one word.
    struct WorkData {
        address registrant;
        WorkKind kind;
        uint32 amendments;
        bool withdrawn;
        bytes32 fileDigest;
        bytes32 manifestDigest;
    }

    struct Anchor {
        address depositor;
        uint64 depositedAt;
        bytes32 root;
    }

    IIdentityRegistry public immutable identities;

    mapping(bytes32 fileDigest => uint32) private _claims;
    mapping(bytes32 workId => WorkData) private _works;
    mapping(bytes32 anchorId => Anchor) private _anchors;

    // The contracts called are those of the construction, and none calls back.
    // slither-disable-start reentrancy-events

    constructor(IProvenanceLedger ledger_, IIdentityRegistry identities_, address predecessor_)
        Successor(ledger_, predecessor_)
    {
        identities = identities_;
        // It answers, so it is a registry of works.
        if (_hadWork(0)) revert PredecessorForeign(predecessor_);
    }

    /// @inheritdoc IWorkRegistry
    function register(WorkClaim calldata claim) external returns (bytes32 workId) {
        _requireStanding(msg.sender);
        _recordAll(_register(msg.sender, claim));
        return _workId(msg.sender, claim);
    }

    /// @inheritdoc IWorkRegistry
    function registerBatch(WorkClaim[] calldata claims_) external {
        _requireStanding(msg.sender);
        Batch memory batch = _newBatch(claims_.length);
        for (uint256 i = 0; i < claims_.length; ++i) {
            bytes32 workId = _workId(msg.sender, claims_[i]);
            bytes memory reason = _attempt(batch, workId, abi.encodeCall(this.registerItem, (msg.sender, claims_[i])));
            if (reason.length != 0) emit Refused(workId, reason);
        }
        _recordBatch(batch);
    }

    /// @notice One item of a batch.
    function registerItem(address registrant, WorkClaim calldata claim) external onlySelf returns (Entry[] memory) {
        return _register(registrant, claim);
    }

    /// @inheritdoc IWorkRegistry
    function anchor(bytes32 root, uint64 leaves) external returns (bytes32 anchorId) {
        _requireStanding(msg.sender);
        if (root == 0) revert WorkMalformed("root");
        if (leaves == 0) revert WorkMalformed("leaves");
        anchorId = keccak256(abi.encode(msg.sender, root));
        if (anchoredAt(anchorId) != 0) revert AnchorKnown(anchorId);
        _anchors[anchorId] = Anchor(msg.sender, uint64(block.timestamp), root);
        _record(
            Anchored.selector,
            keccak256(abi.encode(anchorId, msg.sender, root, leaves)),
            Subjects.list(Subjects.id(address(this), anchorId), _party(msg.sender)),
            abi.encode(anchorId, msg.sender, root, leaves)
        );
    }

    /// @inheritdoc IWorkRegistry
    function amend(bytes32 workId, uint32 expectedAmendments, bytes32 manifestDigest, string calldata reason) external {
        WorkData storage work_ = _own(workId, reason);
        if (work_.amendments != expectedAmendments) {
            revert AmendmentStale(workId, expectedAmendments, work_.amendments);
        }
        if (manifestDigest == 0) revert WorkMalformed("manifestDigest");
        if (work_.manifestDigest == manifestDigest) revert ManifestUnchanged(workId);
        work_.manifestDigest = manifestDigest;
        work_.amendments = expectedAmendments + 1;
        _recordWork(WorkAmended.selector, workId, abi.encode(workId, manifestDigest, reason));
    }

    /// @inheritdoc IWorkRegistry
    function withdraw(bytes32 workId, string calldata reason) external {
        _own(workId, reason).withdrawn = true;
        _recordWork(WorkWithdrawn.selector, workId, abi.encode(workId, reason));
    }

    /// @inheritdoc IWorkRegistry
    function standing(bytes32 workId) external view returns (address registrant, WorkKind kind, bool withdrawn) {
        WorkData storage work_ = _works[workId];
        return (work_.registrant, work_.kind, work_.withdrawn);
    }

    /// @inheritdoc IWorkRegistry
    function kindOf(bytes32 workId) external view returns (WorkKind) {
        return _works[workId].kind;
    }

    /// @inheritdoc IWorkRegistry
    function manifestOf(bytes32 workId) external view returns (bytes32) {
        return _works[workId].manifestDigest;
    }

    /// @inheritdoc IWorkRegistry
    function hasWork(bytes32 workId) external view returns (bool) {
        return _works[workId].kind != WorkKind.None || _hadWork(workId);
    }

    /// @inheritdoc IWorkRegistry
    function predecessor() external view returns (IWorkRegistry) {
        return IWorkRegistry(_predecessor);
    }

    /// @inheritdoc IWorkRegistry
    function claims(bytes32 fileDigest) public view returns (uint32 count) {
        count = _claims[fileDigest];
        if (_predecessor != address(0)) count += IWorkRegistry(_predecessor).claims(fileDigest);
    }

    /// @inheritdoc IWorkRegistry
    function anchorOf(bytes32 anchorId) public view returns (address depositor, uint64 depositedAt, bytes32 root) {
        Anchor storage anchor_ = _anchors[anchorId];
        if (anchor_.depositedAt == 0 && _predecessor != address(0)) {
            return IWorkRegistry(_predecessor).anchorOf(anchorId);
        }
        return (anchor_.depositor, anchor_.depositedAt, anchor_.root);
    }

    /// @inheritdoc IWorkRegistry
    function anchoredAt(bytes32 anchorId) public view returns (uint64 depositedAt) {
        (, depositedAt,) = anchorOf(anchorId);
    }

    /// @inheritdoc IWorkRegistry
    function work(bytes32 workId) public view returns (Work memory) {
        WorkData storage work_ = _works[workId];
        return Work({
            registrant: work_.registrant,
            kind: work_.kind,
            fileDigest: work_.fileDigest,
            manifestDigest: work_.manifestDigest,
            amendments: work_.amendments,
            withdrawn: work_.withdrawn
        });
    }

    function _register(address registrant, WorkClaim calldata claim) private returns (Entry[] memory) {
        if (claim.kind == 0 || claim.kind > uint8(type(WorkKind).max)) revert WorkMalformed("kind");
        if (claim.fileDigest == 0) revert WorkMalformed("fileDigest");
        if (claim.manifestDigest == 0) revert WorkMalformed("manifestDigest");
        bytes32 workId = _workId(registrant, claim);
        if (_works[workId].kind != WorkKind.None || _hadWork(workId)) revert WorkKnown(workId);
        uint32 before = claims(claim.fileDigest);
        if (claim.acknowledgedClaims < before) {
            revert ClaimsUnacknowledged(claim.fileDigest, before, claim.acknowledgedClaims);
        }
        if (claim.anchorId != 0) _requireAnchored(registrant, claim);
        ++_claims[claim.fileDigest];
        _works[workId] = WorkData(registrant, WorkKind(claim.kind), 0, false, claim.fileDigest, claim.manifestDigest);
        return _one(
            WorkRegistered.selector,
            _stateOf(workId),
            Subjects.list(Subjects.id(address(this), workId), _party(registrant)),
            abi.encode(workId, registrant, claim.kind, claim.fileDigest, claim.manifestDigest, before, claim.anchorId)
        );
    }

    function _recordWork(bytes32 act, bytes32 workId, bytes memory data) private {
        bytes32[] memory subjects = Subjects.list(Subjects.id(address(this), workId), _party(msg.sender));
        _record(act, _stateOf(workId), subjects, data);
    }

    /// @dev Its registrant sends this, or the account that stands for it now, and says why.
    function _own(bytes32 workId, string calldata reason) private view returns (WorkData storage work_) {
        work_ = _works[workId];
        if (work_.kind == WorkKind.None) revert WorkUnknown(workId);
        if (identities.current(work_.registrant) != msg.sender) revert NotRegistrant(workId, msg.sender);
        _requireStanding(msg.sender);
        if (work_.withdrawn) revert WorkGone(workId);
        if (bytes(reason).length == 0) revert ReasonMissing();
    }

    function _requireAnchored(address registrant, WorkClaim calldata claim) private view {
        (address depositor,, bytes32 root) = anchorOf(claim.anchorId);
        if (identities.current(depositor) != registrant) revert AnchorUnknown(claim.anchorId, registrant);
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(depositor, claim.fileDigest, claim.anchorSalt))));
        if (!MerkleProof.verifyCalldata(claim.anchorProof, root, leaf)) {
            revert AnchorProofInvalid(claim.anchorId, leaf);
        }
    }

    function _hadWork(bytes32 workId) private view returns (bool) {
        return _predecessor != address(0) && IWorkRegistry(_predecessor).hasWork(workId);
    }

    function _requireStanding(address account) private view {
        if (!identities.canSend(account)) revert CannotRegister(account);
    }

    function _stateOf(bytes32 workId) private view returns (bytes32) {
        return keccak256(abi.encode(workId, work(workId)));
    }

    function _party(address account) private view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    function _workId(address registrant, WorkClaim calldata claim) private pure returns (bytes32) {
        return keccak256(abi.encode(registrant, claim.fileDigest, claim.manifestDigest));
    }

    // slither-disable-end reentrancy-events
}
