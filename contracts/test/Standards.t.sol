// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICollectible} from "../interfaces/ICollectible.sol";
import {IERC4907} from "../interfaces/IERC4907.sol";
import {IERC6454} from "../interfaces/IERC6454.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {Stage} from "./Stage.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";

/// @notice What the collectible says about itself.
contract StandardsTest is Stage {
    function test_it_supports_what_it_says() public view {
        bytes4[7] memory ids = [
            bytes4(0x01ffc9a7), // ERC-165
            bytes4(0x80ac58cd), // ERC-721
            bytes4(0x5b5e139f), // its metadata
            bytes4(0xbf1ef5fe), // ERC-7943, non-fungible
            bytes4(0x91a6262f), // ERC-6454
            bytes4(0xad092b5c), // ERC-4907
            bytes4(0x49064906) // ERC-4906
        ];
        for (uint256 i = 0; i < ids.length; ++i) {
            assertTrue(collectible.supportsInterface(ids[i]));
        }
    }

    function test_it_supports_nothing_financial() public view {
        assertFalse(collectible.supportsInterface(0xffffffff));
        assertFalse(collectible.supportsInterface(0x2a55205a)); // ERC-2981, royalties
        assertFalse(collectible.supportsInterface(0x36372b07)); // ERC-20
        assertFalse(collectible.supportsInterface(0xd9b67a26)); // ERC-1155
    }

    function test_estates_are_tokens_and_nothing_financial() public view {
        assertTrue(rights.supportsInterface(0x01ffc9a7)); // ERC-165
        assertTrue(rights.supportsInterface(0x80ac58cd)); // ERC-721
        assertTrue(rights.supportsInterface(0x5b5e139f)); // its metadata
        assertFalse(rights.supportsInterface(0x2a55205a)); // ERC-2981, royalties
        assertFalse(rights.supportsInterface(0xffffffff));
    }

    function test_the_ids_are_those_of_the_standards_texts() public pure {
        assertEq(type(IERC7943NonFungible).interfaceId, bytes4(0xbf1ef5fe));
        assertEq(type(IERC6454).interfaceId, bytes4(0x91a6262f));
        assertEq(type(IERC4907).interfaceId, bytes4(0xad092b5c));
        assertEq(IERC7943NonFungible.Frozen.selector, keccak256("Frozen(address,uint256,bool)"));
        assertEq(IERC7943NonFungible.ForcedTransfer.selector, keccak256("ForcedTransfer(address,address,uint256)"));
        assertEq(IERC4907.UpdateUser.selector, keccak256("UpdateUser(uint256,address,uint64)"));
    }

    function test_readers_of_metadata_are_told_of_an_amendment() public {
        vm.expectEmit(address(collectible));
        emit IERC4906.BatchMetadataUpdate((7 << 64) | 1, (7 << 64) | type(uint64).max);
        vm.prank(stranger);
        collectible.announceAmendment(7);
    }

    function test_no_contract_takes_money() public {
        address[10] memory all = [
            address(ledger),
            address(governance),
            address(orders),
            address(identities),
            address(works),
            address(collections),
            address(collectible),
            address(consents),
            address(rights),
            address(grants)
        ];
        vm.deal(address(this), 1 ether);
        for (uint256 i = 0; i < all.length; ++i) {
            (bool taken,) = all[i].call{value: 1}("");
            assertFalse(taken);
            (taken,) = all[i].call{value: 1}(abi.encodeCall(ICollectible.cancelIntent, (1)));
            assertFalse(taken);
            assertEq(all[i].balance, 0);
        }
    }
}
