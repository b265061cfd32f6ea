// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICollectible} from "../interfaces/ICollectible.sol";
import {IIdentityRegistry} from "../interfaces/IIdentityRegistry.sol";
import {IOrders} from "../interfaces/IOrders.sol";
import {IProvenanceLedger} from "../interfaces/IProvenanceLedger.sol";
import {Stage} from "./Stage.sol";
import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Follows the logs as a stranger would: heads, states and holders as they come out of the records alone. What it
/// refuses must never happen.
abstract contract Replay is Stage {
    bytes32 public replayedHead;
    uint256 public replayedCount;
    mapping(bytes32 subject => bytes32) public replayedSubjectHead;
    mapping(bytes32 subject => bytes32) public replayedState;
    bytes32[] internal subjects;

    mapping(uint256 tokenId => address) public replayedHolder;
    mapping(address account => uint256) public replayedBalance;
    mapping(uint256 tokenId => uint64) public replayedHeldUntil;
    mapping(uint256 tokenId => bool) public replayedAnnulled;
    mapping(bytes32 orderId => uint256) public executions;

    mapping(address account => bool) private _registered;
    mapping(address account => bool) private _replaced;
    mapping(address account => uint64) private _suspendedUntil;
    /// @dev Held tokens that moved, until a record says why.
    uint256[] private _unexplained;

    function _follow() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(ledger)) _followRecord(logs[i]);
            bool transfer = logs[i].topics[0] == IERC721.Transfer.selector;
            if (transfer && logs[i].emitter == address(collectible)) _followTransfer(logs[i]);
        }
        require(_unexplained.length == 0, "a held token moved without an order");
    }

    function _followRecord(Vm.Log memory log) private {
        require(log.topics[0] == IProvenanceLedger.Recorded.selector, "an event of the ledger that is no record");
        require(uint256(log.topics[1]) == replayedCount, "a record is missing, or out of order");
        (bytes32 stateAfter, bytes32[] memory concerned, bytes memory data) =
            abi.decode(log.data, (bytes32, bytes32[], bytes));
        bytes32 record = keccak256(
            abi.encode(
                log.topics[1],
                log.topics[2],
                keccak256(bytes.concat(log.topics[3], data)),
                stateAfter,
                keccak256(abi.encodePacked(concerned)),
                vm.getBlockNumber(),
                vm.getBlockTimestamp()
            )
        );
        for (uint256 i = 0; i < concerned.length; ++i) {
            if (replayedSubjectHead[concerned[i]] == 0) subjects.push(concerned[i]);
            replayedSubjectHead[concerned[i]] = keccak256(abi.encode(replayedSubjectHead[concerned[i]], record));
        }
        replayedState[concerned[0]] = stateAfter;
        replayedHead = keccak256(abi.encode(replayedHead, record));
        ++replayedCount;
        _followAct(log.topics[3], data);
    }

    function _followAct(bytes32 act, bytes memory data) private {
        if (act == ICollectible.HoldPlaced.selector) {
            (uint256 tokenId,, uint64 until) = abi.decode(data, (uint256, bytes32, uint64));
            replayedHeldUntil[tokenId] = until;
        } else if (act == ICollectible.HoldReleased.selector) {
            replayedHeldUntil[abi.decode(data, (uint256))] = 0;
        } else if (act == ICollectible.HolderChangedByOrder.selector) {
            replayedHeldUntil[abi.decode(data, (uint256))] = 0;
            _explain(abi.decode(data, (uint256)));
        } else if (act == ICollectible.Recovered.selector) {
            _explain(abi.decode(data, (uint256)));
        } else if (act == ICollectible.Annulled.selector) {
            replayedAnnulled[abi.decode(data, (uint256))] = true;
        } else if (act == IOrders.OrderExecuted.selector) {
            require(++executions[abi.decode(data, (bytes32))] == 1, "an order served twice");
        } else {
            _followAccount(act, data);
        }
    }

    function _followAccount(bytes32 act, bytes memory data) private {
        if (act == IIdentityRegistry.AccountRegistered.selector) {
            _registered[abi.decode(data, (address))] = true;
        } else if (act == IIdentityRegistry.AccountSuspended.selector) {
            (address account,, uint64 until) = abi.decode(data, (address, bytes32, uint64));
            _suspendedUntil[account] = until;
        } else if (act == IIdentityRegistry.AccountRestored.selector) {
            _suspendedUntil[abi.decode(data, (address))] = 0;
        } else if (act == IIdentityRegistry.AccountReplaced.selector) {
            (address account, address replacement) = abi.decode(data, (address, address));
            _replaced[account] = true;
            _registered[replacement] = true;
            _suspendedUntil[replacement] = _suspendedUntil[account];
        }
    }

    function _followTransfer(Vm.Log memory log) private {
        address from = address(uint160(uint256(log.topics[1])));
        address to = address(uint160(uint256(log.topics[2])));
        uint256 tokenId = uint256(log.topics[3]);
        require(replayedHolder[tokenId] == from, "a token came from who does not have it, or was minted twice");
        bool receives = _registered[to] && !_replaced[to] && _suspendedUntil[to] <= vm.getBlockTimestamp();
        require(receives, "a token went to who may not receive");
        require(!replayedAnnulled[tokenId], "a token moved that was struck out");
        if (replayedHeldUntil[tokenId] > vm.getBlockTimestamp()) _unexplained.push(tokenId);
        if (from != address(0)) --replayedBalance[from];
        ++replayedBalance[to];
        replayedHolder[tokenId] = to;
    }

    function _explain(uint256 tokenId) private {
        uint256 length = _unexplained.length;
        for (uint256 i = 0; i < length; ++i) {
            if (_unexplained[i] != tokenId) continue;
            _unexplained[i] = _unexplained[length - 1];
            _unexplained.pop();
            return;
        }
    }

    function allSubjects() external view returns (bytes32[] memory) {
        return subjects;
    }
}
