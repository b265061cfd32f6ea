"""A museum's records: nothing is lost on the way through a sheet but the storage place, which never leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import BadInput
from service.files.description import Kind
from service.intake.columns import Visibility
from service.intake.museum import MAKER_RECORD, REST, MuseumOptions, import_museum, museum_columns
from service.intake.requests import WorkRequest
from service.intake.sheet import read_sheet
from service.intake.writing import write_sheet

SAMPLE = Path(__file__).parent / "records.jsonl"
MUSEUM = Path(__file__).parents[4] / "shared" / "data" / "museum" / "objects.jsonl"
OURS = MuseumOptions(institution="示例博物馆")

needs_museum = pytest.mark.skipif(
    not MUSEUM.exists(), reason="the museum's records are not beside this project"
)
forms = pytest.mark.parametrize(
    ("ending", "language"), [("csv", "zh"), ("csv", "en"), ("xlsx", "zh"), ("xlsx", "en")]
)


def records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def restored(request: WorkRequest) -> dict[str, Any]:
    """The museum's record from what a request carries; the storage place is not among it."""
    texts = {**dict(request.description.facts), **dict(request.internal)}
    record: dict[str, Any] = {
        "title": texts.get("title"),
        "creation_date": texts.get("date"),
        "creation_date_earliest": texts.get("date_earliest"),
        "creation_date_latest": texts.get("date_latest"),
        "medium": texts.get("medium"),
        "accession_number": texts.get("accession_number"),
        "id": texts.get("source_record"),
        "credit_line": texts.get("credit_line"),
        "date_acquired": texts.get("acquired"),
        "department": texts.get("department"),
        "provenance_text": texts.get("provenance"),
        "classification": texts.get("classification"),
        "creator": json.loads(texts.get(MAKER_RECORD, "null")),
        **json.loads(texts.get(REST, "{}")),
    }
    inches = texts.get("dimensions", "").split(" in.")[0]
    for member, sign in (("width", "W"), ("height", "H"), ("depth", "D"), ("diameter", r"diam\.")):
        match = re.search(rf"{sign} ([0-9.]+)", inches)
        record[f"item_{member}"] = float(match[1]) if match else 0.0
    return record


def without_storage(record: dict[str, Any]) -> dict[str, Any]:
    kept = {member: value for member, value in record.items() if member != "physical_location"}
    return kept | {"creator": kept["creator"] or None}


def through_a_sheet(
    source: Path, sheet: Path, language: str, options: MuseumOptions | None
) -> list[WorkRequest]:
    write_sheet(sheet, museum_columns(options), import_museum(source, options), language)
    return list(read_sheet(sheet).requests())


@forms
def test_records_come_back_from_a_sheet_as_they_were(tmp_path: Path, ending: str, language: str) -> None:
    requests = through_a_sheet(SAMPLE, tmp_path / f"sheet.{ending}", language, OURS)
    assert [restored(request) for request in requests] == [
        without_storage(record) for record in records(SAMPLE)
    ]


@needs_museum
@pytest.mark.parametrize(("ending", "language"), [("csv", "zh"), ("xlsx", "en")])
def test_all_records_of_a_real_museum_come_back_as_they_were(
    tmp_path: Path, ending: str, language: str
) -> None:
    requests = through_a_sheet(MUSEUM, tmp_path / f"sheet.{ending}", language, None)
    assert len(requests) == 2000
    assert len({request.idempotency_key for request in requests}) == 2000
    for request, record in zip(requests, records(MUSEUM), strict=True):
        assert restored(request) == without_storage(record)


