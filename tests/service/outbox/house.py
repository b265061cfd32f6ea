"""A whole house for tests: a real chain with the contracts, keys, an outbox, an indexer that follows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from devnet import installation
from devnet.qianyin import Terms
from indexer import events as acts
from indexer.deployment import Deployment
from indexer.events import Custody, Kind
from indexer.live import Indexer
from indexer.node import Node
from indexer.store import Projection
from indexer.values import Address, Hash32
from service.files.directory import DirectoryStore
from service.keys.operators import Operator
from service.keys.vault import make_vault
from service.outbox import requests
from service.outbox.accept import Wanted, accept_all
from service.outbox.attachments import Attachment
from service.outbox.office import Office, open_office
from service.outbox.operations import Operation, State, counts, operation
from service.outbox.requests import Request
from service.outbox.states import At, nowhere
from service.outbox.worker import Worker
from service.settings import Settings, read_settings
from tests.devnet_fixtures import LiveNode
from tests.service.outbox.samples import POLICY, deposit, word

FAST = """
lease = 1.0
pause = 0.02
resend = 0.3
batch_items = 4
"""
COLLECTION = word(0xC0)


@dataclass
class House:
    """One installation on a live node."""

    node: LiveNode
    settings: Settings
    deployment: Deployment
    depth: int | None = None
    keys: list[str] = field(default_factory=list)

    @cached_property
    def office(self) -> Office:
        """The installation, opened once for the test itself."""
        return open_office(self.settings)

    @cached_property
    def indexer(self) -> Indexer:
        """Follows the chain."""
        return Indexer(
            Node(self.deployment.rpc),
            Projection.open(self.settings.index_url),
            self.deployment,
            depth=self.depth,
        )

    @property
    def issuer(self) -> Address:
        """The institution."""
        return self.office.vault.operator(Operator.ISSUER)

    @property
    def collection(self) -> requests.CreateCollection:
        """The one that tests issue in."""
        return requests.CreateCollection(self.issuer, COLLECTION, word(2), POLICY)

    def worker(self, at: At = nowhere) -> Worker:
        """Open a worker."""
        return Worker(open_office(self.settings), DirectoryStore(self.settings.store), at)

    def accept(self, wanted: Mapping[str, Request]) -> dict[str, str]:
        """Accept requests by their keys; give the ids of the operations."""
        asked = [Wanted(one, key) for key, one in wanted.items()]
        accepted = accept_all(self.office.database, asked, principal="test")
        return {key: one.id for key, one in zip(wanted, accepted, strict=True)}

    def account(self, person: str, *, of: Hash32 = COLLECTION) -> Address:
        """Give the account kept for a person."""
        with self.office.database.write() as connection:
            return self.office.vault.new_kept(connection, person, of)

    def registration(self, account: Address, kind: Kind = Kind.PERSON) -> requests.RegisterAccount:
        """Ask for the registration of an account."""
        custody = Custody.KEPT if kind is Kind.PERSON else Custody.OWN
        mark = Hash32(account.rjust(32, b"\x01"))
        return requests.RegisterAccount(account, kind, custody, mark, word(1), word(1), 1_700_000_000)

    def deposit(self, number: int, *attachments: Attachment) -> requests.Deposit:
        """Deposit a work that is a record without a file."""
        return replace(deposit(number, *attachments), registrant=self.issuer)

    def founding(self) -> dict[str, Request]:
        """What everything else needs: the institution and its collection."""
        return {
            "institution": self.registration(self.issuer, Kind.INSTITUTION),
            "collection": self.collection,
        }

    def operation(self, operation_id: str) -> Operation:
        """Look an operation up."""
        return operation(self.office.database, operation_id)

    def open_count(self) -> int:
        """Count the operations that have not ended."""
        return sum(number for state, number in counts(self.office.database).items() if not state.ended)

    def settle(self, worker: Worker | None = None, seconds: float = 60.0) -> None:
        """Let a worker and the indexer work until every operation has ended."""
        working = worker or self.worker()
        try:
            self.until(lambda: not self.open_count(), working, seconds)
        finally:
            if worker is None:
                working.close()

    def until(self, done: Callable[[], bool], worker: Worker, seconds: float = 30.0) -> None:
        """Step a worker and the indexer in turns until something is so; fail if it does not come to that."""
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"still {counts(self.office.database)}; {worker.health}"
            rest = worker.step_or_wait()
            self.indexer.catch_up()
            time.sleep(min(rest, 0.02))

    def run_for(self, worker: Worker, seconds: float) -> None:
        """Step a worker and the indexer for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end, worker, seconds + 30)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Let the indexer follow in the background."""
        stop = threading.Event()
        thread = threading.Thread(target=self.indexer.run, args=(stop,), kwargs={"poll": 0.05})
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    def acts(self) -> list[acts.Act | acts.UnknownAct]:
        """Give every act in the ledger that is not from its creation."""
        self.indexer.catch_up()
        with self.office.projection.view() as view:
            found = [acts.decode(record) for record in view.records(0, view.as_of.count - 1)]
        return [one for one in found if not isinstance(one, acts.RoleGranted)]

    def with_settings(self, **changes: object) -> House:
        """Give the same house under other settings."""
        return House(self.node, replace(self.settings, **changes), self.deployment, self.depth)  # type: ignore[arg-type]

    def close(self) -> None:
        """Close what was opened."""
        if "office" in self.__dict__:
            self.office.close()
        if "indexer" in self.__dict__:
            self.indexer.node.close()
            self.indexer.projection.close()


def build(node: LiveNode, terms: Terms | None = None) -> House:
    """Deploy the contracts to a node's home, with this home's own operators."""
    home: Path = node.home
    (home / "settings.toml").write_text(FAST)
    settings = read_settings({}, home)
    operators = make_vault(settings).operators
    roles = {one.name.lower(): account for one, account in operators.items() if one is not Operator.RELAYER}
    deployment = installation.up(home, roles, terms=terms or Terms(), attached=True)
    return House(node, settings, deployment)


def outcomes(house: House, ids: Mapping[str, str]) -> dict[str, str]:
    """Give the state of each operation, or the code of the reason where it was refused."""
    found = {key: house.operation(one) for key, one in ids.items()}
    return {key: one.reason.code if one.reason else str(one.state) for key, one in found.items()}


def settled(keys: Sequence[str]) -> dict[str, str]:
    """What `outcomes` gives where all went well."""
    return {key: str(State.SETTLED) for key in keys}
