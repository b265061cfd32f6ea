"""How long the index takes to answer, by the number of works (half of them with an edition and a token).

Each question is asked again and again about something else, drawn by lot, in a new view each round. Beside it stands
one record by its number, fetched by the bare driver from the same database: the least that a question can cost. `own`
is what a question costs us above that, or each of the things it is about, where it is about many. The ledger is made
without a node.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from backfill import databases
from measuring import chapter, interleaved, seconds, sizes
from rows import Row, beside

from indexer import events as acts
from indexer.audit import Period
from indexer.chaining import assemble
from indexer.node import Log
from indexer.record import RECORDED_TOPIC, Record
from indexer.span import LedgerBlock
from indexer.store import Projection, View
from indexer.store.answers import Document, EntryFilter
from indexer.store.schema import RecordTable
from indexer.values import Address, Hash32
from tests.indexer.histories import FOLLOWED, SOURCES, History, account, word

LETTERS = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许春晓静夜思登鹳雀楼山水花鸟瓶盘"
COLLECTIONS = 20
HOLDERS = 50
HANDS = 5
"""Holders that one token in ten has one after the other."""
LATER = 2_000
"""Works that are deposited before a token is passed on, at most."""
HEADLINES = ("search", "holder", "entries of a collection")
STRETCH = 10
"""Blocks of a thousand records that are written together."""
LOOKUPS = 200
"""Of the peer in a round."""
ROUNDS = 3
ASKED = 30
"""Times that a question is asked in a round, at most."""
LONG = 0.2
"""Seconds after which it is not asked once more."""
STREAMED = 5_000
LOOKUP = "a record by its number, bare"

Place = tuple[str, str, str]
Ask = Callable[[View, random.Random], object]


def rows(scale: float) -> Iterator[Row]:
    for works in sizes(1_000_000, scale, 3):
        with filled(works) as (made, projections):
            for (name, _, _), projection in projections.items():
                yield from answers(name, projection, made)


@contextmanager
def filled(works: int) -> Iterator[tuple[Made, dict[Place, Projection]]]:
    """Give one ledger in a projection of each kind; each by its name, URL and schema."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qianyin-bench-")))
        opened = {
            place: stack.enter_context(Projection.open(*place[1:]))
            for place in stack.enter_context(databases(folder))
        }
        yield fill(list(opened.values()), works), opened


def answers(database: str, projection: Projection, made: Made) -> Iterator[Row]:
    """Ask each question in turn with the peer."""
    lookup = milliseconds_of_a_lookup(projection, made.count)
    for what, (things, ask) in questions(made).items():
        rounds = interleaved(milliseconds_of(projection, ask), lookup, ROUNDS)
        own = max(0.0, median(1e3 * (ours - theirs) / things for ours, theirs in rounds))
        headline = what.startswith(HEADLINES)
        yield beside(f"{what}, {database}", made.works, "ms", rounds, LOOKUP, own=own, headline=headline)


def milliseconds_of(projection: Projection, ask: Ask) -> Callable[[], float]:
    """Give a measurement of a question, about something else each time."""
    dice = random.Random(2)  # noqa: S311 - the same questions in every run

    def measured() -> float:
        number, began = 0, time.perf_counter()
        with projection.view() as view:
            while number < ASKED and (number == 0 or time.perf_counter() - began < LONG):
                ask(view, dice)
                number += 1
        return 1e3 * (time.perf_counter() - began) / number

    return measured


def milliseconds_of_a_lookup(projection: Projection, count: int) -> Callable[[], float]:
    """Give a measurement of the peer, about another of `count` records each time."""
    dice = random.Random(3)  # noqa: S311 - the same in every run
    table = RecordTable.__table__
    columns = ", ".join(column.name for column in table.columns)

    def measured() -> float:
        with projection.connection() as connection:
            mark = "?" if connection.dialect.name == "sqlite" else "%s"
            statement = f"SELECT {columns} FROM {table.name} WHERE seq = {mark}"  # noqa: S608
            cursor = connection.connection.cursor()
            wanted = [(dice.randrange(count),) for _ in range(LOOKUPS)]
            return (
                1e3 * seconds(lambda: [cursor.execute(statement, one).fetchone() for one in wanted]) / LOOKUPS
            )

    return measured


