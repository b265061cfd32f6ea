// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent} from "../interfaces/IConsents.sol";
import {Custody} from "../interfaces/IIdentityRegistry.sol";
import {Measure} from "../interfaces/IOrders.sol";
import {
    Assignment,
    Axis,
    Claim,
    EstateAmendment,
    Merge,
    Ownership,
    Scope,
    Split
} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Acts} from "./Acts.sol";
import {Estates} from "./Estates.sol";
import {Stage} from "./Stage.sol";

/// @notice Everything that is done to estates, each act so prepared that it must succeed, and attempts that must fail.
contract EstatesHandler is Acts, Estates {
    using Scopes for Scope;

    uint256 public constant ACTIONS = 16;
    /// @dev Estates of one work; what would make more of them merges instead.
    uint256 private constant MANY = 24;

    uint256[ACTIONS] public done;

    address[] private people;
    bytes32[] internal workIds;
    /// @dev Of a work: all that was ever an estate, and those that live.
    mapping(bytes32 workId => uint256[]) internal all;
    mapping(bytes32 workId => uint256[]) internal live;
    mapping(bytes32 workId => Scope[]) internal claimedBoxes;
    mapping(uint256 estateId => uint256) internal placeOfClaim;
    mapping(uint256 estateId => bytes32) public lastOwnership;
    mapping(uint256 estateId => bool) public gone;
    mapping(uint256 estateId => bool) private touched;
    /// @dev Touched since the last record about it.
    mapping(uint256 estateId => bool) public unrecorded;
    bytes32 public last;
    /// @dev Estates of the last act: begun, ended, of other owners, touched, held.
    uint256[] internal changed;

    uint256 private _works;

    function setUp() public override(Stage, Estates) {
        vm.recordLogs();
        super.setUp();
        _beginAll();
        for (uint256 i = 0; i < 4; ++i) {
            people.push(_person(string.concat("author ", vm.toString(i)), i % 2 == 0 ? Custody.Own : Custody.Kept));
        }
        _follow();
        _newClaim(0);
        _follow();
    }

    /// @notice One act, chosen by the seed.
    function act(uint256 seed) external {
        perform(uint256(keccak256(abi.encode("which", seed))) % ACTIONS, seed);
    }

    function perform(uint256 which, uint256 seed) public {
        _beginAct(1 + (seed >> 240) % 12 hours);
        delete changed;
        if (which < 6) _divide(which, seed);
        else if (which < 11) _give(which, seed);
        else _stop(which, seed);
        _endAct();
        ++done[which];
    }

    function _divide(uint256 which, uint256 seed) private {
        if (which == 0) _newClaim(seed);
        else if (which == 1) _anotherClaim(seed);
        else if (which == 2) _cutMask(seed);
        else if (which == 3) _cutTime(seed);
        else if (which == 4) _join(seed);
        else _amendAClaim(seed);
    }

    function _give(uint256 which, uint256 seed) private {
        if (which == 6) _assignTo(seed, _of(_somebody(seed)));
        else if (which == 7) _assignTo(seed, _several(seed));
        else if (which == 8) _assignByOrderTo(seed);
        else if (which == 9) _touch(seed);
        else _claimOnPaper(seed);
    }

    function _stop(uint256 which, uint256 seed) private {
        if (which == 11) _holdAndRelease(seed);
        else if (which == 12) _holdAllAndRelease(seed);
        else if (which == 13) _takeBack(seed);
        else if (which == 14) _contestAndSettle(seed);
        else _attack(seed);
    }

    // Claims

    function _newClaim(uint256 seed) private returns (uint256 estateId) {
        bytes32 workId = _work(WorkKind.Publication, keccak256(abi.encode("book", ++_works)));
        workIds.push(workId);
        Scope memory scope = _randomBox(seed);
        return _enterClaim(workId, scope, _several(seed >> 7));
    }

    /// @dev Of a day on which nothing of the work was claimed yet.
    function _anotherClaim(uint256 seed) private returns (uint256) {
        bytes32 workId = _workOf(seed);
        if (claimedBoxes[workId].length >= 8) return _newClaim(seed);
        Scope memory scope = _randomBox(seed);
        uint32 latest = 0;
        for (uint256 i = 0; i < claimedBoxes[workId].length; ++i) {
            if (claimedBoxes[workId][i].until > latest) latest = claimedBoxes[workId][i].until;
        }
        (scope.from, scope.until) = (latest, latest + 1 + uint32(seed % 40));
        return _enterClaim(workId, scope, _several(seed >> 9));
    }

    function _enterClaim(bytes32 workId, Scope memory scope, Ownership memory ownership) private returns (uint256 id) {
        Claim memory claim_ = _claimOf(scope, ownership);
        claim_.workId = workId;
        claim_.alone.longest = 365;
        id = _claimed(claim_);
        _begins(workId, id, ownership);
        claimedBoxes[workId].push(scope);
        placeOfClaim[id] = claimedBoxes[workId].length;
    }

    function _begins(bytes32 workId, uint256 id, Ownership memory ownership) private {
        all[workId].push(id);
        live[workId].push(id);
        lastOwnership[id] = keccak256(abi.encode(ownership.owners, ownership.parts));
        last = workId;
        changed.push(id);
    }

    function _ends(bytes32 workId, uint256 id) private {
        uint256[] storage list = live[workId];
        gone[id] = true;
        changed.push(id);
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] != id) continue;
            list[i] = list[list.length - 1];
            list.pop();
            return;
        }
        revert("what ended did not live");
    }

    function _amendAClaim(uint256 seed) private {
        uint256 id = _newClaim(seed);
        bytes32 workId = last;
        Scope memory scope = _randomBox(seed >> 11);
        if (seed & 1 == 0) _giveWhole(id, _of(_somebody(seed)));
        EstateAmendment memory amendment = _amendmentOf(id, scope);
        // Whose it is does not enter it otherwise without the museum, which has nothing of it.
        Consent[] memory given = _agreed(rights.amendmentDigest(amendment), _ownersOf(id));
        _fails(relayer, address(rights), abi.encodeCall(rights.amend, (amendment, given)));
        _amend(amendment);
        claimedBoxes[workId][placeOfClaim[id] - 1] = scope;
    }

    function _giveWhole(uint256 id, Ownership memory ownership) private {
        if (lastOwnership[id] == keccak256(abi.encode(ownership.owners, ownership.parts))) return;
        _assign(_assignmentOf(id, ownership), _both(_ownersOf(id), ownership.owners));
        _assigned(id, ownership);
    }

    function _claimOnPaper(uint256 seed) private {
        bytes32 workId = _work(WorkKind.Publication, keccak256(abi.encode("book", ++_works)));
        workIds.push(workId);
        Ownership memory ownership = _of(people[1]);
        Claim memory claim_ = _claimOf(_randomBox(seed), ownership);
        claim_.workId = workId;
        bytes32 intent = rights.claimDigest(claim_);
        Consent[] memory given = _agreed(intent, _parties(museum, people[1]));
        bytes32 kind = keccak256("Attestation(bytes32 intent,address party,bytes32 paper)");
        bytes32 paper = bytes32(seed | 1);
        bytes32 digest = _typed(consents.domainSeparator(), keccak256(abi.encode(kind, intent, people[1], paper)));
        (given[1].paper, given[1].attester, given[1].confirmer) = (paper, museum, registrar);
        (given[1].signature, given[1].confirmation) = (_sign(keyOf[museum], digest), _sign(keyOf[registrar], digest));
        uint256 id = rights.claim(claim_, given);
        _begins(workId, id, ownership);
        claimedBoxes[workId].push(claim_.scope);
        placeOfClaim[id] = 1;
        vm.prank(people[1]);
        consents.confirm(intent, people[1], "");
    }

    // Cuts

    function _cutMask(uint256 seed) private {
        uint256 id = _estateToCut(seed);
        Scope memory scope = rights.estate(id).scope;
        for (uint256 i = 0; i < 4; ++i) {
            Axis axis = Axis((seed + i) % 4);
            uint256 mask = scope.mask(axis);
            if (mask & (mask - 1) == 0) continue;
            _cutInto(id, axis, _partsOf(mask, seed >> 5));
            return;
        }
        // Every mask is one bit.
        _cutMask(_freshSeed(seed));
    }

    /// @dev Two to four disjoint masks that are this one together.
    function _partsOf(uint256 mask, uint256 seed) private pure returns (uint256[] memory cuts) {
        cuts = new uint256[](2 + seed % 3);
        uint256 length = 0;
        uint256 left = mask;
        while (left != 0 && length + 1 < cuts.length) {
            uint256 some = left & uint256(keccak256(abi.encode(seed, length)));
            if (some == 0) some = left & ~(left - 1);
            if (some == left && length == 0) some = left & ~(left - 1);
            cuts[length++] = some;
            left &= ~some;
        }
        if (left != 0) cuts[length++] = left;
        assembly ("memory-safe") {
            mstore(cuts, length)
        }
    }

    function _cutTime(uint256 seed) private {
        uint256 id = _estateToCut(seed);
        Scope memory scope = rights.estate(id).scope;
        uint32 length = scope.until - scope.from;
        if (length < 2) return _cutTime(_freshSeed(seed));
        uint32 first = scope.from + 1 + uint32((seed >> 3) % (length - 1));
        if (first + 1 < scope.until && seed & 1 == 0) _cutInto(id, Axis.Time, _cuts(first, first + 1));
        else _cutInto(id, Axis.Time, _cuts(first));
    }

    /// @dev A seed that picks a new claim, whose masks have several bits and whose span several days.
    function _freshSeed(uint256 seed) private returns (uint256) {
        _newClaim(seed);
        return 0;
    }

    function _cutInto(uint256 id, Axis axis, uint256[] memory cuts) private {
        bytes32 workId = rights.estate(id).workId;
        uint256[] memory parts = _split(_splitOf(id, axis, cuts));
        _ends(workId, id);
        for (uint256 i = 0; i < parts.length; ++i) {
            all[workId].push(parts[i]);
            live[workId].push(parts[i]);
            lastOwnership[parts[i]] = lastOwnership[id];
            changed.push(parts[i]);
        }
        last = workId;
    }

    /// @dev Two estates that can be joined, or the parts of one that is cut for it.
    function _join(uint256 seed) private {
        bytes32 workId = _workOf(seed);
        if (_joinSomeOf(workId)) return;
        uint256 id = _newClaim(seed);
        _cutInto(id, Axis.Time, _cuts(rights.estate(id).scope.from + 1));
        require(_joinSomeOf(last), "the parts of one are not joined");
    }

    function _joinSomeOf(bytes32 workId) private returns (bool) {
        uint256[] memory ids = live[workId];
        Scope[] memory boxes = new Scope[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            boxes[i] = rights.estate(ids[i]).scope;
        }
        for (uint256 i = 0; i < ids.length; ++i) {
            for (uint256 j = 0; j < ids.length; ++j) {
                if (lastOwnership[ids[i]] != lastOwnership[ids[j]]) continue;
                for (uint8 axis = 0; axis < 5; ++axis) {
                    (bool joined, Scope memory whole) = boxes[i].join(boxes[j], Axis(axis));
                    if (!joined) continue;
                    _joinThese(workId, ids[i], ids[j], Axis(axis), whole);
                    return true;
                }
            }
        }
        return false;
    }

    function _joinThese(bytes32 workId, uint256 first, uint256 second, Axis axis, Scope memory whole) private {
        uint256 id = _merge(_mergeOf(_cuts(first, second), axis));
        require(keccak256(abi.encode(rights.estate(id).scope)) == keccak256(abi.encode(whole)), "another box");
        _ends(workId, first);
        _ends(workId, second);
        all[workId].push(id);
        live[workId].push(id);
        lastOwnership[id] = lastOwnership[first];
        last = workId;
        changed.push(id);
    }

    // Owners

    function _assignTo(uint256 seed, Ownership memory ownership) private {
        uint256 id = _estateFor(seed, ownership);
        Assignment memory assignment = _assignmentOf(id, ownership);
        _assign(assignment, _both(_ownersOf(id), ownership.owners));
        _assigned(id, ownership);
    }

    function _assignByOrderTo(uint256 seed) private {
        Ownership memory ownership = _several(seed >> 13);
        uint256 id = _estateFor(seed, ownership);
        if (seed & 1 == 0) _holdIt(id);
        _fileAnew(Measure.Assign, rights.assignmentTarget(id, ownership));
        vm.prank(executor);
        rights.assignByOrder(id, ownership);
        _assigned(id, ownership);
        if (seed & 1 == 0) _releaseIt(id);
    }

    function _assigned(uint256 id, Ownership memory ownership) private {
        lastOwnership[id] = keccak256(abi.encode(ownership.owners, ownership.parts));
        last = rights.estate(id).workId;
        unrecorded[id] = false;
        changed.push(id);
    }

    function _touch(uint256 seed) private {
        uint256 id = _liveEstate(seed);
        uint32 revision = rights.estate(id).revision;
        vm.prank(grantsAt);
        rights.touch(id, revision);
        (touched[id], unrecorded[id]) = (true, true);
        last = rights.estate(id).workId;
        changed.push(id);
    }

    // What stops

    function _holdAndRelease(uint256 seed) private {
        uint256 id = _liveEstate(seed);
        _holdIt(id);
        _fails(relayer, address(rights), _splitCall(id));
        _releaseIt(id);
    }

    function _holdAllAndRelease(uint256 seed) private {
        uint256 id = _liveEstate(seed);
        bytes32 workId = rights.estate(id).workId;
        _fileAnew(Measure.Hold, _rightsSubject(workId));
        vm.prank(executor);
        rights.holdWork(workId);
        _fails(relayer, address(rights), _splitCall(id));
        _fileAnew(Measure.Release, _rightsSubject(workId));
        vm.prank(executor);
        rights.releaseWork(workId);
    }

    function _holdIt(uint256 id) private {
        _fileAnew(Measure.Hold, _estateSubject(id));
        vm.prank(executor);
        rights.hold(id);
        unrecorded[id] = false;
        changed.push(id);
    }

    function _releaseIt(uint256 id) private {
        _fileAnew(Measure.Release, _estateSubject(id));
        vm.prank(executor);
        rights.release(id);
    }

    function _takeBack(uint256 seed) private {
        uint256 id = _liveEstate(seed);
        (Split memory split_, Consent[] memory given) = _agreedSplit(id);
        bytes32 intent = rights.splitDigest(split_);
        address owner = _ownersOf(id)[0];
        if (!consents.withdrawn(intent, owner)) {
            vm.prank(owner);
            consents.withdraw(intent, owner, "");
        }
        _fails(relayer, address(rights), abi.encodeCall(rights.split, (split_, given)));
    }

    function _contestAndSettle(uint256 seed) private {
        bytes32 workId = _workOf(seed);
        vm.startPrank(_somebody(seed));
        rights.contest(workId, 0, bytes32(seed), "mine");
        if (rights.workRights(workId).contests != 1) revert("contests");
        rights.withdrawContest(workId, _somebody(seed), "settled");
        vm.stopPrank();
        vm.prank(museum);
        rights.recordMoralRights(workId, _somebody(seed), uint8(1 + seed % 15), bytes32(seed | 1));
    }

    function _attack(uint256 seed) private {
        uint256 id = _liveEstate(seed);
        bytes32 workId = rights.estate(id).workId;
        // What is gone stays gone.
        uint256[] memory ids = all[workId];
        for (uint256 i = 0; i < ids.length && i < 3; ++i) {
            if (gone[ids[i]]) _fails(relayer, address(rights), _splitCall(ids[i]));
        }
        address owner = rights.ownerOf(id);
        _fails(owner, address(rights), abi.encodeCall(rights.transferFrom, (owner, stranger, id)));
        _fails(owner, address(rights), abi.encodeCall(rights.approve, (stranger, id)));
        _fails(museum, address(rights), abi.encodeCall(rights.touch, (id, rights.estate(id).revision)));
        _fails(executor, address(rights), abi.encodeCall(rights.assignByOrder, (id, _of(owner))));
        // A box that was claimed is not claimed again.
        Claim memory claim_ = _claimOf(rights.estate(id).scope, _of(people[0]));
        claim_.workId = workId;
        Consent[] memory given = _agreed(rights.claimDigest(claim_), _parties(museum, people[0]));
        _fails(relayer, address(rights), abi.encodeCall(rights.claim, (claim_, given)));
        // Nor is what was agreed on another state, or not by all.
        (Split memory split_, Consent[] memory agreed) = _agreedSplit(id);
        agreed[0].signature = "";
        _fails(stranger, address(rights), abi.encodeCall(rights.split, (split_, agreed)));
        if (placeOfClaim[id] == 0 || touched[id]) {
            EstateAmendment memory amendment = _amendmentOf(id, _randomBox(seed));
            given = _agreed(rights.amendmentDigest(amendment), _claimants(_ownersOf(id)));
            _fails(relayer, address(rights), abi.encodeCall(rights.amend, (amendment, given)));
        }
    }

    function _agreedSplit(uint256 id) private view returns (Split memory split_, Consent[] memory given) {
        Scope memory scope = rights.estate(id).scope;
        split_ = scope.until - scope.from > 1
            ? _splitOf(id, Axis.Time, _cuts(scope.from + 1))
            : _splitOf(id, Axis.Media, _halves(scope.media));
        given = _agreed(rights.splitDigest(split_), _ownersOf(id));
    }

    function _splitCall(uint256 id) private view returns (bytes memory) {
        (Split memory split_, Consent[] memory given) = _agreedSplit(id);
        return abi.encodeCall(rights.split, (split_, given));
    }

    // Choices

    function _fileAnew(Measure measure, bytes32 target) private {
        _withdrawPending(measure, target);
        _file(_filing(measure, target));
    }

    function _randomBox(uint256 seed) private pure returns (Scope memory) {
        return Scope({
            rights: uint16((seed & 0x1fff) | 5),
            territories: (seed >> 1) | 3,
            languages: uint128(seed >> 17) | 9,
            media: uint32(seed >> 43) | 6,
            from: uint32(TODAY + (seed >> 71) % 100),
            until: uint32(TODAY + 110 + (seed >> 83) % 1000)
        });
    }

    function _somebody(uint256 seed) private view returns (address) {
        return people[(seed >> 100) % people.length];
    }

    function _several(uint256 seed) private view returns (Ownership memory ownership) {
        uint256 length = 1 + (seed >> 110) % people.length;
        ownership = Ownership(new address[](length), new uint32[](length));
        for (uint256 i = 0; i < length; ++i) {
            ownership.owners[i] = people[(i + (seed >> 120)) % people.length];
            ownership.parts[i] = uint32(1 + (seed >> (130 + 8 * i)) % 100);
        }
    }

    /// @dev The last works most: there the most happens.
    function _workOf(uint256 seed) private view returns (bytes32) {
        uint256 length = workIds.length;
        return workIds[length - 1 - (seed >> 128) % (length < 3 ? length : 3)];
    }

    function _liveEstate(uint256 seed) private view returns (uint256) {
        uint256[] storage ids = live[_workOf(seed)];
        return ids[(seed >> 140) % ids.length];
    }

    /// @dev One of a work that does not have too many.
    function _estateToCut(uint256 seed) private returns (uint256) {
        return live[_workOf(seed)].length > MANY ? _newClaim(seed) : _liveEstate(seed);
    }

    /// @dev One that has another ownership.
    function _estateFor(uint256 seed, Ownership memory ownership) private returns (uint256 id) {
        id = _liveEstate(seed);
        if (lastOwnership[id] != keccak256(abi.encode(ownership.owners, ownership.parts))) return id;
        Ownership memory other = _of(ownership.owners[0]);
        other.parts[0] = ownership.parts[0] + 1;
        _assign(_assignmentOf(id, other), _both(_ownersOf(id), other.owners));
        _assigned(id, other);
    }

    function _both(address[] memory first, address[] memory second) private pure returns (address[] memory both) {
        both = new address[](first.length + second.length);
        uint256 length = 0;
        for (uint256 i = 0; i < first.length + second.length; ++i) {
            address one = i < first.length ? first[i] : second[i - first.length];
            bool known = false;
            for (uint256 j = 0; j < length; ++j) {
                known = known || both[j] == one;
            }
            if (!known) both[length++] = one;
        }
        assembly ("memory-safe") {
            mstore(both, length)
        }
    }

    function worksOf() external view returns (bytes32[] memory) {
        return workIds;
    }

    function estatesOf(bytes32 workId) external view returns (uint256[] memory living, uint256[] memory ever) {
        return (live[workId], all[workId]);
    }

    /// @return ids Of the estates of the last act, and their `boxes`.
    function estatesChanged() external view returns (uint256[] memory ids, Scope[] memory boxes) {
        ids = changed;
        boxes = new Scope[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            boxes[i] = rights.estate(ids[i]).scope;
        }
    }

    function claimsOf(bytes32 workId) external view returns (Scope[] memory) {
        return claimedBoxes[workId];
    }

    function contracts() external view returns (address, address, address) {
        return (address(ledger), address(rights), grantsAt);
    }
}
