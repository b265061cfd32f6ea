// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ManifestUri} from "./ManifestUri.sol";
import {Recorder} from "./Recorder.sol";
import {Subjects} from "./Subjects.sol";
import {Consent, IConsents} from "./interfaces/IConsents.sol";
import {IIdentityRegistry, Kind} from "./interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "./interfaces/IOrders.sol";
import {Entry, IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";
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
/// @dev Who has an estate follows from its ownership, which `_assign` alone changes.
contract RightsRegistry is IRightsRegistry, ERC721, Recorder {
    /// @dev The first seven fields are one word. Owners are kept by the hash of their ownership, so that parts share them.
    /// @param claimedOn The day of the claim it comes from; the first of several.
    /// @param place Of a claim: its place among those of the work, from 1; else zero.
    /// @param granted Whether something was ever granted of it.
    /// @param box The first word of its scope, see `Scopes`.
    struct EstateData {
        EstateStatus status;
        uint32 revision;
        uint32 longest;
        uint16 quota;
        uint32 claimedOn;
        uint8 place;
        bool granted;
        bytes32 workId;
        uint256 box;
        uint256 territories;
        bytes32 ownership;
    }

    /// @dev Of an estate, or of all rights in a work.
    struct Hold {
        bytes32 orderId;
        uint64 until;
    }

    struct WorkData {
        uint32 contests;
        uint32 backlogUntil;
        ClaimedBox[] claimed;
    }

    struct Part {
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
    // slither-disable-next-line uninitialized-state (`_keep` writes it)
    mapping(bytes32 ownership => Part[]) private _parts;
    mapping(address account => uint256) private _balances;
    mapping(bytes32 workId => WorkData) private _works;
    mapping(bytes32 target => Hold) private _holds;
    mapping(bytes32 workId => mapping(address by => Contest)) private _contests;

    // The contracts called are those of the construction, and none calls back. Each of at most 50 owners is looked up. The
    // address of Grants is computed before it exists.
    // slither-disable-start reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return,calls-loop,missing-zero-check

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
        _requireFree(workId);
        _requireOwnership(claim_.ownership);
        _openBacklog(workId, claim_.backlogUntil);
        (uint256 box, uint256 territories) = _unclaimed(workId, claim_.scope);
        address[] memory parties = _union(_only(registrant), claim_.ownership.owners);
        (bytes32 intent, uint256 assents) = _take(RightsIntents.claim(claim_), workId, claim_.deadline, parties, given);
        estateId = _estateId(intent, 0);
        EstateData storage estate_ = _estates[estateId];
        // The same claim once more, where the first was amended to another box.
        if (estate_.status != EstateStatus.None) revert ClaimOverlaps(workId, estateId);
        estate_.longest = claim_.alone.longest;
        estate_.quota = claim_.alone.quota;
        estate_.place = _enter(workId, ClaimedBox(box, territories, estateId));
        estate_.ownership = _keep(claim_.ownership);
        _begin(estateId, workId, box, territories, Scopes.today());
        bytes memory data = _claimData(estateId, claim_, intent, assents);
        _tell(Entry(EstateClaimed.selector, estateStateOf(estateId), _about(estateId, new bytes32[](0), parties), data));
    }

    /// @inheritdoc IRightsRegistry
    function split(Split calldata split_, Consent[] calldata given) external returns (uint256[] memory parts) {
        uint256 estateId = split_.estateId;
        EstateData storage estate_ = _actable(estateId, split_.revision);
        Scope[] memory boxes = Scopes.cut(_scopeOf(estate_), split_.axis, split_.cuts, estateId);
        address[] memory parties = _ownersOf(estate_.ownership);
        (bytes32 intent, uint256 assents) =
            _take(RightsIntents.split(split_), estate_.workId, split_.deadline, parties, given);
        parts = new uint256[](boxes.length);
        bytes32[] memory others = new bytes32[](boxes.length);
        for (uint256 i = 0; i < boxes.length; ++i) {
            parts[i] = _estateId(intent, i);
            others[i] = _subject(parts[i]);
            _derive(parts[i], estate_, boxes[i], estate_.claimedOn);
        }
        _end(estateId, EstateStatus.Split);
        bytes memory data = abi.encode(estateId, split_.axis, intent, assents, split_.cuts);
        _tell(Entry(EstateSplit.selector, estateStateOf(estateId), _about(estateId, others, parties), data));
    }

    /// @inheritdoc IRightsRegistry
    function merge(Merge calldata merge_, Consent[] calldata given) external returns (uint256 estateId) {
        (Scope memory whole, uint32 claimedOn_) = _joined(merge_);
        EstateData storage first = _estates[merge_.estateIds[0]];
        address[] memory parties = _ownersOf(first.ownership);
        (bytes32 intent, uint256 assents) =
            _take(RightsIntents.merge(merge_), first.workId, merge_.deadline, parties, given);
        estateId = _estateId(intent, 0);
        _derive(estateId, first, whole, claimedOn_);
        bytes32[] memory others = new bytes32[](merge_.estateIds.length);
        for (uint256 i = 0; i < others.length; ++i) {
            others[i] = _subject(merge_.estateIds[i]);
            _end(merge_.estateIds[i], EstateStatus.Merged);
        }
        bytes memory data = abi.encode(estateId, merge_.axis, intent, assents, merge_.estateIds);
        _tell(Entry(EstatesMerged.selector, estateStateOf(estateId), _about(estateId, others, parties), data));
    }

    /// @inheritdoc IRightsRegistry
    function assign(Assignment calldata assignment, Consent[] calldata given) external {
        uint256 estateId = assignment.estateId;
        EstateData storage estate_ = _actable(estateId, assignment.revision);
        if (assignment.agreement == 0 || assignment.agreementCid == 0) revert AgreementMissing();
        address[] memory parties = _assign(estateId, assignment.ownership);
        (bytes32 intent, uint256 assents) =
            _take(RightsIntents.assignment(assignment), estate_.workId, assignment.deadline, parties, given);
        bytes memory data = _assignmentData(assignment, intent, assents);
        _tell(
            Entry(EstateAssigned.selector, estateStateOf(estateId), _about(estateId, new bytes32[](0), parties), data)
        );
    }

    /// @inheritdoc IRightsRegistry
    function amend(EstateAmendment calldata amendment, Consent[] calldata given) external {
        uint256 estateId = amendment.estateId;
        EstateData storage estate_ = _actable(estateId, amendment.revision);
        bytes32 workId = estate_.workId;
        address registrant = _registrantOf(workId);
        if (estate_.place == 0 || estate_.granted) revert AmendmentTooLate(estateId);
        _requireReason(amendment.reason);
        // Its own claim is nothing meanwhile, so that it bars only others.
        ClaimedBox storage entered = _works[workId].claimed[estate_.place - 1];
        entered.box = 0;
        (uint256 box, uint256 territories) = _unclaimed(workId, amendment.scope);
        // Another box is another claim: who agrees to one agrees to the other.
        address[] memory parties = _union(_only(registrant), _ownersOf(estate_.ownership));
        (bytes32 intent, uint256 assents) =
            _take(RightsIntents.estateAmendment(amendment), workId, amendment.deadline, parties, given);
        (estate_.box, estate_.territories) = (box, territories);
        ++estate_.revision;
        (entered.box, entered.territories) = (box, territories);
        bytes memory data = abi.encode(estateId, amendment.scope, intent, assents, amendment.reason);
        _tell(Entry(EstateAmended.selector, estateStateOf(estateId), _about(estateId, new bytes32[](0), parties), data));
    }

    /// @inheritdoc IRightsRegistry
    function assignByOrder(uint256 estateId, Ownership calldata ownership) external {
        (bytes32 orderId,,) = _consume(Measure.Assign, assignmentTarget(estateId, ownership));
        _live(estateId);
        for (uint256 i = 0; i < ownership.owners.length; ++i) {
            address owner = ownership.owners[i];
            if (identities.kindOf(owner) == Kind.None) revert CannotAct(owner);
        }
        address[] memory parties = _assign(estateId, ownership);
        bytes memory data = abi.encode(estateId, orderId, ownership.owners, ownership.parts);
        bytes32[] memory others = Subjects.list(_order(orderId));
        _tell(Entry(EstateAssignedByOrder.selector, estateStateOf(estateId), _about(estateId, others, parties), data));
    }

    /// @inheritdoc IRightsRegistry
    function hold(uint256 estateId) external {
        _live(estateId);
        _place(bytes32(estateId));
    }

    /// @inheritdoc IRightsRegistry
    function release(uint256 estateId) external {
        _live(estateId);
        _lift(bytes32(estateId));
    }

    /// @inheritdoc IRightsRegistry
    function holdWork(bytes32 workId) external {
        _requireWork(workId);
        _place(workId);
    }

    /// @inheritdoc IRightsRegistry
    function releaseWork(bytes32 workId) external {
        _requireWork(workId);
        _lift(workId);
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
        _tell(Entry(MoralRightsRecorded.selector, _workState(workId), subjects, data));
    }

    /// @inheritdoc IRightsRegistry
    function contest(bytes32 workId, bytes32 rivalId, bytes32 evidence, string calldata reason) external {
        _requireStanding(msg.sender);
        _requireReason(reason);
        _requireWork(workId);
        if (rivalId != 0 && (rivalId == workId || !works.hasWork(rivalId))) revert WorkUnknown(rivalId);
        Contest storage contest_ = _contests[workId][msg.sender];
        if (contest_.stands) revert ContestStands(workId, msg.sender);
        (contest_.stands, contest_.rivalId) = (true, rivalId);
        ++_works[workId].contests;
        bytes memory data = abi.encode(workId, rivalId, msg.sender, evidence, reason);
        _tell(Entry(RightsContested.selector, _workState(workId), _contestSubjects(workId, rivalId, msg.sender), data));
    }

    /// @inheritdoc IRightsRegistry
    function withdrawContest(bytes32 workId, address by, string calldata reason) external {
        Contest storage contest_ = _contests[workId][by];
        if (!contest_.stands || identities.current(by) != msg.sender) revert ContestUnknown(workId, by);
        _requireStanding(msg.sender);
        _requireReason(reason);
        contest_.stands = false;
        --_works[workId].contests;
        bytes memory data = abi.encode(workId, contest_.rivalId, by, reason);
        _tell(
            Entry(ContestWithdrawn.selector, _workState(workId), _contestSubjects(workId, contest_.rivalId, by), data)
        );
    }

    /// @inheritdoc IRightsRegistry
    function touch(uint256 estateId, uint32 revision) external returns (Estate memory) {
        if (msg.sender != grants) revert NotGrants(msg.sender);
        EstateData storage estate_ = _actable(estateId, revision);
        estate_.granted = true;
        ++estate_.revision;
        return _view(estateId, estate_);
    }

    /// @inheritdoc IRightsRegistry
    function requireTouch(uint256 estateId, uint32 revision) external view returns (Estate memory) {
        return _view(estateId, _actable(estateId, revision));
    }

    /// @inheritdoc IRightsRegistry
    function claimedOn(uint256 estateId) external view returns (uint32) {
        return _known(estateId).claimedOn;
    }

    /// @inheritdoc IRightsRegistry
    function estate(uint256 estateId) external view returns (Estate memory) {
        return _view(estateId, _known(estateId));
    }

    /// @inheritdoc IRightsRegistry
    function coOwners(uint256 estateId) external view returns (address[] memory owners, uint32[] memory parts) {
        bytes32 ownership = _known(estateId).ownership;
        owners = _ownersOf(ownership);
        parts = new uint32[](owners.length);
        for (uint256 i = 0; i < owners.length; ++i) {
            parts[i] = _parts[ownership][i].part;
        }
    }

    /// @inheritdoc IRightsRegistry
    function workRights(bytes32 workId) public view returns (WorkRights memory) {
        WorkData storage work_ = _works[workId];
        Hold storage hold_ = _holds[workId];
        return WorkRights({
            claims: uint32(work_.claimed.length),
            contests: work_.contests,
            backlogUntil: work_.backlogUntil,
            holdOrder: hold_.orderId,
            heldUntil: hold_.until
        });
    }

    /// @inheritdoc IRightsRegistry
    function claimDigest(Claim calldata claim_) external view returns (bytes32) {
        return _digest(RightsIntents.claim(claim_));
    }

    /// @inheritdoc IRightsRegistry
    function splitDigest(Split calldata split_) external view returns (bytes32) {
        return _digest(RightsIntents.split(split_));
    }

    /// @inheritdoc IRightsRegistry
    function mergeDigest(Merge calldata merge_) external view returns (bytes32) {
        return _digest(RightsIntents.merge(merge_));
    }

    /// @inheritdoc IRightsRegistry
    function assignmentDigest(Assignment calldata assignment) external view returns (bytes32) {
        return _digest(RightsIntents.assignment(assignment));
    }

    /// @inheritdoc IRightsRegistry
    function amendmentDigest(EstateAmendment calldata amendment) external view returns (bytes32) {
        return _digest(RightsIntents.estateAmendment(amendment));
    }

    /// @notice Only an assignment moves an estate.
    function transferFrom(address, address, uint256) public pure override {
        revert TransfersRefused();
    }

    /// @notice See `transferFrom`.
    function safeTransferFrom(address, address, uint256, bytes memory) public pure override {
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

    /// @inheritdoc ERC721
    function balanceOf(address account) public view override returns (uint256) {
        if (account == address(0)) revert ERC721InvalidOwner(account);
        return _balances[account];
    }

    /// @notice The present manifest of the work.
    function tokenURI(uint256 estateId) public view override returns (string memory) {
        _requireOwned(estateId);
        return ManifestUri.from(works.manifestOf(_estates[estateId].workId));
    }

    /// @inheritdoc IRightsRegistry
    function estateStateOf(uint256 estateId) public view returns (bytes32) {
        return keccak256(abi.encode(estateId, _view(estateId, _known(estateId))));
    }

    /// @inheritdoc IRightsRegistry
    function assignmentTarget(uint256 estateId, Ownership calldata ownership) public view returns (bytes32) {
        bytes32 localId = keccak256(abi.encode(estateId, ownership.owners, ownership.parts));
        return Subjects.id(address(this), localId);
    }

    /// @dev Whom an estate says: its sole owner or, of several, this contract. Nothing else is kept, so nothing else moves it.
    function _ownerOf(uint256 estateId) internal view override returns (address) {
        EstateData storage estate_ = _estates[estateId];
        if (estate_.status != EstateStatus.Live) return address(0);
        Part[] storage parts = _parts[estate_.ownership];
        return parts.length == 1 ? parts[0].owner : address(this);
    }

    /// @dev Whatever leads here is no assignment.
    function _update(address, uint256, address) internal pure override returns (address) {
        revert TransfersRefused();
    }

    /// @dev The one place where it is told that a token moved: it was of `from`, and is of whom the estate says.
    function _moved(address from, uint256 estateId) private {
        address to = _ownerOf(estateId);
        if (to == from) return;
        if (from != address(0)) --_balances[from];
        if (to != address(0)) ++_balances[to];
        emit Transfer(from, to, estateId);
    }

    /// @dev An estate whose owners and terms are set.
    function _begin(uint256 estateId, bytes32 workId, uint256 box, uint256 territories, uint32 claimedOn_) private {
        EstateData storage estate_ = _estates[estateId];
        estate_.status = EstateStatus.Live;
        estate_.revision = 1;
        estate_.claimedOn = claimedOn_;
        estate_.workId = workId;
        (estate_.box, estate_.territories) = (box, territories);
        _moved(address(0), estateId);
    }

    /// @dev An estate of another's owners and terms.
    function _derive(uint256 estateId, EstateData storage from, Scope memory scope, uint32 claimedOn_) private {
        EstateData storage estate_ = _estates[estateId];
        estate_.longest = from.longest;
        estate_.quota = from.quota;
        estate_.ownership = from.ownership;
        (uint256 box, uint256 territories) = Scopes.pack(scope);
        _begin(estateId, from.workId, box, territories, claimedOn_);
    }

    function _end(uint256 estateId, EstateStatus status) private {
        address before = _ownerOf(estateId);
        EstateData storage estate_ = _estates[estateId];
        estate_.status = status;
        ++estate_.revision;
        _moved(before, estateId);
    }

    /// @return parties The old owners, and the new ones that are not among them.
    function _assign(uint256 estateId, Ownership calldata ownership) private returns (address[] memory parties) {
        EstateData storage estate_ = _estates[estateId];
        _requireOwnership(ownership);
        address before = _ownerOf(estateId);
        bytes32 kept = _keep(ownership);
        if (kept == estate_.ownership) revert OwnershipUnchanged(estateId);
        parties = _union(_ownersOf(estate_.ownership), ownership.owners);
        estate_.ownership = kept;
        ++estate_.revision;
        _moved(before, estateId);
    }

    function _keep(Ownership calldata ownership) private returns (bytes32 kept) {
        kept = keccak256(abi.encode(ownership.owners, ownership.parts));
        Part[] storage parts = _parts[kept];
        if (parts.length != 0) return kept;
        for (uint256 i = 0; i < ownership.owners.length; ++i) {
            parts.push(Part(ownership.owners[i], ownership.parts[i]));
        }
    }

    /// @return place Of the claim, among those of the work, from 1.
    function _enter(bytes32 workId, ClaimedBox memory box) private returns (uint8 place) {
        ClaimedBox[] storage claimed = _works[workId].claimed;
        if (claimed.length >= MOST_CLAIMS) revert ClaimsReached(workId, MOST_CLAIMS);
        claimed.push(box);
        return uint8(claimed.length);
    }

    function _openBacklog(bytes32 workId, uint32 until) private {
        WorkData storage work_ = _works[workId];
        // Whoever was granted something since the first claim counts on its day.
        uint32 most = work_.claimed.length == 0 ? Scopes.today() + LONGEST_BACKLOG : work_.backlogUntil;
        if (until > most) revert BacklogTooLong(until, most);
        if (until > work_.backlogUntil) work_.backlogUntil = until;
    }

    function _take(
        bytes32 structHash,
        bytes32 workId,
        uint64 deadline,
        address[] memory parties,
        Consent[] calldata given
    ) private returns (bytes32 intent, uint256 assents) {
        return consents.take(structHash, workId, deadline, msg.sender, parties, given);
    }

    function _consume(Measure measure, bytes32 target)
        private
        returns (bytes32 orderId, uint64 until, bytes32 corrects)
    {
        (orderId,, until, corrects) = orders.consume(measure, target, msg.sender);
    }

    /// @param target An estate, or a work.
    function _place(bytes32 target) private {
        (bytes32 orderId, uint64 until, bytes32 corrects) = _consume(Measure.Hold, _rights(target));
        Hold storage hold_ = _holds[target];
        // The order of a hold in force is replaced by one that says so, never silently.
        if (corrects != hold_.orderId) _requireFree(target);
        (hold_.orderId, hold_.until) = (orderId, until);
        bool whole = _estates[uint256(target)].status == EstateStatus.None;
        bytes32 act = whole ? RightsHeld.selector : EstateHeld.selector;
        _recordHold(act, target, orderId, abi.encode(target, orderId, until));
    }

    /// @param target An estate, or a work.
    function _lift(bytes32 target) private {
        (bytes32 orderId,,) = _consume(Measure.Release, _rights(target));
        Hold storage hold_ = _holds[target];
        bool whole = _estates[uint256(target)].status == EstateStatus.None;
        if (hold_.until <= block.timestamp) {
            if (whole) revert RightsNotHeld(target);
            revert EstateNotHeld(uint256(target));
        }
        (hold_.orderId, hold_.until) = (0, 0);
        bytes32 act = whole ? RightsReleased.selector : EstateReleased.selector;
        _recordHold(act, target, orderId, abi.encode(target, orderId));
    }

    /// @dev One record. Of memory alone, so that the compiler does not copy it into every act.
    function _tell(Entry memory entry) private {
        ledger.append(entry);
    }

    function _recordHold(bytes32 act, bytes32 target, bytes32 orderId, bytes memory data) private {
        bytes32 workId = _estates[uint256(target)].workId;
        if (workId == 0) {
            _tell(Entry(act, _workState(target), Subjects.list(_rights(target), _order(orderId)), data));
        } else {
            bytes32[] memory subjects = Subjects.list(_rights(target), _rights(workId), _order(orderId));
            _tell(Entry(act, estateStateOf(uint256(target)), subjects, data));
        }
    }

    /// @return whole The box that the estates are together.
    /// @return claimedOn_ The first day on which one of them was claimed.
    function _joined(Merge calldata merge_) private view returns (Scope memory whole, uint32 claimedOn_) {
        uint256[] calldata ids = merge_.estateIds;
        if (ids.length < 2 || ids.length > Scopes.MOST_PARTS || ids.length != merge_.revisions.length) {
            revert NotMergeable(0, 0);
        }
        EstateData storage first = _estates[ids[0]];
        claimedOn_ = first.claimedOn;
        Scope[] memory boxes = new Scope[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            EstateData storage part = _actable(ids[i], merge_.revisions[i]);
            bool alike = part.workId == first.workId && part.ownership == first.ownership
                && part.longest == first.longest && part.quota == first.quota;
            if (!alike) revert NotMergeable(ids[0], ids[i]);
            boxes[i] = _scopeOf(part);
            if (part.claimedOn < claimedOn_) claimedOn_ = part.claimedOn;
        }
        whole = Scopes.merge(boxes, merge_.axis, ids);
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

    /// @return box The first word of the scope, which overlaps no other claim.
    /// @return territories The second.
    function _unclaimed(bytes32 workId, Scope memory scope) private view returns (uint256 box, uint256 territories) {
        Scopes.requireEstate(scope);
        (box, territories) = Scopes.pack(scope);
        ClaimedBox[] storage claimed = _works[workId].claimed;
        for (uint256 i = 0; i < claimed.length; ++i) {
            ClaimedBox storage other = claimed[i];
            if (Scopes.overlapsFirst(box, other.box) && territories & other.territories != 0) {
                revert ClaimOverlaps(workId, other.estateId);
            }
        }
    }

    /// @dev An estate that what was agreed at that revision can be done to.
    function _actable(uint256 estateId, uint32 revision) private view returns (EstateData storage estate_) {
        estate_ = _live(estateId);
        if (estate_.revision != revision) revert RevisionStale(estateId, revision, estate_.revision);
        _requireFree(bytes32(estateId));
        _requireFree(estate_.workId);
    }

    function _live(uint256 estateId) private view returns (EstateData storage estate_) {
        estate_ = _known(estateId);
        if (estate_.status != EstateStatus.Live) revert EstateGone(estateId, estate_.status);
    }

    function _known(uint256 estateId) private view returns (EstateData storage estate_) {
        estate_ = _estates[estateId];
        if (estate_.status == EstateStatus.None) revert EstateUnknown(estateId);
    }

    /// @param target An estate, or a work.
    function _requireFree(bytes32 target) private view {
        Hold storage hold_ = _holds[target];
        if (hold_.until <= block.timestamp) return;
        if (_estates[uint256(target)].status == EstateStatus.None) {
            revert RightsUnderHold(target, hold_.orderId, hold_.until);
        }
        revert EstateUnderHold(uint256(target), hold_.orderId, hold_.until);
    }

    function _requireWork(bytes32 workId) private view {
        if (works.kindOf(workId) == WorkKind.None) revert WorkUnknown(workId);
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

    function _view(uint256 estateId, EstateData storage estate_) private view returns (Estate memory) {
        Hold storage hold_ = _holds[bytes32(estateId)];
        return Estate({
            status: estate_.status,
            workId: estate_.workId,
            revision: estate_.revision,
            scope: _scopeOf(estate_),
            ownership: estate_.ownership,
            alone: Alone(estate_.longest, estate_.quota),
            holdOrder: hold_.orderId,
            heldUntil: hold_.until
        });
    }

    function _scopeOf(EstateData storage estate_) private view returns (Scope memory) {
        return Scopes.unpack(estate_.box, estate_.territories);
    }

    /// @param others What it concerns beside the estate, the work and the parties.
    function _about(uint256 estateId, bytes32[] memory others, address[] memory parties)
        private
        view
        returns (bytes32[] memory subjects)
    {
        subjects = new bytes32[](2 + others.length + parties.length);
        subjects[0] = _subject(estateId);
        subjects[1] = _rights(_estates[estateId].workId);
        uint256 length = 2;
        for (uint256 i = 0; i < others.length; ++i) {
            subjects[length++] = others[i];
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            subjects[length++] = _party(parties[i]);
        }
    }

    function _workState(bytes32 workId) private view returns (bytes32) {
        return keccak256(abi.encode(workId, workRights(workId)));
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        return consents.digest(structHash);
    }

    function _ownersOf(bytes32 ownership) private view returns (address[] memory owners) {
        Part[] storage parts = _parts[ownership];
        owners = new address[](parts.length);
        for (uint256 i = 0; i < owners.length; ++i) {
            owners[i] = parts[i].owner;
        }
    }

    function _contestSubjects(bytes32 workId, bytes32 rivalId, address by) private view returns (bytes32[] memory) {
        if (rivalId == 0) return Subjects.list(_rights(workId), _party(by));
        return Subjects.list(_rights(workId), _rights(rivalId), _party(by));
    }

    function _subject(uint256 estateId) private view returns (bytes32) {
        return _rights(bytes32(estateId));
    }

    function _rights(bytes32 workId) private view returns (bytes32) {
        return Subjects.id(address(this), workId);
    }

    function _order(bytes32 orderId) private view returns (bytes32) {
        return Subjects.id(address(orders), orderId);
    }

    function _party(address account) private view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    function _requireReason(string calldata reason) private pure {
        if (bytes(reason).length == 0) revert ReasonMissing();
    }

    function _requireOwnership(Ownership calldata ownership) private pure {
        (address[] calldata owners, uint32[] calldata parts) = (ownership.owners, ownership.parts);
        bool some = owners.length != 0 && owners.length <= MOST_OWNERS;
        bool alike = parts.length == owners.length;
        for (uint256 i = 0; some && alike && i < owners.length; ++i) {
            alike = parts[i] != 0;
            some = owners[i] != address(0);
            for (uint256 j = 0; j < i; ++j) {
                if (owners[j] == owners[i]) some = false;
            }
        }
        if (!some) revert OwnershipMalformed("owners");
        if (!alike) revert OwnershipMalformed("parts");
    }

    /// @dev All of the first, then those of the second that are not among them; none is twice in either.
    function _union(address[] memory first, address[] memory second) private pure returns (address[] memory all) {
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

    // slither-disable-end reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return,calls-loop,missing-zero-check
}
