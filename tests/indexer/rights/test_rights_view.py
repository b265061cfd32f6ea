"""What the projection knows of rights: estates, grants, and all of a work's as known at any time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.evidence.collect import look_since
from indexer.evidence.rights_claims import InForce, Title
from indexer.evidence.verdict import SinceThen
from indexer.rights.acts import GrantKind
from indexer.rights.scope import Axis, Point
from indexer.rights.state import Attestation, Estate, Grant, WorkRights
from indexer.rights.title import Rights, rights_of
from indexer.store import Projection
from indexer.store.writing import write_plainly
from indexer.values import Hash32
from tests.indexer.histories import FOLLOWED, SOURCES, account, word
from tests.indexer.rights.test_rights_state import every_act
from tests.indexer.rights.told import BOX, RightsHistory
from tests.indexer.test_projection import header_of, index, rows

WORK, OTHER = word("work"), word("other work")
AN, BO, CI, DE = (account(number) for number in range(1, 5))
PART = replace(BOX, territories=0b1, from_=20_400, until=20_700)
HERE = Point(1, 0, 0, 0, 20_500)


def told() -> RightsHistory:
    history = RightsHistory()
    estate = history.claim(WORK, BOX, AN, BO)
    history.claim(OTHER, BOX, CI)
    history.tomorrow()
    parts = history.split(estate, Axis.TERRITORIES, [0b1, 0b1110])
    first = history.grant(parts[0], CI, GrantKind.EXCLUSIVE, PART)
    history.sublicense(first, DE, GrantKind.SOLE, PART)
    history.tomorrow()
    history.assign(parts[0], DE)
    history.surrender(first, 20_600)
    history.close()
    return history


def test_every_state_is_read_back_as_it_was_written(projection: Projection) -> None:
    history = every_act()
    index(projection, history)
    with projection.view() as view:
        found = view.states(history.held)
        assert {subject: known.state for subject, known in found.items()} == history.held
        assert {type(known.state) for known in found.values()} >= {Estate, Grant, WorkRights, Attestation}
        assert all(known.determinate for known in found.values())


def test_what_is_gone_and_what_came_of_it_are_listed(projection: Projection) -> None:
    history = told()
    index(projection, history)
    with projection.view() as view:
        of_work = [one.state for one in view.estates(work=WORK).items]
        assert {one.estate_id for one in of_work} == {
            one.estate_id for one in history.held.values() if isinstance(one, Estate) and one.work_id == WORK
        }
        assert [one.state.work_id for one in view.estates(owner=DE).items] == [WORK]
        assert view.estates(owner=account(99)).items == ()
        assert {one.state.licensee for one in view.grants(work=WORK).items} == {CI, DE}
        assert view.grants(work=OTHER).items == ()
        [grant] = view.grants(licensee=CI).items
        assert [one.state.licensee for one in view.grants(parent=grant.state.grant_id).items] == [DE]
        assert [one.state for one in view.grants(estate=grant.state.estate_id).items] == [grant.state]


def test_parts_of_one_division_are_never_on_two_pages(projection: Projection) -> None:
    history = told()
    index(projection, history)
    with projection.view() as view:
        seen, after = [], None
        while True:
            page = view.estates(after=after, limit=1)
            seen += [one.state.estate_id for one in page.items]
            after = page.cursor
            if after is None:
                break
        assert (
            len(seen)
            == len(set(seen))
            == len([one for one in history.held.values() if isinstance(one, Estate)])
        )


def test_grants_that_end_in_a_span_of_days_are_listed(projection: Projection) -> None:
    history = told()
    index(projection, history)
    with projection.view() as view:
        assert [one.state.licensee for one in view.grants_ending(20_599, 20_599).items] == [CI]
        assert [one.state.licensee for one in view.grants_ending(20_600, 20_699).items] == [DE]
        assert view.grants_ending(20_600, 20_698).items == ()
        assert view.grants_ending(20_000, 21_000, licensee=AN).items == ()
        assert len(view.grants_ending(20_000, 21_000, work=WORK).items) == 2


def plainly(history: RightsHistory, known_at: int) -> Rights:
    """Gather the rights of the work from the records themselves."""
    of_work = SOURCES.rights_of(WORK)
    until = [one for one in history.told if one[0].block_time <= known_at and of_work in one[0].subjects]
    return rights_of(until, known_at)


@pytest.mark.parametrize("days", [0, 1, 2])
def test_the_rights_of_a_work_are_those_that_its_records_say_as_known_at_any_time(
    projection: Projection, days: int
) -> None:
    history = told()
    index(projection, history)
    known_at = history.base.time + days * 86_400
    expected = plainly(history, known_at)
    with projection.view() as view:
        found = view.rights(WORK, known_at)
        assert (found.known_at, found.tenures, found.grants) == (known_at, expected.tenures, expected.grants)
        assert [step.record for step in found.chain(HERE)] == [step.record for step in expected.chain(HERE)]


def test_the_title_of_joined_estates_is_read_back_with_the_hands_of_all_its_parts(
    projection: Projection,
) -> None:
    history = RightsHistory()
    parts = history.split(history.claim(WORK, BOX, AN, BO), Axis.TERRITORIES, [0b1, 0b1110])
    for part in parts:
        history.assign(part, DE)
    whole = history.merge(parts, Axis.TERRITORIES)
    history.close()
    index(projection, history)
    with projection.view() as view:
        steps = view.rights(WORK).chain_of(whole)
    assert [step.tenure.owners for step in steps] == [*[(AN, BO)] * 3, *[(DE,)] * 3]
    assert steps == plainly(history, history.time).chain_of(whole)


def test_papers_that_stood_for_signatures_are_known_and_whether_they_were_confirmed_by_then(
    projection: Projection,
) -> None:
    history = RightsHistory()
    history.attest(WORK, word("claim"), AN)
    history.attest(OTHER, word("claim"), BO)
    history.tomorrow()
    history.confirm(WORK, word("claim"), AN)
    history.close()
    index(projection, history)
    with projection.view() as view:
        for known_at, confirmed in ((history.base.time, False), (None, True)):
            found = view.rights(WORK, known_at).attested
            assert {name: one.confirmed for name, one in found.items()} == {(word("claim"), AN): confirmed}


def test_now_is_the_block_that_all_answers_are_as_of(projection: Projection) -> None:
    history = told()
    index(projection, history)
    with projection.view() as view:
        found = view.rights(WORK)
        assert found.known_at == view.as_of.time
        tenure = found.tenure_at(HERE)
        assert tenure is not None
        assert tenure.owners == (DE,)
        assert [one.licensee for one in found.grants_at(HERE)] == [CI, DE]
        assert view.rights(word("unknown")).tenures == ()


def test_a_digest_that_an_act_used_up_is_found(projection: Projection) -> None:
    history = told()
    index(projection, history)
    wanted: dict[Hash32, int] = {}
    for record, act, _ in history.told:
        digest = getattr(act, "intent", None) or getattr(act, "grant_id", None)
        assert isinstance(digest, bytes)
        wanted[Hash32(digest)] = record.seq
    with projection.view() as view:
        assert {digest: one.record.seq for digest, one in view.find_intents(wanted).items()} == wanted


def test_forgetting_a_block_gives_estates_and_grants_back_as_they_were(projection: Projection) -> None:
    history = told()
    index(projection, history, blocks_at_once=1, depth=10)
    with projection.view() as view:
        last = view.rights(WORK)
    tip, to = projection.progress().tip, history.blocks[-2][0]
    projection.rewind(header_of(tip), to)
    with projection.view() as view:
        rewound = view.rights(WORK)
    plain = plainly(history, to.time)
    assert (rewound.tenures, rewound.grants) == (plain.tenures, plain.grants)
    assert rewound.grants != last.grants
    index(projection, history)
    with projection.view() as view:
        assert view.rights(WORK).grants == last.grants


def test_rights_are_written_alike_fast_and_plainly_at_once_and_block_by_block(
    projection: Projection, tmp_path: Path
) -> None:
    history = every_act()
    index(projection, history)
    with Projection.open(f"sqlite:///{tmp_path / 'plain.db'}") as plain:
        index(plain, history, blocks_at_once=1, writer=write_plainly)
        assert rows(plain) == rows(projection)


def test_an_act_of_the_future_on_the_rights_of_a_work_stops_them_alone(projection: Projection) -> None:
    history = RightsHistory()
    estate, other = history.claim(WORK, BOX, AN), history.claim(OTHER, BOX, BO)
    history.unknown(SOURCES.rights_of(WORK), SOURCES.party(BO))
    history.grant(estate, CI, GrantKind.SOLE, PART)
    history.grant(other, CI, GrantKind.SOLE, PART)
    history.close()
    index(projection, history)
    with projection.view() as view:
        stopped, followed = view.work_rights(WORK), view.estate(other)
        assert stopped is not None
        assert followed is not None
        assert (stopped.determinate, followed.determinate) == (False, True)
        assert followed.state.revision == 2
        assert view.grants(work=WORK).items == ()
        assert len(view.grants(work=OTHER).items) == 1


def test_what_was_proved_is_looked_up_again_later(projection: Projection) -> None:
    history = RightsHistory()
    work = history.work(AN, 1)
    estate = history.claim(work, BOX, AN)
    grant = history.grant(estate, BO, GrantKind.SOLE, PART)
    below = history.sublicense(grant, CI, GrantKind.SOLE, PART)
    history.close()
    title = Title(estate, work, (AN,), (1,))
    force = InForce(below, work, CI, 20_500, (grant,))
    index(projection, history)
    with projection.view() as view:
        assert {look_since(view, one, 9).state for one in (title, force)} == {SinceThen.NOT_WITHDRAWN}
        unknown = (replace(title, estate_id=5), replace(force, grant_id=word("unknown")))
        assert {look_since(view, one, 9).state for one in unknown} == {SinceThen.NOT_CHECKED}
    history.assign(estate, DE)
    history.surrender(grant, 20_450)
    history.close()
    index(projection, history)
    with projection.view() as view:
        assert {look_since(view, one, 9).state for one in (title, force)} == {SinceThen.WITHDRAWN}
        before = replace(force, on=20_449)
        assert look_since(view, before, 9).state is SinceThen.NOT_WITHDRAWN
    history.split(estate, Axis.MEDIA, [1, 2])
    history.close()
    index(projection, history)
    with projection.view() as view:
        assert look_since(view, replace(title, owners=(DE,)), 9).state is SinceThen.WITHDRAWN


def test_the_ledger_that_is_followed_has_the_ten_contracts() -> None:
    assert len(FOLLOWED.sources.__slots__) == 10
