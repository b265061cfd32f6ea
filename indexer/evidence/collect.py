"""Bring together the evidence of a claim from the projection and the chain. Reads the node and the projection.

What is handed out is `checked` as a stranger would check it: records against heads, heads against the state, the state
against the header. Who runs every check anyway asks `require_consistent` of what they found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.errors import EvidenceError
from indexer.events import read_act
from indexer.evidence import checks
from indexer.evidence.anchor_file import anchor_id
from indexer.evidence.bundle import (
    MOST_RECORDS,
    DepositedFile,
    EvidenceBundle,
    History,
    LedgerStated,
    StatedRecord,
)
from indexer.evidence.claims import Holding
from indexer.evidence.decoded import decoded
from indexer.evidence.ends import End, EndProof, tie
from indexer.evidence.phrase import Phrase
from indexer.evidence.result import Status
from indexer.evidence.rights_claims import InForce, Title, in_force
from indexer.evidence.seals import judge
from indexer.evidence.seals.finding import Binding
from indexer.evidence.slots import COUNT, HEAD, subject_slot
from indexer.evidence.trie import prove_account
from indexer.evidence.verdict import Since, SinceThen
from indexer.head import advance
from indexer.rights.state import EstateStatus
from indexer.state import TokenStatus
from indexer.values import ZERO_HASH, Hash32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexer.evidence.anchor import TrustAnchor
    from indexer.evidence.checks import Check
    from indexer.evidence.claims import Claim
    from indexer.evidence.header import Header
    from indexer.evidence.result import Result
    from indexer.node import Block, Node, StateProof
    from indexer.record import Record
    from indexer.store import View

_PAGE = 1000


class NotProvable(EvidenceError):
    """What the node and the projection gave does not hold together (now), so no evidence is made of it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A block that evidence stands on: the same for every claim as of it.

    Attributes:
        following: as many of the next headers as it takes for the seals to bind, or as many as there are.
        final: False where more of them may come, and say more.
    """

    block: Block
    following: tuple[Header, ...]
    final: bool


def take_ground(node: Node, anchor: TrustAnchor, number: int) -> Ground:
    """Get the block of that number, and those that seal it.

    Raises:
        NotProvable: there is no such block (now). NodeError: the node does not answer.
    """
    block = node.block(number)
    if block is None:
        raise NotProvable(f"the node has no block {number} (now)")
    chain: list[Header] = []
    limit = 3 * len(anchor.consensus.validators_at(number) or ())
    while judge(block.sealed, chain, anchor.consensus).binding is Binding.OPEN and len(chain) < limit:
        after = node.block(number + len(chain) + 1)
        if after is None:
            return Ground(block, tuple(chain), final=False)
        chain.append(after.sealed)
    return Ground(block, tuple(chain), final=True)


def gather(
    view: View,
    node: Node,
    anchor: TrustAnchor,
    claim: Claim,
    *,
    ground: Ground | None = None,
    files: Iterable[DepositedFile] = (),
    manifest: str | None = None,
    further: Iterable[Hash32] = (),
) -> EvidenceBundle:
    """Make the bundle of a claim as of the last settled block; whether it holds together, `checked` says.

    Args:
        view: the reading of the projection that says which block that is.
        anchor: of this very ledger; readers check with their own.
        claim: what is to be proved; whether it follows is for the checks to say.
        ground: that block, where it is at hand.
        manifest: the exact text of the work's manifest.
        further: subjects whose histories are carried beyond those that the claim needs.

    Raises:
        NotProvable: the node has not that block (now), it knows no ledger there, or there are too many records.
        NodeError: the node does not answer, or does not know the state of that block any more.
    """
    subjects = tuple(dict.fromkeys((*claim.subjects(anchor.sources), *further)))
    records = _records(view, subjects, view.as_of.settled_number)
    ground = ground or take_ground(node, anchor, view.as_of.settled_number)
    block = ground.block
    proof = node.proof(anchor.ledger.address, [subject_slot(one) for one in subjects], block.hash)
    heads: dict[Hash32, Hash32] = {}
    advance(ZERO_HASH, heads, records)
    return EvidenceBundle(
        anchor_id=anchor_id(anchor),
        claim=claim,
        ledger=LedgerStated(anchor.chain_id, anchor.genesis_hash, anchor.sources),
        header=block.sealed,
        following=ground.following,
        storage_root=_storage_root(block, proof),
        account_proof=proof.account,
        histories=tuple(
            History(subject, heads.get(subject, ZERO_HASH), nodes)
            for subject, (_, nodes) in zip(subjects, proof.storage, strict=True)
        ),
        records=tuple(StatedRecord(record, decoded(read_act(record))) for record in records),
        files=tuple(files),
        manifest=manifest,
    )


def checked(bundle: EvidenceBundle, anchor: TrustAnchor | None) -> EvidenceBundle:
    """Give back a bundle that was gathered, having run the checks that say whether it holds together.

    Raises:
        NotProvable: it does not, e.g. since the chain moved meanwhile.
    """
    case = checks.Case(bundle, anchor, None)
    require_consistent((check, check.run(case)) for check in checks.CHECKS if check.name in _OF_THE_CHAIN)
    return bundle


_OF_THE_CHAIN = frozenset(("records", "storage", "state"))
"""The checks that say whether node and projection gave what belongs together."""


def require_consistent(found: Iterable[tuple[Check, Result]]) -> None:
    """Refuse evidence of which node and projection gave parts that do not belong together.

    Raises:
        NotProvable: they do not (now).
    """
    for check, result in found:
        if check.name in _OF_THE_CHAIN and result.status is not Status.PASSED:
            raise NotProvable(f"check {check.number}: {result.phrase.en} {result.detail}")


def collect_end(
    node: Node, anchor: TrustAnchor, number: int, subject: Hash32 | None = None
) -> tuple[End, int]:
    """Make one end of an audit export: a head in the state of a block, proved, and the count of all records there.

    Args:
        subject: whose head; None for the ledger's own.

    Raises:
        NotProvable: the node's answers do not agree, or the block knows no ledger.
        NodeError: the node does not answer, or does not know the state of that block any more.
    """
    ground = take_ground(node, anchor, number)
    block = ground.block
    slot = HEAD if subject is None else subject_slot(subject)
    proof = node.proof(anchor.ledger.address, [slot, COUNT], block.hash)
    words = proof.checked_words(block.sealed.state_root)
    count = int.from_bytes(words[COUNT], "big")
    end = End(
        head=words[slot],
        block_number=number,
        block_hash=block.hash,
        proof=EndProof(
            header=block.sealed,
            following=ground.following,
            storage_root=_storage_root(block, proof),
            account_proof=proof.account,
            head_proof=proof.storage[0][1],
            count_proof=proof.storage[1][1],
        ),
    )
    found = tie(end, subject, count, anchor)
    if found.held is False:
        raise NotProvable(found.phrase.en)
    return end, count


def look_since(view: View, claim: Claim, now: int) -> Since:
    """Say what the projection knows of the time after the block of a bundle; `now` in Unix seconds.

    A projection that does not know the work says nothing.
    """
    work = view.work(claim.work_id)
    if work is None or not work.determinate:
        return Since(SinceThen.NOT_CHECKED)
    if work.state.withdrawn:
        return Since(SinceThen.WITHDRAWN, now)
    match claim:
        case Holding():
            return _since_held(view, claim, now)
        case Title():
            return _since_owned(view, claim, now)
        case InForce():
            return _since_in_force(view, claim, now)
        case _:
            return Since(SinceThen.NOT_WITHDRAWN, now)


def _since_held(view: View, claim: Holding, now: int) -> Since:
    token = view.token(claim.token_id)
    if token is None or not token.determinate:
        return Since(SinceThen.NOT_CHECKED)
    if token.state.status is not TokenStatus.LIVE:
        reason = Phrase("藏品已注销", "the collectible was struck out")
        return Since(SinceThen.WITHDRAWN, now, reason)
    if token.state.holder != claim.holder:
        return Since(
            SinceThen.WITHDRAWN, now, Phrase("藏品已转给他人", "somebody else holds the collectible now")
        )
    return Since(SinceThen.NOT_WITHDRAWN, now)


def _since_owned(view: View, claim: Title, now: int) -> Since:
    estate = view.estate(claim.estate_id)
    if estate is None or not estate.determinate:
        return Since(SinceThen.NOT_CHECKED)
    if estate.state.status is not EstateStatus.LIVE:
        reason = Phrase("权利项已分割或合并", "the estate was divided or merged")
        return Since(SinceThen.WITHDRAWN, now, reason)
    if (estate.state.owners, estate.state.parts) != (claim.owners, claim.parts):
        return Since(SinceThen.WITHDRAWN, now, Phrase("权利项已归他人", "others own the estate now"))
    return Since(SinceThen.NOT_WITHDRAWN, now)


def _since_in_force(view: View, claim: InForce, now: int) -> Since:
    chain = [view.grant(one) for one in (claim.grant_id, *claim.ancestors)]
    found = [one.state for one in chain if one is not None and one.determinate]
    if len(found) != len(chain):
        return Since(SinceThen.NOT_CHECKED)
    if not all(in_force(one, claim.on) for one in found):
        reason = Phrase(
            "按现有记录，许可在所称日期不在有效期内",
            "by the records as they are now, the grant is not in force on that day",
        )
        return Since(SinceThen.WITHDRAWN, now, reason)
    return Since(SinceThen.NOT_WITHDRAWN, now)


def _records(view: View, subjects: Sequence[Hash32], number: int) -> list[Record]:
    """Give the records up to a block that name any of the subjects, in order, each once."""
    found: dict[int, Record] = {}
    for subject in subjects:
        after: int | None = None
        while True:
            page = view.history(subject, after, _PAGE, newest_first=False)
            found.update(
                (entry.record.seq, entry.record)
                for entry in page.items
                if entry.record.block_number <= number
            )
            if len(found) > MOST_RECORDS:
                raise NotProvable(f"more than {MOST_RECORDS} records")
            after = page.cursor
            if after is None:
                break
    return [found[seq] for seq in sorted(found)]


def _storage_root(block: Block, proof: StateProof) -> Hash32:
    account = prove_account(block.sealed.state_root, proof.address, proof.account)
    if account is None:
        raise NotProvable(f"block {block.number} knows no ledger at its address")
    return account.storage_root
