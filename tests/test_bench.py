"""The speed table says what was measured, whether the goals were held, and how costs grow."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[1] / "scripts" / "bench"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


rows = loaded("rows")
ROUNDS = [(50.0, 100.0), (66.0, 110.0), (63.0, 90.0)]


def test_the_ratio_is_the_median_of_the_rounds_and_not_of_the_figures() -> None:
    row = rows.beside("reading", 1_000, "entries/s", ROUNDS, "the node", goal=rows.ratio_at_least(0.6))
    assert row.ratio.median == pytest.approx(0.6)
    assert (row.ratio.lowest, row.ratio.highest, row.ratio.count) == (0.5, 0.7, 3)
    assert row.peer.median == 100.0
    assert row.held is True
    assert replace(row, goal=rows.ratio_at_least(0.61)).held is False
    assert replace(row, goal=None).held is None


def test_a_goal_for_our_own_figure_is_an_upper_bound() -> None:
    row = rows.Row("a page, p99", 10, "ms", rows.Spread.of([14.0, 15.0, 99.0]), goal=rows.at_most(15))
    assert row.held is True
    assert replace(row, goal=rows.at_most(14.9)).held is False


def test_growth_is_seen_between_rows_of_one_name_and_ten_times_the_size() -> None:
    small, large, other = (
        rows.Row(name, size, "ms", rows.Spread.of([1.0]), own=own)
        for name, size, own in (("a", 10, 2.0), ("a", 100, 5.0), ("b", 10, 1.0))
    )
    assert rows.growth(large, [small, large, other]) == 2.5
    assert rows.growth(small, [small, large, other]) is None
    page = rows.Table({"cores": "2"}, (small, large, other)).markdown()
    assert "× 2.50 (**over 1.5**)" in page


def test_a_row_survives_being_written_and_read() -> None:
    row = rows.beside(
        "reading", 1_000, "entries/s", ROUNDS, "the node", goal=rows.ratio_at_least(0.9), own=3.5
    )
    assert rows.from_json(json.loads(json.dumps(rows.to_json(row)))) == row
    table = rows.Table({"cores": "2"}, (row,), ("minting",))
    assert table.json()["rows"][0]["held"] is False
    assert "**missed**" in table.markdown()
    assert "minting did not come to its end" in table.markdown()


def test_every_chapter_that_is_named_is_there_and_can_be_run() -> None:
    text = (BENCH / "__main__.py").read_text(encoding="utf-8")
    names = text.partition("CHAPTERS = (")[2].partition(")")[0].replace('"', "").replace(" ", "").split(",")
    chapters = [name for name in map(str.strip, names) if name]
    assert "backfill" in chapters
    for name in chapters:
        source = (BENCH / f"{name}.py").read_text(encoding="utf-8")
        assert re.search(r"^def rows\(_?scale: float\) -> Iterator\[Row\]:", source, re.MULTILINE), name
        assert source.rstrip().endswith("chapter(rows)")
