// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice By whose hand a holder's act came.
enum Hand {
    None,
    OwnKey,
    KeptKey,
    OwnTransaction
}

enum TokenStatus {
    None,
    Live,
    Annulled
}

/// @param to The first holder, or zero: it stays with the issuer.
struct Issue {
    uint256 editionId;
    uint64 serial;
    address to;
}

struct Handout {
    uint256 tokenId;
    address to;
}

/// @notice EIP-712 `Gift(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)`, signed by `from`.
struct Gift {
    uint256 tokenId;
    address from;
    address to;
    uint256 nonce;
    uint64 deadline;
}

/// @notice EIP-712 `Acceptance(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)`, signed by `to`.
/// Empty where the policy does not ask for it.
/// @param signature Of `from` over the gift; empty where `from` sends the transaction itself.
struct SignedGift {
    Gift gift;
    bytes signature;
    uint256 acceptanceNonce;
    uint64 acceptanceDeadline;
    bytes acceptance;
}

/// @notice EIP-712 `Loan(uint256 tokenId,address from,address user,uint64 until,uint256 nonce,uint64 deadline)`, signed by `from`.
struct Loan {
    uint256 tokenId;
    address from;
    address user;
    uint64 until;
    uint256 nonce;
    uint64 deadline;
}

/// @notice State of a token. `stateAfter = keccak256(abi.encode(tokenId, ...))` with the fields in this order.
/// @param gifts How many gifts there were: 0 while the first holding period applies.
/// @param holdOrder The order of the hold in force (or lapsed), else zero.
/// @param acquiredAt Block time at which the holder got it (a recovery does not change it).
/// @param policyVersion In force when the holder got it, with its digest.
struct Token {
    TokenStatus status;
    address holder;
    address user;
    uint64 userUntil;
    bytes32 holdOrder;
    uint64 heldUntil;
    uint64 acquiredAt;
    uint32 gifts;
    bool distributed;
    uint32 policyVersion;
    bytes32 policyDigest;
}

/// @title The collectible
/// @notice ERC-721, ERC-7943 (non-fungible), ERC-6454, ERC-4907 and ERC-4906. Approvals revert. Every change of holder is a
/// gift, a distribution, a recovery, or an order executed. The standard events mirror the records. EIP-712 domain: name
/// "Qianyin", version "1", chain id, this contract, salt = hash of the parent block at deployment. Nonces are unordered.
interface ICollectible {
    /// @notice Act. Subjects: the token, the edition, party(issuer).
    event Minted(
        uint256 tokenId,
        address issuer,
        bytes32 collectionId,
        bytes32 workId,
        uint64 serial,
        uint32 policyVersion,
        bytes32 policyDigest
    );
    /// @notice Act: the issuer hands it out, once a token. Subjects: the token, party(from), party(to).
    event Distributed(uint256 tokenId, address from, address to, uint32 policyVersion, bytes32 policyDigest);
    /// @notice Act. `intent` is the EIP-712 digest of the gift, `acceptance` that of the acceptance or zero.
    /// Subjects: the token, party(from), party(to). A loan ends with the gift.
    event Gifted(
        uint256 tokenId,
        address from,
        address to,
        bytes32 intent,
        bytes32 acceptance,
        Hand hand,
        uint32 policyVersion,
        bytes32 policyDigest
    );
    /// @notice Act. Subjects: the token, party(from), party(user). `intent` is zero for an own transaction through ERC-4907.
    event Lent(uint256 tokenId, address from, address user, uint64 until, bytes32 intent, Hand hand);
    /// @notice Act. Subjects: the token, the order.
    event HoldPlaced(uint256 tokenId, bytes32 orderId, uint64 until);
    /// @notice Act. Subjects: the token, the order.
    event HoldReleased(uint256 tokenId, bytes32 orderId);
    /// @notice Act; a hold and a loan end with it, and it counts as handed out. Subjects: the token, the order, party(from),
    /// party(to).
    event HolderChangedByOrder(
        uint256 tokenId, address from, address to, bytes32 orderId, uint32 policyVersion, bytes32 policyDigest
    );
    /// @notice Act: it follows its holder to the account that stands for it now; all else stays. Subjects: the token,
    /// party(from), party(to).
    event Recovered(uint256 tokenId, address from, address to);
    /// @notice Act: struck out, never deleted. `orderId` is zero where the issuer, still its holder, did it. Subjects: the
    /// token, party(holder).
    event Annulled(uint256 tokenId, bytes32 orderId, string reason);
    /// @notice Act: the account takes a nonce back. Subjects: nonce(account, nonce), party(account).
    /// State: `keccak256(abi.encode(account, nonce, true))`.
    event IntentCancelled(address account, uint256 nonce);

