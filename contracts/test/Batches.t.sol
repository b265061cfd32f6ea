// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "../Recorder.sol";
import {Handout, ICollectible, Issue, SignedGift} from "../interfaces/ICollectible.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {GreedyClub} from "./Clubs.sol";
import {Stage} from "./Stage.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A batch isolates its items: one that fails leaves nothing behind and stops no other.
contract BatchesTest is Stage {
    uint256 private constant SIZE = 4;
    uint256 private editionId;

    function setUp() public override {
        super.setUp();
        (, editionId) = _edition(WorkKind.RightsRegistered, _policy(), 1000);
    }

    function test_a_bad_item_of_a_mint_is_refused_alone_wherever_it_stands() public {
        for (uint256 bad = 0; bad < SIZE; ++bad) {
            uint256 snapshot = vm.snapshotState();
            Issue[] memory issues = _issues();
            issues[bad].to = stranger;
            uint256 before = ledger.count();
            _expectRefusal(
                _id(bad), abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, stranger)
            );
            vm.prank(museum);
            collectible.mintBatch(issues);
            // Not even the minting of it stands.
            assertEq(ledger.count(), before + 2 * (SIZE - 1));
            for (uint256 i = 0; i < SIZE; ++i) {
                assertEq(_exists(_id(i)), i != bad);
            }
            assertEq(collectible.balanceOf(ann), SIZE - 1);
            vm.revertToState(snapshot);
        }
    }

    function test_a_batch_of_bad_items_records_nothing() public {
        Issue[] memory issues = _issues();
        for (uint256 i = 0; i < SIZE; ++i) {
            issues[i].serial += 1000;
        }
        (uint256 count, bytes32 head) = (ledger.count(), ledger.head());
        vm.recordLogs();
        vm.prank(museum);
        collectible.mintBatch(issues);
        assertEq(_refusals(), SIZE);
        assertEq(ledger.count(), count);
        assertEq(ledger.head(), head);
    }

    function test_an_empty_batch_does_nothing() public {
        uint256 count = ledger.count();
        collectible.mintBatch(new Issue[](0));
        collectible.distributeBatch(new Handout[](0));
        collectible.giveBatch(new SignedGift[](0));
        collectible.recover(new uint256[](0));
        assertEq(ledger.count(), count);
    }

    function test_the_same_id_twice_in_a_batch_is_minted_once() public {
        Issue[] memory issues = _issues();
        issues[3] = issues[1];
        _expectRefusal(_id(1), abi.encodeWithSelector(ICollectible.TokenKnown.selector, _id(1)));
        vm.prank(museum);
        collectible.mintBatch(issues);
        assertEq(collectible.balanceOf(ann), SIZE - 1);
    }

    function test_a_batch_of_somebody_without_the_right_changes_nothing() public {
        vm.recordLogs();
        vm.prank(stranger);
        collectible.mintBatch(_issues());
        assertEq(_refusals(), SIZE);
        assertFalse(_exists(_id(0)));
    }

    function test_a_bad_item_of_a_handing_out_is_refused_alone() public {
        _mintAll(address(0));
        for (uint256 bad = 0; bad < SIZE; ++bad) {
            uint256 snapshot = vm.snapshotState();
            Handout[] memory handouts = new Handout[](SIZE);
            for (uint256 i = 0; i < SIZE; ++i) {
                handouts[i] = Handout(_id(i), i == bad ? museum : ann);
            }
            _expectRefusal(_id(bad), abi.encodeWithSelector(ICollectible.GiftToSelf.selector, _id(bad), museum));
            vm.prank(museum);
            collectible.distributeBatch(handouts);
            assertEq(collectible.balanceOf(ann), SIZE - 1);
            vm.revertToState(snapshot);
        }
    }

    function test_a_bad_item_of_gifts_is_refused_alone_and_spends_no_nonce() public {
        _givenToAnn();
        for (uint256 bad = 0; bad < 2; ++bad) {
            uint256 snapshot = vm.snapshotState();
            SignedGift[] memory gifts = new SignedGift[](2);
            for (uint256 i = 0; i < 2; ++i) {
                gifts[i] = _signed(_gift(_id(i), ann, ben, i), i == bad ? benKey : annKey);
            }
            bytes32 operation = collectible.giftDigest(gifts[bad].gift);
            _expectRefusal(uint256(operation), abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, ann));
            vm.prank(relayer);
            collectible.giveBatch(gifts);
            assertEq(collectible.balanceOf(ben), 1);
            assertFalse(collectible.nonceUsed(ann, bad));
            assertTrue(collectible.nonceUsed(ann, 1 - bad));
            vm.revertToState(snapshot);
        }
    }

    function test_the_same_gift_twice_in_a_batch_is_given_once() public {
        _givenToAnn();
        SignedGift[] memory gifts = new SignedGift[](2);
        gifts[0] = _signed(_gift(_id(0), ann, ben, 1), annKey);
        gifts[1] = gifts[0];
        _expectRefusal(
            uint256(collectible.giftDigest(gifts[0].gift)),
            abi.encodeWithSelector(ICollectible.NonceUsed.selector, ann, 1)
        );
        collectible.giveBatch(gifts);
        assertEq(collectible.ownerOf(_id(0)), ben);
        assertEq(collectible.token(_id(0)).gifts, 1);
    }

    /// @dev A bug of the reference code of ERC-7943: an id named twice in one batch got past the freeze.
    function test_a_held_token_named_twice_in_a_batch_does_not_move() public {
        _givenToAnn();
        _hold(_id(0));
        SignedGift[] memory gifts = new SignedGift[](3);
        gifts[0] = _signed(_gift(_id(0), ann, ben, 1), annKey);
        gifts[1] = _signed(_gift(_id(0), ann, ben, 2), annKey);
        gifts[2] = gifts[0];
        vm.recordLogs();
        collectible.giveBatch(gifts);
        assertEq(_refusals(), 3);
        assertEq(collectible.ownerOf(_id(0)), ann);
        uint256[] memory twice = new uint256[](2);
        (twice[0], twice[1]) = (_id(0), _id(0));
        collectible.recover(twice);
        assertEq(collectible.ownerOf(_id(0)), ann);
        assertTrue(collectible.getFrozenTokens(ann, _id(0)));
    }

    function test_a_recovery_of_one_token_twice_happens_once() public {
        _givenToAnn();
        address successor = makeAddr("ann, new key");
        _replace(ann, successor);
        uint256[] memory twice = new uint256[](2);
        (twice[0], twice[1]) = (_id(0), _id(0));
        _expectRefusal(_id(0), abi.encodeWithSelector(ICollectible.NothingToRecover.selector, _id(0)));
        collectible.recover(twice);
        assertEq(collectible.balanceOf(successor), 1);
    }

    function test_the_records_of_a_batch_are_those_of_its_items_one_by_one() public {
        Issue[] memory issues = _issues();
        uint256 snapshot = vm.snapshotState();
        vm.prank(museum);
        collectible.mintBatch(issues);
        bytes32 head = ledger.head();
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < SIZE; ++i) {
            vm.prank(museum);
            collectible.mint(issues[i]);
        }
        assertEq(ledger.head(), head);
    }

    function test_a_contract_that_burns_its_gas_stops_nobody_else() public {
        address club = address(new GreedyClub());
        _register(club, Kind.Person, Custody.Contract);
        _givenToAnn();
        uint256 clubs = _mint(editionId, 100, club);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        SignedGift[] memory gifts = new SignedGift[](3);
        gifts[0] = SignedGift(_gift(clubs, club, ben, 1), "", 0, 0, "");
        gifts[1] = SignedGift(_gift(clubs, club, ben, 2), "", 0, 0, "");
        gifts[2] = _signed(_gift(_id(0), ann, ben, 1), annKey);
        uint256 before = gasleft();
        collectible.giveBatch{gas: 1_500_000}(gifts);
        assertLt(before - gasleft(), 800_000);
        assertEq(collectible.ownerOf(_id(0)), ben);
        assertEq(collectible.ownerOf(clubs), club);
    }

    /// @dev With whatever gas a sender allows: all of it happens, or nothing does. Never does too little gas look like a
    /// refusal, so that a stingy sender cannot fail another's gift, nor an estimate of gas come out too low.
    function testFuzz_too_little_gas_is_no_refusal(uint256 gas) public {
        gas = bound(gas, 30_000, 1_200_000);
        vm.recordLogs();
        vm.prank(museum);
        (bool done,) = address(collectible).call{gas: gas}(abi.encodeCall(collectible.mintBatch, (_issues())));
        assertEq(_refusals(), 0);
        for (uint256 i = 0; i < SIZE; ++i) {
            assertEq(_exists(_id(i)), done);
        }
    }

    function testFuzz_too_little_gas_does_not_make_a_good_signature_bad(uint256 gas) public {
        gas = bound(gas, 30_000, 500_000);
        _givenToAnn();
        SignedGift[] memory gifts = new SignedGift[](1);
        gifts[0] = _signed(_gift(_id(0), ann, ben, 1), annKey);
        vm.recordLogs();
        (bool done,) = address(collectible).call{gas: gas}(abi.encodeCall(collectible.giveBatch, (gifts)));
        assertEq(_refusals(), 0);
        assertEq(collectible.ownerOf(_id(0)), done ? ben : ann);
    }

    function test_gas_that_runs_out_in_an_item_is_said() public {
        Issue[] memory issues = new Issue[](1);
        issues[0] = Issue(editionId, 1, ann);
        bool said;
        for (uint256 gas = 40_000; gas < 400_000; gas += 5000) {
            vm.prank(museum);
            (bool done, bytes memory reason) =
                address(collectible).call{gas: gas}(abi.encodeCall(collectible.mintBatch, (issues)));
            if (done) break;
            said = said || bytes4(reason) == Recorder.GasExhausted.selector;
        }
        assertTrue(said);
    }

    function _givenToAnn() private {
        _mintAll(ann);
        vm.warp(vm.getBlockTimestamp() + 1 days);
    }

    function _mintAll(address to) private {
        for (uint256 i = 0; i < SIZE; ++i) {
            _mint(editionId, uint64(i + 1), to);
        }
    }

    function _issues() private view returns (Issue[] memory issues) {
        issues = new Issue[](SIZE);
        for (uint256 i = 0; i < SIZE; ++i) {
            issues[i] = Issue(editionId, uint64(i + 1), ann);
        }
    }

    function _id(uint256 index) private view returns (uint256) {
        return (editionId << 64) | (index + 1);
    }

    function _exists(uint256 tokenId) private view returns (bool) {
        try collectible.ownerOf(tokenId) returns (address) {
            return true;
        } catch {
            return false;
        }
    }

    function _expectRefusal(uint256 operation, bytes memory reason) private {
        vm.expectEmit(address(collectible));
        emit ICollectible.Refused(bytes32(operation), reason);
    }

    function _refusals() private returns (uint256 found) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == ICollectible.Refused.selector) ++found;
        }
    }
}
