"""Rows of the speed table: a figure of ours beside a limit or peer of the same run, and the table they make. Pure.

Ratios travel between machines, absolute numbers do not; so a row has its peer's figure and the median of the ratios.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from statistics import median
from typing import Any

GROWTH = 1.5
"""What an operation of ours may cost at ten times the entries, of what it costs at the fewer."""

LOAD = "load before"
"""What of a machine differs from run to run."""

HEADINGS = ("chapter", "what", "entries", "ours", "beside", "ratio", "goal", "own cost, and its growth")


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one thing: their median, the lowest and the highest, and how many they were."""

    median: float
    lowest: float
    highest: float
    count: int

    @classmethod
    def of(cls, measured: Sequence[float]) -> Spread:
        """Sum measurements up.

        Raises:
            ValueError: there are none.
        """
        return cls(median(measured), min(measured), max(measured), len(measured))


@dataclass(frozen=True, slots=True)
class Goal:
    """What the ratio (`of_ratio`), or our own figure, is to be: at least or at most `bound`."""

    bound: float
    at_least: bool
    of_ratio: bool


def ratio_at_least(bound: float) -> Goal:
    """Ask that we do at least this part of what the peer does."""
    return Goal(bound, at_least=True, of_ratio=True)


def at_most(bound: float) -> Goal:
    """Ask that our own figure be no higher."""
    return Goal(bound, at_least=False, of_ratio=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured.

    Attributes:
        name: what; the same at every size, so that growth is seen.
        size: entries in the ledger, or whatever the cost might grow with.
        unit: of `ours` and `peer`: "entries/s", "ms", "MB".
        ours: our figures.
        beside: what the peer is, in words; "" where there is none, and then `peer` and `ratio` are None.
        ratio: of ours to the peer's, each of one round, not of the medians.
        own: microseconds that one operation costs us, what the node or database takes being taken off.
        remark: what a reader must know to read it rightly.
        spoiled: why the figure does not count, however good it is; "" where it does.
        headline: shown in the short table though there is no goal.
        chapter: that measured it.
    """

    name: str
    size: int
    unit: str
    ours: Spread
    beside: str = ""
    peer: Spread | None = None
    ratio: Spread | None = None
    goal: Goal | None = None
    own: float | None = None
    remark: str = ""
    spoiled: str = ""
    headline: bool = False
    chapter: str = ""

    @property
    def held(self) -> bool | None:
        """Whether the goal was reached, by the median, and what was measured counts; None where there is none."""
        if self.goal is None:
            return None
        spread = self.ratio if self.goal.of_ratio else self.ours
        if spread is None or self.spoiled:
            return False
        return spread.median >= self.goal.bound if self.goal.at_least else spread.median <= self.goal.bound


def beside(
    name: str, size: int, unit: str, rounds: Sequence[tuple[float, float]], peer: str, **more: Any
) -> Row:
    """Make a row of rounds, each (ours, the peer's) measured one after the other; `more`: other fields of the row."""
    ours, theirs = [one for one, _ in rounds], [other for _, other in rounds]
    ratios = [one / other for one, other in rounds]
    return Row(
        name,
        size,
        unit,
        Spread.of(ours),
        beside=peer,
        peer=Spread.of(theirs),
        ratio=Spread.of(ratios),
        **more,
    )


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one run, and the machine it ran on."""

    machine: Mapping[str, str]
    rows: tuple[Row, ...]
    failed: tuple[str, ...] = field(default=())
    """Chapters that did not come to their end."""
    grown_from: tuple[Row, ...] = field(default=())
    """All rows, where `rows` are some of them: growth is seen between sizes."""

    def json(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        rows = [to_json(row) | {"held": row.held, "growth": growth(row, self.rows)} for row in self.rows]
        return {"machine": dict(self.machine), "rows": rows, "failed": list(self.failed)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Table:
        """Read a table."""
        rows = tuple(map(from_json, value["rows"]))
        return cls(value["machine"], rows, tuple(value["failed"]))

    def short(self) -> Table:
        """Give what a README shows: what has a goal, and headlines, without remarks, each at its largest size."""
        largest = {row.name: row.size for row in sorted(self.rows, key=lambda row: row.size)}
        kept = (row for row in self.rows if (row.goal or row.headline) and row.size == largest[row.name])
        return replace(self, rows=tuple(replace(row, remark="") for row in kept), grown_from=self.rows)

    def markdown(self) -> str:
        """Give the table as a page shows it."""
        all_rows = self.grown_from or self.rows
        lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
        lines += [_line(_cells(row, all_rows)) for row in self.rows]
        lines += [
            "",
            "Machine: " + ", ".join(f"{name} {value}" for name, value in self.machine.items()) + ".",
        ]
        lines += [f"- {row.name}, {row.size:,}: {row.remark}" for row in self.rows if row.remark]
        lines += [f"- **{chapter} did not come to its end**" for chapter in self.failed]
        return "\n".join(lines) + "\n"


def merged(tables: Sequence[Table]) -> Table:
    """Put tables of one machine together; of a chapter that was measured twice the later rows stand.

    Raises:
        ValueError: there are none, or they are of several machines.
    """
    if not tables:
        raise ValueError("no table")
    machines = [{name: value for name, value in one.machine.items() if name != LOAD} for one in tables]
    if any(machine != machines[0] for machine in machines):
        raise ValueError("the tables were measured on several machines")
    latest = {row.chapter: place for place, one in enumerate(tables) for row in one.rows}
    rows = [row for place, one in enumerate(tables) for row in one.rows if latest[row.chapter] == place]
    loads = sorted({one.machine[LOAD] for one in tables if LOAD in one.machine}, key=float)
    machine = machines[0] | ({LOAD: "–".join(dict.fromkeys((loads[0], loads[-1])))} if loads else {})
    failed = tuple(dict.fromkeys(chapter for one in tables for chapter in one.failed))
    return Table(machine, tuple(rows), tuple(one for one in failed if one not in latest))


def growth(row: Row, rows: Iterable[Row]) -> float | None:
    """Say how many times what it costs at a tenth of the size one operation costs; None where that was not measured."""
    if row.own is None:
        return None
    smaller = [
        one.own for one in rows if one.name == row.name and one.size * 10 == row.size and one.own is not None
    ]
    return row.own / smaller[0] if smaller and smaller[0] > 0 else None


def to_json(row: Row) -> dict[str, Any]:
    """Write a row as `from_json` reads it."""
    return asdict(row)


def from_json(value: Mapping[str, Any]) -> Row:
    """Read a row; what a table says of it beside, it can say again."""
    spreads = {
        name: None if value[name] is None else Spread(**value[name]) for name in ("ours", "peer", "ratio")
    }
    goal = None if value["goal"] is None else Goal(**value["goal"])
    names = {one.name for one in fields(Row)}
    return Row(**{name: one for name, one in {**value, **spreads, "goal": goal}.items() if name in names})


def _cells(row: Row, rows: Sequence[Row]) -> Iterator[str]:
    yield row.chapter
    yield row.name
    yield f"{row.size:,}"
    yield f"{_figure(row.ours.median)} {row.unit}"
    yield f"{row.beside}: {_figure(row.peer.median)} {row.unit}" if row.peer else "–"
    yield _spread(row.ratio) if row.ratio else _spread(row.ours)
    yield _goal(row)
    yield _own(row, growth(row, rows))


def _goal(row: Row) -> str:
    spoiled = f" (**does not count: {row.spoiled}**)" if row.spoiled else ""
    if row.goal is None:
        return "–" + spoiled
    bound = f"{row.goal.bound:.0%}" if row.goal.of_ratio else f"{_figure(row.goal.bound)} {row.unit}"
    return f"{'≥' if row.goal.at_least else '≤'} {bound}: {'held' if row.held else '**missed**'}{spoiled}"


def _own(row: Row, grown: float | None) -> str:
    if row.own is None:
        return "–"
    cost = f"{_figure(row.own)} µs"
    if grown is None:
        return cost
    return f"{cost}, × {grown:.2f}" + ("" if grown <= GROWTH else f" (**over {GROWTH}**)")


def _spread(spread: Spread) -> str:
    return f"{_figure(spread.median)} ({_figure(spread.lowest)}–{_figure(spread.highest)}, n={spread.count})"


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
