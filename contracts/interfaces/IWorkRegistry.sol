// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a collectible of it is (domain rule 8).
enum WorkKind {
    None,
    RightsRegistered,
    Publication,
    CaptureRecord,
    DerivedWork
}

/// @param kind A `WorkKind`; another number is refused as any other mistake is, and does not sink a batch.
/// @param fileDigest SHA-256 of the file; for a record without a file, the manifest digest.
/// @param manifestDigest SHA-256 of the canonical manifest.
/// @param acknowledgedClaims How many claims to the same bytes the registrant knows of.
/// @param anchorId An anchor of the same sender that holds the leaf, or zero.
/// @param anchorSalt With an anchor: the salt of the leaf `keccak256(keccak256(abi.encode(depositor, fileDigest, salt)))`.
/// @param anchorProof With an anchor: the Merkle proof (sorted pairs).
struct WorkClaim {
    uint8 kind;
    bytes32 fileDigest;
    bytes32 manifestDigest;
    uint32 acknowledgedClaims;
    bytes32 anchorId;
    bytes32 anchorSalt;
    bytes32[] anchorProof;
}

/// @notice State of a work. `stateAfter = keccak256(abi.encode(workId, ...))` with the fields in this order.
struct Work {
    address registrant;
    WorkKind kind;
    bytes32 fileDigest;
    bytes32 manifestDigest;
    uint32 amendments;
    bool withdrawn;
}

/// @title Claims to works
/// @notice `workId = keccak256(abi.encode(registrant, fileDigest, manifestDigest))`: first come bars nobody. The evidence
/// says "claimed by, no later than". What an account may do for a work or an anchor of its own, the account that stands for it
/// now may do; its party is then that account's.
///
/// A registry that continues another of the same chain counts the claims and knows the works and anchors of that one as it
/// does its own: no work and no anchor is made twice, `acknowledgedClaims` includes the claims there, and an anchor of there
/// proves a registration here. A work is read, amended, withdrawn and issued where it was registered.
interface IWorkRegistry {
    /// @notice Act. Subjects: the work, party(registrant).
    event WorkRegistered(
        bytes32 workId,
        address registrant,
        WorkKind kind,
        bytes32 fileDigest,
        bytes32 manifestDigest,
        uint32 claimsBefore,
        bytes32 anchorId
    );
    /// @notice Act: `count` leaves under `root`; `anchorId = keccak256(abi.encode(depositor, root))`. Subjects: the anchor,
    /// party(depositor). State: `keccak256(abi.encode(anchorId, depositor, root, count))`.
    event Anchored(bytes32 anchorId, address depositor, bytes32 root, uint64 count);
    /// @notice Act: a new reading; the old one stays. Subjects: the work, party(registrant).
    event WorkAmended(bytes32 workId, bytes32 manifestDigest, string reason);
    /// @notice Act. Subjects: the work, party(registrant).
    event WorkWithdrawn(bytes32 workId, string reason);

    /// @notice An item of a batch was refused, named by its work id; the others went through. Not an act.
    event Refused(bytes32 indexed operation, bytes reason);

    error WorkKnown(bytes32 workId);
    error WorkUnknown(bytes32 workId);
    error WorkGone(bytes32 workId);
    error WorkMalformed(string field);
    error ManifestUnchanged(bytes32 workId);
    error ReasonMissing();
    error AmendmentStale(bytes32 workId, uint32 expected, uint32 current);
    error ClaimsUnacknowledged(bytes32 fileDigest, uint32 claims, uint32 acknowledged);
    error AnchorKnown(bytes32 anchorId);
    error AnchorUnknown(bytes32 anchorId, address depositor);
    error AnchorProofInvalid(bytes32 anchorId, bytes32 leaf);
    error CannotRegister(address account);
    error NotRegistrant(bytes32 workId, address caller);

    /// @notice By any account in good standing, for itself.
    function register(WorkClaim calldata claim) external returns (bytes32 workId);
    function registerBatch(WorkClaim[] calldata batch) external;
    function anchor(bytes32 root, uint64 leaves) external returns (bytes32 anchorId);
    /// @param expectedAmendments How many there were before: makes the act unrepeatable.
    function amend(bytes32 workId, uint32 expectedAmendments, bytes32 manifestDigest, string calldata reason) external;
    function withdraw(bytes32 workId, string calldata reason) external;

    function work(bytes32 workId) external view returns (Work memory);
    function kindOf(bytes32 workId) external view returns (WorkKind);
    /// @notice What issuing it depends on.
    function standing(bytes32 workId) external view returns (address registrant, WorkKind kind, bool withdrawn);
    /// @notice The present manifest.
    function manifestOf(bytes32 workId) external view returns (bytes32);
    /// @notice How many live and withdrawn claims to these bytes there are, here and in what this continues.
    function claims(bytes32 fileDigest) external view returns (uint32);
    /// @notice Whether a work was registered, here or in what this continues.
    function hasWork(bytes32 workId) external view returns (bool);
    /// @notice When an anchor was deposited (block time), here or in what this continues; 0 if unknown.
    function anchoredAt(bytes32 anchorId) external view returns (uint64);
    /// @notice Who deposited an anchor, when, and its root, here or in what this continues; zeros if unknown.
    function anchorOf(bytes32 anchorId) external view returns (address depositor, uint64 depositedAt, bytes32 root);
    /// @notice The registry of the same chain that this one continues, or zero.
    function predecessor() external view returns (IWorkRegistry);
}
