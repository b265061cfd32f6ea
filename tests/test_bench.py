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

from indexer.rights.acts import GrantKind
from indexer.rights.scope import Axis, are_disjoint

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


def test_what_was_measured_under_other_conditions_holds_no_goal_however_good_it_is() -> None:
    row = rows.Row("a delay", 10, "ms", rows.Spread.of([1.0]), goal=rows.at_most(15), spoiled="430 mints/s")
    assert row.held is False
    assert "**missed** (**does not count: 430 mints/s**)" in rows.Table({}, (row,)).short().markdown()
    assert replace(row, spoiled="").held is True
    assert "does not count" not in rows.Table({}, (replace(row, spoiled=""),)).markdown()


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


def table(*made: object, load: str = "0.1", cores: str = "2") -> object:
    return rows.Table({"cores": cores, rows.LOAD: load}, made)


def measured(name: str, chapter: str, size: int, **more: object) -> object:
    return rows.Row(name, size, "ms", rows.Spread.of([1.0]), chapter=chapter, **more)


def test_a_table_survives_being_written_and_read() -> None:
    whole = table(measured("a", "one", 10, own=1.0), measured("a", "one", 100, own=2.0))
    assert rows.Table.from_json(json.loads(json.dumps(whole.json()))) == whole


def test_tables_measured_one_by_one_make_one() -> None:
    first = table(measured("a", "one", 10), measured("b", "two", 10))
    again = table(measured("b", "two", 20), measured("c", "two", 20), load="0.4")
    found = rows.merged([first, again])
    assert [(row.name, row.size) for row in found.rows] == [("a", 10), ("b", 20), ("c", 20)]
    assert found.machine == {"cores": "2", rows.LOAD: "0.1–0.4"}


def test_a_chapter_that_failed_and_was_measured_again_has_not_failed() -> None:
    failed = replace(table(measured("a", "one", 10)), failed=("two", "three"))
    assert rows.merged([failed, table(measured("b", "two", 10))]).failed == ("three",)


def test_tables_of_two_machines_are_not_put_together() -> None:
    with pytest.raises(ValueError, match="several machines"):
        rows.merged([table(measured("a", "one", 1)), table(measured("b", "two", 1), cores="64")])
    with pytest.raises(ValueError, match="no table"):
        rows.merged([])


def test_the_short_table_has_goals_and_headlines_at_their_largest_size_and_still_shows_growth() -> None:
    goal = rows.at_most(3)
    whole = table(
        measured("a", "one", 10, own=1.0, goal=goal),
        measured("a", "one", 100, own=1.2, goal=goal, remark="long"),
        measured("b", "one", 100),
        measured("c", "two", 10, headline=True),
    )
    short = whole.short()
    assert [(row.name, row.size) for row in short.rows] == [("a", 100), ("c", 10)]
    assert "× 1.20" in short.markdown()
    assert "long" not in short.markdown()


def test_the_table_of_the_readme_has_the_columns_and_every_chapter() -> None:
    text = (BENCH.parents[1] / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Speed\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    assert tuple(lines[0]) == rows.HEADINGS
    assert {len(line) for line in lines} == {len(rows.HEADINGS)}
    assert {line[0] for line in lines[2:]} == set(chapters())


def chapters() -> list[str]:
    text = (BENCH / "__main__.py").read_text(encoding="utf-8")
    names = text.partition("CHAPTERS = (")[2].partition(")")[0].replace('"', "").replace(" ", "").split(",")
    return [name for name in map(str.strip, names) if name]


def test_grants_of_the_bench_never_clash_and_territory_alone_tells_the_next_from_those_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    granting = importlib.import_module("granting")
    title = granting.Title(None, bytes(32), GrantKind.EXCLUSIVE)
    boxes, following = [title.box(place) for place in range(granting.in_force(1_000))], title.box(None)
    assert len(boxes) == 999
    assert are_disjoint([*boxes[200:300], following])
    elsewhere = [box.with_mask(Axis.TERRITORIES, following.territories) for box in boxes]
    assert all(box.overlaps(following) for box in elsewhere)


def test_every_chapter_that_is_named_is_there_and_can_be_run() -> None:
    assert "backfill" in chapters()
    for name in chapters():
        source = (BENCH / f"{name}.py").read_text(encoding="utf-8")
        assert re.search(r"^def rows\(_?scale: float\) -> Iterator\[Row\]:", source, re.MULTILINE), name
        assert source.rstrip().endswith("chapter(rows)")
