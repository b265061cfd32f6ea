"""Issuing a sheet: the same rows ask for nothing twice, wherever a run was cut off."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import pytest
from sqlalchemy import select, update

from indexer.values import ZERO_ADDRESS, Hash32, hash32
from service.errors import BadInput, Conflict
from service.files.internal import open_columns
from service.files.store import Damaged
from service.issuing import sheet as module
from service.issuing.column_keys import column_keys, destroy_column_key
from service.issuing.deposits import Prepared, prepare
from service.issuing.plan import collection_named
from service.issuing.sheet import Terms, issue
from service.issuing.tables import ColumnKeyRow
from service.keys.sealing import SealBroken, Sealer
from service.keys.secret import Secret
from service.outbox.database import Database
from service.outbox.operations import Operation
from service.outbox.requests import CreateCollection, Deposit, Mint, OpenEdition, RegisterAccount
from service.outbox.states import State
from service.outbox.tables import OperationRow
from tests.service.issuing.conftest import ISSUER, Room

ROW = "衍生创作,{title},唐诗,李白,{file},唐诗小笺,{edition},200,2,{to},"


def row(title: str, file: str = "a.png", to: str = "", edition: int = 1) -> str:
    return ROW.format(title=title, file=file, to=to, edition=edition)


def test_a_row_becomes_its_collection_its_deposit_its_edition_and_its_collectibles(room: Room) -> None:
    accepted = room.issue(room.rows(row("静夜思")))
    made, deposit, edition, first, second = (one.request for one in accepted)
    assert isinstance(made, CreateCollection)
    assert made.collection_id == collection_named(ISSUER, "唐诗小笺")
    assert isinstance(deposit, Deposit)
    assert deposit.registrant == ISSUER
    assert edition == OpenEdition(made.collection_id, deposit.work_id, 1, 200)
    assert first == Mint(made.collection_id, deposit.work_id, 1, 1, ZERO_ADDRESS)
    assert second == Mint(made.collection_id, deposit.work_id, 1, 2, ZERO_ADDRESS)
    assert [one.state for one in accepted] == [State.ACCEPTED] * 5


def test_a_row_without_a_collection_is_deposited_only(room: Room) -> None:
    accepted = room.issue(room.rows("衍生创作,静夜思,唐诗,李白,a.png,,,,,,"))
    assert [one.kind for one in accepted] == ["deposit"]


def test_a_sheet_issued_twice_gives_the_same_operations(room: Room) -> None:
    rows = room.rows(row("静夜思"), row("春晓", "b.png"))
    first = room.issue(rows)
    again = room.issue(room.rows(row("静夜思"), row("春晓", "b.png")))
    # The collection is there already, so it is not asked for again.
    assert [one.id for one in again] == [one.id for one in first if one.kind != CreateCollection.KIND]
    assert room.count() == len(first)


def test_the_same_sheet_submitted_twice_at_once_is_issued_once(room: Room, each_database: Database) -> None:
    shared = Room(each_database, room.folder)
    rows = shared.rows(*(row(f"诗{number}", "long.png" if number % 3 else "a.png") for number in range(150)))
    start = threading.Barrier(4)

    def submit(_number: int) -> list[str]:
        desk = shared.desk()
        start.wait(30)
        return [one.id for one in shared.issue(rows, desk) if one.kind != CreateCollection.KIND]

    with ThreadPoolExecutor(4) as clerks:
        first, *others = clerks.map(submit, range(4))
    assert others == [first] * 3
    assert shared.count() == len(first) + 1
    assert not list((room.folder / "inbox").glob("*.part"))


def _state(room: Room, state: State) -> None:
    with room.database.write() as connection:
        connection.execute(update(OperationRow).values(state=state))


@pytest.mark.parametrize("state", [State.ACCEPTED, State.STORED, State.SETTLED, State.REFUSED])
def test_asked_again_what_is_stored_leaves_no_copy_and_what_may_yet_be_wanted_stays(
    room: Room, state: State
) -> None:
    rows = room.rows(row("登高", "long.png"))
    room.issue(rows)
    _state(room, state)
    room.issue(rows)
    kept = state in (State.ACCEPTED, State.REFUSED)
    assert len(list((room.folder / "inbox").iterdir())) == kept


def test_other_bytes_under_a_used_key_do_not_lie_where_the_first_ones_wait(room: Room) -> None:
    [first] = room.rows(row("登高", "long.png"))
    (room.folder / "other.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"o" * 300_000)
    [other] = room.rows(row("登高", "other.png"))
    asked = (first, replace(other, idempotency_key=first.idempotency_key))
    paths = {_large(prepare(one, ISSUER, None, room.folder, room.folder / "inbox")) for one in asked}
    assert len(paths) == 2
    assert all((room.folder / path).exists() for path in paths)


def _large(prepared: Prepared) -> str:
    return next(one.path for one in prepared.deposit.attachments if one.path is not None)


def test_a_sheet_that_was_sorted_otherwise_and_grew_asks_only_for_what_is_new(room: Room) -> None:
    first = {one.id for one in room.issue(room.rows(row("静夜思"), row("春晓", "b.png")))}
    grown = room.issue(room.rows(row("春晓", "b.png"), row("登高", "long.png"), row("静夜思")))
    assert [one.kind for one in grown if one.id not in first] == ["deposit", "open-edition", "mint", "mint"]


def test_a_run_that_was_cut_off_goes_on_where_it_was(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
    rows = room.rows(*(row(f"其{number}") for number in range(5)))
    [begun] = list(islice(issue(room.desk(), rows, Terms()), 1))
    assert room.count() == len(begun)
    whole = room.issue(rows)
    assert {one.id for one in begun if one.kind != CreateCollection.KIND} < {one.id for one in whole}
    assert room.count() == 1 + 5 * 4
    assert [one.place for one in whole] == sorted(one.place for one in whole)


def test_a_chunk_is_accepted_whole_or_not_at_all(room: Room) -> None:
    rows = room.rows(row("静夜思"), row("春晓", "b.png"))
    (room.folder / "b.png").write_bytes(b"other")
    with pytest.raises(Conflict) as refused:
        room.issue(rows)
    assert refused.value.code == "file-changed"
    assert room.count() == 0


def test_recipients_are_found_by_their_code_each_with_an_account_of_this_collection(room: Room) -> None:
    for reference in ("H-1", "H-2"):
        room.register(reference)
    accepted = room.issue(room.rows(row("静夜思", to="H-1；H-2"), row("春晓", "b.png", to="H-1")))
    tokens = [one.request for one in accepted if isinstance(one.request, Mint)]
    first, second, third, fourth = (one.to for one in tokens)
    assert first == third != second
    assert fourth == ZERO_ADDRESS
    collection = collection_named(ISSUER, "唐诗小笺")
    assert first == room.registry.account_of("H-1", collection)
    assert first != room.registry.account_of("H-1", Hash32(b"\x02" * 32))  # unlinkable between collections
    with room.database.read() as connection:
        kind = select(OperationRow.place).where(OperationRow.kind == RegisterAccount.KIND)
        assert len(connection.execute(kind).all()) == 3


def test_a_recipient_nobody_knows_refuses_the_sheet_by_its_code(room: Room) -> None:
    with pytest.raises(BadInput) as refused:
        room.issue(room.rows(row("静夜思", to="H-404")))
    assert (refused.value.code, refused.value.facts["recipient"]) == ("recipient-unknown", "H-404")
    assert room.count() == 0


def test_a_holder_with_a_wallet_is_named_by_its_address(room: Room) -> None:
    accepted = room.issue(room.rows(row("静夜思", to="0x" + "ab" * 20)))
    tokens = [one.request for one in accepted if isinstance(one.request, Mint)]
    assert tokens[0].to == b"\xab" * 20
    assert not [one for one in accepted if isinstance(one.request, RegisterAccount)]


INTERNAL = "衍生创作,静夜思,唐诗,李白,a.png,,,,,,三号库一架"


def test_internal_columns_are_sealed_under_one_key_however_often_the_row_is_sent(room: Room) -> None:
    rows = room.rows(INTERNAL)
    [first] = room.issue(rows)
    assert room.issue(rows) == [first]
    with room.database.write() as connection:
        [kept] = connection.execute(select(ColumnKeyRow)).all()
        [key] = column_keys(connection, room.sealer, [rows[0].idempotency_key]).values()
    assert key.reveal() not in kept.sealed


def test_internal_columns_can_be_opened_with_their_key_alone(room: Room) -> None:
    rows = room.rows(INTERNAL)
    name = rows[0].idempotency_key
    with room.database.write() as connection:
        key = column_keys(connection, room.sealer, [name])[name]
    attachments = prepare(rows[0], ISSUER, key, room.folder, room.folder / "inbox").deposit.attachments
    sealed, manifest = (
        next(one.content for one in attachments if one.use == use) for use in ("internal", "manifest")
    )
    assert sealed is not None
    assert manifest is not None
    assert "三号库".encode() not in sealed + manifest
    committed = hash32(json.loads(manifest)["qianyin"]["internal"]["commitment"])
    assert dict(open_columns(sealed, key.reveal(), committed).columns) == {"备注": "三号库一架"}
    with pytest.raises(Damaged):
        open_columns(sealed, bytes(32), committed)


def test_a_row_with_another_key_is_another_request_under_the_same_name_and_refused(room: Room) -> None:
    """So a database restored without its keys says so, instead of depositing everything a second time."""
    rows = room.rows(INTERNAL)
    room.issue(rows)
    with room.database.write() as connection:
        destroy_column_key(connection, rows[0].idempotency_key)
    with pytest.raises(Conflict) as refused:
        room.issue(rows)
    assert refused.value.code == "idempotency-key-reused"


def test_a_key_is_made_once_kept_sealed_and_gone_when_destroyed(each_database: Database) -> None:
    sealer = Sealer(Secret(b"\x07" * 32))
    names = [f"{number:064x}" for number in range(900)]
    with each_database.write() as connection:
        first = column_keys(connection, sealer, names)
    with each_database.write() as connection:
        again = column_keys(connection, sealer, names[::-1])
        assert destroy_column_key(connection, names[0])
        assert not destroy_column_key(connection, names[0])
        fresh = column_keys(connection, sealer, names[:1])
    assert {name: key.reveal() for name, key in first.items()} == {n: k.reveal() for n, k in again.items()}
    assert len({key.reveal() for key in first.values()}) == len(names)
    assert fresh[names[0]].reveal() != first[names[0]].reveal()
    with each_database.write() as connection, pytest.raises(SealBroken):
        column_keys(connection, Sealer(Secret(b"\x08" * 32)), names[1:2])


def acknowledged(accepted: list[Operation]) -> list[int]:
    return [one.request.acknowledged_claims for one in accepted if isinstance(one.request, Deposit)]


def test_a_file_that_stands_twice_in_a_sheet_is_acknowledged_the_second_time(room: Room) -> None:
    rows = room.rows(row("静夜思"), row("静夜思（又一）"), row("春晓", "b.png"))
    assert acknowledged(room.issue(rows)) == [0, 1, 0]


def test_claims_that_others_made_are_acknowledged_too(room: Room) -> None:
    rows = room.rows(row("静夜思"), row("静夜思（又一）"))
    room.known[rows[0].files[0].sha256] = 3
    assert acknowledged(room.issue(rows)) == [3, 4]


def test_claims_recorded_since_the_first_try_do_not_change_what_was_asked(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 1)
    rows = room.rows(row("静夜思"), row("静夜思（又一）"))
    list(islice(issue(room.desk(), rows, Terms()), 1))
    room.known[rows[0].files[0].sha256] = 1  # Our own first claim, recorded by now: not to be counted twice.
    assert acknowledged(room.issue(rows)) == [0, 1]


def test_a_long_file_waits_below_the_home_and_a_short_one_in_the_database(room: Room) -> None:
    room.issue(room.rows(row("静夜思"), row("登高", "long.png")))
    [path] = [one for one in room.waiting() if one is not None]
    assert (room.folder / path).read_bytes() == (room.folder / "long.png").read_bytes()


def test_a_long_file_is_not_kept_twice_once_it_is_in_the_content_store(room: Room) -> None:
    rows = room.rows(row("登高", "long.png"))
    room.issue(rows)
    [path] = [room.folder / one for one in room.waiting() if one is not None]
    room.issue(rows)
    assert path.exists()  # It is still accepted only, so the copy is needed.
    with room.database.write() as connection:
        connection.execute(update(OperationRow).values(state=State.STORED))
    path.unlink()
    room.issue(rows)
    assert not path.exists()
