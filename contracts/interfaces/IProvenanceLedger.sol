// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice One act, ready to be recorded.
/// @param act The selector of the event that declares the act in its source's interface.
/// @param stateAfter The hash of the state of `subjects[0]` after the act.
/// @param subjects Whom and what the act concerns, the one whose state it changes first; none twice.
/// @param data `abi.encode` of the arguments of that event, in order.
struct Entry {
    bytes32 act;
    bytes32 stateAfter;
    bytes32[] subjects;
    bytes data;
}

/// @notice The ledger that this one continues, and how far that was; or all zero. One of the same chain is named by chain id
/// and address alone: its head and count are read from it at the construction.
struct Predecessor {
    uint256 chainId;
    address ledger;
    bytes32 head;
    uint256 count;
}

/// @title The append-only chain of records of the whole system
/// @notice Acts are declared as events in the interfaces of the sources, and their words are carried once, here:
///
///     entry        = keccak256(act ‖ data)
///     record       = keccak256(abi.encode(seq, source, entry, stateAfter, keccak256(subjects), block.number, block.timestamp))
///     subjectHead' = keccak256(abi.encode(subjectHead, record)), for each subject; at first zero
///     head'        = keccak256(abi.encode(head, record))
///     first head   = keccak256(abi.encode(keccak256("Qianyin ledger v1"), chain id, this, parent block hash, predecessor))
///
/// A subject is `keccak256(abi.encode(source, local id))`; `Subjects.sol` lists them.
/// `head` is in storage slot 0, `count` in slot 1, `subjectHead` is the mapping in slot 2: verifiers rely on it.
interface IProvenanceLedger {
    /// @notice An act was recorded.
    event Recorded(
        uint256 indexed seq,
        address indexed source,
        bytes32 indexed act,
        bytes32 stateAfter,
        bytes32[] subjects,
        bytes data
    );

    /// @notice Act of the ledger itself: it stood at `count` records, this one not among them. Subjects: the ledger.
    /// State: `keccak256(abi.encode(count))`.
    event Checkpointed(uint256 count);

    /// @notice Only the sources named at construction may append.
    error SourceUnknown(address caller);
    /// @notice An act concerns at least one subject.
    error SubjectsMissing(uint256 index);
    /// @notice A subject is named twice in one record.
    error SubjectRepeated(bytes32 subject);
    /// @notice A checkpoint was made less than `CHECKPOINT_INTERVAL` seconds ago.
    error CheckpointTooEarly(uint256 notBefore);
    /// @notice A source is named twice, or is the zero address.
    error SourceMalformed(address source);
    /// @notice A predecessor has a chain, a ledger and a head, or is all zero. The head and count of one of this chain are not
    /// stated.
    error PredecessorMalformed();

    /// @notice Append one record. Only a source.
    /// @return seq Its place in the order of all records, from 0.
    function append(Entry calldata entry) external returns (uint256 seq);

    /// @notice Append records in order; the global head is written once. Only a source. An empty batch does nothing.
    /// @return firstSeq The place of the first.
    function appendBatch(Entry[] calldata entries) external returns (uint256 firstSeq);

    /// @notice Append a checkpoint, so that a frozen view cannot look current. Anybody, at most twice an hour.
    function checkpoint() external returns (uint256 seq);

    /// @notice The hash that all records lead to.
    function head() external view returns (bytes32);
    /// @notice How many records there are.
    function count() external view returns (uint256);
    /// @notice The hash that the records of one subject lead to; zero where there are none.
    function subjectHead(bytes32 subject) external view returns (bytes32);
    /// @notice The head before the first record.
    function firstHead() external view returns (bytes32);
    function isSource(address account) external view returns (bool);
    function predecessor() external view returns (Predecessor memory);
}
