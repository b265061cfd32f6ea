"""The shared strings of a workbook, laid on the disk so that memory does not grow. Owns two temporary files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from mmap import ACCESS_READ, mmap
from types import TracebackType
from typing import BinaryIO, Final, Self
from xml.etree.ElementTree import Element

from service.intake.markup import elements, local

_WIDTH: Final = 8
_AT_ONCE: Final = 8_192


class StringTable:
    """Texts by their number, counted from 0."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._files = ExitStack()
        with self._files:
            self._texts = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
            self._ends = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
            self._count = self._lay_down(texts)
            self._text_map, self._end_map = self._mapped(self._texts), self._mapped(self._ends)
            self._files = self._files.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> str:
        """The text of a number.

        Raises:
            IndexError: the table has none.
        """
        if not 0 <= number < self._count:
            raise IndexError(f"string {number} of {self._count}")
        start = 0 if number == 0 else self._end(number - 1)
        end = self._end(number)
        return "" if self._text_map is None else self._text_map[start:end].decode("utf-8")

    def _end(self, number: int) -> int:
        assert self._end_map is not None  # there is a string
        at = number * _WIDTH
        return int.from_bytes(self._end_map[at : at + _WIDTH], "little")

    def _lay_down(self, texts: Iterable[str]) -> int:
        count = end = 0
        ends = bytearray()
        for text in texts:
            octets = text.encode("utf-8")
            self._texts.write(octets)
            end += len(octets)
            ends += end.to_bytes(_WIDTH, "little")
            count += 1
            if len(ends) >= _AT_ONCE * _WIDTH:
                self._ends.write(ends)
                ends.clear()
        self._ends.write(ends)
        return count

    def _mapped(self, file: BinaryIO) -> mmap | None:
        """The file's bytes; an empty file cannot be mapped."""
        file.flush()
        if not file.tell():
            return None
        return self._files.enter_context(mmap(file.fileno(), 0, access=ACCESS_READ))


def shared_strings(stream: BinaryIO) -> Iterator[str]:
    """The strings of the part that lists them, in their order."""
    return map(text_of, elements(stream, "si", "sst"))


def text_of(item: Element) -> str:
    """The text of a string item, its runs put together; how it is pronounced (`rPh`) is no part of it."""
    parts = []
    for child in item:
        name = local(child.tag)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [run.text or "" for run in child if local(run.tag) == "t"]
    return "".join(parts)
