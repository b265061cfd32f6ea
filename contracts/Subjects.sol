// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What records are about
/// @notice A subject is `keccak256(abi.encode(source, local id))`. This is the table of local ids.
///
/// | subject            | source           | local id                                     |
/// |--------------------|------------------|----------------------------------------------|
/// | ledger             | ProvenanceLedger | 0                                            |
/// | governance         | Governance       | 0                                            |
/// | seat(role, account)| Governance       | role << 160 \| account                        |
/// | order              | Orders           | order id                                     |
/// | account            | IdentityRegistry | account: its standing                        |
/// | party              | IdentityRegistry | 1 << 160 \| account: everything it did        |
/// | work, anchor       | WorkRegistry     | work id, anchor id                           |
/// | collection         | Collections      | collection id                                |
/// | edition            | Collections      | edition id                                   |
/// | token              | Collectible      | token id                                     |
/// | nonce              | Collectible      | keccak256(abi.encode(account, nonce))        |
/// | consent            | Consents         | keccak256(abi.encode(intent, party))         |
/// | withdrawal         | Consents         | keccak256(abi.encode(intent, account, true)) |
/// | estate             | RightsRegistry   | estate id                                    |
/// | rights             | RightsRegistry   | work id: all that happened to its rights     |
/// | grant              | Grants           | grant id                                     |
library Subjects {
    function id(address source, bytes32 localId) internal pure returns (bytes32) {
        return keccak256(abi.encode(source, localId));
    }

    function account(address registry, address who) internal pure returns (bytes32) {
        return id(registry, bytes32(uint256(uint160(who))));
    }

    function party(address registry, address who) internal pure returns (bytes32) {
        return id(registry, bytes32((uint256(1) << 160) | uint160(who)));
    }

    function list(bytes32 first) internal pure returns (bytes32[] memory subjects) {
        subjects = new bytes32[](1);
        subjects[0] = first;
    }

    function list(bytes32 first, bytes32 second) internal pure returns (bytes32[] memory subjects) {
        subjects = new bytes32[](2);
        subjects[0] = first;
        subjects[1] = second;
    }

    function list(bytes32 first, bytes32 second, bytes32 third) internal pure returns (bytes32[] memory subjects) {
        subjects = new bytes32[](3);
        subjects[0] = first;
        subjects[1] = second;
        subjects[2] = third;
    }

    function list(bytes32 first, bytes32 second, bytes32 third, bytes32 fourth)
        internal
        pure
        returns (bytes32[] memory subjects)
    {
        subjects = new bytes32[](4);
        subjects[0] = first;
        subjects[1] = second;
        subjects[2] = third;
        subjects[3] = fourth;
    }
}
