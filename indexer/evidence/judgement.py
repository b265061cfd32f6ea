"""What the records say about a claim. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from indexer.evidence.phrase import Phrase
from indexer.evidence.replay import Replay
from indexer.values import Hash32


class Outcome(Enum):
    """Whether a claim follows from the records."""

    FOLLOWS = "follows"
    CONTRADICTED = "contradicted"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the records say, for people: what, and its value as text."""

    name: Phrase
    value: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the records say about a claim; `withdrawn`: the claim to the work was struck out by its registrant."""

    outcome: Outcome
    phrase: Phrase
    facts: tuple[Fact, ...] = ()
    withdrawn: bool = False


def missing(subjects: Iterable[Hash32], replay: Replay) -> Judgement:
    """Say why a state is not there: an act that cannot be read, or nothing recorded."""
    stopped = [replay.stopped[one] for one in subjects if one in replay.stopped]
    if stopped:
        phrase = Phrase(
            f"第 {min(stopped)} 条记录的行为本版本不认识，推演到此为止。",
            f"Record {min(stopped)} is an act that this version does not know; the replay stops there.",
        )
        return Judgement(Outcome.OPEN, phrase)
    return Judgement(
        Outcome.CONTRADICTED,
        Phrase(
            "记录中没有所称的作品、版次、藏品、权利项或许可。",
            "The records know no such work, edition, collectible, estate or grant.",
        ),
    )
