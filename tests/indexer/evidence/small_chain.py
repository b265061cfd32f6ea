"""A whole ledger on a sealed chain, made in memory: acts, heads, storage trie, state trie, Clique headers.

It is built with what the verifier does not use (the trie builder, signing), from acts to bytes, so that the tests can
make honest evidence and then forge any part of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from eth_keys import keys

from indexer import events, state
from indexer.before import Before
from indexer.events import Hand, Policy, Sources, WorkKind
from indexer.evidence import rlp, trie_builder
from indexer.evidence.anchor import (
    Authority,
    Consensus,
    Ledger,
    TrustAnchor,
    ValidatorSet,
    issuer_statement,
    with_authority,
    with_issuer,
)
from indexer.evidence.anchor_file import anchor_id
from indexer.evidence.bundle import (
    DepositedFile,
    EvidenceBundle,
    History,
    LedgerStated,
    StatedRecord,
)
from indexer.evidence.claims import Claim, Deposit, Holding
from indexer.evidence.decoded import decoded
from indexer.evidence.header import NO_UNCLES, Header, hash_with_extra, read_header
from indexer.evidence.slots import COUNT, HEAD, subject_slot
from indexer.head import advance, first_head
from indexer.keccak import keccak256
from indexer.record import Record
from indexer.values import ZERO_HASH, Address, Hash32, as_hex

EPOCH = 30000
CODE_HASH = keccak256(b"the code of the ledger")
GENESIS = keccak256(b"genesis")
CHAIN_ID = 20261122
START = 1_790_000_000
FILE = b"\x89PNG a picture card"
LISTED = DepositedFile(
    Hash32(hashlib.sha256(FILE).digest()), len(FILE), "image/png", "bafk", "unixfs-v1-2025"
)
MANIFEST = json.dumps(
    {
        "name": "静夜思",
        "qianyin": {
            "files": [
                {
                    "cid": LISTED.cid,
                    "cid_profile": LISTED.cid_profile,
                    "media_type": LISTED.media_type,
                    "role": "work",
                    "sha256": as_hex(LISTED.sha256),
                    "size": LISTED.size,
                }
            ],
            "format": "qianyin-manifest/1",
        },
    },
    ensure_ascii=False,
    separators=(",", ":"),
)
POLICY = Policy(60, 60, 3, acceptance=True, receivers=0b110, work_kinds=0b11110, longest_loan=0)


def key(name: str) -> keys.PrivateKey:
    """A key that anybody can make again from its name; for tests alone."""
    return keys.PrivateKey(hashlib.sha256(b"test key " + name.encode()).digest())


def account(name: str) -> Address:
    return Address(key(name).public_key.to_canonical_address())


def sha256(data: bytes) -> Hash32:
    return Hash32(hashlib.sha256(data).digest())


SOURCES = Sources(**{name: account(f"contract {name}") for name in Sources.__dataclass_fields__})
ISSUER, FIRST, SECOND = account("museum"), account("first holder"), account("second holder")
WORK = events.work_id(ISSUER, sha256(FILE), sha256(MANIFEST.encode()))
COLLECTION = events.collection_id(ISSUER, keccak256(b"collection"))
EDITION = events.edition_id(COLLECTION, WORK, 1)
TOKEN = events.token_id(EDITION, 7)


@dataclass
class SmallChain:
    """Records on one ledger; each act is a block of its own, a minute apart."""

    validators: tuple[str, ...] = ("validator one",)
    sources: Sources = SOURCES
    records: list[Record] = field(default_factory=list)
    states: dict[Hash32, Any] = field(default_factory=dict)
    heads: dict[Hash32, Hash32] = field(default_factory=dict)
    head: Hash32 = ZERO_HASH

    def __post_init__(self) -> None:
        self.head = self.first = first_head(CHAIN_ID, self.sources.ledger, GENESIS)

    def act(self, act: Any, *others: Hash32) -> Record:
        """Record an act about its own subject and the others."""
        number = len(self.records) + 10
        record = Record(
            seq=len(self.records),
            source=self.sources.of(act),
            act=events.SELECTORS[type(act)],
            data=events.encode(act),
            state_after=ZERO_HASH,
            subjects=(),
            block_number=number,
            block_time=START + 60 * number,
        )
        changed = state.STEPS[type(act)](Before(self.states, record, self.sources), act)
        subject = next(iter(changed))
        record = replace(record, state_after=changed[subject].digest(), subjects=(subject, *others))
        self.states.update(state.step(self.states, record, act, self.sources))
        return self.keep(record)

    def keep(self, record: Record) -> Record:
        """Append a record as it is."""
        self.records.append(record)
        self.head = advance(self.head, self.heads, [record])
        return record

    def storage(self) -> trie_builder.Trie:
        words = {HEAD: self.head, COUNT: len(self.records).to_bytes(32, "big")}
        words.update({subject_slot(subject): head for subject, head in self.heads.items()})
        return trie_builder.build(
            {keccak256(slot): rlp.encode(word.lstrip(b"\0")) for slot, word in words.items() if any(word)}
        )

    def state(self) -> trie_builder.Trie:
        accounts = {self.sources.ledger: (self.storage().root, CODE_HASH)}
        accounts.update({account(f"bystander {n}"): (keccak256(b"\x80"), keccak256(b"")) for n in range(9)})
        return trie_builder.build(
            {
                keccak256(address): rlp.encode([b"\x01", b"", root, code])
                for address, (root, code) in accounts.items()
            }
        )

    def header(self, **changes: Any) -> Header:
        number = len(self.records) + 9
        plain = {"number": number, "time": START + 60 * number, "state_root": self.state().root}
        return sealed(self.validators, **(plain | changes))

    def bundle(self, claim: Claim, *more: Hash32) -> EvidenceBundle:
        """Evidence of a claim as of the newest block, with further histories if asked."""
        subjects = (*claim.subjects(self.sources), *more)
        storage = self.storage()
        return EvidenceBundle(
            anchor_id=anchor_id(self.anchor()),
            claim=claim,
            ledger=LedgerStated(CHAIN_ID, GENESIS, self.sources),
            header=self.header(),
            following=(),
            storage_root=storage.root,
            account_proof=tuple(trie_builder.proof(self.state(), keccak256(self.sources.ledger))),
            histories=tuple(
                History(
                    one,
                    self.heads.get(one, ZERO_HASH),
                    tuple(trie_builder.proof(storage, keccak256(subject_slot(one)))),
                )
                for one in subjects
            ),
            records=tuple(
                StatedRecord(record, decoded(events.decode(record)))
                for record in self.records
                if not set(subjects).isdisjoint(record.subjects)
            ),
            files=(LISTED,),
            manifest=MANIFEST,
        )

    def unnamed(self, kind: str = "clique", *, demo: bool = False) -> TrustAnchor:
        """The anchor of this chain before anybody vouches for an issuer."""
        validators = tuple(sorted(account(name) for name in self.validators))
        return TrustAnchor(
            chain_id=CHAIN_ID,
            genesis_hash=GENESIS,
            ledger=Ledger(self.sources.ledger, CODE_HASH, 9),
            consensus=Consensus(kind, EPOCH, (ValidatorSet(0, None, validators),) if kind != "none" else ()),
            sources=self.sources,
            authorities=(),
            issuers=(),
            demo=demo,
        )

    def anchor(self, kind: str = "clique", *, demo: bool = False) -> TrustAnchor:
        """The anchor of this chain, with the museum vouched for by the bureau."""
        plain = with_authority(
            self.unnamed(kind, demo=demo), Authority(account("bureau"), "示例省文物局", "Example Bureau")
        )
        return vouched(plain, ISSUER, "示例省博物馆", "Example Museum")


def vouched(anchor: TrustAnchor, who: Address, name: str, name_en: str, by: str = "bureau") -> TrustAnchor:
    text = issuer_statement(anchor, who, name, name_en)
    return with_issuer(anchor, who, name, name_en, account(by), sign_message(by, text))


def sign_message(name: str, message: bytes) -> bytes:
    """Sign as a wallet does (EIP-191)."""
    digest = keccak256(b"\x19Ethereum Signed Message:\n%d" % len(message) + message)
    signature = key(name).sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes((signature[64] + 27,))


def sealed(names: tuple[str, ...], number: int, signer: str | None = None, **changes: Any) -> Header:
    """A Clique header sealed by the validator in turn, or by `signer`."""
    order = sorted(names, key=account)
    turn = order[number % len(order)]
    fields: dict[str, Any] = {
        "parent_hash": keccak256(b"parent"),
        "uncles": NO_UNCLES,
        "beneficiary": bytes(20),
        "state_root": keccak256(b"\x80"),
        "transactions": keccak256(b"\x80"),
        "receipts": keccak256(b"\x80"),
        "bloom": bytes(256),
        "difficulty": 2 if signer in (None, turn) else 1,
        "number": number,
        "gas_limit": 30_000_000,
        "gas_used": 0,
        "time": START,
        "extra": bytes(32) + (b"".join(map(account, order)) if number % EPOCH == 0 else b"") + bytes(65),
        "mix": bytes(32),
        "nonce": bytes(8),
    } | changes
    items = [rlp.encode_uint(one) if isinstance(one, int) else one for one in fields.values()]
    return resealed(read_header(rlp.encode(items)), signer or turn)


def resealed(header: Header, signer: str) -> Header:
    """The header with the seal of `signer` in place of its own."""
    digest = hash_with_extra(header, header.extra[:-65])
    seal = key(signer).sign_msg_hash(digest).to_bytes()
    items = rlp.decode_list(header.raw)
    items[12] = header.extra[:-65] + seal
    return read_header(rlp.encode(items))


def following(names: tuple[str, ...], header: Header, signers: tuple[str, ...]) -> tuple[Header, ...]:
    """Headers built on `header`, one by each signer."""
    chain = [header]
    for signer in signers:
        last = chain[-1]
        chain.append(sealed(names, last.number + 1, signer, parent_hash=last.hash, time=last.time + 1))
    return tuple(chain[1:])


def told() -> SmallChain:
    """The story the tests tell: deposited, issued, handed out, given on."""
    return tell(SmallChain())


def tell(chain: SmallChain) -> SmallChain:
    party = chain.sources.party
    file, manifest = sha256(FILE), sha256(MANIFEST.encode())
    chain.act(
        events.WorkRegistered(WORK, ISSUER, WorkKind.DERIVED_WORK, file, manifest, 0, ZERO_HASH),
        party(ISSUER),
    )
    chain.act(
        events.CollectionCreated(COLLECTION, ISSUER, keccak256(b"collection"), keccak256(b"about"), POLICY),
        party(ISSUER),
    )
    chain.act(
        events.EditionOpened(EDITION, COLLECTION, WORK, 1, 200),
        *(chain.sources.collection(COLLECTION), chain.sources.work(WORK), party(ISSUER)),
    )
    for serial in (6, 7):
        chain.act(
            events.Minted(
                events.token_id(EDITION, serial), ISSUER, COLLECTION, WORK, serial, 1, POLICY.digest()
            ),
            *(chain.sources.edition(EDITION), party(ISSUER)),
        )
    chain.act(events.Distributed(TOKEN, ISSUER, FIRST, 1, POLICY.digest()), party(ISSUER), party(FIRST))
    chain.act(
        events.Gifted(
            *(TOKEN, FIRST, SECOND, keccak256(b"intent"), keccak256(b"acceptance"), Hand.OWN_KEY, 1),
            POLICY.digest(),
        ),
        *(party(FIRST), party(SECOND)),
    )
    return chain


def holding(holder: Address = SECOND) -> Holding:
    return Holding(TOKEN, holder, WORK)


def deposit(registrant: Address = ISSUER, no_later_than: int = START + 600) -> Deposit:
    return Deposit(WORK, registrant, no_later_than)
