"""One installation on which things are broken: a real node behind a lying proxy, real programs, and what they keep.

The test itself talks to the node directly (`house`); the programs that are killed talk to it through the proxy.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

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
from tests.faults import actors, proxy
from tests.faults.actors import Part, deaths
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
rpc = ["{rpc}"]
outbox_url = "{outbox}"
index_url = "{index}"
files = "{files}"
"""
_LEASE = 0.3
_PATIENCE = 0.5
"""Seconds for which the programs bear silence; some lies last longer."""
_DEPLOYED_IN = 1.5
"""Seconds that it takes to deploy on two cores that do nothing else; where it takes longer, lives and leases last
longer too."""
HOLDERS = 4


@dataclass
class Stage:
    """The installation, the line to it, who plays, and what was asked for so far."""

    house: House
    line: Proxy
    nursery: Nursery
    story: Story
    pinner: Pinner
    """An IPFS node; it keeps files where the settings name it."""
    database: Postgres | None = None
    depth: int | None = None
    pace: float = 1.0
    """How many times as long as usual things take here and now."""
    asked: dict[str, Asked] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    _again: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._again = self.dice("asked again")

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

    def open_count(self) -> int:
        """Count the operations that have not ended; −1 while the database does not answer."""
        try:
            return sum(many for state, many in counts(self.house.office.database).items() if not state.ended)
        except Unavailable:
            return -1

    # who plays

    def worker(
        self, point: str = "", nth: int = 1, *, wrong: str = "", skew: float = 0.0, largest: int = 0
    ) -> Child:
        """Start a worker that dies at a point, or not by itself; for the rest see `Part`."""
        return self._fork(Part("worker", "", point, nth, wrong, skew=skew, largest=largest))

    def indexer(
        self, point: str = "", nth: int = 1, *, wrong: str = "", second: bool = False, largest: int = 0
    ) -> Child:
        """Start an indexer likewise; `second`: of another index."""
        part = Part("indexer", "", point, nth, wrong, depth=self.depth, second=second, largest=largest)
        return self._fork(part)

    def rebuilder(self, point: str, nth: int = 1) -> Child:
        """Start somebody who builds the index anew, until killed."""
        return self._fork(Part("rebuilder", "", point, nth, depth=self.depth))

    def _fork(self, part: Part) -> Child:
        return self.nursery.fork(
            replace(part, home=str(self.house.settings.home), patience=_PATIENCE * self.pace)
        )

    def kill_node(self) -> None:
        """End the validator as a power switch would, and start it again."""
        self.house.node.kill()
        self.house.node.start()
        self.line.behind = self.house.node.url

    def kill_database(self) -> None:
        """End PostgreSQL likewise."""
        assert self.database is not None
        self.database.kill()
        self.database.start()

    def deaths(self) -> Counter[str]:
        """Count the points at which programs died by their own hand."""
        return Counter(deaths(self.house.settings.home))

    # what comes of it

    def calm(self, seconds: float = 120.0) -> None:
        """Let a worker and an indexer that nobody kills or lies to bring everything to its end."""
        assert self.ends(seconds), f"not ended: {dict(counts(self.house.office.database))}"

    def ends(self, seconds: float, weather: Callable[[], None] | None = None) -> bool:
        """Let them try, with `weather` meanwhile; whether everything has ended."""
        before, self.line.lying = self.line.lying, False
        badly, self.pinner.lying = self.pinner.lying, False
        players = [self.worker(), self.indexer()]
        try:
            return until(lambda: not self.open_count(), seconds, weather or no_weather)
        finally:
            for one in players:
                one.kill()
            self.line.lying, self.pinner.lying = before, badly

    def reckon(self) -> Reckoning:
        """See what is lost, repeated, stuck or unsound."""
        self.pinner.lying = False
        found = reckon(self.house, self.asked, self.ids)
        url, schema = actors.index_of(self.house.settings, second=True)
        with Node(self.house.deployment.rpc) as node, Projection.open(url, schema) as second:
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
    database: Postgres | None = None,
    depth: int | None = None,
    mischief: float | None = None,
) -> Iterator[Stage]:
    """Set a stage on a fresh node.

    Args:
        share: of lies, see `Liar`.
        database: PostgreSQL; SQLite files if there is none.
        depth: blocks until settled; None: what the chain's consensus asks for.
        mischief: share of it in an IPFS node, where files are kept; None: they are in a directory.
    """
    began = time.monotonic()
    house = build(node, Terms())
    pace = max(1.0, (time.monotonic() - began) / _DEPLOYED_IN)
    home = house.settings.home
    with ExitStack() as around:
        line = around.enter_context(proxy.before(node.url, Liar(seed, share), _PATIENCE * pace))
        pinner = around.enter_context(pinning(seed, mischief or 0.0, _PATIENCE * pace))
        line.lying = share > 0
        outbox = index = database.fresh() if database else ""
        text = SETTINGS.format(
            lease=_LEASE * pace,
            rpc=line.url,
            outbox=outbox or f"sqlite:///{home / 'outbox.db'}",
            index=index or f"sqlite:///{home / 'index.db'}",
            files="directory" if mischief is None else pinner.address,
        )
        (home / "settings.toml").write_text(text)
        honest = replace(read_settings({}, home), rpc=house.deployment.rpc)
        house = House(node, honest, house.deployment, depth)
        holders = [house.account(f"holder {n}") for n in range(HOLDERS)]
        story = Story(seed, house.issuer, holders)
        stage = Stage(house, line, nursery, story, pinner, database, depth, pace)
        try:
            yield stage
        finally:
            house.close()
