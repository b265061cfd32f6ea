// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Terms} from "../../interfaces/ICollections.sol";
import {Consent} from "../../interfaces/IConsents.sol";
import {Custody, Kind} from "../../interfaces/IIdentityRegistry.sol";
import {IOrders, Measure} from "../../interfaces/IOrders.sol";
import {Entry, Predecessor} from "../../interfaces/IProvenanceLedger.sol";
import {Estate, EstateStatus, Scope, WorkRights} from "../../interfaces/IRightsRegistry.sol";
import {WorkKind} from "../../interfaces/IWorkRegistry.sol";

/// @dev What halmos offers for symbolic values.
interface Svm {
    function createUint(uint256 bits, string calldata name) external view returns (uint256);
    function createUint256(string calldata name) external view returns (uint256);
    function createBytes32(string calldata name) external view returns (bytes32);
    function createBytes(uint256 length, string calldata name) external view returns (bytes memory);
    function createAddress(string calldata name) external view returns (address);
    function createCalldata(string calldata contractName) external view returns (bytes memory);
}

// Neighbours that allow everything: what is refused then, the contract that is looked at refuses by itself.

contract OpenLedger {
    function append(Entry calldata) external pure returns (uint256) {
        return 0;
    }

    function appendBatch(Entry[] calldata) external pure returns (uint256) {
        return 0;
    }

    function predecessor() external pure returns (Predecessor memory) {
        return Predecessor(0, address(0), 0, 0);
    }
}

contract OpenIdentities {
    function canSend(address) external pure returns (bool) {
        return true;
    }

    function canReceive(address) external pure returns (bool) {
        return true;
    }

    function current(address account) external pure returns (address) {
        return account;
    }

    function kindOf(address) external pure returns (Kind) {
        return Kind.Institution;
    }

    function custodyOf(address) external pure returns (Custody) {
        return Custody.Own;
    }
}

contract OpenGovernance {
    function requireRole(uint8, address) external pure {}
}

contract OpenConsents {
    function take(bytes32 structHash, bytes32, uint64, address, address[] calldata, Consent[] calldata)
        external
        pure
        returns (bytes32, uint256)
    {
        return (structHash, 0);
    }

    function digest(bytes32 structHash) external pure returns (bytes32) {
        return structHash;
    }
}

contract OpenRights {
    function touch(uint256, uint32) external pure returns (Estate memory estate) {
        estate.status = EstateStatus.Live;
        estate.workId = "work";
        estate.scope =
            Scope(type(uint16).max, type(uint256).max, type(uint128).max, type(uint32).max, 0, type(uint32).max);
    }

    function coOwners(uint256) external pure returns (address[] memory owners, uint32[] memory parts) {
        (owners, parts) = (new address[](1), new uint32[](1));
        (owners[0], parts[0]) = (address(0x2001), 1);
    }

    function workRights(bytes32) external pure returns (WorkRights memory) {}
}

contract OpenWorks {
    address private immutable registrant;

    constructor(address registrant_) {
        registrant = registrant_;
    }

    function standing(bytes32) external view returns (address, WorkKind, bool) {
        return (registrant, WorkKind.Publication, false);
    }

    function kindOf(bytes32) external pure returns (WorkKind) {
        return WorkKind.Publication;
    }
}

contract OpenCollections {
    function admit(uint256, uint64, address) external pure returns (bytes32, bytes32, uint32, bytes32) {
        return ("collection", "work", 1, "digest");
    }

    function handoutTerms(uint256, address) external pure returns (Terms memory) {
        return Terms("collection", 1, "digest", type(uint16).max, false);
    }

    function giftTerms(uint256, uint32, uint64, uint32, address) external pure returns (Terms memory) {
        return Terms("collection", 1, "digest", type(uint16).max, false);
    }

    function requireLoan(uint256, uint32, uint64) external pure {}

    function present(uint256) external pure returns (uint32, bytes32) {
        return (1, "digest");
    }

    function policyDigest(uint256, uint32) external pure returns (bytes32) {
        return "digest";
    }

    function workOf(uint256) external pure returns (bytes32) {
        return "work";
    }
}

/// @dev Passes consumption on, since the real orders and their consumer name one another in their constructors.
contract Counter {
    IOrders private orders;

    function open(IOrders orders_) external {
        orders = orders_;
    }

    function consume(Measure measure, bytes32 target, address executor)
        external
        returns (bytes32, address, uint64, bytes32)
    {
        return orders.consume(measure, target, executor);
    }
}
