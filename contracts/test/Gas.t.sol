// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Handout, Issue, SignedGift} from "../interfaces/ICollectible.sol";
import {Entry, IProvenanceLedger, Predecessor} from "../interfaces/IProvenanceLedger.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Stage} from "./Stage.sol";

/// @notice What things cost, each as a transaction of its own. The figures are in snapshots/gas.json: a run that finds others
/// fails, one with FORGE_SNAPSHOT_CHECK=false writes them anew, and contracts/README.md repeats them.
/// forge-config: default.isolate = true
contract GasTest is Stage {
    uint256 private editionId;

    function setUp() public override {
        super.setUp();
        (, editionId) = _edition(WorkKind.RightsRegistered, _policy(), 1000);
    }

    function test_gas_of_an_append_to_known_and_to_new_subjects() public {
        address[] memory sources = new address[](1);
        sources[0] = address(this);
        address made = _create("ProvenanceLedger", abi.encode(sources, Predecessor(0, address(0), 0, 0)));
        IProvenanceLedger own = IProvenanceLedger(made);
        own.append(_entries(1, 1)[0]);
        uint256 known = _batch(own, 1, 1, 101) - _batch(own, 1, 1, 1);
        uint256 fresh = _batch(own, 1000, 1, 101) - _batch(own, 2000, 1, 1);
        uint256 three = _batch(own, 5000, 3, 101) - _batch(own, 9000, 3, 1);
        _say("append, known subject, in a batch", known / 100);
        _say("append, new subject, in a batch", fresh / 100);
        _say("append, three new subjects, in a batch", three / 100);
    }

    function test_gas_of_a_mint() public {
        _mint(editionId, 1, address(0));
        vm.prank(museum);
        collectible.mint(Issue(editionId, 2, address(0)));
        _say("mint one", _last());
        vm.prank(museum);
        collectible.mint(Issue(editionId, 3, ann));
        _say("mint one and hand it out", _last());
    }

    function test_gas_of_a_batch_of_100_mints() public {
        Issue[] memory issues = _issues(address(0));
        vm.prank(museum);
        collectible.mintBatch(issues);
        _say("mint 100 in a batch", _last());
        Handout[] memory handouts = new Handout[](100);
        for (uint256 i = 0; i < 100; ++i) {
            handouts[i] = Handout((editionId << 64) | (i + 1), ann);
        }
        vm.prank(museum);
        collectible.distributeBatch(handouts);
        _say("hand out 100 in a batch", _last());
    }

    function test_gas_of_a_batch_of_100_mints_handed_out() public {
        Issue[] memory issues = _issues(ann);
        vm.prank(museum);
        collectible.mintBatch(issues);
        _say("mint and hand out 100 in a batch", _last());
    }

    function test_gas_of_a_gift() public {
        for (uint64 serial = 1; serial <= 3; ++serial) {
            _mint(editionId, serial, ben);
        }
        vm.warp(vm.getBlockTimestamp() + 1 days);
        SignedGift memory first = _signed(_gift((editionId << 64) | 1, ben, cleo, 1), benKey);
        SignedGift memory second = _signed(_gift((editionId << 64) | 2, ben, cleo, 2), benKey);
        collectible.give(first);
        _say("first gift between two accounts", _last());
        collectible.give(second);
        _say("gift between two accounts, once known", _last());
        vm.warp(vm.getBlockTimestamp() + 1 days);
        vm.prank(ben);
        collectible.transferFrom(ben, cleo, (editionId << 64) | 3);
        _say("gift by own transaction", _last());
    }

    function test_gas_of_a_hold() public {
        _hold(_mint(editionId, 1, ben));
        _say("execute a hold that was filed", _last());
    }

    function _last() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function _issues(address to) private view returns (Issue[] memory issues) {
        issues = new Issue[](100);
        for (uint256 i = 0; i < 100; ++i) {
            issues[i] = Issue(editionId, uint64(i + 1), to);
        }
    }

    function _entries(uint256 length, uint256 subjects) private pure returns (Entry[] memory entries) {
        entries = new Entry[](length);
        for (uint256 i = 0; i < length; ++i) {
            entries[i] = Entry("act", "state", new bytes32[](subjects), new bytes(192));
            for (uint256 j = 0; j < subjects; ++j) {
                entries[i].subjects[j] = bytes32(j + 1);
            }
        }
    }

    /// @dev Subjects from `first` on, the same for every entry where `first` is 1, else all different.
    function _batch(IProvenanceLedger own, uint256 first, uint256 subjects, uint256 length) private returns (uint256) {
        Entry[] memory entries = _entries(length, subjects);
        for (uint256 i = 0; i < length && first != 1; ++i) {
            for (uint256 j = 0; j < subjects; ++j) {
                entries[i].subjects[j] = bytes32(first + i * subjects + j);
            }
        }
        own.appendBatch(entries);
        return _last();
    }

    function _say(string memory what, uint256 gas) private {
        vm.snapshotValue("gas", what, gas);
    }
}
