"""XML from strangers, read piece by piece: wanted elements come one at a time and nothing else is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, cast
from xml.etree.ElementTree import Element, XMLPullParser

from service.intake.limits import LARGEST_ELEMENT, LONGEST_MARKUP, MOST_ELEMENTS
from service.intake.rows import too_much

PIECE: Final = 65_536
"""Bytes handed to the parser at a time; what stands in one piece is the most that comes beyond a limit."""


def local(tag: str) -> str:
    """The name of an element without its namespace, which the two editions of Office Open XML spell unlike."""
    return tag.rpartition("}")[2]


def elements(stream: BinaryIO, name: str, inside: str) -> Iterator[Element]:
    """The elements `name` in the first element `inside`, whole, each until the next is asked for.

    The document is read to its end, so that a broken one is known for it, unless the caller stops before.

    Raises:
        TooLarge: one of them, or what stands between two, is over a limit.
        ParseError: it is not well-formed.
    """
    reader = _Reader(name, inside)
    while piece := stream.read(PIECE):
        yield from reader.read(piece)
    reader.close()


class _Reader:
    """The parser, and what it holds: the way down from the root, and one wanted element."""

    def __init__(self, name: str, inside: str) -> None:
        self._parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        self._name, self._inside = name, inside
        self._root: Element | None = None
        self._parent: Element | None = None
        self._is_over = False
        self._tag = ""
        self._size = self._quiet = self._count = 0

    def read(self, piece: bytes) -> Iterator[Element]:
        """Parse one piece more, and give the wanted elements that end in it."""
        self._size += len(piece)
        self._quiet += len(piece)
        self._parser.feed(piece)
        # Only events of namespaces carry no element, and they are not asked for.
        for event, element in cast("Iterator[tuple[str, Element]]", self._parser.read_events()):
            self._quiet = 0
            if event == "start":
                self._start(element)
            elif element.tag == self._tag and self._parent is not None and not self._is_over:
                yield element
                self._parent.clear()
                self._size = self._count = 0
            elif element is self._parent:
                self._is_over = True
        self._hold_little()

    def close(self) -> None:
        """Say that the document is at its end."""
        self._parser.close()

    def _start(self, element: Element) -> None:
        self._count += 1
        if self._root is None:
            self._root = element
        if self._parent is None and local(element.tag) == self._inside:
            self._parent = element
            self._tag = element.tag.removesuffix(self._inside) + self._name

    def _hold_little(self) -> None:
        if self._is_over and self._root is not None:
            self._root.clear()
            self._size = self._count = 0
        if self._size > LARGEST_ELEMENT or self._quiet > LONGEST_MARKUP or self._count > MOST_ELEMENTS:
            raise too_much(
                "工作簿中有一处内容过大，疑为攻击；如属正常，请改用 CSV。",
                "one thing in the workbook is far too large, as in an attack; if it is honest, use CSV.",
            )
