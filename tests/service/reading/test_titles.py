"""The words of manifests, told to the index: of what is kept here, whatever else there is, and while stores fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from indexer import events as acts
from indexer.follow import Idle, Reason
from indexer.values import Hash32
from service.cli.processes import Heed
from service.errors import Unavailable
from service.files.directory import DirectoryStore
from service.files.statement import CollectionStatement, statement_bytes, statement_cid, statement_digest
from service.installation import Installation
from service.reading.library import Library
from service.reading.titles import learn_titles
from service.settings import read_settings
from tests.indexer.histories import POLICY, SOURCES, History, word
from tests.indexer.test_projection import index

KEPT = statement_bytes(CollectionStatement("春晓", "Spring Morning"))
LATER = statement_bytes(CollectionStatement("静夜思", "Quiet Night"))
STRANGERS = 7


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A home that knows of many works of others, whose manifests it does not keep, and of one collection of its own."""
    opened = Installation(read_settings({}, tmp_path))
    opened.files.put(KEPT)
    yield opened
    opened.close()


@pytest.fixture
def history() -> History:
    made = History()
    issuer = made.institution()
    for number in range(STRANGERS):
        made.work(issuer, number)
    _collection(made, KEPT, 1)
    made.close()
    return made


def _collection(history: History, statement: bytes, number: int) -> None:
    issuer, operation = history.institution(100 + number), word("operation", number)
    name = acts.collection_id(issuer, operation)
    act = acts.CollectionCreated(name, issuer, operation, statement_digest(statement), POLICY)
    history.record(act, SOURCES.collection(name), SOURCES.party(issuer))


def _missing(installation: Installation) -> set[Hash32]:
    return {digest for _, digest in installation.projection.missing_documents()}


def test_what_is_kept_is_learnt_however_much_of_others_stands_before_it(
    installation: Installation, history: History
) -> None:
    index(installation.projection, history)
    since = learn_titles(installation, at_once=2)
    assert statement_digest(KEPT) not in _missing(installation)
    assert len(_missing(installation)) == STRANGERS
    _collection(history, LATER, 2)
    history.close()
    index(installation.projection, history)
    installation.files.put(LATER)
    assert learn_titles(installation, since, at_once=2) > since
    assert len(_missing(installation)) == STRANGERS


def test_where_nothing_is_indexed_nothing_is_learnt(installation: Installation) -> None:
    assert learn_titles(installation) == -1


def test_a_damaged_manifest_is_one_that_is_not_kept(installation: Installation, history: History) -> None:
    index(installation.projection, history)
    [path] = installation.settings.store.rglob(statement_cid(KEPT))
    path.write_bytes(b"other bytes")
    assert installation.library.statement(statement_digest(KEPT)) is None
    learn_titles(installation)
    assert statement_digest(KEPT) in _missing(installation)
    installation.files.put(KEPT)
    learn_titles(installation)
    assert statement_digest(KEPT) not in _missing(installation)


class Away(DirectoryStore):
    """A store that does not answer."""

    def get(self, cid: str) -> BinaryIO:
        raise Unavailable("store-away", "文件库没有应答。", f"The store does not answer for {cid}.")


def test_a_store_that_is_away_does_not_end_the_indexer_and_is_asked_again(
    installation: Installation, history: History, caplog: pytest.LogCaptureFixture
) -> None:
    index(installation.projection, history)
    installation.__dict__["library"] = Library(Away(installation.settings.store))
    heed, step = Heed(installation), Idle(Reason.UP_TO_DATE)
    heed(step)
    heed(step)
    assert caplog.text.count("titles wait") == 1
    assert statement_digest(KEPT) in _missing(installation)
    del installation.__dict__["library"]
    heed(step)
    assert statement_digest(KEPT) not in _missing(installation)
