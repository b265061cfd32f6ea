"""Assemble an evidence bundle: records from the index, proofs and headers from the node. Owns neither; reads both."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.deployment import Deployment
from indexer.errors import EvidenceError
from indexer.evidence.bundle import (
    MOST_RECORDS,
    DepositedFile,
    EvidenceBundle,
    History,
    LedgerStated,
    StatedRecord,
)
from indexer.evidence.claims import Claim
from indexer.evidence.decoded import decoded
from indexer.evidence.header import Header
from indexer.evidence.slots import subject_slot
from indexer.evidence.trie import prove_account
from indexer.head import fold_subject
from indexer.node import Node, StateProof
from indexer.store import View
from indexer.store.answers import ProvenanceEntry
from indexer.values import Hash32

_PAGE = 1_000


class CollectError(EvidenceError):
    """The index and the node do not add up to evidence now; asking again, of a later block, may help."""


def collect(
    view: View,
    node: Node,
    deployment: Deployment,
    claim: Claim,
    *,
    anchor_id: Hash32 | None = None,
    files: Sequence[DepositedFile] = (),
    manifest: str | None = None,
    headers: int = 0,
) -> EvidenceBundle:
    """Prove a claim as of the last block indexed.

    Args:
        headers: how many of the headers built on that block to carry, at most; Clique with several signers needs them.

    Raises:
        CollectError: the records do not lead to the heads in that block, or there are too many.
        NodeError: the node does not answer, or has forgotten that block's state.
    """
    subjects = claim.subjects(view.sources)
    as_of = view.as_of
    block = node.block_of(as_of.hash)
    if block is None:
        raise CollectError(f"the node does not know block {as_of.number} any more")
    proof = node.proof(deployment.ledger.address, [subject_slot(one) for one in subjects], as_of.hash)
    words = proof.checked_words(block.sealed.state_root)
    histories: list[History] = []
    records: dict[int, StatedRecord] = {}
    for subject, (slot, nodes) in zip(subjects, proof.storage, strict=True):
        entries = _history(view, subject)
        if fold_subject(subject, (entry.record for entry in entries)) != words[slot]:
            raise CollectError(
                f"the index and block {as_of.number} have different histories of {subject.hex()}"
            )
        histories.append(History(subject, words[slot], nodes))
        records |= {entry.record.seq: StatedRecord(entry.record, decoded(entry.act)) for entry in entries}
    return EvidenceBundle(
        anchor_id=anchor_id,
        claim=claim,
        ledger=LedgerStated(deployment.chain_id, deployment.genesis_hash, view.sources),
        header=block.sealed,
        following=_following(node, block.sealed, headers),
        storage_root=_storage_root(proof, block.sealed),
        account_proof=proof.account,
        histories=tuple(histories),
        records=tuple(records[seq] for seq in sorted(records)),
        files=tuple(files),
        manifest=manifest,
    )


def _history(view: View, subject: Hash32) -> list[ProvenanceEntry]:
    found: list[ProvenanceEntry] = []
    after: int | None = None
    while len(found) <= MOST_RECORDS:
        page = view.history(subject, after=after, limit=_PAGE, newest_first=False)
        found += page.items
        if not isinstance(page.cursor, int):
            return found
        after = page.cursor
    raise CollectError(f"more than {MOST_RECORDS} records of one subject; export them instead")


def _storage_root(proof: StateProof, header: Header) -> Hash32:
    account = prove_account(header.state_root, proof.address, proof.account)
    if account is None:
        raise CollectError("the ledger does not exist in that block")
    return account.storage_root


def _following(node: Node, header: Header, most: int) -> tuple[Header, ...]:
    found: list[Header] = []
    for number in range(header.number + 1, header.number + 1 + most):
        block = node.block(number)
        if block is None:
            break
        if block.sealed.parent_hash != (found[-1] if found else header).hash:
            raise CollectError("the chain changed while its headers were read")
        found.append(block.sealed)
    return tuple(found)
