// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICollectible, Loan} from "../interfaces/ICollectible.sol";
import {ICollections, Policy} from "../interfaces/ICollections.sol";
import {IERC4907} from "../interfaces/IERC4907.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Stage} from "./Stage.sol";

/// @notice Loans of publications for reading.
contract LendingTest is Stage {
    uint256 private tokenId;
    uint64 private until;

    function setUp() public override {
        super.setUp();
        (, uint256 editionId) = _edition(WorkKind.Publication, _policy(), 10);
        tokenId = _mint(editionId, 1, ben);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        until = uint64(vm.getBlockTimestamp() + 30 days);
    }

    function test_a_publication_is_lent_until_a_time() public {
        vm.expectEmit(address(collectible));
        emit IERC4907.UpdateUser(tokenId, ann, until);
        vm.prank(ben);
        collectible.setUser(tokenId, ann, until);
        assertEq(collectible.userOf(tokenId), ann);
        assertEq(collectible.userExpires(tokenId), until);
        assertEq(collectible.ownerOf(tokenId), ben);
        vm.warp(until);
        assertEq(collectible.userOf(tokenId), address(0));
    }

    function test_a_loan_by_signature_is_submitted_by_anybody_once() public {
        Loan memory loan = Loan(tokenId, ben, ann, until, 7, uint64(vm.getBlockTimestamp()));
        bytes memory byBen = _sign(benKey, collectible.loanDigest(loan));
        bytes memory byAnn = _sign(annKey, collectible.loanDigest(loan));
        vm.startPrank(relayer);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.SignatureInvalid.selector, ben));
        collectible.lend(loan, byAnn);
        collectible.lend(loan, byBen);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NonceUsed.selector, ben, 7));
        collectible.lend(loan, byBen);
        vm.warp(loan.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.IntentExpired.selector, loan.deadline));
        collectible.lend(loan, byBen);
    }

    function test_only_the_holder_lends_to_who_takes_part() public {
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, ann));
        vm.prank(ann);
        collectible.setUser(tokenId, ann, until);
        vm.startPrank(ben);
        vm.expectRevert(abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, stranger));
        collectible.setUser(tokenId, stranger, until);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.GiftToSelf.selector, tokenId, ben));
        collectible.setUser(tokenId, ben, until);
    }

    function test_a_loan_is_of_a_publication_ahead_and_not_too_long() public {
        vm.startPrank(ben);
        _expectRefused(uint64(vm.getBlockTimestamp()));
        _expectRefused(until + 1);
        vm.stopPrank();
        uint256 picture = _giveable(ben);
        vm.prank(ben);
        vm.expectRevert(abi.encodeWithSelector(ICollections.LoanRefused.selector, picture, until));
        collectible.setUser(picture, ann, until);
    }

    function test_a_policy_without_loans_allows_none() public {
        Policy memory policy = _policy();
        policy.longestLoan = 0;
        (, uint256 editionId) = _edition(WorkKind.Publication, policy, 10);
        tokenId = _mint(editionId, 1, ben);
        vm.startPrank(ben);
        _expectRefused(uint64(vm.getBlockTimestamp() + 1));
    }

    function test_a_running_loan_is_not_cut_short_by_another() public {
        vm.startPrank(ben);
        collectible.setUser(tokenId, ann, until);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.LentBefore.selector, tokenId, until));
        collectible.setUser(tokenId, cleo, until);
        vm.warp(until);
        collectible.setUser(tokenId, cleo, until + 1);
    }

    function test_a_held_token_is_not_lent() public {
        bytes32 orderId = _hold(tokenId);
        uint64 heldUntil = collectible.token(tokenId).heldUntil;
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenHeld.selector, tokenId, orderId, heldUntil));
        vm.prank(ben);
        collectible.setUser(tokenId, ann, until);
    }

    function test_a_loan_ends_with_a_gift() public {
        vm.startPrank(ben);
        collectible.setUser(tokenId, ann, until);
        vm.expectEmit(address(collectible));
        emit IERC4907.UpdateUser(tokenId, address(0), 0);
        collectible.transferFrom(ben, cleo, tokenId);
        assertEq(collectible.userOf(tokenId), address(0));
        assertEq(collectible.userExpires(tokenId), 0);
    }

    function _expectRefused(uint64 time) private {
        vm.expectRevert(abi.encodeWithSelector(ICollections.LoanRefused.selector, tokenId, time));
        collectible.setUser(tokenId, ann, time);
    }
}
