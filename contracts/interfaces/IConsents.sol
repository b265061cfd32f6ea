// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice How a party agreed.
enum Assent {
    None,
    OwnKey,
    KeptKey,
    OwnTransaction,
    Paper
}

/// @notice One party's agreement to an act.
/// @param party As the act names it; whoever stands for that account now signs.
/// @param signature Over the act's digest. Empty where the party sends the transaction itself. With a paper: by the attester,
/// over `Attestation(bytes32 intent,address party,bytes32 paper)`.
/// @param paper SHA-256 of what the party signed by hand; zero where it signed the act.
/// @param attester With a paper: an issuer that says so.
/// @param confirmer With a paper: a registrar that looked at it too.
/// @param confirmation With a paper: by the confirmer, over the same attestation.
struct Consent {
    address party;
    bytes signature;
    bytes32 paper;
    address attester;
    address confirmer;
    bytes confirmation;
}

/// @notice State of an attested consent. `stateAfter = keccak256(abi.encode(intent, party, ...))` with the fields in this order.
struct Attestation {
    bytes32 paper;
    address attester;
    address confirmer;
    bool confirmed;
}

/// @title Who agreed, and how
/// @notice Acts on rights are agreed by everybody concerned: each signs the same EIP-712 struct (`IRightsRegistry`, `IGrants`),
/// whose domain is name "Qianyin", version "1", chain id, *this* contract, salt = hash of the parent block at deployment. What
/// makes an act unrepeatable is the revision it names.
///
/// Where an author has no key of its own (custody kept), a paper that it signed by hand may stand for its signature: one hand
/// attests it, another confirms, both are on record, and such an act is never said to be signed by the author, who can confirm
/// it later.
interface IConsents {
    /// @notice Act. Subjects: consent(intent, party), rights(work), party(attester), party(confirmer).
    event Attested(bytes32 intent, address party, bytes32 workId, bytes32 paper, address attester, address confirmer);
    /// @notice Act: the party itself agrees to what was attested for it. Subjects: consent(intent, party), rights(work),
    /// party(party).
    event AttestationConfirmed(bytes32 intent, address party, bytes32 workId, Assent assent);
    /// @notice Act: what an account signed, or would, is worth nothing any more. Subjects: withdrawal(intent, account),
    /// party(account). State: `keccak256(abi.encode(intent, account, true))`.
    event ConsentWithdrawn(bytes32 intent, address account);

    /// @notice Exactly these parties have to agree, in this order.
    error ConsentsMismatch(uint256 place, address expected);
    /// @notice More than their assents fit in one word.
    error PartiesReached(uint256 most);
    error ConsentExpired(uint64 deadline);
    error ConsentTakenBack(bytes32 intent, address account);
    error SignatureInvalid(address signer);
    /// @notice Its account does not stand: suspended, or unknown.
    error CannotConsent(address account);
    /// @notice It has a key of its own, so nobody signs for it.
    error PartyHasKey(address party);
    error SameHand(address account);
    error AttestationUnknown(bytes32 intent, address party);
    error AttestationConfirmedBefore(bytes32 intent, address party);
    error NotRegistry(address caller);

    /// @notice The two registries alone: see that all agreed, and record what was attested.
    /// @param sender Who sent the transaction.
    /// @return intent The digest that all signed.
    /// @return assents Four bits each, the first party's in the lowest.
    function take(
        bytes32 structHash,
        bytes32 workId,
        uint64 deadline,
        address sender,
        address[] calldata parties,
        Consent[] calldata consents
    ) external returns (bytes32 intent, uint256 assents);
    /// @notice By signature over `Confirmation(bytes32 intent,address party)`, or with an empty one by the party itself.
    function confirm(bytes32 intent, address party, bytes calldata signature) external;
    /// @notice Take back what was signed for an act that did not happen yet. By signature over
    /// `Withdrawal(bytes32 intent,address account)`, or with an empty one by the account itself.
    function withdraw(bytes32 intent, address account, bytes calldata signature) external;

    function attestation(bytes32 intent, address party) external view returns (Attestation memory);
    function withdrawn(bytes32 intent, address account) external view returns (bool);
    function digest(bytes32 structHash) external view returns (bytes32);
    function domainSeparator() external view returns (bytes32);
}
