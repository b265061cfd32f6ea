// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GrantKind, IGrants} from "../interfaces/IGrants.sol";
import {Alone, Axis, IRightsRegistry, Scope} from "../interfaces/IRightsRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Offers} from "./Offers.sol";
import {Vm} from "forge-std/Vm.sol";

/// @dev Whether two boxes have a point in common from that day on; on purpose not by the library that the contracts use.
function meet(Scope memory a, Scope memory b, uint32 day) pure returns (bool) {
    uint32 from = a.from > b.from ? a.from : b.from;
    if (from < day) from = day;
    if (from >= a.until || from >= b.until) return false;
    bool common = (a.rights & b.rights != 0) && (a.territories & b.territories != 0);
    return common && (a.languages & b.languages != 0) && (a.media & b.media != 0);
}

/// @notice Follows the records of rights as a stranger would: whose which box is, what was granted of it, and what of that was
/// said on which day.
abstract contract RightsReplay is Offers {
    struct Licence {
        bytes32 workId;
        bytes32 parentId;
        bytes32 level;
        address licensee;
        GrantKind kind;
        bool sublicensable;
        uint8 depth;
        uint32 signedOn;
        uint32 conflicts;
        /// @dev Whether it is searched for clashes.
        bool listed;
        bool ended;
    }

    /// @dev What a record said of a grant, and when.
    struct Reading {
        uint32 day;
        Scope scope;
    }

    struct Box {
        bytes32 workId;
        bool live;
        Scope scope;
    }

    bytes32[] internal works_;
    mapping(bytes32 workId => uint256[]) internal estatesOf;
    mapping(bytes32 workId => uint256) public claimedVolume;
    mapping(bytes32 workId => uint32) internal backlogOf;
    mapping(uint256 estateId => Box) internal boxes;
    /// @dev The day of the first claim that has something of it.
    mapping(uint256 estateId => uint32) internal claimedOnOf;

    bytes32[] internal ids;
    mapping(bytes32 level => bytes32[]) internal siblingsOf;
    mapping(bytes32 workId => bytes32[]) internal idsOf;
    mapping(bytes32 grantId => Licence) internal licences;
    mapping(bytes32 grantId => Reading[]) internal readings;

    /// @dev Works that something was recorded of, or done to, since they were last forgotten.
    bytes32[] internal changed;

    function _followRights() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(ledger)) continue;
            (,, bytes memory data) = abi.decode(logs[i].data, (bytes32, bytes32[], bytes));
            _followGrant(logs[i].topics[3], data);
            _followEstate(logs[i].topics[3], data);
            _followTitle(logs[i].topics[3], data);
        }
    }

    function _followGrant(bytes32 act, bytes memory data) private {
        if (act == IGrants.Granted.selector) {
            _followGranted(data);
        } else if (act == IGrants.GrantSurrendered.selector) {
            (bytes32 grantId, uint32 until) = abi.decode(data, (bytes32, uint32));
            _clip(grantId, until);
        } else if (act == IGrants.GrantTerminated.selector) {
            (bytes32 grantId,, uint32 until) = abi.decode(data, (bytes32, uint8, uint32));
            _clip(grantId, until);
        } else if (act == IGrants.GrantAmended.selector) {
            (bytes32 grantId, Scope memory scope, uint32 conflicts) = abi.decode(data, (bytes32, Scope, uint32));
            readings[grantId].push(Reading(_today(), scope));
            licences[grantId].conflicts = conflicts;
            _change(licences[grantId].workId);
        }
    }

    function _followTitle(bytes32 act, bytes memory data) private {
        bool assigned =
            act == IRightsRegistry.EstateAssigned.selector || act == IRightsRegistry.EstateAssignedByOrder.selector;
        bool held = act == IRightsRegistry.EstateHeld.selector || act == IRightsRegistry.EstateReleased.selector;
        // Either record begins with the estate.
        if (assigned || held) _change(boxes[_word(data, 0)].workId);
        if (act == IGrants.GrantHeld.selector || act == IGrants.GrantReleased.selector) {
            _change(licences[bytes32(_word(data, 0))].workId);
        }
    }

    function _change(bytes32 workId) internal {
        for (uint256 i = 0; i < changed.length; ++i) {
            if (changed[i] == workId) return;
        }
        changed.push(workId);
    }

    function _followGranted(bytes memory data) private {
        (
            bytes32 grantId,
            bytes32 workId,,
            bytes32 parentId,
            address licensee,
            uint8 kind,
            bool on,
            Scope memory scope
        ) = abi.decode(data, (bytes32, bytes32, uint256, bytes32, address, uint8, bool, Scope));
        Licence storage licence = licences[grantId];
        require(licence.workId == 0, "granted twice");
        licence.workId = workId;
        licence.parentId = parentId;
        licence.level = parentId == 0 ? workId : parentId;
        licence.licensee = licensee;
        licence.kind = GrantKind(kind);
        licence.sublicensable = on;
        licence.depth = parentId == 0 ? 0 : licences[parentId].depth + 1;
        // After seven words, the scope's six and four more.
        (licence.signedOn, licence.conflicts) = (uint32(_word(data, 17)), uint32(_word(data, 18)));
        licence.listed = true;
        readings[grantId].push(Reading(_today(), scope));
        siblingsOf[licence.level].push(grantId);
        ids.push(grantId);
        idsOf[workId].push(grantId);
        _change(workId);
    }

    function _clip(bytes32 grantId, uint32 until) private {
        Scope memory scope = _scopeOf(grantId);
        scope.until = until;
        readings[grantId].push(Reading(_today(), scope));
        licences[grantId].ended = true;
        _change(licences[grantId].workId);
        if (until <= _today() || until <= scope.from) licences[grantId].listed = false;
    }

    function _followEstate(bytes32 act, bytes memory data) private {
        if (act == IRightsRegistry.EstateClaimed.selector) {
            (uint256 estateId, bytes32 workId, Scope memory scope,, uint32 backlogUntil) =
                abi.decode(data, (uint256, bytes32, Scope, Alone, uint32));
            if (claimedVolume[workId] == 0) {
                works_.push(workId);
                backlogOf[workId] = backlogUntil;
            }
            claimedVolume[workId] += Scopes.volume(scope);
            claimedOnOf[estateId] = _today();
            _begin(estateId, workId, scope);
        } else if (act == IRightsRegistry.EstateSplit.selector) {
            (uint256 estateId, Axis axis, bytes32 intent,, uint256[] memory cuts) =
                abi.decode(data, (uint256, Axis, bytes32, uint256, uint256[]));
            Scope[] memory parts = Scopes.cut(boxes[estateId].scope, axis, cuts, estateId);
            for (uint256 i = 0; i < parts.length; ++i) {
                uint256 part = uint256(keccak256(abi.encode(intent, i)));
                claimedOnOf[part] = claimedOnOf[estateId];
                _begin(part, boxes[estateId].workId, parts[i]);
            }
            _finish(estateId);
        } else if (act == IRightsRegistry.EstatesMerged.selector) {
            (uint256 estateId, Axis axis,,, uint256[] memory parts) =
                abi.decode(data, (uint256, Axis, bytes32, uint256, uint256[]));
            Scope[] memory scopes = new Scope[](parts.length);
            claimedOnOf[estateId] = type(uint32).max;
            for (uint256 i = 0; i < parts.length; ++i) {
                scopes[i] = boxes[parts[i]].scope;
                if (claimedOnOf[parts[i]] < claimedOnOf[estateId]) claimedOnOf[estateId] = claimedOnOf[parts[i]];
                _finish(parts[i]);
            }
            _begin(estateId, boxes[parts[0]].workId, Scopes.merge(scopes, axis, parts));
        }
    }

    function _begin(uint256 estateId, bytes32 workId, Scope memory scope) private {
        require(boxes[estateId].workId == 0, "an estate began twice");
        boxes[estateId] = Box(workId, true, scope);
        estatesOf[workId].push(estateId);
        _change(workId);
    }

    function _finish(uint256 estateId) private {
        boxes[estateId].live = false;
        uint256[] storage list = estatesOf[boxes[estateId].workId];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] != estateId) continue;
            list[i] = list[list.length - 1];
            list.pop();
            return;
        }
        revert("an estate ended that did not live");
    }

    // What the records say

    function _scopeOf(bytes32 grantId) internal view returns (Scope memory) {
        Reading[] storage said = readings[grantId];
        return said[said.length - 1].scope;
    }

    /// @dev Whether it was in force on a day, as it was known then.
    function _inForceOn(bytes32 grantId, uint32 day) internal view returns (bool) {
        (bool known, Scope memory scope) = _asOf(grantId, day);
        if (!known || scope.from > day) return false;
        for (bytes32 one = grantId; one != 0; one = licences[one].parentId) {
            (, scope) = _asOf(one, day);
            if (scope.until <= day) return false;
        }
        return true;
    }

    function _asOf(bytes32 grantId, uint32 day) private view returns (bool known, Scope memory scope) {
        Reading[] storage said = readings[grantId];
        for (uint256 i = said.length; i != 0; --i) {
            if (said[i - 1].day <= day) return (true, said[i - 1].scope);
        }
    }

    /// @dev Its end, and that of all its ancestors; before its start where it never will be.
    function _endOf(bytes32 grantId) internal view returns (uint32 until) {
        until = type(uint32).max;
        for (bytes32 one = grantId; one != 0; one = licences[one].parentId) {
            uint32 own = _scopeOf(one).until;
            if (own < until) until = own;
        }
    }

    /// @dev Whether it is in force or will be.
    function _isOpen(bytes32 grantId) internal view returns (bool) {
        uint32 until = _endOf(grantId);
        return until > _today() && until > _scopeOf(grantId).from;
    }

    function _meet(Scope memory a, Scope memory b) internal view returns (bool) {
        return meet(a, b, _today());
    }

    function _shutsOut(GrantKind a, GrantKind b) internal pure returns (bool) {
        return a != GrantKind.NonExclusive || b != GrantKind.NonExclusive;
    }

    function _word(bytes memory data, uint256 index) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(data, add(0x20, mul(index, 0x20))))
        }
    }
}
