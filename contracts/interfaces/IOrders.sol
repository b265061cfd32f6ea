// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What an order demands.
enum Measure {
    None,
    Hold,
    Release,
    ForcedTransfer,
    Annul,
    Suspend,
    Restore,
    Assign,
    Terminate
}

/// @notice A legal basis as it is filed.
/// @param authority Who decided: UTF-8, 1 to 128 bytes.
/// @param orderHash SHA-256 of the document.
/// @param reasonCode A short code, UTF-8, padded with zeros.
/// @param target The subject it applies to: a token, an account, an estate, a grant, the rights of a work; for an assignment also
/// the new owners (`IRightsRegistry.assignmentTarget`).
/// @param to Who becomes the holder: forced transfer only, else zero.
/// @param occurredAt When it was decided, as stated: Unix seconds, not in the future.
/// @param effectUntil When a hold or suspension ends by itself; after now and at most three years ahead for those, else zero.
/// @param expires Until when it can be executed: after now and at most three years ahead.
/// @param corrects The order that this one replaces, or zero. A hold over a hold must name it; an order that was withdrawn
/// by mistake names itself to be filed once more.
struct Filing {
    string authority;
    bytes32 orderHash;
    bytes32 reasonCode;
    Measure measure;
    bytes32 target;
    address to;
    uint64 occurredAt;
    uint64 effectUntil;
    uint64 expires;
    bytes32 corrects;
}

/// @notice How far an order got. `stateAfter = keccak256(abi.encode(orderId, status, measure, target, to, effectUntil, expires,
/// corrects))`.
enum OrderStatus {
    None,
    Filed,
    Executed,
    Withdrawn
}

/// @title Legal bases
/// @notice Filed by one key, executed by another, each once. `orderId = keccak256(abi.encode(authority, orderHash, measure,
/// target))`: one document may order several things, each of them once. At most one order is pending for a (measure, target);
/// one that expired gives way. An order serves once; one that was withdrawn may be filed a second time by naming itself as
/// what it corrects, and no third time: so a mistake does not void it, and nothing that is sent again files it again.
interface IOrders {
    /// @notice Act: an order was filed. Subjects: the order.
    event OrderFiled(
        bytes32 orderId,
        address filedBy,
        string authority,
        bytes32 orderHash,
        bytes32 reasonCode,
        Measure measure,
        bytes32 target,
        address to,
        uint64 occurredAt,
        uint64 effectUntil,
        uint64 expires,
        bytes32 corrects
    );
    /// @notice Act: an order was executed by a source. Subjects: the order.
    event OrderExecuted(bytes32 orderId, address executedBy);
    /// @notice Act: an order was taken back before it was executed. Subjects: the order.
    event OrderWithdrawn(bytes32 orderId, address by, bytes32 reason);

    error OrderAlreadyFiled(bytes32 orderId);
    /// @notice Another order is pending for the same measure and target.
    error OrderPending(bytes32 orderId);
    error OrderNotPending(bytes32 orderId);
    error OrderExpired(bytes32 orderId, uint64 expires);
    error OrderMalformed(string field);
    error CorrectsUnknown(bytes32 orderId);
    /// @notice No order that is filed, not expired and by another key demands this of the target.
    error LegalBasisRequired(Measure measure, bytes32 target);
    error SameHand(bytes32 orderId, address account);
    error SourceUnknown(address caller);

    function file(Filing calldata filing) external returns (bytes32 orderId);
    function withdraw(bytes32 orderId, bytes32 reason) external;
    /// @notice Use up the pending order. Only the contracts named at construction; `executor` has the role OrderExecutor.
    function consume(Measure measure, bytes32 target, address executor)
        external
        returns (bytes32 orderId, address to, uint64 effectUntil, bytes32 corrects);

    function pending(Measure measure, bytes32 target) external view returns (bytes32 orderId);
    function order(bytes32 orderId) external view returns (OrderStatus status, address filedBy, Filing memory filing);
}
