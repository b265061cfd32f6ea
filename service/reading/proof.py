"""Evidence for what a page shows: assembled from index and node, checked as a stranger would, remembered."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock

from indexer.connection import NodeError
from indexer.errors import EvidenceError
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.bundle import DepositedFile, EvidenceBundle
from indexer.evidence.claims import Claim, Deposit, Holding
from indexer.evidence.collect import (
    Ground,
    checked,
    gather,
    look_since,
    require_consistent,
    take_ground,
)
from indexer.evidence.result import Status
from indexer.evidence.verdict import Since as SinceKnown
from indexer.evidence.verdict import SinceThen, Verdict, verify
from indexer.node import Node
from indexer.state import Token, Work
from indexer.store import View
from indexer.store.answers import Known
from indexer.values import Hash32
from service.errors import NotFound, Unavailable
from service.installation import Installation
from service.pages.views import Bilingual, CheckView, SealedBy, Since, VerdictView
from service.pages.views.evidence import CheckOutcome

log = logging.getLogger(__name__)

MOST_REMEMBERED = 2_000
RENEW_AFTER = 60
"""Seconds after which a page's evidence is taken anew, as of a later block."""

_OUTCOMES: dict[Status, CheckOutcome] = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.NOT_RUN: "not_run",
    Status.NOT_APPLICABLE: "not_applicable",
}


@dataclass(slots=True)
class Memory:
    """The verdicts that pages showed lately, by what was claimed, and the block that evidence was last taken as of.

    One for all threads of a process.
    """

    held: OrderedDict[tuple[Claim, int], tuple[float, VerdictView]] = field(default_factory=OrderedDict)
    ground: tuple[TrustAnchor, Ground] | None = None
    lock: Lock = field(default_factory=Lock)

    def recall(self, claim: Claim, seq: int) -> VerdictView | None:
        """Give the verdict on a claim whose subject has not changed since, if it is not too old."""
        with self.lock:
            found = self.held.get((claim, seq))
        return found[1] if found and time.monotonic() - found[0] < RENEW_AFTER else None

    def stand(self, view: View, node: Node, anchor: TrustAnchor) -> Ground:
        """Give the last settled block of a view; the node is asked for it once.

        Raises:
            NotProvable, NodeError: see `take_ground`.
        """
        kept = self.ground
        if kept is not None and kept[0] is anchor and kept[1].block.hash == _settled_hash(view):
            return kept[1]
        found = take_ground(node, anchor, view.as_of.settled_number)
        if found.final:
            self.ground = anchor, found
        return found

    def keep(self, claim: Claim, seq: int, verdict: VerdictView) -> None:
        """Remember a verdict; forget the oldest."""
        with self.lock:
            self.held[claim, seq] = (time.monotonic(), verdict)
            self.held.move_to_end((claim, seq))
            while len(self.held) > MOST_REMEMBERED:
                self.held.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Prover:
    """Proves what one view of the index says."""

    installation: Installation
    view: View
    anchor: TrustAnchor | None
    memory: Memory

    def bundle(self, known: Known[Token] | Known[Work]) -> EvidenceBundle:
        """Assemble the evidence for the holder of a token or the deposit of a work, as of the last block indexed.

        Raises:
            Unavailable: the node does not answer, or the index has just moved; asking again helps.
        """
        work = self._work(known)
        return self.bundle_of(claim_of(known.state), work, self._stood_for(known, work))

    def bundle_of(self, claim: Claim, work: Work, further: tuple[Hash32, ...] = ()) -> EvidenceBundle:
        """Assemble the evidence for a claim about a work, as of the last block indexed.

        Args:
            further: subjects whose histories are carried beyond those that the claim needs.

        Raises:
            Unavailable: as `bundle`.
        """
        with _or_unavailable():
            return checked(self._gathered(claim, work, further), self.anchor)

    def verdict(self, known: Known[Token] | Known[Work]) -> VerdictView | None:
        """Check the evidence as a stranger would; None where it cannot be had now."""
        claim = claim_of(known.state)
        found = self.memory.recall(claim, known.seq)
        if found is None:
            try:
                found = self._proved(known, claim)
            except Unavailable:
                return None
            self.memory.keep(claim, known.seq, found)
        return replace(found, since=_since(look_since(self.view, claim, int(time.time()))))

    def check(self, bundle: EvidenceBundle, *, compare: bool = False) -> Verdict:
        """Run every check against the pinned anchor, and look up what happened since.

        Args:
            compare: hash the deposited file as it is kept here. Only for bundles made here: a stranger's names any
                file it likes.
        """
        since = look_since(self.view, bundle.claim, int(time.time()))
        return verify(bundle, self.anchor, self._kept_file(bundle) if compare else None, since)

    def _proved(self, known: Known[Token] | Known[Work], claim: Claim) -> VerdictView:
        work = self._work(known)
        with _or_unavailable():
            bundle = self._gathered(claim, work, self._stood_for(known, work))
            verdict = self.check(bundle, compare=True)
            require_consistent(verdict.checks)
        return verdict_view(verdict, bundle, self.anchor)

    def _gathered(self, claim: Claim, work: Work, further: tuple[Hash32, ...]) -> EvidenceBundle:
        library, node = self.installation.library, self.installation.node
        manifest = library.octets(work.manifest_digest)
        known_manifest = library.manifest(work.manifest_digest)
        files = [
            DepositedFile(
                entry.digests.sha256,
                entry.digests.size,
                entry.media_type,
                entry.digests.cid,
                entry.digests.cid_profile,
            )
            for entry in (known_manifest.files[:1] if known_manifest else ())
        ]
        if self.anchor is None:
            raise _unavailable()
        return gather(
            self.view,
            node,
            self.anchor,
            claim,
            ground=self.memory.stand(self.view, node, self.anchor),
            further=further,
            files=files,
            manifest=manifest.decode() if manifest is not None else None,
        )

    def _kept_file(self, bundle: EvidenceBundle) -> Hash32 | None:
        """Hash the deposited file as it is kept here; None where it is not, so that it is not compared."""
        for stated in bundle.files[:1]:
            try:
                with self.installation.files.get(stated.cid) as stream:
                    return Hash32(hashlib.file_digest(stream, "sha256").digest())  # type: ignore[arg-type]
            except (NotFound, Unavailable):
                return None
        return None

    def _stood_for(self, known: Known[Token] | Known[Work], work: Work) -> tuple[Hash32, ...]:
        """Name the standing that shows why the issuer of a token is not the account that deposited its work."""
        if isinstance(known.state, Work) or known.state.issuer == work.registrant:
            return ()
        return (self.installation.sources.account(work.registrant),)

    def _work(self, known: Known[Token] | Known[Work]) -> Work:
        state = known.state
        if isinstance(state, Work):
            return state
        work = self.view.work(state.work_id)
        if work is None:
            raise _unavailable()
        return work.state


