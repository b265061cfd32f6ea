"""The fault table: what befell the system how often, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tests.faults.reckoning import Reckoning

HEAD = "| fault | count | requests | lost | repeated | stuck | books that disagree |"
RULE = "|---|---:|---:|---:|---:|---:|---:|"


@dataclass
class Line:
    """One kind of fault: how often, over how many requests, and what was found when all had ended."""

    count: int = 0
    requests: int = 0
    lost: int = 0
    repeated: int = 0
    stuck: int = 0
    unsound: int = 0


@dataclass
class Tally:
    """Every kind of fault that was tried."""

    lines: dict[str, Line] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What is to be known of the counts."""

    def add(self, faults: Mapping[str, int], found: Reckoning) -> None:
        """Count what befell one stage; what was found there is held against every fault that did."""
        for name, count in faults.items():
            line = self.lines.setdefault(name, Line())
            line.count += count
            line.requests += found.requests
            line.lost += len(found.lost)
            line.repeated += len(found.repeated)
            line.stuck += len(found.stuck)
            line.unsound += len(found.unsound)

    def join(self, other: Tally) -> None:
        """Count in what another process tried."""
        for name, told in other.lines.items():
            line = self.lines.setdefault(name, Line())
            for one in fields(Line):
                setattr(line, one.name, getattr(line, one.name) + getattr(told, one.name))
        self.notes += other.notes

    def written(self) -> dict[str, Any]:
        """Write it as plain values, for another process."""
        return asdict(self)

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Tally:
        """Read what `written` gave; of nothing, an empty one."""
        lines = {name: Line(**line) for name, line in value.get("lines", {}).items()}
        return cls(lines, list(value.get("notes", ())))

    def markdown(self) -> str:
        """Write the table, kills first, then lies, then the rest."""
        rows = [
            f"| {name} | {one.count:,} | {one.requests:,} | {one.lost} | {one.repeated} | {one.stuck} | {one.unsound} |"
            for name, one in sorted(self.lines.items(), key=lambda item: (_rank(item[0]), item[0]))
        ]
        return "\n".join([HEAD, RULE, *rows])

    def total(self, beginning: str) -> int:
        """Count the faults whose names begin so."""
        return sum(one.count for name, one in self.lines.items() if name.startswith(beginning))

    def summary(self) -> str:
        """Say how many kills and lies there were, and what was missing."""
        return "\n".join([f"{self.total(KILL):,} kills, {self.total(LIE):,} lies", *self.notes])


KILL, LIE = "kill -9: ", "lie: "


def _rank(name: str) -> int:
    return 0 if name.startswith(KILL) else 1 if name.startswith(LIE) else 2
