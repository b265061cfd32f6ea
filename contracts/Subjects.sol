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
library Subjects {
    function of(address source, bytes32 localId) internal pure returns (bytes32) {
        return keccak256(abi.encode(source, localId));
    }

    function account(address registry, address who) internal pure returns (bytes32) {
        return of(registry, bytes32(uint256(uint160(who))));
    }

    function party(address registry, address who) internal pure returns (bytes32) {
        return of(registry, bytes32((uint256(1) << 160) | uint160(who)));
    }
}
