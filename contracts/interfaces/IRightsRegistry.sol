// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent} from "./IConsents.sol";

/// @notice A box in the rights of one work: every combination of a right, a territory, a language, a medium and a day that is
/// in all five. `contracts/rights/Codes.sol` says which bit is which.
/// @param rights Bit n is item 5 + n of article 10 of the copyright law: 13 property rights.
/// @param territories Bits of a fixed list of ISO 3166-1 codes. The world of an estate is all 256; a grant names codes.
/// @param languages Bits of a fixed list; all 128 for an estate of every language; a grant names codes.
/// @param media Bits of a fixed list; all 32 for an estate of every medium; a grant names codes.
/// @param from First day, in UTC+8, counted from 1970-01-01.
/// @param until The day after the last; `type(uint32).max` where no end is stated.
struct Scope {
    uint16 rights;
    uint256 territories;
    uint128 languages;
    uint32 media;
    uint32 from;
    uint32 until;
}

/// @notice Along what a box is cut.
enum Axis {
    Rights,
    Territories,
    Languages,
    Media,
    Time
}

/// @notice Whose an estate is: `parts[i]` of the sum of all parts belong to `owners[i]`. One to 50 owners, each once, none
/// with nothing. An owner is an identity: whoever stands for that account acts for it.
struct Ownership {
    address[] owners;
    uint32[] parts;
}

/// @notice What one co-owner may grant alone: non-exclusive, not to be sub-licensed.
/// @param longest For how many days at most; 0: nothing.
/// @param quota How many such grants each co-owner may give of one estate. What a cut or a merge makes is another estate, of which
/// each may give as many again: that all agreed to the cut is their agreement to that too.
struct Alone {
    uint32 longest;
    uint16 quota;
}

/// @notice EIP-712 `Claim(bytes32 workId,Scope scope,Ownership ownership,Alone alone,uint32 backlogUntil,uint64 deadline)`.
/// @param backlogUntil Until which day contracts that are older than the claim may be recorded with their conflicts, of anything
/// in the work; at most 366 days ahead, 0: none. The first claim of a work sets it; no later one may name a later day.
struct Claim {
    bytes32 workId;
    Scope scope;
    Ownership ownership;
    Alone alone;
    uint32 backlogUntil;
    uint64 deadline;
}

/// @notice EIP-712 `Split(uint256 estateId,uint32 revision,uint8 axis,uint256[] cuts,uint64 deadline)`.
/// @param cuts Along a mask: two to 16 masks, disjoint, none empty, together that of the estate: the parts. Along time: one to
/// 15 days strictly within it, ascending: where it is cut.
struct Split {
    uint256 estateId;
    uint32 revision;
    Axis axis;
    uint256[] cuts;
    uint64 deadline;
}

/// @notice EIP-712 `Merge(uint256[] estateIds,uint32[] revisions,uint8 axis,uint64 deadline)`.
/// @param estateIds Two to 16 of one work and the same ownership and `alone`, which differ along the axis alone and together
/// are one box (along time: in order).
struct Merge {
    uint256[] estateIds;
    uint32[] revisions;
    Axis axis;
    uint64 deadline;
}

/// @notice EIP-712 `Assignment(uint256 estateId,uint32 revision,Ownership ownership,bytes32 agreement,bytes32 agreementCid,uint64 deadline)`.
/// @param agreement SHA-256 of the signed agreement.
/// @param agreementCid The 32 bytes of the digest in its CID; equal to `agreement` where the file is one raw leaf.
struct Assignment {
    uint256 estateId;
    uint32 revision;
    Ownership ownership;
    bytes32 agreement;
    bytes32 agreementCid;
    uint64 deadline;
}

/// @notice EIP-712 `EstateAmendment(uint256 estateId,uint32 revision,Scope scope,string reason,uint64 deadline)`.
struct EstateAmendment {
    uint256 estateId;
    uint32 revision;
    Scope scope;
    string reason;
    uint64 deadline;
}

enum EstateStatus {
    None,
    Live,
    Split,
    Merged
}

/// @notice State of an estate. `stateAfter = keccak256(abi.encode(estateId, ...))` with the fields in this order.
/// @param revision How many acts made and touched it, grants of it too, holds not; what is agreed is agreed on one of them.
/// @param ownership `keccak256(abi.encode(owners, parts))`.
/// @param holdOrder The order of the hold in force (or lapsed), else zero.
struct Estate {
    EstateStatus status;
    bytes32 workId;
    uint32 revision;
    Scope scope;
    bytes32 ownership;
    Alone alone;
    bytes32 holdOrder;
    uint64 heldUntil;
}

