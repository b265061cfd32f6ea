"""The text of the trust anchor, `trust-anchor.json`: read strictly, written canonically, named by its content. Pure."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any

from indexer.errors import AnchorError, BundleError
from indexer.events import SOURCE_NAMES, Sources
from indexer.evidence import strict
from indexer.evidence.anchor import (
    Authority,
    Consensus,
    Issuer,
    Ledger,
    TrustAnchor,
    ValidatorSet,
    check_people,
)
from indexer.evidence.strict import Node
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address

VERSION = 1
MOST_BYTES = 4 << 20
KINDS = ("none", "clique")
"""Kinds of consensus whose seals this version can judge."""

_MOST_BLOCK = (1 << 64) - 1


def read_anchor(text: bytes | str) -> TrustAnchor:
    """Read `trust-anchor.json` strictly.

    Raises:
        AnchorError: malformed, of another version, its id is not that of its content, validator sets overlap, or a
            statement about an issuer is not signed by an authority that it names.
    """
    try:
        return _anchor(Node(strict.parse(text, MOST_BYTES)))
    except BundleError as error:
        where = error.place or "全文"
        raise AnchorError(str(error), f"不是信任锚的格式（{where}：{error.reason}）") from error


def write_anchor(anchor: TrustAnchor) -> bytes:
    """Write an anchor in its canonical form (RFC 8785), with its id."""
    return strict.canonical({**_content(anchor), "id": as_hex(anchor_id(anchor))})


def anchor_id(anchor: TrustAnchor) -> Hash32:
    """Name an anchor: SHA-256 of its canonical JSON without the field `id`."""
    return Hash32(hashlib.sha256(strict.canonical(_content(anchor))).digest())


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
        raise _edited(fields["id"].hash(), anchor_id(anchor))
    check_people(anchor)
    return anchor


def _edited(carried: Hash32, found: Hash32) -> AnchorError:
    """The error for an anchor whose content somebody touched after it was named."""
    return AnchorError(
        f"it was edited after it was issued: it carries the id {as_hex(carried)} and its content has the id "
        f"{as_hex(found)}; get it again from whoever published it, or compare the id with the one in print",
        f"发布之后被改动过：所载标识为 {as_hex(carried)}，按内容算出的是 {as_hex(found)}；"
        "请向发布者重新索取，或与印刷品上的标识核对",
    )


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
    until = fields["untilBlock"].optional(lambda one: one.uint(_MOST_BLOCK))
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
