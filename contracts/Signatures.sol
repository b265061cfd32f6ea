// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Whether an account signed
/// @notice ECDSA (65 bytes, low s) for accounts without code, ERC-1271 for contracts.
library Signatures {
    /// @notice Gas that a contract account may use to look at a signature.
    uint256 internal constant CONTRACT_GAS = 50_000;

    /// @dev False for whatever is wrong with the signature. Reverts, without a reason, only where the transaction has too
    /// little gas left to ask a contract: else the sender could make a good signature look bad.
    function isSigner(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (account.code.length == 0) {
            // slither-disable-next-line unused-return (the third is only a detail of the problem)
            (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, signature);
            return problem == ECDSA.RecoverError.NoError && signer == account;
        }
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bool answered;
        bytes32 answer;
        // EIP-150 forwards 63/64 at most, and silently less than asked.
        if ((gasleft() * 63) / 64 < CONTRACT_GAS + 5000) {
            assembly ("memory-safe") {
                revert(0, 0)
            }
        }
        // One word of the answer is read, however much the contract returns.
        assembly ("memory-safe") {
            answered := staticcall(CONTRACT_GAS, account, add(question, 0x20), mload(question), 0, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            answer := mload(0)
        }
        return answered && answer == bytes32(IERC1271.isValidSignature.selector);
    }
}
