// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "../Recorder.sol";
import {Gift, Hand, ICollectible, SignedGift, Token} from "../interfaces/ICollectible.sol";
import {ICollections, Policy} from "../interfaces/ICollections.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {IProvenanceLedger} from "../interfaces/IProvenanceLedger.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Club, GreedyClub, Receiver, RevertingClub, ShortClub, SloppyClub, WordyClub} from "./Clubs.sol";
import {Stage} from "./Stage.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Gifts: who may give what to whom and when, and by whose hand.
contract GivingTest is Stage {
    function test_a_signed_gift_is_submitted_by_anybody() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory signed = _signed(_gift(tokenId, ben, ann, 1), benKey);
        vm.prank(relayer);
        collectible.give(signed);
        Token memory token = collectible.token(tokenId);
        assertEq(token.holder, ann);
        assertEq(token.gifts, 1);
        assertEq(token.acquiredAt, vm.getBlockTimestamp());
        assertTrue(collectible.nonceUsed(ben, 1));
        assertFalse(collectible.nonceUsed(ben, 2));
        assertFalse(collectible.nonceUsed(ann, 1));
    }

    function test_a_record_says_by_whose_hand_a_gift_came() public {
        uint256 own = _giveable(ben);
        uint256 kept = _giveable(ann);
        uint256 sent = _giveable(cleo);
        assertEq(uint8(_handOf(_signed(_gift(own, ben, cleo, 1), benKey), relayer)), uint8(Hand.OwnKey));
        assertEq(uint8(_handOf(_signed(_gift(kept, ann, cleo, 1), annKey), relayer)), uint8(Hand.KeptKey));
        SignedGift memory unsigned = SignedGift(_gift(sent, cleo, ben, 1), "", 0, 0, "");
        assertEq(uint8(_handOf(unsigned, cleo)), uint8(Hand.OwnTransaction));
    }

    function test_a_signature_is_of_the_holder_over_this_very_gift() public {
        uint256 tokenId = _giveable(ben);
        Gift memory gift = _gift(tokenId, ben, ann, 1);
        bytes memory refusal = abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, ben);
        SignedGift memory signed = _signed(gift, annKey);
        _expectRefused(signed, refusal);
        signed = SignedGift(gift, "", 0, 0, "");
        _expectRefused(signed, refusal);
        signed = _signed(gift, benKey);
        signed.gift.to = cleo;
        _expectRefused(signed, refusal);
        signed = _signed(gift, benKey);
        signed.gift.nonce = 2;
        _expectRefused(signed, refusal);
        signed = _signed(gift, benKey);
        signed.gift.deadline += 1;
        _expectRefused(signed, refusal);
        signed = _signed(gift, benKey);
        signed.signature = bytes.concat(signed.signature, hex"00");
        _expectRefused(signed, refusal);
    }

    function test_a_mirrored_signature_is_none() public {
        uint256 tokenId = _giveable(ben);
        Gift memory gift = _gift(tokenId, ben, ann, 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(benKey, collectible.giftDigest(gift));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory mirrored = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _expectRefused(
            SignedGift(gift, mirrored, 0, 0, ""), abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, ben)
        );
    }

    function test_an_intent_is_for_one_chain_and_one_contract() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory signed = _signed(_gift(tokenId, ben, ann, 1), benKey);
        vm.chainId(777);
        _expectRefused(signed, abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, ben));
        vm.chainId(31_337);
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address verifier, bytes32 salt,) =
            collectible.eip712Domain();
        bytes32 separator = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
                ),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chainId,
                verifier,
                salt
            )
        );
        assertEq(fields, bytes1(0x1f));
        assertEq(salt, blockhash(999));
        assertEq(separator, collectible.domainSeparator());
        bytes32 kind = keccak256("Gift(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)");
        assertEq(collectible.giftDigest(signed.gift), _typed(separator, keccak256(abi.encode(kind, signed.gift))));
    }

    function test_an_intent_is_carried_out_once() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory signed = _signed(_gift(tokenId, ben, ann, 1), benKey);
        collectible.give(signed);
        vm.warp(vm.getBlockTimestamp() + 1 hours);
        vm.prank(ann);
        collectible.transferFrom(ann, ben, tokenId);
        vm.warp(vm.getBlockTimestamp() + 1 hours);
        _expectRefused(signed, abi.encodeWithSelector(ICollectible.NonceUsed.selector, ben, 1));
    }

    function test_a_refused_gift_spends_nothing() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory signed = _signed(_gift(tokenId, ben, stranger, 1), benKey);
        _expectRefused(signed, abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, stranger));
        assertFalse(collectible.nonceUsed(ben, 1));
    }

    function test_an_intent_has_an_end() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory signed = _signed(_gift(tokenId, ben, ann, 1), benKey);
        vm.warp(signed.gift.deadline + 1);
        _expectRefused(signed, abi.encodeWithSelector(ICollectible.IntentExpired.selector, signed.gift.deadline));
        vm.warp(signed.gift.deadline);
        collectible.give(signed);
    }

    function test_a_nonce_is_taken_back_by_transaction_or_by_signature() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory first = _signed(_gift(tokenId, ben, ann, 1), benKey);
        SignedGift memory second = _signed(_gift(tokenId, ben, ann, 257), benKey);
        vm.prank(ben);
        collectible.cancelIntent(1);
        _expectRefused(first, abi.encodeWithSelector(ICollectible.NonceUsed.selector, ben, 1));
        vm.prank(relayer);
        collectible.cancelIntentBySignature(ben, 257, _cancel(benKey, ben, 257));
        _expectRefused(second, abi.encodeWithSelector(ICollectible.NonceUsed.selector, ben, 257));
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NonceUsed.selector, ben, 1));
        vm.prank(ben);
        collectible.cancelIntent(1);
    }

    function test_nobody_takes_anothers_nonce() public {
        bytes memory byAnn = _cancel(annKey, ben, 1);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, ben));
        collectible.cancelIntentBySignature(ben, 1, byAnn);
        vm.prank(ann);
        collectible.cancelIntent(1);
        assertFalse(collectible.nonceUsed(ben, 1));
    }

    function test_an_unregistered_account_writes_nothing_into_the_ledger() public {
        vm.expectRevert(abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotSend.selector, stranger));
        vm.prank(stranger);
        collectible.cancelIntent(1);
    }

    /// @dev Nonces are unordered, and each is one bit of its own.
    function testFuzz_a_nonce_is_one_bit(uint256 nonce, uint256 other) public {
        vm.prank(ben);
        collectible.cancelIntent(nonce);
        assertTrue(collectible.nonceUsed(ben, nonce));
        assertEq(collectible.nonceUsed(ben, other), nonce == other);
        assertFalse(collectible.nonceUsed(ann, nonce));
    }

    function test_only_the_holder_gives() public {
        uint256 tokenId = _giveable(ben);
        _expectRefused(
            _signed(_gift(tokenId, ann, cleo, 1), annKey),
            abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, ann)
        );
        _expectRefused(
            _signed(_gift(1, ann, cleo, 1), annKey), abi.encodeWithSelector(ICollectible.TokenUnknown.selector, 1)
        );
        _expectRefused(
            _signed(_gift(tokenId, ben, ben, 1), benKey),
            abi.encodeWithSelector(ICollectible.GiftToSelf.selector, tokenId, ben)
        );
    }

    function test_both_parties_are_registered_and_in_good_standing() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory signed = _signed(_gift(tokenId, ben, ann, 1), benKey);
        uint256 snapshot = vm.snapshotState();
        _suspend(ben);
        _expectRefused(signed, abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotSend.selector, ben));
        vm.revertToState(snapshot);
        _suspend(ann);
        _expectRefused(signed, abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, ann));
        vm.warp(identities.standing(ann).suspendedUntil);
        collectible.give(_signed(_gift(tokenId, ben, ann, 1), benKey));
    }

    function test_a_replaced_account_neither_gives_nor_receives() public {
        uint256 tokenId = _giveable(ben);
        _replace(ben, makeAddr("ben, new key"));
        _expectRefused(
            _signed(_gift(tokenId, ben, ann, 1), benKey),
            abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotSend.selector, ben)
        );
        tokenId = _giveable(ann);
        _expectRefused(
            _signed(_gift(tokenId, ann, ben, 1), annKey),
            abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, ben)
        );
    }

    function test_the_kind_of_the_receiver_is_the_policys() public {
        uint256 tokenId = _giveable(ben);
        address office = makeAddr("office");
        _register(office, Kind.Regulator, Custody.Own);
        bytes32 collectionId = collections.edition(tokenId >> 64).collectionId;
        _expectRefused(
            _signed(_gift(tokenId, ben, office, 1), benKey),
            abi.encodeWithSelector(ICollections.ReceiverRefused.selector, collectionId, office)
        );
        Policy memory wider = _policy();
        wider.receivers = 0x0e;
        vm.prank(museum);
        collections.setPolicy(collectionId, 2, wider);
        collectible.give(_signed(_gift(tokenId, ben, office, 1), benKey));
    }

    /// @dev Whatever the two periods are: the first applies to the first holder, the next to every later one, to the second.
    function testFuzz_a_holder_keeps_it_for_the_holding_period(uint32 first, uint32 next) public {
        Policy memory policy = _policy();
        policy.firstHolding = uint32(bound(first, 1, 720 days));
        policy.nextHolding = uint32(bound(next, 1, 720 days));
        (, uint256 editionId) = _edition(WorkKind.RightsRegistered, policy, 10);
        uint256 tokenId = _mint(editionId, 1, ben);
        _keepsUntil(tokenId, ben, ann, policy.firstHolding);
        _keepsUntil(tokenId, ann, cleo, policy.nextHolding);
        _keepsUntil(tokenId, cleo, ben, policy.nextHolding);
    }

    /// @dev Under any two versions a holder is bound by the looser; the next one comes under the second alone.
    function testFuzz_a_later_policy_tightens_nothing_for_who_has_it(uint32 held, uint32 present) public {
        Policy memory policy = _policy();
        policy.firstHolding = uint32(bound(held, 0, 720 days));
        (bytes32 collectionId, uint256 editionId) = _edition(WorkKind.RightsRegistered, policy, 10);
        uint256 before = _mint(editionId, 1, ben);
        Policy memory second = _policy();
        second.firstHolding = uint32(bound(present, 0, 720 days));
        vm.prank(museum);
        collections.setPolicy(collectionId, 2, second);
        uint256 afterwards = _mint(editionId, 2, ben);
        uint32 looser = policy.firstHolding < second.firstHolding ? policy.firstHolding : second.firstHolding;
        _expectTransferable(before, vm.getBlockTimestamp() + looser);
        _expectTransferable(afterwards, vm.getBlockTimestamp() + second.firstHolding);
    }

    function test_gifts_per_day_are_counted_by_collection_giver_and_day_in_china() public {
        (bytes32 collectionId, uint256 editionId) = _edition(WorkKind.RightsRegistered, _policy(), 10);
        for (uint64 serial = 1; serial <= 5; ++serial) {
            _mint(editionId, serial, serial == 5 ? cleo : ben);
        }
        uint256 elsewhere = _giveable(ben);
        // 23:59:59 in UTC+8.
        vm.warp(START + 3 days + 16 hours - 1);
        vm.startPrank(ben);
        collectible.transferFrom(ben, ann, (editionId << 64) | 1);
        collectible.transferFrom(ben, ann, (editionId << 64) | 2);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.GiftsPerDayReached.selector, collectionId, ben, 2));
        collectible.transferFrom(ben, ann, (editionId << 64) | 3);
        collectible.transferFrom(ben, ann, elsewhere);
        vm.stopPrank();
        vm.prank(cleo);
        collectible.transferFrom(cleo, ann, (editionId << 64) | 5);
        vm.warp(START + 3 days + 16 hours);
        vm.startPrank(ben);
        collectible.transferFrom(ben, ann, (editionId << 64) | 3);
        collectible.transferFrom(ben, ann, (editionId << 64) | 4);
    }

    function test_handing_out_is_no_gift_of_the_quota() public {
        (, uint256 editionId) = _edition(WorkKind.RightsRegistered, _policy(), 10);
        for (uint64 serial = 1; serial <= 5; ++serial) {
            _mint(editionId, serial, ben);
        }
    }

    function test_where_the_policy_asks_the_receiver_signs_too() public {
        uint256 tokenId = _askingToken();
        SignedGift memory signed = _signed(_gift(tokenId, ben, cleo, 1), benKey);
        _expectRefused(signed, abi.encodeWithSelector(ICollectible.AcceptanceMissing.selector, tokenId, cleo));
        _expectRefused(
            _accepted(signed, annKey, 5), abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, cleo)
        );
        vm.prank(ben);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.AcceptanceMissing.selector, tokenId, cleo));
        collectible.transferFrom(ben, cleo, tokenId);
        collectible.give(_accepted(signed, cleoKey, 5));
        assertEq(collectible.ownerOf(tokenId), cleo);
        assertTrue(collectible.nonceUsed(cleo, 5));
    }

    function test_an_acceptance_has_its_own_nonce_and_end() public {
        uint256 tokenId = _askingToken();
        SignedGift memory signed = _accepted(_signed(_gift(tokenId, ben, cleo, 1), benKey), cleoKey, 5);
        vm.prank(cleo);
        collectible.cancelIntent(5);
        _expectRefused(signed, abi.encodeWithSelector(ICollectible.NonceUsed.selector, cleo, 5));
        signed = _accepted(_signed(_gift(tokenId, ben, cleo, 1), benKey), cleoKey, 6);
        signed.acceptanceDeadline = uint64(vm.getBlockTimestamp() - 1);
        _expectRefused(signed, abi.encodeWithSelector(ICollectible.IntentExpired.selector, signed.acceptanceDeadline));
    }

    function test_the_receiver_accepts_by_sending_it_itself() public {
        uint256 tokenId = _askingToken();
        SignedGift memory signed = _signed(_gift(tokenId, ben, cleo, 1), benKey);
        signed.acceptanceNonce = 9;
        signed.acceptanceDeadline = signed.gift.deadline;
        vm.prank(cleo);
        collectible.give(signed);
        assertEq(collectible.ownerOf(tokenId), cleo);
        assertTrue(collectible.nonceUsed(cleo, 9));
    }

    function test_an_acceptance_that_nobody_asked_for_is_looked_at_all_the_same() public {
        uint256 tokenId = _giveable(ben);
        SignedGift memory signed = _signed(_gift(tokenId, ben, cleo, 1), benKey);
        _expectRefused(
            _accepted(signed, annKey, 5), abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, cleo)
        );
        collectible.give(_accepted(signed, cleoKey, 5));
        assertTrue(collectible.nonceUsed(cleo, 5));
    }

    function test_a_later_policy_that_asks_does_not_bind_who_has_it() public {
        uint256 tokenId = _giveable(ben);
        Policy memory asking = _policy();
        asking.acceptance = true;
        bytes32 collectionId = collections.edition(tokenId >> 64).collectionId;
        vm.prank(museum);
        collections.setPolicy(collectionId, 2, asking);
        collectible.give(_signed(_gift(tokenId, ben, cleo, 1), benKey));
        vm.warp(vm.getBlockTimestamp() + 1 hours);
        _expectRefused(
            _signed(_gift(tokenId, cleo, ben, 1), cleoKey),
            abi.encodeWithSelector(ICollectible.AcceptanceMissing.selector, tokenId, ben)
        );
    }

    function test_nobody_moves_anothers_token() public {
        uint256 tokenId = _giveable(ben);
        address[5] memory others = [ann, museum, operations, executor, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.startPrank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, others[i]));
            collectible.transferFrom(ben, ann, tokenId);
            vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, others[i]));
            collectible.safeTransferFrom(ben, ann, tokenId);
            vm.expectRevert(abi.encodeWithSelector(Recorder.OnlySelf.selector, others[i]));
            collectible.giveItem(ben, SignedGift(_gift(tokenId, ben, ann, 1), "", 0, 0, ""));
            vm.stopPrank();
        }
        vm.prank(ann);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, ann));
        collectible.transferFrom(ann, cleo, tokenId);
    }

    function test_approvals_are_refused() public {
        uint256 tokenId = _giveable(ben);
        vm.startPrank(ben);
        vm.expectRevert(ICollectible.ApprovalsRefused.selector);
        collectible.approve(stranger, tokenId);
        vm.expectRevert(ICollectible.ApprovalsRefused.selector);
        collectible.setApprovalForAll(stranger, true);
        assertEq(collectible.getApproved(tokenId), address(0));
        assertFalse(collectible.isApprovedForAll(ben, stranger));
    }

    function test_a_receiving_contract_is_asked_last_and_finds_everything_recorded() public {
        uint256 tokenId = _giveable(ben);
        Receiver receiver = new Receiver(address(ledger), abi.encodeCall(IProvenanceLedger.checkpoint, ()));
        _register(address(receiver), Kind.Person, Custody.Contract);
        uint256 before = ledger.count();
        bytes32 head = ledger.head();
        vm.recordLogs();
        vm.prank(ben);
        collectible.safeTransferFrom(ben, address(receiver), tokenId, "");
        assertTrue(receiver.called() && receiver.succeeded());
        // The gift, then the checkpoint that the receiver made: none was lost.
        assertEq(ledger.count(), before + 2);
        bytes32[] memory records = _records();
        assertEq(records.length, 2);
        assertEq(ledger.head(), _chain(_chain(head, records[0]), records[1]));
    }

    function test_a_contract_that_does_not_receive_gets_nothing_safely() public {
        uint256 tokenId = _giveable(ben);
        Club club = new Club(annKey);
        _register(address(club), Kind.Person, Custody.Contract);
        vm.startPrank(ben);
        vm.expectRevert();
        collectible.safeTransferFrom(ben, address(club), tokenId);
        collectible.transferFrom(ben, address(club), tokenId);
    }

    function test_a_contract_account_gives_by_its_own_rules() public {
        Club club = new Club(annKey);
        _register(address(club), Kind.Person, Custody.Contract);
        uint256 tokenId = _giveable(address(club));
        Gift memory gift = _gift(tokenId, address(club), ben, 1);
        _expectRefused(
            _signed(gift, benKey), abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, address(club))
        );
        assertEq(uint8(_handOf(_signed(gift, annKey), relayer)), uint8(Hand.OwnKey));
    }

    function test_no_answer_of_a_contract_account_is_taken_for_a_yes_but_the_right_one() public {
        address[4] memory clubs = [
            address(new RevertingClub()), address(new GreedyClub()), address(new ShortClub()), address(new SloppyClub())
        ];
        for (uint256 i = 0; i < clubs.length; ++i) {
            _register(clubs[i], Kind.Person, Custody.Contract);
            uint256 tokenId = _giveable(clubs[i]);
            _expectRefused(
                SignedGift(_gift(tokenId, clubs[i], ben, 1), "", 0, 0, ""),
                abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, clubs[i])
            );
        }
        address wordy = address(new WordyClub());
        _register(wordy, Kind.Person, Custody.Contract);
        collectible.give(SignedGift(_gift(_giveable(wordy), wordy, ben, 1), "", 0, 0, ""));
    }

    /// @dev canTransfer is exactly whether a gift by own transaction goes through, whatever state the token is in.
    function testFuzz_canTransfer_tells_what_a_gift_would_do(uint256 seed) public {
        uint256 tokenId = _giveable(ben);
        if (seed & 1 != 0) _hold(tokenId);
        if (seed & 2 != 0) _suspend(ann);
        if (seed & 4 != 0) _suspend(ben);
        if (seed & 8 != 0) _replace(ann, makeAddr("ann, new key"));
        if (seed & 16 != 0) vm.warp(START + (seed >> 8) % 2 days);
        address to = seed & 32 != 0 ? ann : (seed & 64 != 0 ? ben : stranger);
        bool can = collectible.canTransfer(ben, to, tokenId);
        assertEq(collectible.isTransferable(tokenId, ben, to), can);
        vm.prank(ben);
        (bool done, bytes memory refusal) =
            address(collectible).call(abi.encodeCall(collectible.transferFrom, (ben, to, tokenId)));
        assertEq(done, can, vm.toString(refusal));
    }

    function test_views_never_revert() public view {
        assertFalse(collectible.canTransfer(address(0), address(0), 0));
        assertFalse(collectible.canTransfer(ann, ben, type(uint256).max));
        assertFalse(collectible.isTransferable(type(uint256).max, address(0), ben));
        assertFalse(collectible.canSend(address(0)));
        assertFalse(collectible.canReceive(address(0)));
        assertFalse(collectible.getFrozenTokens(address(0), 0));
        assertEq(collectible.userOf(1), address(0));
        assertEq(collectible.userExpires(1), 0);
    }

    function _askingToken() private returns (uint256 tokenId) {
        Policy memory policy = _policy();
        policy.acceptance = true;
        (, uint256 editionId) = _edition(WorkKind.RightsRegistered, policy, 10);
        tokenId = _mint(editionId, 1, ben);
        vm.warp(vm.getBlockTimestamp() + 1 days);
    }

    function _keepsUntil(uint256 tokenId, address from, address to, uint32 period) private {
        uint64 until = uint64(vm.getBlockTimestamp() + period);
        vm.warp(until - 1);
        vm.startPrank(from);
        vm.expectRevert(abi.encodeWithSelector(ICollections.HoldingPeriod.selector, tokenId, until));
        collectible.transferFrom(from, to, tokenId);
        vm.warp(until);
        collectible.transferFrom(from, to, tokenId);
        vm.stopPrank();
    }

    function _expectTransferable(uint256 tokenId, uint256 since) private {
        uint256 present = vm.getBlockTimestamp();
        if (since > present) {
            vm.warp(since - 1);
            assertFalse(collectible.canTransfer(ben, ann, tokenId));
        }
        vm.warp(since);
        assertTrue(collectible.canTransfer(ben, ann, tokenId));
        vm.warp(present);
    }

    function _expectRefused(SignedGift memory signed, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(relayer);
        collectible.give(signed);
    }

    function _handOf(SignedGift memory signed, address sender) private returns (Hand hand) {
        vm.recordLogs();
        vm.prank(sender);
        collectible.give(signed);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        (,, bytes memory data) = abi.decode(logs[logs.length - 1].data, (bytes32, bytes32[], bytes));
        (,,,,, hand,,) = abi.decode(data, (uint256, address, address, bytes32, bytes32, Hand, uint32, bytes32));
    }

    function _records() private returns (bytes32[] memory records) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found;
        records = new bytes32[](logs.length);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(ledger)) records[found++] = _record(logs[i]);
        }
        assembly {
            mstore(records, found)
        }
    }

    function _record(Vm.Log memory log) private view returns (bytes32) {
        (bytes32 stateAfter, bytes32[] memory subjects, bytes memory data) =
            abi.decode(log.data, (bytes32, bytes32[], bytes));
        return keccak256(
            abi.encode(
                log.topics[1],
                log.topics[2],
                keccak256(bytes.concat(log.topics[3], data)),
                stateAfter,
                keccak256(abi.encodePacked(subjects)),
                block.number,
                block.timestamp
            )
        );
    }

    function _chain(bytes32 head, bytes32 record) private pure returns (bytes32) {
        return keccak256(abi.encode(head, record));
    }

    function _cancel(uint256 key, address account, uint256 nonce) private view returns (bytes memory) {
        bytes32 struct_ = keccak256(abi.encode(keccak256("Cancel(address account,uint256 nonce)"), account, nonce));
        return _sign(key, _typed(collectible.domainSeparator(), struct_));
    }
}
