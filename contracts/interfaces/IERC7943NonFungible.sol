// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ERC-7943, the non-fungible interface (final text, API of March 2026)
/// @notice Interface id `0xbf1ef5fe`. Here a hold belongs to the token: the status of an account is that of the token it has.
interface IERC7943NonFungible {
    event ForcedTransfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Frozen(address indexed account, uint256 indexed tokenId, bool indexed frozenStatus);

    error ERC7943CannotSend(address account);
    error ERC7943CannotReceive(address account);
    error ERC7943CannotTransfer(address from, address to, uint256 tokenId);
    error ERC7943InsufficientUnfrozenBalance(address account, uint256 tokenId);

    /// @notice Only an order executor; consumes the order filed for a change of holder.
    function forcedTransfer(address from, address to, uint256 tokenId) external returns (bool);
    /// @notice Only an order executor; consumes the order filed for a hold, or for its release.
    function setFrozenTokens(address account, uint256 tokenId, bool frozenStatus) external returns (bool);
    function canSend(address account) external view returns (bool);
    function canReceive(address account) external view returns (bool);
    function getFrozenTokens(address account, uint256 tokenId) external view returns (bool);
    function canTransfer(address from, address to, uint256 tokenId) external view returns (bool);
}
