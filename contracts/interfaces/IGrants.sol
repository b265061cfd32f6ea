// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent} from "./IConsents.sol";
import {Scope} from "./IRightsRegistry.sol";

/// @notice Stronger first. Exclusive shuts out everybody, the grantor too; sole everybody but the grantor.
enum GrantKind {
    None,
    Exclusive,
    Sole,
    NonExclusive
}

/// @notice Why a grant ended before its time.
enum Ground {
    None,
    Agreement,
    Condition,
    Order
}

/// @notice EIP-712 `Grant(uint256 estateId,bytes32 parentId,uint32 revision,address licensee,uint8 kind,bool sublicensable,Scope scope,uint16 noticeDays,bytes32 conditions,bytes32 agreement,bytes32 agreementCid,uint32 signedOn,uint64 deadline)`.
/// @param estateId The estate it is granted of, or zero for a sub-licence.
/// @param parentId The grant it is a sub-licence of, or zero.
/// @param revision Of the estate, or of the parent.
/// @param kind A `GrantKind`.
/// @param noticeDays By how many days' notice the grantor may end it alone; 0: not by notice.
/// @param conditions SHA-256 of the conditions on which the grantor may end it, at once; zero: none.
/// @param agreement SHA-256 of the signed agreement.
/// @param agreementCid The 32 bytes of the digest in its CID; equal to `agreement` where the file is one raw leaf.
/// @param signedOn For a contract older than the claim: the day it was signed, and its conflicts are recorded; else zero, and
/// it is refused where it clashes.
struct Offer {
    uint256 estateId;
    bytes32 parentId;
    uint32 revision;
    address licensee;
    uint8 kind;
    bool sublicensable;
    Scope scope;
    uint16 noticeDays;
    bytes32 conditions;
    bytes32 agreement;
    bytes32 agreementCid;
    uint32 signedOn;
    uint64 deadline;
}

/// @notice EIP-712 `Surrender(bytes32 grantId,uint32 revision,uint32 until,uint64 deadline)`.
struct Surrender {
    bytes32 grantId;
    uint32 revision;
    uint32 until;
    uint64 deadline;
}

/// @notice EIP-712 `Termination(bytes32 grantId,uint32 revision,uint8 ground,uint32 until,string reason,uint64 deadline)`.
/// @param ground `Agreement` (the licensee agrees) or `Condition` (by notice, or on a condition that the grant records).
/// @param estateIds Not signed: the live estates in which what is left of the grant lies, ascending, whose owners are the grantor
/// now; none for a sub-licence, whose grantor is the licensee of its parent.
struct Termination {
    bytes32 grantId;
    uint32 revision;
    uint8 ground;
    uint32 until;
    string reason;
    uint64 deadline;
    uint256[] estateIds;
}

/// @notice EIP-712 `GrantAmendment(bytes32 grantId,uint32 revision,Scope scope,string reason,uint64 deadline)`.
/// @param estateIds Not signed: as in a termination, for what is left of both readings.
struct GrantAmendment {
    bytes32 grantId;
    uint32 revision;
    Scope scope;
    string reason;
    uint64 deadline;
    uint256[] estateIds;
}

enum GrantStatus {
    None,
    Live,
    Ended
}

/// @notice State of a grant. `stateAfter = keccak256(abi.encode(grantId, ...))` with the fields in this order.
/// @param revision How many acts touched it, sub-licences too.
/// @param scope As granted, amended or clipped.
/// @param status Ended: surrendered or terminated, `scope.until` says when. One that ran out is still Live.
struct Grant {
    GrantStatus status;
    bytes32 workId;
    uint256 estateId;
    bytes32 parentId;
    address licensee;
    GrantKind kind;
    bool sublicensable;
    uint32 revision;
    Scope scope;
    uint16 noticeDays;
    bytes32 conditions;
    bytes32 agreement;
    uint32 signedOn;
    uint32 conflicts;
    bytes32 holdOrder;
    uint64 heldUntil;
}