@dataclass
class Made:
    """A ledger that is being made, or was; `passed` are tokens that were passed on, with the blocks of all that."""

    works: int
    history: History = field(default_factory=History)
    passed: list[tuple[int, int, int]] = field(default_factory=list)
    count: int = 0
    _due: deque[tuple[int, int, int, int]] = field(default_factory=deque)
    """Tokens to be passed on: when, which, how often still, and the block it was minted in."""

    def __post_init__(self) -> None:
        self.issuer = self.history.institution()
        self.collections = [self.history.collection(self.issuer, number) for number in range(COLLECTIONS)]
        self.later = max(1, min(LATER, self.works // (2 * HANDS)))

    def add(self, number: int) -> None:
        """Deposit a work; of every other one issue a token, half of which are handed out, and some passed on."""
        history = self.history
        work = history.work(self.issuer, number)
        if number % 2 == 0:
            token = history.mint(history.edition(self.collections[number % COLLECTIONS], work), 1)
            hands = HANDS if number % 20 == 0 else 1 if number % 4 == 0 else 0
            if hands:
                self._due.append((number + self.later, token, hands, history.tip.number + 1))
        while self._due and self._due[0][0] <= number:
            self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        _, token, hands, first = self._due.popleft()
        self.history.pass_on(token, account(10 + (number + hands) % HOLDERS))
        if hands > 1:
            self._due.append((number + self.later, token, hands - 1, first))
        else:
            self.passed.append((token, first, self.history.tip.number + 1))

    def work(self, number: int) -> Hash32:
        """Name a work."""
        return acts.work_id(self.issuer, word("file", number), word("manifest", number))

    def token(self, dice: random.Random) -> tuple[Hash32, int, int]:
        """Draw a token; give its collection, its edition and itself."""
        number = dice.randrange(0, self.works, 2)
        collection = self.collections[number % COLLECTIONS]
        edition = acts.edition_id(collection, self.work(number), 1)
        return collection, edition, acts.token_id(edition, 1)


def fill(projections: Sequence[Projection], works: int) -> Made:
    """Write works with titles, and what `Made.add` makes of them, to all of the projections."""
    made = Made(works)
    history = made.history
    history.close()
    for projection in projections:
        projection.start(FOLLOWED, history.base)
    start = history.base
    for number in range(works):
        made.add(number)
        if len(history.pending) > 1_000:
            history.close()
        if len(history.blocks) > STRETCH:
            start = _written(projections, start, history)
    history.close()
    _written(projections, start, history)
    documents = list(map(titled, range(works)))
    for projection in projections:
        projection.put_documents(documents)
    made.count, made.history = len(history.records), History()
    return made


def _written(projections: Sequence[Projection], start: LedgerBlock, history: History) -> LedgerBlock:
    """Write the blocks after `start`, and forget them; gives the last."""
    blocks = [one for one in history.blocks if one[0].number > start.number]
    logs = [
        log_of(record, at, header.hash) for header, records in blocks for at, record in enumerate(records)
    ]
    span = assemble(start, [header for header, _ in blocks], logs)
    for projection in projections:
        projection.extend(start, span, span.last.number)
    del history.blocks[:-1]
    return span.last


def log_of(record: Record, index: int, block: Hash32) -> Log:
    """Write a record as the log that the ledger emits: as the tests' `log_of` does, in a quarter of the time."""
    subjects, length = record.subjects, len(record.data)
    words = (96, 128 + 32 * len(subjects), len(subjects))
    body = b"".join(
        (
            record.state_after,
            *(number.to_bytes(32, "big") for number in words),
            *subjects,
            length.to_bytes(32, "big"),
            record.data.ljust(-(-length // 32) * 32, b"\0"),
        )
    )
    topics = (RECORDED_TOPIC, Hash32(record.seq.to_bytes(32, "big")), Hash32(record.source.rjust(32, b"\0")))
    transaction = word("transaction", record.seq // 3)
    return Log(record.block_number, block, transaction, index, (*topics, record.act), body)


def titled(number: int) -> Document:
    """Say what the manifest of a work says: the same in every run."""
    title = "".join(random.Random(number).choices(LETTERS, k=6))  # noqa: S311
    about = "gift of somebody, Jingdezhen ware, Ming dynasty"
    return Document(word("manifest", number), title, f"Vase with birds no {number}", numbered(number), about)


def numbered(number: int) -> str:
    """Give a work the number that its registration has."""
    return f"19{number % 100}.{number}"


def questions(made: Made) -> dict[str, tuple[int, Ask]]:
    """List what is asked, each with how many things it is about: pages, searches, lists, a regulator's questions."""
    return {**_of_readers(made), **_of_holders(made), **_of_regulators(made)}


def _of_readers(made: Made) -> dict[str, tuple[int, Ask]]:
    works, count = made.works, made.count
    return {
        "a collectible's page": (1, lambda view, dice: view.token_page(made.token(dice)[2])),
        "search: two characters of many": (
            1,
            lambda view, dice: view.search("".join(dice.sample(LETTERS, 2))),
        ),
        "search: one title": (1, lambda view, dice: view.search(f"birds no {dice.randrange(works)}")),
        "search: number": (1, lambda view, dice: view.search(numbered(dice.randrange(works)))),
        "search: nothing": (1, lambda view, dice: view.search(f"zz{dice.randrange(works)}zz")),
        "search: file hash": (
            1,
            lambda view, dice: view.search(word("file", dice.randrange(works)).hex()),
        ),
        "search: token id": (1, lambda view, dice: view.search(str(made.token(dice)[2]))),
        "works by age": (1, lambda view, dice: view.works(after=dice.randrange(1, count))),
        "counts of all collections": (1, lambda view, _: view.collection_counts(made.collections)),
    }


def _of_holders(made: Made) -> dict[str, tuple[int, Ask]]:
    count, issuer = made.count, made.issuer
    return {
        "what an account holds": (1, lambda view, dice: view.tokens(holder=_holder(dice))),
        "what an institution did": (
            1,
            lambda view, dice: view.activity(issuer, after=dice.randrange(1, count)),
        ),
        "tokens of an edition": (1, lambda view, dice: view.tokens(edition=made.token(dice)[1])),
        "an institution's totals": (1, lambda view, _: view.totals(issuer)),
    }


def _of_regulators(made: Made) -> dict[str, tuple[int, Ask]]:
    count, annulled = made.count, frozenset([acts.SELECTORS[acts.Annulled]])
    streamed = min(STREAMED, count)

    def holder(view: View, dice: random.Random) -> None:
        token, first, last = dice.choice(made.passed)
        assert view.holder_at(token, block=dice.randint(first, last)) is not None

    def came_of_it(view: View, dice: random.Random) -> object:
        return view.entries(
            EntryFilter(collection=made.token(dice)[0], derived=True), after=dice.randrange(count)
        )

    def found(view: View, dice: random.Random) -> None:
        wanted = [SOURCES.work(made.work(dice.randrange(made.works))) for _ in range(100)]
        assert view.find_acts((one, acts.WorkRegistered) for one in wanted)

    def stream(view: View, dice: random.Random) -> None:
        first = dice.randrange(count - streamed + 1)
        assert sum(1 for _ in view.records(first, first + streamed - 1)) == streamed

    return {
        "holder at a past block, one of several": (1, holder),
        "entries of a party": (1, lambda view, dice: view.entries(EntryFilter(party=_holder(dice)))),
        "entries of an act that is rare": (1, lambda view, _: view.entries(EntryFilter(acts=annulled))),
        "entries of a collection and what came of it": (1, came_of_it),
        "counts by month": (count, lambda view, _: view.tally(Period.MONTH)),
        "100 acts found": (100, found),
        "5,000 records streamed": (streamed, stream),
    }


def _holder(dice: random.Random) -> Address:
    return account(10 + dice.randrange(HOLDERS))


if __name__ == "__main__":
    chapter(rows)
