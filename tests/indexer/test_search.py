"""Search by an index of pieces finds what a plain look at all documents finds, whatever the texts are."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from indexer.store import Projection, pieces, schema
from indexer.store import sqlite as store_sqlite
from indexer.store.answers import Document
from indexer.store.documents import needle
from indexer.store.sqlite import NoTextIndex
from indexer.values import Hash32
from tests.indexer.conftest import Opener
from tests.indexer.histories import FOLLOWED, History, word
from tests.indexer.test_projection import index

WORKS = 24
LETTERS = "静夜思春ab1 %_*\"'\\é\N{COMBINING ACUTE ACCENT}𠮷😀,.\n"
"""With a combining mark, characters beyond the first plane, and what patterns, quotes and indexes are written with."""
WORDS = ("春晓", "静夜思", "birds no ", "1956.12", "12", "a", "𠮷", 'AND "a"*', "cafe\u0301", "%", "_")
texts = st.one_of(
    st.text(st.sampled_from(LETTERS), max_size=8),
    st.lists(st.sampled_from(WORDS), max_size=4).map("".join),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
)
told = st.lists(st.tuples(st.integers(0, WORKS - 1), texts, texts), min_size=1, max_size=30)


@pytest.fixture
def searched(projection: Projection) -> Projection:
    """A projection of works; every second manifest of theirs is one that an earlier work has too."""
    history = History()
    one, other = history.institution(1), history.institution(2)
    for number in range(WORKS):
        history.work((one, other)[number % 2], number // 2)
    history.close()
    index(projection, history)
    return projection


def document(number: int, title: str, text: str) -> Document:
    return Document(digest_of(number), title, text[::-1], text[:2], text)


def digest_of(number: int) -> Hash32:
    """The digest of the manifest of a work; the digests of documents that no work has are counted, or are not."""
    if number < WORKS // 2:
        return word("manifest", number)
    return Hash32(bytes([number % 2]) + word("of no work", number)[1:])


def plainly_found(projection: Projection, held: dict[Hash32, Document], text: str) -> list[int]:
    """Look into every work's document, newest first: the reference."""
    wanted = needle(text)
    with projection.view() as view:
        works = sorted(view.works(limit=WORKS).items, key=lambda known: -known.begun_seq)
    return [
        known.begun_seq
        for known in works
        if (one := held.get(known.state.manifest_digest)) is not None and wanted and wanted in needle_of(one)
    ]


def needle_of(one: Document) -> str:
    return "\n".join(map(needle, (one.title, one.title_en, one.number, one.text)))


def found(projection: Projection, text: str, limit: int) -> Iterator[int]:
    """Read all pages."""
    after = None
    with projection.view() as view:
        while True:
            page = view.search(text, after, limit)
            assert len(page.works) <= limit
            yield from (hit.work.begun_seq for hit in page.works)
            if page.cursor is None:
                return
            after = page.cursor


def densities(projection: Projection) -> dict[int, int]:
    table = schema.DensityTable
    with projection.connection() as connection:
        return {row.piece: row.documents for row in connection.execute(select(table.piece, table.documents))}


def counted(documents: Sequence[Document]) -> dict[int, int]:
    chosen = [one for one in documents if one.digest[0] % pieces.COUNTED == 0]
    counts = Counter(piece for one in chosen for piece in pieces.pieces_of(needle_of(one)))
    return dict(counts) | ({pieces.EVERYWHERE: len(chosen)} if chosen else {})


def forget_documents(projection: Projection, held: dict[Hash32, Document]) -> None:
    """Replace every document by one without a word, so that the next example begins with as good as none."""
    empty = [Document(digest, "", "", "", "") for digest in held]
    projection.put_documents(empty)
    held |= {one.digest: one for one in empty}


