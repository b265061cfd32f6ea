// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "./Recorder.sol";
import {Subjects} from "./Subjects.sol";
import {IGovernance, Role} from "./interfaces/IGovernance.sol";
import {Filing, IOrders, Measure, OrderStatus} from "./interfaces/IOrders.sol";
import {IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";

/// @title Legal bases
contract Orders is IOrders, Recorder {
    struct Order {
        OrderStatus status;
        address filedBy;
        Filing filing;
    }

    /// @notice How far ahead an order may reach, in its effect and for its execution; a longer one is ordered again.
    uint64 public constant LONGEST = 3 * 366 days;

    IGovernance public immutable governance;

    mapping(bytes32 orderId => Order) private _orders;
    mapping(Measure measure => mapping(bytes32 target => bytes32)) private _pending;
    mapping(address account => bool) private _consumers;

    constructor(IProvenanceLedger ledger_, IGovernance governance_, address[] memory consumers) Recorder(ledger_) {
        governance = governance_;
        for (uint256 i = 0; i < consumers.length; ++i) {
            _consumers[consumers[i]] = true;
        }
    }

    /// @inheritdoc IOrders
    function file(Filing calldata filing) external returns (bytes32 orderId) {
        governance.requireRole(Role.OrderFiler, msg.sender);
        _requireWellFormed(filing);
        orderId = keccak256(abi.encode(filing.authority, filing.orderHash, filing.measure, filing.target));
        Order storage order_ = _orders[orderId];
        bool again =
            order_.status == OrderStatus.Withdrawn && filing.corrects == orderId && order_.filing.corrects != orderId;
        if (order_.status != OrderStatus.None && !again) revert OrderAlreadyFiled(orderId);
        bytes32 other = pending(filing.measure, filing.target);
        if (other != 0) revert OrderPending(other);
        if (filing.corrects != 0 && _orders[filing.corrects].status == OrderStatus.None) {
            revert CorrectsUnknown(filing.corrects);
        }
        _orders[orderId] = Order(OrderStatus.Filed, msg.sender, filing);
        _pending[filing.measure][filing.target] = orderId;
        _recordOrder(OrderFiled.selector, orderId, _filedData(orderId, filing));
    }

    /// @inheritdoc IOrders
    function withdraw(bytes32 orderId, bytes32 reason) external {
        governance.requireRole(Role.OrderFiler, msg.sender);
        Order storage order_ = _orders[orderId];
        if (order_.status != OrderStatus.Filed) revert OrderNotPending(orderId);
        if (reason == 0) revert OrderMalformed("reason");
        order_.status = OrderStatus.Withdrawn;
        Filing storage filing = order_.filing;
        if (_pending[filing.measure][filing.target] == orderId) delete _pending[filing.measure][filing.target];
        _recordOrder(OrderWithdrawn.selector, orderId, abi.encode(orderId, msg.sender, reason));
    }

    /// @inheritdoc IOrders
    function consume(Measure measure, bytes32 target, address executor)
        external
        returns (bytes32 orderId, address to, uint64 effectUntil, bytes32 corrects)
    {
        if (!_consumers[msg.sender]) revert SourceUnknown(msg.sender);
        governance.requireRole(Role.OrderExecutor, executor);
        orderId = _pending[measure][target];
        if (orderId == 0) revert LegalBasisRequired(measure, target);
        Order storage order_ = _orders[orderId];
        Filing storage filing = order_.filing;
        if (filing.expires <= block.timestamp) revert OrderExpired(orderId, filing.expires);
        if (_lasts(measure) && filing.effectUntil <= block.timestamp) revert OrderExpired(orderId, filing.effectUntil);
        if (order_.filedBy == executor) revert SameHand(orderId, executor);
        order_.status = OrderStatus.Executed;
        delete _pending[measure][target];
        _recordOrder(OrderExecuted.selector, orderId, abi.encode(orderId, executor));
        return (orderId, filing.to, filing.effectUntil, filing.corrects);
    }

    /// @inheritdoc IOrders
    function order(bytes32 orderId) external view returns (OrderStatus status, address filedBy, Filing memory filing) {
        Order storage order_ = _orders[orderId];
        return (order_.status, order_.filedBy, order_.filing);
    }

    /// @inheritdoc IOrders
    function pending(Measure measure, bytes32 target) public view returns (bytes32 orderId) {
        orderId = _pending[measure][target];
        if (orderId != 0 && _orders[orderId].filing.expires <= block.timestamp) return 0;
    }

    function _recordOrder(bytes32 act, bytes32 orderId, bytes memory data) private {
        _record(act, _stateOf(orderId), Subjects.list(Subjects.id(address(this), orderId)), data);
    }

    function _stateOf(bytes32 orderId) private view returns (bytes32) {
        Order storage order_ = _orders[orderId];
        Filing storage filing = order_.filing;
        return keccak256(
            abi.encode(
                orderId,
                order_.status,
                filing.measure,
                filing.target,
                filing.to,
                filing.effectUntil,
                filing.expires,
                filing.corrects
            )
        );
    }

    function _filedData(bytes32 orderId, Filing calldata filing) private view returns (bytes memory) {
        return abi.encode(
            orderId,
            msg.sender,
            filing.authority,
            filing.orderHash,
            filing.reasonCode,
            filing.measure,
            filing.target,
            filing.to,
            filing.occurredAt,
            filing.effectUntil,
            filing.expires,
            filing.corrects
        );
    }

    function _requireWellFormed(Filing calldata filing) private view {
        uint256 length = bytes(filing.authority).length;
        if (length == 0 || length > 128) revert OrderMalformed("authority");
        if (filing.orderHash == 0) revert OrderMalformed("orderHash");
        if (filing.reasonCode == 0) revert OrderMalformed("reasonCode");
        if (filing.measure == Measure.None) revert OrderMalformed("measure");
        if (filing.target == 0) revert OrderMalformed("target");
        if ((filing.to != address(0)) != (filing.measure == Measure.ForcedTransfer)) revert OrderMalformed("to");
        if (filing.occurredAt == 0 || filing.occurredAt > block.timestamp) revert OrderMalformed("occurredAt");
        bool fits = _lasts(filing.measure) ? _isAhead(filing.effectUntil) : filing.effectUntil == 0;
        if (!fits) revert OrderMalformed("effectUntil");
        if (!_isAhead(filing.expires)) revert OrderMalformed("expires");
    }

    function _isAhead(uint64 time) private view returns (bool) {
        return time > block.timestamp && time <= block.timestamp + LONGEST;
    }

    function _lasts(Measure measure) private pure returns (bool) {
        return measure == Measure.Hold || measure == Measure.Suspend;
    }
}
