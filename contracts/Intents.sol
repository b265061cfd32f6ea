// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Gift, Loan, SignedGift} from "./interfaces/ICollectible.sol";

/// @title The EIP-712 structs that holders sign
library Intents {
    bytes32 private constant GIFT =
        keccak256("Gift(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)");
    bytes32 private constant ACCEPTANCE =
        keccak256("Acceptance(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)");
    bytes32 private constant LOAN =
        keccak256("Loan(uint256 tokenId,address from,address user,uint64 until,uint256 nonce,uint64 deadline)");
    bytes32 private constant CANCEL = keccak256("Cancel(address account,uint256 nonce)");

    function gift(Gift calldata gift_) internal pure returns (bytes32) {
        return keccak256(abi.encode(GIFT, gift_));
    }

    function acceptance(SignedGift calldata signed) internal pure returns (bytes32) {
        Gift calldata gift_ = signed.gift;
        return keccak256(
            abi.encode(
                ACCEPTANCE, gift_.tokenId, gift_.from, gift_.to, signed.acceptanceNonce, signed.acceptanceDeadline
            )
        );
    }

    function loan(Loan calldata loan_) internal pure returns (bytes32) {
        return keccak256(abi.encode(LOAN, loan_));
    }

    function cancel(address account, uint256 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCEL, account, nonce));
    }
}
