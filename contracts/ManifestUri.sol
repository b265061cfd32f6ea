// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Where a manifest is
library ManifestUri {
    bytes16 private constant DIGITS = "0123456789abcdef";

    /// @dev CIDv1 in base 16 (`f`) of the raw bytes (`0x55`) by SHA-256 (`0x12`, `0x20` bytes).
    function from(bytes32 manifestDigest) internal pure returns (string memory) {
        bytes memory text = new bytes(64);
        for (uint256 i = 0; i < 32; ++i) {
            text[2 * i] = DIGITS[uint8(manifestDigest[i]) >> 4];
            text[2 * i + 1] = DIGITS[uint8(manifestDigest[i]) & 0x0f];
        }
        return string.concat("ipfs://f01551220", string(text));
    }
}
