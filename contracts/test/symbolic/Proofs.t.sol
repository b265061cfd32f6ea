// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../../Subjects.sol";
import {Gift, Handout, Issue, SignedGift, TokenStatus} from "../../interfaces/ICollectible.sol";
import {ICollections, Policy} from "../../interfaces/ICollections.sol";
import {IGovernance} from "../../interfaces/IGovernance.sol";
import {IIdentityRegistry} from "../../interfaces/IIdentityRegistry.sol";
import {Filing, IOrders, Measure, OrderStatus} from "../../interfaces/IOrders.sol";
import {Entry, IProvenanceLedger, Predecessor} from "../../interfaces/IProvenanceLedger.sol";
import {IWorkRegistry} from "../../interfaces/IWorkRegistry.sol";
import {CollectibleWhole, CollectionsWhole, LedgerWhole, OrdersWhole} from "../Whole.sol";
import {Counter, OpenCollections, OpenGovernance, OpenIdentities, OpenLedger, OpenWorks, Svm} from "./Open.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Proofs by halmos: for every value, not for those that chance picks.
abstract contract Proofs is Test {
    Svm internal constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));

    IProvenanceLedger internal open;
    IGovernance internal governance;
    IIdentityRegistry internal identities;

    function setUp() public virtual {
        vm.warp(1_767_571_200);
        vm.roll(1000);
        open = IProvenanceLedger(address(new OpenLedger()));
        governance = IGovernance(address(new OpenGovernance()));
        identities = IIdentityRegistry(address(new OpenIdentities()));
    }

    /// @dev As it is deployed: scripts/prove.py has the committed artifacts lie there.
    function _create(string memory name, bytes memory arguments) internal returns (address made) {
        string memory path = string.concat(".forge/halmos/artifacts/", name, ".json");
        bytes memory code = bytes.concat(vm.getCode(path), arguments);
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
        require(made != address(0), "not created");
    }
}

/// @custom:proves Heads only append: one record moves the head, the count and the heads of its subjects as written down,
/// and nothing else; nobody but a source, and the ledger itself by a checkpoint, moves them.
contract LedgerProofs is Proofs {
    LedgerWhole private ledger;

    function setUp() public override {
        super.setUp();
        address[] memory sources = new address[](1);
        sources[0] = address(this);
        ledger = LedgerWhole(_create("ProvenanceLedger", abi.encode(sources, Predecessor(0, address(0), 0, 0))));
    }

    function check_a_record_moves_its_heads_as_written_down(
        bytes32 act,
        bytes32 stateAfter,
        bytes32 first,
        bytes32 second,
        bytes32 other
    ) public {
        vm.assume(first != second && other != first && other != second);
        Entry memory entry = Entry(act, stateAfter, new bytes32[](2), svm.createBytes(64, "data"));
        (entry.subjects[0], entry.subjects[1]) = (first, second);
        (bytes32 head, uint256 count, bytes32 otherHead) = (ledger.head(), ledger.count(), ledger.subjectHead(other));
        ledger.append(entry);
        bytes32 record = keccak256(
            abi.encode(
                count,
                address(this),
                keccak256(bytes.concat(act, entry.data)),
                stateAfter,
                keccak256(bytes.concat(first, second)),
                block.number,
                block.timestamp
            )
        );
        assert(ledger.head() == keccak256(abi.encode(head, record)));
        assert(ledger.count() == count + 1);
        assert(ledger.subjectHead(first) == keccak256(abi.encode(bytes32(0), record)));
        assert(ledger.subjectHead(second) == keccak256(abi.encode(bytes32(0), record)));
        assert(ledger.subjectHead(other) == otherHead);
    }

    function check_a_subject_named_twice_is_refused(bytes32 act, bytes32 stateAfter, bytes32 subject) public {
        Entry memory entry = Entry(act, stateAfter, new bytes32[](2), "data");
        (entry.subjects[0], entry.subjects[1]) = (subject, subject);
        try ledger.append(entry) {
            assert(false);
        } catch {}
    }

    function check_nobody_but_a_source_moves_a_head(address caller, bytes32 subject) public {
        vm.assume(caller != address(this));
        (bytes32 head, uint256 count, bytes32 subjectHead) =
            (ledger.head(), ledger.count(), ledger.subjectHead(subject));
        vm.assume(subject != Subjects.id(address(ledger), 0));
        bytes memory data = svm.createCalldata("LedgerWhole");
        bool checkpoint = bytes4(data) == ledger.checkpoint.selector;
        vm.prank(caller);
        (bool done,) = address(ledger).call(data);
        if (!checkpoint || !done) {
            assert(ledger.head() == head);
            assert(ledger.count() == count);
        }
        assert(ledger.subjectHead(subject) == subjectHead);
    }
}

