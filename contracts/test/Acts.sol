// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Measure} from "../interfaces/IOrders.sol";
import {Replay} from "./Replay.sol";

/// @notice Acts one after another, each in a block of its own, whose records are followed before the next.
abstract contract Acts is Replay {
    uint256 public clock;
    uint256 public height;

    /// @dev Where everything begins; records of what was there before are yet to be followed.
    function _beginAll() internal {
        (clock, height) = (vm.getBlockTimestamp(), vm.getBlockNumber());
        replayedHead = ledger.firstHead();
    }

    function _beginAct(uint256 later) internal {
        (clock, height) = (clock + later, height + 1);
        vm.warp(clock);
        vm.roll(height);
        vm.recordLogs();
    }

    /// @dev An act may have waited.
    function _endAct() internal {
        clock = vm.getBlockTimestamp();
        _follow();
    }

    function _fails(address by, address target, bytes memory data) internal {
        _follow();
        vm.prank(by);
        (bool succeeded,) = target.call(data);
        // Logs of what was undone are recorded too.
        vm.getRecordedLogs();
        require(!succeeded, string.concat("what must fail succeeded: ", vm.toString(data)));
    }

    /// @dev Make room for an order of the same measure on the same target.
    function _withdrawPending(Measure measure, bytes32 target) internal {
        bytes32 other = orders.pending(measure, target);
        if (other == 0) return;
        vm.prank(filer);
        orders.withdraw(other, "another one");
    }
}
