"""What an outbox must survive, on a real chain and on both databases."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine, make_url, select, text, update

from indexer.events import Custody
from indexer.values import Address
from service.errors import Unavailable
from service.files.directory import DirectoryStore
from service.files.kubo import KuboStore
from service.keys import curve
from service.keys.intents import Gift, digest
from service.keys.operators import Operator
from service.keys.secret import Secret
from service.outbox import nonces, requests
from service.outbox.calls import call_data, part
from service.outbox.naming import Asked, Case
from service.outbox.office import open_office
from service.outbox.operations import operations
from service.outbox.parts import Circumstances
from service.outbox.reconcile import Reconciled, reconcile
from service.outbox.requests import Request
from service.outbox.states import Point
from service.outbox.tables import LeaseRow, TransactionRow
from service.outbox.transactions import Unsigned
from service.outbox.worker import Worker
from tests.devnet_fixtures import LiveNode
from tests.service.outbox.flaky import serving
from tests.service.outbox.house import House, build, outcomes, settled
from tests.service.outbox.samples import attachment
from tests.service.outbox.test_worker import Stopped, _step_on, _use_elsewhere

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, geth_node: LiveNode) -> Iterator[House]:
    """A house on one Clique validator, with an outbox of each kind."""
    made = build(geth_node)
    if request.param == "postgresql":
        made = made.with_settings(outbox_url=request.getfixturevalue("postgres_url"))
    yield made
    made.close()


@dataclass(frozen=True)
class Wallet:
    """Somebody who keeps a key of their own."""

    key: Secret

    @property
    def account(self) -> Address:
        return curve.address_of(self.key)

    def gift(self, house: House, token_id: int, to: Address, nonce: int) -> requests.SubmitGift:
        """Sign a gift."""
        deadline = int(time.time()) + 86_400
        gift = Gift(token_id, self.account, to, nonce, deadline)
        signature = curve.sign(self.key, digest(house.office.names.collectible, gift))
        return requests.SubmitGift(token_id, self.account, to, nonce, deadline, signature)

    def submit(self, house: House, request: Request) -> None:
        """Send a request's call from the own account, and wait until it is mined."""
        office = house.office
        at = Circumstances(Case(office.names, Asked("", 0, 0)), lambda *_: b"", lambda _: None)
        made = part(request, at)
        nonce = office.nodes.next_nonce(self.account)
        gas = office.nodes.block_gas() // 4
        unsigned = Unsigned(office.deployment.chain_id, nonce, gas, made.to, call_data([made]))
        office.nodes.send(unsigned.sealed(lambda named: curve.sign(self.key, named)).raw)
        deadline = time.monotonic() + 30
        while office.nodes.latest_nonce(self.account) <= nonce:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _mints(house: House, work: requests.Deposit, number: int) -> list[requests.Mint]:
    made = house.collection.collection_id
    return [requests.Mint(made, work.work_id, 1, serial) for serial in range(1, number + 1)]


def _edition(house: House, cap: int) -> dict[str, Request]:
    work = house.deposit(1)
    return {
        "work": work,
        "edition": requests.OpenEdition(house.collection.collection_id, work.work_id, 1, cap),
    }


def _stop_at(house: House, point: Point) -> None:
    """Step a worker until it comes to a point, and leave it there."""

    def at(here: Point) -> None:
        if here is point:
            raise Stopped

    worker = house.worker(at)
    with house.followed(), pytest.raises(Stopped):
        _step_on(worker)
    worker.close()


@pytest.mark.parametrize("bad", [(0,), (3,), (1, 2), (0, 1, 2, 3)], ids=["first", "last", "middle", "all"])
def test_a_bad_item_of_a_batch_ends_alone(house: House, bad: tuple[int, ...]) -> None:
    house.accept(house.founding() | _edition(house, 4))
    house.settle()
    mints = _mints(house, house.deposit(1), 4)
    wanted: dict[str, Request] = {
        str(at): replace(one, serial=100 + at) if at in bad else one for at, one in enumerate(mints)
    }
    ids = house.accept(wanted)
    house.settle()
    expected = {key: "serial-out-of-range" if int(key) in bad else "settled" for key in wanted}
    assert outcomes(house, ids) == expected
    assert len({house.operation(one).transaction for one in ids.values()}) == 1
    assert Counter(type(one).__name__ for one in house.acts())["Minted"] == 4 - len(bad)