/// @custom:proves Supply stays within a cap that never rises, and a later policy never tightens what is held.
contract CollectionsProofs is Proofs {
    CollectionsWhole private collections;
    bytes32 private collectionId;
    Policy private anyPolicy = Policy(0, 0, 1, false, 0x0e, 0x1e, 720 days);

    function setUp() public override {
        super.setUp();
        IWorkRegistry works = IWorkRegistry(address(new OpenWorks(address(this))));
        bytes memory arguments = abi.encode(open, governance, identities, works, address(this), address(0));
        collections = CollectionsWhole(_create("Collections", arguments));
        collectionId = collections.create("operation", "metadata", anyPolicy);
    }

    function check_a_cap_never_rises_and_never_falls_below_a_serial(uint64 cap, uint64 serial, uint64 next) public {
        uint256 editionId = collections.openEdition(collectionId, "work", 1, cap);
        try collections.admit(editionId, serial, address(this)) {
            assert(serial >= 1 && serial <= cap);
        } catch {
            assert(serial == 0 || serial > cap);
            return;
        }
        try collections.lowerCap(editionId, next) {
            assert(next < cap && next >= serial);
            assert(collections.edition(editionId).cap == next);
        } catch {
            assert(next >= cap || next < serial);
            assert(collections.edition(editionId).cap == cap);
        }
    }

    function check_no_call_raises_a_cap(uint64 cap, address caller) public {
        uint256 editionId = collections.openEdition(collectionId, "work", 1, cap);
        bytes memory data = svm.createCalldata("CollectionsWhole");
        vm.prank(caller);
        (bool done,) = address(collections).call(data);
        done;
        assert(collections.edition(editionId).cap <= cap);
        assert(collections.edition(editionId).collectionId == collectionId);
    }

    function check_the_looser_of_two_policies_binds(Policy memory held, Policy memory present) public {
        bytes32 id = collections.create("another", "metadata", held);
        collections.setPolicy(id, 2, present);
        Policy memory looser = collections.looser(id, 1);
        assert(looser.firstHolding <= held.firstHolding && looser.firstHolding <= present.firstHolding);
        assert(looser.nextHolding <= held.nextHolding && looser.nextHolding <= present.nextHolding);
        assert(looser.giftsPerDay >= held.giftsPerDay && looser.giftsPerDay >= present.giftsPerDay);
        assert(looser.acceptance == (held.acceptance && present.acceptance));
        assert(looser.receivers == held.receivers | present.receivers);
        assert(looser.longestLoan >= held.longestLoan && looser.longestLoan >= present.longestLoan);
    }
}

/// @custom:proves An order serves once, for what it demands, and by another key than filed it.
contract OrdersProofs is Proofs {
    OrdersWhole private orders;

    function setUp() public override {
        super.setUp();
        address[] memory consumers = new address[](1);
        consumers[0] = address(this);
        orders = OrdersWhole(_create("Orders", abi.encode(open, governance, consumers)));
    }

    function check_an_order_serves_once_and_by_another_hand(
        uint8 measure,
        bytes32 target,
        uint8 asked,
        bytes32 other,
        address executor
    ) public {
        vm.assume(measure >= 1 && measure <= 8 && asked <= 8);
        bytes32 orderId = _file(Measure(measure), target);
        bool same = asked == measure && other == target;
        try orders.consume(Measure(asked), other, executor) {
            assert(same && executor != address(this));
        } catch {
            assert(!same || executor == address(this));
            return;
        }
        (OrderStatus status,,) = orders.order(orderId);
        assert(status == OrderStatus.Executed);
        try orders.consume(Measure(asked), other, executor) {
            assert(false);
        } catch {}
    }

    /// @dev Not by any call: filing writes strings, which halmos cannot follow at an unknown place.
    function check_an_executed_order_stays_executed(
        address caller,
        bytes32 orderId,
        bytes32 reason,
        uint8 measure,
        bytes32 target,
        address executor
    ) public {
        vm.assume(measure <= 8);
        bytes32 executed = _file(Measure.Release, "target");
        orders.consume(Measure.Release, "target", address(1));
        vm.prank(caller);
        try orders.withdraw(orderId, reason) {
            assert(false);
        } catch {}
        try orders.consume(Measure(measure), target, executor) {
            assert(false);
        } catch {}
        (OrderStatus status,,) = orders.order(executed);
        assert(status == OrderStatus.Executed);
        try this.fileAgain() {
            assert(false);
        } catch {}
    }

    function fileAgain() external {
        _file(Measure.Release, "target");
    }

    function _file(Measure measure, bytes32 target) private returns (bytes32) {
        bool lasts = measure == Measure.Hold || measure == Measure.Suspend;
        uint64 later = uint64(block.timestamp + 1 days);
        return orders.file(
            Filing({
                authority: "court",
                orderHash: "order",
                reasonCode: "civil",
                measure: measure,
                target: target,
                to: measure == Measure.ForcedTransfer ? address(2) : address(0),
                occurredAt: 1,
                effectUntil: lasts ? later : 0,
                expires: later,
                corrects: 0
            })
        );
    }
}

