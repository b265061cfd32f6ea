"""A contract as canonical JSON, and back: what is sealed in the database, and what rows are told apart by. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import rfc8785

from indexer.rights.acts import GrantKind
from service.rights.backlog.contract import Contract, NumberKind, Renewal, Reversion, Span, Terms, WorkName

FORMAT = "qianyin-contract/1"


def canonical(contract: Contract) -> bytes:
    """Write a contract, but for the place of its row, as canonical JSON (RFC 8785)."""
    said = asdict(contract)
    del said["row"]
    # Masks are longer than the numbers of JSON.
    said["terms"] = {name: None if value is None else str(value) for name, value in said["terms"].items()}
    return rfc8785.dumps({"format": FORMAT, **said})


def read_canonical(octets: bytes, row: int) -> Contract:
    """Read what `canonical` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    said: dict[str, Any] = json.loads(octets)
    if said.pop("format") != FORMAT:
        raise ValueError("no contract")
    terms = {name: None if value is None else int(value) for name, value in said.pop("terms").items()}
    work, renewal, reversion = said.pop("work"), said.pop("renewal"), said.pop("reversion")
    kind, sell_off, extra = said.pop("kind"), said.pop("sell_off"), said.pop("extra")
    number_kind = work.pop("number_kind")
    return Contract(
        row=row,
        work=WorkName(**work, number_kind=None if number_kind is None else NumberKind(number_kind)),
        terms=Terms(**terms),
        kind=None if kind is None else GrantKind(kind),
        renewal=None if renewal is None else Renewal(_span(renewal["term"]), _span(renewal["notice"])),
        reversion=None if reversion is None else Reversion(**reversion),
        sell_off=_span(sell_off),
        extra=tuple((heading, text) for heading, text in extra),
        **said,
    )


def content_digest(contract: Contract) -> bytes:
    """The digest of everything a row says, wherever it stands in its sheet."""
    return hashlib.sha256(canonical(contract)).digest()


def _span(said: dict[str, int] | None) -> Span | None:
    return None if said is None else Span(**said)
