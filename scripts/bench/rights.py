"""Rights: what a grant, a division and an assignment cost against the grants there are, and how long questions take.

The acts are on a real chain (`granting.py`). The questions are asked of an index whose ledger is made without a node:
many works of ten grants each, and one of ten, of a hundred and of a thousand, which are asked about. The peer reads the
bare rows of the same work's grants through the same index of the database with a cursor. So that the answer depends on
the work's grants and not on all of them shows in the growth, and how it depends on the work's in rows side by side.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from backfill import places
from granting import acts
from measuring import chapter, interleaved, seconds, sizes
from queries import STRETCH
from rows import Row, beside

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import Axis, Point, Scope, whole_world
from indexer.rights.state import Grant
from indexer.store import Projection
from indexer.store.versions import TABLES
from indexer.values import Hash32
from service.rights.asking import question, slice_of
from service.rights.audience import Audience
from service.rights.book import Book
from tests.indexer.histories import FOLLOWED, account, span_of
from tests.indexer.rights.told import RightsHistory

SHOWN = (10, 100, 1_000)
"""Grants of the works that are asked about."""
EACH = 10
"""Grants of each of the many others."""
ASKED_AGAIN = 5
"""Questions of one measurement."""
YEARS = 3_650
LONG_AGO = 200
"""Days that the ledger goes on after the last grant."""
PEER = "bare rows of the work's grants"
ANN, BEN, CY = account(1), account(2), account(3)
"""Two authors, and to whom they assign what is not granted."""


def rows(scale: float) -> Iterator[Row]:
    """Measure the acts, then the questions."""
    yield from acts(scale)
    yield from asked(scale)


def asked(scale: float) -> Iterator[Row]:
    """Measure the questions, among so many grants and a tenth of them."""
    tenth, whole = sizes(100_000, scale)
    shown = [number for number in SHOWN if 2 * number <= tenth]
    for grants in (tenth, whole):
        made = tell(grants, shown)
        with tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder:
            for name, url, schema in places(Path(folder)):
                with Projection.open(url, schema) as projection:
                    write(projection, made.history)
                    yield from answers(name, projection, made, grants)


@dataclass(frozen=True, slots=True)
class Made:
    """A ledger of rights; `works`: those asked about, by the number of their grants."""

    history: RightsHistory
    works: dict[int, Hash32]
    day: int


def tell(grants: int, shown: Sequence[int]) -> Made:
    """Make a ledger of so many grants: works that are asked about in the middle of all others."""
    history = RightsHistory()
    issuer = history.institution(9)
    others = (grants - sum(shown)) // EACH
    for number in range(others // 2):
        licensed(history, history.work(issuer, number), EACH)
    works = {}
    for number in shown:
        works[number] = history.work(issuer, grants + number)
        licensed(history, works[number], number)
    for number in range(others // 2, others):
        licensed(history, history.work(issuer, number), EACH)
    day = history.today + 1
    history.tomorrow(LONG_AGO)
    history.institution(10)
    history.close()
    return Made(history, works, day)


def licensed(history: RightsHistory, work: Hash32, grants: int) -> None:
    """Claim a work's rights for two, assign what is no language to a third, and grant each right by territories."""
    claimed = history.claim(work, whole_world(history.today), ANN, BEN)
    named, rest = history.split(
        claimed, Axis.LANGUAGES, [LANGUAGES.assigned, LANGUAGES.full & ~LANGUAGES.assigned]
    )
    history.assign(rest, CY)
    for number in range(grants):
        kind = GrantKind(1 + number % 3)
        history.grant(named, account(20 + number % 50), kind, given(number, history.today))
    if len(history.pending) > 1_000:
        history.close()


def given(number: int, day: int) -> Scope:
    """Give the box of a work's grant: another right each, then another territory."""
    place, right = divmod(number, len(RIGHTS.codes))
    territory = 1 << place % len(TERRITORIES.codes)
    language = 1 << number % len(LANGUAGES.codes)
    return Scope(1 << right, territory, language, MEDIA.assigned, day, day + YEARS)


def write(projection: Projection, history: RightsHistory) -> None:
    """Have the index write the ledger's rows, some blocks at a time."""
    projection.start(FOLLOWED, history.base)
    start = history.base
    for at in range(0, len(history.blocks), STRETCH):
        span = span_of(start, history.blocks[at : at + STRETCH])
        projection.extend(start, span, span.last.number)
        start = span.last


def answers(database: str, projection: Projection, made: Made, grants: int) -> Iterator[Row]:
    """Ask as one of the authors, beside the bare rows."""
    for number, work in made.works.items():
        for what, ask in questions(projection, made, work).items():
            read = bare(database, projection, work, number)
            ask()
            rounds = interleaved(milliseconds(ask), milliseconds(read))
            name = f"{what}, a work of {number:,} grants, {database}"
            own = median(1_000 * (ours - theirs) for ours, theirs in rounds)
            yield beside(name, grants, "ms", rounds, PEER, own=own, headline=number == max(made.works))


def milliseconds(ask: Callable[[], object]) -> Callable[[], float]:
    """Give a measurement of how long one of several takes."""
    return lambda: seconds(lambda: [ask() for _ in range(ASKED_AGAIN)]) * 1_000 / ASKED_AGAIN


def questions(projection: Projection, made: Made, work: Hash32) -> dict[str, Callable[[], object]]:
    """List what is asked of a work, each in a view of its own as a request is."""
    audience = Audience(frozenset([BEN]))
    box = given(0, made.day)
    point = Point(*(mask.bit_length() - 1 for mask in box.masks), made.day)
    last = made.history.blocks[-1][0].time

    def may(known_at: int) -> Callable[[], object]:
        def ask() -> object:
            with projection.view() as view:
                return question(Book(view), audience, work, point, known_at)

        return ask

    def laid_out() -> object:
        with projection.view() as view:
            return slice_of(Book(view), audience, work, made.day, last)

    return {
        "who may, on what proof": may(last),
        "as was known then": may(last - 86_400),
        "matrix": laid_out,
    }


def bare(database: str, projection: Projection, work: Hash32, expected: int) -> Callable[[], object]:
    """Read the rows of a work's grants, and nothing else."""
    mark = "?" if database == "SQLite" else "%s"
    table = TABLES[Grant]
    columns = ", ".join(column.name for column in table.columns)
    query = f"SELECT {columns} FROM {table.name} WHERE work_id = {mark} AND superseded_by IS NULL"  # noqa: S608

    def read() -> None:
        with projection.connection() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(query, (work,))
            assert len(cursor.fetchall()) == expected

    return read


if __name__ == "__main__":
    chapter(rows)
