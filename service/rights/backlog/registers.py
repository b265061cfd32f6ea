"""Who and what the names of contracts are at this installation: works by number or title, parties by name. Reads.

A work with rights on record goes before those of the same name that have none; what is still not clear is nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from indexer.store.answers import Document
from indexer.values import Address, Hash32, hash32
from service.installation import Installation
from service.rights.backlog.contract import NumberKind, WorkName, name_key
from service.rights.backlog.proposing import Registers, one_by_name
from service.rights.book import Book

MOST_HITS = 200
"""Works of a title that are looked at, the newest."""


def registers_of(installation: Installation, book: Book, said: Mapping[str, Address]) -> Registers:
    """Give the registers of an installation.

    Args:
        said: accounts of names, as somebody says them: they go before all others.

    Raises:
        Unavailable: the master key is not here.
    """
    found = one_by_name((name, account) for account, name in installation.people.names().items())
    first = one_by_name((name, account) for name, account in said.items())
    return Registers(_works(book), lambda name: first(name) or found(name))


def _works(book: Book) -> Callable[[WorkName], Hash32 | None]:
    known: dict[WorkName, Hash32 | None] = {}

    def work_of(name: WorkName) -> Hash32 | None:
        if name not in known:
            known[name] = _work(book, name)
        return known[name]

    return work_of


def _work(book: Book, name: WorkName) -> Hash32 | None:
    if name.number_kind is NumberKind.ID:
        work_id = hash32(name.number)
        return work_id if book.view.work(work_id) is not None else None
    by_number = [*_hits(book, name.number, lambda one: _digits(one.number) == _digits(name.number))]
    by_title = [*_hits(book, name.bare_title, lambda one: WorkName(one.title).title_key == name.title_key)]
    return _clear(book, by_number) or _clear(book, by_title)


def _hits(book: Book, text: str, is_meant: Callable[[Document], bool]) -> Iterator[Hash32]:
    for hit in book.view.search(text, limit=MOST_HITS).works if text else ():
        if hit.document is not None and is_meant(hit.document):
            yield hit.work.state.work_id


def _clear(book: Book, found: Sequence[Hash32]) -> Hash32 | None:
    return _one([one for one in found if book.rights(one) is not None]) or _one(found)


def _digits(number: str) -> str:
    return name_key(number).replace("-", "")


def _one(found: Sequence[Hash32]) -> Hash32 | None:
    return found[0] if len(found) == 1 else None
