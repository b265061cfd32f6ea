"""The evidence bundle: everything a stranger needs to check one claim, as one JSON document. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer import record as records_of
from indexer.errors import BundleError, HeaderError, MalformedRecord
from indexer.evidence import strict
from indexer.evidence.anchor_file import read_sources, write_sources
from indexer.evidence.claims import Claim, read_claim, write_claim
from indexer.evidence.header import MOST_BYTES as MOST_HEADER_BYTES
from indexer.evidence.header import Header, read_header
from indexer.evidence.strict import Node
from indexer.values import Hash32, as_hex
from indexer.wire import write_address

if TYPE_CHECKING:
    from indexer.events import Sources
    from indexer.record import Record
    from indexer.values import Address

VERSION = 1
MOST_BYTES = 32 << 20
MOST_RECORDS = 100_000
MOST_HISTORIES = 64
MOST_FOLLOWING = 1024
MOST_NODES = 65
"""Nodes of a proof: one a nibble of a hashed key, and the root."""

MOST_NODE_BYTES = 1024
MOST_FILES = 1000
MOST_MANIFEST = 1 << 20

_FIELDS = (
    "version",
    "anchor",
    "claim",
    "ledger",
    "block",
    "state",
    "histories",
    "records",
    "files",
    "manifest",
)


@dataclass(frozen=True, slots=True)
class LedgerStated:
    """The ledger that the bundle says it comes from; the trust anchor says whether that is a known one."""

    chain_id: int
    genesis_hash: Hash32
    sources: Sources

    @property
    def address(self) -> Address:
        """Where the ledger is."""
        return self.sources.ledger


@dataclass(frozen=True, slots=True)
class History:
    """One subject: the head its records lead to, and the nodes that prove it in the ledger's storage."""

    subject: Hash32
    head: Hash32
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DepositedFile:
    """A file of the work, for people and for the content store; the chain says which digest counts."""

    sha256: Hash32
    size: int
    media_type: str
    cid: str
    cid_profile: str


@dataclass(frozen=True, slots=True)
class StatedRecord:
    """A record with its words as the bundle gives them for people, or None."""

    record: Record
    decoded: Any


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """A claim with all that proves it as of one block.

    Attributes:
        anchor_id: the trust anchor it was made against, or None; readers check with their own.
        header: of the block in whose state everything stood.
        following: the headers built on it, in order, where the consensus needs them to bind.
        storage_root: of the ledger's account, with `account_proof` from the state root to it.
        records: every record of every carried subject, ascending in `seq`, each once.
        manifest: its exact text, or None.
    """

    anchor_id: Hash32 | None
    claim: Claim
    ledger: LedgerStated
    header: Header
    following: tuple[Header, ...]
    storage_root: Hash32
    account_proof: tuple[bytes, ...]
    histories: tuple[History, ...]
    records: tuple[StatedRecord, ...]
    files: tuple[DepositedFile, ...]
    manifest: str | None


def read_bundle(text: bytes | str) -> EvidenceBundle:
    """Read a bundle from anybody. White space and the order of keys are free; everything else has one form.

    Raises:
        BundleError: anything else, with the place.
    """
    fields = Node(strict.parse(text, MOST_BYTES)).fields(_FIELDS)
    if fields["version"].integer() != VERSION:
        raise fields["version"].fail(f"expected {VERSION}")
    block = fields["block"].fields(("header", "following"))
    state = fields["state"].fields(("storageRoot", "accountProof"))
    return EvidenceBundle(
        anchor_id=fields["anchor"].optional(Node.hash),
        claim=read_claim(fields["claim"]),
        ledger=_ledger(fields["ledger"]),
        header=_header(block["header"]),
        following=tuple(_header(one) for one in block["following"].members(MOST_FOLLOWING)),
        storage_root=state["storageRoot"].hash(),
        account_proof=_proof(state["accountProof"]),
        histories=_histories(fields["histories"]),
        records=_records(fields["records"]),
        files=tuple(_file(one) for one in fields["files"].members(MOST_FILES)),
        manifest=fields["manifest"].optional(lambda node: node.text(MOST_MANIFEST)),
    )


