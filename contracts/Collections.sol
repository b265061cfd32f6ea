// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Batch} from "./Recorder.sol";
import {Subjects} from "./Subjects.sol";
import {Successor} from "./Successor.sol";
import {Collection, Edition, ICollections, Policy, Terms} from "./interfaces/ICollections.sol";
import {IGovernance, Role} from "./interfaces/IGovernance.sol";
import {IIdentityRegistry, Kind} from "./interfaces/IIdentityRegistry.sol";
import {Entry, IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";
import {IWorkRegistry, WorkKind} from "./interfaces/IWorkRegistry.sol";

/// @title Collections with versioned policy, editions with a fixed cap
contract Collections is ICollections, Successor {
    uint32 public constant LONGEST_HOLDING = 720 days;
    uint32 public constant LONGEST_LOAN = 720 days;
    uint64 public constant LARGEST_CAP = 1_000_000;
    /// @notice As many as the collectible can tell apart.
    uint32 public constant LATEST_VERSION = type(uint24).max;

    uint8 private constant ALL_KINDS =
        uint8((1 << uint8(Kind.Person)) | (1 << uint8(Kind.Institution)) | (1 << uint8(Kind.Regulator)));
    uint8 private constant ALL_WORK_KINDS = uint8(
        (1 << uint8(WorkKind.RightsRegistered)) | (1 << uint8(WorkKind.Publication))
            | (1 << uint8(WorkKind.CaptureRecord)) | (1 << uint8(WorkKind.DerivedWork))
    );

    struct CollectionData {
        address issuer;
        uint32 amendments;
        uint32 policyVersion;
        bytes32 metadataDigest;
    }

    struct EditionData {
        bytes32 collectionId;
        bytes32 workId;
        uint32 number;
        uint64 cap;
        uint64 highestSerial;
    }

    IGovernance public immutable governance;
    IIdentityRegistry public immutable identities;
    IWorkRegistry public immutable works;
    address public immutable collectible;

    mapping(bytes32 collectionId => CollectionData) private _collections;
    mapping(bytes32 collectionId => mapping(uint32 version => Policy)) private _policies;
    mapping(uint256 editionId => EditionData) private _editions;

    // The contracts called are those of the construction, and none calls back.
    // slither-disable-start reentrancy-events

    constructor(
        IProvenanceLedger ledger_,
        IGovernance governance_,
        IIdentityRegistry identities_,
        IWorkRegistry works_,
        address collectible_,
        address predecessor_
    ) Successor(ledger_, predecessor_) {
        governance = governance_;
        identities = identities_;
        works = works_;
        // slither-disable-next-line missing-zero-check (named by the deployment, which checks the code behind it)
        collectible = collectible_;
        // It answers, so it is a registry of collections.
        if (_hadCollection(0)) revert PredecessorForeign(predecessor_);
    }

    /// @inheritdoc ICollections
    function create(bytes32 operation, bytes32 metadataDigest, Policy calldata policy_)
        external
        returns (bytes32 collectionId)
    {
        _requireMayIssue(msg.sender);
        if (identities.kindOf(msg.sender) != Kind.Institution) revert CannotIssue(msg.sender);
        _requireWellFormed(policy_);
        collectionId = keccak256(abi.encode(msg.sender, operation));
        if (hasCollection(collectionId)) revert CollectionKnown(collectionId);
        _collections[collectionId] = CollectionData(msg.sender, 0, 1, metadataDigest);
        _policies[collectionId][1] = policy_;
        _recordCollection(
            CollectionCreated.selector,
            collectionId,
            abi.encode(collectionId, msg.sender, operation, metadataDigest, policy_)
        );
    }

    /// @inheritdoc ICollections
    function amend(bytes32 collectionId, uint32 expectedAmendments, bytes32 metadataDigest, string calldata reason)
        external
    {
        CollectionData storage collection_ = _own(collectionId, msg.sender);
        if (collection_.amendments != expectedAmendments) {
            revert AmendmentStale(collectionId, expectedAmendments, collection_.amendments);
        }
        if (bytes(reason).length == 0) revert ReasonMissing();
        collection_.amendments = expectedAmendments + 1;
        collection_.metadataDigest = metadataDigest;
        _recordCollection(CollectionAmended.selector, collectionId, abi.encode(collectionId, metadataDigest, reason));
    }

    /// @inheritdoc ICollections
    function setPolicy(bytes32 collectionId, uint32 version, Policy calldata policy_) external {
        CollectionData storage collection_ = _own(collectionId, msg.sender);
        if (version != collection_.policyVersion + 1) {
            revert PolicyVersionStale(collectionId, version, collection_.policyVersion);
        }
        if (version > LATEST_VERSION) revert PolicyMalformed("version");
        _requireWellFormed(policy_);
        collection_.policyVersion = version;
        _policies[collectionId][version] = policy_;
        _recordCollection(PolicySet.selector, collectionId, abi.encode(collectionId, version, policy_));
    }

    /// @inheritdoc ICollections
    function openEdition(bytes32 collectionId, bytes32 workId, uint32 number, uint64 cap)
        external
        returns (uint256 editionId)
    {
        _recordAll(_openEdition(msg.sender, collectionId, workId, number, cap));
        return _editionId(collectionId, workId, number);
    }

    /// @inheritdoc ICollections
    function openEditions(Edition[] calldata editions) external {
        Batch memory batch = _newBatch(editions.length);
        for (uint256 i = 0; i < editions.length; ++i) {
            bytes32 operation = bytes32(_editionId(editions[i].collectionId, editions[i].workId, editions[i].number));
            bytes memory item = abi.encodeCall(this.openItem, (msg.sender, editions[i]));
            bytes memory reason = _attempt(batch, operation, item);
            if (reason.length != 0) emit Refused(operation, reason);
        }
        _recordBatch(batch);
    }

    /// @notice One item of a batch.
    function openItem(address issuer, Edition calldata opening) external onlySelf returns (Entry[] memory) {
        return _openEdition(issuer, opening.collectionId, opening.workId, opening.number, opening.cap);
    }

    /// @inheritdoc ICollections
    function lowerCap(uint256 editionId, uint64 cap) external {
        EditionData storage edition_ = _knownEdition(editionId);
        _own(edition_.collectionId, msg.sender);
        if (cap < edition_.highestSerial || cap >= edition_.cap) {
            revert CapOutOfRange(cap, edition_.highestSerial, edition_.cap);
        }
        edition_.cap = cap;
        bytes32[] memory subjects =
            Subjects.list(_editionSubject(editionId), _collectionSubject(edition_.collectionId), _party(msg.sender));
        _record(CapLowered.selector, _editionState(editionId), subjects, abi.encode(editionId, cap));
    }

    /// @inheritdoc ICollections
    function admit(uint256 editionId, uint64 serial, address issuer)
        external
        returns (bytes32 collectionId, bytes32 workId, uint32 policyVersion, bytes32 presentDigest)
    {
        if (msg.sender != collectible) revert CallerUnknown(msg.sender);
        EditionData storage edition_ = _knownEdition(editionId);
        collectionId = edition_.collectionId;
        workId = edition_.workId;
        policyVersion = _own(collectionId, issuer).policyVersion;
        if (serial == 0 || serial > edition_.cap) revert SerialOutOfRange(editionId, serial, edition_.cap);
        Policy memory policy_ = _policies[collectionId][policyVersion];
        _requireIssuable(workId, issuer, policy_);
        if (serial > edition_.highestSerial) edition_.highestSerial = serial;
        presentDigest = _digest(policy_);
    }

    /// @inheritdoc ICollections
    function policy(bytes32 collectionId, uint32 version) external view returns (Policy memory) {
        return _policies[collectionId][version];
    }

    /// @inheritdoc ICollections
    function workOf(uint256 tokenId) external view returns (bytes32) {
        return _editions[tokenId >> 64].workId;
    }

    /// @inheritdoc ICollections
    function policyDigest(uint256 tokenId, uint32 version) external view returns (bytes32) {
        return _digest(_policies[_editions[tokenId >> 64].collectionId][version]);
    }

    /// @inheritdoc ICollections
    function edition(uint256 editionId) external view returns (Edition memory) {
        EditionData storage edition_ = _editions[editionId];
        return Edition(edition_.collectionId, edition_.workId, edition_.number, edition_.cap);
    }

    /// @inheritdoc ICollections
    function present(uint256 tokenId) external view returns (uint32 version, bytes32 digest) {
        bytes32 collectionId = _editions[tokenId >> 64].collectionId;
        version = _collections[collectionId].policyVersion;
        digest = _digest(_policies[collectionId][version]);
    }

    /// @inheritdoc ICollections
    function handoutTerms(uint256 tokenId, address to) external view returns (Terms memory) {
        bytes32 collectionId = _editions[tokenId >> 64].collectionId;
        uint32 version = _collections[collectionId].policyVersion;
        return _terms(collectionId, version, _policies[collectionId][version], to);
    }

    /// @inheritdoc ICollections
    function giftTerms(uint256 tokenId, uint32 version, uint64 acquiredAt, uint32 gifts, address to)
        external
        view
        returns (Terms memory)
    {
        bytes32 collectionId = _editions[tokenId >> 64].collectionId;
        Policy memory policy_ = looser(collectionId, version);
        uint64 until = acquiredAt + (gifts == 0 ? policy_.firstHolding : policy_.nextHolding);
        if (block.timestamp < until) revert HoldingPeriod(tokenId, until);
        return _terms(collectionId, _collections[collectionId].policyVersion, policy_, to);
    }

    /// @inheritdoc ICollections
    function requireLoan(uint256 tokenId, uint32 version, uint64 until) external view {
        EditionData storage edition_ = _editions[tokenId >> 64];
        uint256 latest = block.timestamp + looser(edition_.collectionId, version).longestLoan;
        bool lendable = works.kindOf(edition_.workId) == WorkKind.Publication;
        if (!lendable || until <= block.timestamp || until > latest) revert LoanRefused(tokenId, until);
    }

    /// @inheritdoc ICollections
    function predecessor() external view returns (ICollections) {
        return ICollections(_predecessor);
    }

    /// @inheritdoc ICollections
    function hasCollection(bytes32 collectionId) public view returns (bool) {
        return _collections[collectionId].issuer != address(0) || _hadCollection(collectionId);
    }

    /// @inheritdoc ICollections
    function hasEdition(uint256 editionId) public view returns (bool) {
        if (_editions[editionId].collectionId != 0) return true;
        return _predecessor != address(0) && ICollections(_predecessor).hasEdition(editionId);
    }

    /// @inheritdoc ICollections
    function looser(bytes32 collectionId, uint32 version) public view returns (Policy memory policy_) {
        uint32 presentVersion = _collections[collectionId].policyVersion;
        policy_ = _policies[collectionId][presentVersion];
        if (version != presentVersion) _loosen(policy_, _policies[collectionId][version]);
    }

    /// @inheritdoc ICollections
    function collection(bytes32 collectionId) public view returns (Collection memory) {
        CollectionData storage collection_ = _collections[collectionId];
        uint32 version = collection_.policyVersion;
        return Collection({
            issuer: collection_.issuer,
            metadataDigest: collection_.metadataDigest,
            amendments: collection_.amendments,
            policyVersion: version,
            policyDigest: version == 0 ? bytes32(0) : _digest(_policies[collectionId][version])
        });
    }

    /// @inheritdoc ICollections
    function isIssuer(bytes32 collectionId, address account) public view returns (bool) {
        address issuer = _collections[collectionId].issuer;
        return issuer != address(0) && identities.current(issuer) == account;
    }

    function _openEdition(address issuer, bytes32 collectionId, bytes32 workId, uint32 number, uint64 cap)
        private
        returns (Entry[] memory)
    {
        uint32 version = _own(collectionId, issuer).policyVersion;
        uint256 editionId = _editionId(collectionId, workId, number);
        if (hasEdition(editionId)) revert EditionKnown(editionId);
        if (cap == 0 || cap > LARGEST_CAP) revert CapOutOfRange(cap, 1, LARGEST_CAP);
        _requireIssuable(workId, issuer, _policies[collectionId][version]);
        _editions[editionId] = EditionData(collectionId, workId, number, cap, 0);
        return _one(
            EditionOpened.selector,
            _editionState(editionId),
            Subjects.list(
                _editionSubject(editionId),
                _collectionSubject(collectionId),
                Subjects.id(address(works), workId),
                _party(issuer)
            ),
            abi.encode(editionId, collectionId, workId, number, cap)
        );
    }

    function _recordCollection(bytes32 act, bytes32 collectionId, bytes memory data) private {
        _record(
            act,
            keccak256(abi.encode(collectionId, collection(collectionId))),
            Subjects.list(_collectionSubject(collectionId), _party(msg.sender)),
            data
        );
    }

    function _hadCollection(bytes32 collectionId) private view returns (bool) {
        return _predecessor != address(0) && ICollections(_predecessor).hasCollection(collectionId);
    }

    /// @dev The collection, if `account` is its issuer, or stands for it now, and may issue.
    function _own(bytes32 collectionId, address account) private view returns (CollectionData storage collection_) {
        collection_ = _collections[collectionId];
        if (collection_.issuer == address(0)) revert CollectionUnknown(collectionId);
        if (!_standsFor(account, collection_.issuer)) revert NotIssuer(collectionId, account);
        _requireMayIssue(account);
    }

    function _knownEdition(uint256 editionId) private view returns (EditionData storage edition_) {
        edition_ = _editions[editionId];
        if (edition_.collectionId == 0) revert EditionUnknown(editionId);
    }

    function _requireMayIssue(address account) private view {
        governance.requireRole(Role.Issuer, account);
        if (!identities.canSend(account)) revert CannotIssue(account);
    }

    function _requireIssuable(bytes32 workId, address issuer, Policy memory policy_) private view {
        (address registrant, WorkKind kind, bool withdrawn) = works.standing(workId);
        if (kind == WorkKind.None || !_standsFor(issuer, registrant)) revert NotRegistrant(workId, issuer);
        if (withdrawn) revert WorkGone(workId);
        if (policy_.workKinds & (1 << uint8(kind)) == 0) revert WorkKindRefused(workId, uint8(kind));
    }

    /// @dev Whether `account` is `original` or stands for it now. A replaced one has no standing, and fails by that.
    function _standsFor(address account, address original) private view returns (bool) {
        return account == original || identities.current(original) == account;
    }

    /// @dev The terms of a change of holder that `policy_` binds.
    function _terms(bytes32 collectionId, uint32 presentVersion, Policy memory policy_, address to)
        private
        view
        returns (Terms memory)
    {
        if (policy_.receivers & (1 << uint8(identities.kindOf(to))) == 0) revert ReceiverRefused(collectionId, to);
        bytes32 digest = _digest(_policies[collectionId][presentVersion]);
        return Terms(collectionId, presentVersion, digest, policy_.giftsPerDay, policy_.acceptance);
    }

    function _editionState(uint256 editionId) private view returns (bytes32) {
        EditionData storage edition_ = _editions[editionId];
        return keccak256(abi.encode(editionId, edition_.collectionId, edition_.workId, edition_.number, edition_.cap));
    }

    function _collectionSubject(bytes32 collectionId) private view returns (bytes32) {
        return Subjects.id(address(this), collectionId);
    }

    function _editionSubject(uint256 editionId) private view returns (bytes32) {
        return Subjects.id(address(this), bytes32(editionId));
    }

    function _party(address account) private view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    /// @dev Make `policy_` as loose as `other` wherever that is looser.
    function _loosen(Policy memory policy_, Policy memory other) private pure {
        if (other.firstHolding < policy_.firstHolding) policy_.firstHolding = other.firstHolding;
        if (other.nextHolding < policy_.nextHolding) policy_.nextHolding = other.nextHolding;
        if (other.giftsPerDay > policy_.giftsPerDay) policy_.giftsPerDay = other.giftsPerDay;
        policy_.acceptance = policy_.acceptance && other.acceptance;
        policy_.receivers |= other.receivers;
        policy_.workKinds |= other.workKinds;
        if (other.longestLoan > policy_.longestLoan) policy_.longestLoan = other.longestLoan;
    }

    function _requireWellFormed(Policy calldata policy_) private pure {
        if (policy_.firstHolding > LONGEST_HOLDING) revert PolicyMalformed("firstHolding");
        if (policy_.nextHolding > LONGEST_HOLDING) revert PolicyMalformed("nextHolding");
        if (policy_.giftsPerDay == 0) revert PolicyMalformed("giftsPerDay");
        if (policy_.receivers == 0 || policy_.receivers & ~ALL_KINDS != 0) revert PolicyMalformed("receivers");
        if (policy_.workKinds == 0 || policy_.workKinds & ~ALL_WORK_KINDS != 0) revert PolicyMalformed("workKinds");
        if (policy_.longestLoan > LONGEST_LOAN) revert PolicyMalformed("longestLoan");
    }

    function _digest(Policy memory policy_) private pure returns (bytes32) {
        return keccak256(abi.encode(policy_));
    }

    function _editionId(bytes32 collectionId, bytes32 workId, uint32 number) private pure returns (uint256) {
        return uint128(uint256(keccak256(abi.encode(collectionId, workId, number))));
    }

    // slither-disable-end reentrancy-events
}
