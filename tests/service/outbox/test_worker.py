"""The worker on a real chain, in trouble of every sort."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from indexer import events as acts
from indexer.events import Role
from indexer.values import Address
from service.errors import Conflict, Unavailable
from service.keys.operators import Operator
from service.outbox import nonces, requests, sweeping
from service.outbox.nodes import WrongChain
from service.outbox.office import open_office
from service.outbox.operations import State
from service.outbox.reconcile import reconcile
from service.outbox.requests import Request, RoleStep
from service.outbox.states import Point
from service.outbox.supersede import supersede
from service.outbox.tables import ItemRow, LeaseRow, OperationRow, TransactionRow
from service.outbox.transactions import Unsigned
from service.outbox.worker import Worker
from tests.devnet.transactions import mined
from tests.devnet_fixtures import LiveNode
from tests.service.outbox.flaky import flaky
from tests.service.outbox.house import House, build, outcomes, settled
from tests.service.outbox.samples import attachment, word

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]


@pytest.fixture
def house(geth_node: LiveNode) -> Iterator[House]:
    """A house on one Clique validator."""
    made = build(geth_node)
    yield made
    made.close()


class Stopped(Exception):
    """A worker stopped at a point, in its own process."""


def _stop_at(house: House, point: Point, nth: int = 1) -> None:
    """Step a worker until it comes to a point, and leave it there."""
    seen = 0

    def at(here: Point) -> None:
        nonlocal seen
        seen += here is point
        if here is point and seen == nth:
            raise Stopped

    house.indexer.catch_up()
    worker = house.worker(at)
    try:
        with house.followed(), pytest.raises(Stopped):
            _step_on(worker)
    finally:
        worker.close()


def _step_on(worker: Worker, steps: int = 2_000) -> None:
    for _ in range(steps):
        worker.step()
        time.sleep(0.02)


def _transactions(house: House) -> int:
    with house.office.database.read() as connection:
        return connection.execute(select(func.count()).select_from(TransactionRow)).scalar_one()


def _use_elsewhere(house: House, operator: Operator) -> int:
    """Send something with an operator's key that no row knows of; give its nonce once it is mined."""
    account = house.office.vault.operator(operator)
    nonce = house.office.nodes.next_nonce(account)
    foreign = Unsigned(house.deployment.chain_id, nonce, 21_000, account, b"")
    house.office.nodes.send(
        foreign.sealed(lambda digest: house.office.vault.sign_as_operator(operator, digest)).raw
    )
    _await(lambda: house.office.nodes.latest_nonce(account) == nonce + 1)
    return nonce