/// @notice State of the rights of a work, where a record is about them alone.
/// `stateAfter = keccak256(abi.encode(workId, ...))` with the fields in this order.
/// @param claims How many boxes were claimed.
/// @param contests How many contests stand.
struct WorkRights {
    uint32 claims;
    uint32 contests;
    uint32 backlogUntil;
    bytes32 holdOrder;
    uint64 heldUntil;
}

/// @title Whose which rights are
/// @notice A registrant claims a box of a work's property rights, not always everything; every point of what was claimed lies in
/// exactly one live estate. Estates are divided along one axis, joined again, assigned by everybody concerned or by order. They
/// are ERC-721 tokens that only an assignment moves: `ownerOf` is the sole owner or, where there are several, this contract;
/// transfers and approvals revert. Moral rights are recorded, and are no part of any box.
///
/// Names are derived: `estateId = uint256(keccak256(abi.encode(intent, index)))`, where `intent` is the EIP-712 digest of the
/// act that made it (`IConsents`) and `index` its place among the parts.
///
/// Records of all acts name the rights of the work, `rights(workId)`: so the history of that subject is all that happened to
/// them, grants too. `assents` has four bits for each who had to agree, the first in the lowest: an `Assent`.
interface IRightsRegistry {
    /// @notice Act. Subjects: the estate, rights(work), party of the registrant's account and of each owner.
    /// Agreed by: the registrant, the owners that are not the registrant, in order.
    event EstateClaimed(
        uint256 estateId,
        bytes32 workId,
        Scope scope,
        Alone alone,
        uint32 backlogUntil,
        bytes32 intent,
        uint256 assents,
        address[] owners,
        uint32[] parts
    );
    /// @notice Act: its parts live on. Subjects: the estate, rights(work), the parts, party of each owner.
    /// Agreed by: the owners.
    event EstateSplit(uint256 estateId, Axis axis, bytes32 intent, uint256 assents, uint256[] cuts);
    /// @notice Act. Subjects: the merged estate, rights(work), those it was merged of, party of each owner. Agreed by: the owners.
    event EstatesMerged(uint256 estateId, Axis axis, bytes32 intent, uint256 assents, uint256[] estateIds);
    /// @notice Act. Subjects: the estate, rights(work), party of each old and new owner.
    /// Agreed by: the old owners, the new ones that are not among them, in order.
    event EstateAssigned(
        uint256 estateId,
        bytes32 agreement,
        bytes32 agreementCid,
        bytes32 intent,
        uint256 assents,
        address[] owners,
        uint32[] parts
    );
    /// @notice Act: heirs, a merged house, a judgment. Subjects: the estate, rights(work), the order, party of each old and new
    /// owner.
    event EstateAssignedByOrder(uint256 estateId, bytes32 orderId, address[] owners, uint32[] parts);
    /// @notice Act: a box that was entered wrongly; both readings stay. Subjects: the estate, rights(work), party of the
    /// registrant's account and of each owner. Agreed by: as a claim, the registrant, the owners that are not the registrant, in
    /// order; so whoever was made an owner of something cannot make it more.
    event EstateAmended(uint256 estateId, Scope scope, bytes32 intent, uint256 assents, string reason);
    /// @notice Act. Subjects: the estate, rights(work), the order.
    event EstateHeld(uint256 estateId, bytes32 orderId, uint64 until);
    /// @notice Act. Subjects: the estate, rights(work), the order.
    event EstateReleased(uint256 estateId, bytes32 orderId);
    /// @notice Act. Subjects: rights(work), the order.
    event RightsHeld(bytes32 workId, bytes32 orderId, uint64 until);
    /// @notice Act. Subjects: rights(work), the order.
    event RightsReleased(bytes32 workId, bytes32 orderId);
    /// @notice Act: which moral rights (bit n is item 1 + n) the registrant states to be whose; never granted.
    /// Subjects: rights(work), party(registrant).
    event MoralRightsRecorded(bytes32 workId, address author, uint8 moralRights, bytes32 statement);
    /// @notice Act: somebody holds that another registration is of the same work, or that this one is not the registrant's to make.
    /// Subjects: rights(work), rights(rival) where there is one, party(by).
    event RightsContested(bytes32 workId, bytes32 rivalId, address by, bytes32 evidence, string reason);
    /// @notice Act: by who contested. Subjects: as above.
    event ContestWithdrawn(bytes32 workId, bytes32 rivalId, address by, string reason);

