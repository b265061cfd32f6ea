// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Entry, IProvenanceLedger, Predecessor} from "../interfaces/IProvenanceLedger.sol";
import {Create} from "./Stage.sol";
import {LedgerWhole} from "./Whole.sol";

contract ProvenanceLedgerTest is Create {
    address private constant SOURCE = address(0x5000);
    address private constant OTHER = address(0x5001);
    Predecessor private NONE;
    LedgerWhole private ledger;

    function setUp() public {
        vm.warp(1_767_571_200);
        vm.roll(1000);
        ledger = _ledger(NONE);
    }

    function test_the_first_head_names_chain_ledger_parent_and_predecessor() public {
        bytes32 expected = keccak256(
            abi.encode(
                keccak256("Qianyin ledger v1"),
                block.chainid,
                address(ledger),
                blockhash(999),
                0,
                address(0),
                bytes32(0),
                0
            )
        );
        assertNotEq(blockhash(999), 0);
        assertEq(ledger.firstHead(), expected);
        assertEq(ledger.head(), expected);
        assertEq(ledger.count(), 0);
        LedgerWhole successor = _ledger(Predecessor(7, address(8), bytes32(uint256(9)), 10));
        expected = keccak256(
            abi.encode(
                keccak256("Qianyin ledger v1"),
                block.chainid,
                address(successor),
                blockhash(999),
                7,
                address(8),
                bytes32(uint256(9)),
                10
            )
        );
        assertEq(successor.firstHead(), expected);
        assertEq(successor.predecessor().count, 10);
    }

    function test_a_predecessor_is_whole_or_none() public {
        Predecessor[4] memory torn = [
            Predecessor(0, address(8), bytes32(uint256(9)), 10),
            Predecessor(7, address(0), bytes32(uint256(9)), 10),
            Predecessor(7, address(8), 0, 10),
            Predecessor(0, address(0), 0, 10)
        ];
        for (uint256 i = 0; i < torn.length; ++i) {
            vm.expectRevert(IProvenanceLedger.PredecessorMalformed.selector);
            _ledger(torn[i]);
        }
        _ledger(Predecessor(7, address(8), bytes32(uint256(9)), 0));
    }

    function test_a_source_is_named_once_and_is_not_zero() public {
        address[] memory sources = new address[](2);
        sources[0] = SOURCE;
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.SourceMalformed.selector, address(0)));
        _create("ProvenanceLedger", abi.encode(sources, NONE));
        sources[1] = SOURCE;
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.SourceMalformed.selector, SOURCE));
        _create("ProvenanceLedger", abi.encode(sources, NONE));
    }

    function test_only_a_source_appends() public {
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.SourceUnknown.selector, address(this)));
        ledger.append(_entry(1, 1));
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.SourceUnknown.selector, address(this)));
        ledger.appendBatch(new Entry[](0));
        vm.prank(SOURCE);
        assertEq(ledger.append(_entry(1, 1)), 0);
        vm.prank(OTHER);
        assertEq(ledger.append(_entry(1, 1)), 1);
    }

    function test_a_record_is_hashed_as_written_down() public {
        Entry memory entry = _entry(3, 2);
        bytes32 record = _record(0, SOURCE, entry);
        vm.expectEmit(address(ledger));
        emit IProvenanceLedger.Recorded(0, SOURCE, entry.act, entry.stateAfter, entry.subjects, entry.data);
        vm.prank(SOURCE);
        ledger.append(entry);
        assertEq(ledger.head(), keccak256(abi.encode(ledger.firstHead(), record)));
        assertEq(ledger.subjectHead(entry.subjects[0]), keccak256(abi.encode(bytes32(0), record)));
        assertEq(ledger.subjectHead(entry.subjects[1]), keccak256(abi.encode(bytes32(0), record)));
        assertEq(ledger.count(), 1);
    }

    function test_subjects_are_named_and_none_twice() public {
        Entry memory entry = _entry(1, 3);
        entry.subjects[2] = entry.subjects[0];
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.SubjectRepeated.selector, entry.subjects[0]));
        vm.prank(SOURCE);
        ledger.append(entry);
        entry.subjects = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.SubjectsMissing.selector, 0));
        vm.prank(SOURCE);
        ledger.append(entry);
    }

    function test_an_empty_batch_changes_nothing() public {
        vm.prank(SOURCE);
        assertEq(ledger.appendBatch(new Entry[](0)), 0);
        assertEq(ledger.head(), ledger.firstHead());
        assertEq(ledger.count(), 0);
    }

    function test_one_bad_entry_leaves_a_batch_unwritten() public {
        Entry[] memory entries = new Entry[](2);
        entries[0] = _entry(1, 1);
        entries[1] = _entry(2, 0);
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.SubjectsMissing.selector, 1));
        vm.prank(SOURCE);
        ledger.appendBatch(entries);
        assertEq(ledger.head(), ledger.firstHead());
    }

    /// @dev A batch is the same as its entries one by one, whatever they are and however subjects repeat among them.
    function testFuzz_a_batch_is_its_entries_in_order(uint256 seed, uint8 length) public {
        Entry[] memory entries = new Entry[](bound(length, 1, 12));
        for (uint256 i = 0; i < entries.length; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            entries[i] = _entry(random % 5, 1 + (random >> 8) % 4);
            entries[i].data = abi.encodePacked(random);
        }
        uint256 snapshot = vm.snapshotState();
        vm.prank(SOURCE);
        ledger.appendBatch(entries);
        (bytes32 head, uint256 count) = (ledger.head(), ledger.count());
        bytes32[] memory heads = _heads(entries);
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < entries.length; ++i) {
            vm.prank(SOURCE);
            ledger.append(entries[i]);
        }
        assertEq(ledger.head(), head);
        assertEq(ledger.count(), count);
        assertEq(_heads(entries), heads);
    }

    function test_a_checkpoint_is_a_record_of_the_ledger_itself() public {
        vm.prank(SOURCE);
        ledger.append(_entry(1, 1));
        bytes32[] memory subjects = new bytes32[](1);
        subjects[0] = keccak256(abi.encode(address(ledger), bytes32(0)));
        vm.expectEmit(address(ledger));
        emit IProvenanceLedger.Recorded(
            1,
            address(ledger),
            IProvenanceLedger.Checkpointed.selector,
            keccak256(abi.encode(uint256(1))),
            subjects,
            abi.encode(uint256(1))
        );
        vm.prank(address(0xdead));
        assertEq(ledger.checkpoint(), 1);
        assertEq(ledger.count(), 2);
    }

    function test_checkpoints_keep_their_distance() public {
        ledger.checkpoint();
        uint256 notBefore = vm.getBlockTimestamp() + ledger.CHECKPOINT_INTERVAL();
        vm.warp(notBefore - 1);
        vm.expectRevert(abi.encodeWithSelector(IProvenanceLedger.CheckpointTooEarly.selector, notBefore));
        ledger.checkpoint();
        vm.warp(notBefore);
        ledger.checkpoint();
    }

    function test_heads_stand_where_verifiers_read_them() public {
        vm.prank(SOURCE);
        ledger.append(_entry(1, 1));
        bytes32 subject = _entry(1, 1).subjects[0];
        assertEq(vm.load(address(ledger), 0), ledger.head());
        assertEq(uint256(vm.load(address(ledger), bytes32(uint256(1)))), 1);
        assertEq(vm.load(address(ledger), keccak256(abi.encode(subject, uint256(2)))), ledger.subjectHead(subject));
    }

    function _ledger(Predecessor memory predecessor) private returns (LedgerWhole) {
        address[] memory sources = new address[](2);
        sources[0] = SOURCE;
        sources[1] = OTHER;
        return LedgerWhole(_create("ProvenanceLedger", abi.encode(sources, predecessor)));
    }

    /// @dev Its subjects are `first`, `first + 1` …
    function _entry(uint256 first, uint256 subjects) private pure returns (Entry memory entry) {
        entry = Entry("act", "state", new bytes32[](subjects), "data");
        for (uint256 i = 0; i < subjects; ++i) {
            entry.subjects[i] = bytes32(first + i);
        }
    }

    function _record(uint256 seq, address source, Entry memory entry) private view returns (bytes32) {
        bytes memory packed;
        for (uint256 i = 0; i < entry.subjects.length; ++i) {
            packed = bytes.concat(packed, entry.subjects[i]);
        }
        bytes memory words = abi.encode(
            seq,
            source,
            keccak256(bytes.concat(entry.act, entry.data)),
            entry.stateAfter,
            keccak256(packed),
            block.number,
            block.timestamp
        );
        assertEq(words.length, 224);
        return keccak256(words);
    }

    function _heads(Entry[] memory entries) private view returns (bytes32[] memory heads) {
        heads = new bytes32[](entries.length * 4);
        for (uint256 i = 0; i < entries.length; ++i) {
            for (uint256 j = 0; j < entries[i].subjects.length; ++j) {
                heads[4 * i + j] = ledger.subjectHead(entries[i].subjects[j]);
            }
        }
    }
}
