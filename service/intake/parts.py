"""Which parts of a workbook's container hold the first visible sheet, its strings and its styles. Pure.

They are found by their relationships (ECMA-376, part 2, 9.3), and only inside the container: a target outside it
is refused, never fetched.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast
from xml.etree.ElementTree import Element

from service.intake.grid import Forms, forms_of
from service.intake.limits import MOST_PARTS
from service.intake.markup import elements, local
from service.intake.strings import shared_strings

_ROOT: Final = "_rels/.rels"
_USUAL_BOOK: Final = "xl/workbook.xml"
_USUAL_STRINGS: Final = "xl/sharedStrings.xml"


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    part: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The names of the parts; those that a workbook may lack are `None`."""

    archive: zipfile.ZipFile
    book: str
    sheet: str
    string_part: str | None
    style_part: str | None

    def strings(self) -> Iterator[str]:
        """The shared strings, in their order."""
        if self.string_part is not None:
            with self.archive.open(self.string_part) as stream:
                yield from shared_strings(cast("BinaryIO", stream))

    def forms(self) -> Forms:
        """What the styles of cells mean."""
        is_1904 = any(
            one.get("date1904") in ("1", "true")
            for one in _elements(self.archive, self.book, "workbookPr", "workbook")
        )
        if self.style_part is None:
            return Forms(is_1904=is_1904)
        formats = _elements(self.archive, self.style_part, "numFmt", "numFmts")
        styles = _elements(self.archive, self.style_part, "xf", "cellXfs")
        return forms_of(formats, styles, is_1904=is_1904)


def parts_of(archive: zipfile.ZipFile) -> Parts:
    """Find the parts of a workbook.

    Raises:
        ValueError, KeyError: it has no visible sheet, or names what is not in it.
    """
    book = _book(archive)
    folder, name = posixpath.split(book)
    relations = _relations(archive, posixpath.join(folder, "_rels", f"{name}.rels"), folder)
    by_kind = {relation.kind: relation.part for relation in relations.values()}
    for sheet in _elements(archive, book, "sheet", "sheets"):
        number = next((value for key, value in sheet.attrib.items() if local(key) == "id"), "")
        found = relations.get(number)
        if sheet.get("state", "visible") == "visible" and found is not None and found.kind == "worksheet":
            strings = by_kind.get("sharedStrings", _USUAL_STRINGS)
            has_strings = strings in archive.NameToInfo
            return Parts(archive, book, found.part, strings if has_strings else None, by_kind.get("styles"))
    raise ValueError("no visible sheet")


def _book(archive: zipfile.ZipFile) -> str:
    if _ROOT not in archive.NameToInfo:
        return _USUAL_BOOK
    found = _relations(archive, _ROOT, "").values()
    return next((relation.part for relation in found if relation.kind == "officeDocument"), _USUAL_BOOK)


def _relations(archive: zipfile.ZipFile, part: str, folder: str) -> dict[str, _Relation]:
    """The relationships of a part by their id, as far as they stay inside; targets are relative to `folder`."""
    found: dict[str, _Relation] = {}
    for element in _elements(archive, part, "Relationship", "Relationships"):
        if element.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
        kind = element.get("Type", "").rpartition("/")[2]
        found[element.get("Id", "")] = _Relation(kind, target.lstrip("/"))
        if len(found) > MOST_PARTS:
            raise ValueError(f"over {MOST_PARTS} relationships")
    return found


def _elements(archive: zipfile.ZipFile, part: str, name: str, inside: str) -> Iterator[Element]:
    with archive.open(part) as stream:
        yield from elements(cast("BinaryIO", stream), name, inside)
