"""A reading of a history of rights by somebody, for tests: no names but masks, no files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.store import Projection
from indexer.values import Address, Hash32
from service.files.directory import DirectoryStore
from service.files.previews import Previews
from service.reading.context import Context
from service.reading.library import Library
from service.reading.parties import Parties
from service.reading.rights.glance import Reading
from service.rights.audience import Audience
from service.rights.book import Book
from tests.indexer.histories import SOURCES
from tests.indexer.rights.told import RightsHistory
from tests.indexer.test_projection import index


@contextmanager
def read(told: RightsHistory, folder: Path) -> Iterator[Context]:
    """Read what was told."""
    told.close()
    files = DirectoryStore(folder / "files")
    with Projection.open(f"sqlite:///{folder / 'index.db'}") as projection:
        index(projection, told)
        with projection.view() as view:
            yield Context(
                view=view,
                sources=SOURCES,
                library=Library(files),
                previews=Previews(folder / "previews", files),
                parties=Parties(),
                now=told.time,
                prove=lambda _: None,
            )


def by(
    context: Context,
    work_id: Hash32,
    *accounts: Address,
    disclosed: frozenset[tuple[Hash32, Address]] = frozenset(),
) -> Reading:
    """Read a work's rights for somebody."""
    audience = Audience(frozenset(accounts), disclosed=disclosed)
    return Reading(context, Book(context.view), audience, work_id, context.parties.label)
