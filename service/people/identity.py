"""Who somebody is, as verified, and the commitment that stands for it on chain. Pure.

    commitment = keccak256(salt ‖ canonical identity)

The canonical identity is the canonical JSON (RFC 8785) of the fields below, each in NFC without surrounding space.
Every account has a salt of its own, so that two accounts of one person cannot be joined (domain rule 14).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import rfc8785

from indexer.china import DAY, china_day, day_begins
from indexer.events import Kind
from indexer.keccak import keccak256
from indexer.values import Hash32
from service.errors import BadInput

SALT_SIZE = 32
LONGEST_FIELD = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified identity; its text form shows nothing of it.

    Attributes:
        kind: person, institution or regulator.
        name: legal name. document: kind of the document it was read from, e.g. `resident-id`, `uscc`, `passport`.
        number: of that document.
    """

    kind: Kind
    name: str = field(repr=False)
    document: str = field(repr=False)
    number: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be an identity.

        Raises:
            BadInput: a field is empty or too long; it is named, not quoted.
        """
        if self.kind is Kind.NONE:
            raise _malformed("kind")
        for name in ("name", "document", "number"):
            if not 0 < len(_plain(getattr(self, name))) <= LONGEST_FIELD:
                raise _malformed(name)

    def canonical(self) -> bytes:
        """Write it in its one form."""
        return rfc8785.dumps(
            {
                "document": _plain(self.document),
                "kind": self.kind.name.lower(),
                "name": _plain(self.name),
                "number": _plain(self.number).upper(),
            }
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """Who verified an identity, how, and when (domain rule 18).

    `method` and `verifier` are short codes of at most 32 bytes; `test` is the test verifier, which marks every page
    that it touched. `verified_at`: Unix seconds.
    """

    method: str
    verifier: str
    verified_at: int

    def __post_init__(self) -> None:
        """Refuse what does not fit on chain.

        Raises:
            BadInput: a code is empty or longer than 32 bytes, or the time is not after 1970.
        """
        for name in ("method", "verifier"):
            if not 0 < len(getattr(self, name).encode()) <= 32:
                raise _malformed(name)
        if self.verified_at <= DAY:
            raise _malformed("verified_at")

    @property
    def is_test(self) -> bool:
        """Whether nobody was really verified."""
        return self.method == "test"

    @property
    def day(self) -> int:
        """Begin of the day (UTC+8) of the verification: a time to the second would join a person's accounts."""
        return day_begins(china_day(self.verified_at))


def commitment(salt: bytes, identity: Identity) -> Hash32:
    """Give what the chain carries; `salt` has 32 bytes."""
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes")
    return keccak256(salt + identity.canonical())


def code(text: str) -> Hash32:
    """Write a short code as the chain has it: UTF-8, padded with zeros to 32 bytes."""
    return Hash32(text.encode().ljust(32, b"\0"))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _malformed(name: str) -> BadInput:
    return BadInput(
        "identity-malformed",
        f"登记信息中的 {name} 缺失或过长。",
        f"In the registration, {name} is missing or too long.",
        field=name,
    )
