// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICollections} from "../interfaces/ICollections.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {IProvenanceLedger, Predecessor} from "../interfaces/IProvenanceLedger.sol";
import {IWorkRegistry, WorkClaim, WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Stage} from "./Stage.sol";
import {CollectibleWhole, CollectionsWhole, LedgerWhole, WorksWhole} from "./Whole.sol";

/// @notice Contracts that continue others of the same chain, over one generation and over two.
contract SuccessionTest is Stage {
    bytes32 private constant FILE = "file";
    bytes4 private constant FOREIGN = bytes4(keccak256("PredecessorForeign(address)"));

    LedgerWhole private oldLedger;
    WorksWhole private oldWorks;
    CollectionsWhole private oldCollections;
    CollectibleWhole private oldCollectible;
    bytes32 private workId;
    bytes32 private collectionId;
    uint256 private editionId;

    function setUp() public override {
        super.setUp();
        workId = _work(WorkKind.Publication, FILE);
        collectionId = _collection("operation", _policy());
        vm.prank(museum);
        editionId = collections.openEdition(collectionId, workId, 1, 10);
        _mint(editionId, 1, ann);
        (oldLedger, oldWorks, oldCollections, oldCollectible) = (ledger, works, collections, collectible);
    }

    function test_a_ledger_reads_how_far_the_one_it_continues_is() public {
        _succeed();
        Predecessor memory before = ledger.predecessor();
        assertEq(before.chainId, block.chainid);
        assertEq(before.ledger, address(oldLedger));
        assertEq(before.head, oldLedger.head());
        assertEq(before.count, oldLedger.count());
        assertGt(before.count, 0);
        bytes32 first = keccak256(
            abi.encode(
                keccak256("Qianyin ledger v1"), block.chainid, ledger, blockhash(block.number - 1), ledger.predecessor()
            )
        );
        assertEq(ledger.firstHead(), first);
    }

    function test_a_ledger_does_not_let_itself_be_told() public {
        address[] memory sources = new address[](1);
        sources[0] = museum;
        Predecessor[2] memory told = [
            Predecessor(block.chainid, address(oldLedger), oldLedger.head(), 0),
            Predecessor(block.chainid, address(oldLedger), 0, oldLedger.count())
        ];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(IProvenanceLedger.PredecessorMalformed.selector);
            _create("ProvenanceLedger", abi.encode(sources, told[i]));
        }
    }

    function test_what_exists_before_is_not_created_again() public {
        for (uint256 generations = 1; generations <= 2; ++generations) {
            _succeed();
            WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
            claim.acknowledgedClaims = 1;
            vm.startPrank(museum);
            vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkKnown.selector, workId));
            works.register(claim);
            vm.expectRevert(abi.encodeWithSelector(ICollections.CollectionKnown.selector, collectionId));
            collections.create("operation", "metadata", _policy());
            vm.stopPrank();
            assertTrue(works.hasWork(workId));
            assertTrue(collections.hasCollection(collectionId));
            assertTrue(collections.hasEdition(editionId));
            assertFalse(works.hasWork("another"));
            assertFalse(collections.hasCollection("another"));
            assertFalse(collections.hasEdition(editionId + 1));
        }
    }

    function test_what_is_new_is_created_as_ever_and_bars_the_next_generation() public {
        _succeed();
        (bytes32 newCollection, uint256 newEdition) = _edition(WorkKind.Publication, _policy(), 5);
        _mint(newEdition, 1, address(0));
        bytes32 newWork = collections.edition(newEdition).workId;
        assertFalse(oldWorks.hasWork(newWork));
        _succeed();
        assertTrue(works.hasWork(newWork));
        assertTrue(collections.hasCollection(newCollection));
        assertTrue(collections.hasEdition(newEdition));
    }

    /// @dev The predecessor stays alive: what it opens later bars its successor all the same.
    function test_an_edition_opened_meanwhile_by_the_predecessor_is_not_opened_again() public {
        _succeed();
        bytes32 work = _work(WorkKind.Publication, "new file");
        bytes32 collection = _collection("new operation", _policy());
        vm.startPrank(museum);
        WorkClaim memory claim = _claim(WorkKind.Publication, "new file");
        assertEq(oldWorks.register(claim), work);
        assertEq(oldCollections.create("new operation", "metadata", _policy()), collection);
        uint256 opened = oldCollections.openEdition(collection, work, 1, 10);
        vm.expectRevert(abi.encodeWithSelector(ICollections.EditionKnown.selector, opened));
        collections.openEdition(collection, work, 1, 10);
        collections.openEdition(collection, work, 2, 10);
    }

    function test_claims_are_counted_over_all_generations() public {
        for (uint32 before = 1; before <= 3; ++before) {
            _succeed();
            assertEq(works.claims(FILE), before);
            WorkClaim memory claim = _claim(WorkKind.Publication, FILE);
            claim.manifestDigest = bytes32(uint256(before));
            claim.acknowledgedClaims = before - 1;
            vm.startPrank(museum);
            vm.expectRevert(
                abi.encodeWithSelector(IWorkRegistry.ClaimsUnacknowledged.selector, FILE, before, before - 1)
            );
            works.register(claim);
            claim.acknowledgedClaims = before;
            works.register(claim);
            vm.stopPrank();
            assertEq(works.claims(FILE), before + 1);
        }
        assertEq(oldWorks.claims(FILE), 1);
    }

    function test_an_older_anchor_is_not_deposited_again_and_proves_a_later_registration() public {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(museum, bytes32("anchored"), bytes32("salt")))));
        vm.prank(museum);
        bytes32 anchorId = works.anchor(leaf, 1);
        uint64 depositedAt = works.anchoredAt(anchorId);
        for (uint256 generations = 1; generations <= 2; ++generations) {
            vm.warp(vm.getBlockTimestamp() + 1 days);
            _succeed();
            assertEq(works.anchoredAt(anchorId), depositedAt);
            vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AnchorKnown.selector, anchorId));
            vm.prank(museum);
            works.anchor(leaf, 1);
        }
        WorkClaim memory claim = _claim(WorkKind.Publication, "anchored");
        (claim.anchorId, claim.anchorSalt) = (anchorId, "salt");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AnchorUnknown.selector, anchorId, ann));
        vm.prank(ann);
        works.register(claim);
        vm.prank(museum);
        works.register(claim);
    }

    /// @dev What each constructor takes for the registry that it continues.
    function test_a_registry_names_the_one_of_the_ledgers_predecessor_and_no_other() public {
        address[6] memory wrong = [
            address(0),
            stranger,
            address(oldLedger),
            address(oldCollectible),
            address(oldCollections),
            address(oldWorks)
        ];
        _succeed();
        for (uint256 i = 0; i < wrong.length; ++i) {
            if (wrong[i] != address(oldWorks)) {
                vm.expectRevert();
                _create("WorkRegistry", abi.encode(ledger, identities, wrong[i]));
            }
            if (wrong[i] != address(oldCollections)) {
                vm.expectRevert();
                _create("Collections", abi.encode(ledger, governance, identities, works, collectible, wrong[i]));
            }
        }
        _create("WorkRegistry", abi.encode(ledger, identities, oldWorks));
        _create("Collections", abi.encode(ledger, governance, identities, works, collectible, oldCollections));
    }

    function test_the_registry_of_a_generation_before_is_no_predecessor() public {
        _succeed();
        _succeed();
        vm.expectRevert(abi.encodeWithSelector(FOREIGN, oldWorks));
        _create("WorkRegistry", abi.encode(ledger, identities, oldWorks));
    }

    function test_without_a_predecessor_on_this_chain_no_registry_is_continued() public {
        // The first ledger has none; another continues one of another chain.
        address[] memory sources = new address[](1);
        sources[0] = museum;
        Predecessor memory elsewhere = Predecessor(block.chainid + 1, address(oldLedger), "head", 5);
        address other = _create("ProvenanceLedger", abi.encode(sources, elsewhere));
        address[2] memory ledgers = [address(oldLedger), other];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(FOREIGN, oldWorks));
            _create("WorkRegistry", abi.encode(ledgers[i], identities, oldWorks));
            vm.expectRevert(abi.encodeWithSelector(FOREIGN, oldCollections));
            _create("Collections", abi.encode(ledgers[i], governance, identities, works, collectible, oldCollections));
            address made = _create("WorkRegistry", abi.encode(ledgers[i], identities, address(0)));
            assertEq(address(WorksWhole(made).predecessor()), address(0));
        }
    }

    function test_an_id_is_in_one_generation_whichever_it_is() public {
        for (uint256 last = 0; last <= 2; ++last) {
            if (last != 0) _succeed();
            for (uint256 first = 0; first <= last; ++first) {
                bytes32 operation = bytes32(first + 1);
                bytes32 id = keccak256(abi.encode(museum, operation));
                if (first < last) vm.expectRevert(abi.encodeWithSelector(ICollections.CollectionKnown.selector, id));
                vm.prank(museum);
                collections.create(operation, "metadata", _policy());
            }
        }
    }

    /// @dev The next generation, with the museum and Ann in it.
    function _succeed() private {
        _deploy(Predecessor(block.chainid, address(ledger), 0, 0), address(works), address(collections));
        _register(museum, Kind.Institution, Custody.Own);
        _register(ann, Kind.Person, Custody.Kept);
    }
}
