"""The fault table: whole and short, of one process and of several, and that of the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.lies import Lie
from tests.faults.pinner import Mischief
from tests.faults.reckoning import Reckoning
from tests.faults.tally import GROUPS, HEAD, KILL, LIE, OTHERS, ROWS, RULE, Tally, group_of

README = Path(__file__).parents[2] / "README.md"


def _tallied() -> Tally:
    tally = Tally()
    tally.add({KILL + "worker sent": 2, KILL + "worker at random": 3, "disk full": 1}, Reckoning(10))
    tally.add({KILL + "worker sent": 1, LIE + Lie.LATE: 4}, Reckoning(7, stuck=["one"]))
    return tally


def test_the_short_table_counts_faults_of_a_row_together_and_requests_of_a_stage_once() -> None:
    rows = _tallied().short().splitlines()
    assert rows == [
        HEAD,
        RULE,
        f"| {ROWS[0]} | 6 | 17 | 0 | 0 | 1 | 0 |",
        f"| {group_of(LIE + Lie.LATE)} | 4 | 7 | 0 | 0 | 1 | 0 |",
        f"| {OTHERS} | 1 | 10 | 0 | 0 | 0 | 0 |",
    ]


def test_what_another_process_wrote_is_counted_in_once() -> None:
    both, sent = _tallied(), Tally.read(_tallied().written())
    assert sent == _tallied()
    both.join(sent)
    assert both.total(KILL) == 12
    assert f"| {ROWS[0]} | 12 | 34 | 0 | 0 | 2 | 0 |" in both.short()


@pytest.mark.parametrize("name", [*Lie, *Mischief])
def test_every_lie_is_in_a_row_of_lies(name: str) -> None:
    assert group_of(LIE + name).startswith("lie: ")


def test_the_rows_of_the_readme_are_those_of_the_short_table_with_numbers() -> None:
    _, _, under = README.read_text(encoding="utf-8").partition(f"{HEAD}\n{RULE}\n")
    table, _, _ = under.partition("\n\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    names = [name for name, *_ in rows]
    assert names
    assert names == [row for row in ROWS if row in names], "not in this order, or not a row of it"
    for name, *cells in rows:
        assert len(cells) == HEAD.count("|") - 2, name
        assert all(re.fullmatch(r"\d{1,3}(,\d{3})*", cell) for cell in cells), name


def test_no_row_takes_what_belongs_to_another() -> None:
    begins = [one for group in GROUPS.values() for one in group]
    assert not [(one, other) for one in begins for other in begins if one != other and one.startswith(other)]
