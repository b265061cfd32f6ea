// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ManifestUri} from "./ManifestUri.sol";
import {Recorder} from "./Recorder.sol";
import {Subjects} from "./Subjects.sol";
import {Consent, IConsents} from "./interfaces/IConsents.sol";
import {IIdentityRegistry, Kind} from "./interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "./interfaces/IOrders.sol";
import {IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";
import {
    Alone,
    Assignment,
    Claim,
    Estate,
    EstateAmendment,
    EstateStatus,
    IRightsRegistry,
    Merge,
    Ownership,
    Scope,
    Split,
    WorkRights
} from "./interfaces/IRightsRegistry.sol";
import {IWorkRegistry, WorkKind} from "./interfaces/IWorkRegistry.sol";
import {RightsIntents} from "./rights/RightsIntents.sol";
import {Scopes} from "./rights/Scopes.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title Whose which rights are
/// @dev Every change of an estate's owner goes through `_update`, which gives it to whom the estate says and to nobody else.
contract RightsRegistry is IRightsRegistry, ERC721, Recorder {
    /// @dev The first eight fields are one word. Owners are kept by the hash of their ownership, so that parts share them.
    /// @param claimedOn The day of the claim it comes from; the last of several.
    /// @param place Of a claim: its place among those of the work, from 1; else zero.
    /// @param granted Whether something was ever granted of it.
    struct EstateData {
        EstateStatus status;
        uint32 revision;
        uint32 longest;
        uint16 quota;
        uint32 claimedOn;
        uint8 place;
        bool granted;
        uint64 heldUntil;
        bytes32 workId;
        uint256 box;
        uint256 territories;
        bytes32 ownership;
        bytes32 holdOrder;
    }

    struct Share {
        address owner;
        uint32 part;
    }

    struct ClaimedBox {
        uint256 box;
        uint256 territories;
        uint256 estateId;
    }

    struct Contest {
        bool stands;
        bytes32 rivalId;
    }

    /// @notice Owners of an estate, at most.
    uint256 public constant MOST_OWNERS = 50;
    /// @notice Claims to one work, at most: a new one is compared with each.
    uint256 public constant MOST_CLAIMS = 64;
    /// @notice Days for which older contracts may be recorded with their conflicts, at most.
    uint32 public constant LONGEST_BACKLOG = 366;

    uint8 private constant ALL_MORAL_RIGHTS = 0x0f;

    IIdentityRegistry public immutable identities;
    IWorkRegistry public immutable works;
    IOrders public immutable orders;
    IConsents public immutable consents;
    address public immutable grants;

    mapping(uint256 estateId => EstateData) private _estates;
    mapping(bytes32 ownership => Share[]) private _shares;
    mapping(bytes32 workId => WorkRights) private _works;
    mapping(bytes32 workId => ClaimedBox[]) private _claimed;
    mapping(bytes32 workId => mapping(address by => Contest)) private _contests;

    // The contracts called are those of the construction, and none calls back.
    // slither-disable-start reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return

    constructor(
        IProvenanceLedger ledger_,
        IIdentityRegistry identities_,
        IWorkRegistry works_,
        IOrders orders_,
        IConsents consents_,
        address grants_,
        string memory name_,
        string memory symbol_
    ) ERC721(name_, symbol_) Recorder(ledger_) {
        identities = identities_;
        works = works_;
        orders = orders_;
        consents = consents_;
        grants = grants_;
    }

    /// @inheritdoc IRightsRegistry
    function claim(Claim calldata claim_, Consent[] calldata given) external returns (uint256 estateId) {
        bytes32 workId = claim_.workId;
        address registrant = _registrantOf(workId);
        _requireNotHeld(workId);
        Scopes.requireEstate(claim_.scope);
        _requireOwnership(claim_.ownership);
        uint32 today = Scopes.today();
        _openBacklog(workId, claim_.backlogUntil, today + LONGEST_BACKLOG);
        uint256 claims = ++_works[workId].claims;
        if (claims > MOST_CLAIMS) revert ClaimsReached(workId, MOST_CLAIMS);
        _requireUnclaimed(workId, claim_.scope, 0);
        address[] memory parties = _union(_only(registrant), claim_.ownership.owners);
        (bytes32 intent, uint256 assents) =
            consents.take(RightsIntents.claim(claim_), workId, claim_.deadline, msg.sender, parties, given);
        estateId = _estateId(intent, 0);
        // The same claim once more, where the first was amended to another box.
        if (_estates[estateId].status != EstateStatus.None) revert ClaimOverlaps(workId, estateId);
        (uint256 box, uint256 territories) = Scopes.pack(claim_.scope);
        _claimed[workId].push(ClaimedBox(box, territories, estateId));
        _create(
            estateId,
            EstateData({
                status: EstateStatus.Live,
                revision: 1,
                longest: claim_.alone.longest,
                quota: claim_.alone.quota,
                claimedOn: today,
                place: uint8(claims),
                granted: false,
                heldUntil: 0,
                workId: workId,
                box: box,
                territories: territories,
                ownership: _keep(claim_.ownership),
                holdOrder: 0
            })
        );
        bytes memory data = _claimData(estateId, claim_, intent, assents);
        _recordEstate(EstateClaimed.selector, estateId, new bytes32[](0), parties, data);
    }

    /// @inheritdoc IRightsRegistry
    function split(Split calldata split_, Consent[] calldata given) external returns (uint256[] memory parts) {
        uint256 estateId = split_.estateId;
        EstateData memory part = _actable(estateId, split_.revision);
        Scope[] memory boxes = Scopes.cut(Scopes.unpack(part.box, part.territories), split_.axis, split_.cuts, estateId);
        address[] memory parties = _ownersOf(part.ownership);
        (bytes32 intent, uint256 assents) =
            consents.take(RightsIntents.split(split_), part.workId, split_.deadline, msg.sender, parties, given);
        _end(estateId, EstateStatus.Split);
        _beginAnew(part);
        parts = new uint256[](boxes.length);
        bytes32[] memory others = new bytes32[](boxes.length);
        for (uint256 i = 0; i < boxes.length; ++i) {
            (part.box, part.territories) = Scopes.pack(boxes[i]);
            parts[i] = _estateId(intent, i);
            others[i] = _subject(parts[i]);
            _create(parts[i], part);
        }
        bytes memory data = abi.encode(estateId, split_.axis, intent, assents, split_.cuts);
        _recordEstate(EstateSplit.selector, estateId, others, parties, data);
    }

    /// @inheritdoc IRightsRegistry
    function merge(Merge calldata merge_, Consent[] calldata given) external returns (uint256 estateId) {
        EstateData memory whole = _joined(merge_);
        address[] memory parties = _ownersOf(whole.ownership);
        (bytes32 intent, uint256 assents) =
            consents.take(RightsIntents.merge(merge_), whole.workId, merge_.deadline, msg.sender, parties, given);
        bytes32[] memory others = new bytes32[](merge_.estateIds.length);
        for (uint256 i = 0; i < others.length; ++i) {
            others[i] = _subject(merge_.estateIds[i]);
            _end(merge_.estateIds[i], EstateStatus.Merged);
        }
        estateId = _estateId(intent, 0);
        _beginAnew(whole);
        _create(estateId, whole);
        bytes memory data = abi.encode(estateId, merge_.axis, intent, assents, merge_.estateIds);
        _recordEstate(EstatesMerged.selector, estateId, others, parties, data);
    }

    /// @inheritdoc IRightsRegistry
    function assign(Assignment calldata assignment, Consent[] calldata given) external {
        uint256 estateId = assignment.estateId;
        EstateData storage estate_ = _actable(estateId, assignment.revision);
        if (assignment.agreement == 0 || assignment.agreementCid == 0) revert AgreementMissing();
        address[] memory parties = _assign(estateId, assignment.ownership);
        (bytes32 intent, uint256 assents) = consents.take(
            RightsIntents.assignment(assignment), estate_.workId, assignment.deadline, msg.sender, parties, given
        );
        bytes memory data = _assignmentData(assignment, intent, assents);
        _recordEstate(EstateAssigned.selector, estateId, new bytes32[](0), parties, data);
    }

    /// @inheritdoc IRightsRegistry
    function amend(EstateAmendment calldata amendment, Consent[] calldata given) external {
        uint256 estateId = amendment.estateId;
        EstateData storage estate_ = _actable(estateId, amendment.revision);
        bytes32 workId = estate_.workId;
        if (estate_.place == 0 || estate_.granted) revert AmendmentTooLate(estateId);
        if (bytes(amendment.reason).length == 0) revert ReasonMissing();
        Scopes.requireEstate(amendment.scope);
        _requireUnclaimed(workId, amendment.scope, estateId);
        address[] memory parties = _ownersOf(estate_.ownership);
        (bytes32 intent, uint256 assents) = consents.take(
            RightsIntents.estateAmendment(amendment), workId, amendment.deadline, msg.sender, parties, given
        );
        (uint256 box, uint256 territories) = Scopes.pack(amendment.scope);
        (estate_.box, estate_.territories) = (box, territories);
        ++estate_.revision;
        _claimed[workId][estate_.place - 1] = ClaimedBox(box, territories, estateId);
        bytes memory data = abi.encode(estateId, amendment.scope, intent, assents, amendment.reason);
        _recordEstate(EstateAmended.selector, estateId, new bytes32[](0), parties, data);
    }

    /// @inheritdoc IRightsRegistry
    function assignByOrder(uint256 estateId, Ownership calldata ownership) external {
        (bytes32 orderId,,,) = orders.consume(Measure.Assign, assignmentTarget(estateId, ownership), msg.sender);
        _live(estateId);
        for (uint256 i = 0; i < ownership.owners.length; ++i) {
            address owner = ownership.owners[i];
            if (identities.kindOf(owner) == Kind.None) revert CannotAct(owner);
        }
        address[] memory parties = _assign(estateId, ownership);
        bytes memory data = abi.encode(estateId, orderId, ownership.owners, ownership.parts);
        _recordEstate(EstateAssignedByOrder.selector, estateId, _onlyOrder(orderId), parties, data);
    }

    /// @inheritdoc IRightsRegistry
    function hold(uint256 estateId) external {
        (bytes32 orderId,, uint64 until, bytes32 corrects) =
            orders.consume(Measure.Hold, _subject(estateId), msg.sender);
        EstateData storage estate_ = _live(estateId);
        // The order of a hold in force is replaced by one that says so, never silently.
        if (corrects != estate_.holdOrder) _requireNotHeld(estateId, estate_);
        (estate_.holdOrder, estate_.heldUntil) = (orderId, until);
        bytes memory data = abi.encode(estateId, orderId, until);
        _recordEstate(EstateHeld.selector, estateId, _onlyOrder(orderId), new address[](0), data);
    }

    /// @inheritdoc IRightsRegistry
    function release(uint256 estateId) external {
        (bytes32 orderId,,,) = orders.consume(Measure.Release, _subject(estateId), msg.sender);
        EstateData storage estate_ = _live(estateId);
        if (estate_.heldUntil <= block.timestamp) revert EstateNotHeld(estateId);
        (estate_.holdOrder, estate_.heldUntil) = (0, 0);
        bytes memory data = abi.encode(estateId, orderId);
        _recordEstate(EstateReleased.selector, estateId, _onlyOrder(orderId), new address[](0), data);
    }

    /// @inheritdoc IRightsRegistry
    function holdWork(bytes32 workId) external {
        (bytes32 orderId,, uint64 until, bytes32 corrects) = orders.consume(Measure.Hold, _rights(workId), msg.sender);
        if (works.kindOf(workId) == WorkKind.None) revert WorkUnknown(workId);
        WorkRights storage work_ = _works[workId];
        if (corrects != work_.holdOrder) _requireNotHeld(workId);
        (work_.holdOrder, work_.heldUntil) = (orderId, until);
        bytes32[] memory subjects = Subjects.list(_rights(workId), _order(orderId));
        _recordWork(RightsHeld.selector, workId, subjects, abi.encode(workId, orderId, until));
    }

    /// @inheritdoc IRightsRegistry
    function releaseWork(bytes32 workId) external {
        (bytes32 orderId,,,) = orders.consume(Measure.Release, _rights(workId), msg.sender);
        WorkRights storage work_ = _works[workId];
        if (work_.heldUntil <= block.timestamp) revert RightsNotHeld(workId);
        (work_.holdOrder, work_.heldUntil) = (0, 0);
        bytes32[] memory subjects = Subjects.list(_rights(workId), _order(orderId));
        _recordWork(RightsReleased.selector, workId, subjects, abi.encode(workId, orderId));
    }

    /// @inheritdoc IRightsRegistry
    function recordMoralRights(bytes32 workId, address author, uint8 moralRights, bytes32 statement) external {
        address registrant = _registrantOf(workId);
        if (identities.current(registrant) != msg.sender) revert NotRegistrant(workId, msg.sender);
        _requireStanding(msg.sender);
        if (moralRights == 0 || moralRights & ~ALL_MORAL_RIGHTS != 0) revert ScopeMalformed("moralRights");
        if (statement == 0) revert ScopeMalformed("statement");
        bytes32[] memory subjects = Subjects.list(_rights(workId), _party(registrant));
        bytes memory data = abi.encode(workId, author, moralRights, statement);
        _recordWork(MoralRightsRecorded.selector, workId, subjects, data);
    }

    /// @inheritdoc IRightsRegistry
    function contest(bytes32 workId, bytes32 rivalId, bytes32 evidence, string calldata reason) external {
        _requireStanding(msg.sender);
        if (bytes(reason).length == 0) revert ReasonMissing();
        if (works.kindOf(workId) == WorkKind.None) revert WorkUnknown(workId);
        if (rivalId != 0 && (rivalId == workId || !works.hasWork(rivalId))) revert WorkUnknown(rivalId);
        Contest storage contest_ = _contests[workId][msg.sender];
        if (contest_.stands) revert ContestStands(workId, msg.sender);
        (contest_.stands, contest_.rivalId) = (true, rivalId);
        ++_works[workId].contests;
        bytes memory data = abi.encode(workId, rivalId, msg.sender, evidence, reason);
        _recordWork(RightsContested.selector, workId, _contestSubjects(workId, rivalId, msg.sender), data);
    }

    /// @inheritdoc IRightsRegistry
    function withdrawContest(bytes32 workId, address by, string calldata reason) external {
        Contest storage contest_ = _contests[workId][by];
        if (!contest_.stands || identities.current(by) != msg.sender) revert ContestUnknown(workId, by);
        _requireStanding(msg.sender);
        if (bytes(reason).length == 0) revert ReasonMissing();
        contest_.stands = false;
        --_works[workId].contests;
        bytes memory data = abi.encode(workId, contest_.rivalId, by, reason);
        _recordWork(ContestWithdrawn.selector, workId, _contestSubjects(workId, contest_.rivalId, by), data);
    }

    /// @inheritdoc IRightsRegistry
    function touch(uint256 estateId, uint32 revision) external returns (Estate memory) {
        if (msg.sender != grants) revert NotGrants(msg.sender);
        EstateData storage estate_ = _actable(estateId, revision);
        estate_.granted = true;
        ++estate_.revision;
        return _view(estate_);
    }

    /// @inheritdoc IRightsRegistry
    function requireTouch(uint256 estateId, uint32 revision) external view returns (Estate memory) {
        return _view(_actable(estateId, revision));
    }

    /// @inheritdoc IRightsRegistry
    function claimedOn(uint256 estateId) external view returns (uint32) {
        return _known(estateId).claimedOn;
    }

    /// @inheritdoc IRightsRegistry
    function estate(uint256 estateId) external view returns (Estate memory) {
        return _view(_known(estateId));
    }

    /// @inheritdoc IRightsRegistry
    function coOwners(uint256 estateId) external view returns (address[] memory owners, uint32[] memory parts) {
        bytes32 ownership = _known(estateId).ownership;
        owners = _ownersOf(ownership);
        parts = new uint32[](owners.length);
        for (uint256 i = 0; i < owners.length; ++i) {
            parts[i] = _shares[ownership][i].part;
        }
    }

    /// @inheritdoc IRightsRegistry
    function workRights(bytes32 workId) external view returns (WorkRights memory) {
        return _works[workId];
    }

    /// @inheritdoc IRightsRegistry
    function claimDigest(Claim calldata claim_) external view returns (bytes32) {
        return consents.digest(RightsIntents.claim(claim_));
    }

    /// @inheritdoc IRightsRegistry
    function splitDigest(Split calldata split_) external view returns (bytes32) {
        return consents.digest(RightsIntents.split(split_));
    }

    /// @inheritdoc IRightsRegistry
    function mergeDigest(Merge calldata merge_) external view returns (bytes32) {
        return consents.digest(RightsIntents.merge(merge_));
    }

    /// @inheritdoc IRightsRegistry
    function assignmentDigest(Assignment calldata assignment) external view returns (bytes32) {
        return consents.digest(RightsIntents.assignment(assignment));
    }

    /// @inheritdoc IRightsRegistry
    function amendmentDigest(EstateAmendment calldata amendment) external view returns (bytes32) {
        return consents.digest(RightsIntents.estateAmendment(amendment));
    }

    /// @notice Only an assignment moves an estate.
    function transferFrom(address, address, uint256) public pure override {
        revert TransfersRefused();
    }

    /// @notice No market is bolted on: nobody moves another's estate.
    function approve(address, uint256) public pure override {
        revert ApprovalsRefused();
    }

    /// @notice See `approve`.
    function setApprovalForAll(address, bool) public pure override {
        revert ApprovalsRefused();
    }

    /// @notice The present manifest of the work.
    function tokenURI(uint256 estateId) public view override returns (string memory) {
        _requireOwned(estateId);
        return ManifestUri.from(works.manifestOf(_estates[estateId].workId));
    }

    /// @inheritdoc IRightsRegistry
    function estateStateOf(uint256 estateId) public view returns (bytes32) {
        return keccak256(abi.encode(estateId, _view(_known(estateId))));
    }

    /// @inheritdoc IRightsRegistry
    function assignmentTarget(uint256 estateId, Ownership calldata ownership) public view returns (bytes32) {
        bytes32 localId = keccak256(abi.encode(estateId, ownership.owners, ownership.parts));
        return Subjects.id(address(this), localId);
    }

    /// @dev The one place where an owner changes. It refuses by itself what must never happen, whatever led here.
    function _update(address to, uint256 estateId, address) internal override returns (address) {
        EstateData storage estate_ = _estates[estateId];
        if (to != (estate_.status == EstateStatus.Live ? _holderOf(estate_.ownership) : address(0))) {
            revert TransfersRefused();
        }
        return super._update(to, estateId, address(0));
    }

    function _create(uint256 estateId, EstateData memory estate_) private {
        _estates[estateId] = estate_;
        _update(_holderOf(estate_.ownership), estateId, address(0));
    }

    function _end(uint256 estateId, EstateStatus status) private {
        EstateData storage estate_ = _estates[estateId];
        estate_.status = status;
        ++estate_.revision;
        _update(address(0), estateId, address(0));
    }

    /// @return parties The old owners, and the new ones that are not among them.
    function _assign(uint256 estateId, Ownership calldata ownership) private returns (address[] memory parties) {
        EstateData storage estate_ = _estates[estateId];
        _requireOwnership(ownership);
        bytes32 before = estate_.ownership;
        bytes32 kept = _keep(ownership);
        if (kept == before) revert OwnershipUnchanged(estateId);
        estate_.ownership = kept;
        ++estate_.revision;
        _update(_holderOf(kept), estateId, address(0));
        return _union(_ownersOf(before), ownership.owners);
    }

    function _keep(Ownership calldata ownership) private returns (bytes32 kept) {
        kept = keccak256(abi.encode(ownership.owners, ownership.parts));
        Share[] storage shares = _shares[kept];
        if (shares.length != 0) return kept;
        for (uint256 i = 0; i < ownership.owners.length; ++i) {
            shares.push(Share(ownership.owners[i], ownership.parts[i]));
        }
    }

    function _openBacklog(bytes32 workId, uint32 until, uint32 most) private {
        if (until > most) revert BacklogTooLong(until, most);
        if (until > _works[workId].backlogUntil) _works[workId].backlogUntil = until;
    }

    /// @param others What it concerns beside the estate, the work and the parties.
    function _recordEstate(
        bytes32 act,
        uint256 estateId,
        bytes32[] memory others,
        address[] memory parties,
        bytes memory data
    ) private {
        bytes32[] memory subjects = new bytes32[](2 + others.length + parties.length);
        subjects[0] = _subject(estateId);
        subjects[1] = _rights(_estates[estateId].workId);
        for (uint256 i = 0; i < others.length; ++i) {
            subjects[2 + i] = others[i];
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            subjects[2 + others.length + i] = _party(parties[i]);
        }
        _record(act, estateStateOf(estateId), subjects, data);
    }

    function _recordWork(bytes32 act, bytes32 workId, bytes32[] memory subjects, bytes memory data) private {
        _record(act, keccak256(abi.encode(workId, _works[workId])), subjects, data);
    }

    /// @dev What the estates are together, if they can be merged; hold and place of the first are to be cleared.
    function _joined(Merge calldata merge_) private view returns (EstateData memory whole) {
        uint256[] calldata ids = merge_.estateIds;
        if (ids.length < 2 || ids.length > Scopes.MOST_PARTS || ids.length != merge_.revisions.length) {
            revert NotMergeable(0, 0);
        }
        Scope[] memory boxes = new Scope[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            EstateData memory part = _actable(ids[i], merge_.revisions[i]);
            boxes[i] = Scopes.unpack(part.box, part.territories);
            if (i == 0) whole = part;
            bool alike = part.workId == whole.workId && part.ownership == whole.ownership
                && part.longest == whole.longest && part.quota == whole.quota;
            if (!alike) revert NotMergeable(ids[0], ids[i]);
            if (part.claimedOn > whole.claimedOn) whole.claimedOn = part.claimedOn;
        }
        (whole.box, whole.territories) = Scopes.pack(Scopes.merge(boxes, merge_.axis, ids));
    }

    function _claimData(uint256 estateId, Claim calldata claim_, bytes32 intent, uint256 assents)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(
            estateId,
            claim_.workId,
            claim_.scope,
            claim_.alone,
            claim_.backlogUntil,
            intent,
            assents,
            claim_.ownership.owners,
            claim_.ownership.parts
        );
    }

    function _assignmentData(Assignment calldata assignment, bytes32 intent, uint256 assents)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(
            assignment.estateId,
            assignment.agreement,
            assignment.agreementCid,
            intent,
            assents,
            assignment.ownership.owners,
            assignment.ownership.parts
        );
    }

    /// @param but An estate whose own claim does not count, or zero.
    function _requireUnclaimed(bytes32 workId, Scope calldata scope, uint256 but) private view {
        (uint256 box, uint256 territories) = Scopes.pack(scope);
        ClaimedBox[] storage claimed = _claimed[workId];
        for (uint256 i = 0; i < claimed.length; ++i) {
            ClaimedBox storage other = claimed[i];
            if (!Scopes.overlapsFirst(box, other.box) || territories & other.territories == 0) continue;
            if (other.estateId != but) revert ClaimOverlaps(workId, other.estateId);
        }
    }

    /// @dev An estate that what was agreed at that revision can be done to.
    function _actable(uint256 estateId, uint32 revision) private view returns (EstateData storage estate_) {
        estate_ = _live(estateId);
        if (estate_.revision != revision) revert RevisionStale(estateId, revision, estate_.revision);
        _requireNotHeld(estateId, estate_);
        _requireNotHeld(estate_.workId);
    }

    function _live(uint256 estateId) private view returns (EstateData storage estate_) {
        estate_ = _known(estateId);
        if (estate_.status != EstateStatus.Live) revert EstateGone(estateId, estate_.status);
    }

    function _known(uint256 estateId) private view returns (EstateData storage estate_) {
        estate_ = _estates[estateId];
        if (estate_.status == EstateStatus.None) revert EstateUnknown(estateId);
    }

    function _requireNotHeld(uint256 estateId, EstateData storage estate_) private view {
        if (estate_.heldUntil > block.timestamp) {
            revert EstateUnderHold(estateId, estate_.holdOrder, estate_.heldUntil);
        }
    }

    function _requireNotHeld(bytes32 workId) private view {
        WorkRights storage work_ = _works[workId];
        if (work_.heldUntil > block.timestamp) revert RightsUnderHold(workId, work_.holdOrder, work_.heldUntil);
    }

    function _requireStanding(address account) private view {
        if (!identities.canSend(account)) revert CannotAct(account);
    }

    function _registrantOf(bytes32 workId) private view returns (address) {
        (address registrant, WorkKind kind, bool withdrawn) = works.standing(workId);
        if (kind == WorkKind.None) revert WorkUnknown(workId);
        if (withdrawn) revert WorkGone(workId);
        return registrant;
    }

    function _view(EstateData storage estate_) private view returns (Estate memory) {
        return Estate({
            status: estate_.status,
            workId: estate_.workId,
            revision: estate_.revision,
            scope: Scopes.unpack(estate_.box, estate_.territories),
            ownership: estate_.ownership,
            alone: Alone(estate_.longest, estate_.quota),
            holdOrder: estate_.holdOrder,
            heldUntil: estate_.heldUntil
        });
    }

    function _ownersOf(bytes32 ownership) private view returns (address[] memory owners) {
        Share[] storage shares = _shares[ownership];
        owners = new address[](shares.length);
        for (uint256 i = 0; i < owners.length; ++i) {
            owners[i] = shares[i].owner;
        }
    }

    /// @dev Whose token it is: the sole owner's, or of several this contract's.
    function _holderOf(bytes32 ownership) private view returns (address) {
        Share[] storage shares = _shares[ownership];
        return shares.length == 1 ? shares[0].owner : address(this);
    }

    function _contestSubjects(bytes32 workId, bytes32 rivalId, address by) private view returns (bytes32[] memory) {
        if (rivalId == 0) return Subjects.list(_rights(workId), _party(by));
        return Subjects.list(_rights(workId), _rights(rivalId), _party(by));
    }

    function _subject(uint256 estateId) private view returns (bytes32) {
        return Subjects.id(address(this), bytes32(estateId));
    }

    function _rights(bytes32 workId) private view returns (bytes32) {
        return Subjects.id(address(this), workId);
    }

    function _order(bytes32 orderId) private view returns (bytes32) {
        return Subjects.id(address(orders), orderId);
    }

    function _onlyOrder(bytes32 orderId) private view returns (bytes32[] memory) {
        return Subjects.list(_order(orderId));
    }

    function _party(address account) private view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    function _requireOwnership(Ownership calldata ownership) private pure {
        address[] calldata owners = ownership.owners;
        if (owners.length == 0 || owners.length > MOST_OWNERS) revert OwnershipMalformed("owners");
        if (ownership.parts.length != owners.length) revert OwnershipMalformed("parts");
        for (uint256 i = 0; i < owners.length; ++i) {
            if (ownership.parts[i] == 0) revert OwnershipMalformed("parts");
            if (owners[i] == address(0)) revert OwnershipMalformed("owners");
            for (uint256 j = 0; j < i; ++j) {
                if (owners[j] == owners[i]) revert OwnershipMalformed("owners");
            }
        }
    }

    /// @dev What a new estate does not have of those it comes from.
    function _beginAnew(EstateData memory estate_) private pure {
        estate_.revision = 1;
        estate_.place = 0;
        estate_.granted = false;
        (estate_.holdOrder, estate_.heldUntil) = (0, 0);
    }

    /// @dev All of the first, then those of the second that are not among them; none is twice in either.
    function _union(address[] memory first, address[] calldata second) private pure returns (address[] memory all) {
        all = new address[](first.length + second.length);
        for (uint256 i = 0; i < first.length; ++i) {
            all[i] = first[i];
        }
        uint256 length = first.length;
        for (uint256 i = 0; i < second.length; ++i) {
            if (!_isAmong(second[i], first)) all[length++] = second[i];
        }
        assembly ("memory-safe") {
            mstore(all, length)
        }
    }

    function _isAmong(address account, address[] memory accounts) private pure returns (bool) {
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (accounts[i] == account) return true;
        }
        return false;
    }

    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }

    function _estateId(bytes32 intent, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(intent, index)));
    }

    // slither-disable-end reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return
}
