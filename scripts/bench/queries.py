"""How long the index takes to answer, by the number of works (half of them with an edition and a token).

The ledger is made without a node.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from backfill import places
from measuring import ROUNDS, chapter, seconds, sizes
from rows import Row, Spread

from indexer import events as acts
from indexer.audit import Period
from indexer.state import Edition, Token, Work
from indexer.store import Projection, View
from indexer.store.answers import Document, EntryFilter
from tests.indexer.histories import FOLLOWED, SOURCES, History, account, span_of, word

LETTERS = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许春晓静夜思登鹳雀楼山水花鸟瓶盘"
COLLECTIONS = 20
HEADLINES = ("search", "holder")
STRETCH = 10
"""Blocks of a thousand records that are written together."""


def rows(scale: float) -> Iterator[Row]:
    for works in sizes(1_000_000, scale):
        with tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder:
            for name, url, schema in places(Path(folder)):
                with Projection.open(url, schema) as projection:
                    made = fill(projection, works)
                    with projection.view() as view:
                        yield from answers(name, view, made)


def answers(database: str, view: View, made: History) -> Iterator[Row]:
    for what, ask in questions(view, made).items():
        taken = [seconds(ask) * 1_000 for _ in range(ROUNDS)]
        yield Row(
            f"{what}, {database}",
            len(made.records),
            "ms",
            Spread.of(taken),
            headline=what.startswith(HEADLINES),
        )


def fill(projection: Projection, works: int) -> History:
    """Write works with titles, and of every other one an edition with a token, half of those handed out."""
    history, dice = History(), random.Random(1)  # noqa: S311 - the same titles each time
    issuer = history.institution()
    collections = [history.collection(issuer, number) for number in range(COLLECTIONS)]
    history.close()
    projection.start(FOLLOWED, history.base)
    start, written, documents = history.base, 0, []
    for number in range(works):
        work = history.work(issuer, number)
        if number % 2 == 0:
            token = history.mint(history.edition(collections[number % COLLECTIONS], work), 1)
            if number % 4 == 0:
                history.distribute(token, account(10 + number % 50))
        title = "".join(dice.choices(LETTERS, k=6))
        about = "gift of somebody, Jingdezhen ware, Ming dynasty"
        documents.append(
            Document(
                word("manifest", number),
                title,
                f"Vase with birds no {number}",
                f"19{number % 100}.{number}",
                about,
            )
        )
        if len(history.pending) > 1_000:
            history.close()
        if len(history.blocks) - written >= STRETCH:
            span = span_of(start, history.blocks[written:])
            projection.extend(start, span, span.last.number)
            start, written = span.last, len(history.blocks)
    history.close()
    span = span_of(start, history.blocks[written:])
    projection.extend(start, span, span.last.number)
    projection.put_documents(documents)
    return history


def questions(view: View, made: History) -> dict[str, Callable[[], object]]:
    """List what is asked: pages, searches, lists, and a regulator's questions."""
    tokens = [state for state in made.held.values() if isinstance(state, Token)]
    works = [state for state in made.held.values() if isinstance(state, Work)]
    edition = next(state for state in made.held.values() if isinstance(state, Edition))
    token, work, issuer = tokens[len(tokens) // 2], works[len(works) // 2], works[0].registrant
    annulled, middle = acts.SELECTORS[acts.Annulled], view.as_of.count // 2
    return {
        "a collectible's page": lambda: view.token_page(token.token_id),
        "search: two characters of many": lambda: view.search("春晓"),
        "search: one title": lambda: view.search(f"birds no {len(works) // 2}"),
        "search: nothing": lambda: view.search("zzzz"),
        "search: file hash": lambda: view.search(work.file_digest.hex()),
        "search: token id": lambda: view.search(str(token.token_id)),
        "newest works": view.works,
        "what an account holds": lambda: view.tokens(holder=token.holder),
        "what an institution did": lambda: view.activity(issuer),
        "tokens of an edition": lambda: view.tokens(edition=edition.edition_id),
        "counts of all collections": lambda: view.collection_counts(
            known.state.collection_id for known in view.collections().items
        ),
        "an institution's totals": lambda: view.totals(issuer),
        "entries of a party": lambda: view.entries(EntryFilter(party=token.holder)),
        "entries of an act that is rare": lambda: view.entries(EntryFilter(acts=frozenset([annulled]))),
        "entries of a collection and what came of it": lambda: view.entries(
            EntryFilter(collection=token.collection_id, derived=True), after=middle
        ),
        "holder at a block": lambda: view.holder_at(token.token_id, block=view.as_of.number),
        "counts by month": lambda: view.tally(Period.MONTH),
        "100 acts found": lambda: view.find_acts(
            (SOURCES.work(one.work_id), acts.WorkRegistered) for one in works[:100]
        ),
        "all records streamed": lambda: sum(1 for _ in view.records(0, view.as_of.count)),
    }


if __name__ == "__main__":
    chapter(rows)
