"""XML from strangers, as small trees: no document type, no entity, nothing deep, nothing large. Pure.

It is read by expat, piece by piece, and only what is wanted is kept. A document type definition, where entities are
declared and other files named, is refused at its first character, so that there is nothing to expand and nothing to
fetch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from service.errors import BadInput, TooLarge

LARGEST: Final = 64 * 1024**2
"""Bytes of a document."""
DEEPEST: Final = 64
"""Elements within each other."""
MOST_NODES: Final = 20_000
"""Elements kept of one wanted tree."""
LONGEST_TEXT: Final = 20_000
"""Characters of one element that is kept."""
PIECE: Final = 65_536
_CHINESE: Final = ("gb18030", "gbk", "gb2312", "cp936")
_DECLARED: Final = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


@dataclass(slots=True)
class Node:
    """An element that was kept: its name without namespace, what is said of it, its text, what is in it."""

    name: str
    line: int
    attributes: Mapping[str, str]
    texts: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, white space collapsed."""
        return " ".join("".join(self.texts).split())

    def all(self, *path: str) -> Iterator[Node]:
        """What stands at a path of names below it."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> str | None:
        """The text of the first element at a path; None where there is none, or nothing in it."""
        return next((node.text for node in self.all(*path) if node.text), None)


def trees(octets: bytes, wanted: str, names: Mapping[str, str]) -> Iterator[tuple[Node, Node]]:
    """Give the root, without what is in it, with each wanted tree of a document, one at a time.

    Args:
        wanted: name of the roots of the trees.
        names: what is kept, and under which name; an element that is not named, or is of another namespace than the
            root, is left out with all in it.

    Raises:
        BadInput: it is no XML, or has a document type definition.
        TooLarge: it is over a limit.
    """
    if len(octets) > LARGEST:
        raise _too_large(f"大于 {LARGEST // 1024**2} MiB", f"it has more than {LARGEST // 1024**2} MiB")
    octets, encoding = _readable(octets)
    reader = _Reader(expat.ParserCreate(encoding, "}"), wanted, names)
    for start in range(0, len(octets) + 1, PIECE):
        yield from reader.read(octets[start : start + PIECE], is_last=start + PIECE > len(octets))


def unreadable(zh: str, en: str, **facts: int) -> BadInput:
    """The error for a document that is not what it should be."""
    return BadInput("markup-unreadable", f"无法读取该文件：{zh}", f"The file cannot be read: {en}", **facts)


def _readable(octets: bytes) -> tuple[bytes, str | None]:
    """What expat can read: it knows no Chinese encodings, which are told by the declaration."""
    declared = _DECLARED.match(octets[:200])
    if declared is None or declared[1].decode().lower() not in _CHINESE:
        return octets, None
    try:
        return octets.decode("gb18030").encode(), "utf-8"
    except UnicodeDecodeError as error:
        raise unreadable(
            f"第 {error.start + 1:,} 字节不是 GB 18030。", f"byte {error.start + 1:,} is no GB 18030."
        ) from error


class _Reader:
    """The parser, the tree that is being read, and those that are whole."""

    def __init__(self, parser: expat.XMLParserType, wanted: str, names: Mapping[str, str]) -> None:
        self._parser = parser
        self._wanted, self._names = wanted, names
        self._root: Node | None = None
        self._whole: list[Node] = []
        self._way: list[Node] = []
        self._depth = self._unwanted = self._nodes = self._letters = 0
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse_doctype

    def read(self, piece: bytes, *, is_last: bool) -> Iterator[tuple[Node, Node]]:
        """Parse one piece more, and give the trees that end in it."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise unreadable(
                f"第 {error.lineno} 行不是合法的 XML。", f"line {error.lineno} is no XML.", line=error.lineno
            ) from error
        except (LookupError, ValueError) as error:
            raise unreadable("无法识别其字符编码。", "its encoding is not known here.") from error
        whole, self._whole = self._whole, []
        for tree in whole:
            assert self._root is not None
            yield self._root, tree

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _too_large(f"嵌套多于 {DEEPEST} 层", f"elements stand {DEEPEST} deep in each other")
        space, _, bare = tag.rpartition("}")
        # What is of another namespace than the whole is none of its elements, whatever it is called.
        is_foreign = self._root is not None and space != self._root.attributes["xmlns"]
        name = None if is_foreign else self._names.get(bare)
        if self._root is None:
            self._root = Node(name or bare, 1, {**attributes, "xmlns": space})
        elif self._unwanted or (self._way and name is None):
            self._unwanted += 1
        elif name is not None and (self._way or name == self._wanted):
            self._keep(Node(name, self._parser.CurrentLineNumber, attributes))

    def _keep(self, node: Node) -> None:
        self._nodes = self._nodes + 1 if self._way else 1
        if self._nodes > MOST_NODES:
            raise _too_large(
                f"一条记录多于 {MOST_NODES:,} 项", f"one record has over {MOST_NODES:,} elements"
            )
        if self._way:
            self._way[-1].children.append(node)
        self._way.append(node)
        self._letters = 0

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._unwanted:
            self._unwanted -= 1
        elif self._way:
            node = self._way.pop()
            if not self._way:
                self._whole.append(node)

    def _characters(self, text: str) -> None:
        if self._way and not self._unwanted:
            self._letters += len(text)
            if self._letters > LONGEST_TEXT:
                raise _too_large(
                    f"一处文字多于 {LONGEST_TEXT:,} 字", f"one text has over {LONGEST_TEXT:,} letters"
                )
            self._way[-1].texts.append(text)


def _refuse_doctype(*_: object) -> None:
    raise unreadable(
        "含有文档类型定义（DTD），已拒绝；请删去 <!DOCTYPE …> 后重试。",
        "it has a document type definition, which is refused; take <!DOCTYPE …> out and try again.",
    )


def _too_large(zh: str, en: str) -> TooLarge:
    return TooLarge("markup-too-large", f"文件超过上限：{zh}。", f"The file is over a limit: {en}.")