/// @title What was granted to whom
/// @notice Grants belong to the work: an estate's burdens are the grants that intersect it, so cuts and assignments copy nothing.
/// Siblings are the grants of estates of one work, or the sub-licences of one grant. No two live siblings clash: an exclusive
/// or a sole one overlaps no other. A sub-licence lies within its parent, is of no stronger kind, and lives only while all its
/// ancestors do. `grantId` is the EIP-712 digest of the offer in the domain of `IConsents`.
interface IGrants {
    /// @notice Act: a grant, or a sub-licence where there is a parent. Subjects: the grant, the estate or the parent, rights(work),
    /// party of each grantor and of the licensee. Agreed by: the grantors in order, the licensee. Where one of several co-owners
    /// grants alone it is the only grantor.
    event Granted(
        bytes32 grantId,
        bytes32 workId,
        uint256 estateId,
        bytes32 parentId,
        address licensee,
        GrantKind kind,
        bool sublicensable,
        Scope scope,
        uint16 noticeDays,
        bytes32 conditions,
        bytes32 agreement,
        bytes32 agreementCid,
        uint32 signedOn,
        uint32 conflicts,
        uint256 assents
    );
    /// @notice Act: the licensee gives up what would have come from `until` on. Subjects: the grant, rights(work), party(licensee).
    /// Agreed by: the licensee.
    event GrantSurrendered(bytes32 grantId, uint32 until, bytes32 intent, uint256 assents);
    /// @notice Act. Subjects: the grant, rights(work), party of each grantor and of the licensee; where an order is the ground:
    /// the grant, rights(work), party(licensee), the order. Agreed by: the grantors, the licensee where the ground is agreement.
    event GrantTerminated(
        bytes32 grantId, Ground ground, uint32 until, bytes32 orderId, bytes32 intent, uint256 assents, string reason
    );
    /// @notice Act: a scope that was entered wrongly; both readings stay. Subjects: the grant, the estates in which it lies and
    /// will lie, or the parent, whose revision it raises; rights(work), party of each grantor and of the licensee. Agreed by: the
    /// grantors, the licensee. `conflicts`: with how many siblings it clashes as amended; at no point at which it did not before.
    event GrantAmended(bytes32 grantId, Scope scope, uint32 conflicts, bytes32 intent, uint256 assents, string reason);
    /// @notice Act. Subjects: the grant, rights(work), the order.
    event GrantHeld(bytes32 grantId, bytes32 orderId, uint64 until);
    /// @notice Act. Subjects: the grant, rights(work), the order.
    event GrantReleased(bytes32 grantId, bytes32 orderId);

    error GrantUnknown(bytes32 grantId);
    error GrantKnown(bytes32 grantId);
    error GrantOver(bytes32 grantId);
    error GrantUnderHold(bytes32 grantId, bytes32 orderId, uint64 until);
    error GrantNotHeld(bytes32 grantId);
    error GrantRevisionStale(bytes32 grantId, uint32 agreed, uint32 current);
    error OfferMalformed(string field);
    /// @notice It overlaps a live grant that shuts it out, or that it would shut out.
    error GrantClashes(bytes32 grantId);
    error OutsideEstate(uint256 estateId);
    error OutsideParent(bytes32 parentId);
    error NotSublicensable(bytes32 parentId);
    error StrongerThanParent(bytes32 parentId, GrantKind kind);
    error TooDeep(bytes32 parentId);
    /// @notice What one co-owner may grant alone is less.
    error NotAlone(uint256 estateId, string field);
    error GrantsReached(bytes32 level, uint256 most);
    error BacklogClosed(bytes32 workId, uint32 until);
    error SelfGrant(address account);
    error UntilOutOfRange(uint32 until, uint32 least, uint32 most);
    error NoticeTooShort(bytes32 grantId, uint32 earliest);
    error NoSuchCondition(bytes32 grantId);
    /// @notice These estates, ascending, are not exactly those in which what is left of the grant lies.
    error GrantorsMismatch(bytes32 grantId);
    /// @notice Something that hangs on the grant would be left outside it.
    error SublicencesOutside(bytes32 grantId);
    error ReasonMissing();

    /// @notice A grant of an estate, or a sub-licence.
    function grant(Offer calldata offer, Consent[] calldata consents) external returns (bytes32 grantId);
    function surrender(Surrender calldata surrender_, Consent[] calldata consents) external;
    function terminate(Termination calldata termination, Consent[] calldata consents) external;
    /// @notice An order executor; the order's target is the grant, its measure `Terminate`. It ends today.
    function terminateByOrder(bytes32 grantId, string calldata reason) external;
    /// @notice It may clash with a sibling only at points at which it already does; of a contract older than the claim too, which
    /// is ended and recorded anew where its true scope clashes elsewhere.
    function amend(GrantAmendment calldata amendment, Consent[] calldata consents) external;
    /// @notice An order executor; the order's target is the grant.
    function hold(bytes32 grantId) external;
    function release(bytes32 grantId) external;
    /// @notice Forget, in the search for clashes, grants that ran out. Anybody; no act.
    function prune(bytes32 level, uint256 most) external;

    /// @notice Reverts with the rule that this offer would break now, consents aside.
    function requireGrant(Offer calldata offer) external view;
    function getGrant(bytes32 grantId) external view returns (Grant memory);
    /// @notice The last day on which it and all its ancestors are in force, exclusive; 0 where it never was.
    function liveUntil(bytes32 grantId) external view returns (uint32);
    /// @notice How many grants are looked at for clashes under a work, or a grant: those that exclude, the others.
    function liveCounts(bytes32 level) external view returns (uint256 excluding, uint256 others);
    function offerDigest(Offer calldata offer) external view returns (bytes32);
    function surrenderDigest(Surrender calldata surrender_) external view returns (bytes32);
    function terminationDigest(Termination calldata termination) external view returns (bytes32);
    function amendmentDigest(GrantAmendment calldata amendment) external view returns (bytes32);
}
