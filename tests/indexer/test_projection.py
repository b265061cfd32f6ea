"""The projection: the same rows whichever way they were written, and exactly the earlier ones after a rewind."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from indexer import events as acts
from indexer.follow import Halt, Reason
from indexer.live import header_of
from indexer.span import LedgerBlock
from indexer.state import Token, fold
from indexer.store import NothingIndexed, OtherLedger, Projection, TipMoved, schema
from indexer.store.comparison import differences, same_rows
from indexer.store.rows import Rows
from indexer.store.versions import TABLES
from indexer.store.writing import Writer, write_fast, write_plainly
from indexer.values import ZERO_ADDRESS, ZERO_HASH
from tests.indexer.conftest import Opener
from tests.indexer.histories import FOLLOWED, SOURCES, History, account, grow, span_of, word

UINT256_MAX = (1 << 256) - 1
UINT64_MAX = (1 << 64) - 1


def index(
    projection: Projection,
    history: History,
    *,
    blocks_at_once: int = 10_000,
    depth: int = 0,
    writer: Writer = write_fast,
) -> None:
    """Index what the projection does not have yet, in spans of so many blocks."""
    projection.start(FOLLOWED, history.base)
    progress = projection.progress()
    settled, start = progress.blocks[0].number, progress.tip
    missing = [block for block in history.blocks if block[0].number > start.number]
    for place in range(0, len(missing), blocks_at_once):
        span = span_of(start, missing[place : place + blocks_at_once])
        settled = max(settled, span.last.number - depth)
        projection.extend(start, span, settled, writer)
        start = span.last


def rows(projection: Projection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the database, in the order of the keys."""
    with projection.connection() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in schema.Base.metadata.sorted_tables
        }


def test_a_projection_that_never_began_says_so(projection: Projection) -> None:
    with pytest.raises(NothingIndexed), projection.view():
        pass
    with pytest.raises(NothingIndexed):
        projection.progress()


def test_a_projection_begins_at_the_block_before_the_ledger(projection: Projection) -> None:
    history = History()
    projection.start(FOLLOWED, history.base)
    assert projection.progress().blocks == (history.base,)
    with projection.view() as view:
        assert (view.as_of.count, view.as_of.head) == (0, history.base.head)
        assert view.sources == SOURCES


def test_beginning_twice_changes_nothing_and_another_ledger_is_refused(opener: Opener) -> None:
    history = History()
    opener().start(FOLLOWED, history.base)
    opener().start(FOLLOWED, history.base)
    stranger = acts.Sources(*(account(place) for place in range(len(acts.Sources.__slots__))))
    with pytest.raises(OtherLedger):
        opener().start(type(FOLLOWED)(FOLLOWED.chain_id, FOLLOWED.genesis_hash, stranger), history.base)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_fast_path_writes_the_rows_of_the_plain_one(
    projection: Projection, tmp_path: Path, seed: int
) -> None:
    history = History()
    grow(history, 120, seed)
    index(projection, history)
    with Projection.open(f"sqlite:///{tmp_path / 'plain.db'}") as plain:
        index(plain, history, blocks_at_once=1, writer=write_plainly)
        assert differences(projection, plain) == ()


def test_rows_do_not_depend_on_how_blocks_were_put_together(projection: Projection, tmp_path: Path) -> None:
    history = History()
    grow(history, 200, 3)
    index(projection, history, blocks_at_once=7)
    with Projection.open(f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        index(whole, history)
        assert same_rows(projection, whole)


def test_rows_that_differ_are_named(projection: Projection, tmp_path: Path) -> None:
    history = History()
    grow(history, 40, 3)
    index(projection, history)
    with Projection.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        index(other, history)
        with other._database.writing() as connection:
            connection.execute(text("UPDATE tokens SET status = 2 WHERE seq = (SELECT min(seq) FROM tokens)"))
        [difference] = differences(projection, other)
        assert difference.table == "tokens"
        assert difference.here != difference.there
        assert not same_rows(projection, other)


def test_the_states_that_stand_are_those_of_the_replay(projection: Projection) -> None:
    history = History()
    grow(history, 250, 4)
    index(projection, history, blocks_at_once=20)
    replayed = fold(history.records, SOURCES)
    with projection.view() as view:
        found = view.states(replayed)
        assert {subject: known.state for subject, known in found.items()} == replayed
        assert all(known.determinate and known.settled for known in found.values())


def test_the_head_and_the_records_of_every_subject_are_kept(projection: Projection) -> None:
    from indexer.head import fold_heads, fold_subject, subject_heads

    history = History()
    grow(history, 150, 5)
    index(projection, history, blocks_at_once=11)
    with projection.view() as view:
        assert view.as_of.head == fold_heads(history.base.head, history.records)
        assert list(view.records(0, 10_000)) == history.records
        for subject, head in subject_heads(history.records).items():
            naming = [record for record in history.records if subject in record.subjects]
            assert view.subject_head(subject) == (head, len(naming))
            assert fold_subject(subject, naming) == head


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 40), st.booleans())
def test_rewinding_brings_the_earlier_rows_back(seed: int, back: int, forth: int, afresh: bool) -> None:
    import tempfile

    history = History()
    grow(history, 60, seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        Projection.open(f"sqlite:///{folder}/index.db") as projection,
    ):
        check_rewinding(projection, history, min(back, len(history.blocks) - 1), forth, afresh=afresh)


