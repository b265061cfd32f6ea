// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grant, GrantAmendment, GrantKind, Ground, IGrants, Offer, Termination} from "../interfaces/IGrants.sol";
import {Measure} from "../interfaces/IOrders.sol";
import {Alone, Assignment, Axis, Claim, Ownership, Scope} from "../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {RightsReplay} from "./RightsReplay.sol";

/// @notice Everything that is done to rights, in a small world where boxes often meet. Each act is so prepared that it must
/// succeed; what a model says must be refused is tried too, and must be.
contract RightsHandler is RightsReplay {
    /// @dev What the views said of the grants of one day, before it was over.
    struct Snapshot {
        uint32 day;
        uint256 first;
        uint256 length;
        bytes32 digest;
    }

    /// @dev What the records say of a grant.
    struct Known {
        bytes32 grantId;
        Licence licence;
        Scope scope;
        uint32 until;
        bool open;
    }

    uint256 public constant ACTIONS = 19;
    /// @dev A work with more grants than this is left alone.
    uint256 private constant CROWD = 40;
    /// @dev As many of the latest grants are looked at each day.
    uint256 private constant LOOKED_AT = 25;

    uint256 public clock;
    uint256[ACTIONS] public done;
    uint256 public refusals;

    address[] private _people;
    Snapshot[] private _snapshots;
    /// @dev At which points two clashed when the later was recorded.
    mapping(bytes32 pair => Scope) private _conflicting;
    uint256 private _made;

    function setUp() public override {
        super.setUp();
        clock = vm.getBlockTimestamp();
        address[5] memory people = [ann, ben, cleo, dora, emil];
        for (uint256 i = 0; i < 5; ++i) {
            _people.push(people[i]);
        }
        vm.recordLogs();
        _newEstate(0);
        _followRights();
    }

    /// @notice One act, chosen by the seed.
    function act(uint256 seed) external {
        perform(uint256(keccak256(abi.encode("which", seed))) % ACTIONS, uint256(keccak256(abi.encode(seed))));
    }

    function perform(uint256 which, uint256 seed) public {
        clock += 1;
        vm.warp(clock);
        vm.recordLogs();
        delete changed;
        if (which < 6) _grantsAct(which, seed);
        else if (which < 10) _estatesAct(which, seed);
        else _endsAct(which, seed);
        _followRights();
        clock = vm.getBlockTimestamp();
        ++done[which];
    }

    function _grantsAct(uint256 which, uint256 seed) private {
        if (which == 0) _newEstate(seed);
        else if (which < 3) _newGrant(seed);
        else if (which == 3) _newSublicence(seed);
        else if (which == 4) _grantAlone(seed);
        else _recordOlder(seed);
    }

    function _estatesAct(uint256 which, uint256 seed) private {
        if (which == 6) _divide(_anEstate(seed), seed);
        else if (which == 7) _join(seed);
        else if (which == 8) _giveAway(seed);
        else _giveAwayByOrder(seed);
    }

    function _endsAct(uint256 which, uint256 seed) private {
        if (which == 10) _endTogether(seed);
        else if (which == 11) _endAlone(seed);
        else if (which == 12) _terminateByOrder(_aGrant(seed));
        else if (which == 13) _giveUp(seed);
        else if (which == 14) _enterAnew(seed);
        else if (which == 15) _holdAndRelease(seed);
        else if (which == 16) _prune(seed);
        else if (which == 17) _letTimePass(seed);
        else _attack(seed);
    }

    // Estates

    /// @dev A claim to a new work, which comes last.
    function _newEstate(uint256 seed) private returns (uint256 estateId) {
        estateId = _claimed(_aClaim(seed));
        _followRights();
    }

    function _aClaim(uint256 seed) private returns (Claim memory claim_) {
        novel = _work(WorkKind.Publication, keccak256(abi.encode("novel", ++_made)));
        claim_ = _claimOf(_box(3, 7, 3, 3, TODAY - 10, type(uint32).max), _ownership(seed));
        claim_.alone = Alone(60, 1000);
        claim_.backlogUntil = _today() + 100;
    }

    /// @dev A new work, claimed in two halves with days between, and joined. The later claim does not put off the backlog.
    function _claimInTwo(uint256 seed) private returns (uint256 estateId) {
        Claim memory claim_ = _aClaim(seed);
        uint256[] memory halves = new uint256[](2);
        claim_.scope.rights = 1;
        halves[0] = _claimed(claim_);
        _followRights();
        vm.warp(vm.getBlockTimestamp() + 1 days + (seed >> 30) % 9 days);
        (claim_.scope.rights, claim_.deadline) = (2, uint64(vm.getBlockTimestamp() + 1 days));
        claim_.backlogUntil += 1;
        _fails(abi.encodeCall(this.claimAgain, (claim_)));
        claim_.backlogUntil -= 1;
        halves[1] = _claimed(claim_);
        _followRights();
        if (seed & 4 == 0) (halves[0], halves[1]) = (halves[1], halves[0]);
        estateId = _merge(_mergeOf(halves, Axis.Rights));
        _followRights();
    }

    function claimAgain(Claim memory claim_) external {
        _claimed(claim_);
    }

    function _ownership(uint256 seed) private view returns (Ownership memory ownership) {
        uint256 count = 1 + ((seed >> 8) & 0xff) % 3;
        ownership = Ownership(new address[](count), new uint32[](count));
        for (uint256 i = 0; i < count; ++i) {
            (ownership.owners[i], ownership.parts[i]) = (_people[(seed + i) % 5], uint32(1 + (seed >> 16) % 7));
        }
    }

    /// @dev A live one that is not over, of a work that is not crowded.
    function _anEstate(uint256 seed) private returns (uint256) {
        for (uint256 i = 0; i < 4; ++i) {
            bytes32 workId = works_[(seed >> (8 * i)) % works_.length];
            uint256[] storage list = estatesOf[workId];
            uint256 estateId = list[(seed >> 64) % list.length];
            bool crowded = siblingsOf[workId].length > CROWD || list.length > 12;
            if (!crowded && boxes[estateId].scope.until > _today()) return estateId;
        }
        return _newEstate(seed);
    }

    function _divide(uint256 estateId, uint256 seed) private returns (Axis axis, uint256[] memory parts) {
        Scope memory scope = boxes[estateId].scope;
        axis = Axis((seed >> 32) % 5);
        uint256 mask = axis == Axis.Time ? 0 : Scopes.mask(scope, axis);
        while (axis != Axis.Time && mask & (mask - 1) == 0) {
            axis = Axis(uint8(axis) + 1);
            if (axis != Axis.Time) mask = Scopes.mask(scope, axis);
        }
        uint32 from = scope.from > _today() ? scope.from : _today();
        if (axis == Axis.Time && scope.until <= from + 1) return _divide(_newEstate(seed), seed);
        // One that has a day left is cut along a mask too.
        uint32 longest = scope.until > from + 1 ? scope.until - from - 1 : 1;
        uint32 day = from + 1 + uint32((seed >> 40) % (longest > 30 ? 30 : longest));
        if (axis == Axis.Time && day >= scope.until) day = scope.until - 1;
        parts = _split(_splitOf(estateId, axis, axis == Axis.Time ? _cuts(day) : _halves(mask)));
        _followRights();
    }

    /// @dev Two halves of what is divided for it, one of which may have been granted of meanwhile.
    function _join(uint256 seed) private {
        (Axis axis, uint256[] memory parts) = _divide(_newEstate(seed), seed);
        if (seed & 1 == 0) {
            _grant(
                _offer(parts[0], _other(seed, parts[0]), GrantKind.NonExclusive, _within(boxes[parts[0]].scope, seed))
            );
        }
        _merge(_mergeOf(parts, axis));
    }

    function _giveAway(uint256 seed) private {
        uint256 estateId = _anEstate(seed);
        Assignment memory assignment = _assignmentOf(estateId, _ownership(seed >> 8));
        if (_isOwnership(estateId, assignment.ownership)) assignment.ownership = _ownership((seed >> 8) + 1);
        address[] memory parties = _ownersOf(estateId);
        for (uint256 i = 0; i < assignment.ownership.owners.length; ++i) {
            parties = _with(parties, assignment.ownership.owners[i]);
        }
        _assign(assignment, parties);
    }

    function _giveAwayByOrder(uint256 seed) private {
        uint256 estateId = _anEstate(seed);
        Ownership memory ownership = _ownership(seed >> 8);
        if (_isOwnership(estateId, ownership)) ownership = _ownership((seed >> 8) + 1);
        _file(_filing(Measure.Assign, rights.assignmentTarget(estateId, ownership)));
        vm.prank(executor);
        rights.assignByOrder(estateId, ownership);
    }

    function _isOwnership(uint256 estateId, Ownership memory ownership) private view returns (bool) {
        return rights.estate(estateId).ownership == keccak256(abi.encode(ownership.owners, ownership.parts));
    }

    // Grants

    function _newGrant(uint256 seed) private returns (bytes32) {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 estateId = _anEstate(seed >> i);
            Scope memory scope = _within(boxes[estateId].scope, seed >> (8 * i));
            GrantKind kind = GrantKind(1 + (seed >> 100) % 3);
            Offer memory offer = _offer(estateId, _other(seed, estateId), kind, scope);
            if (_isFree(offer, boxes[estateId].workId)) return _carryOut(offer);
        }
        return _fresh(seed);
    }

    /// @dev The first grant of a work.
    function _fresh(uint256 seed) private returns (bytes32) {
        uint256 estateId = _newEstate(seed);
        Scope memory scope = _within(boxes[estateId].scope, seed);
        return _carryOut(_offer(estateId, _other(seed, estateId), GrantKind.Exclusive, scope));
    }

    function _newSublicence(uint256 seed) private returns (bytes32) {
        bytes32 parentId = _aParent(seed);
        Licence storage parent = licences[parentId];
        for (uint256 i = 0; i < 2; ++i) {
            Scope memory outer = _scopeOf(parentId);
            outer.until = _endOf(parentId);
            uint8 weakest = uint8(parent.kind) + uint8((seed >> (90 + i)) % (4 - uint8(parent.kind)));
            address licensee = _personBut(seed >> i, parent.licensee);
            Offer memory offer = _sublicence(parentId, licensee, GrantKind(weakest), _within(outer, seed >> (8 * i)));
            if (_isFree(offer, parentId)) return _carryOut(offer);
        }
        return _newGrant(seed);
    }

    function _grantAlone(uint256 seed) private {
        // Of two, and a third is the licensee.
        seed = (seed & ~uint256(0xff00)) | 0x100;
        uint256 estateId = _newEstate(seed);
        Scope memory scope = _within(boxes[estateId].scope, seed);
        if (scope.from < _today()) scope.from = _today();
        if (scope.until - scope.from > 60) scope.until = scope.from + 60;
        address[] memory owners = _ownersOf(estateId);
        Offer memory offer = _offer(estateId, _people[(seed + 4) % 5], GrantKind.NonExclusive, scope);
        offer.sublicensable = false;
        _grantBy(offer, _parties(owners[seed % 2], offer.licensee));
    }

    /// @dev A contract of before the claim: whatever it clashes with is counted, and remembered. One of its day is none.
    function _recordOlder(uint256 seed) private {
        (uint256 estateId, bool found) = _olderEstate(seed);
        if (!found || seed & 0x700 == 0) estateId = seed & 0x100 == 0 ? _claimInTwo(seed) : _newEstate(seed);
        bytes32 workId = boxes[estateId].workId;
        Offer memory offer = _offer(
            estateId, _other(seed, estateId), GrantKind(1 + (seed >> 100) % 3), _within(boxes[estateId].scope, seed)
        );
        offer.signedOn = claimedOnOf[estateId];
        _fails(abi.encodeCall(this.grantOut, (offer)));
        offer.signedOn -= 1 + uint32((seed >> 40) % 9);
        bytes32[] memory clashing = _clashing(workId, GrantKind(offer.kind), offer.scope, 0);
        bytes32 grantId = _carryOut(offer);
        _remember(grantId, clashing);
        require(grants.getGrant(grantId).conflicts == clashing.length, "conflicts were counted wrongly");
    }

    function _olderEstate(uint256 seed) private view returns (uint256 estateId, bool found) {
        bytes32 workId = works_[seed % works_.length];
        uint256[] storage list = estatesOf[workId];
        estateId = list[(seed >> 64) % list.length];
        found = backlogOf[workId] > _today() && boxes[estateId].scope.until > _today()
            && siblingsOf[workId].length <= CROWD;
    }

    function _remember(bytes32 grantId, bytes32[] memory clashing) private {
        for (uint256 i = 0; i < clashing.length; ++i) {
            _conflicting[_pair(grantId, clashing[i])] = _common(_scopeOf(grantId), _scopeOf(clashing[i]));
        }
    }

    /// @dev Whether nothing shuts it out: the model says so, and the contract agrees.
    function _isFree(Offer memory offer, bytes32 level) private returns (bool free) {
        bytes32[] memory clashing = _clashing(level, GrantKind(offer.kind), offer.scope, 0);
        free = clashing.length == 0;
        try grants.requireGrant(offer) {
            require(free, "a clash was not seen");
        } catch (bytes memory reason) {
            require(bytes4(reason) == IGrants.GrantClashes.selector, "refused for another reason");
            bytes32 named = bytes32(_word(reason, 0) << 32) | bytes32(_word(reason, 1) >> 224);
            require(_has(clashing, named), "a clash was seen where there is none");
            ++refusals;
        }
    }

    function _carryOut(Offer memory offer) private returns (bytes32 grantId) {
        grantId = _grant(offer);
        _followRights();
    }

    /// @dev By the model: the siblings in the lists that meet the box and shut each other out.
    function _clashing(bytes32 level, GrantKind kind, Scope memory scope, bytes32 but)
        private
        view
        returns (bytes32[] memory clashing)
    {
        bytes32[] storage all = siblingsOf[level];
        clashing = new bytes32[](all.length);
        uint256 length;
        for (uint256 i = 0; i < all.length; ++i) {
            Licence storage other = licences[all[i]];
            if (!other.listed || all[i] == but || !_shutsOut(kind, other.kind)) continue;
            if (_meet(_scopeOf(all[i]), scope)) clashing[length++] = all[i];
        }
        assembly ("memory-safe") {
            mstore(clashing, length)
        }
    }

    // What ends, and what is entered otherwise

    function _endTogether(uint256 seed) private {
        bytes32 grantId = _aGrant(seed);
        _terminate(_ending(grantId, Ground.Agreement, _lastDay(grantId, seed)));
    }

    function _endAlone(uint256 seed) private {
        uint256 estateId = _newEstate(seed);
        Offer memory offer =
            _offer(estateId, _other(seed, estateId), GrantKind.Exclusive, _within(boxes[estateId].scope, seed));
        offer.scope.until = type(uint32).max;
        (offer.noticeDays, offer.conditions) = seed & 1 == 0 ? (uint16(30), bytes32(0)) : (uint16(0), bytes32("c"));
        bytes32 grantId = _carryOut(offer);
        _divide(estateId, seed);
        _terminate(_ending(grantId, Ground.Condition, _today() + (seed & 1 == 0 ? 30 : 0)));
    }

    function _giveUp(uint256 seed) private {
        bytes32 grantId = _aGrant(seed);
        _surrender(_surrenderOf(grantId, _lastDay(grantId, seed)));
    }

    function _ending(bytes32 grantId, Ground ground, uint32 until)
        private
        view
        returns (Termination memory termination)
    {
        termination = _terminationOf(grantId, ground, until);
        termination.estateIds = _meeting(grantId, _scopeOf(grantId));
    }

    function _lastDay(bytes32 grantId, uint256 seed) private view returns (uint32) {
        uint32 ahead = _endOf(grantId) - _today();
        return _today() + uint32((seed >> 50) % (ahead > 40 ? 40 : ahead));
    }

    function _enterAnew(uint256 seed) private {
        bytes32 grantId = _aGrant(seed);
        Licence storage licence = licences[grantId];
        if (licence.ended) grantId = _newGrant(seed);
        licence = licences[grantId];
        Scope memory outer = _outer(grantId);
        Scope memory next = _within(outer, seed >> 5);
        bytes32[] memory clashing = _clashing(licence.level, licence.kind, next, grantId);
        if (!_mayEnter(grantId, next, clashing)) {
            _fails(abi.encodeCall(this.amendGrant, (_amending(grantId, next))));
            grantId = _fresh(seed);
            licence = licences[grantId];
            next = _within(_outer(grantId), seed >> 7);
            clashing = new bytes32[](0);
        }
        _amendGrant(_amending(grantId, next));
        require(grants.getGrant(grantId).conflicts == clashing.length, "conflicts were counted wrongly");
    }

    function amendGrant(GrantAmendment memory amendment) external {
        _amendGrant(amendment);
    }

    /// @dev In what an amended scope must lie: the parent, or the works' whole box.
    function _outer(bytes32 grantId) private view returns (Scope memory outer) {
        bytes32 parentId = licences[grantId].parentId;
        if (parentId == 0) return _box(3, 7, 3, 3, TODAY - 10, type(uint32).max);
        outer = _scopeOf(parentId);
        outer.until = _endOf(parentId);
    }

    function _mayEnter(bytes32 grantId, Scope memory next, bytes32[] memory clashing) private view returns (bool) {
        Scope memory before = _scopeOf(grantId);
        for (uint256 i = 0; i < clashing.length; ++i) {
            if (!_liesIn(_common(_scopeOf(clashing[i]), next), before)) return false;
        }
        bytes32[] storage below = siblingsOf[grantId];
        for (uint256 i = 0; i < below.length; ++i) {
            if (licences[below[i]].listed && !_liesIn(_scopeOf(below[i]), next)) return false;
        }
        return true;
    }

    /// @dev Whether what is left of the inner is in the outer.
    function _liesIn(Scope memory inner, Scope memory outer) private view returns (bool) {
        if (inner.until <= _today()) return true;
        bool masks = (inner.rights | outer.rights) == outer.rights
            && (inner.territories | outer.territories) == outer.territories
            && (inner.languages | outer.languages) == outer.languages && (inner.media | outer.media) == outer.media;
        bool begun = inner.from >= outer.from || outer.from <= _today();
        return masks && begun && inner.until <= outer.until;
    }

    function _amending(bytes32 grantId, Scope memory next) private view returns (GrantAmendment memory amendment) {
        amendment = _grantAmendmentOf(grantId, next);
        amendment.estateIds = _meeting(grantId, next);
    }

    /// @dev The live estates of the work that meet either reading, ascending; none for a sub-licence.
    function _meeting(bytes32 grantId, Scope memory next) private view returns (uint256[] memory found) {
        Licence storage licence = licences[grantId];
        if (licence.parentId != 0) return found;
        uint256[] storage list = estatesOf[licence.workId];
        found = new uint256[](list.length);
        uint256 length;
        for (uint256 i = 0; i < list.length; ++i) {
            Scope memory scope = boxes[list[i]].scope;
            if (!_meet(scope, next) && !_meet(scope, _scopeOf(grantId))) continue;
            uint256 place = length++;
            for (; place != 0 && found[place - 1] > list[i]; --place) {
                found[place] = found[place - 1];
            }
            found[place] = list[i];
        }
        assembly ("memory-safe") {
            mstore(found, length)
        }
    }

    // Orders, time

    function _holdAndRelease(uint256 seed) private {
        bytes32 grantId = _aGrant(seed);
        _holdGrant(grantId);
        uint32 until = _lastDay(grantId, seed);
        _fails(abi.encodeCall(this.endTogether, (grantId, until)));
        _fails(abi.encodeCall(this.giveUp, (grantId, until)));
        _fails(abi.encodeCall(this.amendGrant, (_amending(grantId, _scopeOf(grantId)))));
        _file(_filing(Measure.Release, _grantSubject(grantId)));
        vm.prank(executor);
        grants.release(grantId);
        uint256 estateId = _anEstate(seed);
        _holdEstate(estateId);
        Scope memory scope = _within(boxes[estateId].scope, seed);
        _fails(abi.encodeCall(this.grantOut, (_offer(estateId, _other(seed, estateId), GrantKind.NonExclusive, scope))));
        _file(_filing(Measure.Release, _estateSubject(estateId)));
        vm.prank(executor);
        rights.release(estateId);
    }

    function _prune(uint256 seed) private {
        bytes32 level = works_[seed % works_.length];
        if (ids.length != 0 && seed & 512 == 0) level = licences[ids[(seed >> 10) % ids.length]].level;
        _change(licences[siblingsOf[level].length == 0 ? bytes32(0) : siblingsOf[level][0]].workId);
        uint256 most = 1 + (seed >> 20) % 10;
        (uint256 excluding, uint256 others) = grants.liveCounts(level);
        grants.prune(level, most);
        (uint256 excludingLeft, uint256 othersLeft) = grants.liveCounts(level);
        uint256 forgotten = excluding + others - excludingLeft - othersLeft;
        uint256 stale;
        bytes32[] storage all = siblingsOf[level];
        for (uint256 i = 0; i < all.length; ++i) {
            Licence storage one = licences[all[i]];
            if (!one.listed || _scopeOf(all[i]).until > _today()) continue;
            ++stale;
            // Which of them are kept when not all are forgotten, storage tells.
            if (_placeOf(all[i]) == 0) one.listed = false;
        }
        require(forgotten == (stale < most ? stale : most), "too much was forgotten, or too little");
    }

    /// @dev Where it is in its list, from 1; the sixteen bits after `heldUntil` and `conflicts`, in the seventh word.
    function _placeOf(bytes32 grantId) private view returns (uint256) {
        bytes32 slot = keccak256(abi.encode(grantId, uint256(0)));
        return uint16(uint256(vm.load(address(grants), bytes32(uint256(slot) + 6))) >> 96);
    }

    function _letTimePass(uint256 seed) private {
        _snapshots.push(_look());
        vm.warp(clock + 1 days + (seed >> 30) % 9 days);
    }

    /// @dev What the views say today of the latest grants.
    function _look() private view returns (Snapshot memory) {
        uint256 first = ids.length > LOOKED_AT ? ids.length - LOOKED_AT : 0;
        bytes32 digest;
        for (uint256 i = first; i < ids.length; ++i) {
            Grant memory grant = grants.getGrant(ids[i]);
            bool lives = grant.scope.from <= _today() && _today() < grants.liveUntil(ids[i]);
            digest = keccak256(abi.encode(digest, ids[i], lives));
        }
        return Snapshot(_today(), first, ids.length, digest);
    }

    /// @notice The same, of every day that was looked at, out of the records alone.
    function requirePast() external view {
        for (uint256 i = 0; i < _snapshots.length; ++i) {
            Snapshot storage snapshot = _snapshots[i];
            bytes32 digest;
            for (uint256 j = snapshot.first; j < snapshot.length; ++j) {
                digest = keccak256(abi.encode(digest, ids[j], _inForceOn(ids[j], snapshot.day)));
            }
            require(digest == snapshot.digest, "the past was rewritten");
        }
    }

    // What must fail

    function _attack(uint256 seed) private {
        bytes32 grantId = _newSublicence(seed);
        Scope memory outer = _scopeOf(grantId);
        Licence storage licence = licences[grantId];
        address other = _personBut(seed, licence.licensee);
        Offer memory offer = _sublicence(grantId, other, GrantKind.NonExclusive, outer);
        if (licence.kind == GrantKind.NonExclusive) {
            offer.kind = uint8(GrantKind.Sole);
            _fails(abi.encodeCall(this.grantOut, (offer)));
            offer.kind = uint8(GrantKind.NonExclusive);
        }
        offer.scope.media = 4;
        _fails(abi.encodeCall(this.grantOut, (offer)));
        offer.scope = outer;
        offer.scope.from -= 1;
        _fails(abi.encodeCall(this.grantOut, (offer)));
        if (outer.until != type(uint32).max) {
            (offer.scope.from, offer.scope.until) = (outer.from + 1, outer.until + 1);
            _fails(abi.encodeCall(this.grantOut, (offer)));
        }
        _fails(abi.encodeCall(this.endTogether, (grantId, _today() - 1)));
        _fails(abi.encodeCall(this.giveUp, (grantId, _today() - 1)));
        _fails(abi.encodeCall(this.giveUp, (grantId, _endOf(grantId))));
        // An order that was executed does not serve again.
        _terminateByOrder(grantId);
        vm.prank(executor);
        (bool again,) = address(grants).call(abi.encodeCall(grants.terminateByOrder, (grantId, "again")));
        require(!again, "an order served twice");
        _followRights();
        _fails(abi.encodeCall(this.giveUp, (grantId, _today())));
    }

    function grantOut(Offer memory offer) external {
        _grant(offer);
    }

    function endTogether(bytes32 grantId, uint32 until) external {
        _terminate(_ending(grantId, Ground.Agreement, until));
    }

    function giveUp(bytes32 grantId, uint32 until) external {
        _surrender(_surrenderOf(grantId, until));
    }

    function _fails(bytes memory data) private {
        _followRights();
        (bool succeeded,) = address(this).call(data);
        // Logs of what was undone are recorded too.
        vm.getRecordedLogs();
        require(!succeeded, string.concat("what must fail succeeded: ", vm.toString(data)));
        ++refusals;
    }

    // What helps

    /// @dev A grant that is in force or will be.
    function _aGrant(uint256 seed) private returns (bytes32) {
        for (uint256 i = 0; i < 6 && ids.length != 0; ++i) {
            bytes32 grantId = ids[(seed >> (8 * i)) % ids.length];
            if (_isOpen(grantId) && _endOf(grantId) > _today()) return grantId;
        }
        return _newGrant(seed);
    }

    function _aParent(uint256 seed) private returns (bytes32 grantId) {
        for (uint256 i = 0; i < 6 && ids.length != 0; ++i) {
            grantId = ids[(seed >> (8 * i)) % ids.length];
            Licence storage licence = licences[grantId];
            bool room = licence.sublicensable && licence.depth < 8 && siblingsOf[grantId].length <= CROWD;
            if (room && _isOpen(grantId)) return grantId;
        }
        return _newGrant(seed);
    }

    function _other(uint256 seed, uint256 estateId) private view returns (address) {
        return _personBut(seed, _ownersOf(estateId)[0]);
    }

    function _personBut(uint256 seed, address but) private view returns (address) {
        address person = _people[(seed >> 120) % 5];
        return person == but ? _people[((seed >> 120) + 1) % 5] : person;
    }

    /// @dev Something of a box, of which something is left.
    function _within(Scope memory outer, uint256 seed) private view returns (Scope memory scope) {
        scope = _box(
            uint16(_some(outer.rights, seed)),
            _some(outer.territories, seed >> 16),
            uint128(_some(outer.languages, seed >> 32)),
            uint32(_some(outer.media, seed >> 48)),
            outer.from,
            outer.until
        );
        uint32 today = _today();
        uint32 begun = outer.from > today ? outer.from : today;
        uint32 ahead = outer.until - begun;
        if (seed & 3 != 0) scope.from = begun + uint32((seed >> 64) % (ahead > 12 ? 12 : ahead));
        ahead = outer.until - (scope.from > today ? scope.from : today);
        if (seed & 12 != 0) {
            scope.until =
                (scope.from > today ? scope.from : today) + 1 + uint32((seed >> 80) % (ahead > 25 ? 25 : ahead));
        }
    }

    function _some(uint256 mask, uint256 seed) private pure returns (uint256 some) {
        some = mask & seed;
        if (some == 0) some = mask;
    }

    function _box(uint16 rights_, uint256 territories, uint128 languages, uint32 media, uint32 from, uint32 until)
        private
        pure
        returns (Scope memory)
    {
        return Scope(rights_, territories, languages, media, from, until);
    }

    function _common(Scope memory a, Scope memory b) private pure returns (Scope memory) {
        return Scope({
            rights: a.rights & b.rights,
            territories: a.territories & b.territories,
            languages: a.languages & b.languages,
            media: a.media & b.media,
            from: a.from > b.from ? a.from : b.from,
            until: a.until < b.until ? a.until : b.until
        });
    }

    function _has(bytes32[] memory list, bytes32 one) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == one) return true;
        }
        return false;
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    // What invariants ask

    /// @notice Whether each point at which two meet was recorded as one at which they clash.
    function conflicting(bytes32 a, bytes32 b) external view returns (bool) {
        return _liesIn(_common(_scopeOf(a), _scopeOf(b)), _conflicting[_pair(a, b)]);
    }

    function worksChanged() external view returns (bytes32[] memory) {
        return changed;
    }

    function allWorks() external view returns (bytes32[] memory) {
        return works_;
    }

    function grantsOf(bytes32 workId) external view returns (bytes32[] memory) {
        return idsOf[workId];
    }

    function siblings(bytes32 level) external view returns (bytes32[] memory) {
        return siblingsOf[level];
    }

    function liveEstates(bytes32 workId) external view returns (uint256[] memory) {
        return estatesOf[workId];
    }

    function boxOf(uint256 estateId) external view returns (Scope memory) {
        return boxes[estateId].scope;
    }

    function known(bytes32 grantId) external view returns (Known memory) {
        return Known(grantId, licences[grantId], _scopeOf(grantId), _endOf(grantId), _isOpen(grantId));
    }

    function contracts() external view returns (address, address) {
        return (address(rights), address(grants));
    }
}
