"""How fast an audit export is written, beside the database's own way out: COPY TO (PostgreSQL), a bare cursor (SQLite).

Ours puts each act into words, and writes lines that anybody can check; the peer's bytes prove nothing. `own` is
therefore what one record costs us. The goal is for what one process does, as the peer is one too; and for what the
service does, which has long exports written by processes apart that were started before: what the first one waits for
them is a row of its own. That memory is constant is seen between an export of half the records and one of all. The
ledger is made without a node.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median

from measuring import chapter, interleaved, rate, seconds, sizes
from queries import filled
from rows import Row, Spread, at_most, beside, ratio_at_least
from world import memory_of

from indexer.evidence.ends import End
from indexer.evidence.export import ExportHeader
from indexer.store import Projection
from indexer.store.schema import RecordTable
from indexer.store.sqlite import READERS_PAGES
from indexer.values import ZERO_HASH
from service.audit.export import MANY, pieces
from service.audit.parts import TextForm
from service.audit.renderers import AT_MOST, Renderers
from tests.indexer.histories import FOLLOWED, SOURCES

FORMS: tuple[TextForm, ...] = ("jsonl", "csv")
ROUNDS = 3
PAGES = READERS_PAGES >> 10
"""MB of its database that SQLite keeps in a process that reads."""
SLACK = 16
"""MB by which peaks may differ though nothing grows."""
STARTED = "processes are started for it; they end when nobody needed them for a minute"
TABLE = RecordTable.__table__


def rows(scale: float) -> Iterator[Row]:
    for works in sizes(100_000, scale):
        with filled(works) as (made, projections):
            for (name, *place), projection in projections.items():
                yield from exported(name, projection, made.count, (place[0], place[1]))


def exported(database: str, projection: Projection, count: int, place: tuple[str, str]) -> Iterator[Row]:
    """Write all records in both forms; `place` is the projection's URL and schema."""
    header = announced(projection, count)
    peer, beside_what = raw(database, projection)
    renderers = Renderers(*place)
    try:
        for form in FORMS:

            def ours(apart: Renderers | None = renderers, form: TextForm = form) -> None:
                for _ in pieces(projection, header, form, apart):
                    pass

            name = f"audit export as {form}, {database}"
            if not renderers.processes():
                waited = seconds(ours)
                yield Row(f"{name}: the first one", count, "s", Spread.of([waited]), remark=STARTED)
            apart = f"by up to {renderers.number} processes"
            for how, work in ((apart, ours), ("by one process", lambda ours=ours: ours(None))):
                rounds = interleaved(rate(count, work), rate(count, peer), ROUNDS)
                yield beside(
                    f"{name}, {how}",
                    count,
                    "records/s",
                    rounds,
                    beside_what,
                    goal=ratio_at_least(0.5),
                    own=max(0.0, median(1e6 / mine - 1e6 / theirs for mine, theirs in rounds)),
                )
            yield memory(name, database, count, form, place)
    finally:
        renderers.close()


def memory(name: str, database: str, count: int, form: TextForm, place: tuple[str, str]) -> Row:
    """Say how many MB all processes take for all records more than for half of them, beside the MB written more.

    There is a goal where so much more is written that memory which grows with it would miss it.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        grown_by, written = apart.submit(grown, *place, count, form).result()
    pages = PAGES * (AT_MOST + 1) if database == "SQLite" else 0
    bound = SLACK + pages
    return beside(
        f"{name}: memory of all its processes more than for half",
        count,
        "MB",
        [(grown_by, written)],
        "written more",
        goal=at_most(bound) if count // 2 > MANY and written > bound else None,
        remark=f"up to {pages} MB are pages that SQLite keeps, {PAGES} a process" if pages else "",
    )


def grown(url: str, schema: str, count: int, form: TextForm) -> tuple[float, float]:
    """Say by how many MB the peaks rise when an export of all records follows one of half, and how many it is longer.

    To be called in a fresh process: in one that has made the ledger the peak is long behind.
    """
    peaks, written = [], []
    renderers = Renderers(url, schema)
    with Projection.open(url, schema) as projection:
        for part in (count // 2, count):
            lengths = map(len, pieces(projection, announced(projection, part), form, renderers))
            written.append(sum(lengths) / (1 << 20))
            peaks.append(sum(map(memory_of, (os.getpid(), *renderers.processes()))))
    renderers.close()
    return peaks[1] - peaks[0], written[1] - written[0]


def announced(projection: Projection, count: int) -> ExportHeader:
    """Announce all records; the ends need no proof to be written."""
    with projection.view() as view:
        before, after = End(view.head_before(0), 1, ZERO_HASH), End(view.head_before(count), 2, ZERO_HASH)
    chain, genesis = FOLLOWED.chain_id, FOLLOWED.genesis_hash
    return ExportHeader("ledger", chain, genesis, SOURCES.ledger, None, 0, count - 1, before, after)


def raw(database: str, projection: Projection) -> tuple[Callable[[], object], str]:
    """Give what gets the same rows out, and its name."""
    if database == "SQLite":
        return lambda: _through_cursor(projection), "a bare cursor"
    return lambda: _copied(projection), "COPY TO"


def _through_cursor(projection: Projection) -> int:
    with projection.connection() as connection:
        cursor = connection.connection.cursor()
        columns = ", ".join(column.name for column in TABLE.columns)
        return sum(1 for _ in cursor.execute(f"SELECT {columns} FROM {TABLE.name} ORDER BY seq"))  # noqa: S608


def _copied(projection: Projection) -> int:
    with projection.connection() as connection:
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY (SELECT * FROM {TABLE.name} ORDER BY seq) TO STDOUT") as out:  # noqa: S608
            return sum(len(piece) for piece in out)


if __name__ == "__main__":
    chapter(rows)
