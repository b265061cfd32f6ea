// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProvenanceLedger} from "../../ProvenanceLedger.sol";
import {Entry, Predecessor} from "../../interfaces/IProvenanceLedger.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What holds of the ledger for every input, not only for those that a fuzzer draws.
contract LedgerSymbolic is Test {
    ProvenanceLedger private ledger;

    function setUp() public {
        address[] memory sources = new address[](1);
        sources[0] = address(this);
        ledger = new ProvenanceLedger(sources, Predecessor(0, address(0), 0, 0));
    }

    /// @notice Whoever is not a source appends nothing.
    function check_only_a_source_appends(address caller, bytes32 act, bytes32 state, bytes32 subject) public {
        vm.assume(caller != address(this));
        bytes32 head = ledger.head();
        vm.prank(caller);
        (bool done,) = address(ledger).call(abi.encodeCall(ledger.append, (_entry(act, state, subject))));
        assert(!done);
        assert(ledger.head() == head);
        assert(ledger.count() == 0);
    }

    /// @notice A record advances the count by one and both heads as the interface says.
    function check_a_record_advances_the_heads_as_stated(bytes32 act, bytes32 state, bytes32 subject) public {
        bytes32 head = ledger.head();
        Entry memory entry = _entry(act, state, subject);
        bytes32 record = keccak256(
            abi.encode(
                uint256(0),
                address(this),
                keccak256(bytes.concat(act, entry.data)),
                state,
                keccak256(abi.encodePacked(subject)),
                block.number,
                block.timestamp
            )
        );
        ledger.append(entry);
        assert(ledger.count() == 1);
        assert(ledger.head() == keccak256(abi.encode(head, record)));
        assert(ledger.subjectHead(subject) == keccak256(abi.encode(bytes32(0), record)));
    }

    /// @notice A record leaves the head of every other subject as it was.
    function check_a_record_leaves_other_subjects_alone(bytes32 act, bytes32 state, bytes32 subject, bytes32 other)
        public
    {
        vm.assume(other != subject);
        bytes32 before = ledger.subjectHead(other);
        ledger.append(_entry(act, state, subject));
        assert(ledger.subjectHead(other) == before);
    }

    /// @notice A subject that is named twice in one record is refused, and nothing is kept of it.
    function check_a_subject_named_twice_is_refused(bytes32 act, bytes32 state, bytes32 subject) public {
        bytes32 head = ledger.head();
        Entry memory entry = _entry(act, state, subject);
        entry.subjects = new bytes32[](2);
        (entry.subjects[0], entry.subjects[1]) = (subject, subject);
        (bool done,) = address(ledger).call(abi.encodeCall(ledger.append, (entry)));
        assert(!done);
        assert(ledger.head() == head);
    }

    function _entry(bytes32 act, bytes32 state, bytes32 subject) private pure returns (Entry memory) {
        bytes32[] memory subjects = new bytes32[](1);
        subjects[0] = subject;
        return Entry(act, state, subjects, abi.encode(uint256(7), subject));
    }
}