def test_requests_that_depend_on_a_refused_one_end_by_its_name_however_far_down(house: House) -> None:
    holder, other = house.account("holder"), house.account("other")
    [mint] = _mints(house, house.deposit(1), 1)
    people: dict[str, Request] = {"holder": house.registration(holder), "other": house.registration(other)}
    chain: dict[str, Request] = {
        "mint": mint,
        "hand": requests.Distribute(house.collection.collection_id, mint.token_id, holder),
        "gift": requests.GiveFromKept(mint.token_id, holder, other),
    }
    ids = house.accept(house.founding() | people | _edition(house, 0) | chain)
    house.settle()
    refused = dict.fromkeys(chain, "dependency-refused") | {"edition": "cap-out-of-range"}
    assert outcomes(house, ids) == settled(list(ids)) | refused


@pytest.mark.parametrize("ours", ["accepted", "signed"])
def test_a_gift_that_its_holder_submitted_meanwhile_is_done_once_and_settled(house: House, ours: str) -> None:
    giver, receiver = Wallet(curve.new_key()), house.account("receiver")
    [mint] = _mints(house, house.deposit(1), 1)
    people: dict[str, Request] = {
        "giver": replace(house.registration(giver.account), custody=Custody.OWN),
        "receiver": house.registration(receiver),
    }
    hand = requests.Distribute(house.collection.collection_id, mint.token_id, giver.account)
    house.accept(house.founding() | people | _edition(house, 1) | {"mint": mint, "hand": hand})
    house.settle()
    gift = giver.gift(house, mint.token_id, receiver, nonce=7)
    ids = house.accept({"gift": gift})
    if ours == "signed":
        _stop_at(house, Point.SIGNED)
    giver.submit(house, gift)
    house.indexer.catch_up()
    house.settle()
    assert outcomes(house, ids) == {"gift": "settled"}
    assert Counter(type(one).__name__ for one in house.acts())["Gifted"] == 1
    done = house.operation(ids["gift"])
    assert (done.transaction is None) == (ours == "accepted")


def test_two_workers_at_once_on_the_same_keys_do_everything_once(house: House) -> None:
    house.indexer.catch_up()
    first, second = house.worker(), house.worker()
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in (first, second)]
    ids = house.accept(house.founding() | _edition(house, 60))
    with house.followed():
        for one in threads:
            one.start()
        try:
            ids |= house.accept({f"mint {one.serial}": one for one in _mints(house, house.deposit(1), 60)})
            _until(lambda: not house.open_count())
            _take_all_leases(house, "nobody", -1.0)  # Whoever comes next takes over.
            more = [replace(one, serial=one.serial) for one in _mints(house, house.deposit(1), 60)]
            ids |= house.accept({f"again {one.serial}": one for one in more})
            _until(lambda: not house.open_count())
        finally:
            stop.set()
            for one in threads:
                one.join(30)
    for worker in (first, second):
        worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    assert Counter(type(one).__name__ for one in house.acts())["Minted"] == 60
    _check_nonces(house)


def test_an_older_backup_under_a_newer_chain_repeats_nothing(house: House, tmp_path: Path) -> None:
    holder = house.account("holder")
    mints = _mints(house, house.deposit(1), 3)
    wanted = house.founding() | {"holder": house.registration(holder)} | _edition(house, 3)
    ids = house.accept(wanted | {f"mint {one.serial}": one for one in mints})
    restore = _backup(house, tmp_path)
    house.settle()
    recorded = house.acts()
    restore()
    assert set(outcomes(house, ids).values()) == {"accepted"}
    worker = house.worker()
    for operator in (Operator.REGISTRAR, Operator.ISSUER):
        house.until(lambda operator=operator: _flagged(house, operator), worker)  # type: ignore[misc]
        reconcile(house.office, operator)
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    assert house.acts() == recorded


def _displaced(house: House) -> dict[str, str]:
    """Sign a deposit whose nonce somebody else uses; wait until that is found, and give its id."""
    house.accept(house.founding())
    house.settle()
    ids = house.accept({"work": house.deposit(7)})
    _stop_at(house, Point.SIGNED)
    _use_elsewhere(house, Operator.ISSUER)
    worker = house.worker()
    house.until(lambda: _flagged(house, Operator.ISSUER), worker)
    worker.close()
    return ids


