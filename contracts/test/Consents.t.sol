// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../Subjects.sol";
import {Assent, Attestation, Consent, IConsents} from "../interfaces/IConsents.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {Claim} from "../interfaces/IRightsRegistry.sol";
import {Club} from "./Clubs.sol";
import {Estates} from "./Estates.sol";

/// @notice Who agrees, with which hand, and until when.
contract ConsentsTest is Estates {
    bytes32 private constant STRUCT = "a struct hash";

    function test_whoever_must_agree_signs_and_how_is_told() public {
        address[] memory parties = _parties(ann, ben, cleo);
        Consent[] memory given = _agreed(consents.digest(STRUCT), parties);
        given[2].signature = "";
        (bytes32 intent, uint256 assents) = _take(cleo, parties, given);
        assertEq(intent, consents.digest(STRUCT));
        assertEq(assents & 15, uint8(Assent.KeptKey));
        assertEq((assents >> 4) & 15, uint8(Assent.OwnKey));
        assertEq(assents >> 8, uint8(Assent.OwnTransaction));
    }

    function test_the_digest_is_that_of_eip712_in_the_domain() public view {
        (, string memory name,, uint256 chainId, address contract_, bytes32 salt,) = consents.eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
                ),
                keccak256(bytes(name)),
                keccak256("1"),
                chainId,
                contract_,
                salt
            )
        );
        assertEq(contract_, address(consents));
        assertEq(consents.domainSeparator(), domain);
        assertEq(consents.digest(STRUCT), _typed(domain, STRUCT));
    }

    function test_only_the_registries_take_consents() public {
        Consent[] memory given = new Consent[](0);
        address[] memory parties = new address[](0);
        vm.prank(museum);
        vm.expectRevert(abi.encodeWithSelector(IConsents.NotRegistry.selector, museum));
        consents.take(STRUCT, novel, type(uint64).max, museum, parties, given);
        vm.prank(grantsAt);
        consents.take(STRUCT, novel, type(uint64).max, museum, parties, given);
        vm.prank(address(rights));
        consents.take(STRUCT, novel, type(uint64).max, museum, parties, given);
    }

    function test_exactly_the_parties_agree_in_their_order() public {
        bytes32 digest = consents.digest(STRUCT);
        address[] memory both = _parties(ann, ben);
        _refuses(both, _agreed(digest, _parties(ann)), _mismatch(1, ben));
        _refuses(both, _agreed(digest, _parties(ben, ann)), _mismatch(0, ann));
        _refuses(both, _agreed(digest, _parties(ann, ben, cleo)), _mismatch(2, address(0)));
        _refuses(both, new Consent[](0), _mismatch(0, ann));
        _take(relayer, both, _agreed(digest, both));
    }

    function test_an_act_has_sixty_four_parties_at_most() public {
        address[] memory many = new address[](65);
        for (uint256 i = 0; i < 65; ++i) {
            many[i] = ben;
        }
        bytes32 digest = consents.digest(STRUCT);
        _refuses(many, _agreed(digest, many), abi.encodeWithSelector(IConsents.PartiesReached.selector, 64));
        assembly ("memory-safe") {
            mstore(many, 64)
        }
        (, uint256 assents) = _take(relayer, many, _agreed(digest, many));
        assertEq(assents, type(uint256).max / 15);
    }

    function test_a_consent_is_good_until_its_deadline() public {
        Consent[] memory given = _agreed(consents.digest(STRUCT), _parties(ben));
        uint64 time = uint64(vm.getBlockTimestamp());
        vm.startPrank(address(rights));
        consents.take(STRUCT, novel, time, relayer, _parties(ben), given);
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentExpired.selector, time - 1));
        consents.take(STRUCT, novel, time - 1, relayer, _parties(ben), given);
        vm.stopPrank();
    }

    function test_nobody_signs_for_another_and_nothing_else() public {
        bytes32 digest = consents.digest(STRUCT);
        Consent[] memory given = _agreed(digest, _parties(ben));
        given[0] = _signature(ben, cleo, digest);
        bytes memory invalid = abi.encodeWithSelector(IConsents.SignatureInvalid.selector, ben);
        _refuses(_parties(ben), given, invalid);
        given[0] = _signature(ben, ben, keccak256("another act"));
        _refuses(_parties(ben), given, invalid);
        given[0].signature = "";
        _refuses(_parties(ben), given, invalid);
        given[0].signature = new bytes(64);
        _refuses(_parties(ben), given, invalid);
        given[0] = _signature(ben, ben, digest);
        _take(relayer, _parties(ben), given);
    }

    function test_who_does_not_stand_does_not_agree() public {
        bytes32 digest = consents.digest(STRUCT);
        (, keyOf[stranger]) = makeAddrAndKey("stranger");
        Consent[] memory given = _agreed(digest, _parties(stranger));
        _refuses(_parties(stranger), given, abi.encodeWithSelector(IConsents.CannotConsent.selector, stranger));
        given = _agreed(digest, _parties(ben));
        _take(relayer, _parties(ben), given);
        _suspend(ben);
        _refuses(_parties(ben), given, abi.encodeWithSelector(IConsents.CannotConsent.selector, ben));
    }

    function test_who_stands_for_a_party_now_signs() public {
        address benAgain = _fresh("ben again");
        bytes32 digest = consents.digest(STRUCT);
        Consent[] memory given = _agreed(digest, _parties(ben));
        _replace(ben, benAgain);
        _refuses(_parties(ben), given, abi.encodeWithSelector(IConsents.SignatureInvalid.selector, benAgain));
        given[0] = _signature(ben, benAgain, digest);
        _take(relayer, _parties(ben), given);
    }

    function test_a_contract_agrees_by_its_own_word() public {
        Club club = new Club(benKey);
        _register(address(club), Kind.Institution, Custody.Contract);
        bytes32 digest = consents.digest(STRUCT);
        Consent[] memory given = _agreed(digest, _parties(address(club)), ben);
        (, uint256 assents) = _take(relayer, _parties(address(club)), given);
        assertEq(assents, uint8(Assent.OwnKey));
        given = _agreed(digest, _parties(address(club)), cleo);
        _refuses(
            _parties(address(club)), given, abi.encodeWithSelector(IConsents.SignatureInvalid.selector, address(club))
        );
    }

    // Papers

    function test_a_paper_is_attested_by_two_hands() public {
        Consent[] memory given = _onPaper(ann, museum, registrar);
        bytes32 intent = consents.digest(STRUCT);
        vm.recordLogs();
        (, uint256 assents) = _take(relayer, _parties(ann), given);
        assertEq(assents, uint8(Assent.Paper));
        Attestation memory kept = consents.attestation(intent, ann);
        assertEq(abi.encode(kept), abi.encode(bytes32("paper"), museum, registrar, false));
        bytes32[] memory subjects = new bytes32[](4);
        (subjects[0], subjects[1]) = (_consent(intent, ann), _rightsSubject(novel));
        (subjects[2], subjects[3]) = (_party(museum), _party(registrar));
        _assertTold(
            IConsents.Attested.selector,
            keccak256(abi.encode(intent, ann, kept)),
            subjects,
            abi.encode(intent, ann, novel, bytes32("paper"), museum, registrar)
        );
    }

    function test_who_has_a_key_signs_itself() public {
        _refuses(
            _parties(ben), _onPaper(ben, museum, registrar), abi.encodeWithSelector(IConsents.PartyHasKey.selector, ben)
        );
        // One whose key was kept and is its own now.
        address annAgain = _fresh("ann again");
        Consent[] memory given = _onPaper(ann, museum, registrar);
        _replace(ann, annAgain);
        _refuses(_parties(ann), given, abi.encodeWithSelector(IConsents.PartyHasKey.selector, ann));
    }

    function test_an_issuer_attests_and_a_registrar_confirms() public {
        bytes4 missing = IGovernance.RoleMissing.selector;
        _refuses(_parties(ann), _onPaper(ann, ben, registrar), abi.encodeWithSelector(missing, Role.Issuer, ben));
        _refuses(_parties(ann), _onPaper(ann, museum, cleo), abi.encodeWithSelector(missing, Role.Registrar, cleo));
        bytes4 same = IConsents.SameHand.selector;
        _refuses(_parties(ann), _onPaper(ann, museum, museum), abi.encodeWithSelector(same, museum));
        _refuses(_parties(ann), _onPaper(ann, ann, registrar), abi.encodeWithSelector(same, ann));
        _refuses(_parties(ann), _onPaper(ann, museum, ann), abi.encodeWithSelector(same, ann));
        _suspend(museum);
        _refuses(
            _parties(ann),
            _onPaper(ann, museum, registrar),
            abi.encodeWithSelector(IConsents.CannotConsent.selector, museum)
        );
    }

    function test_both_hands_sign_this_paper_of_this_party_for_this_act() public {
        Consent[] memory given = _onPaper(ann, museum, registrar);
        given[0].paper = "another";
        bytes4 invalid = IConsents.SignatureInvalid.selector;
        _refuses(_parties(ann), given, abi.encodeWithSelector(invalid, museum));
        given = _onPaper(ann, museum, registrar);
        given[0].confirmation = given[0].signature;
        _refuses(_parties(ann), given, abi.encodeWithSelector(invalid, registrar));
        given = _onPaper(ann, museum, registrar);
        given[0].signature = "";
        _refuses(_parties(ann), given, abi.encodeWithSelector(invalid, museum));
        address dora = _person("dora", Custody.Kept);
        given = _onPaper(ann, museum, registrar);
        given[0].party = dora;
        _refuses(_parties(dora), given, abi.encodeWithSelector(invalid, museum));
        _take(relayer, _parties(ann), _onPaper(ann, museum, registrar));
    }

    function test_the_party_confirms_later_what_was_attested() public {
        bytes32 intent = consents.digest(STRUCT);
        vm.expectRevert(abi.encodeWithSelector(IConsents.AttestationUnknown.selector, intent, ann));
        consents.confirm(intent, ann, "");
        _take(relayer, _parties(ann), _onPaper(ann, museum, registrar));
        address annAgain = _fresh("ann again");
        _replace(ann, annAgain);
        bytes32 digest = _confirmation(intent, ann);
        vm.expectRevert(abi.encodeWithSelector(IConsents.SignatureInvalid.selector, annAgain));
        consents.confirm(intent, ann, _sign(annKey, digest));
        vm.recordLogs();
        consents.confirm(intent, ann, _sign(keyOf[annAgain], digest));
        bytes32[] memory subjects = new bytes32[](3);
        (subjects[0], subjects[1], subjects[2]) = (_consent(intent, ann), _rightsSubject(novel), _party(ann));
        Attestation memory kept = consents.attestation(intent, ann);
        assertTrue(kept.confirmed);
        _assertTold(
            IConsents.AttestationConfirmed.selector,
            keccak256(abi.encode(intent, ann, kept)),
            subjects,
            abi.encode(intent, ann, novel, Assent.OwnKey)
        );
        vm.prank(annAgain);
        vm.expectRevert(abi.encodeWithSelector(IConsents.AttestationConfirmedBefore.selector, intent, ann));
        consents.confirm(intent, ann, "");
    }

    function test_a_party_confirms_by_its_own_transaction_while_it_stands() public {
        bytes32 intent = consents.digest(STRUCT);
        _take(relayer, _parties(ann), _onPaper(ann, museum, registrar));
        _suspend(ann);
        vm.prank(ann);
        vm.expectRevert(abi.encodeWithSelector(IConsents.CannotConsent.selector, ann));
        consents.confirm(intent, ann, "");
        vm.warp(vm.getBlockTimestamp() + 31 days);
        vm.prank(ann);
        consents.confirm(intent, ann, "");
        assertTrue(consents.attestation(intent, ann).confirmed);
    }

    // Taking back

    function test_what_was_signed_is_taken_back() public {
        bytes32 intent = consents.digest(STRUCT);
        Consent[] memory given = _agreed(intent, _parties(ben, cleo));
        vm.recordLogs();
        vm.prank(ben);
        consents.withdraw(intent, ben, "");
        bytes32 state = keccak256(abi.encode(intent, ben, true));
        bytes32[] memory subjects = new bytes32[](2);
        (subjects[0], subjects[1]) = (Subjects.id(address(consents), state), _party(ben));
        _assertTold(IConsents.ConsentWithdrawn.selector, state, subjects, abi.encode(intent, ben));
        assertTrue(consents.withdrawn(intent, ben));
        bytes memory takenBack = abi.encodeWithSelector(IConsents.ConsentTakenBack.selector, intent, ben);
        _refuses(_parties(ben, cleo), given, takenBack);
        vm.prank(ben);
        vm.expectRevert(takenBack);
        consents.withdraw(intent, ben, "");
        // Neither of another, nor for another act.
        assertFalse(consents.withdrawn(intent, cleo));
        bytes32 other = consents.digest("another");
        vm.prank(address(rights));
        consents.take("another", novel, type(uint64).max, relayer, _parties(ben), _agreed(other, _parties(ben)));
    }

    function test_only_the_account_takes_its_own_back() public {
        bytes32 intent = consents.digest(STRUCT);
        bytes32 digest = _withdrawal(intent, ben);
        vm.expectRevert(abi.encodeWithSelector(IConsents.SignatureInvalid.selector, ben));
        consents.withdraw(intent, ben, _sign(cleoKey, digest));
        vm.expectRevert(abi.encodeWithSelector(IConsents.SignatureInvalid.selector, ben));
        consents.withdraw(intent, ben, _sign(benKey, intent));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IConsents.CannotConsent.selector, stranger));
        consents.withdraw(intent, stranger, "");
        // One who is suspended may still take back.
        _suspend(ben);
        vm.prank(relayer);
        consents.withdraw(intent, ben, _sign(benKey, digest));
        assertTrue(consents.withdrawn(intent, ben));
    }

    function test_a_paper_is_worth_nothing_once_the_party_took_back() public {
        bytes32 intent = consents.digest(STRUCT);
        Consent[] memory given = _onPaper(ann, museum, registrar);
        vm.prank(ann);
        consents.withdraw(intent, ann, "");
        _refuses(_parties(ann), given, abi.encodeWithSelector(IConsents.ConsentTakenBack.selector, intent, ann));
    }

    function test_what_is_taken_back_stops_the_act_it_was_signed_for() public {
        Claim memory claim_ = _claimOf(_everything(), _of(ben));
        bytes32 intent = rights.claimDigest(claim_);
        Consent[] memory given = _agreed(intent, _parties(museum, ben));
        vm.prank(ben);
        consents.withdraw(intent, ben, "");
        vm.expectRevert(abi.encodeWithSelector(IConsents.ConsentTakenBack.selector, intent, ben));
        rights.claim(claim_, given);
        claim_.deadline += 1;
        _claimed(claim_);
    }

    function _take(address sender, address[] memory parties, Consent[] memory given)
        private
        returns (bytes32, uint256)
    {
        vm.prank(address(rights));
        return consents.take(STRUCT, novel, type(uint64).max, sender, parties, given);
    }

    function _refuses(address[] memory parties, Consent[] memory given, bytes memory reason) private {
        vm.prank(address(rights));
        vm.expectRevert(reason);
        consents.take(STRUCT, novel, type(uint64).max, relayer, parties, given);
    }

    function _onPaper(address party, address attester, address confirmer) private view returns (Consent[] memory) {
        bytes32 kind = keccak256("Attestation(bytes32 intent,address party,bytes32 paper)");
        bytes32 struct_ = keccak256(abi.encode(kind, consents.digest(STRUCT), party, bytes32("paper")));
        bytes32 digest = _typed(consents.domainSeparator(), struct_);
        Consent[] memory given = new Consent[](1);
        given[0] = Consent(
            party, _sign(keyOf[attester], digest), "paper", attester, confirmer, _sign(keyOf[confirmer], digest)
        );
        return given;
    }

    function _agreed(bytes32 digest, address[] memory parties, address signer)
        private
        view
        returns (Consent[] memory given)
    {
        given = new Consent[](1);
        given[0] = _signature(parties[0], signer, digest);
    }

    function _confirmation(bytes32 intent, address party) private view returns (bytes32) {
        bytes32 kind = keccak256("Confirmation(bytes32 intent,address party)");
        return _typed(consents.domainSeparator(), keccak256(abi.encode(kind, intent, party)));
    }

    function _withdrawal(bytes32 intent, address account) private view returns (bytes32) {
        bytes32 kind = keccak256("Withdrawal(bytes32 intent,address account)");
        return _typed(consents.domainSeparator(), keccak256(abi.encode(kind, intent, account)));
    }

    function _consent(bytes32 intent, address party) private view returns (bytes32) {
        return Subjects.id(address(consents), keccak256(abi.encode(intent, party)));
    }

    function _mismatch(uint256 place, address expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsents.ConsentsMismatch.selector, place, expected);
    }

    function _fresh(string memory name) private returns (address account) {
        uint256 key;
        (account, key) = makeAddrAndKey(name);
        keyOf[account] = key;
    }
}
