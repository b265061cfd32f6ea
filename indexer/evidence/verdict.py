"""The answer to "does this hold?": as of a block, and since then, never mixed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from indexer.evidence.checks import CHECKS, Case, Check
from indexer.evidence.phrase import Phrase
from indexer.evidence.result import Result, Status

if TYPE_CHECKING:
    from indexer.events import Act, UnknownAct
    from indexer.evidence.anchor import TrustAnchor
    from indexer.evidence.bundle import EvidenceBundle
    from indexer.evidence.judgement import Fact
    from indexer.evidence.seals.finding import Finding
    from indexer.record import Record
    from indexer.values import Hash32

DEMO_STAMP = Phrase("演示", "Demo")


class Answer(Enum):
    """As of the block (the words of ETSI EN 319 102-1)."""

    VALID = "valid"
    """Every applicable check ran and passed."""
    INVALID = "invalid"
    """A check failed."""
    INDETERMINATE = "indeterminate"
    """None failed, and one could not run."""


class SinceThen(Enum):
    """What is known of the time after the block."""

    NOT_WITHDRAWN = "not_withdrawn"
    WITHDRAWN = "withdrawn"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Since:
    """The second answer; `checked_at` in Unix seconds, None where nobody looked; `reason`: what ended it."""

    state: SinceThen
    checked_at: int | None = None
    reason: Phrase | None = None


NOT_CHECKED = Since(SinceThen.NOT_CHECKED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found.

    Attributes:
        headline: what a person reads first.
        block_number, block_hash, block_time: the block as of which `answer` speaks.
        since: what happened after it, as far as anybody looked.
        demo: whether the anchor is that of a demonstration; its stamp is always shown.
        checks: all numbered checks with what became of each.
        facts: what the records say about the claim, if it follows from them.
        history: the records that the bundle carries, with their words as their data say them.
        finding: what the seals say; None where no validators are pinned.
    """

    answer: Answer
    headline: Phrase
    block_number: int
    block_hash: Hash32
    block_time: int
    since: Since
    demo: bool
    checks: tuple[tuple[Check, Result], ...]
    facts: tuple[Fact, ...]
    history: tuple[tuple[Record, Act | UnknownAct], ...]
    finding: Finding | None

    def result(self, number: int) -> Result:
        """Give what became of the check of that number."""
        return next(result for check, result in self.checks if check.number == number)


def verify(
    bundle: EvidenceBundle,
    anchor: TrustAnchor | None,
    file_digest: Hash32 | None = None,
    since: Since = NOT_CHECKED,
) -> Verdict:
    """Run every check and say what they add up to.

    Args:
        bundle: the evidence.
        anchor: what the reader pinned, obtained elsewhere than the bundle; None if there is none.
        file_digest: SHA-256 of the file to compare, if there is one.
        since: what was found out online about the time after the block; offline, nothing.
    """
    case = Case(bundle, anchor, file_digest)
    checks = tuple((check, check.run(case)) for check in CHECKS)
    answer = _answer(checks)
    return Verdict(
        answer=answer,
        headline=_headline(answer, checks),
        block_number=bundle.header.number,
        block_hash=case.finding.block_hash if case.finding else bundle.header.hash,
        block_time=bundle.header.time,
        since=Since(SinceThen.WITHDRAWN, since.checked_at) if case.judgement.withdrawn else since,
        demo=anchor is not None and anchor.demo,
        checks=checks,
        facts=case.judgement.facts,
        history=case.replay.acts,
        finding=case.finding,
    )


def since_phrase(since: Since, when: str) -> Phrase:
    """Put the second answer into words; `when` is the time of looking as the reader writes times."""
    match since.state:
        case SinceThen.NOT_WITHDRAWN:
            return Phrase(
                f"此后：{when} 联网查过，未撤回。", f"Since then: not withdrawn, checked at {when}."
            )
        case SinceThen.WITHDRAWN if since.reason:
            return Phrase(
                f"此后：已失效，{since.reason.zh}。", f"Since then: no longer so, {since.reason.en}."
            )
        case SinceThen.WITHDRAWN:
            return Phrase("此后：已撤回。", "Since then: withdrawn.")
        case SinceThen.NOT_CHECKED:
            return Phrase("此后：未查（离线）。", "Since then: not checked (offline).")


_HEADLINES = {
    Answer.VALID: Phrase(
        "核验一致：自存证起记录完整；不说明作品的来历与作者。",
        "Consistent: unchanged and complete since its deposit; says nothing about who made the work or where the "
        "object comes from.",
    ),
    Answer.INVALID: Phrase("核验不一致。", "Inconsistent."),
    Answer.INDETERMINATE: Phrase("无法确认。", "Cannot be confirmed."),
}
UNRECOGNISED = Phrase("记录一致，发行方身份未证实。", "Records consistent, issuer not recognised.")
_ISSUER = 8
_MAY_BE_OPEN = frozenset((6, _ISSUER))


def _answer(checks: tuple[tuple[Check, Result], ...]) -> Answer:
    statuses = {result.status for _, result in checks}
    if Status.FAILED in statuses:
        return Answer.INVALID
    return Answer.INDETERMINATE if Status.NOT_RUN in statuses else Answer.VALID


def _headline(answer: Answer, checks: tuple[tuple[Check, Result], ...]) -> Phrase:
    """Choose the words; "issuer not recognised" where the records hold and nobody vouches for the issuer."""
    unknown = {check.number for check, result in checks if result.status is Status.NOT_RUN}
    if answer is Answer.INDETERMINATE and _ISSUER in unknown and unknown <= _MAY_BE_OPEN:
        return UNRECOGNISED
    return _HEADLINES[answer]
