// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

enum Kind {
    None,
    Person,
    Institution,
    Regulator
}

/// @notice Who keeps the key: the institution for the person, the person, or a contract with a pinned code hash.
enum Custody {
    None,
    Kept,
    Own,
    Contract
}

/// @notice Why one account stands for another now.
enum Cause {
    None,
    Recovery,
    HandOver
}

/// @param kind A `Kind`; like `custody`, a `Custody`, a number: another one is refused as any other mistake is, and does not
/// sink a batch.
/// @param commitment Salted hash of the identity; the real name stays off chain.
/// @param method How it was verified, a short code in UTF-8, padded with zeros ("test" for the test verifier).
/// @param verifier Who verified, the same form.
/// @param verifiedAt When, Unix seconds.
/// @param codeHash For a contract account the hash of its code, else zero.
struct Registration {
    address account;
    uint8 kind;
    uint8 custody;
    bytes32 commitment;
    bytes32 method;
    bytes32 verifier;
    uint64 verifiedAt;
    bytes32 codeHash;
}

/// @notice State of an account. Its hash, `keccak256(abi.encode(account, ...))` with the fields in this order, is `stateAfter`.
struct Standing {
    Kind kind;
    Custody custody;
    bytes32 commitment;
    bytes32 codeHash;
    uint64 suspendedUntil;
    bytes32 suspensionOrder;
    address replacedBy;
    address replacement;
    uint64 recoveryFrom;
}

/// @title Who may take part
/// @notice Real names stay off chain. A lost key is not a legal order: recovery is asked by the registrar, confirmed by the
/// recovery officer after a waiting time in which the old key can object. EIP-712 domain: name "Qianyin", version "1",
/// chain id, this contract, salt = hash of the parent block at deployment.
interface IIdentityRegistry {
    /// @notice Act. Subjects: the account.
    event AccountRegistered(
        address account,
        Kind kind,
        Custody custody,
        bytes32 commitment,
        bytes32 method,
        bytes32 verifier,
        uint64 verifiedAt,
        bytes32 codeHash
    );
    /// @notice Act. Subjects: the account, the order.
    event AccountSuspended(address account, bytes32 orderId, uint64 until);
    /// @notice Act. Subjects: the account, the order.
    event AccountRestored(address account, bytes32 orderId);
    /// @notice Act: can be confirmed from `earliest` on. Subjects: the account.
    event RecoveryRequested(address account, address replacement, address by, bytes32 evidence, uint64 earliest);
    /// @notice Act: the old key objected, or the officer refused. Subjects: the account.
    event RecoveryStopped(address account, address replacement, address by);
    /// @notice Act: `replacement` stands for `account` now. Subjects: the account, the replacement. The state is that of the
    /// account: `replacedBy` set, the recovery cleared. The replacement starts with the same kind, commitment and suspension,
    /// custody Own and everything else zero.
    event AccountReplaced(address account, address replacement, Cause cause, address by);

    /// @notice An item of a batch was refused; the others went through. Not an act.
    event Refused(bytes32 indexed operation, bytes reason);

    error AccountKnown(address account);
    error AccountUnknown(address account);
    error AccountMalformed(address account, string field);
    error AccountReplacedBefore(address account, address replacedBy);
    error AccountUnderSuspension(address account, bytes32 orderId, uint64 until);
    error AccountNotSuspended(address account);
    error CustodyNotKept(address account);
    error RecoveryUnknown(address account);
    error RecoveryPending(address account, address replacement);
    error RecoveryTooEarly(address account, uint64 earliest);
    error WaitOutOfRange(uint32 wait, uint32 least, uint32 most);
    error SignatureInvalid(address signer);
    error IntentExpired(uint64 deadline);
    error NotEntitled(address caller);

    /// @notice Only the registrar.
    function register(Registration calldata registration) external;
    /// @notice Only the registrar. An item that fails is `Refused` by `bytes32(uint256(uint160(account)))`.
    function registerBatch(Registration[] calldata registrations) external;
    /// @notice Only an order executor; consumes the order filed for this account. Where another account stands for it now,
    /// that one is suspended: a replacement is no way out. A suspension over one in force needs an order that corrects it.
    function suspend(address account) external;
    /// @notice Only an order executor; the same way.
    function restore(address account) external;
    /// @notice Only the registrar. `evidence` is the digest of the proof of identity.
    function requestRecovery(address account, address replacement, bytes32 evidence) external;
    /// @notice The old key by its own transaction, or the recovery officer.
    function stopRecovery(address account) external;
    /// @notice The old key by signature over `StopRecovery(address account,address replacement,uint64 deadline)`; anybody submits.
    function stopRecoveryBySignature(address account, uint64 deadline, bytes calldata signature) external;
    /// @notice Only the recovery officer, after the waiting time.
    function confirmRecovery(address account) external;
    /// @notice From kept key to own key, both agreeing to `HandOver(address account,address replacement,uint64 deadline)`. Anybody submits.
    function handOver(
        address account,
        address replacement,
        uint64 deadline,
        bytes calldata accountSignature,
        bytes calldata replacementSignature
    ) external;

    function standing(address account) external view returns (Standing memory);
    function kindOf(address account) external view returns (Kind);
    function custodyOf(address account) external view returns (Custody);
    function canSend(address account) external view returns (bool);
    function canReceive(address account) external view returns (bool);
    /// @notice The account that stands for this one now, following replacements; itself if none.
    function current(address account) external view returns (address);
    function recoveryWait() external view returns (uint32);
    function domainSeparator() external view returns (bytes32);
}
