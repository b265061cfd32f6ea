// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Subjects} from "../Subjects.sol";
import {Gift, Issue, Loan, SignedGift} from "../interfaces/ICollectible.sol";
import {ICollections, Policy} from "../interfaces/ICollections.sol";
import {IGovernance, Member, Role} from "../interfaces/IGovernance.sol";
import {Custody, IIdentityRegistry, Kind, Registration} from "../interfaces/IIdentityRegistry.sol";
import {Filing, IOrders, Measure} from "../interfaces/IOrders.sol";
import {IProvenanceLedger, Predecessor} from "../interfaces/IProvenanceLedger.sol";
import {IWorkRegistry, WorkClaim, WorkKind} from "../interfaces/IWorkRegistry.sol";
import {
    CollectibleWhole,
    CollectionsWhole,
    ConsentsWhole,
    GovernanceWhole,
    GrantsWhole,
    IdentitiesWhole,
    LedgerWhole,
    OrdersWhole,
    RightsWhole,
    WorksWhole
} from "./Whole.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Creates contracts of ours.
abstract contract Create is Test {
    /// @dev From its artifact: tests are compiled against the interfaces alone, in a fraction of the time.
    function _create(string memory name, bytes memory arguments) internal returns (address made) {
        bytes memory code = bytes.concat(vm.getCode(string.concat("contracts/", name, ".sol:", name)), arguments);
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}

/// @notice All contracts, one account in each role, a museum, and people. Tests begin here.
abstract contract Stage is Create {
    uint256 internal constant START = 1_767_571_200; // 2026-01-05 08:00 in UTC+8
    uint32 internal constant DELAY = 1 hours;
    uint32 internal constant WAIT = 1 days;
    uint8 internal constant ANYBODY = uint8((1 << uint8(Kind.Person)) | (1 << uint8(Kind.Institution)));
    uint8 internal constant ANY_WORK = 0x1e;

    LedgerWhole internal ledger;
    GovernanceWhole internal governance;
    OrdersWhole internal orders;
    IdentitiesWhole internal identities;
    WorksWhole internal works;
    CollectionsWhole internal collections;
    CollectibleWhole internal collectible;
    ConsentsWhole internal consents;
    RightsWhole internal rights;
    GrantsWhole internal grants;
    /// @dev Where the contract Grants is, or will be.
    address internal grantsAt;

    address internal operations = makeAddr("operations governor");
    address internal regulation = makeAddr("regulation governor");
    address internal registrar = makeAddr("registrar");
    address internal officer = makeAddr("recovery officer");
    address internal museum = makeAddr("museum");
    address internal filer = makeAddr("order filer");
    address internal executor = makeAddr("order executor");
    address internal relayer = makeAddr("relayer");
    address internal stranger = makeAddr("stranger");

    address internal ann; // her key is kept for her
    uint256 internal annKey;
    address internal ben; // keeps his own key
    uint256 internal benKey;
    address internal cleo; // keeps her own key
    uint256 internal cleoKey;

    uint256 private _filed;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1000);
        _deploy(Predecessor(0, address(0), 0, 0), address(0), address(0));
        (ann, annKey) = makeAddrAndKey("ann");
        (ben, benKey) = makeAddrAndKey("ben");
        (cleo, cleoKey) = makeAddrAndKey("cleo");
        _register(museum, Kind.Institution, Custody.Own);
        _register(ann, Kind.Person, Custody.Kept);
        _register(ben, Kind.Person, Custody.Own);
        _register(cleo, Kind.Person, Custody.Own);
    }

    /// @dev The contracts, as one generation; those of an older one are the works and collections it continues.
    function _deploy(Predecessor memory predecessor, address olderWorks, address olderCollections) internal {
        uint256 nonce = vm.getNonce(address(this));
        address[] memory sources = new address[](9);
        for (uint256 i = 0; i < 9; ++i) {
            sources[i] = vm.computeCreateAddress(address(this), nonce + 1 + i);
        }
        grantsAt = sources[8];
        Member[] memory members = new Member[](7);
        members[0] = Member(Role.OperationsGovernor, operations);
        members[1] = Member(Role.RegulationGovernor, regulation);
        members[2] = Member(Role.Registrar, registrar);
        members[3] = Member(Role.RecoveryOfficer, officer);
        members[4] = Member(Role.Issuer, museum);
        members[5] = Member(Role.OrderFiler, filer);
        members[6] = Member(Role.OrderExecutor, executor);
        address[] memory consumers = new address[](4);
        (consumers[0], consumers[1], consumers[2], consumers[3]) = (sources[2], sources[5], sources[7], sources[8]);
        ledger = LedgerWhole(_create("ProvenanceLedger", abi.encode(sources, predecessor)));
        governance = GovernanceWhole(_create("Governance", abi.encode(ledger, DELAY, members)));
        orders = OrdersWhole(_create("Orders", abi.encode(ledger, governance, consumers)));
        identities = IdentitiesWhole(_create("IdentityRegistry", abi.encode(ledger, governance, orders, WAIT)));
        works = WorksWhole(_create("WorkRegistry", abi.encode(ledger, identities, olderWorks)));
        collections = CollectionsWhole(
            _create("Collections", abi.encode(ledger, governance, identities, works, sources[5], olderCollections))
        );
        collectible = CollectibleWhole(
            _create(
                "Collectible",
                abi.encode(ledger, governance, identities, works, collections, orders, unicode"钤印", "QY")
            )
        );
        _deployRights(sources[7]);
    }

    function _deployRights(address rightsAt) private {
        consents = ConsentsWhole(_create("Consents", abi.encode(ledger, governance, identities, rightsAt, grantsAt)));
        rights = RightsWhole(
            _create(
                "RightsRegistry",
                abi.encode(ledger, identities, works, orders, consents, grantsAt, unicode"钤印权利", "QYR")
            )
        );
        grants = GrantsWhole(_create("Grants", abi.encode(ledger, identities, orders, consents, rights)));
    }

    // People

    function _registration(address account, Kind kind, Custody custody) internal view returns (Registration memory) {
        return Registration({
            account: account,
            kind: uint8(kind),
            custody: uint8(custody),
            commitment: keccak256(abi.encode("commitment", account)),
            method: "test",
            verifier: "test verifier",
            verifiedAt: uint64(block.timestamp),
            codeHash: account.code.length == 0 ? bytes32(0) : account.codehash
        });
    }

    function _register(address account, Kind kind, Custody custody) internal {
        Registration memory registration = _registration(account, kind, custody);
        vm.prank(registrar);
        identities.register(registration);
    }

    function _replace(address account, address replacement) internal {
        vm.prank(registrar);
        identities.requestRecovery(account, replacement, "evidence");
        vm.warp(vm.getBlockTimestamp() + WAIT);
        vm.prank(officer);
        identities.confirmRecovery(account);
    }

    // Works, collections, tokens

    function _policy() internal pure returns (Policy memory) {
        return Policy({
            firstHolding: 1 days,
            nextHolding: 1 hours,
            giftsPerDay: 2,
            acceptance: false,
            receivers: ANYBODY,
            workKinds: ANY_WORK,
            longestLoan: 30 days
        });
    }

    function _claim(WorkKind kind, bytes32 file) internal pure returns (WorkClaim memory) {
        return WorkClaim({
            kind: uint8(kind),
            fileDigest: file,
            manifestDigest: keccak256(abi.encode("manifest", file)),
            acknowledgedClaims: 0,
            anchorId: 0,
            anchorSalt: 0,
            anchorProof: new bytes32[](0)
        });
    }

    function _work(WorkKind kind, bytes32 file) internal returns (bytes32) {
        WorkClaim memory claim = _claim(kind, file);
        vm.prank(museum);
        return works.register(claim);
    }

    function _collection(bytes32 operation, Policy memory policy) internal returns (bytes32) {
        vm.prank(museum);
        return collections.create(operation, "metadata", policy);
    }

    /// @dev A collection of its own with one edition of one work.
    function _edition(WorkKind kind, Policy memory policy, uint64 cap)
        internal
        returns (bytes32 collectionId, uint256 editionId)
    {
        bytes32 workId = _work(kind, keccak256(abi.encode("file", ledger.count())));
        collectionId = _collection(keccak256(abi.encode("operation", ledger.count())), policy);
        vm.prank(museum);
        editionId = collections.openEdition(collectionId, workId, 1, cap);
    }

    function _mint(uint256 editionId, uint64 serial, address to) internal returns (uint256) {
        vm.prank(museum);
        return collectible.mint(Issue(editionId, serial, to));
    }

    /// @dev A token that `holder` got from the museum long enough ago to give it on.
    function _giveable(address holder) internal returns (uint256 tokenId) {
        (, uint256 editionId) = _edition(WorkKind.RightsRegistered, _policy(), 10);
        tokenId = _mint(editionId, 1, holder);
        vm.warp(vm.getBlockTimestamp() + 1 days);
    }

    // Intents

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _gift(uint256 tokenId, address from, address to, uint256 nonce) internal view returns (Gift memory) {
        return Gift(tokenId, from, to, nonce, uint64(vm.getBlockTimestamp() + 1 days));
    }

    function _signed(Gift memory gift, uint256 key) internal view returns (SignedGift memory) {
        return SignedGift(gift, _sign(key, collectible.giftDigest(gift)), 0, 0, "");
    }

    function _accepted(SignedGift memory signed, uint256 key, uint256 nonce) internal view returns (SignedGift memory) {
        signed.acceptanceNonce = nonce;
        signed.acceptanceDeadline = signed.gift.deadline;
        bytes32 struct_ = keccak256(
            abi.encode(
                keccak256("Acceptance(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)"),
                signed.gift.tokenId,
                signed.gift.from,
                signed.gift.to,
                nonce,
                signed.acceptanceDeadline
            )
        );
        signed.acceptance = _sign(key, _typed(collectible.domainSeparator(), struct_));
        return signed;
    }

    function _typed(bytes32 separator, bytes32 struct_) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", separator, struct_));
    }

    // Orders

    function _filing(Measure measure, bytes32 target) internal returns (Filing memory) {
        bool lasts = measure == Measure.Hold || measure == Measure.Suspend;
        return Filing({
            authority: unicode"某区人民法院",
            orderHash: keccak256(abi.encode("order", ++_filed)),
            reasonCode: "civil",
            measure: measure,
            target: target,
            to: address(0),
            occurredAt: uint64(vm.getBlockTimestamp() - 1 days),
            effectUntil: lasts ? uint64(vm.getBlockTimestamp() + 30 days) : 0,
            expires: uint64(vm.getBlockTimestamp() + 30 days),
            corrects: 0
        });
    }

    function _file(Filing memory filing) internal returns (bytes32) {
        vm.prank(filer);
        return orders.file(filing);
    }

    function _hold(uint256 tokenId) internal returns (bytes32 orderId) {
        orderId = _file(_filing(Measure.Hold, _token(tokenId)));
        address holder = collectible.ownerOf(tokenId);
        vm.prank(executor);
        collectible.setFrozenTokens(holder, tokenId, true);
    }

    function _suspend(address account) internal returns (bytes32 orderId) {
        orderId = _file(_filing(Measure.Suspend, _account(account)));
        vm.prank(executor);
        identities.suspend(account);
    }

    // Subjects

    function _token(uint256 tokenId) internal view returns (bytes32) {
        return Subjects.id(address(collectible), bytes32(tokenId));
    }

    function _account(address account) internal view returns (bytes32) {
        return Subjects.account(address(identities), account);
    }
}
