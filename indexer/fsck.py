"""Checking a projection: against itself, against the chain, against the files. Reads all three, changes nothing.

1. the raw records are replayed into a scratch projection, which must have the same rows
2. every block held is the node's block of that height; the head and count at the last one are proved by its state
3. the contracts' code is what the deployment says
4. `thorough`: the head of every subject is the one in the ledger's storage
5. every manifest and file that a work or collection ever named is there, and is what its name says
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, select, union

from indexer.connection import NodeError
from indexer.deployment import Deployment
from indexer.errors import EvidenceError
from indexer.evidence import slots
from indexer.head import next_head
from indexer.keccak import keccak256
from indexer.node import Node
from indexer.record import record_digest
from indexer.span import LedgerBlock, Recorded, Span, recorded
from indexer.store import Progress, Projection
from indexer.store.comparison import differences_between
from indexer.store.lookups import BLOCKS, RECORDS, SUBJECTS
from indexer.store.progress import progress_in
from indexer.store.rows import block_of, record_of
from indexer.store.schema import CollectionTable, WorkTable
from indexer.values import Hash32, as_hex

_PART = 5_000
_MOST_OF_A_KIND = 20


class Paper(Enum):
    """What a digest on chain is the SHA-256 of."""

    MANIFEST = "manifest"
    FILE = "file"


class Kept(Enum):
    """What a look for a file found."""

    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"


class Files(NamedTuple):
    """How files are looked for: `find(paper, digest)`."""

    find: Callable[[Paper, Hash32], Kept]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        code: a short name for machines. place: which row, block or digest.
        zh, en: what it means, for people.
    """

    code: str
    place: str
    zh: str
    en: str


@dataclass(slots=True)
class Report:
    """What was checked, how much of it, and what was found; at most twenty findings of a kind are kept."""

    tip: LedgerBlock
    checked: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def note(self, code: str, place: str, zh: str, en: str) -> None:
        """Add a finding."""
        if sum(one.code == code for one in self.findings) < _MOST_OF_A_KIND:
            self.findings.append(Finding(code, place, zh, en))


def fsck(
    projection: Projection,
    node: Node | None = None,
    deployment: Deployment | None = None,
    files: Files | None = None,
    *,
    thorough: bool = False,
    heed: Callable[[str, int, int], None] = lambda _, __, ___: None,
) -> Report:
    """Check a projection; what is not given is not checked, and not counted in the report.

    Args:
        heed: is told what is being checked, how far it is and how much there is.

    Raises:
        NothingIndexed: there is no projection.
        NodeError: the node does not answer.
    """
    with projection.connection() as connection:
        progress = progress_in(connection)
        report = Report(progress.tip)
        _check_rows(connection, progress, report, heed)
        if node is not None:
            _check_blocks(connection, progress, node, report, heed)
            _check_head(progress, node, report)
            if thorough:
                _check_subjects(connection, progress, node, report, heed)
        if node is not None and deployment is not None:
            _check_code(progress.tip, node, deployment, report)
        if files is not None:
            _check_files(connection, files, report, heed)
    return report


def _check_rows(
    connection: Connection,
    progress: Progress,
    report: Report,
    heed: Callable[[str, int, int], None],
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="qianyin-fsck-") as folder,
        Projection.open(f"sqlite:///{Path(folder) / 'scratch.db'}").building() as scratch,
    ):
        _replay(connection, progress, scratch, heed)
        scratch.finish()
        with scratch.connection() as replayed:
            found = differences_between(connection, replayed)
    for difference in found:
        report.note(
            "row-differs",
            f"{difference.table}: {_brief(difference.here)}",
            f"表 {difference.table} 与记录重放的结果不一致。",
            f"Table {difference.table} differs from a replay of the records: {_brief(difference.there)}.",
        )
    report.checked["records"] = progress.tip.count


def _replay(
    connection: Connection, progress: Progress, scratch: Projection, heed: Callable[[str, int, int], None]
) -> None:
    """Make the projection again from nothing but its raw records and the hashes and times of its blocks."""
    base, *blocks = _blocks(connection)
    scratch.start(progress.followed, base)
    settled = progress.blocks[0].number
    start = base
    for part in _parts(blocks):
        span = _span(connection, start, part)
        scratch.extend(start, span, min(settled, span.last.number))
        start = span.last
        heed("records", start.count, progress.tip.count)


def _blocks(connection: Connection) -> list[LedgerBlock]:
    return [block_of(row) for row in connection.execute(select(BLOCKS).order_by(BLOCKS.c.number))]


