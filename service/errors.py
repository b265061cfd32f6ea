"""What can go wrong in the service, said to people in Chinese and English. Pure.

    QianyinError
    ├── BadInput          the request is malformed or breaks a rule; nothing was accepted
    ├── NotAllowed        the caller may not do this
    ├── NotFound          no such thing, or not visible to the caller
    ├── Conflict          it contradicts what is already recorded
    ├── TooLarge          over a stated limit
    └── Unavailable       something we depend on does not answer now; trying again is safe

`service/api/problems.py` holds the one map from these to HTTP (RFC 9457).
"""

from __future__ import annotations

from typing import Any


class QianyinError(Exception):
    """Root of the tree.

    Args:
        code: a stable kebab-case word for programs, e.g. `unknown-work`.
        zh: what happened, what it means, what to do, in Chinese.
        en: the same in English.
        facts: JSON-safe values that locate the fault (a cell, a field, a limit). Never a key or a real name.
    """

    def __init__(self, code: str, zh: str, en: str, **facts: Any) -> None:
        super().__init__(f"{zh} / {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.facts = facts


class BadInput(QianyinError):
    """The request is malformed or breaks a rule; nothing was accepted."""


class NotAllowed(QianyinError):
    """The caller may not do this."""


class NotFound(QianyinError):
    """No such thing, or not visible to the caller."""


class Conflict(QianyinError):
    """It contradicts what is already recorded."""


class TooLarge(QianyinError):
    """Over a stated limit."""


class Unavailable(QianyinError):
    """Something we depend on does not answer now; trying again is safe."""