def test_others_are_accepted_while_a_node_is_asked_about_a_key(house: House) -> None:
    ids = _displaced(house)

    def left(receipt: Any) -> Any:
        ids.update(house.accept({"meanwhile": house.deposit(8)}))
        return receipt

    with forgetful(house.deployment.rpc[0], left) as url:
        asking = house.with_settings(rpc=(url,))
        done = reconcile(asking.office, Operator.ISSUER)
        asking.close()
    assert (len(done.foreign), done.tried_again) == (1, 1)
    house.settle()
    assert outcomes(house, ids) == settled(["work", "meanwhile"])


def test_two_who_reconcile_a_key_at_once_do_it_once(house: House) -> None:
    ids = _displaced(house)
    first: list[Reconciled] = []

    def left(receipt: Any) -> Any:
        if not first:
            first.append(reconcile(house.office, Operator.ISSUER))
        return receipt

    with forgetful(house.deployment.rpc[0], left) as url:
        asking = house.with_settings(rpc=(url,))
        with pytest.raises(Unavailable, match="meanwhile"):
            reconcile(asking.office, Operator.ISSUER)
        asking.close()
    assert [one.tried_again for one in first] == [1]
    house.settle()
    assert outcomes(house, ids) == settled(["work"])


def test_what_is_recorded_is_settled_though_every_receipt_is_forgotten(house: House) -> None:
    with forgetful(house.deployment.rpc[0]) as url:
        without = house.with_settings(rpc=(url,))
        ids = house.accept(house.founding() | _edition(house, 8))
        ids |= house.accept({str(one.serial): one for one in _mints(house, house.deposit(1), 8)})
        worker = without.worker()
        house.until(lambda: not house.open_count(), worker)
        worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    assert not any(_flagged(house, operator) for operator in Operator)


@pytest.mark.parametrize(("times", "end"), [(3, "serial-out-of-range"), (10_000, "no-record")])
def test_a_receipt_without_the_logs_of_a_refusal_is_asked_for_again_and_not_for_ever(
    house: House, times: int, end: str
) -> None:
    cut = Counter[str]()

    def left(receipt: Any) -> Any:
        if receipt is None or cut["times"] >= times:
            return receipt
        cut["times"] += 1
        return {**receipt, "logs": []}

    house.accept(house.founding() | _edition(house, 4))
    house.settle()
    with forgetful(house.deployment.rpc[0], left) as url:
        mints = _mints(house, house.deposit(1), 2)
        ids = house.accept({"good": mints[0], "bad": replace(mints[1], serial=100)})
        worker = house.with_settings(rpc=(url,)).worker()
        house.until(lambda: not house.open_count(), worker)
        worker.close()
    assert cut["times"] >= min(times, 3)
    assert outcomes(house, ids) == {"good": "settled", "bad": end}


@pytest.mark.parametrize("first", [1, 100], ids=["in-a-block-with-records", "in-one-without"])
def test_a_receipt_of_another_branch_decides_nothing(house: House, first: int) -> None:
    asked: list[float] = []

    def left(receipt: Any) -> Any:
        if receipt is None:
            return None
        asked.append(time.monotonic())
        orphaned = {**receipt, "blockHash": "0x" + "0b" * 32, "logs": []}
        return orphaned if asked[-1] < asked[0] + 4.0 else receipt

    house.accept(house.founding() | _edition(house, 4))
    house.settle()
    with forgetful(house.deployment.rpc[0], left) as url:
        one, other = _mints(house, house.deposit(1), 2)
        ids = house.accept({"one": replace(one, serial=first), "other": replace(other, serial=101)})
        worker = house.with_settings(rpc=(url,)).worker()
        house.until(lambda: not house.open_count(), worker)
        worker.close()
    assert asked[-1] > asked[0] + 4.0
    bad = "serial-out-of-range"
    assert outcomes(house, ids) == {"one": "settled" if first == 1 else bad, "other": bad}


def test_a_worker_that_starts_without_node_and_index_waits_and_turns_to_where_the_node_is_then(
    house: House,
) -> None:
    ids = house.accept(house.founding())
    path = house.settings.deployment
    right = path.read_text()
    written = json.loads(right)
    written["rpc"] = ["http://127.0.0.1:1"]
    path.write_text(json.dumps(written))
    worker = house.worker()
    path.write_text(right)
    for _ in range(3):
        worker.step_or_wait()
    assert worker.health.trouble
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))


