"""What a look at the seals of a block found. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from indexer.evidence.phrase import Phrase
from indexer.values import Address, Hash32


class Binding(Enum):
    """Whether the pinned validators stand behind a block."""

    BOUND = "bound"
    """The required number of them do."""
    BROKEN = "broken"
    """A seal is forged, by a stranger, or against the rules of the engine."""
    OPEN = "open"
    """Nothing wrong was found, but too little to say that they do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the seals say.

    Attributes:
        block_hash: the hash by which the engine names the block.
        sealers: validators that were found to have sealed it or built on it, each once, in order of appearance.
        required: how many must; 0 where the engine has no seals.
    """

    binding: Binding
    phrase: Phrase
    block_hash: Hash32
    sealers: tuple[Address, ...] = ()
    required: int = 0
