"""Evidence for what a page shows: assembled from index and node, checked as a stranger would, remembered."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from indexer.connection import NodeError
from indexer.errors import EvidenceError
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.anchor_file import anchor_id
from indexer.evidence.bundle import DepositedFile, EvidenceBundle
from indexer.evidence.checks import Status
from indexer.evidence.claims import Claim, Deposit, Holding
from indexer.evidence.collect import collect
from indexer.evidence.seals import judge
from indexer.evidence.verdict import Since as SinceStated
from indexer.evidence.verdict import SinceThen, Verdict, verify
from indexer.state import Token, Work
from indexer.store import View
from indexer.store.answers import Known
from service.errors import Unavailable
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
    """The evidence that pages showed lately, by what was claimed; one for all threads of a process."""

    held: OrderedDict[tuple[Claim, int], tuple[float, EvidenceBundle]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def recall(self, claim: Claim, seq: int) -> EvidenceBundle | None:
        """Give the evidence of a claim whose subject has not changed since, if it is not too old."""
        with self.lock:
            found = self.held.get((claim, seq))
        return found[1] if found and time.monotonic() - found[0] < RENEW_AFTER else None

    def keep(self, claim: Claim, seq: int, bundle: EvidenceBundle) -> None:
        """Remember evidence; forget the oldest."""
        with self.lock:
            self.held[claim, seq] = (time.monotonic(), bundle)
            self.held.move_to_end((claim, seq))
            while len(self.held) > MOST_REMEMBERED:
                self.held.popitem(last=False)


_MEMORY = Memory()


@dataclass(frozen=True, slots=True)
class Prover:
    """Proves what one view of the index says."""

    installation: Installation
    view: View
    anchor: TrustAnchor | None
    memory: Memory = _MEMORY

    def bundle(self, known: Known[Token] | Known[Work]) -> EvidenceBundle:
        """Assemble the evidence for the holder of a token or the deposit of a work, as of the last block indexed.

        Raises:
            Unavailable: the node does not answer, or the index has just moved; asking again helps.
        """
        work = self._work(known)
        manifest = self.installation.library.octets(work.manifest_digest)
        known_manifest = self.installation.library.manifest(work.manifest_digest)
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
        try:
            return collect(
                self.view,
                self.installation.node,
                self.installation.deployment,
                claim_of(known.state),
                anchor_id=anchor_id(self.anchor) if self.anchor else None,
                files=files,
                manifest=manifest.decode() if manifest is not None else None,
                headers=headers_needed(self.anchor, self.view.as_of.number),
            )
        except (EvidenceError, NodeError) as fault:
            log.warning("no evidence: %s", fault)
            raise Unavailable(
                "evidence-unavailable",
                "暂时取不到证据，链节点没有应答或正在更新；请稍后再试。",
                "The evidence cannot be had now: the node does not answer, or has just moved on; try again soon.",
            ) from fault

    def verdict(self, known: Known[Token] | Known[Work]) -> VerdictView | None:
        """Check the evidence as a stranger would; None where it cannot be had now."""
        claim = claim_of(known.state)
        bundle = self.memory.recall(claim, known.seq)
        if bundle is None:
            try:
                bundle = self.bundle(known)
            except Unavailable:
                return None
            self.memory.keep(claim, known.seq, bundle)
        return verdict_view(self.check(bundle), bundle, self.anchor)

    def check(self, bundle: EvidenceBundle) -> Verdict:
        """Run every check against the pinned anchor, and look up what happened since."""
        work = self.view.work(bundle.claim.work_id)
        withdrawn = work is not None and work.state.withdrawn
        state = SinceThen.WITHDRAWN if withdrawn else SinceThen.NOT_WITHDRAWN
        return verify(bundle, self.anchor, since=SinceStated(state, int(time.time())))

    def _work(self, known: Known[Token] | Known[Work]) -> Work:
        state = known.state
        if isinstance(state, Work):
            return state
        work = self.view.work(state.work_id)
        if work is None:
            raise Unavailable("evidence-unavailable", "索引正在更新。", "The index is being updated.")
        return work.state


def claim_of(state: Token | Work) -> Claim:
    """Say what the evidence on a page claims."""
    if isinstance(state, Token):
        return Holding(state.token_id, state.holder, state.work_id)
    return Deposit(state.work_id, state.registrant, state.registered_at)


def headers_needed(anchor: TrustAnchor | None, number: int) -> int:
    """Say how many headers after a block bind it under the anchor's consensus: more than half of the signers' worth."""
    validators = anchor.consensus.validators_at(number) if anchor else None
    return 0 if not validators or len(validators) == 1 else 3 * len(validators)


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
        sealed=_sealed(bundle, anchor),
        since=_since(verdict),
        checks=checks,
        records=len(bundle.records),
    )


def _sealed(bundle: EvidenceBundle, anchor: TrustAnchor | None) -> SealedBy:
    pinned = anchor.consensus.validators_at(bundle.header.number) if anchor else None
    if anchor is None or anchor.consensus.kind == "none" or pinned is None:
        return SealedBy("none", 0, 0)
    finding = judge(bundle.header, bundle.following, anchor.consensus)
    return SealedBy("clique", len(finding.sealers), len(pinned))


def _since(verdict: Verdict) -> Since:
    match verdict.since.state:
        case SinceThen.WITHDRAWN:
            return Since("withdrawn", verdict.since.checked_at)
        case SinceThen.NOT_WITHDRAWN:
            return Since("standing", verdict.since.checked_at)
        case SinceThen.NOT_CHECKED:
            return Since("unchecked")
