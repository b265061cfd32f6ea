"""Markup in pieces: whole elements come out, memory stays small whatever stands between them."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import TooLarge
from service.intake import markup
from service.intake.markup import elements
from service.intake.strings import StringTable, shared_strings

MEGABYTE = 1024**2


class Endless(io.RawIOBase):
    """A stream of a head, and then the same piece many times over."""

    def __init__(self, head: bytes, piece: bytes, times: int) -> None:
        self._parts: Iterator[bytes] = iter([head, *[piece] * times])
        self._rest = b""
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, b"")):
            self._rest += part
        given, self._rest = self._rest[:size], self._rest[size:]
        self.given += len(given)
        return given


def items(text: str, name: str = "x", inside: str = "list") -> list[str | None]:
    return [element.text for element in elements(io.BytesIO(text.encode()), name, inside)]


def test_the_wanted_elements_come_in_their_order() -> None:
    assert items("<a><list><x>1</x><y/><x>2</x></list><x>3</x></a>") == ["1", "2"]
    assert items("<list xmlns='u'><x>1</x></list>") == ["1"]
    assert items("<p:list xmlns:p='u' xmlns:q='v'><p:x>1</p:x><q:x>2</q:x></p:list>") == ["1"]
    assert items("<a/>") == []


@given(st.lists(st.text("ab<&é静", max_size=5), max_size=8), st.integers(1, 50))
def test_where_the_pieces_are_cut_does_not_matter(texts: list[str], size: int) -> None:
    whole = "<list>" + "".join(f"<x>{text.replace('&', '&amp;').replace('<', '&lt;')}</x>" for text in texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "PIECE", size)
        assert [text or "" for text in items(whole + "</list>")] == texts


@pytest.mark.parametrize(
    "text", ["", "<list>", "<list><x></list>", "<list/><list/>", "<list/>tail", "<list><x/>"]
)
def test_a_document_that_is_not_whole_is_known_for_it(text: str) -> None:
    with pytest.raises(ParseError):
        items(text)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        pytest.param(b"<list><x>", b"a" * MEGABYTE, id="one-text"),
        pytest.param(b"<list><!--", b"a" * MEGABYTE, id="one-comment"),
        pytest.param(b"<list>", b" " * MEGABYTE, id="blanks-between"),
        pytest.param(b"<list><x>", b"<y/>" * (MEGABYTE // 4), id="elements-in-one"),
        pytest.param(b"<list>", b"<y/>" * (MEGABYTE // 4), id="elements-between"),
        pytest.param(b"<list><x ", b"".join(b'a%d="" ' % n for n in range(100_000)), id="attributes"),
        pytest.param(b"<list>", b"<x><y>" * (MEGABYTE // 6), id="depth"),
        pytest.param(b"<list><x>", (b"<y>" + b"a" * 500_000 + b"</y>") * 2, id="texts-in-one"),
        pytest.param(b"<", b"a" * MEGABYTE, id="one-name"),
    ],
)
def test_a_flood_is_refused_early_and_in_little_memory(head: bytes, piece: bytes) -> None:
    stream = Endless(head, piece, 2_000)
    tracemalloc.start()
    try:
        with pytest.raises((TooLarge, ParseError)):
            list(elements(stream, "x", "list"))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert stream.given < 40 * MEGABYTE
    assert peak < 150 * MEGABYTE


def test_what_follows_the_list_is_parsed_and_not_kept() -> None:
    stream = Endless(b"<a><list><x>1</x></list>", b"<y>2</y>" * 10_000, 10)
    tracemalloc.start()
    with pytest.raises(ParseError):  # it is not closed
        list(elements(stream, "x", "list"))  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stream.given > 800_000
    assert peak < 6 * MEGABYTE


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=30))
def test_a_table_of_strings_gives_back_what_it_was_given(texts: list[str]) -> None:
    with StringTable(texts) as table:
        assert [table[number] for number in range(len(table))] == texts
        for number in (-1, len(texts)):
            with pytest.raises(IndexError):
                table[number]


def test_many_strings_take_no_memory() -> None:
    stream = Endless(b"<sst>", b"<si><t>" + b"ab" * 20 + b"</t></si>", 50_000)
    tracemalloc.start()
    with pytest.raises(ParseError), StringTable(shared_strings(stream)):  # type: ignore[arg-type]
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MEGABYTE
