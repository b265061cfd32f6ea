"""What a node made of a transaction it was handed, from the words of its answer. Pure."""

from __future__ import annotations

from enum import StrEnum


class Answer(StrEnum):
    """What a node made of the bytes."""

    HAS_IT = "has-it"
    """It took them, or had them."""
    NONCE_USED = "nonce-used"
    """The nonce is behind it: look for our receipt."""
    OTHER_ATTEMPT = "other-attempt"
    """It holds other bytes with this nonce."""
    NONE = "none"
    """No answer, or one that says "later"."""
    NEVER = "never"
    """It will not take these bytes, now or later."""


_HAS_IT = ("already known", "known transaction", "already imported", "already exists", "already in")
_NONCE_USED = ("nonce too low", "nonce has already been used", "old nonce")
_OTHER_ATTEMPT = ("underpriced", "replacement", "higher than pending")
_NEVER = (
    *(
        "oversized",
        "exceeds block gas limit",
        "exceeds gas limit",
        "intrinsic gas",
        "max initcode",
        "invalid sender",
    ),
    *("invalid signature", "chain id", "chainid", "replay-protected", "gas limit too", "rlp"),
)
_SAYINGS = (
    (_HAS_IT, Answer.HAS_IT),
    (_NONCE_USED, Answer.NONCE_USED),
    (_OTHER_ATTEMPT, Answer.OTHER_ATTEMPT),
    (_NEVER, Answer.NEVER),
)


def read_answer(said: str) -> Answer:
    """Say what a node's error means; words not known here mean "later", for then the bytes are sent again."""
    text = said.lower()
    for words, answer in _SAYINGS:
        if any(word in text for word in words):
            return answer
    return Answer.NONE
