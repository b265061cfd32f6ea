"""A history in parts: together they are the whole, each entry once; what was corrected is struck out in any of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import events as acts
from indexer.events import decode
from indexer.state import Collection, Standing, Token
from indexer.store import Projection, View
from indexer.store.answers import Known
from indexer.values import Hash32
from service.errors import NotFound
from service.files.directory import DirectoryStore
from service.files.previews import Previews
from service.reading.context import Context
from service.reading.library import Library
from service.reading.parties import Parties
from service.reading.timeline import accounts_in, history_page, timeline
from tests.indexer.histories import SOURCES, History, grow
from tests.indexer.test_projection import index


@pytest.fixture(scope="module")
def world() -> History:
    """What happened."""
    history = History()
    grow(history, 400, 11)
    return history


@pytest.fixture
def context(world: History, tmp_path: Path) -> Iterator[Context]:
    """A reading of it all."""
    projection = Projection.open(f"sqlite:///{tmp_path / 'index.db'}")
    index(projection, world, depth=5)
    files = DirectoryStore(tmp_path / "files")
    with projection.view() as view:
        yield Context(
            view=view,
            sources=SOURCES,
            library=Library(files),
            previews=Previews(tmp_path / "previews", files),
            parties=Parties(),
            now=int(time.time()),
            prove=lambda _: None,
        )
    projection.close()


def subjects(context: Context) -> list[Known]:
    view: View = context.view
    tokens = view.tokens(limit=200).items
    works = {known.state.work_id for known in tokens}
    collections = {known.state.collection_id for known in tokens}
    accounts = {known.state.issuer for known in tokens}
    found = [
        *tokens,
        *(view.work(one) for one in works),
        *(view.collection(one) for one in collections),
        *(view.standing(one) for one in accounts),
    ]
    return [known for known in found if known is not None]


def test_the_parts_of_a_history_are_all_of_it_newest_first_each_record_once(context: Context) -> None:
    longest = 0
    for known in subjects(context):
        seen: list[int] = []
        after = None
        while True:
            part = timeline(context, known, after, limit=2)
            seen += [entry.seq for entry in part.view.entries]
            assert (part.cursor is None) == (part.view.older is None)
            if part.cursor is None:
                break
            assert str(part.cursor) in str(part.view.older)
            after = part.cursor
        assert seen == sorted(set(seen), reverse=True)
        assert len(seen) == part.view.total == context.view.subject_head(known.subject)[1]
        longest = max(longest, len(seen))
    assert longest > 4


def test_what_a_later_record_corrected_is_struck_out_in_whatever_part_it_stands(context: Context) -> None:
    struck = 0
    for known in subjects(context):
        whole = timeline(context, known).view.entries
        after, parts = None, []
        while True:
            part = timeline(context, known, after, limit=1)
            parts += part.view.entries
            if part.cursor is None:
                break
            after = part.cursor
        assert [entry.struck for entry in parts] == [entry.struck for entry in whole]
        struck += sum(entry.struck for entry in whole)
    assert struck > 0


def test_everybody_whom_the_records_name_is_asked_about(context: Context) -> None:
    for known in subjects(context):
        told = timeline(context, known)
        entries = context.view.history(known.subject, limit=50).items
        assert told.accounts == accounts_in(entries)
        for entry in entries:
            if isinstance(entry.act, acts.Gifted):
                assert {entry.act.from_, entry.act.to} <= told.accounts


def test_the_test_verifier_marks_the_history_of_whatever_its_people_touched(context: Context) -> None:
    verified = {
        act.account: act.method
        for record in context.view.records(0, context.view.as_of.count - 1)
        if isinstance(act := decode(record), acts.AccountRegistered)
    }
    methods = set(verified.values())
    assert methods
    for known in context.view.tokens(limit=50).items:
        page = history_page(context, known)
        named = timeline(context, known).accounts
        assert page.test_verifier == any(
            verified.get(one) == Hash32(b"test".ljust(32, b"\0")) for one in named
        )


def test_an_edition_that_was_opened_says_of_which_work(context: Context) -> None:
    opened = [
        entry
        for known in subjects(context)
        if isinstance(known.state, Collection)
        for entry in timeline(context, known, limit=200).view.entries
        if entry.act == "EditionOpened"
    ]
    assert opened
    assert all(entry.about is not None and entry.about.text.startswith("0x") for entry in opened)


def test_a_page_of_a_history_leads_on_and_says_what_it_is_of(context: Context) -> None:
    known = max(
        context.view.tokens(limit=200).items, key=lambda one: context.view.subject_head(one.subject)[1]
    )
    first = history_page(context, known)
    newest = first.history.entries[0].seq
    older = history_page(context, known, newest)
    assert (older.of, older.id) == ("collectible", str(known.state.token_id))
    assert older.history.entries == first.history.entries[1:]
    assert older.path == f"/t/{known.state.token_id}/history?after={newest}"
    assert older.serial == known.state.serial


def test_a_person_and_what_is_not_there_have_no_page_of_a_history(context: Context) -> None:
    token = next(one for one in context.view.tokens(limit=200).items if isinstance(one.state, Token))
    standing = context.view.standing(token.state.issuer)
    assert standing is not None
    person = replace(standing, state=replace(standing.state, kind=acts.Kind.PERSON))
    assert isinstance(person.state, Standing)
    for known in (None, person):
        with pytest.raises(NotFound):
            history_page(context, known)
