// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "./Recorder.sol";
import {Subjects} from "./Subjects.sol";
import {Consent, IConsents} from "./interfaces/IConsents.sol";
import {
    Grant,
    GrantAmendment,
    GrantKind,
    GrantStatus,
    Ground,
    IGrants,
    Offer,
    Surrender,
    Termination
} from "./interfaces/IGrants.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "./interfaces/IOrders.sol";
import {IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";
import {Estate, EstateStatus, IRightsRegistry, Scope, WorkRights} from "./interfaces/IRightsRegistry.sol";
import {RightsIntents} from "./rights/RightsIntents.sol";
import {Scopes} from "./rights/Scopes.sol";
import {Sibling, Siblings} from "./rights/Siblings.sol";

/// @title What was granted to whom
/// @dev Siblings are kept by level: the work for grants of estates, the parent for sub-licences. A level has two lists, since
/// one that is not exclusive clashes only with those that are.
contract Grants is IGrants, Recorder {
    using Siblings for Sibling[];

    /// @dev The box as `Scopes.pack` makes it. `place` counts from 1; 0: in no list any more.
    struct GrantData {
        address licensee;
        GrantStatus status;
        GrantKind kind;
        bool sublicensable;
        uint8 depth;
        uint32 revision;
        uint32 signedOn;
        uint256 first;
        uint256 territories;
        bytes32 workId;
        /// @dev The estate where `depth` is 0, else the parent.
        bytes32 origin;
        bytes32 agreement;
        uint64 heldUntil;
        uint32 conflicts;
        uint16 place;
        uint16 noticeDays;
        bytes32 conditions;
        bytes32 holdOrder;
    }

    struct Level {
        Sibling[] excluding;
        Sibling[] others;
    }

    /// @dev What an offer is measured by.
    struct Origin {
        bytes32 workId;
        bytes32 level;
        uint8 depth;
        address[] grantors;
    }

    /// @dev What clashes are looked for: a box from today on, and the box it was before, within which they are no news.
    struct Search {
        bytes32 grantId;
        Scope next;
        Scope before;
        bool recorded;
    }

    /// @notice How many siblings are searched for clashes, at most; who ran out can be pruned.
    uint256 public constant MOST_LIVE = 1000;
    /// @notice How many ancestors a sub-licence has, at most.
    uint8 public constant DEEPEST = 8;

    IIdentityRegistry public immutable identities;
    IOrders public immutable orders;
    IConsents public immutable consents;
    IRightsRegistry public immutable rights;

    mapping(bytes32 grantId => GrantData) private _grants;
    mapping(bytes32 level => Level) private _levels;
    /// @dev How many grants of an estate a co-owner gave alone.
    mapping(uint256 estateId => mapping(address owner => uint16)) private _alone;

    // The contracts called are those of the construction, and none calls back; foreign code runs in a static call (ERC-1271).
    // Estates that an act names are asked one by one.
    // slither-disable-start reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return,calls-loop

    constructor(
        IProvenanceLedger ledger_,
        IIdentityRegistry identities_,
        IOrders orders_,
        IConsents consents_,
        IRightsRegistry rights_
    ) Recorder(ledger_) {
        identities = identities_;
        orders = orders_;
        consents = consents_;
        rights = rights_;
    }

    /// @inheritdoc IGrants
    function grant(Offer calldata offer, Consent[] calldata consents_) external returns (bytes32 grantId) {
        bytes32 structHash = RightsIntents.offer(offer);
        // First: an offer that was carried out already is told apart from one that cannot be.
        grantId = _requireNew(structHash);
        _requireWellFormed(offer);
        Origin memory origin = _touch(offer, consents_);
        uint32 conflicts = _judge(offer, origin);
        address[] memory parties = _with(origin.grantors, offer.licensee);
        (, uint256 assents) = _take(structHash, origin.workId, offer.deadline, parties, consents_);
        _store(grantId, offer, origin, conflicts);
        _recordGranted(grantId, offer, parties, assents);
    }

    /// @inheritdoc IGrants
    function surrender(Surrender calldata surrender_, Consent[] calldata consents_) external {
        bytes32 grantId = surrender_.grantId;
        GrantData storage grant_ = _open(grantId, surrender_.revision);
        _requireEnd(grantId, surrender_.until);
        address[] memory parties = _single(grant_.licensee);
        (bytes32 intent, uint256 assents) =
            _take(RightsIntents.surrender(surrender_), grant_.workId, surrender_.deadline, parties, consents_);
        _end(grantId, grant_, surrender_.until);
        _recordGrant(
            GrantSurrendered.selector,
            grantId,
            _subjects(_about(grantId, grant_), parties),
            abi.encode(grantId, surrender_.until, intent, assents)
        );
    }

    /// @inheritdoc IGrants
    function terminate(Termination calldata termination, Consent[] calldata consents_) external {
        bytes32 grantId = termination.grantId;
        GrantData storage grant_ = _open(grantId, termination.revision);
        _requireReason(termination.reason);
        bool alone = termination.ground == uint8(Ground.Condition);
        if (!alone && termination.ground != uint8(Ground.Agreement)) revert OfferMalformed("ground");
        _requireEnd(grantId, termination.until);
        if (alone) _requireCondition(grantId, grant_, termination.until);
        Scope memory left = _left(_scope(grant_));
        address[] memory grantors = _grantors(grantId, grant_, termination.estateIds, left, left);
        address[] memory parties = _with(grantors, grant_.licensee);
        (bytes32 intent, uint256 assents) = _take(
            RightsIntents.termination(termination),
            grant_.workId,
            termination.deadline,
            alone ? grantors : parties,
            consents_
        );
        _end(grantId, grant_, termination.until);
        _recordTerminated(
            grantId,
            _subjects(_about(grantId, grant_), parties),
            abi.encode(grantId, termination.ground, termination.until, bytes32(0), intent, assents, termination.reason)
        );
    }

    /// @inheritdoc IGrants
    function terminateByOrder(bytes32 grantId, string calldata reason) external {
        (bytes32 orderId,,,) = orders.consume(Measure.Terminate, _subject(grantId), msg.sender);
        GrantData storage grant_ = _inForce(grantId);
        _requireReason(reason);
        uint32 until = Scopes.today();
        _end(grantId, grant_, until);
        _recordTerminated(
            grantId,
            Subjects.list(
                _subject(grantId),
                _rightsSubject(grant_.workId),
                _party(grant_.licensee),
                Subjects.id(address(orders), orderId)
            ),
            abi.encode(grantId, Ground.Order, until, orderId, bytes32(0), 0, reason)
        );
    }

    /// @inheritdoc IGrants
    function amend(GrantAmendment calldata amendment, Consent[] calldata consents_) external {
        bytes32 grantId = amendment.grantId;
        GrantData storage grant_ = _open(grantId, amendment.revision);
        // What was ended does not come to life again.
        if (grant_.status != GrantStatus.Live) revert GrantOver(grantId);
        _requireReason(amendment.reason);
        _requireScope(amendment.scope);
        _requireWorkFree(grant_.workId);
        Scope memory next = _left(amendment.scope);
        address[] memory grantors = _grantors(grantId, grant_, amendment.estateIds, _left(_scope(grant_)), next);
        _touchAgain(grant_, amendment.estateIds, amendment.scope);
        _requireSublicencesWithin(grantId, next);
        uint32 conflicts = _conflictsAnew(grantId, grant_, next);
        address[] memory parties = _with(grantors, grant_.licensee);
        (bytes32 intent, uint256 assents) =
            _take(RightsIntents.grantAmendment(amendment), grant_.workId, amendment.deadline, parties, consents_);
        _rewrite(grant_, amendment.scope, conflicts);
        _recordGrant(
            GrantAmended.selector,
            grantId,
            _subjects(_aboutAmended(grantId, grant_, amendment.estateIds), parties),
            abi.encode(grantId, amendment.scope, conflicts, intent, assents, amendment.reason)
        );
    }

    /// @inheritdoc IGrants
    function hold(bytes32 grantId) external {
        (bytes32 orderId,, uint64 until, bytes32 corrects) = orders.consume(Measure.Hold, _subject(grantId), msg.sender);
        GrantData storage grant_ = _inForce(grantId);
        // The order of a hold in force is replaced by one that says so, never silently.
        if (corrects != grant_.holdOrder) _requireNotHeld(grantId, grant_);
        grant_.holdOrder = orderId;
        grant_.heldUntil = until;
        _recordMeasure(GrantHeld.selector, grantId, orderId, abi.encode(grantId, orderId, until));
    }

    /// @inheritdoc IGrants
    function release(bytes32 grantId) external {
        (bytes32 orderId,,,) = orders.consume(Measure.Release, _subject(grantId), msg.sender);
        GrantData storage grant_ = _known(grantId);
        if (grant_.heldUntil <= block.timestamp) revert GrantNotHeld(grantId);
        grant_.holdOrder = 0;
        grant_.heldUntil = 0;
        _recordMeasure(GrantReleased.selector, grantId, orderId, abi.encode(grantId, orderId));
    }

    /// @inheritdoc IGrants
    function prune(bytes32 level, uint256 most) external {
        uint256 left = _pruneList(_levels[level].excluding, most);
        _pruneList(_levels[level].others, left);
    }

    /// @inheritdoc IGrants
    function requireGrant(Offer calldata offer) external view {
        _requireNew(RightsIntents.offer(offer));
        _requireWellFormed(offer);
        _judge(
            offer,
            offer.parentId == 0
                ? _ofEstate(offer, rights.requireTouch(offer.estateId, offer.revision))
                : _ofParent(offer)
        );
    }

    /// @inheritdoc IGrants
    function liveCounts(bytes32 level) external view returns (uint256 excluding, uint256 others) {
        return (_levels[level].excluding.length, _levels[level].others.length);
    }

    /// @inheritdoc IGrants
    function offerDigest(Offer calldata offer) external view returns (bytes32) {
        return consents.digest(RightsIntents.offer(offer));
    }

    /// @inheritdoc IGrants
    function surrenderDigest(Surrender calldata surrender_) external view returns (bytes32) {
        return consents.digest(RightsIntents.surrender(surrender_));
    }

    /// @inheritdoc IGrants
    function terminationDigest(Termination calldata termination) external view returns (bytes32) {
        return consents.digest(RightsIntents.termination(termination));
    }

    /// @inheritdoc IGrants
    function amendmentDigest(GrantAmendment calldata amendment) external view returns (bytes32) {
        return consents.digest(RightsIntents.grantAmendment(amendment));
    }

    /// @inheritdoc IGrants
    function liveUntil(bytes32 grantId) public view returns (uint32 until) {
        GrantData storage grant_ = _grants[grantId];
        if (grant_.status == GrantStatus.None) return 0;
        uint32 from = _scope(grant_).from;
        until = uint32(grant_.first);
        for (uint8 above = grant_.depth; above != 0; --above) {
            grant_ = _grants[grant_.origin];
            if (uint32(grant_.first) < until) until = uint32(grant_.first);
        }
        if (until <= from) until = 0;
    }

    /// @inheritdoc IGrants
    function getGrant(bytes32 grantId) public view returns (Grant memory) {
        GrantData storage grant_ = _grants[grantId];
        bool sublicence = grant_.depth != 0;
        return Grant({
            status: grant_.status,
            workId: grant_.workId,
            estateId: sublicence ? 0 : uint256(grant_.origin),
            parentId: sublicence ? grant_.origin : bytes32(0),
            licensee: grant_.licensee,
            kind: grant_.kind,
            sublicensable: grant_.sublicensable,
            revision: grant_.revision,
            scope: _scope(grant_),
            noticeDays: grant_.noticeDays,
            conditions: grant_.conditions,
            agreement: grant_.agreement,
            signedOn: grant_.signedOn,
            conflicts: grant_.conflicts,
            holdOrder: grant_.holdOrder,
            heldUntil: grant_.heldUntil
        });
    }

    // What is granted

    /// @dev Where the offer comes from, which has been touched by it.
    function _touch(Offer calldata offer, Consent[] calldata consents_) private returns (Origin memory origin) {
        if (offer.parentId != 0) {
            origin = _ofParent(offer);
            ++_grants[offer.parentId].revision;
            return origin;
        }
        Estate memory estate_ = rights.touch(offer.estateId, offer.revision);
        origin = _ofEstate(offer, estate_);
        // Fewer agreed than there are parties, so one co-owner grants alone.
        if (consents_.length == 2 && _with(origin.grantors, offer.licensee).length > 2) {
            _takeQuota(offer, estate_, origin.grantors, consents_[0].party);
            origin.grantors = _single(consents_[0].party);
        }
    }

    function _takeQuota(Offer calldata offer, Estate memory estate_, address[] memory owners, address owner) private {
        uint256 estateId = offer.estateId;
        if (!_has(owners, owners.length, owner)) revert NotAlone(estateId, "owner");
        if (offer.kind != uint8(GrantKind.NonExclusive)) revert NotAlone(estateId, "kind");
        if (offer.sublicensable) revert NotAlone(estateId, "sublicensable");
        if (offer.scope.until - offer.scope.from > estate_.alone.longest) revert NotAlone(estateId, "longest");
        if (_alone[estateId][owner] >= estate_.alone.quota) revert NotAlone(estateId, "quota");
        ++_alone[estateId][owner];
    }

    function _store(bytes32 grantId, Offer calldata offer, Origin memory origin, uint32 conflicts) private {
        GrantData storage grant_ = _grants[grantId];
        grant_.licensee = offer.licensee;
        grant_.status = GrantStatus.Live;
        grant_.kind = GrantKind(offer.kind);
        grant_.sublicensable = offer.sublicensable;
        grant_.depth = origin.depth;
        grant_.revision = 1;
        grant_.signedOn = offer.signedOn;
        (grant_.first, grant_.territories) = Scopes.pack(offer.scope);
        grant_.workId = origin.workId;
        grant_.origin = offer.parentId == 0 ? bytes32(offer.estateId) : offer.parentId;
        grant_.agreement = offer.agreement;
        grant_.conflicts = conflicts;
        grant_.noticeDays = offer.noticeDays;
        if (offer.conditions != 0) grant_.conditions = offer.conditions;
        grant_.place = uint16(1 + _list(grant_).add(grant_.first, grant_.territories, grantId));
    }

    function _recordGranted(bytes32 grantId, Offer calldata offer, address[] memory parties, uint256 assents) private {
        Grant memory grant_ = getGrant(grantId);
        bytes32 from =
            offer.parentId == 0 ? Subjects.id(address(rights), bytes32(offer.estateId)) : _subject(offer.parentId);
        _record(
            Granted.selector,
            keccak256(abi.encode(grantId, grant_)),
            _subjects(Subjects.list(_subject(grantId), from, _rightsSubject(grant_.workId)), parties),
            abi.encode(
                grantId,
                grant_.workId,
                grant_.estateId,
                grant_.parentId,
                grant_.licensee,
                grant_.kind,
                grant_.sublicensable,
                grant_.scope,
                grant_.noticeDays,
                grant_.conditions,
                grant_.agreement,
                offer.agreementCid,
                grant_.signedOn,
                grant_.conflicts,
                assents
            )
        );
    }

    function _ofEstate(Offer calldata offer, Estate memory estate_) private view returns (Origin memory) {
        if (!Scopes.contains(estate_.scope, offer.scope)) revert OutsideEstate(offer.estateId);
        return Origin(estate_.workId, estate_.workId, 0, _ownersOf(offer.estateId));
    }

    function _ofParent(Offer calldata offer) private view returns (Origin memory) {
        bytes32 parentId = offer.parentId;
        GrantData storage parent = _open(parentId, offer.revision);
        if (!parent.sublicensable) revert NotSublicensable(parentId);
        if (offer.kind < uint8(parent.kind)) revert StrongerThanParent(parentId, parent.kind);
        if (parent.depth == DEEPEST) revert TooDeep(parentId);
        _requireWithin(parentId, parent, offer.scope);
        _requireWorkFree(parent.workId);
        return Origin(parent.workId, parentId, parent.depth + 1, _single(parent.licensee));
    }

    /// @dev Every rule that is left when it is known whose offer it is.
    function _judge(Offer calldata offer, Origin memory origin) private view returns (uint32 conflicts) {
        if (origin.grantors.length == 1) _requireTwo(origin.grantors[0], offer.licensee);
        bool recorded = offer.signedOn != 0;
        if (recorded) _requireBacklog(offer, origin.workId);
        Level storage level = _levels[origin.level];
        // slither-disable-next-line uninitialized-local (a box in which there is no point)
        Scope memory nothing;
        Search memory search = Search(0, _left(offer.scope), nothing, recorded);
        conflicts = _conflicts(level, GrantKind(offer.kind), search);
        if (level.excluding.length + level.others.length >= MOST_LIVE) revert GrantsReached(origin.level, MOST_LIVE);
    }

    // What ends, and what is entered otherwise

    function _end(bytes32 grantId, GrantData storage grant_, uint32 until) private {
        grant_.status = GrantStatus.Ended;
        ++grant_.revision;
        Scope memory scope = _scope(grant_);
        scope.until = until;
        (grant_.first,) = Scopes.pack(scope);
        Sibling[] storage list = _list(grant_);
        if (until > Scopes.today() && until > scope.from) list[grant_.place - 1].first = grant_.first;
        else _forget(list, grantId);
    }

    function _rewrite(GrantData storage grant_, Scope calldata scope, uint32 conflicts) private {
        ++grant_.revision;
        grant_.conflicts = conflicts;
        (grant_.first, grant_.territories) = Scopes.pack(scope);
        Sibling storage sibling = _list(grant_)[grant_.place - 1];
        sibling.first = grant_.first;
        sibling.territories = grant_.territories;
    }

    /// @dev An amendment changes what burdens the estates, or the parent: who agreed to their earlier state did not see it.
    function _touchAgain(GrantData storage grant_, uint256[] calldata estateIds, Scope calldata scope) private {
        if (grant_.depth != 0) {
            GrantData storage parent = _grants[grant_.origin];
            _requireNotHeld(grant_.origin, parent);
            _requireWithin(grant_.origin, parent, scope);
            ++parent.revision;
        }
        for (uint256 i = 0; i < estateIds.length; ++i) {
            rights.touch(estateIds[i], _estate(estateIds[i]).revision);
        }
    }

    function _forget(Sibling[] storage list, bytes32 grantId) private {
        GrantData storage grant_ = _grants[grantId];
        uint16 place = grant_.place;
        grant_.place = 0;
        bytes32 moved = list.remove(place - 1);
        if (moved != 0) _grants[moved].place = place;
    }

    /// @return left How many more may be forgotten.
    function _pruneList(Sibling[] storage list, uint256 most) private returns (uint256 left) {
        left = most;
        uint32 today = Scopes.today();
        // From the end, so that what takes a place was looked at.
        for (uint256 i = list.length; i != 0 && left != 0; --i) {
            if (uint32(list[i - 1].first) > today) continue;
            _forget(list, list[i - 1].grantId);
            --left;
        }
    }

    /// @dev Who grants it now: the owners of the live estates in which it lies, or the licensee of the parent.
    /// @param left Of the scope, and `next` of that it will have: both must lie in the estates, and each estate in one.
    function _grantors(
        bytes32 grantId,
        GrantData storage grant_,
        uint256[] calldata estateIds,
        Scope memory left,
        Scope memory next
    ) private view returns (address[] memory owners) {
        if (grant_.depth != 0) {
            if (estateIds.length != 0) revert GrantorsMismatch(grantId);
            return _single(_grants[grant_.origin].licensee);
        }
        // Live estates are disjoint: they hold all of a box if what they have of it sums to it.
        uint256 missing = Scopes.volume(left);
        uint256 missingNext = Scopes.volume(next);
        for (uint256 i = 0; i < estateIds.length; ++i) {
            Estate memory estate_ = _estate(estateIds[i]);
            uint256 share = _share(estate_, left);
            uint256 shareNext = _share(estate_, next);
            bool named = i == 0 || estateIds[i] > estateIds[i - 1];
            bool live = estate_.status == EstateStatus.Live && estate_.workId == grant_.workId;
            if (!named || !live || share + shareNext == 0) revert GrantorsMismatch(grantId);
            missing -= share;
            missingNext -= shareNext;
            owners = _union(owners, _ownersOf(estateIds[i]));
        }
        if (missing + missingNext != 0) revert GrantorsMismatch(grantId);
    }

    /// @dev Those it clashes with as amended, each at no point at which it did not clash before: an amendment records nothing
    /// new, of a contract older than the claim neither.
    function _conflictsAnew(bytes32 grantId, GrantData storage grant_, Scope memory next)
        private
        view
        returns (uint32)
    {
        Search memory search = Search(grantId, next, _scope(grant_), false);
        return _conflicts(_levels[_levelOf(grant_)], grant_.kind, search);
    }

    function _conflicts(Level storage level, GrantKind kind, Search memory search) private view returns (uint32 count) {
        count = _conflictsIn(level.excluding, search);
        if (kind != GrantKind.NonExclusive) count += _conflictsIn(level.others, search);
    }

    function _conflictsIn(Sibling[] storage list, Search memory search) private view returns (uint32 count) {
        uint256 length = list.length;
        (uint256 first, uint256 territories) = Scopes.pack(search.next);
        uint256 place = list.seek(0, first, territories);
        for (; place < length; place = list.seek(place + 1, first, territories)) {
            Sibling storage other = list[place];
            if (other.grantId == search.grantId) continue;
            (, Scope memory common) = Scopes.intersect(Scopes.unpack(other.first, other.territories), search.next);
            if (!search.recorded && !Scopes.contains(search.before, common)) revert GrantClashes(other.grantId);
            ++count;
        }
    }

    function _requireSublicencesWithin(bytes32 grantId, Scope memory next) private view {
        Level storage level = _levels[grantId];
        _requireAllWithin(level.excluding, grantId, next);
        _requireAllWithin(level.others, grantId, next);
    }

    function _requireAllWithin(Sibling[] storage list, bytes32 grantId, Scope memory next) private view {
        uint32 today = Scopes.today();
        for (uint256 i = 0; i < list.length; ++i) {
            Scope memory scope = Scopes.unpack(list[i].first, list[i].territories);
            (bool some, Scope memory left) = Scopes.onwards(scope, today);
            if (some && !Scopes.contains(next, left)) revert SublicencesOutside(grantId);
        }
    }

    // What is required

    /// @return grantId Of an offer that was not carried out yet.
    function _requireNew(bytes32 structHash) private view returns (bytes32 grantId) {
        grantId = consents.digest(structHash);
        if (_grants[grantId].status != GrantStatus.None) revert GrantKnown(grantId);
    }

    function _requireWellFormed(Offer calldata offer) private view {
        if ((offer.estateId == 0) == (offer.parentId == 0)) revert OfferMalformed("parentId");
        if (offer.licensee == address(0)) revert OfferMalformed("licensee");
        if (offer.kind == 0 || offer.kind > uint8(type(GrantKind).max)) revert OfferMalformed("kind");
        if (offer.agreement == 0) revert OfferMalformed("agreement");
        if (offer.agreementCid == 0) revert OfferMalformed("agreementCid");
        _requireScope(offer.scope);
    }

    /// @dev It names what it grants, and something is left of it.
    function _requireScope(Scope calldata scope) private view {
        Scopes.requireGrant(scope);
        if (scope.until <= Scopes.today()) revert OfferMalformed("until");
    }

    function _requireTwo(address grantor, address licensee) private view {
        if (identities.current(grantor) == identities.current(licensee)) revert SelfGrant(licensee);
    }

    /// @dev Contracts of before the claim are taken for some time after it.
    function _requireBacklog(Offer calldata offer, bytes32 workId) private view {
        uint32 until = _work(workId).backlogUntil;
        if (Scopes.today() >= until) revert BacklogClosed(workId, until);
        uint256 estateId = offer.parentId == 0 ? offer.estateId : _estateOf(offer.parentId);
        if (offer.signedOn >= rights.claimedOn(estateId)) revert OfferMalformed("signedOn");
    }

    function _requireWorkFree(bytes32 workId) private view {
        WorkRights memory work = _work(workId);
        if (work.heldUntil > block.timestamp) {
            revert IRightsRegistry.RightsUnderHold(workId, work.holdOrder, work.heldUntil);
        }
    }

    function _requireWithin(bytes32 parentId, GrantData storage parent, Scope calldata scope) private view {
        if (!Scopes.contains(_scope(parent), scope) || scope.until > liveUntil(parentId)) {
            revert OutsideParent(parentId);
        }
    }

    /// @dev Of a grant in force: today, or any later day before its present end.
    function _requireEnd(bytes32 grantId, uint32 until) private view {
        uint32 least = Scopes.today();
        uint32 most = liveUntil(grantId) - 1;
        if (until < least || until > most) revert UntilOutOfRange(until, least, most);
    }

    /// @dev On a condition at once, by notice when it is over.
    function _requireCondition(bytes32 grantId, GrantData storage grant_, uint32 until) private view {
        if (grant_.conditions != 0) return;
        if (grant_.noticeDays == 0) revert NoSuchCondition(grantId);
        uint32 earliest = Scopes.today() + grant_.noticeDays;
        if (until < earliest) revert NoticeTooShort(grantId, earliest);
    }

    function _requireNotHeld(bytes32 grantId, GrantData storage grant_) private view {
        if (grant_.heldUntil > block.timestamp) revert GrantUnderHold(grantId, grant_.holdOrder, grant_.heldUntil);
    }

    function _requireReason(string calldata reason) private pure {
        if (bytes(reason).length == 0) revert ReasonMissing();
    }

    /// @dev In force or yet to be, not held, and at that revision.
    function _open(bytes32 grantId, uint32 revision) private view returns (GrantData storage grant_) {
        grant_ = _inForce(grantId);
        _requireNotHeld(grantId, grant_);
        if (grant_.revision != revision) revert GrantRevisionStale(grantId, revision, grant_.revision);
    }

    function _inForce(bytes32 grantId) private view returns (GrantData storage grant_) {
        grant_ = _known(grantId);
        if (liveUntil(grantId) <= Scopes.today()) revert GrantOver(grantId);
    }

    function _known(bytes32 grantId) private view returns (GrantData storage grant_) {
        grant_ = _grants[grantId];
        if (grant_.status == GrantStatus.None) revert GrantUnknown(grantId);
    }

    // What it is, and what records say

    function _take(
        bytes32 structHash,
        bytes32 workId,
        uint64 deadline,
        address[] memory parties,
        Consent[] calldata consents_
    ) private returns (bytes32 intent, uint256 assents) {
        return consents.take(structHash, workId, deadline, msg.sender, parties, consents_);
    }

    function _work(bytes32 workId) private view returns (WorkRights memory) {
        return rights.workRights(workId);
    }

    function _estate(uint256 estateId) private view returns (Estate memory) {
        return rights.estate(estateId);
    }

    function _ownersOf(uint256 estateId) private view returns (address[] memory owners) {
        (owners,) = rights.coOwners(estateId);
    }

    function _list(GrantData storage grant_) private view returns (Sibling[] storage) {
        Level storage level = _levels[_levelOf(grant_)];
        return grant_.kind == GrantKind.NonExclusive ? level.others : level.excluding;
    }

    function _levelOf(GrantData storage grant_) private view returns (bytes32) {
        return grant_.depth == 0 ? grant_.workId : grant_.origin;
    }

    /// @dev The estate that the first of its ancestors was granted of.
    function _estateOf(bytes32 grantId) private view returns (uint256) {
        GrantData storage grant_ = _grants[grantId];
        for (uint8 above = grant_.depth; above != 0; --above) {
            grant_ = _grants[grant_.origin];
        }
        return uint256(grant_.origin);
    }

    function _scope(GrantData storage grant_) private view returns (Scope memory) {
        return Scopes.unpack(grant_.first, grant_.territories);
    }

    /// @dev From today on. Something is left.
    function _left(Scope memory scope) private view returns (Scope memory left) {
        (, left) = Scopes.onwards(scope, Scopes.today());
    }

    function _recordMeasure(bytes32 act, bytes32 grantId, bytes32 orderId, bytes memory data) private {
        bytes32[] memory subjects = Subjects.list(
            _subject(grantId), _rightsSubject(_grants[grantId].workId), Subjects.id(address(orders), orderId)
        );
        _recordGrant(act, grantId, subjects, data);
    }

    function _recordTerminated(bytes32 grantId, bytes32[] memory subjects, bytes memory data) private {
        _recordGrant(GrantTerminated.selector, grantId, subjects, data);
    }

    function _recordGrant(bytes32 act, bytes32 grantId, bytes32[] memory subjects, bytes memory data) private {
        _record(act, keccak256(abi.encode(grantId, getGrant(grantId))), subjects, data);
    }

    function _about(bytes32 grantId, GrantData storage grant_) private view returns (bytes32[] memory) {
        return Subjects.list(_subject(grantId), _rightsSubject(grant_.workId));
    }

    /// @dev What was touched too.
    function _aboutAmended(bytes32 grantId, GrantData storage grant_, uint256[] calldata estateIds)
        private
        view
        returns (bytes32[] memory subjects)
    {
        if (grant_.depth != 0) {
            return Subjects.list(_subject(grantId), _subject(grant_.origin), _rightsSubject(grant_.workId));
        }
        subjects = new bytes32[](estateIds.length + 2);
        subjects[0] = _subject(grantId);
        for (uint256 i = 0; i < estateIds.length; ++i) {
            subjects[i + 1] = Subjects.id(address(rights), bytes32(estateIds[i]));
        }
        subjects[estateIds.length + 1] = _rightsSubject(grant_.workId);
    }

    function _subjects(bytes32[] memory about, address[] memory parties)
        private
        view
        returns (bytes32[] memory subjects)
    {
        subjects = new bytes32[](about.length + parties.length);
        for (uint256 i = 0; i < about.length; ++i) {
            subjects[i] = about[i];
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            subjects[about.length + i] = _party(parties[i]);
        }
    }

    function _subject(bytes32 grantId) private view returns (bytes32) {
        return Subjects.id(address(this), grantId);
    }

    function _rightsSubject(bytes32 workId) private view returns (bytes32) {
        return Subjects.id(address(rights), workId);
    }

    function _party(address account) private view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    /// @dev How much of a box an estate has.
    function _share(Estate memory estate_, Scope memory scope) private pure returns (uint256) {
        (, Scope memory common) = Scopes.intersect(estate_.scope, scope);
        return Scopes.volume(common);
    }

    function _single(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }

    function _with(address[] memory list, address account) private pure returns (address[] memory) {
        return _union(list, _single(account));
    }

    /// @dev The first, each of which is there once, and those of the second that are not among them.
    function _union(address[] memory some, address[] memory more) private pure returns (address[] memory all) {
        all = new address[](some.length + more.length);
        uint256 length = some.length;
        for (uint256 i = 0; i < length; ++i) {
            all[i] = some[i];
        }
        for (uint256 i = 0; i < more.length; ++i) {
            if (!_has(all, length, more[i])) all[length++] = more[i];
        }
        assembly ("memory-safe") {
            mstore(all, length)
        }
    }

    function _has(address[] memory list, uint256 length, address account) private pure returns (bool) {
        for (uint256 i = 0; i < length; ++i) {
            if (list[i] == account) return true;
        }
        return false;
    }

    // slither-disable-end reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return,calls-loop
}
