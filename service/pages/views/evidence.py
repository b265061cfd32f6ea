"""A verdict: the numbered checks and the two answers, as a page shows them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.pages.views.page import Bilingual

Outcome = Literal["valid", "invalid", "indeterminate"]
CheckOutcome = Literal["passed", "failed", "not_run", "not_applicable"]


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check.

    Attributes:
        number: 1 to 9, as in the verifier and the court report; it names the check's words.
        outcome: what came of it.
        reason: why it failed or could not run; None where it passed.
    """

    number: int
    outcome: CheckOutcome
    reason: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class SealedBy:
    """Who sealed the block: of `members` pinned by the trust anchor, `signed` did (0 of 0 with kind `none`)."""

    kind: Literal["none", "witness", "clique", "qbft"]
    signed: int
    members: int


@dataclass(frozen=True, slots=True)
class Since:
    """The second answer: what is known of the time since that block.

    Attributes:
        state: `standing` (not withdrawn), `withdrawn` (or struck out), `unchecked` (offline).
        at: when it was looked up; None if unchecked, or where the bundle itself holds the withdrawal.
        reason: what ended it, where that is more than a withdrawal of the work, e.g. that somebody else holds it now.
    """

    state: Literal["standing", "withdrawn", "unchecked"]
    at: int | None = None
    reason: Bilingual | None = None

    @property
    def words(self) -> str:
        """Return the catalogue key of what is said of it."""
        if self.state != "withdrawn":
            return f"verdict.since.{self.state}"
        if self.at is None:
            return "verdict.since.recorded"
        return "verdict.since.ended" if self.reason else "verdict.since.withdrawn"


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What the verifier answers.

    Attributes:
        outcome: as of the block.
        issuer_recognised: False: the anchor does not name the issuer; the headline then says so and the outcome cannot
            be `valid`.
        block: the block that the evidence speaks of.
        time: its time, as its sealer states it.
        sealed: by whom that block is sealed.
        since: the second answer.
        checks: the checks in order; those that do not apply may be left out.
        records: how many records were checked for completeness, those of accounts and works that the claim needs too.
        own: how many of them are of the page's own subject, the collectible or the work.
        by: who computed it: `service`, or `reader` for the offline verifier.
    """

    outcome: Outcome
    issuer_recognised: bool
    block: int
    time: int
    sealed: SealedBy
    since: Since
    checks: tuple[CheckView, ...]
    records: int
    own: int = 0
    by: Literal["service", "reader"] = "service"

    def __post_init__(self) -> None:
        if self.outcome == "valid" and not self.issuer_recognised:
            raise ValueError("a verdict cannot be valid where the trust anchor does not name the issuer")

    @property
    def ran(self) -> int:
        """Return how many checks ran."""
        return sum(check.outcome in ("passed", "failed") for check in self.checks)

    @property
    def passed(self) -> int:
        """Return how many checks ran and passed."""
        return sum(check.outcome == "passed" for check in self.checks)

    @property
    def complete(self) -> bool:
        """Return whether the history was proven to be whole (check 3)."""
        return any(check.number == 3 and check.outcome == "passed" for check in self.checks)

    @property
    def headline(self) -> str:
        """Return the catalogue key of its headline."""
        unnamed = self.outcome == "indeterminate" and not self.issuer_recognised
        return "verdict.issuer" if unnamed else f"verdict.{self.outcome}"