def _parts(blocks: list[LedgerBlock]) -> Iterator[list[LedgerBlock]]:
    """Cut blocks where their records fill a part."""
    for _, part in groupby(blocks, key=lambda block: block.count // _PART):
        yield list(part)


def _span(connection: Connection, start: LedgerBlock, blocks: list[LedgerBlock]) -> Span:
    """Chain the raw records of blocks anew: digests, heads and counts are computed, not read."""
    numbers = (blocks[0].number, blocks[-1].number)
    rows = connection.execute(
        select(RECORDS).where(RECORDS.c.block_number.between(*numbers)).order_by(RECORDS.c.seq)
    )
    found: list[Recorded] = []
    head = start.head
    for row in rows:
        record = record_of(row)
        digest = record_digest(record)
        head = next_head(head, digest)
        found.append(recorded(record, digest, head, Hash32(row.transaction_hash), row.log_index))
    return Span(tuple(_recount(start, blocks, found)), tuple(found))


def _recount(
    start: LedgerBlock, blocks: list[LedgerBlock], recorded: list[Recorded]
) -> Iterator[LedgerBlock]:
    count, head, place = start.count, start.head, 0
    for block in blocks:
        while place < len(recorded) and recorded[place].block_number <= block.number:
            count, head, place = count + 1, recorded[place].head, place + 1
        yield replace(block, count=count, head=head)


def _check_blocks(
    connection: Connection,
    progress: Progress,
    node: Node,
    report: Report,
    heed: Callable[[str, int, int], None],
) -> None:
    genesis, newest = node.look()
    if genesis.hash != progress.followed.genesis_hash:
        report.note(
            "other-chain",
            as_hex(genesis.hash),
            "节点上的链不是本索引所跟随的链。",
            "The node's chain is not the one that this index follows.",
        )
        return
    held = _blocks(connection)
    for place in range(0, len(held), 100):
        known = [block for block in held[place : place + 100] if block.number <= newest.number]
        for block, there in zip(known, node.blocks(block.number for block in known), strict=True):
            if (block.hash, block.time) != (there.hash, there.time):
                _note_block(report, block)
        heed("blocks", place, len(held))
    for block in held:
        if block.number > newest.number:
            _note_block(report, block)
    report.checked["blocks"] = len(held)


def _note_block(report: Report, block: LedgerBlock) -> None:
    report.note(
        "block-differs",
        f"{block.number} {as_hex(block.hash)}",
        f"节点的链上没有索引中的区块 {block.number}。",
        f"Block {block.number} of the index is not on the node's chain.",
    )


def _check_head(progress: Progress, node: Node, report: Report) -> None:
    """Compare head and count of the last block with those that its own header proves."""
    tip = progress.tip
    block = node.block_of(tip.hash)
    if block is None:
        return  # noted with the blocks
    proof = node.proof(progress.followed.sources.ledger, (slots.HEAD, slots.COUNT), tip.hash)
    try:
        words = proof.checked_words(block.sealed.state_root)
    except EvidenceError as fault:
        report.note(
            "head-unproved",
            str(tip.number),
            "节点没有给出账本头的有效证明。",
            f"The node gave no valid proof of the ledger's head: {fault}.",
        )
        return
    if (words[slots.HEAD], int.from_bytes(words[slots.COUNT], "big")) != (tip.head, tip.count):
        report.note(
            "head-differs",
            str(tip.number),
            "索引的账本头与链上状态不一致。",
            "The index leads to another head of the ledger than the chain's state holds.",
        )
    report.checked["heads"] = 1


def _check_subjects(
    connection: Connection,
    progress: Progress,
    node: Node,
    report: Report,
    heed: Callable[[str, int, int], None],
) -> None:
    last = select(SUBJECTS.c.subject, func.max(SUBJECTS.c.seq).label("seq")).group_by(SUBJECTS.c.subject)
    newest = last.subquery()
    rows = connection.execute(
        select(SUBJECTS.c.subject, SUBJECTS.c.head)
        .join(newest, (SUBJECTS.c.subject == newest.c.subject) & (SUBJECTS.c.seq == newest.c.seq))
        .order_by(SUBJECTS.c.subject)
    ).all()
    ledger = progress.followed.sources.ledger
    for place in range(0, len(rows), _PART):
        part = rows[place : place + _PART]
        wanted = [slots.subject_slot(Hash32(row.subject)) for row in part]
        for row, word in zip(part, node.words(ledger, wanted, progress.tip.hash), strict=True):
            if row.head != word:
                report.note(
                    "subject-differs",
                    as_hex(row.subject),
                    "某一对象的记录头与链上不一致。",
                    "The records of a subject lead to another head than the ledger holds.",
                )
        heed("subjects", place + len(part), len(rows))
    report.checked["subjects"] = len(rows)


def _check_code(tip: LedgerBlock, node: Node, deployment: Deployment, report: Report) -> None:
    for name, contract in deployment.contracts.items():
        try:
            code = node.code(contract.address, tip.hash)
        except NodeError as fault:
            report.note(
                "code-unread",
                name,
                f"无法读取合约 {name} 的代码。",
                f"The code of {name} cannot be read: {fault}.",
            )
            continue
        if keccak256(code) != contract.code_hash:
            report.note(
                "code-differs",
                name,
                f"合约 {name} 的代码与部署记录不一致。",
                f"The code of {name} is not what the deployment says.",
            )
    report.checked["contracts"] = len(deployment.contracts)


def _check_files(
    connection: Connection, files: Files, report: Report, heed: Callable[[str, int, int], None]
) -> None:
    wanted = list(_wanted(connection))
    for place, (paper, digest) in enumerate(wanted):
        kept = files.find(paper, digest)
        if kept is not Kept.WHOLE:
            zh = "缺失" if kept is Kept.MISSING else "已损坏"
            report.note(
                f"{paper.value}-{kept.value}",
                as_hex(digest),
                f"{'说明文件' if paper is Paper.MANIFEST else '文件'}{zh}。",
                f"A {paper.value} is {kept.value}.",
            )
        heed("files", place + 1, len(wanted))
    report.checked["files"] = len(wanted)


def _wanted(connection: Connection) -> Iterator[tuple[Paper, Hash32]]:
    """List every manifest that was ever named, and every file that is not its own manifest."""
    manifests = union(select(WorkTable.manifest_digest), select(CollectionTable.metadata_digest))
    for digest in connection.scalars(manifests):
        yield Paper.MANIFEST, Hash32(digest)
    deposited = select(WorkTable.file_digest).where(
        WorkTable.begun_seq == WorkTable.seq, WorkTable.file_digest != WorkTable.manifest_digest
    )
    for digest in connection.scalars(deposited.distinct()):
        yield Paper.FILE, Hash32(digest)


def _brief(row: tuple[object, ...] | None) -> str:
    if row is None:
        return "(no row)"
    return ", ".join(as_hex(value) if isinstance(value, bytes) else str(value) for value in row[:3])
