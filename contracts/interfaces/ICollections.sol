// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What holders may do; versioned. `digest = keccak256(abi.encode(policy))`.
/// @param firstHolding Seconds that the first holder keeps it before giving it on; at most 720 days.
/// @param nextHolding Seconds for every later holder; at most 720 days.
/// @param giftsPerDay Gifts of this collection by one account on one day (UTC+8); at least 1.
/// @param acceptance Whether the receiver must sign.
/// @param receivers Bit `1 << Kind` set for every kind of account that may receive.
/// @param workKinds Bit `1 << WorkKind` set for every kind of work that may be issued.
/// @param longestLoan Seconds; 0 where loans are not allowed; at most 720 days.
struct Policy {
    uint32 firstHolding;
    uint32 nextHolding;
    uint16 giftsPerDay;
    bool acceptance;
    uint8 receivers;
    uint8 workKinds;
    uint32 longestLoan;
}

/// @notice State of a collection. `stateAfter = keccak256(abi.encode(collectionId, ...))` with the fields in this order.
struct Collection {
    address issuer;
    bytes32 metadataDigest;
    uint32 amendments;
    uint32 policyVersion;
    bytes32 policyDigest;
}

/// @notice State of an edition. `stateAfter = keccak256(abi.encode(editionId, ...))` with the fields in this order.
struct Edition {
    bytes32 collectionId;
    bytes32 workId;
    uint32 number;
    uint64 cap;
}

/// @notice What a gift comes under.
/// @param version The present version of the policy, under which the receiver gets the token; `digest` is its digest.
/// @param giftsPerDay With `acceptance` those that bind the giver: the looser of its own version and the present one.
struct Terms {
    bytes32 collectionId;
    uint32 version;
    bytes32 digest;
    uint16 giftsPerDay;
    bool acceptance;
}

/// @title Collections with versioned policy, editions with a fixed cap
/// @notice `collectionId = keccak256(abi.encode(issuer, operation))`;
/// `editionId = uint128(uint256(keccak256(abi.encode(collectionId, workId, number))))`; `tokenId = editionId << 64 | serial`,
/// serials from 1. A later policy never tightens what is already held.
/// What the issuer may do, the account that stands for it now may do, once it has the role; its party is then that account's.
///
/// One that continues another of the same chain creates no collection and opens no edition that exists there; so no token, whose
/// id follows from its edition's, can exist in both. Collections and editions are read and kept where they were made.
interface ICollections {
    /// @notice Act; the policy is version 1. Subjects: the collection, party(issuer).
    event CollectionCreated(
        bytes32 collectionId, address issuer, bytes32 operation, bytes32 metadataDigest, Policy policy
    );
    /// @notice Act. Subjects: the collection, party(issuer).
    event CollectionAmended(bytes32 collectionId, bytes32 metadataDigest, string reason);
    /// @notice Act. Subjects: the collection, party(issuer).
    event PolicySet(bytes32 collectionId, uint32 version, Policy policy);
    /// @notice Act. Subjects: the edition, the collection, the work, party(issuer).
    event EditionOpened(uint256 editionId, bytes32 collectionId, bytes32 workId, uint32 number, uint64 cap);
    /// @notice Act. Subjects: the edition, the collection, party(issuer).
    event CapLowered(uint256 editionId, uint64 cap);

    /// @notice An item of a batch was refused, named by its edition id; the others went through. Not an act.
    event Refused(bytes32 indexed operation, bytes reason);

    error CollectionKnown(bytes32 collectionId);
    error CollectionUnknown(bytes32 collectionId);
    error EditionKnown(uint256 editionId);
    error EditionUnknown(uint256 editionId);
    error PolicyMalformed(string field);
    error PolicyVersionStale(bytes32 collectionId, uint32 expected, uint32 current);
    error CapOutOfRange(uint64 cap, uint64 least, uint64 most);
    error WorkKindRefused(bytes32 workId, uint8 kind);
    error NotIssuer(bytes32 collectionId, address caller);
    error NotRegistrant(bytes32 workId, address caller);
    error ReasonMissing();
    error AmendmentStale(bytes32 collectionId, uint32 expected, uint32 current);
    error CannotIssue(address account);
    error HoldingPeriod(uint256 tokenId, uint64 until);
    error ReceiverRefused(bytes32 collectionId, address account);
    error LoanRefused(uint256 tokenId, uint64 until);
    error CallerUnknown(address caller);
    error SerialOutOfRange(uint256 editionId, uint64 serial, uint64 cap);
    error WorkGone(bytes32 workId);

    /// @notice Only an account with the role Issuer that is registered as an institution and in good standing.
    function create(bytes32 operation, bytes32 metadataDigest, Policy calldata first)
        external
        returns (bytes32 collectionId);
    function amend(bytes32 collectionId, uint32 expectedAmendments, bytes32 metadataDigest, string calldata reason)
        external;
    /// @param version The version that this becomes: the present one + 1, which makes the act unrepeatable.
    function setPolicy(bytes32 collectionId, uint32 version, Policy calldata next) external;
    function openEdition(bytes32 collectionId, bytes32 workId, uint32 number, uint64 cap)
        external
        returns (uint256 editionId);
    function openEditions(Edition[] calldata editions) external;
    /// @notice Lower, and never below what was minted (the highest serial).
    function lowerCap(uint256 editionId, uint64 cap) external;

    /// @notice Whether a collection was created, here or in what this continues.
    function hasCollection(bytes32 collectionId) external view returns (bool);
    /// @notice Whether an edition was opened, here or in what this continues.
    function hasEdition(uint256 editionId) external view returns (bool);
    /// @notice The contract of the same chain that this one continues, or zero.
    function predecessor() external view returns (ICollections);
    function collection(bytes32 collectionId) external view returns (Collection memory);
    function policy(bytes32 collectionId, uint32 version) external view returns (Policy memory);
    function edition(uint256 editionId) external view returns (Edition memory);
    /// @notice The work of the edition that a token belongs to.
    function workOf(uint256 tokenId) external view returns (bytes32 workId);
    /// @notice The digest of one version of a token's policy.
    function policyDigest(uint256 tokenId, uint32 version) external view returns (bytes32);
    /// @notice What binds a holder that got its token under `version`: field by field the looser of that version and the
    /// present one.
    function looser(bytes32 collectionId, uint32 version) external view returns (Policy memory);
    /// @notice The terms of a token that its issuer hands out to `to`. Reverts with the rule that it would break.
    function handoutTerms(uint256 tokenId, address to) external view returns (Terms memory);
    /// @notice The terms of a gift to `to` by a holder that got the token at `acquiredAt` under `version`, after so many
    /// `gifts`. Reverts with the rule that it would break.
    function giftTerms(uint256 tokenId, uint32 version, uint64 acquiredAt, uint32 gifts, address to)
        external
        view
        returns (Terms memory);
    /// @notice Reverts unless a holder that got the token under `version` may lend it until then: a publication, not longer
    /// than its policy allows.
    function requireLoan(uint256 tokenId, uint32 version, uint64 until) external view;
    /// @notice The present version of a token's policy, and its digest.
    function present(uint256 tokenId) external view returns (uint32 version, bytes32 digest);
    /// @notice Whether `account` is the issuer of the collection, or stands for it now.
    function isIssuer(bytes32 collectionId, address account) external view returns (bool);
    /// @notice Only the collectible, which mints a serial: reverts unless `issuer` may issue it, keeps the highest.
    function admit(uint256 editionId, uint64 serial, address issuer)
        external
        returns (bytes32 collectionId, bytes32 workId, uint32 policyVersion, bytes32 presentDigest);
}
