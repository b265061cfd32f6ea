// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../Subjects.sol";
import {Token, TokenStatus} from "../interfaces/ICollectible.sol";
import {Edition} from "../interfaces/ICollections.sol";
import {Role} from "../interfaces/IGovernance.sol";
import {Filing, OrderStatus} from "../interfaces/IOrders.sol";
import {Handler} from "./Handler.sol";
import {
    CollectibleWhole,
    CollectionsWhole,
    GovernanceWhole,
    IdentitiesWhole,
    LedgerWhole,
    OrdersWhole,
    WorksWhole
} from "./Whole.sol";
import {Test} from "forge-std/Test.sol";
import {console} from "forge-std/console.sol";

/// @notice What is true after whatever people do. While it follows the logs the handler itself refuses a held token that
/// moves, a receiver that is not registered, an order that serves twice, an id that is minted twice, a struck out token that
/// moves and a record that is missing: see Replay.sol. An act that fails, fails the test.
contract InvariantsTest is Test {
    Handler private handler;
    LedgerWhole private ledger;
    GovernanceWhole private governance;
    OrdersWhole private orders;
    IdentitiesWhole private identities;
    WorksWhole private works;
    CollectionsWhole private collections;
    CollectibleWhole private collectible;

    function setUp() public {
        handler = new Handler();
        handler.setUp();
        address[7] memory all = handler.contracts();
        ledger = LedgerWhole(all[0]);
        governance = GovernanceWhole(all[1]);
        orders = OrdersWhole(all[2]);
        identities = IdentitiesWhole(all[3]);
        works = WorksWhole(all[4]);
        collections = CollectionsWhole(all[5]);
        collectible = CollectibleWhole(all[6]);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = Handler.act.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    function invariant_nothing_that_people_do_breaks_it() public {
        vm.warp(handler.clock());
        _heads_equal_a_replay();
        _recorded_states_are_those_of_the_views();
        _supply_stays_within_a_cap_that_never_rises();
        _holders_and_holds_are_those_of_the_logs();
        _an_order_serves_once();
        _roles_stay_separate();
        _no_value_is_held();
    }

    /// @notice Every kind of act went through at least once; what chance left out is done now, from whatever state it is.
    function afterInvariant() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            if (handler.done(which) == 0) handler.perform(which, uint256(keccak256(abi.encode("last", which))));
            assertGt(handler.done(which), 0);
        }
        invariant_nothing_that_people_do_breaks_it();
    }

    function test_every_act_goes_through_from_the_start() public {
        for (uint256 which = 0; which < handler.ACTIONS(); ++which) {
            handler.perform(which, uint256(keccak256(abi.encode(which))));
        }
        afterInvariant();
        console.log("records after one act of each kind:", ledger.count());
    }

    /// @dev Heads only append, and equal a replay of the logs: of the ledger, and of every subject.
    function _heads_equal_a_replay() private view {
        assertEq(ledger.head(), handler.replayedHead());
        assertEq(ledger.count(), handler.replayedCount());
        bytes32[] memory subjects = handler.allSubjects();
        for (uint256 i = 0; i < subjects.length; ++i) {
            assertEq(ledger.subjectHead(subjects[i]), handler.replayedSubjectHead(subjects[i]));
        }
    }

    /// @dev The last `stateAfter` of every subject is the hash of the state that the views tell.
    function _recorded_states_are_those_of_the_views() private view {
        uint256[] memory tokens = handler.allTokens();
        for (uint256 i = 0; i < tokens.length; ++i) {
            _assertState(address(collectible), bytes32(tokens[i]), abi.encode(tokens[i], collectible.token(tokens[i])));
        }
        uint256[] memory editions = handler.allEditions();
        for (uint256 i = 0; i < editions.length; ++i) {
            Edition memory edition = collections.edition(editions[i]);
            bytes32 id = edition.collectionId;
            _assertState(address(collections), bytes32(editions[i]), abi.encode(editions[i], edition));
            _assertState(address(collections), id, abi.encode(id, collections.collection(id)));
        }
        bytes32[] memory ids = handler.allWorks();
        for (uint256 i = 0; i < ids.length; ++i) {
            _assertState(address(works), ids[i], abi.encode(ids[i], works.work(ids[i])));
        }
        ids = handler.allOrders();
        for (uint256 i = 0; i < ids.length; ++i) {
            _assertOrder(ids[i]);
        }
        address[] memory accounts = handler.allPeople();
        for (uint256 i = 0; i < accounts.length; ++i) {
            _assertStanding(accounts[i]);
        }
        accounts = handler.allOfficials();
        for (uint256 i = 0; i < accounts.length; ++i) {
            _assertSeat(accounts[i]);
        }
    }

    /// @dev No edition has more tokens than its cap, and no cap is higher than it once was.
    function _supply_stays_within_a_cap_that_never_rises() private view {
        uint256[] memory tokens = handler.allTokens();
        uint256[] memory editions = handler.allEditions();
        for (uint256 i = 0; i < editions.length; ++i) {
            uint64 cap = collections.edition(editions[i]).cap;
            assertEq(cap, handler.lowestCap(editions[i]));
            uint256 minted;
            for (uint256 j = 0; j < tokens.length; ++j) {
                if (tokens[j] >> 64 != editions[i]) continue;
                ++minted;
                assertLe(uint64(tokens[j]), cap);
            }
            assertLe(minted, cap);
        }
    }

    /// @dev Who has what is what the logs tell, and what is held is what the records tell. No id was minted twice: the
    /// replay refuses it.
    function _holders_and_holds_are_those_of_the_logs() private view {
        uint256[] memory tokens = handler.allTokens();
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint256 id = tokens[i];
            address holder = collectible.ownerOf(id);
            Token memory token = collectible.token(id);
            assertEq(holder, handler.replayedHolder(id));
            assertEq(holder, token.holder);
            assertEq(collectible.balanceOf(holder), handler.replayedBalance(holder));
            assertEq(token.heldUntil, handler.replayedHeldUntil(id));
            assertEq(collectible.getFrozenTokens(holder, id), token.heldUntil > handler.clock());
            assertEq(token.status == TokenStatus.Annulled, handler.replayedAnnulled(id));
        }
    }

    /// @dev An order was executed once at most, and its status says whether it was.
    function _an_order_serves_once() private view {
        bytes32[] memory ids = handler.allOrders();
        for (uint256 i = 0; i < ids.length; ++i) {
            (OrderStatus status,,) = orders.order(ids[i]);
            assertEq(handler.executions(ids[i]), status == OrderStatus.Executed ? 1 : 0);
        }
    }

    /// @dev Every account has one role at most, and those of the beginning keep theirs.
    function _roles_stay_separate() private view {
        address[] memory officials = handler.allOfficials();
        address[7] memory founders = handler.founders();
        for (uint256 i = 0; i < 7; ++i) {
            _assertOneRole(founders[i]);
            assertEq(uint8(governance.roleOf(founders[i])), i + 1);
        }
        for (uint256 i = 0; i < officials.length; ++i) {
            _assertOneRole(officials[i]);
        }
    }

    /// @dev No value is ever held.
    function _no_value_is_held() private view {
        address[7] memory all = handler.contracts();
        for (uint256 i = 0; i < 7; ++i) {
            assertEq(all[i].balance, 0);
        }
    }

    function _assertStanding(address account) private view {
        bytes32 subject = Subjects.account(address(identities), account);
        bytes32 recorded = handler.replayedState(subject);
        // The first record of a replacement is about the account it replaces.
        if (recorded == 0 || ledger.subjectHead(subject) == 0) return;
        assertEq(recorded, keccak256(abi.encode(account, identities.standing(account))));
    }

    function _assertOrder(bytes32 orderId) private view {
        (OrderStatus status,, Filing memory filing) = orders.order(orderId);
        bytes memory state = abi.encode(
            orderId,
            status,
            filing.measure,
            filing.target,
            filing.to,
            filing.effectUntil,
            filing.expires,
            filing.corrects
        );
        _assertState(address(orders), orderId, state);
    }

    function _assertSeat(address account) private view {
        for (uint8 i = 1; i <= 7; ++i) {
            bytes32 id = bytes32((uint256(i) << 160) | uint160(account));
            bytes32 recorded = handler.replayedState(Subjects.id(address(governance), id));
            if (recorded == 0) continue;
            assertEq(recorded, keccak256(abi.encode(i, account, governance.seat(Role(i), account))));
        }
    }

    function _assertOneRole(address account) private view {
        uint256 held;
        for (uint8 i = 1; i <= 7; ++i) {
            if (governance.seat(Role(i), account).holds) {
                ++held;
                assertTrue(governance.hasRole(Role(i), account));
            }
        }
        assertLe(held, 1);
    }

    function _assertState(address source, bytes32 id, bytes memory state) private view {
        assertEq(handler.replayedState(Subjects.id(source, id)), keccak256(state));
    }
}
