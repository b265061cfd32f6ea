// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "../Recorder.sol";
import {Handout, ICollectible, Issue, Token, TokenStatus} from "../interfaces/ICollectible.sol";
import {ICollections, Policy} from "../interfaces/ICollections.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {IGovernance, Role} from "../interfaces/IGovernance.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {Measure} from "../interfaces/IOrders.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Stage} from "./Stage.sol";
import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";

/// @notice Minting, handing out, striking out.
contract IssuingTest is Stage {
    bytes32 private collectionId;
    uint256 private editionId;

    function setUp() public override {
        super.setUp();
        (collectionId, editionId) = _edition(WorkKind.Publication, _policy(), 5);
    }

    function test_a_minted_token_is_with_its_issuer() public {
        uint256 tokenId = _mint(editionId, 3, address(0));
        assertEq(tokenId, (editionId << 64) | 3);
        Token memory expected = Token({
            status: TokenStatus.Live,
            holder: museum,
            user: address(0),
            userUntil: 0,
            holdOrder: 0,
            heldUntil: 0,
            acquiredAt: uint64(vm.getBlockTimestamp()),
            gifts: 0,
            distributed: false,
            policyVersion: 1,
            policyDigest: keccak256(abi.encode(_policy()))
        });
        assertEq(abi.encode(collectible.token(tokenId)), abi.encode(expected));
        assertEq(collectible.ownerOf(tokenId), museum);
        assertEq(collectible.balanceOf(museum), 1);
    }

    function test_minting_to_a_holder_makes_two_records_and_two_transfers() public {
        uint256 before = ledger.count();
        uint256 tokenId = (editionId << 64) | 1;
        vm.expectEmit(address(collectible));
        emit IERC721.Transfer(address(0), museum, tokenId);
        vm.expectEmit(address(collectible));
        emit IERC721.Transfer(museum, ann, tokenId);
        _mint(editionId, 1, ann);
        assertEq(ledger.count(), before + 2);
        assertTrue(collectible.token(tokenId).distributed);
    }

    function test_a_serial_is_minted_once() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenKnown.selector, tokenId));
        _mint(editionId, 1, address(0));
        vm.prank(museum);
        collectible.annul(tokenId, "mistake");
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenKnown.selector, tokenId));
        _mint(editionId, 1, address(0));
    }

    function testFuzz_only_serials_within_the_cap_are_minted(uint64 cap, uint64 serial) public {
        cap = uint64(bound(cap, 1, 1_000_000));
        (, uint256 edition) = _edition(WorkKind.Publication, _policy(), cap);
        if (serial == 0 || serial > cap) {
            vm.expectRevert(abi.encodeWithSelector(ICollections.SerialOutOfRange.selector, edition, serial, cap));
        }
        _mint(edition, serial, address(0));
    }

    /// @dev Two items of any two editions never share an id.
    function testFuzz_an_id_is_one_edition_and_one_serial(uint128 edition, uint64 serial, uint128 other, uint64 second)
        public
        pure
    {
        bool same = edition == other && serial == second;
        assertEq((uint256(edition) << 64 | serial) == (uint256(other) << 64 | second), same);
    }

    function test_only_the_issuer_of_the_collection_mints() public {
        address[6] memory others = [operations, regulation, registrar, officer, filer, executor];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICollections.NotIssuer.selector, collectionId, others[i]));
            vm.prank(others[i]);
            collectible.mint(Issue(editionId, 1, address(0)));
        }
        vm.expectRevert(abi.encodeWithSelector(Recorder.OnlySelf.selector, stranger));
        vm.prank(stranger);
        collectible.mintItem(museum, Issue(editionId, 1, address(0)));
        vm.expectRevert(abi.encodeWithSelector(ICollections.EditionUnknown.selector, 1));
        _mint(1, 1, address(0));
    }

    function test_an_issuer_without_its_role_or_standing_neither_mints_nor_hands_out() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        uint256 snapshot = vm.snapshotState();
        _suspend(museum);
        vm.expectRevert(abi.encodeWithSelector(ICollections.CannotIssue.selector, museum));
        _mint(editionId, 2, address(0));
        vm.expectRevert(abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotSend.selector, museum));
        _handOut(tokenId, ann);
        vm.revertToState(snapshot);
        vm.prank(operations);
        governance.revoke(Role.Issuer, museum);
        bytes memory missing = abi.encodeWithSelector(IGovernance.RoleMissing.selector, Role.Issuer, museum);
        vm.expectRevert(missing);
        _mint(editionId, 2, address(0));
        vm.expectRevert(missing);
        _handOut(tokenId, ann);
        vm.expectRevert(missing);
        vm.prank(museum);
        collectible.annul(tokenId, "mistake");
    }

    function test_no_token_of_a_withdrawn_work_nor_of_a_kind_refused_since() public {
        Policy memory policy = _policy();
        policy.workKinds = uint8(1 << uint8(WorkKind.RightsRegistered));
        vm.prank(museum);
        collections.setPolicy(collectionId, 2, policy);
        bytes32 workId = collections.edition(editionId).workId;
        vm.expectRevert(abi.encodeWithSelector(ICollections.WorkKindRefused.selector, workId, WorkKind.Publication));
        _mint(editionId, 1, address(0));
        vm.startPrank(museum);
        collections.setPolicy(collectionId, 3, _policy());
        works.withdraw(workId, "why");
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(ICollections.WorkGone.selector, workId));
        _mint(editionId, 1, address(0));
    }

    function test_a_token_is_handed_out_once() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        _handOut(tokenId, ann);
        assertEq(collectible.ownerOf(tokenId), ann);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, museum));
        _handOut(tokenId, ben);
        // It comes back as a gift, and is still not handed out again.
        vm.warp(vm.getBlockTimestamp() + 1 days);
        vm.prank(ann);
        collectible.transferFrom(ann, museum, tokenId);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.DistributedBefore.selector, tokenId));
        _handOut(tokenId, ben);
    }

    function test_it_is_handed_out_to_those_who_may_receive() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        vm.expectRevert(abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, stranger));
        _handOut(tokenId, stranger);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.GiftToSelf.selector, tokenId, museum));
        _handOut(tokenId, museum);
        address office = makeAddr("office");
        _register(office, Kind.Regulator, Custody.Own);
        vm.expectRevert(abi.encodeWithSelector(ICollections.ReceiverRefused.selector, collectionId, office));
        _handOut(tokenId, office);
        _suspend(ann);
        vm.expectRevert(abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, ann));
        _handOut(tokenId, ann);
        _handOut(tokenId, ben);
    }

    function test_a_held_token_is_not_handed_out() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        bytes32 orderId = _hold(tokenId);
        uint64 until = collectible.token(tokenId).heldUntil;
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenHeld.selector, tokenId, orderId, until));
        _handOut(tokenId, ann);
        vm.warp(until);
        _handOut(tokenId, ann);
    }

    function test_the_first_hand_over_is_a_handing_out_and_no_gift() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        vm.warp(vm.getBlockTimestamp() + 720 days);
        assertFalse(collectible.canTransfer(museum, ann, tokenId));
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotDistributed.selector, tokenId));
        vm.prank(museum);
        collectible.transferFrom(museum, ann, tokenId);
    }

    function test_a_handed_out_token_comes_under_the_present_policy() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        Policy memory stricter = _policy();
        stricter.firstHolding = 90 days;
        vm.prank(museum);
        collections.setPolicy(collectionId, 2, stricter);
        assertEq(collectible.token(tokenId).policyVersion, 1);
        _handOut(tokenId, ann);
        assertEq(collectible.token(tokenId).policyVersion, 2);
        assertEq(collectible.token(tokenId).policyDigest, keccak256(abi.encode(stricter)));
    }

    function test_the_issuer_strikes_out_what_it_never_handed_out() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        vm.startPrank(museum);
        vm.expectRevert(ICollectible.ReasonMissing.selector);
        collectible.annul(tokenId, "");
        collectible.annul(tokenId, "mistake");
        assertEq(uint8(collectible.token(tokenId).status), uint8(TokenStatus.Annulled));
        assertEq(collectible.ownerOf(tokenId), museum);
        bytes memory annulled = abi.encodeWithSelector(ICollectible.TokenAnnulled.selector, tokenId);
        vm.expectRevert(annulled);
        collectible.annul(tokenId, "again");
        vm.expectRevert(annulled);
        collectible.distribute(Handout(tokenId, ann));
        vm.stopPrank();
    }

    function test_the_issuer_does_not_strike_out_what_others_have_nor_what_is_held() public {
        uint256 tokenId = _mint(editionId, 1, ann);
        vm.startPrank(museum);
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, museum));
        collectible.annul(tokenId, "mistake");
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenUnknown.selector, 1));
        collectible.annul(1, "mistake");
        vm.stopPrank();
        tokenId = _mint(editionId, 2, address(0));
        bytes32 orderId = _hold(tokenId);
        uint64 until = collectible.token(tokenId).heldUntil;
        vm.expectRevert(abi.encodeWithSelector(ICollectible.TokenHeld.selector, tokenId, orderId, until));
        vm.prank(museum);
        collectible.annul(tokenId, "mistake");
    }

    function test_an_order_strikes_out_whatever_the_holder_says() public {
        uint256 tokenId = _giveable(ann);
        _hold(tokenId);
        _file(_filing(Measure.Annul, _token(tokenId)));
        vm.startPrank(executor);
        vm.expectRevert(ICollectible.ReasonMissing.selector);
        collectible.annulByOrder(tokenId, "");
        collectible.annulByOrder(tokenId, "judgment");
        vm.stopPrank();
        assertEq(uint8(collectible.token(tokenId).status), uint8(TokenStatus.Annulled));
        assertFalse(collectible.canTransfer(ann, ben, tokenId));
        assertEq(collectible.ownerOf(tokenId), ann);
    }

    function test_the_successor_of_a_lost_key_goes_on_issuing() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        address successor = makeAddr("museum, new key");
        _replace(museum, successor);
        vm.prank(operations);
        governance.propose(Role.Issuer, successor);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        governance.enact(Role.Issuer, successor);
        vm.startPrank(successor);
        collectible.mint(Issue(editionId, 2, ann));
        vm.expectRevert(abi.encodeWithSelector(ICollectible.NotHolder.selector, tokenId, successor));
        collectible.distribute(Handout(tokenId, ann));
        uint256[] memory tokenIds = new uint256[](1);
        tokenIds[0] = tokenId;
        collectible.recover(tokenIds);
        collectible.distribute(Handout(tokenId, ann));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(ICollections.CannotIssue.selector, museum));
        _mint(editionId, 3, address(0));
    }

    function test_the_manifest_of_a_token_is_the_present_one_of_its_work() public {
        uint256 tokenId = _mint(editionId, 1, address(0));
        bytes32 workId = collections.workOf(tokenId);
        bytes32 digest = works.manifestOf(workId);
        string memory hexadecimal = vm.replace(vm.toString(digest), "0x", "");
        assertEq(collectible.tokenURI(tokenId), string.concat("ipfs://f01551220", hexadecimal));
        vm.prank(museum);
        works.amend(workId, 0, bytes32(uint256(0xab)), "why");
        assertEq(
            collectible.tokenURI(tokenId),
            "ipfs://f0155122000000000000000000000000000000000000000000000000000000000000000ab"
        );
        vm.expectRevert();
        collectible.tokenURI(1);
    }

    function _handOut(uint256 tokenId, address to) private {
        vm.prank(museum);
        collectible.distribute(Handout(tokenId, to));
    }
}
