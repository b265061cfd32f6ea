"""A worker killed at every point loses nothing, repeats nothing, and everything ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from indexer import events as acts
from indexer.events import Measure
from service.keys.operators import Operator
from service.outbox import requests
from service.outbox.operations import State
from service.outbox.requests import OrderName, Request, TokenTarget
from service.outbox.states import Point
from service.outbox.tables import TransactionRow
from tests.devnet_fixtures import LiveNode
from tests.service.outbox.house import House, build, outcomes
from tests.service.outbox.samples import attachment, deposit, word

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]
NOW = 1_700_000_000
FAR = int(time.time()) + 30 * 86_400


@pytest.fixture
def house(geth_node: LiveNode) -> Iterator[House]:
    """A house on one Clique validator."""
    made = build(geth_node)
    yield made
    made.close()


def _bundle(house: House, number: int) -> dict[str, Request]:
    """One object's life, by four keys, and one request that must be refused."""
    holder, other = house.account(f"holder {number}"), house.account(f"other {number}")
    work = house.deposit(
        100 + number, attachment(f"manifest {number}".encode()), attachment(b"the same for all", "file")
    )
    edition = requests.OpenEdition(house.collection.collection_id, work.work_id, 1, 1)
    mint = requests.Mint(house.collection.collection_id, work.work_id, 1, 1)
    order = OrderName("某市中级人民法院", word(1 + number), Measure.HOLD, TokenTarget(mint.token_id))
    wanted: dict[str, Request] = {
        "holder": house.registration(holder),
        "other": house.registration(other),
        "deposit": work,
        "edition": edition,
        "mint": mint,
        "beyond the cap": requests.Mint(house.collection.collection_id, work.work_id, 1, 2),
        "distribute": requests.Distribute(house.collection.collection_id, mint.token_id, holder),
        "gift": requests.GiveFromKept(mint.token_id, holder, other),
        "file": requests.FileOrder(order, word(1), NOW, FAR, FAR),
        "hold": requests.ExecuteOrder(order),
    }
    return {f"{number} {name}": one for name, one in wanted.items()}


def _killed(house: House, point: Point, nth: int, *control: str) -> None:
    """Run a worker until it is killed at a point, and show that it was."""
    command = [
        sys.executable,
        "-m",
        "tests.service.outbox.victim",
        str(house.settings.home),
        point,
        str(nth),
        *control,
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with house.followed():
        done = subprocess.run(command, env=environment, timeout=120, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    mark = house.settings.home / f"hit-{point}"
    assert mark.exists()
    mark.unlink()


def _check(house: House, ids: dict[str, str]) -> None:
    """0 lost, 0 repeated, every accepted request ended as it must."""
    expected = {key: "serial-out-of-range" if "beyond" in key else "settled" for key in ids}
    assert outcomes(house, ids) == expected
    done = [house.operation(one) for key, one in ids.items() if "beyond" not in key]
    recorded = [one for one in house.acts() if not isinstance(one, acts.HoldPlaced)]  # Beside OrderExecuted.
    assert len({one.seq for one in done}) == len(done)
    assert len(recorded) == len(done)
    assert Counter(type(one).__name__ for one in recorded) == Counter(_ACT[one.request.KIND] for one in done)
    _check_nonces(house)


_ACT = {
    "register-account": "AccountRegistered",
    "create-collection": "CollectionCreated",
    "deposit": "WorkRegistered",
    "open-edition": "EditionOpened",
    "mint": "Minted",
    "distribute": "Distributed",
    "give-from-kept": "Gifted",
    "file-order": "OrderFiled",
    "execute-order": "OrderExecuted",
}


def _check_nonces(house: House) -> None:
    """Each key's rows are its nonces on chain, each once."""
    with house.office.database.read() as connection:
        rows = connection.execute(
            select(TransactionRow.sender, TransactionRow.nonce, TransactionRow.state)
        ).all()
    for operator in Operator:
        account = house.office.vault.operator(operator)
        used = sorted(row.nonce for row in rows if row.sender == account)
        assert used == list(range(house.office.nodes.next_nonce(account)))
    assert {row.state for row in rows} == {"final"}


def test_a_worker_killed_at_every_point_loses_and_repeats_nothing(house: House) -> None:
    ids = house.accept(house.founding())
    for number, point in enumerate(Point):
        ids |= house.accept(_bundle(house, number))
        _killed(house, point, 1 if point in (Point.TAKEN, Point.STORING, Point.STORED) else 2)
    house.settle(seconds=120)
    _check(house, ids)


def test_the_node_and_the_worker_killed_together_lose_nothing(house: House) -> None:
    ids = house.accept(house.founding())
    for number, point in enumerate((Point.SENDING, Point.SENT)):
        ids |= house.accept(_bundle(house, number))
        _killed(house, point, 2)
        house.node.kill()
        house.node.start()
    house.settle(seconds=120)
    _check(house, ids)


def test_a_worker_that_sends_before_it_stores_fails_the_same_check(house: House) -> None:
    """The control: what was sent is on chain and the rows know nothing of it, so its key signs nothing any more."""
    ids = house.accept(house.founding() | _bundle(house, 0))
    _killed(house, Point.SIGNING, 2, "send-first")
    worker = house.worker()
    house.run_for(worker, 6.0)
    worker.close()
    with pytest.raises(AssertionError):
        _check(house, ids)
    assert any(not house.operation(one).state.ended for one in ids.values())


def test_asking_again_after_a_kill_while_accepting_gives_one_operation(house: House) -> None:
    for when, expected in (("commit", 0), ("after", 1)):
        key = f"killed at {when}"
        done = subprocess.run(
            [sys.executable, "-m", "tests.service.outbox.accepting", str(house.settings.home), key, when],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=60,
            check=False,
        )
        assert done.returncode == -9
        before = house.open_count()
        ids = house.accept({key: deposit(900 + expected)})
        assert house.open_count() == before + 1 - expected
        assert house.operation(ids[key]).state is State.ACCEPTED
