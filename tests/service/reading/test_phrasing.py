"""How it is said who agreed to an act on rights: a paper is never said to be a signature."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.events import Act
from indexer.record import Record
from indexer.rights.acts import Assent, GrantKind
from indexer.rights.scope import Axis
from indexer.store import Projection
from indexer.store.view import View
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address
from service.pages.views import Name
from service.pages.views.rights import Agreement
from service.reading.rights.phrasing import Phrasing
from service.rights.answers import clashes_body
from tests.indexer.histories import account, word
from tests.indexer.rights.told import BOX, RightsHistory
from tests.indexer.test_projection import index

WORK = word("work")
AN, BO, CI = (account(number) for number in range(1, 4))
PART = replace(BOX, territories=0b1)


@dataclass
class OnPaper(RightsHistory):
    """Acts to which the party that is named first agreed on a paper, while `papers` says so."""

    papers: bool = True

    def record(self, act: Act, *subjects: Hash32) -> Record:
        if self.papers and getattr(act, "assents", 0):
            act = replace(act, assents=act.assents - Assent.OWN_KEY + Assent.PAPER)  # type: ignore[union-attr,call-arg]
        return super().record(act, *subjects)


def called(one: Address) -> Name:
    return Name(write_address(one))


@contextmanager
def phrased(history: RightsHistory, folder: Path) -> Iterator[tuple[Phrasing, View]]:
    history.close()
    with Projection.open(f"sqlite:///{folder / 'index.db'}") as projection:
        index(projection, history)
        with projection.view() as view:
            yield (
                Phrasing(called, frozenset(), view.rights(WORK), AN, history.time, history.today, view),
                view,
            )


def hows(agreed: tuple[Agreement, ...]) -> list[tuple[Name, str]]:
    return [(one.party, one.how) for one in agreed]


def test_a_paper_is_said_to_be_one_whether_its_attestation_is_known_or_not(tmp_path: Path) -> None:
    history = OnPaper()
    estate = history.claim(WORK, BOX, AN, BO)
    known = history.grant(estate, CI, GrantKind.SOLE, PART)
    history.attest(WORK, known, AN)
    unknown = history.grant(estate, CI, GrantKind.SOLE, replace(BOX, territories=0b10))
    with phrased(history, tmp_path) as (phrasing, view):
        for name, attested in ((known, True), (unknown, False)):
            grant = view.grant(name)
            assert grant is not None
            line = phrasing.grant(grant.state)
            assert hows(line.agreed) == [
                (called(AN), "attested"),
                (called(BO), "signed"),
                (called(CI), "signed"),
            ]
            assert bool(line.agreed[0].paper and line.agreed[0].by) is attested
            assert not line.all_signed


def test_who_signed_by_a_key_is_said_to_have_signed(tmp_path: Path) -> None:
    history = OnPaper(papers=False)
    grant = history.grant(history.claim(WORK, BOX, AN), BO, GrantKind.SOLE, PART)
    with phrased(history, tmp_path) as (phrasing, view):
        found = view.grant(grant)
        assert found is not None
        assert phrasing.grant(found.state).all_signed
        assert hows(phrasing.grant(found.state).agreed) == [(called(AN), "signed"), (called(BO), "signed")]


def test_a_licensee_that_is_an_owner_too_agreed_once(tmp_path: Path) -> None:
    history = OnPaper()
    grant = history.grant(history.claim(WORK, BOX, AN, BO), BO, GrantKind.SOLE, PART)
    with phrased(history, tmp_path) as (phrasing, view):
        found = view.grant(grant)
        assert found is not None
        assert hows(phrasing.grant(found.state).agreed) == [(called(AN), "attested"), (called(BO), "signed")]


def test_each_step_of_a_title_says_how_those_agreed_who_had_to(tmp_path: Path) -> None:
    history = OnPaper(papers=False)
    estate = history.claim(WORK, BOX, AN, BO)
    parts = history.split(estate, Axis.TERRITORIES, [0b1, 0b1110])
    for part in parts:
        history.assign(part, CI)
    history.papers = True
    whole = history.merge(parts, Axis.TERRITORIES)
    history.papers = False
    history.assign_by_order(whole, BO)
    with phrased(history, tmp_path) as (phrasing, view):
        steps = [phrasing.step(step) for step in view.rights(WORK).chain_of(whole)]
    both, three = [called(AN), called(BO)], [called(AN), called(BO), called(CI)]
    assert [(step.act, [one.party for one in step.agreed]) for step in steps] == [
        ("EstateClaimed", both),
        ("EstateSplit", both),
        ("EstateSplit", both),
        ("EstateAssigned", three),
        ("EstateAssigned", three),
        ("EstatesMerged", [called(CI)]),
        ("EstateAssignedByOrder", []),
    ]
    assert hows(steps[5].agreed) == [(called(CI), "attested")]


def test_both_sides_of_a_conflict_on_record_are_said_to_conflict_and_its_number_to_who_sees_no_more(
    tmp_path: Path,
) -> None:
    history = OnPaper(papers=False)
    estate = history.claim(WORK, BOX, AN)
    first = history.grant(estate, BO, GrantKind.EXCLUSIVE, PART)
    second = history.grant(estate, CI, GrantKind.SOLE, PART, signed_on=19_000, conflicts=1)
    apart = history.grant(estate, CI, GrantKind.SOLE, replace(BOX, territories=0b10))
    with phrased(history, tmp_path) as (phrasing, _):
        grants = phrasing.rights.grants
        said = [phrasing.standing(grants[name]) for name in (first, second, apart)]
        assert said == ["conflicting", "conflicting", "in_force"]
        told = clashes_body(phrasing.rights, grants[first], lambda _: True)
        hidden = clashes_body(phrasing.rights, grants[first], lambda _: False)
    assert [one["grant_id"] for one in told["seen"]] == [as_hex(second)]
    assert hidden == {"count": 1, "seen": []}
