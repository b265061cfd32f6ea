"""What became of one check, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from indexer.evidence.phrase import Phrase


class Status(Enum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"
    """It applies, and something that it needs is not there."""
    NOT_APPLICABLE = "not_applicable"
    """There is nothing here for it to check."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one check, why in both languages, and the technical finding in English if there is one."""

    status: Status
    phrase: Phrase
    detail: str = ""


def passed(zh: str, en: str, detail: str = "") -> Result:
    """Say: it ran and held."""
    return Result(Status.PASSED, Phrase(zh, en), detail)


def failed(zh: str, en: str, detail: str = "") -> Result:
    """Say: it ran and did not hold."""
    return Result(Status.FAILED, Phrase(zh, en), detail)


def not_run(zh: str, en: str, detail: str = "") -> Result:
    """Say: it applies and could not run."""
    return Result(Status.NOT_RUN, Phrase(zh, en), detail)


def not_applicable(zh: str, en: str) -> Result:
    """Say: there is nothing here for it to check."""
    return Result(Status.NOT_APPLICABLE, Phrase(zh, en))
