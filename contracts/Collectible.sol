// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Intents} from "./Intents.sol";
import {ManifestUri} from "./ManifestUri.sol";
import {Batch, Recorder} from "./Recorder.sol";
import {Signatures} from "./Signatures.sol";
import {Subjects} from "./Subjects.sol";
import {TypedData} from "./TypedData.sol";
import {
    Gift,
    Hand,
    Handout,
    ICollectible,
    Issue,
    Loan,
    SignedGift,
    Token,
    TokenStatus
} from "./interfaces/ICollectible.sol";
import {ICollections, Terms} from "./interfaces/ICollections.sol";
import {IERC4907} from "./interfaces/IERC4907.sol";
import {IERC6454} from "./interfaces/IERC6454.sol";
import {IERC7943NonFungible} from "./interfaces/IERC7943NonFungible.sol";
import {IGovernance, Role} from "./interfaces/IGovernance.sol";
import {Custody, IIdentityRegistry, Kind} from "./interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "./interfaces/IOrders.sol";
import {Entry, IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";

/// @title The collectible
/// @dev Every change of holder goes through `_update`, which holds whatever its caller forgot.
contract Collectible is ICollectible, IERC7943NonFungible, IERC6454, IERC4907, IERC4906, ERC721, Recorder, TypedData {
    /// @dev The first five fields are one word, all that most tokens have. The others are looked at where `flags` says that
    /// there was a loan or a hold. What is narrower here than elsewhere is bounded there: versions by Collections, the ends of
    /// loans and holds by policy and Orders.
    struct TokenData {
        address holder;
        uint40 acquiredAt;
        uint24 policyVersion;
        uint24 gifts;
        uint8 flags;
        address user;
        uint40 userUntil;
        uint40 heldUntil;
        bytes32 holdOrder;
    }

    /// @dev Gifts of one collection by one account on the last day it gave.
    struct Quota {
        uint32 day;
        uint16 used;
    }

    /// @dev A gift whose consents were looked at.
    struct Consented {
        uint256 tokenId;
        address from;
        address to;
        bytes32 intent;
        bytes32 acceptance;
        Hand hand;
    }

    uint256 private constant UTC_PLUS_8 = 8 hours;

    // Of a token: `flags` zero is one that was never minted.
    uint8 private constant MINTED = 1;
    uint8 private constant ANNULLED = 2;
    uint8 private constant DISTRIBUTED = 4;
    uint8 private constant LENT_OR_HELD = 8;

    IGovernance public immutable governance;
    IIdentityRegistry public immutable identities;
    IWorkRegistry public immutable works;
    ICollections public immutable collections;
    IOrders public immutable orders;

    mapping(uint256 tokenId => TokenData) private _tokens;
    mapping(address account => uint256) private _balances;
    mapping(address account => mapping(uint256 word => uint256)) private _usedNonces;
    mapping(bytes32 collectionId => mapping(address account => Quota)) private _quotas;

    // The contracts called are those of the construction, and none calls back; foreign code runs in two places, in a
    // static call (ERC-1271) and after everything else (onERC721Received).
    // slither-disable-start reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return

    constructor(
        IProvenanceLedger ledger_,
        IGovernance governance_,
        IIdentityRegistry identities_,
        IWorkRegistry works_,
        ICollections collections_,
        IOrders orders_,
        string memory name_,
        string memory symbol_
    ) ERC721(name_, symbol_) Recorder(ledger_) {
        governance = governance_;
        identities = identities_;
        works = works_;
        collections = collections_;
        orders = orders_;
    }

    /// @inheritdoc ICollectible
    function mint(Issue calldata issue) external returns (uint256) {
        _recordAll(_issue(msg.sender, issue));
        return _tokenId(issue);
    }

    /// @inheritdoc ICollectible
    function mintBatch(Issue[] calldata issues) external {
        Batch memory batch = _newBatch(2 * issues.length);
        for (uint256 i = 0; i < issues.length; ++i) {
            _run(batch, bytes32(_tokenId(issues[i])), abi.encodeCall(this.mintItem, (msg.sender, issues[i])));
        }
        _recordBatch(batch);
    }

    /// @notice One item of a batch.
    function mintItem(address issuer, Issue calldata issue) external onlySelf returns (Entry[] memory) {
        return _issue(issuer, issue);
    }

    /// @inheritdoc ICollectible
    function distribute(Handout calldata handout) external {
        Entry[] memory entries = new Entry[](1);
        entries[0] = _handOut(msg.sender, handout.tokenId, handout.to);
        _recordAll(entries);
    }

    /// @inheritdoc ICollectible
    function distributeBatch(Handout[] calldata handouts) external {
        Batch memory batch = _newBatch(handouts.length);
        for (uint256 i = 0; i < handouts.length; ++i) {
            bytes memory item = abi.encodeCall(this.distributeItem, (msg.sender, handouts[i]));
            _run(batch, bytes32(handouts[i].tokenId), item);
        }
        _recordBatch(batch);
    }

    /// @notice One item of a batch.
    function distributeItem(address issuer, Handout calldata handout)
        external
        onlySelf
        returns (Entry[] memory entries)
    {
        entries = new Entry[](1);
        entries[0] = _handOut(issuer, handout.tokenId, handout.to);
    }

    /// @inheritdoc ICollectible
    function give(SignedGift calldata signedGift) external {
        _recordAll(_give(msg.sender, signedGift));
    }

    /// @inheritdoc ICollectible
    function giveBatch(SignedGift[] calldata signedGifts) external {
        Batch memory batch = _newBatch(signedGifts.length);
        for (uint256 i = 0; i < signedGifts.length; ++i) {
            bytes memory item = abi.encodeCall(this.giveItem, (msg.sender, signedGifts[i]));
            _run(batch, giftDigest(signedGifts[i].gift), item);
        }
        _recordBatch(batch);
    }

    /// @notice One item of a batch.
    function giveItem(address sender, SignedGift calldata signedGift) external onlySelf returns (Entry[] memory) {
        return _give(sender, signedGift);
    }

    /// @inheritdoc ICollectible
    function lend(Loan calldata loan, bytes calldata signature) external {
        bytes32 intent = loanDigest(loan);
        _useNonce(loan.from, loan.nonce, loan.deadline);
        Hand hand = _handOf(msg.sender, loan.from, intent, signature);
        _lend(loan.tokenId, loan.from, loan.user, loan.until, intent, hand);
    }

    /// @inheritdoc IERC4907
    function setUser(uint256 tokenId, address user, uint64 expires) external {
        _lend(tokenId, msg.sender, user, expires, 0, Hand.OwnTransaction);
    }

    /// @inheritdoc ICollectible
    function cancelIntent(uint256 nonce) external {
        _cancel(msg.sender, nonce);
    }

    /// @inheritdoc ICollectible
    function cancelIntentBySignature(address account, uint256 nonce, bytes calldata signature) external {
        if (!Signatures.isSigner(account, _typedDigest(Intents.cancel(account, nonce)), signature)) {
            revert SignatureInvalid(account);
        }
        _cancel(account, nonce);
    }

    /// @inheritdoc ICollectible
    function recover(uint256[] calldata tokenIds) external {
        Batch memory batch = _newBatch(tokenIds.length);
        for (uint256 i = 0; i < tokenIds.length; ++i) {
            _run(batch, bytes32(tokenIds[i]), abi.encodeCall(this.recoverItem, (tokenIds[i])));
        }
        _recordBatch(batch);
    }

    /// @notice One item of a batch.
    function recoverItem(uint256 tokenId) external onlySelf returns (Entry[] memory) {
        TokenData storage token_ = _live(tokenId);
        address from = token_.holder;
        address to = identities.current(from);
        if (to == from) revert NothingToRecover(tokenId);
        bool held = _isHeld(token_);
        if (held) emit Frozen(from, tokenId, false);
        _update(to, tokenId, address(0));
        if (held) emit Frozen(to, tokenId, true);
        return _one(
            Recovered.selector,
            _stateOf(tokenId),
            Subjects.list(_subject(tokenId), _party(from), _party(to)),
            abi.encode(tokenId, from, to)
        );
    }

    /// @inheritdoc ICollectible
    function annul(uint256 tokenId, string calldata reason) external {
        TokenData storage token_ = _live(tokenId);
        _requireUndistributed(tokenId, token_, msg.sender);
        _requireNotHeld(tokenId, token_);
        _annul(tokenId, 0, reason);
    }

    /// @inheritdoc ICollectible
    function annulByOrder(uint256 tokenId, string calldata reason) external {
        (bytes32 orderId,,,) = orders.consume(Measure.Annul, _subject(tokenId), msg.sender);
        _live(tokenId);
        _annul(tokenId, orderId, reason);
    }

    /// @inheritdoc IERC7943NonFungible
    function setFrozenTokens(address account, uint256 tokenId, bool frozenStatus) external returns (bool) {
        (bytes32 orderId,, uint64 until, bytes32 corrects) =
            orders.consume(frozenStatus ? Measure.Hold : Measure.Release, _subject(tokenId), msg.sender);
        TokenData storage token_ = _live(tokenId);
        if (token_.holder != account) revert NotHolder(tokenId, account);
        bool held = _isHeld(token_);
        if (frozenStatus) {
            // The order of a hold in force is replaced by one that says so, never silently.
            if (held && corrects != token_.holdOrder) {
                revert TokenHeld(tokenId, token_.holdOrder, token_.heldUntil);
            }
            token_.flags |= LENT_OR_HELD;
            token_.holdOrder = orderId;
            token_.heldUntil = uint40(until);
        } else {
            if (!held) revert TokenNotHeld(tokenId);
            _endHold(token_);
        }
        emit Frozen(account, tokenId, frozenStatus);
        bytes32[] memory subjects = Subjects.list(_subject(tokenId), Subjects.id(address(orders), orderId));
        if (frozenStatus) {
            _record(HoldPlaced.selector, _stateOf(tokenId), subjects, abi.encode(tokenId, orderId, until));
        } else {
            _record(HoldReleased.selector, _stateOf(tokenId), subjects, abi.encode(tokenId, orderId));
        }
        return true;
    }

    /// @inheritdoc IERC7943NonFungible
    function forcedTransfer(address from, address to, uint256 tokenId) external returns (bool) {
        bytes32 subject = _subject(tokenId);
        (bytes32 orderId, address receiver,,) = orders.consume(Measure.ForcedTransfer, subject, msg.sender);
        if (receiver != to) revert IOrders.LegalBasisRequired(Measure.ForcedTransfer, subject);
        TokenData storage token_ = _live(tokenId);
        if (token_.holder != from) revert NotHolder(tokenId, from);
        if (from == to) revert GiftToSelf(tokenId, from);
        if (_isHeld(token_)) emit Frozen(from, tokenId, false);
        _endHold(token_);
        (uint32 version, bytes32 digest) = collections.present(tokenId);
        _acquire(tokenId, token_, to, version, DISTRIBUTED);
        emit ForcedTransfer(from, to, tokenId);
        _record(
            HolderChangedByOrder.selector,
            _stateOf(tokenId, digest),
            Subjects.list(subject, Subjects.id(address(orders), orderId), _party(from), _party(to)),
            abi.encode(tokenId, from, to, orderId, version, digest)
        );
        return true;
    }

    /// @inheritdoc ICollectible
    function announceAmendment(uint256 editionId) external {
        emit BatchMetadataUpdate((editionId << 64) | 1, (editionId << 64) | type(uint64).max);
    }

    /// @inheritdoc ICollectible
    function nonceUsed(address account, uint256 nonce) external view returns (bool) {
        return _nonceUsed(account, nonce);
    }

    /// @inheritdoc ICollectible
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /// @inheritdoc ICollectible
    function requireGift(address from, address to, uint256 tokenId) external view {
        _judge(from, to, tokenId, _live(tokenId));
    }

    /// @inheritdoc IERC7943NonFungible
    function canSend(address account) external view returns (bool) {
        return identities.canSend(account);
    }

    /// @inheritdoc IERC7943NonFungible
    function canReceive(address account) external view returns (bool) {
        return identities.canReceive(account);
    }

    /// @inheritdoc IERC7943NonFungible
    function getFrozenTokens(address account, uint256 tokenId) external view returns (bool) {
        return account != address(0) && _tokens[tokenId].holder == account && _isHeld(_tokens[tokenId]);
    }

    /// @inheritdoc IERC6454
    function isTransferable(uint256 tokenId, address from, address to) external view returns (bool) {
        return canTransfer(from, to, tokenId);
    }

    /// @inheritdoc IERC4907
    function userExpires(uint256 tokenId) external view returns (uint256) {
        return _tokens[tokenId].userUntil;
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 tokenId) external view returns (address) {
        TokenData storage token_ = _tokens[tokenId];
        return token_.userUntil > block.timestamp && token_.flags & ANNULLED == 0 ? token_.user : address(0);
    }

    /// @notice A gift by own transaction, where no acceptance is asked for. The holder alone.
    /// @inheritdoc IERC721
    function transferFrom(address from, address to, uint256 tokenId) public override(ERC721, IERC721) {
        if (msg.sender != from) revert NotHolder(tokenId, msg.sender);
        Terms memory terms = _judge(from, to, tokenId, _of(tokenId, from));
        if (terms.acceptance) revert AcceptanceMissing(tokenId, to);
        _recordAll(_gift(Consented(tokenId, from, to, 0, 0, Hand.OwnTransaction), terms));
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data)
        public
        override(ERC721, IERC721)
    {
        transferFrom(from, to, tokenId);
        // Last: all is recorded when the receiver is called.
        ERC721Utils.checkOnERC721Received(msg.sender, from, to, tokenId, data);
    }

    /// @notice No market is bolted on: nobody moves another's token.
    /// @inheritdoc IERC721
    function approve(address, uint256) public pure override(ERC721, IERC721) {
        revert ApprovalsRefused();
    }

    /// @notice See `approve`.
    /// @inheritdoc IERC721
    function setApprovalForAll(address, bool) public pure override(ERC721, IERC721) {
        revert ApprovalsRefused();
    }

    /// @inheritdoc ICollectible
    function giftDigest(Gift calldata gift) public view returns (bytes32) {
        return _typedDigest(Intents.gift(gift));
    }

    /// @inheritdoc ICollectible
    function loanDigest(Loan calldata loan) public view returns (bytes32) {
        return _typedDigest(Intents.loan(loan));
    }

    /// @inheritdoc IERC721
    function balanceOf(address account) public view override(ERC721, IERC721) returns (uint256) {
        if (account == address(0)) revert ERC721InvalidOwner(account);
        return _balances[account];
    }

    /// @inheritdoc ICollectible
    function token(uint256 tokenId) public view returns (Token memory) {
        // slither-disable-next-line incorrect-equality (flags, not a balance)
        if (_tokens[tokenId].flags == 0) revert TokenUnknown(tokenId);
        return _token(tokenId, collections.policyDigest(tokenId, _tokens[tokenId].policyVersion));
    }

    /// @inheritdoc IERC7943NonFungible
    function canTransfer(address from, address to, uint256 tokenId) public view returns (bool) {
        try this.requireGift(from, to, tokenId) {
            return true;
        } catch {
            return false;
        }
    }

    /// @notice The present manifest of the work.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        return ManifestUri.from(works.manifestOf(collections.workOf(tokenId)));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == type(IERC7943NonFungible).interfaceId || interfaceId == type(IERC6454).interfaceId
            || interfaceId == type(IERC4907).interfaceId || interfaceId == bytes4(0x49064906)
            || super.supportsInterface(interfaceId);
    }

    /// @dev The one place where a holder changes. It refuses by itself what must never happen, whatever led here.
    function _update(address to, uint256 tokenId, address) internal override returns (address from) {
        TokenData storage token_ = _tokens[tokenId];
        from = token_.holder;
        if (token_.flags & ANNULLED != 0) revert TokenAnnulled(tokenId);
        if (!identities.canReceive(to)) revert ERC7943CannotReceive(to);
        // A hold goes with the token only to the account that stands for its holder.
        if (_isHeld(token_) && identities.current(from) != to) {
            revert TokenHeld(tokenId, token_.holdOrder, token_.heldUntil);
        }
        if (from != address(0)) --_balances[from];
        ++_balances[to];
        token_.holder = to;
        emit Transfer(from, to, tokenId);
    }

    /// @dev Holders are kept beside what else a gift writes, in one word.
    function _ownerOf(uint256 tokenId) internal view override returns (address) {
        return _tokens[tokenId].holder;
    }

    function _issue(address issuer, Issue calldata issue) private returns (Entry[] memory entries) {
        uint256 tokenId = _tokenId(issue);
        TokenData storage token_ = _tokens[tokenId];
        if (token_.flags != 0) revert TokenKnown(tokenId);
        (bytes32 collectionId, bytes32 workId, uint32 version, bytes32 digest) =
            collections.admit(issue.editionId, issue.serial, issuer);
        _acquire(tokenId, token_, issuer, version, MINTED);
        bool handOut = issue.to != address(0);
        entries = new Entry[](handOut ? 2 : 1);
        entries[0] = Entry(
            Minted.selector,
            _stateOf(tokenId, digest),
            Subjects.list(
                _subject(tokenId), Subjects.id(address(collections), bytes32(issue.editionId)), _party(issuer)
            ),
            abi.encode(tokenId, issuer, collectionId, workId, issue.serial, version, digest)
        );
        if (handOut) entries[1] = _handOut(issuer, tokenId, issue.to);
    }

    function _handOut(address issuer, uint256 tokenId, address to) private returns (Entry memory) {
        TokenData storage token_ = _live(tokenId);
        _requireUndistributed(tokenId, token_, issuer);
        _requireStanding(tokenId, issuer, to);
        _requireNotHeld(tokenId, token_);
        Terms memory terms = collections.handoutTerms(tokenId, to);
        _acquire(tokenId, token_, to, terms.version, DISTRIBUTED);
        return Entry(
            Distributed.selector,
            _stateOf(tokenId, terms.digest),
            Subjects.list(_subject(tokenId), _party(issuer), _party(to)),
            abi.encode(tokenId, issuer, to, terms.version, terms.digest)
        );
    }

    function _give(address sender, SignedGift calldata signed) private returns (Entry[] memory) {
        Gift calldata gift = signed.gift;
        // First: an intent that was carried out already is told apart from one that cannot be.
        _useNonce(gift.from, gift.nonce, gift.deadline);
        Terms memory terms = _judge(gift.from, gift.to, gift.tokenId, _of(gift.tokenId, gift.from));
        bytes32 intent = giftDigest(gift);
        Hand hand = _handOf(sender, gift.from, intent, signed.signature);
        bytes32 acceptance = _acceptance(sender, signed, terms.acceptance);
        return _gift(Consented(gift.tokenId, gift.from, gift.to, intent, acceptance, hand), terms);
    }

    /// @dev The digest of the acceptance; zero where none is asked for and none was given.
    function _acceptance(address sender, SignedGift calldata signed, bool asked) private returns (bytes32 digest) {
        address to = signed.gift.to;
        if (signed.acceptance.length == 0) {
            if (!asked) return 0;
            if (sender != to) revert AcceptanceMissing(signed.gift.tokenId, to);
        }
        _useNonce(to, signed.acceptanceNonce, signed.acceptanceDeadline);
        digest = _typedDigest(Intents.acceptance(signed));
        if (sender != to) _requireSigned(to, digest, signed.acceptance);
    }

    function _gift(Consented memory gift, Terms memory terms) private returns (Entry[] memory) {
        TokenData storage token_ = _tokens[gift.tokenId];
        uint16 givenToday = _givenToday(terms.collectionId, gift.from);
        _quotas[terms.collectionId][gift.from] = Quota(_today(), givenToday + 1);
        _acquire(gift.tokenId, token_, gift.to, terms.version, 0);
        ++token_.gifts;
        return _one(
            Gifted.selector,
            _stateOf(gift.tokenId, terms.digest),
            Subjects.list(_subject(gift.tokenId), _party(gift.from), _party(gift.to)),
            abi.encode(gift, terms.version, terms.digest)
        );
    }

    function _lend(uint256 tokenId, address from, address user, uint64 until, bytes32 intent, Hand hand) private {
        TokenData storage token_ = _of(tokenId, from);
        _requireStanding(tokenId, from, user);
        _requireNotHeld(tokenId, token_);
        if (token_.userUntil > block.timestamp) revert LentBefore(tokenId, token_.userUntil);
        collections.requireLoan(tokenId, token_.policyVersion, until);
        token_.flags |= LENT_OR_HELD;
        token_.user = user;
        token_.userUntil = uint40(until);
        emit UpdateUser(tokenId, user, until);
        _record(
            Lent.selector,
            _stateOf(tokenId),
            Subjects.list(_subject(tokenId), _party(from), _party(user)),
            abi.encode(tokenId, from, user, until, intent, hand)
        );
    }

    function _annul(uint256 tokenId, bytes32 orderId, string calldata reason) private {
        if (bytes(reason).length == 0) revert ReasonMissing();
        _tokens[tokenId].flags |= ANNULLED;
        _record(
            Annulled.selector,
            _stateOf(tokenId),
            Subjects.list(_subject(tokenId), _party(_ownerOf(tokenId))),
            abi.encode(tokenId, orderId, reason)
        );
    }

    function _cancel(address account, uint256 nonce) private {
        // An account that is not registered has no intents, and no place in the ledger.
        if (identities.kindOf(account) == Kind.None) revert ERC7943CannotSend(account);
        _takeNonce(account, nonce);
        _record(
            IntentCancelled.selector,
            keccak256(abi.encode(account, nonce, true)),
            Subjects.list(Subjects.id(address(this), keccak256(abi.encode(account, nonce))), _party(account)),
            abi.encode(account, nonce)
        );
    }

    /// @dev A new holder, under the present policy. A loan ends with it.
    /// @param flags To be set.
    function _acquire(uint256 tokenId, TokenData storage token_, address to, uint32 version, uint8 flags) private {
        if (token_.flags & LENT_OR_HELD != 0 && token_.user != address(0)) {
            token_.user = address(0);
            token_.userUntil = 0;
            emit UpdateUser(tokenId, address(0), 0);
        }
        _update(to, tokenId, address(0));
        // Beside the holder, in the same word: the compiler writes them at once.
        token_.acquiredAt = uint40(block.timestamp);
        token_.policyVersion = uint24(version);
        token_.flags |= flags;
    }

    function _endHold(TokenData storage token_) private {
        if (token_.flags & LENT_OR_HELD == 0) return;
        token_.holdOrder = 0;
        token_.heldUntil = 0;
    }

    /// @dev Run one item; one that fails is named, and its reason.
    function _run(Batch memory batch, bytes32 operation, bytes memory item) private {
        bytes memory reason = _attempt(batch, operation, item);
        if (reason.length != 0) emit Refused(operation, reason);
    }

    function _useNonce(address account, uint256 nonce, uint64 deadline) private {
        if (deadline < block.timestamp) revert IntentExpired(deadline);
        _takeNonce(account, nonce);
    }

    function _takeNonce(address account, uint256 nonce) private {
        if (_nonceUsed(account, nonce)) revert NonceUsed(account, nonce);
        _usedNonces[account][nonce >> 8] |= 1 << (nonce & 0xff);
    }

    /// @dev Every rule that a gift obeys, consents aside.
    function _judge(address from, address to, uint256 tokenId, TokenData storage token_)
        private
        view
        returns (Terms memory terms)
    {
        _requireStanding(tokenId, from, to);
        if (token_.flags & DISTRIBUTED == 0) revert NotDistributed(tokenId);
        _requireNotHeld(tokenId, token_);
        terms = collections.giftTerms(tokenId, token_.policyVersion, token_.acquiredAt, token_.gifts, to);
        if (_givenToday(terms.collectionId, from) >= terms.giftsPerDay) {
            revert GiftsPerDayReached(terms.collectionId, from, terms.giftsPerDay);
        }
    }

    function _handOf(address sender, address from, bytes32 intent, bytes calldata signature)
        private
        view
        returns (Hand)
    {
        if (sender == from) return Hand.OwnTransaction;
        _requireSigned(from, intent, signature);
        return identities.custodyOf(from) == Custody.Kept ? Hand.KeptKey : Hand.OwnKey;
    }

    function _requireSigned(address account, bytes32 digest, bytes calldata signature) private view {
        if (!Signatures.isSigner(account, digest, signature)) revert SignatureInvalid(account);
    }

    function _requireStanding(uint256 tokenId, address from, address to) private view {
        if (from == to) revert GiftToSelf(tokenId, from);
        if (!identities.canSend(from)) revert ERC7943CannotSend(from);
        if (!identities.canReceive(to)) revert ERC7943CannotReceive(to);
    }

    function _requireNotHeld(uint256 tokenId, TokenData storage token_) private view {
        if (_isHeld(token_)) revert TokenHeld(tokenId, token_.holdOrder, token_.heldUntil);
    }

    /// @dev Still with its issuer, who is `account`.
    function _requireUndistributed(uint256 tokenId, TokenData storage token_, address account) private view {
        if (token_.holder != account) revert NotHolder(tokenId, account);
        if (token_.flags & DISTRIBUTED != 0) revert DistributedBefore(tokenId);
        governance.requireRole(Role.Issuer, account);
    }

    function _live(uint256 tokenId) private view returns (TokenData storage token_) {
        token_ = _tokens[tokenId];
        if (token_.flags == 0) revert TokenUnknown(tokenId);
        if (token_.flags & ANNULLED != 0) revert TokenAnnulled(tokenId);
    }

    function _of(uint256 tokenId, address holder) private view returns (TokenData storage token_) {
        token_ = _live(tokenId);
        if (token_.holder != holder) revert NotHolder(tokenId, holder);
    }

    function _isHeld(TokenData storage token_) private view returns (bool) {
        return token_.flags & LENT_OR_HELD != 0 && token_.heldUntil > block.timestamp;
    }

    function _nonceUsed(address account, uint256 nonce) private view returns (bool) {
        return (_usedNonces[account][nonce >> 8] >> (nonce & 0xff)) & 1 == 1;
    }

    function _givenToday(bytes32 collectionId, address account) private view returns (uint16) {
        Quota storage quota = _quotas[collectionId][account];
        // slither-disable-next-line incorrect-equality (a day, not a balance)
        return quota.day == _today() ? quota.used : 0;
    }

    function _today() private view returns (uint32) {
        return uint32((block.timestamp + UTC_PLUS_8) / 1 days);
    }

    function _stateOf(uint256 tokenId) private view returns (bytes32) {
        return keccak256(abi.encode(tokenId, token(tokenId)));
    }

    function _stateOf(uint256 tokenId, bytes32 digest) private view returns (bytes32) {
        return keccak256(abi.encode(tokenId, _token(tokenId, digest)));
    }

    function _token(uint256 tokenId, bytes32 digest) private view returns (Token memory state) {
        TokenData storage token_ = _tokens[tokenId];
        uint8 flags = token_.flags;
        if (flags != 0) state.status = flags & ANNULLED == 0 ? TokenStatus.Live : TokenStatus.Annulled;
        state.holder = token_.holder;
        state.acquiredAt = token_.acquiredAt;
        state.gifts = token_.gifts;
        state.distributed = flags & DISTRIBUTED != 0;
        state.policyVersion = token_.policyVersion;
        state.policyDigest = digest;
        if (flags & LENT_OR_HELD == 0) return state;
        state.user = token_.user;
        state.userUntil = token_.userUntil;
        state.holdOrder = token_.holdOrder;
        state.heldUntil = token_.heldUntil;
    }

    function _subject(uint256 tokenId) private view returns (bytes32) {
        return Subjects.id(address(this), bytes32(tokenId));
    }

    function _party(address account) private view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    function _tokenId(Issue calldata issue) private pure returns (uint256) {
        return (issue.editionId << 64) | issue.serial;
    }

    // slither-disable-end reentrancy-no-eth,reentrancy-benign,reentrancy-events,unused-return
}