def _await(done: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _flagged(house: House, operator: Operator) -> bool:
    with house.office.database.read() as connection:
        return nonces.unreconciled(connection, house.office.key(operator)) is not None


def _tries(house: House, operation_id: str) -> int:
    """In how many transactions a request was."""
    query = select(func.count()).select_from(ItemRow).join(OperationRow, OperationRow.place == ItemRow.place)
    with house.office.database.read() as connection:
        return connection.execute(query.where(OperationRow.id == operation_id)).scalar_one()


def _objects(house: House, number: int, holder: Address) -> dict[str, Request]:
    """Several objects, from deposit to distribution."""
    wanted: dict[str, Request] = {}
    for index in range(number):
        work = house.deposit(1000 + index)
        edition = requests.OpenEdition(house.collection.collection_id, work.work_id, 1, 1)
        mint = requests.Mint(house.collection.collection_id, work.work_id, 1, 1)
        hand = requests.Distribute(house.collection.collection_id, mint.token_id, holder)
        wanted |= {f"{index} d": work, f"{index} e": edition, f"{index} m": mint, f"{index} h": hand}
    return wanted


def test_objects_are_signed_without_waiting_for_each_step_and_fill_their_batches(house: House) -> None:
    holder = house.account("holder")
    house.accept(house.founding() | {"holder": house.registration(holder)})
    house.settle()
    before = _transactions(house)
    ids = house.accept(_objects(house, 12, holder))
    worker = house.worker()
    worker.step()
    worker.step()
    assert {str(house.operation(one).state) for one in ids.values()} <= {"signed", "sent"}
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    assert _transactions(house) - before == 4 * 12 // house.settings.batch_items


def test_the_same_act_asked_for_twice_is_done_once_and_both_are_settled(house: House) -> None:
    twice = {"one": house.deposit(5), "other": house.deposit(5)}
    ids = house.accept(house.founding() | twice)
    house.settle()
    assert outcomes(house, ids) == settled(list(ids))
    assert house.operation(ids["one"]).seq == house.operation(ids["other"]).seq
    assert house.operation(ids["other"]).transaction is None
    assert Counter(type(one).__name__ for one in house.acts())["WorkRegistered"] == 1


def test_of_two_acts_that_exclude_each_other_the_later_is_refused_with_the_contracts_reason(
    house: House,
) -> None:
    one, other = house.account("one"), house.account("other")
    wanted = house.founding() | {"one": house.registration(one), "other": house.registration(other)}
    wanted |= _objects(house, 1, one)
    mint = wanted["0 m"]
    assert isinstance(mint, requests.Mint)
    again = requests.Distribute(house.collection.collection_id, mint.token_id, other)
    ids = house.accept(wanted | {"again": again})
    house.settle()
    assert outcomes(house, ids) == settled(list(ids)) | {"again": "not-holder"}


def test_a_refused_item_ends_alone_and_what_needs_it_by_name(house: House) -> None:
    holder = house.account("holder")
    wanted = house.founding() | {"holder": house.registration(holder)} | _objects(house, 4, holder)
    wanted["0 e"] = requests.OpenEdition(house.collection.collection_id, house.deposit(1000).work_id, 1, 0)
    ids = house.accept(wanted)
    house.settle()
    found = outcomes(house, ids)
    refused = {"0 e": "cap-out-of-range", "0 m": "dependency-refused", "0 h": "dependency-refused"}
    assert found == settled(list(ids)) | refused
    named = house.operation(ids["0 m"]).reason
    assert named is not None
    assert named.facts["operation"] == ids["0 e"]


def test_a_batch_that_reverts_whole_is_halved_until_each_has_its_own_reason(house: House) -> None:
    registrar = house.office.vault.operator(Operator.REGISTRAR)
    house.accept(house.founding())
    house.settle()
    revoke = requests.ChangeRole(Operator.OPERATIONS_GOVERNOR, RoleStep.REVOKE, Role.REGISTRAR, registrar, 0)
    house.accept({"revoke": revoke})
    house.settle()
    before = _transactions(house)
    ids = house.accept(
        {f"late {number}": house.registration(house.account(f"late {number}")) for number in range(4)}
    )
    house.settle()
    assert outcomes(house, ids) == dict.fromkeys(ids, "role-missing")
    assert _transactions(house) - before == 1 + 2 + 4


def test_another_genesis_behind_the_address_signs_nothing(house: House, anvil_node: LiveNode) -> None:
    ids = house.accept({"institution": house.founding()["institution"]})
    right = house.node.url
    for rpc in ((anvil_node.url,), (right, anvil_node.url), (anvil_node.url, right)):
        worker = house.with_settings(rpc=rpc).worker()
        house.indexer.catch_up()
        with pytest.raises(WrongChain):
            _step_on(worker, 3)
        worker.close()
    assert _transactions(house) == 0
    assert house.operation(ids["institution"]).state is State.STORED
    house.settle()
    assert house.operation(ids["institution"]).state is State.SETTLED


def test_what_is_signed_is_not_sent_to_another_chain(house: House, anvil_node: LiveNode) -> None:
    ids = house.accept({"institution": house.founding()["institution"]})
    _stop_at(house, Point.SIGNED)
    worker = house.with_settings(rpc=(anvil_node.url,)).worker()
    with pytest.raises(WrongChain):
        _step_on(worker, 3)
    worker.close()
    assert house.operation(ids["institution"]).state is State.SIGNED
    assert anvil_node.call("eth_blockNumber") == "0x0"
    house.settle()
    assert outcomes(house, ids) == settled(list(ids))


def test_a_worker_at_rest_sweeps_the_inbox(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "SEEN", 0.0)
    stray = house.settings.inbox / "stray"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"left by somebody who was killed")
    os.utime(stray, (time.time() - 2 * sweeping.OLD,) * 2)
    house.indexer.catch_up()
    worker = house.worker()
    house.until(lambda: not stray.exists(), worker)
    worker.close()


def test_a_key_that_somebody_else_used_signs_nothing_until_it_is_reconciled(house: House) -> None:
    house.accept(house.founding())
    house.settle()
    nonce = _use_elsewhere(house, Operator.ISSUER)
    ids = house.accept({"work": house.deposit(7), "person": house.registration(house.account("p"))})
    worker = house.worker()
    house.until(lambda: _flagged(house, Operator.ISSUER) and house.open_count() == 1, worker)
    assert outcomes(house, ids) == {"work": "stored", "person": "settled"}
    done = reconcile(house.office, Operator.ISSUER)
    assert (done.foreign, done.tried_again) == ((nonce,), 0)
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    assert reconcile(house.office, Operator.ISSUER).foreign == ()


