"""One installation on which things are broken: a real node behind a lying proxy, real programs, and what they keep.

The test itself talks to the node directly (`house`); the programs that are killed talk to it through the proxy.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from devnet.qianyin import Terms
from indexer.events import Kind
from indexer.live import Indexer
from indexer.node import Node
from indexer.store import Projection
from indexer.store.comparison import differences
from service.errors import Unavailable
from service.outbox.accept import Wanted, accept_all
from service.outbox.operations import counts
from service.settings import read_settings
from tests.devnet_fixtures import LiveNode
from tests.faults import proxy
from tests.faults.actors import SECOND, Part, marks
from tests.faults.lies import Liar
from tests.faults.nursery import Child, Nursery
from tests.faults.pinner import Pinner, pinning
from tests.faults.proxy import Proxy
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.servers import Postgres
from tests.faults.story import Asked, Story
from tests.service.outbox.house import House, build

SETTINGS = """
lease = {lease}
pause = 0.02
resend = 0.3
batch_items = 4
rpc = {rpc}
outbox_url = "{outbox}"
index_url = "{index}"
files = "{files}"
"""
_LEASE = 0.3
_PATIENCE = 1.0
"""Seconds for which the programs bear silence; some lies last longer."""
_DEPLOYED_IN = 1.5
"""Seconds that it takes to deploy on two cores that do nothing else; where it takes longer, lives and leases last
longer too."""
HOLDERS = 4
MEANWHILE = 8
"""Blocks that a worker may have had mined between a look at the head and what is done about it."""


@dataclass
class Stage:
    """The installation, the line to it, who plays, and what was asked for so far."""

    house: House
    lines: Sequence[Proxy]
    nursery: Nursery
    story: Story
    pinner: Pinner
    """An IPFS node; it keeps files where the settings name it."""
    second: str
    """The address of a second index of the same ledger."""
    database: Postgres | None = None
    depth: int | None = None
    pace: float = 1.0
    """How many times as long as usual things take here and now."""
    asked: dict[str, Asked] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    _again: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._again = self.dice("asked again")

    @property
    def line(self) -> Proxy:
        """The first of the lines to the node, or the only one."""
        return self.lines[0]

    def dice(self, purpose: str) -> random.Random:
        """Give dice for one purpose, which nobody else throws: what is drawn does not depend on who comes first."""
        return random.Random(f"{purpose} {self.story.seed}")

    # what is asked for

    def found(self) -> None:
        """Have the institution, its collection and the holders registered."""
        house = self.house
        wanted = {"institution": Asked(house.registration(house.issuer, Kind.INSTITUTION))}
        wanted |= {f"holder {n}": Asked(house.registration(one)) for n, one in enumerate(self.story.holders)}
        self.ask(wanted | {"collection": Asked(self.story.collection)})

    def ask(self, wanted: Mapping[str, Asked], seconds: float = 60.0) -> None:
        """Ask until it is accepted; once more now and then, which must change nothing."""
        asked = [Wanted(one.request, key) for key, one in wanted.items()]
        for key, one in wanted.items():
            if key not in self.ids:
                self._lay_down(one)
        deadline = time.monotonic() + seconds
        while True:
            try:
                accepted = accept_all(self.house.office.database, asked, principal="faults")
            except Unavailable:
                assert time.monotonic() < deadline, "the database does not come back"
                time.sleep(0.1)
                continue
            ids = {key: one.id for key, one in zip(wanted, accepted, strict=True)}
            assert all(self.ids.get(key, one) == one for key, one in ids.items()), "a key got two operations"
            self.ids |= ids
            self.asked |= wanted
            if self._again.random() < 0.8:
                return

    def _lay_down(self, asked: Asked) -> None:
        """Put a file that is too long for the database where it waits for its request to be carried out."""
        for place, octets in asked.files.items():
            path = self.house.settings.home / place
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(octets)

    def open_count(self) -> int:
        """Count the operations that have not ended; −1 while the database does not answer."""
        try:
            return sum(many for state, many in counts(self.house.office.database).items() if not state.ended)
        except Unavailable:
            return -1

    # who plays

    def worker(self, point: str = "", nth: int = 1, **part: Any) -> Child:
        """Start a worker that dies at a point, or not by itself; for the rest see `Part`."""
        return self._fork("worker", point, nth, part)

    def indexer(self, point: str = "", nth: int = 1, **part: Any) -> Child:
        """Start an indexer likewise."""
        return self._fork("indexer", point, nth, part)

    def rebuilder(self, point: str, nth: int = 1, **part: Any) -> Child:
        """Start somebody who builds the index anew, until killed."""
        return self._fork("rebuilder", point, nth, part)

    def _fork(self, role: str, point: str, nth: int, more: Mapping[str, Any]) -> Child:
        home, patience = str(self.house.settings.home), _PATIENCE * self.pace
        part = Part(role, home, point=point, nth=nth, depth=self.depth, patience=patience)
        return self.nursery.fork(replace(part, **more))

    def kill_node(self) -> None:
        """End the validator as a power switch would, and start it again."""
        self.house.node.kill()
        self.start_node()

    def start_node(self) -> None:
        """Start it again on what it kept."""
        self.house.node.start()
        for line in self.lines:
            line.behind = self.house.node.url

    def kill_database(self) -> None:
        """End PostgreSQL likewise."""
        assert self.database is not None
        self.database.kill()
        self.database.start()

    def back_up(self) -> None:
        """Copy the outbox as it is, under whoever writes it; it is a file."""
        with closing(sqlite3.connect(self._outbox)) as here, closing(sqlite3.connect(self._copy)) as there:
            here.backup(there)

    def put_back(self) -> None:
        """Put the copy in its place, as an operator would: nobody has it open."""
        self.house.office.database.close()
        for stale in self._outbox.parent.glob("outbox.db*"):
            stale.unlink()
        shutil.copy(self._copy, self._outbox)

    @property
    def _outbox(self) -> Path:
        return self.house.settings.home / "outbox.db"

    @property
    def _copy(self) -> Path:
        return self.house.settings.home / "backup.db"

    def marks(self) -> Counter[str]:
        """Count what programs said of themselves: at which points they died by their own hand."""
        return Counter(marks(self.house.settings.home))

    # what comes of it

    def calm(self, seconds: float = 120.0) -> None:
        """Let a worker and an indexer that nobody kills or lies to bring everything to its end."""
        assert self.ends(seconds), f"not ended: {dict(counts(self.house.office.database))}"

    def ends(self, seconds: float, weather: Callable[[], None] | None = None) -> bool:
        """Let them try, with `weather` meanwhile; whether everything has ended."""
        before = self._lying(False)
        badly, self.pinner.lying = self.pinner.lying, False
        players = [self.worker(), self.indexer()]
        try:
            return until(lambda: not self.open_count(), seconds, weather or no_weather)
        finally:
            for one in players:
                one.kill()
            self.pinner.lying = badly
            self._lying(before)

    def _lying(self, lying: bool) -> bool:
        before = self.line.lying
        for line in self.lines:
            line.lying = lying
        return before

    def reckon(self) -> Reckoning:
        """See what is lost, repeated, stuck or unsound."""
        self.pinner.lying = False
        found = reckon(self.house, self.asked, self.ids, put_back=self._copy.exists())
        with Node(self.house.deployment.rpc) as node, Projection.open(self.second, SECOND) as second:
            Indexer(node, second, self.house.deployment, depth=self.depth).catch_up()
            other = differences(self.house.office.projection, second)
        found.unsound += [f"second index: {one.table}" for one in other]
        return found


def no_weather() -> None:
    """Let nothing happen."""


def until(done: Callable[[], bool], seconds: float, weather: Callable[[], None] = no_weather) -> bool:
    """Wait until something is so, with `weather` meanwhile; whether it came to be."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        weather()
        time.sleep(0.02)
    return True


