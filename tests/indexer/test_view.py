"""The questions of the projection: each answered as a plain look at the records would answer it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event

from indexer import events as acts
from indexer import state as states
from indexer.audit import Measures, Period, TallyKey, tally
from indexer.follow import Header
from indexer.health import health
from indexer.state import fold
from indexer.store import Projection, View
from indexer.store.answers import Completeness, Document, EntryFilter
from indexer.store.selecting import Effort, Selection, first_seqs
from indexer.values import Hash32
from indexer.wire import write_address
from tests.indexer.histories import BASE_TIME, SOURCES, History, account, grow, word
from tests.indexer.test_projection import index


@pytest.fixture(scope="module")
def world() -> History:
    history = History()
    grow(history, 260, 21)
    return history


@pytest.fixture
def view(projection: Projection, world: History) -> Iterator[View]:
    index(projection, world, depth=5)
    with projection.view() as view:
        yield view


def tokens_of(world: History) -> list[states.Token]:
    return [state for state in world.held.values() if isinstance(state, states.Token)]


def test_everything_in_a_view_is_as_of_one_block(view: View, world: History) -> None:
    header, _ = world.blocks[-1]
    assert (view.as_of.number, view.as_of.hash, view.as_of.time) == (header.number, header.hash, header.time)
    assert view.as_of.settled_number == header.number - 5
    assert view.as_of.settles(header.number - 5)
    assert not view.as_of.settles(header.number - 4)


def test_a_view_does_not_see_what_comes_later(projection: Projection, world: History) -> None:
    shorter = History(blocks=world.blocks[:-10])
    index(projection, shorter, depth=20)
    with projection.view() as early:
        index(projection, world, depth=20)
        assert early.as_of.number == shorter.tip.number
        assert early.record(early.as_of.count) is None
    with projection.view() as late:
        assert late.as_of.number == world.tip.number


def test_a_record_is_given_as_it_stands(view: View, world: History) -> None:
    for record in (world.records[0], world.records[77], world.records[-1]):
        entry = view.record(record.seq)
        assert entry is not None
        assert entry.record == record
        assert entry.act == acts.decode(record)
        assert entry.settled == view.as_of.settles(record.block_number)
    assert view.record(len(world.records)) is None


def test_the_outbox_finds_what_it_asked_for(view: View, world: History) -> None:
    gifts = [(record, act) for record in world.records if isinstance(act := acts.decode(record), acts.Gifted)]
    for record, act in gifts[:5]:
        subject = SOURCES.token(act.token_id)
        found = view.find_act(subject, acts.Gifted, intent=act.intent)
        assert found is not None
        assert found.record == record
        assert view.find_act(subject, acts.Gifted, intent=word("never")) is None
        assert view.find_act(subject, acts.Annulled, intent=act.intent) is None
    digests = [act.intent for _, act in gifts] + [act.acceptance for _, act in gifts]
    by_intent = view.find_intents([*digests, word("never")])
    assert by_intent.keys() == set(digests)
    for record, act in gifts:
        assert by_intent[act.intent].record == by_intent[act.acceptance].record == record


def test_many_acts_are_found_at_once(view: View, world: History) -> None:
    wanted = {(record.subjects[0], type(acts.decode(record))) for record in world.records}
    found = view.find_acts([*wanted, (word("nothing"), acts.Minted)])  # type: ignore[list-item]
    assert found.keys() == wanted
    for (subject, kind), entry in found.items():
        first = next(
            record
            for record in world.records
            if subject in record.subjects and type(acts.decode(record)) is kind
        )
        assert entry.record == first


def test_the_records_of_a_transaction_are_together(view: View, world: History) -> None:
    entry = view.record(30)
    assert entry is not None
    together = view.transaction(entry.transaction_hash)
    assert [one.record.seq for one in together] == [30, 31, 32]


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_history_is_whole_page_by_page(view: View, world: History, newest_first: bool) -> None:
    subject = SOURCES.party(account(1))
    expected = [record for record in world.records if subject in record.subjects]
    assert len(expected) > 30
    found, after, pages = [], None, 0
    while pages == 0 or after is not None:
        page = view.history(subject, after, 7, newest_first=newest_first)
        found += [entry.record for entry in page.items]
        after, pages = page.cursor, pages + 1
    assert found == (expected[::-1] if newest_first else expected)
    assert pages == -(-len(expected) // 7)


def test_what_an_account_holds_is_listed(view: View, world: History) -> None:
    for number in range(10, 16):
        holder = account(number)
        expected = sorted(one.token_id for one in tokens_of(world) if one.holder == holder)
        listed, after = [], None
        while after is not None or not listed:
            page = view.tokens(holder=holder, after=after, limit=3)
            listed += [known.state.token_id for known in page.items]
            after = page.cursor
            if not page.items:
                break
        assert listed == expected
        activity = view.activity(holder)
        assert activity.tokens_held == len(expected)
        assert activity.standing is not None
        assert activity.entries == view.subject_head(SOURCES.party(holder))[1]


def test_lists_and_counts_are_those_of_the_states(view: View, world: History) -> None:
    tokens = tokens_of(world)
    editions = [state for state in world.held.values() if isinstance(state, states.Edition)]
    issued = view.issued([edition.edition_id for edition in editions])
    assert issued == {
        edition.edition_id: sum(one.edition_id == edition.edition_id for one in tokens)
        for edition in editions
    }
    collections = {edition.collection_id for edition in editions}
    assert view.collection_counts(collections) == {
        one: (
            len({edition.work_id for edition in editions if edition.collection_id == one}),
            sum(token.collection_id == one for token in tokens),
        )
        for one in collections
    }
    works = [state for state in world.held.values() if isinstance(state, states.Work)]
    for institution in (account(1), account(2)):
        assert view.totals(institution) == (
            sum(work.registrant == institution for work in works),
            sum(token.issuer == institution for token in tokens),
        )
    listed = view.works(account(1), limit=1_000).items
    assert {known.state.work_id for known in listed} == {
        work.work_id for work in works if work.registrant == account(1)
    }
    assert [known.begun_seq for known in listed] == sorted(
        (known.begun_seq for known in listed), reverse=True
    )
    biggest = max(collections, key=lambda one: sum(token.collection_id == one for token in tokens))
    place = [known.state.token_id for known in view.tokens(collection=biggest, limit=100).items]
    assert [known.state.token_id for known in view.tokens_at(biggest, 2, 3)] == place[2:5]
    of_one = view.editions(collection=biggest, limit=100).items
    assert {known.state.edition_id for known in of_one} == {
        edition.edition_id for edition in editions if edition.collection_id == biggest
    }


def test_who_held_it_then(view: View, world: History) -> None:
    moved = sorted(tokens_of(world), key=lambda token: -token.gifts)[:4]
    for token in moved:
        subject = SOURCES.token(token.token_id)
        for header, _ in world.blocks[::5]:
            until = [record for record in world.records if record.block_number <= header.number]
            expected = fold(until, SOURCES).get(subject)
            known = view.holder_at(token.token_id, block=header.number)
            assert (known.state if known else None) == expected
            assert view.state_at(states.Token, subject, header.number) == known


def test_who_held_it_at_a_time_is_after_the_last_block_not_later(view: View, world: History) -> None:
    token = max(tokens_of(world), key=lambda token: token.gifts)
    times = sorted({header.time for header, _ in world.blocks})
    for time in (BASE_TIME - 1, *times[::7], times[-1], times[-1] + 10_000, times[3] + 1):
        until = [record for record in world.records if record.block_time <= time]
        expected = fold(until, SOURCES).get(SOURCES.token(token.token_id))
        known = view.holder_at(token.token_id, time=time)
        assert (known.state if known else None) == expected
        block = view.block_at(time)
        last = [header for header, _ in world.blocks if header.time <= time]
        assert (block.number if block else None) == (last[-1].number if last else _base(view, time))
    with pytest.raises(ValueError, match="either"):
        view.holder_at(token.token_id)


def _base(view: View, time: int) -> int | None:
    return 6 if time >= BASE_TIME else None


def test_a_filter_lets_through_what_a_plain_look_would(view: View, world: History) -> None:
    token = max(tokens_of(world), key=lambda token: token.gifts)
    middle = world.records[len(world.records) // 2]
    minted = acts.SELECTORS[acts.Minted]
    party = SOURCES.party(account(11))
    cases = [
        (EntryFilter(), lambda record: True),
        (EntryFilter(party=account(11)), lambda record: party in record.subjects),
        (EntryFilter(token=token.token_id), lambda record: SOURCES.token(token.token_id) in record.subjects),
        (EntryFilter(acts=frozenset([minted])), lambda record: record.act == minted),
        (
            EntryFilter(party=account(1), acts=frozenset([minted])),
            lambda record: record.act == minted and SOURCES.party(account(1)) in record.subjects,
        ),
        (EntryFilter(time_from=middle.block_time), lambda record: record.block_time >= middle.block_time),
        (EntryFilter(time_until=middle.block_time), lambda record: record.block_time < middle.block_time),
        (
            EntryFilter(block_from=middle.block_number, block_until=middle.block_number),
            lambda record: record.block_number == middle.block_number,
        ),
        (EntryFilter(seq_from=5, seq_until=9), lambda record: 5 <= record.seq <= 9),
        (EntryFilter(seq_from=9, seq_until=5), lambda record: False),
    ]
    for where, lets_through in cases:
        assert whole_list(view, where) == [record for record in world.records if lets_through(record)]


def derived_cases(world: History) -> list[tuple[EntryFilter, Hash32, set[Hash32]]]:
    """Filters that bring along what came of a subject, each with its subject, and with what came of that."""
    tokens = tokens_of(world)
    editions = [state for state in world.held.values() if isinstance(state, states.Edition)]
    token = max(tokens, key=lambda token: token.gifts)
    return [
        (
            EntryFilter(work=token.work_id, derived=True),
            SOURCES.work(token.work_id),
            {SOURCES.edition(one.edition_id) for one in editions if one.work_id == token.work_id}
            | {SOURCES.token(one.token_id) for one in tokens if one.work_id == token.work_id},
        ),
        (
            EntryFilter(collection=token.collection_id, derived=True),
            SOURCES.collection(token.collection_id),
            {SOURCES.edition(one.edition_id) for one in editions if one.collection_id == token.collection_id}
            | {SOURCES.token(one.token_id) for one in tokens if one.collection_id == token.collection_id},
        ),
        (
            EntryFilter(edition=token.edition_id, derived=True),
            SOURCES.edition(token.edition_id),
            {SOURCES.token(one.token_id) for one in tokens if one.edition_id == token.edition_id},
        ),
    ]


def test_a_filter_by_work_collection_or_edition_brings_along_what_came_of_it(
    view: View, world: History
) -> None:
    alone = tokens_of(world)[0].work_id
    for where, own, came_of_it in [
        *derived_cases(world),
        (EntryFilter(work=alone), SOURCES.work(alone), set[Hash32]()),
    ]:
        subjects = {own, *came_of_it}
        expected = [record for record in world.records if not subjects.isdisjoint(record.subjects)]
        assert whole_list(view, where) == expected
        assert expected


@pytest.mark.parametrize("acts_wanted", [(), (acts.Gifted,)])
@pytest.mark.parametrize(
    ("effort", "walks", "asks"),
    [
        (Effort(few=1_000_000), False, True),
        (Effort(few=0, stretch=7, patience=1_000_000), True, False),
        (Effort(few=0, stretch=2, patience=4, each=0), True, True),
    ],
    ids=["all asked", "walked", "walked, then all asked"],
)
def test_however_what_came_of_a_subject_is_looked_for_the_same_is_found(
    projection: Projection,
    world: History,
    effort: Effort,
    walks: bool,
    asks: bool,
    acts_wanted: tuple[type[acts.Act], ...],
) -> None:
    index(projection, world, depth=5)
    selectors = frozenset(acts.SELECTORS[act_type] for act_type in acts_wanted)
    asked = statements_of(projection)
    for where, own, came_of_it in derived_cases(world):
        wanted = Selection.of(SOURCES, replace(where, acts=selectors))
        asked.clear()
        found, left = list[int](), range(30, len(world.records) - 3)
        with projection.connection() as connection:
            while part := first_seqs(connection, wanted, left, 6, effort):
                assert len(part) <= 6
                found += part
                left = range(part[-1] + 1, left.stop)
        subjects = {own, *came_of_it}
        assert found == [
            record.seq
            for record in world.records[30:-3]
            if not subjects.isdisjoint(record.subjects) and (not selectors or record.act in selectors)
        ]
        assert found
        assert any("DISTINCT" in statement for statement in asked) is walks
        assert any("UNION" in statement for statement in asked) is asks


def statements_of(projection: Projection) -> list[str]:
    """Give a list that every statement joins which is asked of the projection from now on."""
    asked: list[str] = []
    event.listen(projection._database.reader, "before_cursor_execute", lambda *call: asked.append(call[2]))
    return asked


def whole_list(view: View, where: EntryFilter) -> list[object]:
    found, after = [], -1
    while True:
        listing = view.entries(where, after, 17)
        found += [entry.record for entry in listing.entries]
        if listing.cursor is None:
            return found
        after = listing.cursor


def test_a_list_says_whether_and_how_its_completeness_can_be_known(view: View, world: History) -> None:
    last = len(world.records) - 1
    everything = view.entries(EntryFilter(seq_from=3))
    assert (everything.completeness, everything.first, everything.last) == (Completeness.LEDGER, 3, last)
    token = tokens_of(world)[0].token_id
    history = view.entries(EntryFilter(token=token))
    assert history.completeness is Completeness.SUBJECT
    assert (history.subject, history.subject_head) == (
        SOURCES.token(token),
        view.subject_head(SOURCES.token(token))[0],
    )
    for where in (
        EntryFilter(token=token, seq_from=3),
        EntryFilter(token=token, acts=frozenset([word("act")])),
        EntryFilter(acts=frozenset([word("act")])),
        EntryFilter(work=tokens_of(world)[0].work_id, derived=True),
    ):
        selection = view.entries(where)
        assert selection.completeness is Completeness.SELECTION
        assert selection.subject_head is None


def test_a_filter_names_one_subject_at_most(view: View) -> None:
    with pytest.raises(ValueError, match="at most one"):
        view.entries(EntryFilter(party=account(1), work=word("work")))


@pytest.mark.parametrize("period", list(Period))
def test_counts_are_those_that_an_export_reproduces(view: View, world: History, period: Period) -> None:
    found = view.tally(period)
    assert found == tally(world.records, period)
    assert {key.institution for key in found} == {account(1), account(2)}
    summed = [sum(column) for column in zip(*found.values(), strict=True)]
    works = [state for state in world.held.values() if isinstance(state, states.Work)]
    tokens = tokens_of(world)
    annulled = [token for token in tokens if token.status is states.TokenStatus.ANNULLED]
    held = [token for token in tokens if token.held_until]
    assert summed == [len(works), len(tokens), len(held), len(annulled)]


def test_counts_of_a_time_are_those_of_its_records(view: View, world: History) -> None:
    early, late = world.records[60].block_time, world.records[-40].block_time
    found = view.tally(Period.MONTH, early, late)
    assert found == tally(world.records, Period.MONTH, early, late)
    assert found != view.tally(Period.MONTH)


def test_days_are_those_of_shanghai() -> None:
    history = History(time=1_767_196_799)  # 2025-12-31 23:59:59 in UTC+8
    issuer = history.institution()
    history.work(issuer, 1)
    history.close(1)
    history.work(issuer, 2)
    history.close()
    kind = acts.WorkKind.CAPTURE_RECORD
    assert tally(history.records, Period.YEAR) == {
        TallyKey(issuer, kind, "2025"): Measures(deposited=1),
        TallyKey(issuer, kind, "2026"): Measures(deposited=1),
    }


def test_a_range_is_streamed_whole_and_lies_between_two_heads(view: View, world: History) -> None:
    from indexer.head import fold_heads

    assert list(view.records(40, 90)) == world.records[40:91]
    assert fold_heads(view.head_before(40), view.records(40, 90)) == view.head_before(91)
    assert fold_heads(view.head_before(0), view.records(0, 10_000)) == view.as_of.head
    assert view.head_before(0) == world.base.head
    assert list(view.records(9, 3)) == []
    for beyond in (-1, len(world.records) + 1):
        with pytest.raises(LookupError):
            view.head_before(beyond)


def test_titles_numbers_and_hashes_are_found(projection: Projection, world: History) -> None:
    index(projection, world)
    titles = {
        "春晓": ("Spring Morning", "馆 1956.12"),
        "靜夜思": ("Quiet Night Thought", "100%_x"),
        "Pair of “Café”\nvases, 19th c.?": ("", "2001.77a–b"),
    }
    with projection.view() as view:
        works = view.works(limit=100).items
    told = [
        Document(known.state.manifest_digest, title, *titles[title])
        for known, title in zip(works, [*titles, *titles, "春晓"], strict=False)
    ]
    missing = {digest for _, digest in projection.missing_documents()}
    projection.put_documents(told)
    projection.put_documents(told[:2])  # a second telling replaces the first
    left = {digest for _, digest in projection.missing_documents()}
    assert left == missing - {document.digest for document in told}
    parts, since = [], -1
    while part := projection.missing_documents(1, since):
        parts += part
        since = part[-1][0]
    assert tuple(parts) == projection.missing_documents()
    with projection.view() as view:

        def found(text: str) -> int:
            return len(view.search(text, limit=50).works)

        assert found("春晓") == 3
        assert found("晓") == 3
        assert found("quiet NIGHT") == 2
        assert found("cafe\u0301") == 2, "a composed letter is found by its parts"
        assert found("vases, 19th") == 2
        assert found("馆 1956.12") == 3
        assert found("100%_") == 2, "no letter is a pattern"
        assert found("100%%") == 0
        assert found("'; DROP TABLE works; --") == 0
        assert found("") == 0
        assert found("\0") == 0
        assert found("vases,\0 19th\0") == 2, "what no text can have is as if it were not there"
        hits = view.search("春晓", limit=2)
        assert [hit.document.title for hit in hits.works if hit.document] == ["春晓", "春晓"]
        rest = view.search("春晓", after=hits.cursor, limit=2)
        assert len(rest.works) == 1
        assert rest.cursor is None
        one = works[0].state
        assert [hit.work.state for hit in view.search("0x" + one.file_digest.hex().upper()).works] == [one]
        assert [hit.work.state for hit in view.search(one.work_id.hex()).works] == [one]
        token = tokens_of(world)[0]
        by_token = view.search(str(token.token_id)).token
        assert by_token is not None
        assert by_token.state.token_id == token.token_id
        by_collection = view.search(token.collection_id.hex()).collection
        assert by_collection is not None
        assert by_collection.state.collection_id == token.collection_id
        assert view.documents([told[0].digest, word("never")]) == {told[0].digest: told[0]}


def test_every_claim_to_the_same_bytes_is_listed(projection: Projection) -> None:
    history = History()
    one, other = history.institution(1), history.institution(2)
    first, second = history.work(one, 7), history.work(other, 7)
    history.close()
    index(projection, history)
    with projection.view() as view:
        assert [known.state.work_id for known in view.claims(word("file", 7))] == [first, second]
        assert view.claims(word("file", 8)) == ()


def test_a_page_takes_a_fixed_number_of_statements(projection: Projection, world: History) -> None:
    index(projection, world)
    statements = statements_of(projection)
    tokens = sorted(tokens_of(world), key=lambda token: token.gifts)
    counts = []
    for token in (tokens[0], tokens[-1]):
        with projection.view() as view:
            statements.clear()
            assert view.token_page(token.token_id) is not None
            counts.append(len(statements))
    assert counts[0] == counts[1] <= 4


def test_health_says_how_far_behind_and_what_is_wrong(projection: Projection) -> None:
    history = History()
    history.institution()
    history.close()
    history.record(acts.Checkpointed(1), SOURCES.whole_ledger())
    history.close()
    index(projection, history)
    tip = history.tip
    newest = Header(tip.number + 3, word("newest"), word("parent"), tip.time + 40)
    with projection.view() as view:
        good = health(view, newest, now=tip.time + 60)
        assert (good.lag_blocks, good.lag_seconds, good.head_age, good.checkpoint_age) == (3, 40, 20, 60)
        assert good.well
        assert health(view, newest, now=tip.time - 100).ahead_of_clock
        assert not health(view, None, now=tip.time + 60).well
    history.unknown(SOURCES.account(account(1)))
    history.close()
    index(projection, history)
    with projection.view() as view:
        assert (
            health(view, newest, now=tip.time + 60).stops,
            health(view, newest, now=tip.time + 60).well,
        ) == (1, False)


def test_what_nobody_ever_recorded_is_not_there(view: View) -> None:
    nothing = Hash32(bytes(32))
    assert view.token(5) is None
    assert view.token_page(5) is None
    assert view.work(nothing) is None
    assert view.collection(nothing) is None
    assert view.edition(5) is None
    assert view.standing(account(77)) is None
    assert view.order(nothing) is None
    assert view.seat(acts.Role.ISSUER, account(77)) is None
    assert view.anchor(nothing) is None
    assert view.cancelled(account(1), 1) is None
    assert view.states([nothing]) == {}
    assert view.subject_head(nothing) == (nothing, 0)
    assert view.history(nothing).items == ()
    assert view.block(3) is None
    assert view.last_checkpoint() is None
    assert view.activity(account(77)).standing is None
    assert write_address(account(77)) not in repr(view.as_of)
