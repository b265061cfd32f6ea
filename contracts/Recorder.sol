// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Entry, IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";

/// @dev The records that a batch has collected so far.
struct Batch {
    Entry[] entries;
    uint256 length;
}

/// @title A source of the ledger
/// @notice Items of a batch run as calls of the contract to itself, so that one that fails leaves nothing behind; they give
/// back their records, which the batch appends at once at its end.
abstract contract Recorder {
    /// @notice An item of a batch, and only a batch, calls this.
    error OnlySelf(address caller);
    /// @notice An item ended without a reason: the transaction carries too little gas. Nothing was done.
    error GasExhausted(bytes32 operation);

    IProvenanceLedger public immutable ledger;

    constructor(IProvenanceLedger ledger_) {
        ledger = ledger_;
    }

    modifier onlySelf() {
        _requireSelf();
        _;
    }

    function _record(bytes32 act, bytes32 stateAfter, bytes32[] memory subjects, bytes memory data) internal {
        _recordAll(_one(act, stateAfter, subjects, data));
    }

    function _recordAll(Entry[] memory entries) internal {
        // slither-disable-next-line unused-return,calls-loop (its place in the order is told by the ledger's event)
        ledger.appendBatch(entries);
    }

    function _one(bytes32 act, bytes32 stateAfter, bytes32[] memory subjects, bytes memory data)
        internal
        pure
        returns (Entry[] memory entries)
    {
        entries = new Entry[](1);
        entries[0] = Entry(act, stateAfter, subjects, data);
    }

    /// @param most How many records its items make at most.
    function _newBatch(uint256 most) internal pure returns (Batch memory) {
        return Batch(new Entry[](most), 0);
    }

    /// @dev Run one item. Give the reason of its refusal, empty if it went through.
    function _attempt(Batch memory batch, bytes32 operation, bytes memory item) internal returns (bytes memory) {
        // A batch is a loop of calls, to itself.
        // slither-disable-start calls-loop
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = address(this).call(item);
        // slither-disable-end calls-loop
        if (!done) {
            // Our own rules always name a reason. Without one the item ran out of gas, and a sender that is stingy must
            // not make it look refused.
            if (answer.length == 0) revert GasExhausted(operation);
            return answer;
        }
        Entry[] memory made = abi.decode(answer, (Entry[]));
        for (uint256 i = 0; i < made.length; ++i) {
            batch.entries[batch.length++] = made[i];
        }
        return "";
    }

    function _recordBatch(Batch memory batch) internal {
        Entry[] memory entries = batch.entries;
        uint256 length = batch.length;
        assembly ("memory-safe") {
            mstore(entries, length)
        }
        _recordAll(entries);
    }

    function _requireSelf() private view {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
    }
}