def test_a_nonce_taken_after_we_signed_displaces_ours_and_the_request_is_tried_again(house: House) -> None:
    house.accept(house.founding())
    house.settle()
    ids = house.accept({"work": house.deposit(7)})
    _stop_at(house, Point.SIGNED)
    nonce = _use_elsewhere(house, Operator.ISSUER)
    worker = house.worker()
    house.until(lambda: _flagged(house, Operator.ISSUER), worker)
    assert outcomes(house, ids) == {"work": "sent"}
    done = reconcile(house.office, Operator.ISSUER)
    assert (done.foreign, done.tried_again) == ((nonce,), 1)
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))


def test_an_older_database_repeats_nothing_once_its_keys_are_reconciled(house: House) -> None:
    holder = house.account("holder")
    wanted = house.founding() | {"holder": house.registration(holder)} | _objects(house, 3, holder)
    ids = house.accept(wanted | {"checkpoint": requests.Checkpoint(0)})
    path = Path(house.office.database.engine.url.database or "")
    house.office.database.scrub()
    backup = path.with_suffix(".backup")
    shutil.copy(path, backup)
    house.settle()
    recorded = house.acts()
    house.office.close()
    house.__dict__.pop("office")
    for stale in path.parent.glob("outbox.db*"):
        stale.unlink()
    shutil.copy(backup, path)
    assert set(outcomes(house, ids).values()) == {"accepted"}
    worker = house.worker()
    used = (Operator.REGISTRAR, Operator.RELAYER)
    house.until(lambda: all(_flagged(house, operator) for operator in used), worker)
    assert set(outcomes(house, ids).values()) == {"stored"}
    for operator in used:
        reconcile(house.office, operator)
    house.until(lambda: _flagged(house, Operator.ISSUER), worker)  # It had waited for the registrar.
    reconcile(house.office, Operator.ISSUER)
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    assert house.acts() == recorded


def test_a_self_send_that_wins_ends_the_request_as_superseded(house: House) -> None:
    holder = house.account("holder")
    house.accept(house.founding() | {"holder": house.registration(holder)})
    house.settle()
    ids = house.accept(_objects(house, 1, holder))
    _stop_at(house, Point.SIGNED)
    hash_ = supersede(house.office, ids["0 d"])
    assert supersede(house.office, ids["0 d"]) == hash_
    with house.office.database.read() as connection:
        raw = connection.execute(select(TransactionRow.raw).where(TransactionRow.hash == hash_)).scalar_one()
    house.office.nodes.send(raw or b"")
    issuer = house.office.vault.operator(Operator.ISSUER)
    _await(lambda: house.office.nodes.latest_nonce(issuer) == house.office.nodes.next_nonce(issuer) == 2)
    house.settle()
    found = outcomes(house, ids)
    assert found["0 d"] == "superseded"
    assert {found[key] for key in ("0 e", "0 m", "0 h")} == {"dependency-refused"}
    assert all(not isinstance(one, acts.WorkRegistered) for one in house.acts())


def test_a_first_attempt_that_wins_is_settled_all_the_same(house: House) -> None:
    house.accept(house.founding())
    house.settle()
    ids = house.accept({"work": house.deposit(7)})
    _stop_at(house, Point.SENDING)
    supersede(house.office, ids["work"])
    house.settle()
    assert outcomes(house, ids) == settled(list(ids))
    with pytest.raises(Conflict):
        supersede(house.office, ids["work"])
    with house.office.database.read() as connection:
        states = connection.execute(select(TransactionRow.attempt, TransactionRow.state)).all()
    assert ("2", "displaced") in {(str(attempt), state) for attempt, state in states}


def test_bytes_that_no_node_takes_free_their_nonce_and_the_batch_is_halved(house: House) -> None:
    roomy = house.with_settings(batch_bytes=400_000, batch_items=5_000, block_share=1)
    house.accept(house.founding())
    house.settle()
    works = {f"work {number}": house.deposit(5_000 + number) for number in range(480)}
    editions = {
        f"edition of {key}": requests.OpenEdition(house.collection.collection_id, work.work_id, 1, 1)
        for key, work in list(works.items())[::100]
    }
    ids = house.accept({**works, **editions})
    worker = roomy.worker()
    house.settle(worker, seconds=120)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    with house.office.database.read() as connection:
        attempts = connection.execute(select(TransactionRow.attempt, TransactionRow.state)).all()
    assert (2, "final") in {(attempt, state) for attempt, state in attempts}
    # The editions were executed before their works were there: that try said nothing about them.
    assert _tries(house, ids["edition of work 0"]) == 2


def test_everything_ends_though_a_third_of_all_answers_is_lost(house: House) -> None:
    holder = house.account("holder")
    wanted = house.founding() | {"holder": house.registration(holder)} | _objects(house, 10, holder)
    wanted["3 e"] = requests.OpenEdition(house.collection.collection_id, house.deposit(1003).work_id, 1, 0)
    ids = house.accept(wanted)
    with flaky(house.node.url, 0.33) as (url, tally):
        poor = house.with_settings(rpc=(url,))
        worker = poor.worker()
        house.settle(worker, seconds=150)
        worker.close()
    refused = {"3 e": "cap-out-of-range", "3 m": "dependency-refused", "3 h": "dependency-refused"}
    assert outcomes(house, ids) == settled(list(ids)) | refused
    assert Counter(type(one).__name__ for one in house.acts())["Minted"] == 9
    assert min(tally["before"], tally["after"]) >= 5


