// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Which bits of a scope mean something
/// @notice The lists themselves are in `indexer/rights/codes.py`, and never change their order: a code that is added takes the
/// next bit. An estate may use every bit of a mask but those of rights: everything, known today or not. A grant names codes.
library Codes {
    /// @notice Bit n is item 5 + n of article 10: reproduction, distribution, ... the other rights.
    uint16 internal constant RIGHTS = (1 << 13) - 1;
    /// @notice ISO 3166-1 alpha-2, 249 codes in alphabetical order.
    uint256 internal constant TERRITORIES = (1 << 249) - 1;
    uint128 internal constant LANGUAGES = (1 << 64) - 1;
    uint32 internal constant MEDIA = (1 << 16) - 1;
    /// @notice Until when a scope reaches whose end is not stated.
    uint32 internal constant NO_END = type(uint32).max;
}