/// @custom:proves No call whatever moves a held token, or mints one twice.
contract CollectibleProofs is Proofs {
    CollectibleWhole private collectible;
    OrdersWhole private orders;
    uint256 private constant TOKEN = (uint256(7) << 64) | 1;
    address private constant HOLDER = address(0x1001);

    function setUp() public override {
        super.setUp();
        address[] memory consumers = new address[](1);
        Counter counter = new Counter();
        consumers[0] = address(counter);
        IWorkRegistry works = IWorkRegistry(address(new OpenWorks(address(this))));
        ICollections collections = ICollections(address(new OpenCollections()));
        orders = OrdersWhole(_create("Orders", abi.encode(open, governance, consumers)));
        counter.open(orders);
        bytes memory arguments =
            abi.encode(open, governance, identities, works, collections, address(counter), "name", "symbol");
        collectible = CollectibleWhole(_create("Collectible", arguments));
        collectible.mint(Issue(7, 1, HOLDER));
        orders.file(_hold());
        vm.prank(address(0x1002));
        collectible.setFrozenTokens(HOLDER, TOKEN, true);
    }

    /// @dev By own transaction, by an order executor's, by anybody's; signatures and batches follow below.
    function check_no_call_moves_a_held_token(uint8 which, address caller, address from, address to, uint256 tokenId)
        public
    {
        vm.assume(which < 9 && caller != address(collectible));
        uint64 time = uint64(svm.createUint(64, "time"));
        vm.assume(time >= block.timestamp && time < block.timestamp + 30 days);
        vm.warp(time);
        vm.prank(caller);
        (bool done,) = address(collectible).call(_call(which, from, to, tokenId, time));
        done;
        assert(collectible.ownerOf(TOKEN) == HOLDER);
        assert(collectible.getFrozenTokens(HOLDER, TOKEN));
        assert(collectible.token(TOKEN).status == TokenStatus.Live);
    }

    function _call(uint8 which, address from, address to, uint256 tokenId, uint64 time)
        private
        view
        returns (bytes memory)
    {
        if (which == 0) return abi.encodeCall(collectible.transferFrom, (from, to, tokenId));
        if (which == 1) return abi.encodeCall(collectible.distribute, (Handout(tokenId, to)));
        if (which == 2) return abi.encodeCall(collectible.forcedTransfer, (from, to, tokenId));
        if (which == 3) return abi.encodeCall(collectible.setFrozenTokens, (from, tokenId, time % 2 == 0));
        if (which == 4) return abi.encodeCall(collectible.annul, (tokenId, "why"));
        if (which == 5) return abi.encodeCall(collectible.annulByOrder, (tokenId, "why"));
        if (which == 6) return abi.encodeCall(collectible.mint, (Issue(tokenId >> 64, uint64(tokenId), to)));
        if (which == 7) return abi.encodeCall(collectible.setUser, (tokenId, to, time + 1));
        return abi.encodeCall(collectible.recoverItem, (tokenId));
    }

    /// @dev The same of a gift that the holder sends itself.
    function check_no_gift_moves_a_held_token(address caller, address to, uint256 tokenId, uint256 nonce) public {
        vm.assume(caller != address(collectible));
        vm.prank(caller);
        try collectible.give(_intent(caller, to, tokenId, nonce, "")) {
            assert(tokenId != TOKEN);
        } catch {}
        assert(collectible.ownerOf(TOKEN) == HOLDER);
    }

    /// @dev The same of one that anybody submits, with any signature.
    function check_no_signed_gift_moves_a_held_token(
        address caller,
        address from,
        address to,
        uint256 tokenId,
        uint256 nonce
    ) public {
        vm.assume(caller != address(collectible));
        vm.prank(caller);
        try collectible.give(_intent(from, to, tokenId, nonce, svm.createBytes(65, "signature"))) {
            assert(tokenId != TOKEN);
        } catch {}
        assert(collectible.ownerOf(TOKEN) == HOLDER);
    }

    /// @dev The same of what comes in a batch, whose items are calls of the contract to itself.
    function check_no_batch_moves_a_held_token(
        uint8 which,
        address caller,
        address from,
        address to,
        uint256 tokenId,
        uint256 nonce
    ) public {
        vm.assume(which < 4 && caller != address(collectible));
        vm.prank(caller);
        (bool done,) = address(collectible).call(_batch(which, from, to, tokenId, nonce));
        done;
        assert(collectible.ownerOf(TOKEN) == HOLDER);
        assert(collectible.getFrozenTokens(HOLDER, TOKEN));
        assert(collectible.token(TOKEN).status == TokenStatus.Live);
    }

    /// @dev The control of those above: one that is not held does move, alone and in a batch.
    function check_a_token_that_is_not_held_moves(address to, uint256 nonce, bool inBatch) public {
        vm.assume(to != HOLDER && to != address(0));
        collectible.mint(Issue(7, 2, HOLDER));
        SignedGift[] memory gifts = new SignedGift[](1);
        gifts[0] = _intent(HOLDER, to, TOKEN + 1, nonce, "");
        bytes memory data =
            inBatch ? abi.encodeCall(collectible.giveBatch, (gifts)) : abi.encodeCall(collectible.give, (gifts[0]));
        vm.prank(HOLDER);
        (bool done,) = address(collectible).call(data);
        assert(done);
        assert(collectible.ownerOf(TOKEN + 1) == to);
    }

    function _batch(uint8 which, address from, address to, uint256 tokenId, uint256 nonce)
        private
        view
        returns (bytes memory)
    {
        if (which == 0) {
            SignedGift[] memory gifts = new SignedGift[](1);
            gifts[0] = _intent(from, to, tokenId, nonce, svm.createBytes(65, "signature"));
            return abi.encodeCall(collectible.giveBatch, (gifts));
        }
        if (which == 1) {
            Handout[] memory handouts = new Handout[](1);
            handouts[0] = Handout(tokenId, to);
            return abi.encodeCall(collectible.distributeBatch, (handouts));
        }
        if (which == 2) {
            Issue[] memory issues = new Issue[](1);
            issues[0] = Issue(tokenId >> 64, uint64(tokenId), to);
            return abi.encodeCall(collectible.mintBatch, (issues));
        }
        uint256[] memory tokenIds = new uint256[](1);
        tokenIds[0] = tokenId;
        return abi.encodeCall(collectible.recover, (tokenIds));
    }

    function _intent(address from, address to, uint256 tokenId, uint256 nonce, bytes memory signature)
        private
        pure
        returns (SignedGift memory)
    {
        return SignedGift(Gift(tokenId, from, to, nonce, type(uint64).max), signature, 0, 0, "");
    }

    function check_an_id_is_minted_once(uint256 editionId, uint64 serial, address to) public {
        uint256 tokenId = (editionId << 64) | serial;
        try collectible.mint(Issue(editionId, serial, to)) {
            assert(tokenId != TOKEN);
        } catch {
            return;
        }
        try collectible.mint(Issue(editionId, serial, to)) {
            assert(false);
        } catch {}
    }

    function check_a_nonce_taken_back_is_that_one_alone(address account, uint256 nonce, address other, uint256 second)
        public
    {
        vm.assume(account != other || nonce != second);
        vm.prank(account);
        collectible.cancelIntent(nonce);
        assert(collectible.nonceUsed(account, nonce));
        assert(!collectible.nonceUsed(other, second));
    }

    function _hold() private view returns (Filing memory) {
        return Filing({
            authority: "court",
            orderHash: "order",
            reasonCode: "civil",
            measure: Measure.Hold,
            target: Subjects.id(address(collectible), bytes32(TOKEN)),
            to: address(0),
            occurredAt: 1,
            effectUntil: uint64(block.timestamp + 30 days),
            expires: uint64(block.timestamp + 30 days),
            corrects: 0
        });
    }
}
