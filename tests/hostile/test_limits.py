"""Every field at its limit and one over it; a field that states no limit fails here before it can be forgotten."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import BadInput
from service.files.description import LONGEST_HEADING, MOST_EXTRAS, Kind, text_faults
from service.files.facts import FACTS
from service.files.statement import LONGEST_TEXT, LONGEST_TITLE, CollectionStatement, statement_bytes
from service.intake.columns import COLUMNS, Role
from service.intake.limits import GREATEST_CAP, LONGEST_CELL, MOST_ATTACHMENTS, MOST_COLUMNS, MOST_RECIPIENTS
from service.intake.sheet import Options, Sheet, read_sheet

OPTIONS = Options(kind=Kind.CAPTURE_RECORD)
DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
NEEDED = {"title": "瓶", "accession_number": "1", "captured_by": "示例"}
TAKEN_IN = [column.name for column in COLUMNS.values() if column.role is not Role.DROPPED]


def sheet(folder: Path, cells: dict[str, str]) -> Sheet:
    path = folder / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([list(cells), list(cells.values())])
    return read_sheet(path, OPTIONS)


def codes(folder: Path, cells: dict[str, str]) -> dict[str, str]:
    """The codes of errors by cell."""
    return {problem.cell: problem.code for problem in sheet(folder, cells).check().errors}


def test_every_fact_and_column_states_a_limit_that_a_cell_can_hold() -> None:
    assert len(FACTS) > 30
    assert all(0 < fact.longest <= LONGEST_CELL for fact in FACTS.values())
    for column in COLUMNS.values():
        assert (column.longest == 0) == (column.role is Role.DROPPED), column.name
        assert column.longest <= LONGEST_CELL


@pytest.mark.parametrize("name", TAKEN_IN)
def test_a_field_at_its_limit_is_not_too_long_and_one_over_it_is(tmp_path: Path, name: str) -> None:
    longest = COLUMNS[name].longest
    cells = {name: "", **{needed: text for needed, text in NEEDED.items() if needed != name}}
    for length, is_over in ((longest, False), (longest + 1, True)):
        found = codes(tmp_path, cells | {name: "x" * length})
        assert (found.get("A2") == "text-too-long") is is_over, found


@pytest.mark.parametrize("name", [fact.name for fact in FACTS.values()])
def test_a_manifest_has_the_limits_of_a_sheet(name: str) -> None:
    longest = FACTS[name].longest
    assert not any(fault.code == "text-too-long" for fault in text_faults(name, "x" * longest))
    assert [fault.code for fault in text_faults(name, "x" * (longest + 1))] == ["text-too-long"]


def test_a_heading_of_the_sheets_own_has_a_limit_and_so_has_their_number(tmp_path: Path) -> None:
    for length, is_over in ((LONGEST_HEADING, False), (LONGEST_HEADING + 1, True)):
        assert bool(codes(tmp_path, {"h" * length: "x", **NEEDED})) is is_over
    for count, is_over in ((MOST_EXTRAS, False), (MOST_EXTRAS + 1, True)):
        own = {f"h{n} (public)": "x" for n in range(count)}
        assert ("too-many-columns" in codes(tmp_path, NEEDED | own).values()) is is_over
    own = {f"h{n}": "x" for n in range(MOST_COLUMNS - len(NEEDED))}
    assert codes(tmp_path, NEEDED | own) == {}


@pytest.mark.parametrize(
    ("column", "at", "over", "code"),
    [
        ("cap", str(GREATEST_CAP), str(GREATEST_CAP + 1), "number-malformed"),
        ("quantity", str(GREATEST_CAP), str(GREATEST_CAP + 1), "number-malformed"),
        ("edition", "1", "0", "number-malformed"),
        ("recipients", "a " * MOST_RECIPIENTS, "a " * (MOST_RECIPIENTS + 1), "too-many-recipients"),
        ("collection", "系" * LONGEST_TITLE, "系" * (LONGEST_TITLE + 1), "text-too-long"),
    ],
)
def test_what_is_counted_has_a_limit_too(tmp_path: Path, column: str, at: str, over: str, code: str) -> None:
    cells = {column: at, **NEEDED, **({} if column == "collection" else {"collection": "系列"})}
    assert codes(tmp_path, cells) == {}
    assert codes(tmp_path, cells | {column: over}).get("A2") == code


def test_a_row_has_so_many_files_and_no_more(tmp_path: Path) -> None:
    for number in range(MOST_ATTACHMENTS + 1):
        (tmp_path / f"{number}.txt").write_text("x", encoding="utf-8")
    for count, is_over in ((MOST_ATTACHMENTS, False), (MOST_ATTACHMENTS + 1, True)):
        listed = ";".join(f"{number}.txt" for number in range(count))
        assert (codes(tmp_path, {"attachments": listed, **NEEDED}).get("A2") == "too-many-files") is is_over


def test_the_name_of_a_collection_that_a_sheet_takes_can_be_stated(tmp_path: Path) -> None:
    statement_bytes(CollectionStatement("系" * LONGEST_TITLE))
    assert COLUMNS["collection"].longest == LONGEST_TITLE
    for name in ("title", "title_en", "description", "description_en"):
        limit = LONGEST_TITLE if name.startswith("title") else LONGEST_TEXT
        statement_bytes(CollectionStatement(**{"title": "t", name: "x" * limit}))
        with pytest.raises(BadInput):
            statement_bytes(CollectionStatement(**{"title": "t", name: "x" * (limit + 1)}))


def test_all_facts_at_their_limits_together_are_refused_by_the_limit_of_the_whole(tmp_path: Path) -> None:
    texts = {name: "x" * FACTS[name].longest for name in FACTS if FACTS[name].longest == LONGEST_CELL}
    assert "record-too-long" in codes(tmp_path, NEEDED | texts).values()


def unbounded(document: dict[str, Any]) -> Iterator[str]:
    """The places in the requests of an OpenAPI document where a text, list, number or object has no bound."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            # What stands in the path is as long as a request line may be, and is parsed before it is used.
            parameters = [one for one in operation.get("parameters", ()) if one["in"] != "path"]
            stated = [(one["name"], one["schema"]) for one in parameters]
            stated += [
                (m, one["schema"]) for m, one in operation.get("requestBody", {}).get("content", {}).items()
            ]
            for name, schema in stated:
                for place, one in _schemas(f"{method} {path} {name}", schema, document, ()):
                    if not _is_bounded(one):
                        yield place