def test_rewinding_brings_the_earlier_rows_back_on_both_databases(projection: Projection) -> None:
    history = History()
    grow(history, 80, 6)
    check_rewinding(projection, history, 25, 40, afresh=True)


def check_rewinding(projection: Projection, history: History, back: int, forth: int, *, afresh: bool) -> None:
    kept = len(history.blocks) - back
    early = History()
    for header, records in history.blocks[:kept]:
        early.blocks.append((header, records))
        early.records.extend(records)
    depth = 1_000
    index(projection, early, blocks_at_once=9, depth=depth)
    before = rows(projection)
    index(projection, history, blocks_at_once=9, depth=depth)
    assert rows(projection) != before
    tip = projection.progress().tip
    projection.rewind(header_of(tip), early.tip)
    assert rows(projection) == before
    if afresh:  # and the chain goes on otherwise
        early.held = dict(fold(early.records, SOURCES))
        early.branch, early.time = "other", early.tip.time + 1
        grow(early, forth, 99)
        index(projection, early, blocks_at_once=5, depth=depth)
        with projection.view() as view:
            replayed = fold(early.records, SOURCES)
            assert {s: known.state for s, known in view.states(replayed).items()} == replayed


def test_settled_blocks_are_not_rewound(projection: Projection) -> None:
    history = History()
    grow(history, 30, 7)
    index(projection, history, depth=3)
    progress = projection.progress()
    assert len(progress.blocks) == 4
    with pytest.raises(ValueError, match="before the settled block"):
        projection.rewind(header_of(progress.tip), history.blocks[0][0])


def test_empty_settled_blocks_are_not_kept(projection: Projection) -> None:
    history = History()
    history.institution()
    history.close()
    for _ in range(5):
        history.close()
    history.institution(2)
    for _ in range(4):
        history.close()
    index(projection, history, blocks_at_once=1, depth=1)
    with projection.connection() as connection:
        numbers = list(
            connection.scalars(select(schema.BlockTable.number).order_by(schema.BlockTable.number))
        )
    first = history.base.number
    assert numbers == [first, first + 1, first + 7, first + 9, first + 10], (
        "the settled one is kept, though empty"
    )
    assert [block.number for block in projection.progress().blocks] == [first + 9, first + 10]


def test_only_one_of_two_indexers_extends(opener: Opener) -> None:
    history = History()
    grow(history, 20, 8)
    one, other = opener(), opener()
    one.start(FOLLOWED, history.base)
    span = span_of(history.base, history.blocks)
    other.extend(history.base, span, span.last.number)
    with pytest.raises(TipMoved):
        one.extend(history.base, span, span.last.number)
    with pytest.raises(TipMoved):
        one.rewind(history.base_header, history.base_header)
    assert one.progress().tip == span.last