def write_bundle(bundle: EvidenceBundle) -> bytes:
    """Write a bundle in its canonical form (RFC 8785).

    Raises:
        BundleError: a text in it has no canonical form.
    """
    return strict.canonical(
        {
            "version": VERSION,
            "anchor": None if bundle.anchor_id is None else as_hex(bundle.anchor_id),
            "claim": write_claim(bundle.claim),
            "ledger": {
                "chainId": str(bundle.ledger.chain_id),
                "genesisHash": as_hex(bundle.ledger.genesis_hash),
                "address": write_address(bundle.ledger.address),
                "sources": write_sources(bundle.ledger.sources),
            },
            "block": {
                "header": as_hex(bundle.header.raw),
                "following": [as_hex(one.raw) for one in bundle.following],
            },
            "state": {
                "storageRoot": as_hex(bundle.storage_root),
                "accountProof": [as_hex(node) for node in bundle.account_proof],
            },
            "histories": [_history_json(one) for one in bundle.histories],
            "records": [{**records_of.to_json(one.record), "decoded": one.decoded} for one in bundle.records],
            "files": [_file_json(one) for one in bundle.files],
            "manifest": bundle.manifest,
        }
    )


def bundle_digest(bundle: EvidenceBundle) -> Hash32:
    """Name a bundle however it was formatted: SHA-256 of its canonical form."""
    return Hash32(hashlib.sha256(write_bundle(bundle)).digest())


def _ledger(node: Node) -> LedgerStated:
    fields = node.fields(("chainId", "genesisHash", "address", "sources"))
    return LedgerStated(
        chain_id=fields["chainId"].uint(),
        genesis_hash=fields["genesisHash"].hash(),
        sources=read_sources(fields["sources"], fields["address"].address()),
    )


def _header(node: Node) -> Header:
    try:
        return read_header(node.octets(MOST_HEADER_BYTES))
    except HeaderError as error:
        raise node.fail(str(error)) from error


def _proof(node: Node) -> tuple[bytes, ...]:
    return tuple(one.octets(MOST_NODE_BYTES) for one in node.members(MOST_NODES))


def _histories(node: Node) -> tuple[History, ...]:
    found = tuple(_history(one) for one in node.members(MOST_HISTORIES))
    if not found or len({one.subject for one in found}) != len(found):
        raise node.fail("expected at least one history, and no subject twice")
    return found


def _history(node: Node) -> History:
    fields = node.fields(("subject", "head", "proof"))
    return History(fields["subject"].hash(), fields["head"].hash(), _proof(fields["proof"]))


def _records(node: Node) -> tuple[StatedRecord, ...]:
    found = tuple(_record(one) for one in node.members(MOST_RECORDS))
    last = -1
    for one in found:
        if one.record.seq <= last:
            raise BundleError(node.place, f"record {one.record.seq} is out of order or there twice")
        last = one.record.seq
    return found


def _record(node: Node) -> StatedRecord:
    if not isinstance(node.value, dict) or "decoded" not in node.value:
        raise node.fail("expected a record with its decoded words, or null for them")
    plain = {name: one for name, one in node.value.items() if name != "decoded"}
    try:
        return StatedRecord(records_of.from_json(plain), node.value["decoded"])
    except MalformedRecord as error:
        raise node.fail(str(error)) from error


def _file(node: Node) -> DepositedFile:
    fields = node.fields(("sha256", "size", "mediaType", "cid", "cidProfile"))
    return DepositedFile(
        sha256=fields["sha256"].hash(),
        size=fields["size"].uint((1 << 64) - 1),
        media_type=fields["mediaType"].text(200),
        cid=fields["cid"].text(200),
        cid_profile=fields["cidProfile"].text(100),
    )


def _history_json(one: History) -> dict[str, Any]:
    return {
        "subject": as_hex(one.subject),
        "head": as_hex(one.head),
        "proof": [as_hex(node) for node in one.proof],
    }


def _file_json(one: DepositedFile) -> dict[str, str]:
    return {
        "sha256": as_hex(one.sha256),
        "size": str(one.size),
        "mediaType": one.media_type,
        "cid": one.cid,
        "cidProfile": one.cid_profile,
    }
