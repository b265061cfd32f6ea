// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Gift, Handout, ICollectible, Issue, SignedGift} from "../interfaces/ICollectible.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Custody, IIdentityRegistry, Kind, Registration} from "../interfaces/IIdentityRegistry.sol";
import {Filing, IOrders, Measure} from "../interfaces/IOrders.sol";
import {Stage} from "./Stage.sol";

/// @notice What a thief can do with the key of each role, and what not. `ann` is the victim, `thief` the thief's own account.
contract StolenKeysTest is Stage {
    address private thief = makeAddr("thief");
    address private accomplice = makeAddr("accomplice");
    uint256 private tokenId;
    uint256 private editionId;

    function setUp() public override {
        super.setUp();
        tokenId = _giveable(ann);
        editionId = tokenId >> 64;
    }

    function test_the_operations_governors_key_waits_and_gets_one_hand_of_two_acts() public {
        vm.startPrank(operations);
        // It can: propose a registrar, an issuer, an executor, and take these roles from others at once.
        governance.propose(Role.OrderExecutor, thief);
        governance.propose(Role.Registrar, accomplice);
        governance.revoke(Role.OrderExecutor, executor);
        // It cannot: be given what has not waited, nor take the second hand.
        vm.expectPartialRevert(IGovernance.ProposalTooEarly.selector);
        governance.enact(Role.OrderExecutor, thief);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        governance.propose(Role.OrderFiler, accomplice);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        governance.propose(Role.RecoveryOfficer, accomplice);
        vm.expectPartialRevert(IGovernance.LastGovernor.selector);
        governance.revoke(Role.RegulationGovernor, regulation);
        vm.stopPrank();
        _nothingMoves(operations);
        // Nobody stopped it in time: it still cannot move a token, nor take an account over.
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(Role.OrderExecutor, thief);
        governance.enact(Role.Registrar, accomplice);
        vm.prank(accomplice);
        identities.requestRecovery(ann, makeAddr("thief's account"), "forged");
        vm.warp(vm.getBlockTimestamp() + WAIT);
        _nothingMoves(thief);
        _nothingMoves(accomplice);
        // The other governor puts an end to it.
        vm.prank(officer);
        identities.stopRecovery(ann);
    }

    function test_the_regulation_governors_key_waits_and_gets_one_hand_of_two_acts() public {
        vm.startPrank(regulation);
        governance.propose(Role.OrderFiler, thief);
        governance.propose(Role.RecoveryOfficer, accomplice);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        governance.propose(Role.OrderExecutor, accomplice);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        governance.propose(Role.Issuer, accomplice);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        governance.revoke(Role.Issuer, museum);
        vm.stopPrank();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(Role.OrderFiler, thief);
        governance.enact(Role.RecoveryOfficer, accomplice);
        Filing memory filing = _filing(Measure.ForcedTransfer, _token(tokenId));
        filing.to = ben;
        vm.prank(thief);
        orders.file(filing);
        _nothingMoves(thief);
        _nothingMoves(accomplice);
        _nothingMoves(regulation);
    }

    function test_a_governor_alone_makes_no_governor() public {
        vm.prank(operations);
        governance.propose(Role.RegulationGovernor, thief);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.expectPartialRevert(IGovernance.ConfirmationMissing.selector);
        governance.enact(Role.RegulationGovernor, thief);
        vm.prank(regulation);
        governance.cancel(Role.RegulationGovernor, thief);
    }

    function test_the_registrars_key_registers_and_asks_for_recoveries() public {
        _register(thief, Kind.Person, Custody.Own);
        vm.startPrank(registrar);
        identities.requestRecovery(ann, accomplice, "forged");
        vm.warp(vm.getBlockTimestamp() + WAIT);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        identities.confirmRecovery(ann);
        Registration memory twice = _registration(ann, Kind.Person, Custody.Own);
        vm.expectPartialRevert(IIdentityRegistry.AccountKnown.selector);
        identities.register(twice);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        identities.suspend(ann);
        vm.stopPrank();
        _nothingMoves(registrar);
        // The old key is still good, and objects.
        vm.prank(ann);
        identities.stopRecovery(ann);
    }

    function test_the_recovery_officers_key_confirms_only_what_the_registrar_asked() public {
        vm.startPrank(officer);
        vm.expectPartialRevert(IIdentityRegistry.RecoveryUnknown.selector);
        identities.confirmRecovery(ann);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        identities.requestRecovery(ann, thief, "forged");
        vm.stopPrank();
        _nothingMoves(officer);
        // It can stop, and confirm no earlier than the waiting time.
        vm.prank(registrar);
        identities.requestRecovery(ann, thief, "evidence");
        vm.startPrank(officer);
        vm.expectPartialRevert(IIdentityRegistry.RecoveryTooEarly.selector);
        identities.confirmRecovery(ann);
        identities.stopRecovery(ann);
    }

    function test_the_issuers_key_issues_and_has_no_hold_on_what_others_have() public {
        vm.startPrank(museum);
        uint256 issued = collectible.mint(Issue(editionId, 9, address(0)));
        vm.expectPartialRevert(ICollectible.NotHolder.selector);
        collectible.distribute(Handout(tokenId, ben));
        vm.expectPartialRevert(ICollectible.NotHolder.selector);
        collectible.annul(tokenId, "why");
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        orders.file(_filing(Measure.Hold, _token(tokenId)));
        vm.stopPrank();
        _nothingMoves(museum);
        // Taken from it, it does nothing more, and what it issued can be struck out by order.
        vm.prank(operations);
        governance.revoke(Role.Issuer, museum);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        vm.prank(museum);
        collectible.distribute(Handout(issued, ben));
        _file(_filing(Measure.Annul, _token(issued)));
        vm.prank(executor);
        collectible.annulByOrder(issued, "issued by a thief");
    }

    function test_the_order_filers_key_files_and_executes_nothing() public {
        Filing memory filing = _filing(Measure.ForcedTransfer, _token(tokenId));
        filing.to = ben;
        _file(filing);
        bytes32 suspension = _file(_filing(Measure.Suspend, _account(ann)));
        vm.startPrank(filer);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        collectible.forcedTransfer(ann, ben, tokenId);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        identities.suspend(ann);
        orders.withdraw(suspension, "by the thief");
        vm.stopPrank();
        _nothingMoves(filer);
    }

    function test_the_order_executors_key_executes_only_what_was_filed() public {
        _nothingMoves(executor);
        vm.startPrank(executor);
        vm.expectPartialRevert(IOrders.LegalBasisRequired.selector);
        collectible.setFrozenTokens(ann, tokenId, true);
        vm.expectPartialRevert(IOrders.LegalBasisRequired.selector);
        identities.suspend(ann);
        vm.expectPartialRevert(IGovernance.RoleMissing.selector);
        orders.file(_filing(Measure.Hold, _token(tokenId)));
        vm.stopPrank();
        Filing memory filing = _filing(Measure.ForcedTransfer, _token(tokenId));
        filing.to = ben;
        _file(filing);
        vm.startPrank(executor);
        vm.expectPartialRevert(IOrders.LegalBasisRequired.selector);
        collectible.forcedTransfer(ann, cleo, tokenId);
        collectible.forcedTransfer(ann, ben, tokenId);
        vm.stopPrank();
    }

    function test_the_relayers_key_submits_and_decides_nothing() public {
        SignedGift memory signed = _signed(_gift(tokenId, ann, ben, 1), annKey);
        signed.gift.to = cleo;
        vm.startPrank(relayer);
        vm.expectPartialRevert(ICollectible.SignatureInvalid.selector);
        collectible.give(signed);
        vm.expectPartialRevert(ICollectible.NotHolder.selector);
        collectible.transferFrom(ann, relayer, tokenId);
        vm.stopPrank();
        _nothingMoves(relayer);
    }

    function test_a_holders_key_gives_what_it_has_by_the_rules_until_it_is_replaced() public {
        vm.prank(ann);
        collectible.transferFrom(ann, ben, tokenId);
        uint256 another = _giveable(ann);
        _replace(ann, makeAddr("ann, new key"));
        assertFalse(collectible.canTransfer(ann, ben, another));
        vm.expectRevert();
        vm.prank(ann);
        collectible.transferFrom(ann, ben, another);
    }

    /// @dev With this key, and nothing signed by anybody, ann's token neither moves nor is held nor struck out, and her
    /// account stands.
    function _nothingMoves(address key) private {
        bytes32 before = keccak256(abi.encode(collectible.token(tokenId), identities.current(ann)));
        vm.startPrank(key);
        _tries(address(collectible), abi.encodeCall(collectible.transferFrom, (ann, key, tokenId)));
        _tries(address(collectible), abi.encodeCall(collectible.transferFrom, (ann, ben, tokenId)));
        _tries(address(collectible), abi.encodeCall(collectible.approve, (key, tokenId)));
        _tries(address(collectible), abi.encodeCall(collectible.forcedTransfer, (ann, key, tokenId)));
        _tries(address(collectible), abi.encodeCall(collectible.forcedTransfer, (ann, cleo, tokenId)));
        _tries(address(collectible), abi.encodeCall(collectible.setFrozenTokens, (ann, tokenId, true)));
        _tries(address(collectible), abi.encodeCall(collectible.annul, (tokenId, "why")));
        _tries(address(collectible), abi.encodeCall(collectible.annulByOrder, (tokenId, "why")));
        _tries(address(collectible), abi.encodeCall(collectible.recoverItem, (tokenId)));
        _tries(
            address(collectible),
            abi.encodeCall(
                collectible.giveItem, (ann, SignedGift(Gift(tokenId, ann, ben, 1, type(uint64).max), "", 0, 0, ""))
            )
        );
        _tries(address(identities), abi.encodeCall(identities.confirmRecovery, (ann)));
        _tries(address(identities), abi.encodeCall(identities.suspend, (ann)));
        _tries(
            address(identities),
            abi.encodeCall(identities.handOver, (ann, key, uint64(block.timestamp), bytes(""), bytes("")))
        );
        uint256[] memory tokenIds = new uint256[](1);
        tokenIds[0] = tokenId;
        collectible.recover(tokenIds);
        vm.stopPrank();
        assertEq(keccak256(abi.encode(collectible.token(tokenId), identities.current(ann))), before);
    }

    function _tries(address target, bytes memory data) private {
        (bool done,) = target.call(data);
        assertFalse(done, vm.toString(data));
    }
}
