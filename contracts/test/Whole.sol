// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Handout, ICollectible, Issue, SignedGift} from "../interfaces/ICollectible.sol";
import {Edition, ICollections} from "../interfaces/ICollections.sol";
import {IConsents} from "../interfaces/IConsents.sol";
import {IERC4907} from "../interfaces/IERC4907.sol";
import {IERC6454} from "../interfaces/IERC6454.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {IGovernance} from "../interfaces/IGovernance.sol";
import {IGrants} from "../interfaces/IGrants.sol";
import {IIdentityRegistry, Registration} from "../interfaces/IIdentityRegistry.sol";
import {IOrders} from "../interfaces/IOrders.sol";
import {IProvenanceLedger} from "../interfaces/IProvenanceLedger.sol";
import {IRightsRegistry} from "../interfaces/IRightsRegistry.sol";
import {IWorkRegistry, WorkClaim} from "../interfaces/IWorkRegistry.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/interfaces/IERC721Metadata.sol";

// Everything that can be called from outside on the contracts, beyond their specification too.

interface LedgerWhole is IProvenanceLedger {
    function CHECKPOINT_INTERVAL() external view returns (uint256);
}

interface GovernanceWhole is IGovernance {
    function MOST_DELAY() external view returns (uint32);
}

interface OrdersWhole is IOrders {
    function LONGEST() external view returns (uint64);
}

interface IdentitiesWhole is IIdentityRegistry, IERC5267 {
    function MOST_WAIT() external view returns (uint32);
    function registerItem(Registration calldata registration) external;
}

interface WorksWhole is IWorkRegistry {
    function registerItem(address registrant, WorkClaim calldata claim) external;
}

interface CollectionsWhole is ICollections {
    function openItem(address issuer, Edition calldata opening) external;
}

interface CollectibleWhole is
    ICollectible,
    IERC7943NonFungible,
    IERC6454,
    IERC4907,
    IERC721Metadata,
    IERC4906,
    IERC5267
{
    function mintItem(address issuer, Issue calldata issue) external;
    function distributeItem(address issuer, Handout calldata handout) external;
    function giveItem(address sender, SignedGift calldata signedGift) external;
    function recoverItem(uint256 tokenId) external;
}

interface ConsentsWhole is IConsents, IERC5267 {
    function MOST_PARTIES() external view returns (uint256);
}

interface RightsWhole is IRightsRegistry, IERC721Metadata {
    function MOST_OWNERS() external view returns (uint256);
    function MOST_CLAIMS() external view returns (uint256);
    function LONGEST_BACKLOG() external view returns (uint32);
}

interface GrantsWhole is IGrants {
    function MOST_LIVE() external view returns (uint256);
    function DEEPEST() external view returns (uint8);
}