def _schemas(
    place: str, schema: Any, document: dict[str, Any], seen: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    """A schema and all that stand in it, each with its place."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _schemas(place, document["components"]["schemas"][name], document, (*seen, name))
        return
    yield place, schema
    inner = [(f"{place}.{name}", part) for name, part in schema.get("properties", {}).items()]
    inner += [(f"{place}[]", schema[word]) for word in ("items", "additionalProperties") if schema.get(word)]
    inner += [(place, part) for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())]
    for inside, part in inner:
        yield from _schemas(inside, part, document, seen)


BOUNDS = {
    "string": {"maxLength", "pattern", "enum", "const"},
    "integer": {"maximum", "exclusiveMaximum", "enum", "const"},
    "number": {"maximum", "exclusiveMaximum", "enum", "const"},
    "array": {"maxItems"},
    "object": {"maxProperties", "properties"},
}
FORMATS = {"binary", "date", "date-time"}


def _is_bounded(schema: Any) -> bool:
    if schema.get("format") in FORMATS or "contentMediaType" in schema:
        return True
    return schema.get("type") not in BOUNDS or bool(BOUNDS[schema["type"]] & schema.keys())


def test_a_field_without_a_bound_is_found() -> None:
    body = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string", "maxLength": 1}},
    }
    operation = {"requestBody": {"content": {"application/json": {"schema": body}}}}
    found = unbounded({"paths": {"/x": {"post": operation}}})
    assert list(found) == ["post /x application/json.a"]


def test_every_field_of_the_api_has_a_bound() -> None:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert len(document["paths"]) > 30
    assert not set(unbounded(document))
