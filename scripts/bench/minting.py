"""How fast mints go through the outbox, beside the same calls sent raw to the same node. A chapter of the speed table.

Starts one geth validator with the contracts, a worker and an indexer, each a process of its own with its usual
settings. Ours asks for mints as requests and ends when all of them are settled, that is in the projection. The peer
hands the node the same calls, of as many mints each, written and signed beforehand, up to 250 in an HTTP request, and
ends when the node has the last receipt; our processes are held still meanwhile. `bulk.py` measures 100,000 mints.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuring import ROOT, ROUNDS, chapter, interleaved, sizes
from rows import Row, Spread, beside, ratio_at_least
from sqlalchemy import exists, select
from world import cpu_of, memory_of

from devnet import installation
from devnet.qianyin import Terms
from indexer.connection import Call, Connection
from indexer.events import Custody, Kind, Policy, WorkKind
from indexer.values import Address, Hash32, as_hex
from service.keys.operators import Operator
from service.keys.vault import make_vault
from service.outbox import nonces, requests
from service.outbox.accept import Wanted, accept, accept_all
from service.outbox.calls import call_data, part
from service.outbox.naming import Asked, Case
from service.outbox.office import Office, open_office
from service.outbox.operations import operations
from service.outbox.parts import Circumstances
from service.outbox.states import UNENDED, State
from service.outbox.tables import OperationRow
from service.outbox.transactions import Signed, Unsigned
from service.settings import read_settings

TOGETHER = 500
"""Requests of one call, where many are asked for."""
CLIENTS = 40
"""Callers at a time, where each asks for one: as many as the API has threads."""
PEER_TOGETHER = 250
PEER_OCTETS = 4 << 20
"""Of the calls of one HTTP request, of which the node takes five."""
FEW = 5_000
"""Mints up to which there is time for more than three rounds."""
AIMED_AT = 1_000
"""Mints from which on the goal is meant: of fewer, most of the time is one block and one look each."""
MARK = Hash32(b"\x01" * 32)
POLICY = Policy(0, 0, 100, False, 1 << Kind.PERSON | 1 << Kind.INSTITUTION, 0b11110, 0)


def rows(scale: float) -> Iterator[Row]:
    """Measure bulk and single mints, then what the processes took at most."""
    with (
        tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder,
        running(Path(folder) / "home") as bench,
    ):
        bench.found()
        bench.ours(400, bench.ask)  # What is done for the first time is done before anything is measured.
        batch = bench.office.settings.batch_items
        for size in sizes(2_000, scale):
            yield bench.row("mints asked for in calls of 500, until settled", size, batch, bench.ask)
        for size in sizes(1_000, min(scale, 1.0)):
            yield bench.row(
                "mints asked for one by one by 40 callers, until settled", size, 1, bench.ask_singly
            )
        yield from bench.memory()


@dataclass
class Bench:
    """One installation and its processes."""

    home: Path
    office: Office
    processes: dict[str, subprocess.Popen[bytes]]
    serial: int = 0
    asked: int = 0
    own: list[float] = field(default_factory=list)
    """Seconds of CPU that an operation of ours took all our processes, a round each."""

    @property
    def issuer(self) -> Address:
        """The institution."""
        return self.office.vault.operator(Operator.ISSUER)

    @property
    def collection(self) -> requests.CreateCollection:
        """The one that everything is issued in."""
        return requests.CreateCollection(self.issuer, MARK, MARK, POLICY)

    @property
    def work(self) -> requests.Deposit:
        """The one that everything is a copy of."""
        return requests.Deposit(self.issuer, WorkKind.CAPTURE_RECORD, MARK, MARK)

    def row(self, name: str, size: int, batch: int, ask: Callable[[Sequence[requests.Request]], None]) -> Row:
        """Measure both sides in turn."""
        self.own.clear()
        rounds = interleaved(
            lambda: size / self.ours(size, ask),
            lambda: size / self.theirs(size, batch),
            ROUNDS if size <= FEW else 3,
        )
        return beside(
            name,
            size,
            "mints/s",
            rounds,
            f"the same calls of {batch} raw",
            goal=ratio_at_least(0.8) if size >= AIMED_AT else None,
            own=1e6 * sorted(self.own)[len(self.own) // 2],
        )

    def memory(self) -> Iterator[Row]:
        """Say what each process took at most until now."""
        node = installation.status(self.home).pid
        pids = {"worker": self.processes["worker"].pid, "indexer": self.processes["index"].pid, "node": node}
        for name, pid in pids.items():
            peak = Spread.of([memory_of(pid)])
            yield Row(f"peak memory of the {name}, by then", self.serial, "MB", peak, headline=True)

    def mints(self, number: int) -> list[requests.Mint]:
        """Give mints that nobody asked for yet."""
        first, self.serial = self.serial + 1, self.serial + number
        ids = self.collection.collection_id, self.work.work_id
        return [requests.Mint(*ids, 1, serial) for serial in range(first, first + number)]

    def found(self) -> None:
        """Register what mints need."""
        edition = requests.OpenEdition(self.collection.collection_id, self.work.work_id, 1, 1_000_000)
        account = requests.RegisterAccount(
            self.issuer, Kind.INSTITUTION, Custody.OWN, MARK, MARK, MARK, 1_700_000_000
        )
        self.ask([account, self.collection, self.work, edition])
        self.settle()

    def ours(self, number: int, ask: Callable[[Sequence[requests.Request]], None]) -> float:
        """Mint through the outbox; seconds until all is settled."""
        return self.settled(self.mints(number), ask)

    def settled(
        self, wanted: Sequence[requests.Request], ask: Callable[[Sequence[requests.Request]], None]
    ) -> float:
        """Ask for requests; seconds until all are settled."""
        used, own = self.cpu(), time.process_time()
        began = time.perf_counter()
        ask(wanted)
        own = time.process_time() - own
        self.settle()
        seconds = time.perf_counter() - began
        self.own.append((self.cpu() - used + own) / len(wanted))
        return seconds

    def ask(self, wanted: Sequence[requests.Request]) -> None:
        """Ask for requests, many a call."""
        named = self._named(wanted)
        for start in range(0, len(named), TOGETHER):
            accept_all(self.office.database, named[start : start + TOGETHER], principal="bench")

    def ask_singly(self, wanted: Sequence[requests.Request]) -> None:
        """Ask for requests one a call, from several threads as the API does."""

        def one(asked: Wanted) -> None:
            accept(
                self.office.database,
                asked.request,
                idempotency_key=asked.idempotency_key,
                principal="bench",
            )

        with ThreadPoolExecutor(CLIENTS) as callers:
            list(callers.map(one, self._named(wanted)))

    def settle(self) -> None:
        """Wait until all that was asked for is settled.

        Raises:
            RuntimeError: it does not come to that.
        """
        waiting = select(exists().where(OperationRow.state.in_(UNENDED)))
        while True:
            with self.office.database.read() as connection:
                if not connection.execute(waiting).scalar():
                    break
            if any(one.poll() is not None for one in self.processes.values()):
                raise RuntimeError("a process has ended")
            time.sleep(0.02)
        for one in operations(self.office.database, state=State.REFUSED):
            raise RuntimeError(f"{one.kind} was refused: {one.reason}")

    def theirs(self, number: int, together: int) -> float:
        """Send the same calls raw; seconds until the node has the last receipt."""
        return self.raw(self.mints(number), together)[0]

    def raw(self, wanted: Sequence[requests.Request], together: int = 1) -> tuple[float, dict[str, Any]]:
        """Send calls of one sender raw; seconds until the node has the last receipt, and that."""
        operator = wanted[0].SENDER
        first = self.office.nodes.next_nonce(self.office.vault.operator(operator))
        signed = self._presigned(wanted, operator, together, first)
        for one in self.processes.values():
            one.send_signal(signal.SIGSTOP)
        try:
            with closing_connection(self.office.deployment.rpc[0]) as node:
                found = _send(node, signed)
        finally:
            for one in self.processes.values():
                one.send_signal(signal.SIGCONT)
        self._adopt(operator, range(first, first + len(signed)))
        return found

    @property
    def circumstances(self) -> Circumstances:
        """What calls need that no request says."""
        return Circumstances(Case(self.office.names, Asked("", 0, 0)), lambda *_: b"", lambda _: None)

    def _named(self, wanted: Sequence[requests.Request]) -> list[Wanted]:
        first, self.asked = self.asked, self.asked + len(wanted)
        return [Wanted(one, f"bench {first + at}") for at, one in enumerate(wanted)]

    def _presigned(
        self, wanted: Sequence[requests.Request], operator: Operator, together: int, nonce: int
    ) -> list[Signed]:
        office = self.office
        gas = office.nodes.block_gas() // office.settings.block_share
        signed = []
        for offset, start in enumerate(range(0, len(wanted), together)):
            parts = [part(one, self.circumstances) for one in wanted[start : start + together]]
            unsigned = Unsigned(
                office.deployment.chain_id, nonce + offset, gas, parts[0].to, call_data(parts)
            )
            signed.append(unsigned.sealed(lambda digest: office.vault.sign_as_operator(operator, digest)))
        return signed

    def _adopt(self, operator: Operator, used: range) -> None:
        """Tell the outbox of the nonces that the peer used, and wait until the index has seen them."""
        with self.office.database.write() as connection:
            nonces.note_foreign(connection, self.office.key(operator), used)
        with closing_connection(self.office.deployment.rpc[0]) as node:
            tip: dict[str, Any] = node.ask(Call("eth_getBlockByNumber", ("latest", False)), dict) or {}
        while True:
            with self.office.projection.view() as view:
                if as_hex(view.as_of.hash) == tip["hash"]:
                    return
            time.sleep(0.05)

    def cpu(self, *names: str) -> float:
        """Seconds of CPU that processes have used; all of ours where none is named."""
        return sum(cpu_of(self.processes[name].pid) for name in names or self.processes)


def _send(node: Connection, signed: Sequence[Signed]) -> tuple[float, dict[str, Any]]:
    calls = [Call("eth_sendRawTransaction", (as_hex(one.raw),)) for one in signed]
    last = Call("eth_getTransactionReceipt", (as_hex(signed[-1].hash),))
    together = min(PEER_TOGETHER, max(1, PEER_OCTETS // max(len(as_hex(one.raw)) for one in signed)))
    began = time.perf_counter()
    for start in range(0, len(calls), together):
        node.ask_all(calls[start : start + together], str)
    while (receipt := node.ask(last, dict)) is None:
        time.sleep(0.005)
    seconds = time.perf_counter() - began
    if receipt["status"] != "0x1":
        raise RuntimeError("the peer's last transaction reverted")
    return seconds, receipt


@contextmanager
def closing_connection(url: str) -> Iterator[Connection]:
    """Open a connection for the time of a `with`."""
    connection = Connection(url)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def running(home: Path) -> Iterator[Bench]:
    """Start a chain with contracts, an indexer and a worker; end them afterwards."""
    home.mkdir()
    settings = read_settings({}, home)
    operators = make_vault(settings).operators
    roles = {one.name.lower(): account for one, account in operators.items() if one is not Operator.RELAYER}
    installation.up(home, roles, terms=Terms(), attached=True)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "hardhat-free-devnet"))),
        "QIANYIN_HOME": str(home),
    }
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        office = open_office(settings)
        for verb in ("index", "worker"):
            command = [sys.executable, "-m", "service.cli", verb]
            processes[verb] = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        yield Bench(home, office, processes)
        office.close()
    finally:
        for one in processes.values():
            one.terminate()
            one.wait(20)
        installation.down(home)


if __name__ == "__main__":
    chapter(rows)