def claim_of(state: Token | Work) -> Claim:
    """Say what the evidence on a page claims."""
    if isinstance(state, Token):
        return Holding(state.token_id, state.holder, state.work_id)
    return Deposit(state.work_id, state.registrant, state.registered_at)


def verdict_view(verdict: Verdict, bundle: EvidenceBundle, anchor: TrustAnchor | None) -> VerdictView:
    """Show a verdict on a page."""
    checks = tuple(
        CheckView(
            check.number,
            _OUTCOMES[result.status],
            None if result.status is Status.PASSED else Bilingual(result.phrase.zh, result.phrase.en),
        )
        for check, result in verdict.checks
        if result.status is not Status.NOT_APPLICABLE
    )
    return VerdictView(
        outcome=verdict.answer.value,
        issuer_recognised=verdict.result(8).status is Status.PASSED,
        block=verdict.block_number,
        time=verdict.block_time,
        sealed=_sealed(verdict, anchor),
        since=_since(verdict.since),
        checks=checks,
        records=len(bundle.records),
        own=sum(_subject(bundle) in one.record.subjects for one in bundle.records),
    )


def _subject(bundle: EvidenceBundle) -> Hash32:
    return bundle.claim.subjects(bundle.ledger.sources)[0]


def _sealed(verdict: Verdict, anchor: TrustAnchor | None) -> SealedBy:
    pinned = anchor.consensus.validators_at(verdict.block_number) if anchor else None
    if anchor is None or anchor.consensus.kind == "none" or pinned is None or verdict.finding is None:
        return SealedBy("none", 0, 0)
    return SealedBy("clique", len(verdict.finding.sealers), len(pinned))


def _settled_hash(view: View) -> Hash32 | None:
    """Give the hash of the last settled block, where the index has it."""
    if view.as_of.settled_number == view.as_of.number:
        return view.as_of.hash
    held = view.block(view.as_of.settled_number)
    return held.hash if held else None


def _since(known: SinceKnown) -> Since:
    match known.state:
        case SinceThen.WITHDRAWN:
            reason = Bilingual(known.reason.zh, known.reason.en) if known.reason else None
            return Since("withdrawn", known.checked_at, reason)
        case SinceThen.NOT_WITHDRAWN:
            return Since("standing", known.checked_at)
        case SinceThen.NOT_CHECKED:
            return Since("unchecked")


@contextmanager
def _or_unavailable() -> Iterator[None]:
    """Say of what cannot be proved now that asking again helps."""
    try:
        yield
    except (EvidenceError, NodeError) as fault:
        log.warning("no evidence: %s", fault)
        raise _unavailable() from fault


def _unavailable() -> Unavailable:
    return Unavailable(
        "evidence-unavailable",
        "暂时取不到证据：没有信任锚，或链节点没有应答；请稍后再试。",
        "The evidence cannot be had now: there is no trust anchor, or the node does not answer; try again soon.",
    )