def test_what_another_indexer_wrote_is_not_forgotten_by_one_that_remembers(
    opener: Opener, tmp_path: Path
) -> None:
    history = History()
    grow(history, 60, 8)
    one, other = opener(), opener()
    one.start(FOLLOWED, history.base)
    start = history.base
    for turn, place in enumerate(range(0, len(history.blocks), 4)):
        span = span_of(start, history.blocks[place : place + 4])
        (other if turn % 3 == 1 else one).extend(start, span, span.last.number)
        start = span.last
    with Projection.open(f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        index(whole, history)
        assert differences(one, whole) == ()


def test_a_span_that_cannot_be_written_leaves_nothing_behind(projection: Projection) -> None:
    history = History()
    grow(history, 20, 9)
    projection.start(FOLLOWED, history.base)
    before = rows(projection)
    span = span_of(history.base, history.blocks)

    def breaks(connection: Any, part: Any) -> None:
        write_fast(connection, part)
        if part.table.name == "record_subjects":
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        projection.extend(history.base, span, span.last.number, breaks)
    assert rows(projection) == before
    projection.extend(history.base, span, span.last.number)
    assert projection.progress().tip == span.last


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_copy_that_cannot_go_on_fails_as_any_other_statement_does(
    place: tuple[str, str], projection: Projection
) -> None:
    history = History()
    grow(history, 20, 9)
    projection.start(FOLLOWED, history.base)
    span = span_of(history.base, history.blocks)

    def impatient(connection: Connection, part: Rows) -> None:
        connection.execute(text("SET LOCAL lock_timeout = '20ms'"))
        write_fast(connection, part)

    url, schema_name = place
    with create_engine(url, poolclass=NullPool).begin() as holder:
        holder.execute(text(f'LOCK TABLE "{schema_name}".records IN ACCESS EXCLUSIVE MODE'))
        with pytest.raises(OperationalError, match="COPY"):
            projection.extend(history.base, span, span.last.number, impatient)
    projection.extend(history.base, span, span.last.number)
    assert projection.progress().tip == span.last


def test_an_unknown_act_stops_its_subjects_and_keeps_the_record(
    projection: Projection, tmp_path: Path
) -> None:
    history = History()
    issuer = history.institution()
    work = history.work(issuer, 1)
    edition = history.edition(history.collection(issuer), work)
    token, other = history.mint(edition, 1), history.mint(edition, 2)
    history.close()
    strange = history.unknown(SOURCES.token(token), SOURCES.party(issuer))
    history.close()
    history.distribute(token, account(10))
    history.distribute(other, account(11))
    history.close()
    index(projection, history, blocks_at_once=1)
    with projection.view() as view:
        stopped, followed = view.token(token), view.token(other)
        assert stopped is not None
        assert followed is not None
        assert (stopped.determinate, stopped.state.holder) == (False, issuer)
        assert (followed.determinate, followed.state.holder) == (True, account(11))
        assert view.stops() == 2
        with projection.connection() as connection:
            stops = connection.execute(select(schema.Stop.seq, schema.Stop.subject)).all()
        assert {(row.seq, bytes(row.subject)) for row in stops} == {
            (strange.seq, SOURCES.token(token)),
            (strange.seq, SOURCES.party(issuer)),
        }, "a subject stops once"
        history_of = [entry.record for entry in view.history(SOURCES.token(token)).items]
        assert strange in history_of
        assert len(history_of) == 3
        kept = view.record(strange.seq)
        assert kept is not None
        assert kept.act == acts.UnknownAct(strange.act, strange.data)
    with Projection.open(f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        index(whole, history)
        assert same_rows(projection, whole)


def test_a_stop_is_undone_by_a_rewind(projection: Projection) -> None:
    history = History()
    issuer = history.institution()
    history.close()
    kept = history.copy("other")
    history.unknown(SOURCES.account(issuer))
    history.close()
    index(projection, history, depth=9)
    with projection.view() as view:
        assert view.stops() == 1
    projection.rewind(history.tip, kept.tip)
    kept.replace_account(issuer, account(5))
    kept.close()
    index(projection, kept, depth=9)
    with projection.view() as view:
        standing = view.standing(account(5))
        assert standing is not None
        assert standing.determinate
        assert view.stops() == 0


def test_an_act_that_does_not_follow_stops_only_what_it_would_change(projection: Projection) -> None:
    history = History()
    issuer = history.institution()
    work = history.work(issuer, 1)
    token = history.mint(history.edition(history.collection(issuer), work), 1)
    history.distribute(token, account(10))
    honest = history.records.pop()
    history.pending.pop()
    history.raw(
        type(honest)(
            **{name: getattr(honest, name) for name in honest.__slots__} | {"state_after": word("a lie")}
        )
    )
    history.close()
    index(projection, history)
    with projection.view() as view:
        known = view.token(token)
        assert known is not None
        assert (known.determinate, known.state.holder) == (False, issuer)
        assert view.stops() == 1


def test_large_numbers_are_exact_and_in_order(projection: Projection) -> None:
    history = History()
    issuer = history.institution()
    edition = history.edition(history.collection(issuer), history.work(issuer, 1), cap=UINT64_MAX)
    serials = [1, 255, 256, 1 << 32, (1 << 63) - 1, 1 << 63, UINT64_MAX]
    for serial in reversed(serials):
        history.mint(edition, serial)
    history.record(
        acts.IntentCancelled(account(10), UINT256_MAX),
        SOURCES.nonce(account(10), UINT256_MAX),
        SOURCES.party(account(10)),
    )
    history.hold(acts.token_id(edition, 1), UINT64_MAX)
    history.close()
    index(projection, history)
    with projection.view() as view:
        listed = view.tokens(edition=edition, limit=100).items
        assert [known.state.serial for known in listed] == serials
        assert listed[0].state.held_until == UINT64_MAX
        opened = view.edition(edition)
        assert opened is not None
        assert opened.state.cap == UINT64_MAX
        cancelled = view.cancelled(account(10), UINT256_MAX)
        assert cancelled is not None
        assert cancelled.state.nonce == UINT256_MAX


def test_a_number_too_large_for_its_column_is_refused_not_rounded() -> None:
    with pytest.raises(OverflowError):
        TABLES[Token].c.user_until.type.process_bind_param(1 << 64, None)  # type: ignore[attr-defined]


def test_a_halt_is_written_down_and_taken_back(projection: Projection) -> None:
    history = History()
    projection.start(FOLLOWED, history.base)
    halt = Halt(Reason.SETTLED_REPLACED, history.base_header, history.close())
    projection.halt(halt)
    assert projection.progress().halt == halt
    with projection.view() as view:
        assert view.halt == halt
    projection.resume()
    assert projection.progress().halt is None


def test_random_cuts_of_a_chain_give_one_and_the_same_projection(
    projection: Projection, tmp_path: Path
) -> None:
    """Extend and rewind at random; in the end only the last chain shows."""
    dice = random.Random(11)
    history = History()
    grow(history, 40, 11)
    projection.start(FOLLOWED, history.base)
    for turn in range(6):
        index(projection, history, blocks_at_once=dice.randint(1, 9), depth=10_000)
        cut = dice.randint(1, len(history.blocks) - 1)
        shorter = History(branch=f"turn {turn}", blocks=history.blocks[:cut])
        shorter.records = [record for _, records in shorter.blocks for record in records]
        shorter.held = dict(fold(shorter.records, SOURCES))
        shorter.time = shorter.tip.time + 1
        projection.rewind(history.tip, shorter.tip)
        grow(shorter, 15, turn)
        history = shorter
    index(projection, history, depth=10_000)
    with Projection.open(f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        index(whole, history, depth=10_000)
        assert differences(projection, whole) == ()


def test_the_last_block_is_the_tip(projection: Projection) -> None:
    history = History()
    grow(history, 12, 12)
    index(projection, history)
    header, _ = history.blocks[-1]
    tip = projection.progress().tip
    assert (tip.number, tip.hash, tip.count) == (header.number, header.hash, len(history.records))
    assert isinstance(tip, LedgerBlock)


@pytest.mark.parametrize("writer", [write_plainly, write_fast])
def test_a_text_from_the_chain_is_kept_whatever_is_in_it(projection: Projection, writer: Writer) -> None:
    history, order = History(), word("order of a stranger")
    filed = acts.OrderFiled(
        order_id=order,
        filed_by=account(801),
        authority="a\0b \ufffe 法院",
        order_hash=word("document"),
        reason_code=word("reason"),
        measure=acts.Measure.HOLD,
        target=SOURCES.token(1),
        to=ZERO_ADDRESS,
        occurred_at=1,
        effect_until=0,
        expires=UINT64_MAX,
        corrects=ZERO_HASH,
    )
    history.record(filed, SOURCES.order(order))
    history.close()
    index(projection, history, writer=writer)
    with projection.view() as view:
        known = view.states([SOURCES.order(order)])[SOURCES.order(order)]
        assert known.state.authority == filed.authority  # type: ignore[union-attr]
        assert known.determinate
