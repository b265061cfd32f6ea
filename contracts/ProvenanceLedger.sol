// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "./Subjects.sol";
import {Entry, IProvenanceLedger, Predecessor} from "./interfaces/IProvenanceLedger.sol";

/// @title The append-only chain of records of the whole system
contract ProvenanceLedger is IProvenanceLedger {
    /// @notice Seconds between two checkpoints, at least.
    uint256 public constant CHECKPOINT_INTERVAL = 30 minutes;

    /// @inheritdoc IProvenanceLedger
    bytes32 public head;
    /// @inheritdoc IProvenanceLedger
    uint256 public count;
    /// @inheritdoc IProvenanceLedger
    mapping(bytes32 subject => bytes32) public subjectHead;
    /// @inheritdoc IProvenanceLedger
    mapping(address account => bool) public isSource;

    uint256 private _checkpointAllowedAt;
    Predecessor private _predecessor;

    /// @inheritdoc IProvenanceLedger
    bytes32 public immutable firstHead;

    constructor(address[] memory sources, Predecessor memory predecessor_) {
        for (uint256 i = 0; i < sources.length; ++i) {
            if (sources[i] == address(0) || isSource[sources[i]]) revert SourceMalformed(sources[i]);
            isSource[sources[i]] = true;
        }
        bool continues = predecessor_.ledger != address(0);
        if (continues && predecessor_.chainId == block.chainid) {
            // On this chain it is asked how far it is, not believed.
            if (predecessor_.head != 0 || predecessor_.count != 0) revert PredecessorMalformed();
            predecessor_.head = IProvenanceLedger(predecessor_.ledger).head();
            predecessor_.count = IProvenanceLedger(predecessor_.ledger).count();
        }
        if (
            continues != (predecessor_.chainId != 0) || continues != (predecessor_.head != 0)
                || (!continues && predecessor_.count != 0)
        ) revert PredecessorMalformed();
        _predecessor = predecessor_;
        bytes32 first = keccak256(
            abi.encode(
                keccak256("Qianyin ledger v1"), block.chainid, address(this), blockhash(block.number - 1), predecessor_
            )
        );
        firstHead = first;
        head = first;
    }

    /// @inheritdoc IProvenanceLedger
    function append(Entry calldata entry) external returns (uint256 seq) {
        _requireSource();
        seq = count;
        head = _chain(head, seq, entry);
        count = seq + 1;
    }

    /// @inheritdoc IProvenanceLedger
    function appendBatch(Entry[] calldata entries) external returns (uint256 firstSeq) {
        _requireSource();
        firstSeq = count;
        if (entries.length == 0) return firstSeq;
        bytes32 chained = head;
        for (uint256 i = 0; i < entries.length; ++i) {
            chained = _chain(chained, firstSeq + i, entries[i]);
        }
        head = chained;
        // slither-disable-next-line events-maths (each record was told by its own event)
        count = firstSeq + entries.length;
    }

    /// @inheritdoc IProvenanceLedger
    function checkpoint() external returns (uint256 seq) {
        if (block.timestamp < _checkpointAllowedAt) revert CheckpointTooEarly(_checkpointAllowedAt);
        _checkpointAllowedAt = block.timestamp + CHECKPOINT_INTERVAL;
        seq = count;
        bytes32 stateAfter = keccak256(abi.encode(seq));
        bytes32 subject = Subjects.id(address(this), 0);
        bytes memory data = abi.encode(seq);
        bytes32 record = _record(
            seq,
            address(this),
            keccak256(bytes.concat(Checkpointed.selector, data)),
            stateAfter,
            keccak256(abi.encode(subject))
        );
        subjectHead[subject] = keccak256(abi.encode(subjectHead[subject], record));
        head = keccak256(abi.encode(head, record));
        count = seq + 1;
        emit Recorded(seq, address(this), Checkpointed.selector, stateAfter, Subjects.list(subject), data);
    }

    /// @inheritdoc IProvenanceLedger
    function predecessor() external view returns (Predecessor memory) {
        return _predecessor;
    }

    /// @dev Writes the heads of the subjects, emits the record, and gives the head of the ledger after it.
    function _chain(bytes32 before, uint256 seq, Entry calldata entry) private returns (bytes32) {
        bytes32[] calldata subjects = entry.subjects;
        if (subjects.length == 0) revert SubjectsMissing(seq);
        bytes32 record = _record(
            seq,
            msg.sender,
            keccak256(bytes.concat(entry.act, entry.data)),
            entry.stateAfter,
            keccak256(abi.encodePacked(subjects))
        );
        for (uint256 i = 0; i < subjects.length; ++i) {
            bytes32 subject = subjects[i];
            for (uint256 j = 0; j < i; ++j) {
                if (subjects[j] == subject) revert SubjectRepeated(subject);
            }
            subjectHead[subject] = keccak256(abi.encode(subjectHead[subject], record));
        }
        emit Recorded(seq, msg.sender, entry.act, entry.stateAfter, subjects, entry.data);
        return keccak256(abi.encode(before, record));
    }

    function _record(uint256 seq, address source, bytes32 entry, bytes32 stateAfter, bytes32 subjects)
        private
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(seq, source, entry, stateAfter, subjects, block.number, block.timestamp));
    }

    function _requireSource() private view {
        if (!isSource[msg.sender]) revert SourceUnknown(msg.sender);
    }
}