def test_nothing_is_settled_before_its_block_is(house: House) -> None:
    house.depth = 3
    ids = house.accept({"institution": house.founding()["institution"]})
    worker = house.worker()
    registrar = house.office.vault.operator(Operator.REGISTRAR)
    house.until(lambda: house.office.nodes.latest_nonce(registrar) == 1, worker)
    house.run_for(worker, 1)
    assert outcomes(house, ids) == {"institution": "sent"}
    mined(house.node, 3)
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))


def test_what_a_chain_lost_is_sent_again(anvil_node: LiveNode) -> None:
    house = build(anvil_node)
    ids = house.accept(house.founding())
    house.settle()
    issuer = house.office.key(Operator.ISSUER)
    assert house.office.nodes.latest_nonce(issuer.account) == 1
    anvil_node.call("anvil_rollback", 1)
    assert house.office.nodes.latest_nonce(issuer.account) == 0
    worker = house.worker()

    def back() -> bool:
        worker.step()
        return house.office.nodes.latest_nonce(issuer.account) == 1

    _await(back)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))
    house.close()


def test_one_worker_at_a_time_has_a_key(house: House) -> None:
    first, second = house.worker(), house.worker()
    house.indexer.catch_up()
    first.step()
    second.step()
    assert first.health.keys == list(Operator)
    assert second.health.keys == []
    time.sleep(house.settings.lease + 0.1)
    second.step()
    assert second.health.keys == list(Operator)
    second.close()
    first.step()
    assert first.health.keys == list(Operator)
    first.close()


def test_a_worker_that_lost_its_lease_signs_nothing(house: House) -> None:
    house.indexer.catch_up()
    worker = house.worker()
    worker.step()
    ids = house.accept(house.founding())
    with house.office.database.write() as connection:
        connection.execute(update(LeaseRow).values(worker="another", until=time.time() + 60))
    worker._files.step()
    for operator in Operator:
        assert worker._signing.step(house.office.key(operator)) == 0
    assert _transactions(house) == 0
    assert not any(house.operation(one).state.ended for one in ids.values())
    worker.close()


def test_a_worker_waits_for_a_node_that_is_down_and_goes_on(house: House) -> None:
    ids = house.accept(house.founding())
    house.indexer.catch_up()
    house.node.kill()
    worker = house.worker()
    with pytest.raises(Unavailable):
        worker.step()
    house.node.start()
    house.settle(worker)
    worker.close()
    assert outcomes(house, ids) == settled(list(ids))


def test_the_same_on_postgresql(geth_node: LiveNode, postgres_url: str) -> None:
    house = build(geth_node).with_settings(outbox_url=postgres_url)
    holder = house.account("holder")
    ids = house.accept(house.founding() | {"holder": house.registration(holder)} | _objects(house, 3, holder))
    house.settle()
    assert outcomes(house, ids) == settled(list(ids))
    house.close()


def test_no_key_is_in_any_log_or_row(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    holder, other = house.account("holder"), house.account("other")
    wanted = house.founding() | {"holder": house.registration(holder), "other": house.registration(other)}
    wanted |= _objects(house, 1, holder)
    mint = wanted["0 m"]
    assert isinstance(mint, requests.Mint)
    wanted |= {
        "gift": requests.GiveFromKept(mint.token_id, holder, other),
        "file": house.deposit(9, attachment(b"x")),
        "bad": requests.GiveFromKept(mint.token_id, house.issuer, other),
    }
    ids = house.accept(wanted)
    house.settle()
    assert outcomes(house, ids) == settled(list(ids)) | {"bad": "key-not-kept"}
    master = bytes.fromhex(house.settings.master_key_path.read_text())
    keys = [master, *(one.reveal() for one in open_office(house.settings).vault._keys.values())]
    house.office.database.scrub()
    folder = house.settings.home
    stored = b"".join(one.read_bytes() for one in [*folder.glob("*.db*"), *folder.glob("*.json")])
    for key in keys:
        assert key.hex() not in caplog.text
        assert key not in stored
        assert key.hex().encode() not in stored


def test_a_request_of_another_institution_is_refused(house: House) -> None:
    theirs = requests.CreateCollection(Address(b"\x01" * 20), word(1), word(2), house.collection.policy)
    ids = house.accept({"theirs": theirs})
    house.settle()
    assert outcomes(house, ids) == {"theirs": "not-our-account"}
