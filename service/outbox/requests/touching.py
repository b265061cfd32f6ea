"""What a request touches, and how: which decides whom it waits for (docs/states.md, "Order"). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexer.values import Address, as_hex


class Mode(StrEnum):
    """How a request touches a subject, which decides whom it waits for (docs/states.md, "Order")."""

    FOUND = "found"
    """Brings it into being."""
    CHANGE = "change"
    USE = "use"
    """Relies on it as it stands."""
    ORDER = "order"
    """Only takes its place among all that touch it; how those end does not matter, nor to them how it ends."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A subject, by a name that is unique in this outbox, and how it is touched."""

    subject: str
    mode: Mode


def found(subject: str) -> Touch:
    """Bring a subject into being."""
    return Touch(subject, Mode.FOUND)


def change(subject: str) -> Touch:
    """Change a subject."""
    return Touch(subject, Mode.CHANGE)


def use(subject: str) -> Touch:
    """Rely on a subject."""
    return Touch(subject, Mode.USE)


def order(subject: str) -> Touch:
    """Take a place at a subject."""
    return Touch(subject, Mode.ORDER)


def named(kind: str, name: bytes | int) -> str:
    """Name a subject by its kind and its name on chain."""
    return f"{kind}:{name if isinstance(name, int) else as_hex(name)}"


def account(account: Address) -> str:
    """Name an account."""
    return named("account", account)


def token(token: int) -> str:
    """Name a token."""
    return named("token", token)