    error EstateUnknown(uint256 estateId);
    error EstateGone(uint256 estateId, EstateStatus status);
    error EstateUnderHold(uint256 estateId, bytes32 orderId, uint64 until);
    error EstateNotHeld(uint256 estateId);
    error RightsUnderHold(bytes32 workId, bytes32 orderId, uint64 until);
    error RightsNotHeld(bytes32 workId);
    /// @notice What was agreed on is another state of the estate than the present one.
    error RevisionStale(uint256 estateId, uint32 agreed, uint32 current);
    error ScopeMalformed(string field);
    error OwnershipMalformed(string field);
    error ClaimOverlaps(bytes32 workId, uint256 estateId);
    error ClaimsReached(bytes32 workId, uint256 most);
    /// @notice More than 366 days, or after the day that the first claim of the work set.
    error BacklogTooLong(uint32 until, uint32 most);
    error WorkUnknown(bytes32 workId);
    error WorkGone(bytes32 workId);
    error NotRegistrant(bytes32 workId, address caller);
    /// @notice A cut leaves the estate, an empty part, or is not in order.
    error CutMalformed(uint256 estateId, uint256 place);
    /// @notice The parts overlap, so the cut would give something twice.
    error PartsOverlap(uint256 estateId, uint256 place);
    /// @notice The parts leave something of the estate out.
    error PartsIncomplete(uint256 estateId);
    /// @notice These are not parts of one box along that axis, of the same owners.
    error NotMergeable(uint256 first, uint256 second);
    error OwnershipUnchanged(uint256 estateId);
    /// @notice Only a claim that was never divided nor granted of can be entered otherwise.
    error AmendmentTooLate(uint256 estateId);
    error AgreementMissing();
    error ReasonMissing();
    error ContestStands(bytes32 workId, address by);
    error ContestUnknown(bytes32 workId, address by);
    error CannotAct(address account);
    error TransfersRefused();
    error ApprovalsRefused();
    error NotGrants(address caller);

    function claim(Claim calldata claim_, Consent[] calldata consents) external returns (uint256 estateId);
    function split(Split calldata split_, Consent[] calldata consents) external returns (uint256[] memory parts);
    function merge(Merge calldata merge_, Consent[] calldata consents) external returns (uint256 estateId);
    function assign(Assignment calldata assignment, Consent[] calldata consents) external;
    /// @notice Only while the claim was never divided, nor granted of, and the work not withdrawn.
    function amend(EstateAmendment calldata amendment, Consent[] calldata consents) external;
    /// @notice An order executor; the order's target is `assignmentTarget`, so that it fixes the new owners and their parts.
    /// A hold stays, and does not stop it.
    function assignByOrder(uint256 estateId, Ownership calldata ownership) external;
    /// @notice An order executor; the order's target is the estate.
    function hold(uint256 estateId) external;
    function release(uint256 estateId) external;
    /// @notice An order executor; the order's target is rights(work): nothing is claimed, divided, assigned or granted meanwhile.
    function holdWork(bytes32 workId) external;
    function releaseWork(bytes32 workId) external;
    /// @notice The registrant.
    function recordMoralRights(bytes32 workId, address author, uint8 moralRights, bytes32 statement) external;
    /// @notice Any account in good standing, once a work until it withdraws. `rivalId` is the other registration, or zero.
    function contest(bytes32 workId, bytes32 rivalId, bytes32 evidence, string calldata reason) external;
    /// @notice By who contested, or stands for it now.
    function withdrawContest(bytes32 workId, address by, string calldata reason) external;

    /// @notice The contract Grants alone: a grant was made of the estate. Checks that it is live, not held, at that revision.
    /// @return estate_ As it is after.
    function touch(uint256 estateId, uint32 revision) external returns (Estate memory estate_);
    /// @notice What `touch` would revert with now.
    /// @return estate_ As it is.
    function requireTouch(uint256 estateId, uint32 revision) external view returns (Estate memory estate_);
    /// @notice The day of the claim that an estate comes from; the first of several. A contract of before may be recorded with
    /// its conflicts.
    function claimedOn(uint256 estateId) external view returns (uint32);

    function estate(uint256 estateId) external view returns (Estate memory);
    function coOwners(uint256 estateId) external view returns (address[] memory owners, uint32[] memory parts);
    function workRights(bytes32 workId) external view returns (WorkRights memory);
    function estateStateOf(uint256 estateId) external view returns (bytes32);
    function claimDigest(Claim calldata claim_) external view returns (bytes32);
    function splitDigest(Split calldata split_) external view returns (bytes32);
    function mergeDigest(Merge calldata merge_) external view returns (bytes32);
    function assignmentDigest(Assignment calldata assignment) external view returns (bytes32);
    function amendmentDigest(EstateAmendment calldata amendment) external view returns (bytes32);
    /// @notice The target of an order to assign: `keccak256(abi.encode(this, keccak256(abi.encode(estateId, owners, parts))))`.
    function assignmentTarget(uint256 estateId, Ownership calldata ownership) external view returns (bytes32);
}
