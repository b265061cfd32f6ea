"""A museum's records made to hurt: depth, numbers, repeats and lengths, each refused by its line or kept whole."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from service.errors import BadInput
from service.intake.limits import LONGEST_CELL, MOST_PROBLEMS
from service.intake.museum import LONGEST_LINE, import_museum

GOOD: dict[str, Any] = {"id": "cmoa:x/1", "title": "Vase", "accession_number": "1"}


def lines(folder: Path, *texts: bytes | str) -> Path:
    path = folder / "records.jsonl"
    path.write_bytes(b"\n".join(text if isinstance(text, bytes) else text.encode() for text in texts) + b"\n")
    return path


def refused(path: Path) -> list[int]:
    """The numbers of the lines that are refused."""
    with pytest.raises(BadInput) as caught:
        list(import_museum(path))
    return [problem["line"] for problem in caught.value.facts["errors"]]


def record(**more: Any) -> str:
    return json.dumps(GOOD | more, ensure_ascii=False)


HOSTILE = {
    "lists-in-lists": '{"id":"cmoa:x/1","x":' + "[" * 100_000 + "]" * 100_000 + "}",
    "objects-in-objects": '{"id":"cmoa:x/1","x":' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}",
    "lists-without-end": "[" * 500_000,
    "a-number-of-5,000-digits": '{"id":"cmoa:x/1","x":' + "9" * 5_000 + "}",
    "a-number-no-reader-keeps": '{"id":"cmoa:x/1","x":9007199254740993}',
    "infinity": '{"id":"cmoa:x/1","item_height":1e999}',
    "no-number": '{"id":"cmoa:x/1","x":NaN}',
    "a-member-twice": '{"id":"cmoa:x/1","title":"a","title":"b"}',
    "half-a-pair": '{"id":"cmoa:x/1","title":"\\ud800"}',
    "zero-byte": '{"id":"cmoa:x/1","title":"a\\u0000b"}',
    "no-object": '["cmoa:x/1"]',
    "no-text": '{"id":"cmoa:x/1","title":7}',
    "negative-size": '{"id":"cmoa:x/1","item_height":-1}',
    "too-long-for-a-cell": '{"id":"cmoa:x/1","title":"' + "x" * (LONGEST_CELL + 1) + '"}',
    "no-utf-8": b'{"id":"cmoa:x/1","title":"\xff"}',
}


@pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in HOSTILE.items()])
def test_a_hostile_line_is_refused_by_its_number_and_hides_none(tmp_path: Path, line: bytes | str) -> None:
    assert refused(lines(tmp_path, record(), line, record(), "{", record())) == [2, 4]


def test_a_line_longer_than_any_record_is_refused_and_not_held(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    with path.open("wb") as out:
        out.write(record().encode() + b"\n")
        out.truncate(256 * LONGEST_LINE)
    tracemalloc.start()
    assert refused(path) == [2]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * LONGEST_LINE


def test_what_is_at_its_limit_is_kept_whole(tmp_path: Path) -> None:
    rows = list(import_museum(lines(tmp_path, record(provenance_text="x" * LONGEST_CELL, deep=[[[["y"]]]]))))
    assert rows[0]["provenance"] == "x" * LONGEST_CELL
    assert json.loads(rows[0]["Rest of the record"]) == {"deep": [[[["y"]]]]}


def test_many_bad_lines_are_counted_and_the_first_listed(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        list(import_museum(lines(tmp_path, *["{"] * (MOST_PROBLEMS + 500))))
    assert len(caught.value.facts["errors"]) == MOST_PROBLEMS
    assert caught.value.facts["error_count"] == MOST_PROBLEMS + 500
