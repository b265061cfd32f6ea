"""Killing without pause while there is work: every named point in turn, and moments nobody chose. Drives a stage."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from service.outbox.states import Point
from tests.faults.actors import INDEX_POINTS, WORKER_POINTS, IndexPoint
from tests.faults.nursery import Child
from tests.faults.pinner import Mischief
from tests.faults.stage import Stage, no_weather

AT_RANDOM = "at random"
_LONGEST_LIFE = 8.0
_SHORT_LIFE = 0.8
_COUNTED = 0.1
"""Seconds between two looks at how many requests are open."""
_MOST_OPEN = 80


@dataclass
class Player:
    """One seat that is never empty for long: who sits there is to die at a point, or at a moment drawn by dice."""

    name: str
    start: Callable[[str, int], Child]
    points: Sequence[str]
    stage: Stage
    child: Child | None = None
    until: float = 0.0
    again: float = 0.0
    """When the seat is taken again."""
    pause: float = 0.0
    _dice: random.Random = field(init=False)
    _rota: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._dice = self.stage.dice(self.name)
        self._rota = self._drawn()

    def turn(self, kills: Counter[str]) -> None:
        """Count who died, kill whose time has come, and let the next one begin."""
        if self.child is not None and not self.child.alive:
            assert self.child.wait() == -9, f"{self.child.part} ended by itself; see the nursery's log"
            kills[f"{self.name} {self.child.part.point}"] += 1
            self._rest()
        if self.child is not None and time.monotonic() > self.until:
            self.kill(kills)
        if self.child is None and time.monotonic() > self.again:
            self._begin()

    def kill(self, kills: Counter[str]) -> None:
        """Kill who sits there now, wherever that is."""
        if self.child is not None:
            self.child.kill()
            kills[f"{self.name} {AT_RANDOM}"] += 1
            self._rest()

    def _rest(self) -> None:
        self.child, self.again = None, time.monotonic() + self.pause * self.stage.pace

    def _begin(self) -> None:
        point, nth, life = next(self._rota), self._dice.choice((1, 1, 1, 2, 3)), self._dice.random()
        named = point != AT_RANDOM
        self.child = self.start(point if named else "", nth)
        self.until = time.monotonic() + self.stage.pace * (_LONGEST_LIFE if named else life * _SHORT_LIFE)

    def _drawn(self) -> Iterator[str]:
        """Give every point in turn, each round in another order, and two moments at random a round."""
        while True:
            round_ = [*self.points, AT_RANDOM, AT_RANDOM]
            self._dice.shuffle(round_)
            yield from round_


@dataclass
class Storm:
    """Kills on one stage.

    Attributes:
        shocks: things that happen besides, each with its name and after how many workers' deaths it comes again.
        weather: what happens all the time.
    """

    stage: Stage
    shocks: dict[str, tuple[int, Callable[[], None]]] = field(default_factory=dict)
    weather: Callable[[], None] = no_weather
    kills: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    """Faults that are neither kills nor lies."""
    players: list[Player] = field(init=False)
    points: frozenset[str] = field(init=False)
    """The named points at which somebody is to die."""
    raging: bool = False
    _shocked: Counter[str] = field(default_factory=Counter)
    _counted_at: float = 0.0

    def __post_init__(self) -> None:
        stage = self.stage
        named = (
            [*INDEX_POINTS, *OF_REWINDING] if stage.depth else sorted(set(INDEX_POINTS) - set(OF_REWINDING))
        )
        self.points = frozenset([*WORKER_POINTS, *named])
        self.players = [
            Player("worker", stage.worker, WORKER_POINTS, stage),
            Player("worker beside it", stage.worker, OF_FILES, stage, pause=0.2),
            Player("indexer", stage.indexer, named, stage, pause=0.1),
            Player("indexer beside it", stage.indexer, (IndexPoint.KEPT,), stage, pause=0.3),
            Player(
                "second indexer",
                lambda point, nth: stage.indexer(point, nth, second=True),
                (IndexPoint.BACKFILL, IndexPoint.KEPT),
                stage,
                pause=0.4,
            ),
            Player("reindex", stage.rebuilder, (IndexPoint.BACKFILL, IndexPoint.KEPT), stage, pause=0.8),
        ]

    def rage(self, kills: int, lies: int, seconds: float) -> str:
        """Go on until there were so many kills and lies, at every point and of every kind, or until time is over.

        Gives what was missing then; nothing if all was there.
        """
        deadline = time.monotonic() + seconds
        self.raging = True
        while (missing := self._missing(kills, lies)) and time.monotonic() < deadline:
            self._ask()
            for player in self.players:
                player.turn(self.kills)
            self._shock()
            self.weather()
            time.sleep(0.02)
        for player in self.players:
            player.kill(self.kills)
        self.raging = False
        return missing

    def _ask(self) -> None:
        """Ask for more while not much is open."""
        if time.monotonic() < self._counted_at + _COUNTED:
            return
        self._counted_at = time.monotonic()
        if 0 <= self.stage.open_count() < _MOST_OPEN:
            self.stage.ask(self.stage.story.life())

    def _missing(self, kills: int, lies: int) -> str:
        """Say what has not happened yet; nothing if all has."""
        told = self.told
        if self.kills.total() < kills or told.total() < lies:
            return f"{self.kills.total()} of {kills} kills, {told.total()} of {lies} lies"
        points = self.points - set(self.stage.deaths())
        due = set(self.stage.line.liar.only) if lies else set()
        untold = (due | (set(Mischief) if self.stage.pinner.share else set())) - set(told)
        return " ".join(sorted([*points, *untold]))

    @property
    def told(self) -> Counter[str]:
        """Count the lies, of node and content store."""
        return Counter[str](self.stage.line.liar.told) + Counter[str](self.stage.pinner.told)

    def kill_all(self) -> None:
        """Kill everybody at once: programs, validator, database."""
        for player in self.players:
            player.kill(self.kills)
        self.stage.house.node.kill()
        self.kills["validator, with all others"] += 1
        if self.stage.database is not None:
            self.stage.database.kill()
            self.kills["PostgreSQL, with all others"] += 1
            self.stage.database.start()
        self.stage.house.node.start()
        self.stage.line.behind = self.stage.house.node.url

    def _shock(self) -> None:
        deaths = sum(many for name, many in self.kills.items() if name.startswith("worker"))
        for name, (every, do) in self.shocks.items():
            if deaths >= (self._shocked[name] + 1) * every:
                self._shocked[name] += 1
                do()


OF_FILES = (Point.TAKEN, Point.STORING, Point.STORED)
"""Where two workers are at the same time, since these ask for no key."""
OF_REWINDING = (IndexPoint.REWIND, IndexPoint.REWOUND)


def usual_shocks(storm: Storm) -> dict[str, tuple[int, Callable[[], None]]]:
    """Give what befalls a stage on the validator now and then."""
    stage = storm.stage

    def validator() -> None:
        stage.kill_node()
        storm.kills["validator"] += 1

    shocks: dict[str, tuple[int, Callable[[], None]]] = {
        "validator": (6, validator),
        "all": (11, storm.kill_all),
    }
    if stage.database is not None:

        def database() -> None:
            stage.kill_database()
            storm.kills["PostgreSQL"] += 1

        shocks["database"] = (5, database)
    return shocks
