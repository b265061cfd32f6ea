"""Killing without pause while there is work: every named point in turn, and moments nobody chose. Drives a stage."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from service.errors import Unavailable
from service.keys.operators import Operator
from service.outbox import nonces
from service.outbox.reconcile import reconcile
from service.outbox.states import Point
from tests.faults.actors import INDEX_POINTS, WORKER_POINTS, IndexPoint
from tests.faults.nursery import Child
from tests.faults.pinner import Mischief
from tests.faults.stage import Stage, no_weather

AT_RANDOM = "at random"
PUT_BACK = "older backup of the outbox put back under a newer chain"
_LONGEST_LIFE = 8.0
_SHORT_LIFE = 0.8
_COUNTED = 0.1
"""Seconds between two looks at how many requests are open."""
_MOST_OPEN = 80
_LOST_DEATHS = 3
"""Deaths of workers between a backup and its being put back; nothing is asked for meanwhile."""


@dataclass
class Player:
    """One seat that is never empty for long: who sits there is to die at a point, or at a moment drawn by dice.

    Such a moment is counted from his first step, and only who had got there was killed.
    """

    name: str
    start: Callable[..., Child]
    points: Sequence[str]
    stage: Stage
    pause: float = 0.0
    child: Child | None = None
    again: float = 0.0
    """When the seat is taken again."""
    lacking: Sequence[str] = ()
    """Points at which somebody here must still die before the storm is over: they come first."""
    _life: float = 0.0
    _until: float = 0.0
    _dice: random.Random = field(init=False)
    _rota: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._dice = self.stage.dice(self.name)
        self._rota = self._drawn()

    @property
    def point(self) -> str:
        """Where who sits there is to die; "" where at a moment, or where nobody sits."""
        return "" if self.child is None else self.child.part.point

    def turn(self, kills: Counter[str]) -> None:
        """Count who died, kill whose time has come, and let the next one begin."""
        if self.child is None:
            if time.monotonic() > self.again:
                self._begin()
        elif not self.child.alive:
            self._bury(kills, self.point)
        elif time.monotonic() > self._until:
            self.kill(kills)
        elif not self.point and self._life and self.child.began:
            self._until, self._life = time.monotonic() + self._life, 0.0

    def kill(self, kills: Counter[str]) -> None:
        """Kill who sits there now, wherever that is."""
        if self.child is not None:
            began = self.child.began
            self.child.kill()
            self._bury(kills, AT_RANDOM if began else "")

    def _bury(self, kills: Counter[str], where: str) -> None:
        assert self.child is not None
        assert self.child.wait() == -9, f"{self.child.part} ended by itself; see the nursery's log"
        if where:
            kills[f"{self.name} {where}"] += 1
        self.child, self.again = None, time.monotonic() + self.pause * self.stage.pace

    def _begin(self) -> None:
        point, nth, life = next(self._rota), self._dice.choice((1, 1, 1, 2, 3)), self._dice.random()
        if self.lacking:
            point, nth = self.lacking[0], 1
        self.child = self.start("" if point == AT_RANDOM else point, nth, seat=self.name)
        self._life = life * _SHORT_LIFE * self.stage.pace
        self._until = time.monotonic() + _LONGEST_LIFE * self.stage.pace

    def _drawn(self) -> Iterator[str]:
        """Give every point in turn, each round in another order, and two moments at random a round.

        Those of rewinding come first: a chain turns only while it is short.
        """
        yield from (point for point in self.points if point in OF_REWINDING)
        while True:
            round_ = [*self.points, AT_RANDOM, AT_RANDOM]
            self._dice.shuffle(round_)
            yield from round_


@dataclass
class Storm:
    """Kills on one stage.

    Attributes:
        wrong: a control that sits in all seats of its kind, see `Part`; it dies where that tells. An indexer that is
            wrong is alone: what it believes stops the others, and who builds anew would mend it.
        shocks: things that happen besides, each with its name and after how many workers' deaths it comes again.
        weather: what happens all the time.
        due: what must have happened besides: a mark, a lie, a name in `others`, or a method that was lied about.
    """

    stage: Stage
    wrong: str = ""
    shocks: dict[str, tuple[int, Callable[[], None]]] = field(default_factory=dict)
    weather: Callable[[], None] = no_weather
    due: frozenset[str] = frozenset()
    kills: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    """Faults that are neither kills nor lies."""
    players: list[Player] = field(init=False)
    raging: bool = False
    _shocked: Counter[str] = field(default_factory=Counter)
    _counted_at: float = 0.0
    _put_back_at: int | None = None
    """After how many deaths of workers the backup is put back; None: there is none."""
    _reconciled_at: float = 0.0

    def __post_init__(self) -> None:
        stage = self.stage
        rewinding = OF_REWINDING if stage.depth else ()
        few, near = (IndexPoint.BACKFILL, IndexPoint.KEPT), sorted(set(INDEX_POINTS) - set(OF_REWINDING))
        early = self.wrong == "send-first"
        worker = partial(stage.worker, wrong=self.wrong if early else "")
        trusting = self.wrong == "trusting"
        indexer = partial(stage.indexer, wrong=self.wrong if trusting else "")
        second = partial(indexer, second=stage.second)
        self.players = [
            Player("worker", worker, (Point.SIGNING,) if early else WORKER_POINTS, stage),
            Player("worker beside it", worker, OF_FILES, stage, 0.2),
            Player("indexer", indexer, (*near, *rewinding), stage, 0.1),
            Player("indexer beside it", indexer, (IndexPoint.KEPT,), stage, 0.3),
            Player("second indexer", second, (*few, *rewinding), stage, 0.4),
            Player("reindex", stage.rebuilder, few, stage, 0.8),
        ]
        if trusting:
            self.players = [one for one in self.players if one.name in ("worker", "indexer")]

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
            self.pass_by()
            time.sleep(0.02)
        for player in self.players:
            player.kill(self.kills)
        self.raging = False
        return missing

    def pass_by(self) -> None:
        """Let the weather be, and have an operator reconcile the keys that stopped at a chain beyond their rows."""
        self.weather()
        if not self.others[PUT_BACK] or time.monotonic() < self._reconciled_at + _COUNTED:
            return
        self._reconciled_at = time.monotonic()
        office = self.stage.house.office
        for operator in Operator:
            with suppress(Unavailable):
                with office.database.read() as connection:
                    stopped = nonces.unreconciled(connection, office.key(operator)) is not None
                if stopped:
                    reconcile(office, operator)

    def kill_all(self) -> None:
        """Kill everybody at once: programs, validator, database."""
        self._kill_players()
        self.stage.house.node.kill()
        self.kills["validator, with all others"] += 1
        if self.stage.database is not None:
            self.stage.kill_database()
            self.kills["PostgreSQL, with all others"] += 1
        self.stage.start_node()

    def back_up(self) -> None:
        """Copy the outbox; some deaths later the copy is put back."""
        self.stage.back_up()
        self._put_back_at = self._deaths() + _LOST_DEATHS

    def _put_back(self) -> None:
        self._kill_players()
        self.stage.put_back()
        self._put_back_at = None
        self.others[PUT_BACK] += 1

    def _kill_players(self) -> None:
        for player in self.players:
            player.kill(self.kills)

    def _ask(self) -> None:
        """Ask for more while not much is open; but not for what an older backup would not know of."""
        if self._put_back_at is not None or time.monotonic() < self._counted_at + _COUNTED:
            return
        self._counted_at = time.monotonic()
        if 0 <= self.stage.open_count() < _MOST_OPEN:
            self.stage.ask(self.stage.story.life())

    def _missing(self, kills: int, lies: int) -> str:
        """Say what has not happened yet; nothing if all has."""
        told = self.told
        if self.kills.total() < kills or told.total() < lies:
            return f"{self.kills.total()} of {kills} kills, {told.total()} of {lies} lies"
        happened = {*self.stage.marks(), *told, *self.others, *self.stage.line.liar.about_methods}
        for one in self.players:
            one.lacking = [point for point in one.points if f"{one.name} {point}" not in happened]
        return ", ".join(sorted((self.due if self.wrong else self._usual()) - happened))

    def _usual(self) -> set[str]:
        """Name what belongs to every storm, and is due besides."""
        points = {f"{one.name} {point}" for one in self.players for point in one.points}
        mischief = set(Mischief) if self.stage.pinner.share else set()
        return points | {*self.stage.line.liar.only, *mischief, *self.due}

    @property
    def told(self) -> Counter[str]:
        """Count the lies, of the lines to the node and of the content store."""
        told = Counter[str](self.stage.pinner.told)
        for line in self.stage.lines:
            told += Counter[str](line.liar.told)
        return told

    def _deaths(self) -> int:
        return sum(many for name, many in self.kills.items() if name.startswith("worker"))

    def _shock(self) -> None:
        deaths = self._deaths()
        if self._put_back_at is not None and deaths >= self._put_back_at:
            self._put_back()
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

    def database() -> None:
        stage.kill_database()
        storm.kills["PostgreSQL"] += 1

    shocks = {"validator": (6, validator), "all": (11, storm.kill_all)}
    return shocks | ({"database": (5, database)} if stage.database else {"backup": (13, storm.back_up)})
