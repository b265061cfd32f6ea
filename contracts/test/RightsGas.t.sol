// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GrantKind, Ground, Offer} from "../interfaces/IGrants.sol";
import {Axis, Scope} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Offers} from "./Offers.sol";

/// @notice What acts on rights cost against the live grants of the work, each as a transaction of its own. The figures are in
/// snapshots/rights.json, as those of Gas.t.sol are in gas.json.
/// forge-config: default.isolate = true
contract RightsGasTest is Offers {
    uint256 private estateId;
    bytes32 private parentId;
    uint256 private filled;

    function setUp() public override {
        super.setUp();
        estateId = _estate(ann);
    }

    function test_gas_of_a_grant_against_the_live_grants_of_its_work() public {
        uint256[4] memory sizes = [uint256(1), 10, 100, 999];
        for (uint256 i = 0; i < sizes.length; ++i) {
            _fill(sizes[i], GrantKind.Exclusive);
            uint256 passed = _measure(_offer(estateId, cleo, GrantKind.Exclusive, _box(1 << 1, 1 << 248)));
            uint256 near = _measure(_offer(estateId, cleo, GrantKind.Exclusive, _box(1, 1 << 248)));
            _say("grant that the first word tells apart", passed);
            _say("grant that only the territories tell apart", near);
        }
    }

    function test_gas_of_a_grant_among_those_that_cannot_clash() public {
        uint256[2] memory sizes = [uint256(1), 999];
        for (uint256 i = 0; i < sizes.length; ++i) {
            _fill(sizes[i], GrantKind.NonExclusive);
            uint256 gas = _measure(_offer(estateId, cleo, GrantKind.NonExclusive, _box(1, 1)));
            _say("non-exclusive grant among non-exclusive ones", gas);
        }
    }

    function test_gas_of_a_sublicence_against_those_of_its_parent() public {
        parentId = _grant(_offer(estateId, ben, GrantKind.Exclusive, _all()));
        uint256[3] memory sizes = [uint256(1), 10, 100];
        for (uint256 i = 0; i < sizes.length; ++i) {
            _fill(sizes[i], GrantKind.Exclusive);
            uint256 passed = _measure(_sublicence(parentId, cleo, GrantKind.Exclusive, _box(1 << 1, 1 << 248)));
            uint256 near = _measure(_sublicence(parentId, cleo, GrantKind.Exclusive, _box(1, 1 << 248)));
            _say("sub-licence that the first word tells apart", passed);
            _say("sub-licence that only the territories tell apart", near);
        }
    }

    function test_gas_of_acts_that_look_at_no_grant() public {
        uint256[2] memory sizes = [uint256(1), 999];
        for (uint256 i = 0; i < sizes.length; ++i) {
            _fill(sizes[i], GrantKind.Exclusive);
            uint256 snapshot = vm.snapshotState();
            _split(_splitOf(estateId, Axis.Rights, _halves(Codes.RIGHTS)));
            uint256 split = _last();
            vm.revertToState(snapshot);
            _assign(_assignmentOf(estateId, _of(cleo)), _parties(ann, cleo));
            uint256 assigned = _last();
            vm.revertToState(snapshot);
            bytes32 grantId = _grant(_offer(estateId, ben, GrantKind.Exclusive, _box(1 << 1, 1 << 248)));
            _terminate(_terminationOf(grantId, Ground.Agreement, TODAY));
            uint256 terminated = _last();
            vm.revertToState(snapshot);
            _say("split in two", split);
            _say("assign", assigned);
            _say("terminate by agreement", terminated);
        }
        novel = _work(WorkKind.Publication, "another novel");
        _estate(ann);
        vm.snapshotValue("rights", "claim", _last());
    }

    function test_gas_of_pruning() public {
        for (uint256 i = 0; i < 100; ++i) {
            Scope memory scope = _box(1, 1 << i);
            if (i % 2 == 0) scope.until = TODAY + 1;
            _grant(_offer(estateId, ben, GrantKind.Exclusive, scope));
        }
        vm.warp(START + 1 days);
        grants.prune(novel, 50);
        vm.snapshotValue("rights", "prune 50 of 100", _last());
    }

    /// @dev Carry it out, see what it cost, and undo it.
    function _measure(Offer memory offer) private returns (uint256 gas) {
        uint256 snapshot = vm.snapshotState();
        _grant(offer);
        gas = _last();
        vm.revertToState(snapshot);
    }

    /// @dev Up to that many, of one right, which differ in territory or language.
    function _fill(uint256 size, GrantKind kind) private {
        for (; filled < size; ++filled) {
            Scope memory scope = _box(1, 1 << (filled % 248));
            scope.languages = uint128(1) << uint128(filled / 248);
            if (parentId == 0) _grant(_offer(estateId, ben, kind, scope));
            else _grant(_sublicence(parentId, dora, kind, scope));
        }
    }

    function _box(uint16 rights_, uint256 territories) private view returns (Scope memory) {
        return _only(rights_, territories);
    }

    function _last() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function _say(string memory what, uint256 gas) private {
        vm.snapshotValue("rights", string.concat(what, ", ", vm.toString(filled), " live"), gas);
    }
}
