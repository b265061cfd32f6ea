// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ERC-6454: whether a transfer would go through
/// @notice Interface id `0x91a6262f`.
interface IERC6454 {
    function isTransferable(uint256 tokenId, address from, address to) external view returns (bool);
}
