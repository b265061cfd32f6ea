// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Consent, IConsents} from "../interfaces/IConsents.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {GrantAmendment, GrantKind, Ground, IGrants, Offer, Surrender, Termination} from "../interfaces/IGrants.sol";
import {Custody} from "../interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "../interfaces/IOrders.sol";
import {Assignment, Axis, Claim, IRightsRegistry, Ownership, Scope, Split} from "../interfaces/IRightsRegistry.sol";
import {Codes} from "../rights/Codes.sol";
import {Offers} from "./Offers.sol";

/// @notice What a thief can do to rights with each key, and what not. `ann`, whose key is kept for her, and `ben`, who keeps his
/// own, own one estate each and a third together; `cleo` is licensed. `thief` is the thief's own account, registered like any other.
contract StolenRightsTest is Offers {
    bytes32 private constant PAPER = "a forged paper";

    address private thief;
    uint256 private annsEstate;
    uint256 private bensEstate;
    uint256 private shared;
    bytes32 private licence;

    function setUp() public override {
        super.setUp();
        thief = _person("thief", Custody.Own);
        annsEstate = _claimed(_claimOf(_ofRights(1), _of(ann)));
        bensEstate = _claimed(_claimOf(_ofRights(2), _of(ben)));
        shared = _claimed(_claimOf(_ofRights(TRANSLATION), _of(ann, 1, ben, 1)));
        licence = _grant(_offer(bensEstate, cleo, GrantKind.Exclusive, _only(2, JAPAN | CHINA)));
    }

    // Papers

    function test_the_attesters_key_alone_attests_nothing() public {
        Assignment memory assignment = _toThief(annsEstate);
        bytes32 intent = rights.assignmentDigest(assignment);
        // It can sign that there is a paper. It cannot: do without the confirmer, be both, or name one that is none.
        _refuses(assignment, _onPaper(intent, museum, registrar, museum), _unsigned(registrar));
        _refuses(
            assignment,
            _onPaper(intent, museum, museum, museum),
            abi.encodeWithSelector(IConsents.SameHand.selector, museum)
        );
        _refusesWith(assignment, _onPaper(intent, museum, thief, thief), IGovernance.RoleMissing.selector);
        _refusesWith(assignment, _onPaper(intent, museum, officer, museum), IGovernance.RoleMissing.selector);
    }

    function test_the_confirmers_key_alone_confirms_nothing() public {
        Assignment memory assignment = _toThief(annsEstate);
        bytes32 intent = rights.assignmentDigest(assignment);
        Consent[] memory given = _onPaper(intent, museum, registrar, registrar);
        _refuses(assignment, given, _unsigned(museum));
        _refusesWith(assignment, _onPaper(intent, thief, registrar, registrar), IGovernance.RoleMissing.selector);
        _refuses(
            assignment,
            _onPaper(intent, registrar, registrar, registrar),
            abi.encodeWithSelector(IConsents.SameHand.selector, registrar)
        );
        // Nor does it say for the party that a paper is right.
        vm.expectRevert(abi.encodeWithSelector(IConsents.AttestationUnknown.selector, intent, ann));
        vm.prank(registrar);
        consents.confirm(intent, ann, "");
    }

    function test_both_keys_attest_for_whom_keys_are_kept_on_record_until_an_order_undoes_it() public {
        Assignment memory assignment = _toThief(annsEstate);
        bytes32 intent = rights.assignmentDigest(assignment);
        rights.assign(assignment, _papers(intent, ann));
        // They can. Whoever looks sees that she never signed, and who says that she did.
        assertEq(rights.ownerOf(annsEstate), thief);
        assertEq(consents.attestation(intent, ann).attester, museum);
        assertEq(consents.attestation(intent, ann).confirmer, registrar);
        assertFalse(consents.attestation(intent, ann).confirmed);
        vm.expectRevert(abi.encodeWithSelector(IConsents.SignatureInvalid.selector, ann));
        vm.prank(museum);
        consents.confirm(intent, ann, "");
        _file(_filing(Measure.Assign, rights.assignmentTarget(annsEstate, _of(ann))));
        vm.prank(executor);
        rights.assignByOrder(annsEstate, _of(ann));
        assertEq(rights.ownerOf(annsEstate), ann);
    }

    function test_both_keys_attest_nothing_for_whom_has_its_own_key_or_took_it_back() public {
        Assignment memory assignment = _toThief(bensEstate);
        Consent[] memory given = _papers(rights.assignmentDigest(assignment), ben);
        _refuses(assignment, given, abi.encodeWithSelector(IConsents.PartyHasKey.selector, ben));
        assignment = _toThief(annsEstate);
        bytes32 intent = rights.assignmentDigest(assignment);
        vm.prank(ann);
        consents.withdraw(intent, ann, "");
        _refuses(
            assignment, _papers(intent, ann), abi.encodeWithSelector(IConsents.ConsentTakenBack.selector, intent, ann)
        );
        // Taken from the thief, either key attests nothing more.
        assignment.agreement = "another agreement";
        given = _papers(rights.assignmentDigest(assignment), ann);
        vm.prank(operations);
        governance.revoke(Role.Registrar, registrar);
        _refusesWith(assignment, given, IGovernance.RoleMissing.selector);
    }

    function test_a_paper_attested_for_one_act_serves_no_other() public {
        Assignment memory assignment = _toThief(annsEstate);
        Consent[] memory given = _papers(rights.assignmentDigest(assignment), ann);
        assignment.agreement = "another agreement";
        given[1] = _signature(thief, thief, rights.assignmentDigest(assignment));
        _refuses(assignment, given, _unsigned(museum));
        // Nor after anything happened to the estate.
        assignment = _toThief(annsEstate);
        given = _papers(rights.assignmentDigest(assignment), ann);
        _grant(_offer(annsEstate, cleo, GrantKind.NonExclusive, _only(1, JAPAN)));
        _refusesWith(assignment, given, IRightsRegistry.RevisionStale.selector);
    }

    // Owners

    function test_an_owners_key_does_what_the_owner_could() public {
        _split(_splitOf(bensEstate, Axis.Territories, _halves(type(uint256).max)));
        _assign(_toThief(annsEstate), _parties(ann, thief));
        assertEq(rights.ownerOf(annsEstate), thief);
        // Also where it grants alone: as much as was left to it, and no more.
        for (uint256 i = 0; i < 2; ++i) {
            _grantBy(_offerAlone(1 << i), _parties(ben, thief));
        }
        _refusesGrant(_offerAlone(1 << 2), _parties(ben, thief), IGrants.NotAlone.selector);
    }

    function test_a_co_owners_key_does_nothing_that_all_must_agree_to() public {
        Assignment memory assignment = _toThief(shared);
        Consent[] memory given = _agreed(rights.assignmentDigest(assignment), _parties(ben, thief));
        _refusesWith(assignment, given, IConsents.ConsentsMismatch.selector);
        given = _agreed(rights.assignmentDigest(assignment), _parties(ann, ben, thief));
        given[0] = _signature(ann, ben, rights.assignmentDigest(assignment));
        _refuses(assignment, given, _unsigned(ann));
        Split memory split_ = _splitOf(shared, Axis.Territories, _halves(type(uint256).max));
        given = _agreed(rights.splitDigest(split_), _parties(ben));
        vm.expectPartialRevert(IConsents.ConsentsMismatch.selector);
        rights.split(split_, given);
        Offer memory offer = _offer(shared, thief, GrantKind.Exclusive, _only(TRANSLATION, JAPAN));
        _refusesGrant(offer, _parties(ben, thief), IGrants.NotAlone.selector);
    }

    function test_an_owners_key_has_no_power_over_what_was_granted() public {
        Offer memory offer = _offer(bensEstate, thief, GrantKind.NonExclusive, _only(2, JAPAN));
        _refusesGrant(offer, _parties(ben, thief), IGrants.GrantClashes.selector);
        Termination memory termination = _terminationOf(licence, Ground.Condition, _today());
        Consent[] memory given = _agreed(grants.terminationDigest(termination), _parties(ben));
        vm.expectPartialRevert(IGrants.NoSuchCondition.selector);
        grants.terminate(termination, given);
        GrantAmendment memory amendment = _grantAmendmentOf(licence, _only(2, CHINA));
        given = _agreed(grants.amendmentDigest(amendment), _parties(ben));
        vm.expectPartialRevert(IConsents.ConsentsMismatch.selector);
        grants.amend(amendment, given);
        // The acquirer takes the estate with its burden.
        _assign(_toThief(bensEstate), _parties(ben, thief));
        offer = _offer(bensEstate, dora, GrantKind.NonExclusive, _only(2, JAPAN));
        _refusesGrant(offer, _parties(thief, dora), IGrants.GrantClashes.selector);
    }

    function test_an_owners_key_is_worth_nothing_once_replaced_or_held() public {
        Assignment memory assignment = _toThief(bensEstate);
        Consent[] memory given = _agreed(rights.assignmentDigest(assignment), _parties(ben, thief));
        _holdEstate(bensEstate);
        _refusesWith(assignment, given, IRightsRegistry.EstateUnderHold.selector);
        _file(_filing(Measure.Release, _estateSubject(bensEstate)));
        vm.prank(executor);
        rights.release(bensEstate);
        address benAgain = makeAddr("ben, new key");
        _replace(ben, benAgain);
        assignment = _toThief(bensEstate);
        given = _agreed(rights.assignmentDigest(assignment), _parties(ben, thief));
        _refuses(assignment, given, _unsigned(benAgain));
    }

    // Licensees

    function test_a_licensees_key_surrenders_and_sublicenses_what_was_granted() public {
        bytes32 below = _grant(_sublicence(licence, thief, GrantKind.Sole, _only(2, JAPAN)));
        assertEq(grants.getGrant(below).licensee, thief);
        _surrender(_surrenderOf(licence, _today()));
        // What it gave away is dead with it, and the owner grants anew.
        assertLe(grants.liveUntil(below), _today());
        _grant(_offer(bensEstate, dora, GrantKind.Exclusive, _only(2, JAPAN)));
    }

    function test_a_licensees_key_reaches_no_further_than_its_grant() public {
        Offer memory offer = _sublicence(licence, thief, GrantKind.Sole, _only(1, JAPAN));
        _refusesGrant(offer, _parties(cleo, thief), IGrants.OutsideParent.selector);
        bytes32 weak = _grant(_sublicence(licence, dora, GrantKind.NonExclusive, _only(2, CHINA)));
        offer = _sublicence(weak, thief, GrantKind.Exclusive, _only(2, CHINA));
        _refusesGrant(offer, _parties(dora, thief), IGrants.StrongerThanParent.selector);
        GrantAmendment memory amendment = _grantAmendmentOf(licence, _only(2, Codes.TERRITORIES));
        Consent[] memory given = _agreed(grants.amendmentDigest(amendment), _parties(cleo));
        vm.expectPartialRevert(IConsents.ConsentsMismatch.selector);
        grants.amend(amendment, given);
        Assignment memory assignment = _toThief(bensEstate);
        given = _agreed(rights.assignmentDigest(assignment), _parties(cleo, thief));
        _refusesWith(assignment, given, IConsents.ConsentsMismatch.selector);
        Surrender memory surrender_ = _surrenderOf(licence, _today());
        given = _agreed(grants.surrenderDigest(surrender_), _parties(thief));
        vm.expectPartialRevert(IConsents.ConsentsMismatch.selector);
        grants.surrender(surrender_, given);
    }

    function test_a_licensees_key_is_worth_nothing_once_replaced() public {
        address cleoAgain = makeAddr("cleo, new key");
        Scope memory scope = _only(2, JAPAN);
        _replace(cleo, cleoAgain);
        Offer memory offer = _sublicence(licence, thief, GrantKind.Sole, scope);
        _refusesGrant(offer, _parties(cleo, thief), IConsents.SignatureInvalid.selector);
        Surrender memory surrender_ = _surrenderOf(licence, _today());
        Consent[] memory given = _agreed(grants.surrenderDigest(surrender_), _parties(cleo));
        vm.expectRevert(_unsigned(cleoAgain));
        grants.surrender(surrender_, given);
    }

    // Offices

    function test_the_registrants_key_claims_what_nobody_claimed_and_nothing_else() public {
        Claim memory claim_ = _claimOf(_ofRights(4), _of(museum));
        assertEq(rights.ownerOf(_claimed(claim_)), museum);
        claim_ = _claimOf(_ofRights(2 | 8), _of(museum));
        Consent[] memory given = _agreed(rights.claimDigest(claim_), _parties(museum));
        vm.expectRevert(abi.encodeWithSelector(IRightsRegistry.ClaimOverlaps.selector, novel, bensEstate));
        rights.claim(claim_, given);
        // Nor for somebody who does not know of it.
        claim_ = _claimOf(_ofRights(8), _of(ben));
        given = _agreed(rights.claimDigest(claim_), _parties(museum));
        vm.expectPartialRevert(IConsents.ConsentsMismatch.selector);
        rights.claim(claim_, given);
    }

    function test_the_executors_key_executes_only_what_was_filed() public {
        Ownership memory filed = _of(dora);
        _file(_filing(Measure.Assign, rights.assignmentTarget(bensEstate, filed)));
        vm.startPrank(executor);
        vm.expectPartialRevert(IOrders.LegalBasisRequired.selector);
        rights.assignByOrder(bensEstate, _of(thief));
        vm.expectPartialRevert(IOrders.LegalBasisRequired.selector);
        rights.assignByOrder(annsEstate, filed);
        vm.expectPartialRevert(IOrders.LegalBasisRequired.selector);
        grants.terminateByOrder(licence, "why");
        rights.assignByOrder(bensEstate, filed);
        vm.stopPrank();
        assertEq(rights.ownerOf(bensEstate), dora);
    }

    function test_no_key_of_an_office_and_no_strangers_moves_rights() public {
        address[9] memory keys =
            [operations, regulation, registrar, officer, museum, filer, executor, relayer, stranger];
        for (uint256 i = 0; i < keys.length; ++i) {
            _nothingMoves(keys[i]);
        }
    }

    function test_the_relayers_key_submits_what_was_signed_and_alters_nothing() public {
        Offer memory offer = _offer(annsEstate, dora, GrantKind.NonExclusive, _only(1, JAPAN));
        Consent[] memory given = _agreed(grants.offerDigest(offer), _parties(ann, dora));
        offer.scope.territories |= CHINA;
        vm.startPrank(relayer);
        vm.expectRevert(_unsigned(ann));
        grants.grant(offer, given);
        offer.scope.territories = JAPAN;
        grants.grant(offer, given);
        vm.expectPartialRevert(IGrants.GrantKnown.selector);
        grants.grant(offer, given);
        vm.stopPrank();
    }

    /// @dev With this key, and nothing signed by anybody else, ben's estate and the grant of it stay as they are.
    function _nothingMoves(address key) private {
        bytes32 before = keccak256(abi.encode(rights.estate(bensEstate), grants.getGrant(licence)));
        Assignment memory assignment = _toThief(bensEstate);
        Consent[] memory none = new Consent[](0);
        Consent[] memory given = _agreed(rights.assignmentDigest(assignment), _parties(ben, thief));
        given[0].signature = "";
        vm.startPrank(key);
        _tries(address(rights), abi.encodeCall(rights.assign, (assignment, given)));
        _tries(address(rights), abi.encodeCall(rights.assign, (assignment, none)));
        _tries(address(rights), abi.encodeCall(rights.transferFrom, (ben, thief, bensEstate)));
        _tries(address(rights), abi.encodeCall(rights.approve, (thief, bensEstate)));
        _tries(address(rights), abi.encodeCall(rights.touch, (bensEstate, rights.estate(bensEstate).revision)));
        _tries(address(rights), abi.encodeCall(rights.assignByOrder, (bensEstate, _of(thief))));
        _tries(address(rights), abi.encodeCall(rights.hold, (bensEstate)));
        _tries(address(rights), abi.encodeCall(rights.holdWork, (novel)));
        _tries(address(grants), abi.encodeCall(grants.hold, (licence)));
        _tries(address(grants), abi.encodeCall(grants.terminateByOrder, (licence, "why")));
        _tries(address(grants), abi.encodeCall(grants.surrender, (_surrenderOf(licence, _today()), none)));
        _tries(
            address(consents),
            abi.encodeCall(consents.take, ("struct", novel, type(uint64).max, key, _parties(ben), none))
        );
        grants.prune(novel, 10);
        vm.stopPrank();
        assertEq(keccak256(abi.encode(rights.estate(bensEstate), grants.getGrant(licence))), before);
    }

    function _tries(address target, bytes memory data) private {
        (bool done,) = target.call(data);
        assertFalse(done, vm.toString(data));
    }

    // What is made

    function _ofRights(uint16 rights_) private pure returns (Scope memory scope) {
        scope = _everything();
        scope.rights = rights_;
    }

    function _toThief(uint256 estateId) private view returns (Assignment memory) {
        return _assignmentOf(estateId, _of(thief));
    }

    function _offerAlone(uint256 territory) private view returns (Offer memory offer) {
        Scope memory scope = _only(TRANSLATION, territory);
        scope.until = scope.from + 30;
        offer = _offer(shared, thief, GrantKind.NonExclusive, scope);
        offer.sublicensable = false;
    }

    /// @dev That ann agreed, attested so and confirmed so with the one key that was stolen; the thief agrees.
    function _onPaper(bytes32 intent, address attester, address confirmer, address stolen)
        private
        view
        returns (Consent[] memory given)
    {
        bytes memory forged = _sign(keyOf[stolen], _attestation(intent, ann));
        given = _agreed(intent, _parties(ann, thief));
        given[0] = Consent(ann, forged, PAPER, attester, confirmer, forged);
        if (stolen == thief) given[0].signature = _sign(keyOf[museum], _attestation(intent, ann));
    }

    /// @dev With both keys.
    function _papers(bytes32 intent, address party) private view returns (Consent[] memory given) {
        bytes32 digest = _attestation(intent, party);
        given = _agreed(intent, _parties(party, thief));
        given[0] =
            Consent(party, _sign(keyOf[museum], digest), PAPER, museum, registrar, _sign(keyOf[registrar], digest));
    }

    function _attestation(bytes32 intent, address party) private view returns (bytes32) {
        bytes32 kind = keccak256("Attestation(bytes32 intent,address party,bytes32 paper)");
        return _typed(consents.domainSeparator(), keccak256(abi.encode(kind, intent, party, PAPER)));
    }

    // What is refused

    function _refuses(Assignment memory assignment, Consent[] memory given, bytes memory reason) private {
        vm.expectRevert(reason);
        rights.assign(assignment, given);
    }

    function _refusesWith(Assignment memory assignment, Consent[] memory given, bytes4 reason) private {
        vm.expectPartialRevert(reason);
        rights.assign(assignment, given);
    }

    function _refusesGrant(Offer memory offer, address[] memory parties, bytes4 reason) private {
        Consent[] memory given = _agreed(grants.offerDigest(offer), parties);
        vm.expectPartialRevert(reason);
        grants.grant(offer, given);
    }

    function _unsigned(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsents.SignatureInvalid.selector, account);
    }
}