@pytest.mark.filterwarnings("ignore:The 'strict' parameter:FutureWarning")  # The client of Kubo passes it.
@pytest.mark.parametrize("running", [False, True], ids=["stepped", "running"])
def test_a_content_store_that_is_down_holds_up_only_what_has_files(house: House, running: bool) -> None:
    ids = house.accept(house.founding() | {"filed": house.deposit(3, attachment(b"{}"))})
    worker = Worker(open_office(house.settings), KuboStore("/ip4/127.0.0.1/tcp/1"))
    others = {key: one for key, one in ids.items() if key != "filed"}
    if running:
        with house.followed(), working(worker):
            _until(lambda: house.open_count() == 1)
    else:
        house.until(lambda: house.open_count() == 1, worker)
    assert outcomes(house, others) == settled(list(others))
    assert outcomes(house, {"filed": ids["filed"]}) == {"filed": "accepted"}
    worker.close()
    house.settle()
    assert outcomes(house, ids) == settled(list(ids))


@contextmanager
def working(worker: Worker) -> Iterator[None]:
    """Let a worker run meanwhile."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def test_a_worker_asks_for_the_hourly_checkpoint(house: House) -> None:
    house.indexer.catch_up()
    worker = Worker(open_office(house.settings), DirectoryStore(house.settings.store), look_round=0.0)
    worker.step()
    worker.step()
    [asked] = operations(house.office.database)
    assert asked.kind == requests.Checkpoint.KIND
    house.settle(worker)
    worker.close()
    assert [type(one).__name__ for one in house.acts()] == ["Checkpointed"]


def test_a_worker_that_was_just_started_asks_for_none_yet(house: House) -> None:
    house.indexer.catch_up()
    worker = house.worker()
    for _ in range(3):
        worker.step()
    worker.close()
    assert operations(house.office.database) == []


@contextmanager
def forgetful(url: str, left: Callable[[Any], Any] = lambda _: None) -> Iterator[str]:
    """Give the address of a proxy before a node that knows no receipts, or what is `left` of them."""
    place = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            onward = http.client.HTTPConnection(place.hostname or "", place.port)
            onward.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.loads(onward.getresponse().read())
            onward.close()
            asked = json.loads(body)
            for call, one in zip(
                asked if isinstance(asked, list) else [asked],
                answer if isinstance(answer, list) else [answer],
                strict=True,
            ):
                if call["method"] == "eth_getTransactionReceipt":
                    one["result"] = left(one["result"])
            written = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with serving(Handler) as url:
        yield url


def _backup(house: House, folder: Path) -> Callable[[], None]:
    """Copy the database as it is; give what puts the copy back in its place."""
    url = make_url(house.settings.outbox_url)
    if url.get_backend_name() == "sqlite":
        path, kept = Path(url.database or ""), folder / "backup.db"
        house.office.database.scrub()
        shutil.copy(path, kept)

        def restore() -> None:
            _forget(house)
            for stale in path.parent.glob("outbox.db*"):
                stale.unlink()
            shutil.copy(kept, path)

        return restore
    _forget(house)
    _sql(house, f"CREATE DATABASE {url.database}_kept TEMPLATE {url.database}")

    def restore_postgresql() -> None:
        _forget(house)
        _sql(house, f"DROP DATABASE {url.database} WITH (FORCE)")
        _sql(house, f"CREATE DATABASE {url.database} TEMPLATE {url.database}_kept")

    return restore_postgresql


def _forget(house: House) -> None:
    house.office.close()
    house.__dict__.pop("office")


def _sql(house: House, statement: str) -> None:
    engine = create_engine(
        make_url(house.settings.outbox_url).set(database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _flagged(house: House, operator: Operator) -> bool:
    with house.office.database.read() as connection:
        return nonces.unreconciled(connection, house.office.key(operator)) is not None


def _take_all_leases(house: House, worker: str, seconds: float) -> None:
    with house.office.database.write() as connection:
        connection.execute(update(LeaseRow).values(worker=worker, until=time.time() + seconds))


def _until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _check_nonces(house: House) -> None:
    """Each key's rows are its nonces on chain, each once."""
    with house.office.database.read() as connection:
        rows = connection.execute(select(TransactionRow.sender, TransactionRow.nonce)).all()
    for operator in Operator:
        account = house.office.vault.operator(operator)
        used = sorted(row.nonce for row in rows if row.sender == account)
        assert used == list(range(house.office.nodes.next_nonce(account)))
