"""A museum's own records (JSON lines, as the Carnegie Museum of Art publishes them) as rows of a sheet.

Owns the file of records, for reading. Nothing of a record is lost but its storage place, which never leaves:
what has no column of its own stands, as JSON, in an internal one. Makers are public by name and role, as on a
label; the rest of what the museum knows of them (dates and places of birth, some of them of the living) is
internal. Provenance is internal unless the museum says that it has published it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import rfc8785

from service.errors import BadInput
from service.files.description import Kind
from service.files.lookalikes import unstorable
from service.intake.columns import Visibility
from service.intake.limits import LONGEST_CELL, MOST_PROBLEMS
from service.intake.writing import Written

LONGEST_LINE: Final = 1024**2
CENTIMETRES_PER_INCH: Final = 2.54
MAKER_RECORD: Final = "Maker record"
REST: Final = "Rest of the record"
INSTITUTIONS: Final = {"cmoa": "Carnegie Museum of Art"}
"""Whose records they are, by the first part of their numbers."""

_TEXTS: Final = {
    "title": "title",
    "creation_date": "date",
    "creation_date_earliest": "date_earliest",
    "creation_date_latest": "date_latest",
    "medium": "medium",
    "classification": "classification",
    "department": "department",
    "accession_number": "accession_number",
    "credit_line": "credit_line",
    "provenance_text": "provenance",
    "date_acquired": "acquired",
    "id": "source_record",
}
_SIZES: Final = {"item_height": "H", "item_width": "W", "item_depth": "D", "item_diameter": "diam."}
_NEVER: Final = frozenset({"physical_location"})


@dataclass(frozen=True, slots=True)
class MuseumOptions:
    """How records become rows.

    `institution` holds the objects and made the records (by default read off their numbers); `kind` is what is
    deposited; `public_provenance` says that the museum has published its provenance.
    """

    institution: str | None = None
    kind: Kind = Kind.CAPTURE_RECORD
    public_provenance: bool = False


def museum_columns(options: MuseumOptions | None = None) -> tuple[Written, ...]:
    """The columns of the rows that `import_museum` gives, for `write_sheet`."""
    provenance = Visibility.PUBLIC if options is not None and options.public_provenance else None
    return (
        Written("kind"),
        Written("accession_number"),
        Written("title"),
        Written("maker"),
        Written("date"),
        Written("date_earliest"),
        Written("date_latest"),
        Written("medium"),
        Written("dimensions"),
        Written("classification"),
        Written("credit_line"),
        Written("institution"),
        Written("captured_by"),
        Written("source_record"),
        Written("provenance", provenance),
        Written("acquired"),
        Written("department"),
        Written(MAKER_RECORD, Visibility.INTERNAL),
        Written(REST, Visibility.INTERNAL),
    )


def import_museum(path: Path, options: MuseumOptions | None = None) -> Iterator[dict[str, str]]:
    """The records of a file as rows, texts by column name or heading; it is read twice, and streamed.

    Raises:
        BadInput: the file cannot be read, or records are malformed: all of them, by line, before the first row.
    """
    options = options or MuseumOptions()
    found: list[dict[str, Any]] = []
    count = 0
    for _, problem in _records(path, options):
        if problem is not None:
            count += 1
            if count <= MOST_PROBLEMS:
                found.append(problem)
    if found:
        raise _refused(found, count)
    return (row for row, _ in _records(path, options) if row is not None)


def _records(
    path: Path, options: MuseumOptions
) -> Iterator[tuple[dict[str, str] | None, dict[str, Any] | None]]:
    """Every record as a row or as a problem."""
    try:
        with path.open("rb") as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE + 1):
                number += 1
                if not line.strip():
                    continue
                try:
                    yield _row(_parsed(line), options), None
                except (ValueError, TypeError, RecursionError) as error:
                    yield None, {"line": number, "en": str(error)[:300]}
                if len(line) > LONGEST_LINE:
                    return
    except OSError as error:
        zh, en = f"无法读取：{error.strerror}。", f"The file cannot be read: {error.strerror}."
        raise BadInput("museum-unreadable", zh, en) from error


def _parsed(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line has over {LONGEST_LINE:,} bytes; the rest of the file was not read")
    record = json.loads(line.decode("utf-8"), object_pairs_hook=_without_repeats)
    if not isinstance(record, dict):
        raise TypeError("the line is no JSON object")
    return record


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice in one object")
    return members


def _row(record: dict[str, Any], options: MuseumOptions) -> dict[str, str]:
    row = {column: text for member, column in _TEXTS.items() if (text := _text(record, member))}
    row["kind"] = str(options.kind)
    institution = options.institution or INSTITUTIONS.get(row.get("source_record", "").partition(":")[0])
    if institution is None:
        raise ValueError("whose record it is cannot be told from its id; name the institution")
    row["institution"] = row["captured_by"] = institution
    if size := _dimensions(record):
        row["dimensions"] = size
    if makers := _makers(record):
        row["maker"] = "; ".join(map(_maker, makers))
        row[MAKER_RECORD] = _json(makers)
    known = _TEXTS.keys() | _SIZES.keys() | _NEVER | {"creator"}
    if rest := {member: value for member, value in record.items() if member not in known}:
        row[REST] = _json(rest)
    _check(row)
    return row


def _check(row: dict[str, str]) -> None:
    for column, text in row.items():
        if len(text) > LONGEST_CELL or unstorable(text):
            raise ValueError(f"{column} has over {LONGEST_CELL:,} characters, or a control character")


def _text(record: dict[str, Any], member: str) -> str | None:
    value = record.get(member)
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{member} is neither text nor null")


def _dimensions(record: dict[str, Any]) -> str | None:
    """As the museum states them, in inches, and in centimetres; zero stands for not stated."""
    inches = {sign: _size(record, member) for member, sign in _SIZES.items()}
    stated = {sign: value for sign, value in inches.items() if value}
    if not stated:
        return None
    return f"{_sizes(stated, _plain)} in. ({_sizes(stated, _centimetres)} cm)"


def _sizes(stated: dict[str, float], write: Callable[[float], str]) -> str:
    return " × ".join(f"{sign} {write(value)}" for sign, value in stated.items())


def _size(record: dict[str, Any], member: str) -> float:
    value = record.get(member)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{member} is no number")
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{member} is no size")
    return float(value)


def _plain(value: float) -> str:
    return repr(value).removesuffix(".0")


def _centimetres(value: float) -> str:
    return _plain(round(value * CENTIMETRES_PER_INCH, 1))


def _makers(record: dict[str, Any]) -> list[dict[str, Any]]:
    makers = record.get("creator") or []
    if not isinstance(makers, list) or not all(isinstance(maker, dict) for maker in makers):
        raise TypeError("creator is no list of objects")
    return makers


def _maker(maker: dict[str, Any]) -> str:
    name, role = _text(maker, "full_name") or _text(maker, "cited_name"), _text(maker, "role")
    if not name:
        raise ValueError("a creator has no name")
    return f"{name} ({role})" if role else name


def _json(value: Any) -> str:
    return rfc8785.dumps(value).decode("utf-8")


def _refused(found: list[dict[str, Any]], count: int) -> BadInput:
    first = found[0]
    return BadInput(
        "museum-refused",
        f"有 {count} 条记录无法读取，未导入任何一条。第一处在第 {first['line']} 行。",
        f"{count} records cannot be read and nothing was imported. The first, line {first['line']}: {first['en']}",
        errors=found,
        error_count=count,
    )