    /// @notice An item of a batch was refused; the others went through. Named by its token id (mint, distribute, recover) or
    /// the digest of its intent (gift). Not an act.
    event Refused(bytes32 indexed operation, bytes reason);

    error TokenKnown(uint256 tokenId);
    error TokenUnknown(uint256 tokenId);
    error TokenAnnulled(uint256 tokenId);
    error TokenHeld(uint256 tokenId, bytes32 orderId, uint64 until);
    error TokenNotHeld(uint256 tokenId);
    error NotIssuer(bytes32 collectionId, address caller);
    error NotHolder(uint256 tokenId, address account);
    error DistributedBefore(uint256 tokenId);
    /// @notice It is still with its issuer, who hands it out by `distribute`.
    error NotDistributed(uint256 tokenId);
    error GiftToSelf(uint256 tokenId, address account);
    error GiftsPerDayReached(bytes32 collectionId, address account, uint16 limit);
    error AcceptanceMissing(uint256 tokenId, address to);
    error SignatureInvalid(address signer);
    error IntentExpired(uint64 deadline);
    error NonceUsed(address account, uint256 nonce);
    error LentBefore(uint256 tokenId, uint64 until);
    error ApprovalsRefused();
    error NothingToRecover(uint256 tokenId);
    error ReasonMissing();

    /// @notice Only the issuer of the edition's collection, which is the registrant of its work.
    function mint(Issue calldata issue) external returns (uint256 tokenId);
    function mintBatch(Issue[] calldata issues) external;
    /// @notice The issuer hands a token out that was never handed out before.
    function distribute(Handout calldata handout) external;
    function distributeBatch(Handout[] calldata handouts) external;
    /// @notice Submit a gift: by anybody with the holder's signature, or by the holder with an empty one.
    function give(SignedGift calldata signedGift) external;
    function giveBatch(SignedGift[] calldata signedGifts) external;
    function lend(Loan calldata loan, bytes calldata signature) external;
    /// @notice Take a nonce back, by own transaction.
    function cancelIntent(uint256 nonce) external;
    /// @notice The same by signature over `Cancel(address account,uint256 nonce)`; anybody submits.
    function cancelIntentBySignature(address account, uint256 nonce, bytes calldata signature) external;
    /// @notice Move tokens of replaced accounts to the accounts that stand for them. Anybody.
    function recover(uint256[] calldata tokenIds) external;
    /// @notice The issuer, while it still has it and never handed it out.
    function annul(uint256 tokenId, string calldata reason) external;
    /// @notice An order executor; consumes the filed order.
    function annulByOrder(uint256 tokenId, string calldata reason) external;

    /// @notice Reverts with the rule that a gift by own transaction would break now, consents aside.
    function requireGift(address from, address to, uint256 tokenId) external view;
    /// @notice Tell readers of ERC-4906 that the manifest of an edition's work was amended. Anybody.
    function announceAmendment(uint256 editionId) external;
    function token(uint256 tokenId) external view returns (Token memory);
    function nonceUsed(address account, uint256 nonce) external view returns (bool);
    function giftDigest(Gift calldata gift) external view returns (bytes32);
    function loanDigest(Loan calldata loan) external view returns (bytes32);
    function domainSeparator() external view returns (bytes32);
}