@contextmanager
def staged(
    node: LiveNode,
    nursery: Nursery,
    seed: int,
    *,
    share: float = 0.0,
    lines: int = 1,
    database: Postgres | None = None,
    second: Postgres | None = None,
    depth: int | None = None,
    mischief: float | None = None,
) -> Iterator[Stage]:
    """Set a stage on a fresh node.

    Args:
        share: of lies, see `Liar`.
        lines: to the node, each with lies of its own.
        database: PostgreSQL; SQLite files if there is none.
        second: where a second index is; beside the first one, if there is none.
        depth: blocks until settled; None: what the chain's consensus asks for.
        mischief: share of it in an IPFS node, where files are kept; None: they are in a directory.
    """
    began = time.monotonic()
    house = build(node, Terms())
    pace = max(1.0, (time.monotonic() - began) / _DEPLOYED_IN)
    home = house.settings.home
    with ExitStack() as around:
        liars = [Liar(f"{seed} line {n}", share) for n in range(lines)]
        between = [around.enter_context(proxy.before(node.url, one, _PATIENCE * pace)) for one in liars]
        pinner = around.enter_context(pinning(seed, mischief or 0.0, _PATIENCE * pace))
        outbox = index = database.fresh() if database else ""
        text = SETTINGS.format(
            lease=_LEASE * pace,
            rpc=json.dumps([line.url for line in between]),
            outbox=outbox or f"sqlite:///{home / 'outbox.db'}",
            index=index or f"sqlite:///{home / 'index.db'}",
            files="directory" if mischief is None else pinner.address,
        )
        (home / "settings.toml").write_text(text)
        honest = replace(read_settings({}, home), rpc=house.deployment.rpc)
        house = House(node, honest, house.deployment, depth)
        holders = [house.account(f"holder {n}") for n in range(HOLDERS)]
        story = Story(seed, house.issuer, holders)
        beside = second.fresh() if second else index or f"sqlite:///{home / 'second.db'}"
        stage = Stage(house, between, nursery, story, pinner, beside, database, depth, pace)
        stage._lying(share > 0)
        try:
            yield stage
        finally:
            house.close()
