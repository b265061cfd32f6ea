// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A contract account whose signature is that of one key.
contract Club is IERC1271 {
    address private immutable signer;

    constructor(uint256 key) {
        signer = Vm(address(uint160(uint256(keccak256("hevm cheat code"))))).addr(key);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view virtual returns (bytes4) {
        return ECDSA.recover(digest, signature) == signer ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Contract accounts that answer in ways that must not be taken for a yes, nor stop anybody else.
contract RevertingClub {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        revert("no");
    }
}

contract GreedyClub {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        while (gasleft() > 100) {}
        return 0x1626ba7e;
    }
}

contract ShortClub {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 4)
        }
    }
}

contract WordyClub {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 30000)
        }
    }
}

/// @notice A magic value with something behind it.
contract SloppyClub {
    fallback() external {
        assembly {
            mstore(0, or(shl(224, 0x1626ba7e), 1))
            return(0, 32)
        }
    }
}

/// @notice A receiver that does something when it receives.
contract Receiver is IERC721Receiver {
    address private immutable target;
    bytes private call_;
    bool public called;
    bool public succeeded;

    constructor(address target_, bytes memory call__) {
        target = target_;
        call_ = call__;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        called = true;
        (succeeded,) = target.call(call_);
        return this.onERC721Received.selector;
    }
}
