// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Batch, Recorder} from "./Recorder.sol";
import {Signatures} from "./Signatures.sol";
import {Subjects} from "./Subjects.sol";
import {TypedData} from "./TypedData.sol";
import {IGovernance, Role} from "./interfaces/IGovernance.sol";
import {Cause, Custody, IIdentityRegistry, Kind, Registration, Standing} from "./interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "./interfaces/IOrders.sol";
import {Entry, IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";

/// @title Who may take part
contract IdentityRegistry is IIdentityRegistry, Recorder, TypedData {
    /// @dev A standing, packed so that whether an account may take part is one word.
    struct Account {
        Kind kind;
        Custody custody;
        uint64 suspendedUntil;
        address replacedBy;
        bytes32 commitment;
        bytes32 codeHash;
        bytes32 suspensionOrder;
        address replacement;
        uint64 recoveryFrom;
    }

    uint32 public constant LEAST_WAIT = 1;
    uint32 public constant MOST_WAIT = 90 days;

    bytes32 private constant HAND_OVER = keccak256("HandOver(address account,address replacement,uint64 deadline)");
    bytes32 private constant STOP_RECOVERY =
        keccak256("StopRecovery(address account,address replacement,uint64 deadline)");

    IGovernance public immutable governance;
    IOrders public immutable orders;
    /// @inheritdoc IIdentityRegistry
    uint32 public immutable recoveryWait;

    mapping(address account => Account) private _accounts;

    // The contracts called are those of the construction, and none calls back.
    // slither-disable-start reentrancy-benign,reentrancy-events,unused-return

    constructor(IProvenanceLedger ledger_, IGovernance governance_, IOrders orders_, uint32 recoveryWait_)
        Recorder(ledger_)
    {
        if (recoveryWait_ < LEAST_WAIT || recoveryWait_ > MOST_WAIT) {
            revert WaitOutOfRange(recoveryWait_, LEAST_WAIT, MOST_WAIT);
        }
        governance = governance_;
        orders = orders_;
        recoveryWait = recoveryWait_;
    }

    /// @inheritdoc IIdentityRegistry
    function register(Registration calldata registration) external {
        governance.requireRole(Role.Registrar, msg.sender);
        _recordAll(_register(registration));
    }

    /// @inheritdoc IIdentityRegistry
    function registerBatch(Registration[] calldata registrations) external {
        governance.requireRole(Role.Registrar, msg.sender);
        Batch memory batch = _newBatch(registrations.length);
        for (uint256 i = 0; i < registrations.length; ++i) {
            bytes32 operation = bytes32(uint256(uint160(registrations[i].account)));
            bytes memory reason = _attempt(batch, operation, abi.encodeCall(this.registerItem, (registrations[i])));
            if (reason.length != 0) emit Refused(operation, reason);
        }
        _recordBatch(batch);
    }

    /// @notice One item of a batch.
    function registerItem(Registration calldata registration) external onlySelf returns (Entry[] memory) {
        return _register(registration);
    }

    /// @inheritdoc IIdentityRegistry
    function suspend(address account) external {
        (bytes32 orderId,, uint64 until, bytes32 corrects) =
            orders.consume(Measure.Suspend, _subject(account), msg.sender);
        address who = current(account);
        Account storage account_ = _known(who);
        if (account_.suspendedUntil > block.timestamp && corrects != account_.suspensionOrder) {
            revert AccountUnderSuspension(who, account_.suspensionOrder, account_.suspendedUntil);
        }
        account_.suspendedUntil = until;
        account_.suspensionOrder = orderId;
        _recordMeasure(AccountSuspended.selector, who, orderId, abi.encode(who, orderId, until));
    }

    /// @inheritdoc IIdentityRegistry
    function restore(address account) external {
        (bytes32 orderId,,,) = orders.consume(Measure.Restore, _subject(account), msg.sender);
        address who = current(account);
        Account storage account_ = _known(who);
        if (account_.suspendedUntil <= block.timestamp) revert AccountNotSuspended(who);
        account_.suspendedUntil = 0;
        account_.suspensionOrder = 0;
        _recordMeasure(AccountRestored.selector, who, orderId, abi.encode(who, orderId));
    }

    /// @inheritdoc IIdentityRegistry
    function requestRecovery(address account, address replacement, bytes32 evidence) external {
        governance.requireRole(Role.Registrar, msg.sender);
        Account storage account_ = _replaceable(account);
        _requireFresh(replacement);
        if (evidence == 0) revert AccountMalformed(account, "evidence");
        uint64 earliest = uint64(block.timestamp) + recoveryWait;
        account_.replacement = replacement;
        account_.recoveryFrom = earliest;
        _recordAccount(
            RecoveryRequested.selector, account, abi.encode(account, replacement, msg.sender, evidence, earliest)
        );
    }

    /// @inheritdoc IIdentityRegistry
    function stopRecovery(address account) external {
        if (msg.sender != account && !governance.hasRole(Role.RecoveryOfficer, msg.sender)) {
            revert NotEntitled(msg.sender);
        }
        _stopRecovery(account, msg.sender);
    }

    /// @inheritdoc IIdentityRegistry
    function stopRecoveryBySignature(address account, uint64 deadline, bytes calldata signature) external {
        bytes32 structHash = keccak256(abi.encode(STOP_RECOVERY, account, _accounts[account].replacement, deadline));
        _requireSigned(account, structHash, deadline, signature);
        _stopRecovery(account, account);
    }

    /// @inheritdoc IIdentityRegistry
    function confirmRecovery(address account) external {
        governance.requireRole(Role.RecoveryOfficer, msg.sender);
        Account storage account_ = _accounts[account];
        if (account_.recoveryFrom == 0) revert RecoveryUnknown(account);
        if (block.timestamp < account_.recoveryFrom) revert RecoveryTooEarly(account, account_.recoveryFrom);
        _replace(account, account_.replacement, Cause.Recovery);
    }

    /// @inheritdoc IIdentityRegistry
    function handOver(
        address account,
        address replacement,
        uint64 deadline,
        bytes calldata accountSignature,
        bytes calldata replacementSignature
    ) external {
        if (_replaceable(account).custody != Custody.Kept) {
            revert CustodyNotKept(account);
        }
        bytes32 structHash = keccak256(abi.encode(HAND_OVER, account, replacement, deadline));
        _requireSigned(account, structHash, deadline, accountSignature);
        _requireSigned(replacement, structHash, deadline, replacementSignature);
        _replace(account, replacement, Cause.HandOver);
    }

    /// @inheritdoc IIdentityRegistry
    function kindOf(address account) external view returns (Kind) {
        return _accounts[account].kind;
    }

    /// @inheritdoc IIdentityRegistry
    function custodyOf(address account) external view returns (Custody) {
        return _accounts[account].custody;
    }

    /// @inheritdoc IIdentityRegistry
    function canSend(address account) external view returns (bool) {
        return _takesPart(account);
    }

    /// @inheritdoc IIdentityRegistry
    function canReceive(address account) external view returns (bool) {
        return _takesPart(account);
    }

    /// @inheritdoc IIdentityRegistry
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /// @inheritdoc IIdentityRegistry
    function standing(address account) public view returns (Standing memory) {
        Account storage account_ = _accounts[account];
        return Standing({
            kind: account_.kind,
            custody: account_.custody,
            commitment: account_.commitment,
            codeHash: account_.codeHash,
            suspendedUntil: account_.suspendedUntil,
            suspensionOrder: account_.suspensionOrder,
            replacedBy: account_.replacedBy,
            replacement: account_.replacement,
            recoveryFrom: account_.recoveryFrom
        });
    }

    /// @inheritdoc IIdentityRegistry
    function current(address account) public view returns (address) {
        // It ends: a replacement was unknown when it replaced, so no chain meets itself.
        for (address next = _accounts[account].replacedBy; next != address(0); next = _accounts[account].replacedBy) {
            account = next;
        }
        return account;
    }

    function _register(Registration calldata registration) private returns (Entry[] memory) {
        address account = registration.account;
        _requireWellFormed(registration);
        if (_accounts[account].kind != Kind.None) revert AccountKnown(account);
        Account storage account_ = _accounts[account];
        account_.kind = Kind(registration.kind);
        account_.custody = Custody(registration.custody);
        account_.commitment = registration.commitment;
        if (registration.codeHash != 0) account_.codeHash = registration.codeHash;
        return
            _one(
                AccountRegistered.selector,
                _stateOf(account),
                Subjects.list(_subject(account)),
                abi.encode(registration)
            );
    }

    function _stopRecovery(address account, address by) private {
        Account storage account_ = _accounts[account];
        if (account_.recoveryFrom == 0) revert RecoveryUnknown(account);
        address replacement = account_.replacement;
        account_.replacement = address(0);
        account_.recoveryFrom = 0;
        _recordAccount(RecoveryStopped.selector, account, abi.encode(account, replacement, by));
    }

    function _replace(address account, address replacement, Cause cause) private {
        _requireFresh(replacement);
        Account storage old = _accounts[account];
        Account storage fresh = _accounts[replacement];
        fresh.kind = old.kind;
        fresh.custody = Custody.Own;
        fresh.suspendedUntil = old.suspendedUntil;
        fresh.commitment = old.commitment;
        fresh.suspensionOrder = old.suspensionOrder;
        old.replacedBy = replacement;
        old.replacement = address(0);
        old.recoveryFrom = 0;
        _record(
            AccountReplaced.selector,
            _stateOf(account),
            Subjects.list(_subject(account), _subject(replacement)),
            abi.encode(account, replacement, cause, msg.sender)
        );
    }

    function _recordAccount(bytes32 act, address account, bytes memory data) private {
        _record(act, _stateOf(account), Subjects.list(_subject(account)), data);
    }

    function _recordMeasure(bytes32 act, address account, bytes32 orderId, bytes memory data) private {
        bytes32[] memory subjects = Subjects.list(_subject(account), Subjects.id(address(orders), orderId));
        _record(act, _stateOf(account), subjects, data);
    }

    function _stateOf(address account) private view returns (bytes32) {
        return keccak256(abi.encode(account, standing(account)));
    }

    function _subject(address account) private view returns (bytes32) {
        return Subjects.account(address(this), account);
    }

    function _takesPart(address account) private view returns (bool) {
        Account storage account_ = _accounts[account];
        if (account_.kind == Kind.None || account_.replacedBy != address(0)) return false;
        if (account_.suspendedUntil > block.timestamp) return false;
        // A contract that was not looked at could be a market.
        if (account_.custody == Custody.Contract) return account.codehash == account_.codeHash;
        return account.code.length == 0;
    }

    function _known(address account) private view returns (Account storage account_) {
        account_ = _accounts[account];
        if (account_.kind == Kind.None) revert AccountUnknown(account);
    }

    function _replaceable(address account) private view returns (Account storage account_) {
        account_ = _known(account);
        if (account_.replacedBy != address(0)) revert AccountReplacedBefore(account, account_.replacedBy);
        if (account_.recoveryFrom != 0) revert RecoveryPending(account, account_.replacement);
    }

    function _requireFresh(address account) private view {
        if (account == address(0) || account.code.length != 0) revert AccountMalformed(account, "replacement");
        if (_accounts[account].kind != Kind.None) revert AccountKnown(account);
    }

    function _requireSigned(address account, bytes32 structHash, uint64 deadline, bytes calldata signature)
        private
        view
    {
        if (deadline < block.timestamp) revert IntentExpired(deadline);
        if (!Signatures.isSigner(account, _typedDigest(structHash), signature)) revert SignatureInvalid(account);
    }

    function _requireWellFormed(Registration calldata registration) private view {
        address account = registration.account;
        if (account == address(0)) revert AccountMalformed(account, "account");
        if (registration.kind == 0 || registration.kind > uint8(type(Kind).max)) {
            revert AccountMalformed(account, "kind");
        }
        if (registration.custody == 0 || registration.custody > uint8(type(Custody).max)) {
            revert AccountMalformed(account, "custody");
        }
        if (registration.commitment == 0) revert AccountMalformed(account, "commitment");
        if (registration.method == 0) revert AccountMalformed(account, "method");
        if (registration.verifier == 0) revert AccountMalformed(account, "verifier");
        if (registration.verifiedAt == 0 || registration.verifiedAt > block.timestamp) {
            revert AccountMalformed(account, "verifiedAt");
        }
        bool pinned = registration.custody == uint8(Custody.Contract)
            ? account.code.length != 0 && account.codehash == registration.codeHash
            : account.code.length == 0 && registration.codeHash == 0;
        if (!pinned) revert AccountMalformed(account, "codeHash");
    }

    // slither-disable-end reentrancy-benign,reentrancy-events,unused-return
}
