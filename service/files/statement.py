"""The public statement about a collection that the chain names by its digest: made, and read from strangers. Pure.

Canonical JSON (RFC 8785), so one statement has one digest; read back strictly, as manifests are.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

from indexer.values import Hash32
from service.errors import BadInput
from service.files.cid import raw_cid
from service.files.lookalikes import unstorable

FORMAT: Final = "qianyin-collection/1"
LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 10_000
_NAMES: Final = ("title", "title_en", "description", "description_en")


@dataclass(frozen=True, slots=True)
class CollectionStatement:
    """What an issuer says of a collection; `title` is needed, the rest may be empty."""

    title: str
    title_en: str = ""
    description: str = ""
    description_en: str = ""


def statement_bytes(statement: CollectionStatement) -> bytes:
    """The canonical bytes of a statement; empty texts are left out.

    Raises:
        BadInput: no title, a text over its limit, or a character that cannot be kept.
    """
    stated = {name: text for name in _NAMES if (text := getattr(statement, name))}
    if not statement.title.strip():
        raise _malformed("title")
    for name, text in stated.items():
        limit = LONGEST_TITLE if name.startswith("title") else LONGEST_TEXT
        if len(text) > limit or unstorable(text):
            raise _malformed(name)
    return rfc8785.dumps({"format": FORMAT, **stated})


def statement_digest(octets: bytes) -> Hash32:
    """The digest by which the chain names a statement: SHA-256 of its canonical bytes."""
    return Hash32(hashlib.sha256(octets).digest())


def statement_cid(octets: bytes) -> str:
    """The CID of a statement: a raw leaf, so it holds the digest."""
    return raw_cid(statement_digest(octets))


def read_statement(octets: bytes) -> CollectionStatement:
    """Read a statement from a stranger.

    Raises:
        BadInput: not the canonical bytes of a statement of this format.
    """
    try:
        document = json.loads(octets.decode("utf-8"))
        statement = CollectionStatement(**{name: _text(document.get(name, "")) for name in _NAMES})
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _malformed("format") from error
    if statement_bytes(statement) != octets:
        raise _malformed("format")
    return statement


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return value


def _malformed(name: str) -> BadInput:
    return BadInput(
        "statement-malformed",
        f"系列说明不合规范（{name}）：题名不可空，不超过 {LONGEST_TITLE} 字；说明不超过 {LONGEST_TEXT:,} 字；"
        "不含控制字符。",
        f"The collection's statement is not in order ({name}): a title is needed, of at most {LONGEST_TITLE} "
        f"characters; texts have at most {LONGEST_TEXT:,}, and no control characters.",
        field=name,
    )