def test_the_storage_place_is_not_even_in_the_sheet(tmp_path: Path) -> None:
    through_a_sheet(SAMPLE, tmp_path / "sheet.csv", "en", OURS)
    text = (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
    assert "Vault 9" not in text
    assert "Decorative Arts" in text


def test_names_in_the_provenance_are_internal_unless_the_museum_says_otherwise(tmp_path: Path) -> None:
    request = through_a_sheet(SAMPLE, tmp_path / "sheet.csv", "zh", OURS)[0]
    assert request.description.get("provenance") is None
    assert "living heir" in dict(request.internal)["provenance"]
    public = MuseumOptions(institution="示例博物馆", public_provenance=True)
    request = through_a_sheet(SAMPLE, tmp_path / "public.csv", "zh", public)[0]
    assert "living heir" in (request.description.get("provenance") or "")
    assert "provenance" not in dict(request.internal)


def test_what_is_known_of_a_maker_beyond_name_and_role_is_internal(tmp_path: Path) -> None:
    request = through_a_sheet(SAMPLE, tmp_path / "sheet.csv", "en", OURS)[2]
    assert request.description.get("maker") == "Mus\x92e Inventé (possibly by)"
    assert "1960-05-05" not in str(request.description)
    assert "1960-05-05" in dict(request.internal)[MAKER_RECORD]


def test_dimensions_are_given_as_stated_and_in_centimetres() -> None:
    rows = list(import_museum(SAMPLE, OURS))
    assert rows[0]["dimensions"] == "H 12 × W 9.938 × diam. 8.5 in. (H 30.5 × W 25.2 × diam. 21.6 cm)"
    assert "dimensions" not in rows[1]


def test_records_are_deposited_as_the_kind_that_is_asked_for() -> None:
    assert {row["kind"] for row in import_museum(SAMPLE, OURS)} == {"capture_record"}
    derived = MuseumOptions(institution="示例博物馆", kind=Kind.DERIVED_WORK)
    assert {row["kind"] for row in import_museum(SAMPLE, derived)} == {"derived_work"}


@needs_museum
def test_the_institution_is_read_off_the_numbers_of_a_known_museum() -> None:
    assert next(import_museum(MUSEUM))["institution"] == "Carnegie Museum of Art"


def test_records_of_an_unknown_museum_need_its_name() -> None:
    with pytest.raises(BadInput) as caught:
        import_museum(SAMPLE)
    assert caught.value.facts["error_count"] == 4


def test_every_column_of_the_sheet_states_or_inherits_a_visibility() -> None:
    written = {column.name: column.visibility for column in museum_columns()}
    assert written[MAKER_RECORD] is Visibility.INTERNAL
    assert written["provenance"] is None


BAD = [
    "not json",
    "[]",
    '{"title": 7, "id": "cmoa:1"}',
    '{"title": "a", "title": "b", "id": "cmoa:1"}',
    '{"item_width": "wide", "id": "cmoa:1"}',
    '{"item_width": NaN, "id": "cmoa:1"}',
    '{"item_width": -1, "id": "cmoa:1"}',
    '{"item_width": true, "id": "cmoa:1"}',
    '{"creator": "one", "id": "cmoa:1"}',
    '{"creator": [{}], "id": "cmoa:1"}',
    '{"title": "bell \\u0007", "id": "cmoa:1"}',
    '{"title": "\\ud800", "id": "cmoa:1"}',
    '{"provenance_text": "' + "x" * 40_000 + '", "id": "cmoa:1"}',
    "[" * 100_000,
]
GOOD = '{"title": "a", "accession_number": "1", "id": "cmoa:1"}'


@pytest.mark.parametrize("line", BAD, ids=range(len(BAD)))
def test_a_malformed_record_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n{GOOD}\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_museum(path)
    assert [error["line"] for error in caught.value.facts["errors"]] == [3]


def test_all_malformed_records_are_found_before_the_first_row(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join([GOOD, *BAD]), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_museum(path)
    assert caught.value.facts["error_count"] == len(BAD)
    path.write_text(GOOD, encoding="utf-8")
    assert len(list(import_museum(path))) == 1


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(f"{GOOD}\n" + "x" * 3_000_000, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_museum(path)
    assert [error["line"] for error in caught.value.facts["errors"]] == [2]
