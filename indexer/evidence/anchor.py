"""The trust anchor: what a reader pins before believing a chain, and who vouches for its issuers. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.errors import AnchorError, SealError
from indexer.events import Sources
from indexer.evidence import secp256k1, strict
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.deployment import Deployment

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


def from_deployment(
    deployment: Deployment, validators: Sequence[Address], epoch: int, *, demo: bool
) -> TrustAnchor:
    """Give the anchor of a deployment, with no issuers yet; without validators its blocks carry no seals."""
    sets = (ValidatorSet(0, None, tuple(sorted(validators))),) if validators else ()
    return TrustAnchor(
        chain_id=deployment.chain_id,
        genesis_hash=deployment.genesis_hash,
        ledger=Ledger(deployment.ledger.address, deployment.ledger.code_hash, deployment.block),
        consensus=Consensus("clique" if validators else "none", epoch, sets),
        sources=deployment.sources,
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


def check_people(anchor: TrustAnchor) -> None:
    """Check every statement about an issuer.

    Raises:
        AnchorError: an address or name is malformed or there twice, or a statement is not signed by an authority of
            the anchor over these names.
    """
    for people in (anchor.authorities, anchor.issuers):
        _check_once(people)
    for authority in anchor.authorities:
        _check_name(authority.name, authority.name_en)
    for issuer in anchor.issuers:
        _check_name(issuer.name, issuer.name_en)
        _check_issuer(anchor, issuer)


def _check_once(people: Sequence[Authority | Issuer]) -> None:
    if len({one.address for one in people}) != len(people):
        raise AnchorError("one address is named twice", "同一地址列了两次")


def _check_name(name: str, name_en: str) -> None:
    for one in (name, name_en):
        if not one.strip() or len(one) > 200 or not one.isprintable():
            raise AnchorError(
                f"{one[:80]!r} is no name: one line of 1 to 200 characters",
                f"{one[:80]!r} 不是名称：应为一行，1 至 200 字",
            )


def _check_issuer(anchor: TrustAnchor, issuer: Issuer) -> None:
    who = write_address(issuer.address)
    if anchor.authority(issuer.stated_by) is None:
        by = write_address(issuer.stated_by)
        raise AnchorError(
            f"issuer {who}: {by} is no authority of this anchor", f"发行方 {who}：{by} 不是本信任锚的权威方"
        )
    text = issuer_statement(anchor, issuer.address, issuer.name, issuer.name_en)
    if hashlib.sha256(text).digest() != issuer.statement:
        raise AnchorError(
            f"issuer {who}: the statement is about other names or another ledger",
            f"发行方 {who}：名称被改动，或陈述是关于另一账本的",
        )
    try:
        signer = secp256k1.recover_message(text, issuer.signature)
    except SealError as error:
        raise AnchorError(f"issuer {who}: {error}", f"发行方 {who}：陈述的签名无法读取") from error
    if signer != issuer.stated_by:
        raise AnchorError(
            f"issuer {who}: the statement is signed by {write_address(signer)}",
            f"发行方 {who}：陈述由 {write_address(signer)} 签名，不是所载的权威方",
        )
