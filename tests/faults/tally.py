"""The fault table: what befell the system how often, and what came of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tests.faults.lies import OF_TRANSPORT, Lie
from tests.faults.pinner import Mischief
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
    groups: dict[str, Line] = field(default_factory=dict)
    """The same in the rows of the short table, where each request of a stage is counted once."""
    notes: list[str] = field(default_factory=list)
    """What is to be known of the counts."""

    def add(self, faults: Mapping[str, int], found: Reckoning) -> None:
        """Count what befell one stage; what was found there is held against every fault that did."""
        grouped = Counter[str]()
        for name, count in faults.items():
            grouped[group_of(name)] += count
        _count(self.lines, faults, found)
        _count(self.groups, grouped, found)

    def join(self, other: Tally) -> None:
        """Count in what another process tried."""
        for ours, theirs in ((self.lines, other.lines), (self.groups, other.groups)):
            for name, told in theirs.items():
                line = ours.setdefault(name, Line())
                for one in fields(Line):
                    setattr(line, one.name, getattr(line, one.name) + getattr(told, one.name))
        self.notes += other.notes

    def written(self) -> dict[str, Any]:
        """Write it as plain values, for another process."""
        return asdict(self)

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Tally:
        """Read what `written` gave; of nothing, an empty one."""
        lines, groups = (
            {name: Line(**line) for name, line in value.get(kind, {}).items()} for kind in ("lines", "groups")
        )
        return cls(lines, groups, list(value.get("notes", ())))

    def markdown(self) -> str:
        """Write the table, kills first, then lies, then the rest."""
        return _table(sorted(self.lines.items(), key=lambda item: (_rank(item[0]), item[0])))

    def short(self) -> str:
        """Write the table in the rows of the README."""
        return _table((name, self.groups[name]) for name in ROWS if name in self.groups)

    def total(self, beginning: str) -> int:
        """Count the faults whose names begin so."""
        return sum(one.count for name, one in self.lines.items() if name.startswith(beginning))

    def summary(self) -> str:
        """Say how many kills and lies there were, and what was missing."""
        return "\n".join([f"{self.total(KILL):,} kills, {self.total(LIE):,} lies", *self.notes])


KILL, LIE = "kill -9: ", "lie: "
CONTROL = "control, "
"""What the lines begin with in which something is to be lost, repeated or stuck."""


GROUPS: Mapping[str, tuple[str, ...]] = {
    "kill: worker, two at once, at nine points and at random": (KILL + "worker",),
    "kill: indexer, three at once, in the middle of a block, a backfill, a rewind": (
        KILL + "indexer",
        KILL + "second indexer",
    ),
    "kill: `reindex`": (KILL + "reindex",),
    "kill: validator, alone and with all others": (KILL + "validator",),
    "kill: PostgreSQL, alone and with all others": (KILL + "PostgreSQL",),
    "lie: question or answer lost, late, cut off, or an error page": tuple(
        LIE + one for one in dict.fromkeys(OF_TRANSPORT)
    ),
    "lie: an error, an older head, no receipt, logs left out or repeated": tuple(
        LIE + one for one in Lie if one not in OF_TRANSPORT
    ),
    "lie: content store down, slow, full, or giving other bytes": tuple(LIE + one for one in Mischief),
    "re-org of depth 1 to 64, or blocks lost": ("re-org", "blocks lost"),
    "validator rolled back, by 1 and 64 blocks and below what was final": ("validator ",),
    "older backup of the outbox put back under a newer chain": ("older backup",),
    "control: a worker that sends before it stores": (CONTROL + "sends",),
    "control: an indexer that trusts logs": (CONTROL + "trusts",),
}
"""The rows of the short table, and how the names of the faults begin that are in them."""
OTHERS = "trouble: clock, disk, locked or full database, another chain, two of each at once"
"""The row of all other faults."""
ROWS = (*GROUPS, OTHERS)
"""The rows of the short table, in their order."""


def group_of(name: str) -> str:
    """Give the row of the short table that a fault is in."""
    return next((group for group, begins in GROUPS.items() if name.startswith(begins)), OTHERS)


def _count(lines: dict[str, Line], faults: Mapping[str, int], found: Reckoning) -> None:
    for name, count in faults.items():
        line = lines.setdefault(name, Line())
        line.count += count
        line.requests += found.requests
        line.lost += len(found.lost)
        line.repeated += len(found.repeated)
        line.stuck += len(found.stuck)
        line.unsound += len(found.unsound)


def _table(lines: Iterable[tuple[str, Line]]) -> str:
    rows = [
        f"| {name} | {one.count:,} | {one.requests:,} | {one.lost} | {one.repeated} | {one.stuck} | {one.unsound} |"
        for name, one in lines
    ]
    return "\n".join([HEAD, RULE, *rows])


def _rank(name: str) -> int:
    return 0 if name.startswith(KILL) else 1 if name.startswith(LIE) else 2
