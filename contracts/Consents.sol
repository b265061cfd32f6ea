// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "./Recorder.sol";
import {Signatures} from "./Signatures.sol";
import {Subjects} from "./Subjects.sol";
import {TypedData} from "./TypedData.sol";
import {Assent, Attestation, Consent, IConsents} from "./interfaces/IConsents.sol";
import {IGovernance, Role} from "./interfaces/IGovernance.sol";
import {Custody, IIdentityRegistry, Kind} from "./interfaces/IIdentityRegistry.sol";
import {IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";

/// @title Who agreed, and how
contract Consents is IConsents, Recorder, TypedData {
    /// @dev What a paper was attested for: the act's work too, which the confirmation is told in the history of.
    struct PaperData {
        bytes32 workId;
        bytes32 paper;
        address attester;
        bool confirmed;
        address confirmer;
    }

    /// @notice Of one act: as many as their assents fit in one word.
    uint256 public constant MOST_PARTIES = 64;

    bytes32 private constant ATTESTATION = keccak256("Attestation(bytes32 intent,address party,bytes32 paper)");
    bytes32 private constant CONFIRMATION = keccak256("Confirmation(bytes32 intent,address party)");
    bytes32 private constant WITHDRAWAL = keccak256("Withdrawal(bytes32 intent,address account)");

    IGovernance public immutable governance;
    IIdentityRegistry public immutable identities;
    address public immutable rights;
    address public immutable grants;

    mapping(bytes32 intent => mapping(address party => PaperData)) private _attested;
    /// @inheritdoc IConsents
    mapping(bytes32 intent => mapping(address account => bool)) public withdrawn;

    // The contracts called are those of the construction, and none calls back; foreign code runs in a static call
    // alone (ERC-1271). Each of at most 64 parties is looked up. The registries' addresses are computed before they exist.
    // slither-disable-start reentrancy-no-eth,reentrancy-benign,reentrancy-events,calls-loop,missing-zero-check

    constructor(
        IProvenanceLedger ledger_,
        IGovernance governance_,
        IIdentityRegistry identities_,
        address rights_,
        address grants_
    ) Recorder(ledger_) {
        governance = governance_;
        identities = identities_;
        rights = rights_;
        grants = grants_;
    }

    /// @inheritdoc IConsents
    function take(
        bytes32 structHash,
        bytes32 workId,
        uint64 deadline,
        address sender,
        address[] calldata parties,
        Consent[] calldata consents
    ) external returns (bytes32 intent, uint256 assents) {
        if (msg.sender != rights && msg.sender != grants) revert NotRegistry(msg.sender);
        if (deadline < block.timestamp) revert ConsentExpired(deadline);
        if (parties.length > MOST_PARTIES) revert PartiesReached(MOST_PARTIES);
        intent = digest(structHash);
        for (uint256 i = 0; i < parties.length; ++i) {
            if (i == consents.length || consents[i].party != parties[i]) revert ConsentsMismatch(i, parties[i]);
            assents |= uint256(_assent(intent, workId, sender, consents[i])) << (4 * i);
        }
        if (consents.length > parties.length) revert ConsentsMismatch(parties.length, address(0));
    }

    /// @inheritdoc IConsents
    function confirm(bytes32 intent, address party, bytes calldata signature) external {
        PaperData storage attested = _attested[intent][party];
        if (attested.paper == 0) revert AttestationUnknown(intent, party);
        if (attested.confirmed) revert AttestationConfirmedBefore(intent, party);
        address account = _standing(party);
        bytes32 signed = digest(keccak256(abi.encode(CONFIRMATION, intent, party)));
        Assent assent = _signedBy(account, msg.sender, signed, signature);
        attested.confirmed = true;
        bytes32 workId = attested.workId;
        _record(
            AttestationConfirmed.selector,
            _stateOf(intent, party),
            Subjects.list(_subject(intent, party), Subjects.id(rights, workId), _party(party)),
            abi.encode(intent, party, workId, assent)
        );
    }

    /// @inheritdoc IConsents
    function withdraw(bytes32 intent, address account, bytes calldata signature) external {
        // An account that is not registered has agreed to nothing, and has no place in the ledger.
        if (identities.kindOf(account) == Kind.None) revert CannotConsent(account);
        if (withdrawn[intent][account]) revert ConsentTakenBack(intent, account);
        bytes32 signed = digest(keccak256(abi.encode(WITHDRAWAL, intent, account)));
        _signedBy(account, msg.sender, signed, signature);
        withdrawn[intent][account] = true;
        bytes32 state = keccak256(abi.encode(intent, account, true));
        _record(
            ConsentWithdrawn.selector,
            state,
            Subjects.list(Subjects.id(address(this), state), _party(account)),
            abi.encode(intent, account)
        );
    }

    /// @inheritdoc IConsents
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /// @inheritdoc IConsents
    function attestation(bytes32 intent, address party) public view returns (Attestation memory) {
        PaperData storage attested = _attested[intent][party];
        return Attestation(attested.paper, attested.attester, attested.confirmer, attested.confirmed);
    }

    /// @inheritdoc IConsents
    function digest(bytes32 structHash) public view returns (bytes32) {
        return _typedDigest(structHash);
    }

    function _assent(bytes32 intent, bytes32 workId, address sender, Consent calldata consent)
        private
        returns (Assent)
    {
        address account = _standing(consent.party);
        if (withdrawn[intent][account]) revert ConsentTakenBack(intent, account);
        if (consent.paper == 0) return _signedBy(account, sender, intent, consent.signature);
        if (identities.custodyOf(account) != Custody.Kept) revert PartyHasKey(consent.party);
        _attest(intent, workId, account, consent);
        return Assent.Paper;
    }

    /// @dev Two hands, neither of them the party's own.
    function _attest(bytes32 intent, bytes32 workId, address account, Consent calldata consent) private {
        (address attester, address confirmer) = (consent.attester, consent.confirmer);
        if (attester == confirmer || attester == account) revert SameHand(attester);
        if (confirmer == account) revert SameHand(confirmer);
        governance.requireRole(Role.Issuer, attester);
        governance.requireRole(Role.Registrar, confirmer);
        if (!identities.canSend(attester)) revert CannotConsent(attester);
        bytes32 signed = digest(keccak256(abi.encode(ATTESTATION, intent, consent.party, consent.paper)));
        _requireSigned(attester, signed, consent.signature);
        _requireSigned(confirmer, signed, consent.confirmation);
        _attested[intent][consent.party] = PaperData(workId, consent.paper, attester, false, confirmer);
        _record(
            Attested.selector,
            _stateOf(intent, consent.party),
            Subjects.list(
                _subject(intent, consent.party), Subjects.id(rights, workId), _party(attester), _party(confirmer)
            ),
            abi.encode(intent, consent.party, workId, consent.paper, attester, confirmer)
        );
    }

    /// @dev Who stands for a party now, if it may agree to anything.
    function _standing(address party) private view returns (address account) {
        account = identities.current(party);
        if (!identities.canSend(account)) revert CannotConsent(account);
    }

    function _signedBy(address account, address sender, bytes32 signed, bytes calldata signature)
        private
        view
        returns (Assent)
    {
        if (sender == account) return Assent.OwnTransaction;
        _requireSigned(account, signed, signature);
        return identities.custodyOf(account) == Custody.Kept ? Assent.KeptKey : Assent.OwnKey;
    }

    function _requireSigned(address account, bytes32 signed, bytes calldata signature) private view {
        if (!Signatures.isSigner(account, signed, signature)) revert SignatureInvalid(account);
    }

    function _stateOf(bytes32 intent, address party) private view returns (bytes32) {
        return keccak256(abi.encode(intent, party, attestation(intent, party)));
    }

    function _subject(bytes32 intent, address party) private view returns (bytes32) {
        return Subjects.id(address(this), keccak256(abi.encode(intent, party)));
    }

    function _party(address account) private view returns (bytes32) {
        return Subjects.party(address(identities), account);
    }

    // slither-disable-end reentrancy-no-eth,reentrancy-benign,reentrancy-events,calls-loop,missing-zero-check
}