def test_what_the_index_finds_a_plain_look_finds(searched: Projection) -> None:
    held: dict[Hash32, Document] = {}

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(told, st.lists(texts, max_size=6), st.integers(1, 5), st.booleans())
    def holds(puts: list[tuple[int, str, str]], asked: list[str], limit: int, at_once: bool) -> None:
        forget_documents(searched, held)
        documents = [document(*one) for one in puts]
        for part in [documents] if at_once else [documents[:3], documents[3:]]:
            searched.put_documents(part)
        held.update({one.digest: one for one in documents})
        assert densities(searched) == counted(list(held.values()))
        pieces_asked = {
            text[start : start + size] for _, text, _ in puts for start in (0, 1) for size in (1, 2, 5)
        }
        for text in {*asked, *pieces_asked}:
            assert list(found(searched, text, limit)) == plainly_found(searched, held, text), repr(text)

    holds()


def test_common_words_are_walked_to_and_rare_ones_are_looked_up(searched: Projection) -> None:
    documents = [
        document(number, "birds of spring" if number < 10 else "静夜思", "x") for number in range(WORKS)
    ]
    searched.put_documents(documents)
    held = {one.digest: one for one in documents}
    table = schema.DensityTable
    questions = ("birds", "b", "静", "springbird", "思静", "x", "zz")
    for common in (0, 1_000_000):
        with searched._database.writing() as connection:
            connection.execute(update(table).where(table.piece != pieces.EVERYWHERE).values(documents=common))
        for text in questions:
            for limit in (1, 7, 50):
                assert list(found(searched, text, limit)) == plainly_found(searched, held, text), text


def test_a_replaced_document_leaves_nothing_behind(searched: Projection) -> None:
    searched.put_documents([document(1, "旧题", "before")])
    assert len(list(found(searched, "旧题", 5))) == 2
    searched.put_documents([document(1, "新题", "after")])
    assert len(list(found(searched, "新题", 5))) == 2
    for gone in ("旧题", "旧", "before"):
        assert list(found(searched, gone, 5)) == []
        with searched.connection() as connection:
            asked = pieces.asked(connection, gone)
            assert connection.execute(pieces.holding(connection, asked.pieces)).all() == []


def test_documents_told_twice_at_once_are_there_once(searched: Projection) -> None:
    """The last stands, in one part or in two."""
    many = [document(1, f"title {number}", "") for number in range(700)]
    searched.put_documents(many)
    assert len(list(found(searched, "title 699", 5))) == 2
    assert list(found(searched, "title 1", 5)) == []
    with searched.view() as view:
        assert view.documents([many[0].digest]) == {many[0].digest: many[-1]}


def test_counts_go_with_the_documents(searched: Projection) -> None:
    one = Document(Hash32(bytes(32)), "春晓", "", "", "")
    uncounted = Document(Hash32(b"\1" + bytes(31)), "静夜思", "", "", "")
    searched.put_documents([one, uncounted])
    assert densities(searched) == counted([one]) != {}
    other = Document(one.digest, "夜", "", "", "")
    searched.put_documents([other])
    assert densities(searched) == counted([other])


def test_a_projection_of_an_earlier_format_is_carried_over(opener: Opener) -> None:
    """Documents, and replacements that a person accepted."""
    old, history = opener(), History()
    old.start(FOLLOWED, history.base)
    one = document(1, "春晓", "x")
    old.put_documents([one])
    replaced = {"held_hash": word("held"), "held_number": 7, "seen_hash": word("seen")}
    replaced |= {"seen_number": 7, "accepted_at": 1}
    with old._database.writing() as connection:
        connection.execute(schema.Replacement.__table__.insert(), replaced)
        connection.execute(update(schema.Installation).values(format=schema.FORMAT - 1))
    with old.building() as fresh:
        fresh.start(FOLLOWED, history.base)
        fresh.finish()
        old.install(fresh)
    with old.view() as view:
        assert view.documents([one.digest]) == {one.digest: one}
    with old.connection() as connection:
        rows = connection.execute(select(schema.Replacement.__table__)).mappings().all()
        assert [dict(row) for row in rows] == [replaced]
        asked = pieces.asked(connection, "春晓")
        assert len(connection.execute(pieces.holding(connection, asked.pieces)).all()) == 1


def test_sqlite_without_fts5_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(":memory:") as connection:
        store_sqlite.demand_text_index(connection)
        monkeypatch.setattr(store_sqlite, "_TEXT_INDEX", "fts99")
        with pytest.raises(NoTextIndex, match="fts99"):
            store_sqlite.demand_text_index(connection)
