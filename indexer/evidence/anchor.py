"""The trust anchor: what a reader pins before believing a chain, and who vouches for its issuers. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from indexer.errors import AnchorError, BundleError, SealError
from indexer.events import Sources
from indexer.evidence import secp256k1, strict
from indexer.evidence.strict import Node
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.deployment import Deployment

VERSION = 1
KINDS = ("none", "clique")
"""Kinds of consensus whose seals this version can judge."""

SOURCE_NAMES = MappingProxyType(
    {
        "Governance": "governance",
        "Orders": "orders",
        "IdentityRegistry": "identities",
        "WorkRegistry": "works",
        "Collections": "collections",
        "Collectible": "collectible",
    }
)
"""Contracts whose records the ledger takes, with their names in `indexer.events.Sources`."""

MOST_BYTES = 4 << 20
_MOST_BLOCK = (1 << 64) - 1
_STATEMENT = "qianyin-issuer-statement-1"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The pinned ledger: where it is, what code is there, the block that created it."""

    address: Address
    code_hash: Hash32
    block: int


@dataclass(frozen=True, slots=True)
class ValidatorSet:
    """Who may seal blocks from `from_block` until, not including, `until_block` (None: still)."""

    from_block: int
    until_block: int | None
    validators: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    """How blocks are sealed; `epoch` is Clique's, in blocks."""

    kind: str
    epoch: int
    validator_sets: tuple[ValidatorSet, ...]

    def validators_at(self, number: int) -> tuple[Address, ...] | None:
        """Give the validators of a block, in ascending order, or None if none are pinned for it."""
        for one in self.validator_sets:
            if one.from_block <= number and (one.until_block is None or number < one.until_block):
                return one.validators
        return None


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody who states which address is which legal person; its key signs the statements."""

    address: Address
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """A legal person that issues, as an authority stated it.

    Attributes:
        stated_by: address of the authority.
        statement: SHA-256 of the statement's bytes (`issuer_statement`).
        signature: of the authority over these bytes, as a wallet signs a message (EIP-191), 65 bytes.
    """

    address: Address
    name: str
    name_en: str
    stated_by: Address
    statement: Hash32
    signature: bytes


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """What a reader pins. `demo` marks a chain that was set up to try things; its stamp is always shown."""

    chain_id: int
    genesis_hash: Hash32
    ledger: Ledger
    consensus: Consensus
    sources: Sources
    authorities: tuple[Authority, ...]
    issuers: tuple[Issuer, ...]
    demo: bool

    def issuer(self, address: Address) -> Issuer | None:
        """Give the issuer at an address, or None if the anchor names none there."""
        return next((one for one in self.issuers if one.address == address), None)

    def authority(self, address: Address) -> Authority | None:
        """Give the authority at an address, or None if the anchor names none there."""
        return next((one for one in self.authorities if one.address == address), None)


def read_anchor(text: bytes | str) -> TrustAnchor:
    """Read `trust-anchor.json` strictly.

    Raises:
        AnchorError: malformed, of another version, its id is not that of its content, validator sets overlap, or a
            statement about an issuer is not signed by an authority that it names.
    """
    try:
        return _anchor(Node(strict.parse(text, MOST_BYTES)))
    except BundleError as error:
        raise AnchorError(str(error)) from error


def write_anchor(anchor: TrustAnchor) -> bytes:
    """Write an anchor in its canonical form (RFC 8785), with its id."""
    return strict.canonical({**_content(anchor), "id": as_hex(anchor_id(anchor))})


def anchor_id(anchor: TrustAnchor) -> Hash32:
    """Name an anchor: SHA-256 of its canonical JSON without the field `id`."""
    return Hash32(hashlib.sha256(strict.canonical(_content(anchor))).digest())


def from_deployment(
    deployment: Deployment, validators: Sequence[Address], epoch: int, *, demo: bool
) -> TrustAnchor:
    """Give the anchor of a deployment, with no issuers yet; without validators its blocks carry no seals."""
    addresses = {field: deployment.contracts[name].address for name, field in SOURCE_NAMES.items()}
    sets = (ValidatorSet(0, None, tuple(sorted(validators))),) if validators else ()
    return TrustAnchor(
        chain_id=deployment.chain_id,
        genesis_hash=deployment.genesis_hash,
        ledger=Ledger(deployment.ledger.address, deployment.ledger.code_hash, deployment.block),
        consensus=Consensus("clique" if validators else "none", epoch, sets),
        sources=Sources(ledger=deployment.ledger.address, **addresses),
        authorities=(),
        issuers=(),
        demo=demo,
    )


def issuer_statement(anchor: TrustAnchor, address: Address, name: str, name_en: str) -> bytes:
    """Give the bytes that an authority signs to say that an address, on this ledger, is a legal person.

    Canonical JSON, so that a wallet shows the signer what it signs. The same name on another ledger is another
    statement.
    """
    return strict.canonical(
        {
            "type": _STATEMENT,
            "chainId": str(anchor.chain_id),
            "genesisHash": as_hex(anchor.genesis_hash),
            "ledger": write_address(anchor.ledger.address),
            "address": write_address(address),
            "name": name,
            "nameEn": name_en,
        }
    )


def read_sources(node: Node, ledger: Address) -> Sources:
    """Take an object that says which contract is which, by the names of the Solidity contracts.

    Raises:
        BundleError: a contract is missing or unknown, or one address has two names.
    """
    fields = node.fields(tuple(SOURCE_NAMES))
    found = {SOURCE_NAMES[name]: one.address() for name, one in fields.items()}
    if len({ledger, *found.values()}) != len(found) + 1:
        raise node.fail("two names for one address")
    return Sources(ledger=ledger, **found)


def write_sources(sources: Sources) -> dict[str, str]:
    """Write which contract is which, but for the ledger, which stands elsewhere."""
    return {name: write_address(getattr(sources, field)) for name, field in SOURCE_NAMES.items()}


def with_authority(anchor: TrustAnchor, authority: Authority) -> TrustAnchor:
    """Add an authority, or give the one at its address another name.

    Raises:
        AnchorError: a name is missing or too long.
    """
    _check_name(authority.name, authority.name_en)
    others = tuple(one for one in anchor.authorities if one.address != authority.address)
    return replace(anchor, authorities=(*others, authority))


def with_issuer(
    anchor: TrustAnchor, address: Address, name: str, name_en: str, stated_by: Address, signature: bytes
) -> TrustAnchor:
    """Add an issuer that an authority of the anchor vouches for, or replace the one at its address.

    Args:
        signature: of `stated_by` over `issuer_statement(anchor, address, name, name_en)`, EIP-191, 65 bytes.

    Raises:
        AnchorError: the signature is not by that authority over these names.
    """
    _check_name(name, name_en)
    statement = Hash32(hashlib.sha256(issuer_statement(anchor, address, name, name_en)).digest())
    issuer = Issuer(address, name, name_en, stated_by, statement, signature)
    _check_issuer(anchor, issuer)
    others = tuple(one for one in anchor.issuers if one.address != address)
    return replace(anchor, issuers=(*others, issuer))


def _anchor(document: Node) -> TrustAnchor:
    names = (
        "version",
        "id",
        "chainId",
        "genesisHash",
        "ledger",
        "consensus",
        "sources",
        "authorities",
        "issuers",
    )
    fields = document.fields((*names, "demo"))
    if fields["version"].integer() != VERSION:
        raise fields["version"].fail(f"expected {VERSION}")
    ledger = _ledger(fields["ledger"])
    anchor = TrustAnchor(
        chain_id=fields["chainId"].uint(),
        genesis_hash=fields["genesisHash"].hash(),
        ledger=ledger,
        consensus=_consensus(fields["consensus"]),
        sources=read_sources(fields["sources"], ledger.address),
        authorities=tuple(_authority(one) for one in fields["authorities"].members(1000)),
        issuers=tuple(_issuer(one) for one in fields["issuers"].members(10000)),
        demo=fields["demo"].flag(),
    )
    if fields["id"].hash() != anchor_id(anchor):
        raise fields["id"].fail(f"the content has the id {as_hex(anchor_id(anchor))}")
    _check_people(anchor)
    return anchor


def _ledger(node: Node) -> Ledger:
    fields = node.fields(("address", "codeHash", "block"))
    return Ledger(fields["address"].address(), fields["codeHash"].hash(), fields["block"].uint(_MOST_BLOCK))


def _consensus(node: Node) -> Consensus:
    fields = node.fields(("kind", "epoch", "validatorSets"))
    sets = tuple(_validator_set(one) for one in fields["validatorSets"].members(10000))
    kind = fields["kind"].one_of(KINDS)
    epoch = fields["epoch"].integer()
    if kind != "none" and (not sets or epoch == 0):
        raise node.fail("a chain with seals has validators and an epoch")
    for earlier, later in pairwise(sets):
        if earlier.until_block is None or earlier.until_block > later.from_block:
            raise fields["validatorSets"].fail("the ranges of blocks overlap or are out of order")
    return Consensus(kind, epoch, sets)


def _validator_set(node: Node) -> ValidatorSet:
    fields = node.fields(("fromBlock", "untilBlock", "validators"))
    validators = tuple(one.address() for one in fields["validators"].members(1000))
    if not validators or list(validators) != sorted(set(validators)):
        raise fields["validators"].fail("expected addresses in ascending order, each once")
    start = fields["fromBlock"].uint(_MOST_BLOCK)
    until = None if fields["untilBlock"].value is None else fields["untilBlock"].uint(_MOST_BLOCK)
    if until is not None and until <= start:
        raise node.fail("the range of blocks is empty")
    return ValidatorSet(start, until, validators)


def _authority(node: Node) -> Authority:
    fields = node.fields(("address", "name", "nameEn"))
    return Authority(fields["address"].address(), fields["name"].text(200), fields["nameEn"].text(200))


def _issuer(node: Node) -> Issuer:
    fields = node.fields(("address", "name", "nameEn", "statedBy", "statement", "signature"))
    return Issuer(
        address=fields["address"].address(),
        name=fields["name"].text(200),
        name_en=fields["nameEn"].text(200),
        stated_by=fields["statedBy"].address(),
        statement=fields["statement"].hash(),
        signature=fields["signature"].octets(65),
    )


def _check_people(anchor: TrustAnchor) -> None:
    for people in (anchor.authorities, anchor.issuers):
        _check_once(people)
    for authority in anchor.authorities:
        _check_name(authority.name, authority.name_en)
    for issuer in anchor.issuers:
        _check_name(issuer.name, issuer.name_en)
        _check_issuer(anchor, issuer)


def _check_once(people: Sequence[Authority | Issuer]) -> None:
    if len({one.address for one in people}) != len(people):
        raise AnchorError("one address is named twice")


def _check_name(name: str, name_en: str) -> None:
    for one in (name, name_en):
        if not one.strip() or len(one) > 200 or not one.isprintable():
            raise AnchorError(f"{one[:80]!r} is no name: one line of 1 to 200 characters")


def _check_issuer(anchor: TrustAnchor, issuer: Issuer) -> None:
    who = write_address(issuer.address)
    if anchor.authority(issuer.stated_by) is None:
        raise AnchorError(f"issuer {who}: {write_address(issuer.stated_by)} is no authority of this anchor")
    text = issuer_statement(anchor, issuer.address, issuer.name, issuer.name_en)
    if hashlib.sha256(text).digest() != issuer.statement:
        raise AnchorError(f"issuer {who}: the statement is about other names or another ledger")
    try:
        signer = secp256k1.recover_message(text, issuer.signature)
    except SealError as error:
        raise AnchorError(f"issuer {who}: {error}") from error
    if signer != issuer.stated_by:
        raise AnchorError(f"issuer {who}: the statement is signed by {write_address(signer)}")


def _content(anchor: TrustAnchor) -> dict[str, Any]:
    return {
        "version": VERSION,
        "chainId": str(anchor.chain_id),
        "genesisHash": as_hex(anchor.genesis_hash),
        "ledger": {
            "address": write_address(anchor.ledger.address),
            "codeHash": as_hex(anchor.ledger.code_hash),
            "block": str(anchor.ledger.block),
        },
        "consensus": {
            "kind": anchor.consensus.kind,
            "epoch": anchor.consensus.epoch,
            "validatorSets": [_validator_set_json(one) for one in anchor.consensus.validator_sets],
        },
        "sources": write_sources(anchor.sources),
        "authorities": [
            {"address": write_address(one.address), "name": one.name, "nameEn": one.name_en}
            for one in anchor.authorities
        ],
        "issuers": [_issuer_json(one) for one in anchor.issuers],
        "demo": anchor.demo,
    }


def _validator_set_json(one: ValidatorSet) -> dict[str, Any]:
    return {
        "fromBlock": str(one.from_block),
        "untilBlock": None if one.until_block is None else str(one.until_block),
        "validators": [write_address(address) for address in one.validators],
    }


def _issuer_json(one: Issuer) -> dict[str, str]:
    return {
        "address": write_address(one.address),
        "name": one.name,
        "nameEn": one.name_en,
        "statedBy": write_address(one.stated_by),
        "statement": as_hex(one.statement),
        "signature": as_hex(one.signature),
    }
