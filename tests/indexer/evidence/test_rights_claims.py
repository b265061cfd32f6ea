"""Whose an estate is and that a grant is in force follow from complete records, and from nothing less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer import events, evidence
from indexer.errors import BundleError
from indexer.evidence.bundle import read_bundle, write_bundle
from indexer.evidence.claims import read_claim, write_claim
from indexer.evidence.result import Status
from indexer.evidence.rights_claims import InForce, Title
from indexer.evidence.strict import Node
from indexer.evidence.verdict import Answer, Verdict, verify
from indexer.rights.acts import EstateClaimed, GrantKind
from indexer.rights.scope import Axis
from indexer.values import ZERO_HASH, Hash32
from tests.indexer.evidence.small_chain import FILE, ISSUER, MANIFEST, WORK, SmallChain, account, sha256
from tests.indexer.histories import SOURCES, word
from tests.indexer.rights.told import BOX, RightsHistory

AUTHOR, PRESS, HOUSE, HEIR = (account(name) for name in ("author", "press", "house", "heir"))
PART = replace(BOX, territories=0b1, from_=20_400, until=20_700)
DAY = 20_500


class Story:
    """A novel of two co-authors: its rights claimed, divided, granted, and granted on."""

    def __init__(self, *, claimed_by_author: bool = False) -> None:
        self.told = RightsHistory()
        file, manifest = sha256(FILE), sha256(MANIFEST.encode())
        kind = events.WorkKind.DERIVED_WORK
        registered = events.WorkRegistered(WORK, ISSUER, kind, file, manifest, 0, ZERO_HASH)
        self.told.record(registered, SOURCES.work(WORK), SOURCES.party(ISSUER))
        self.told.attest(WORK, word("claim"), AUTHOR)
        owners = (AUTHOR, ISSUER) if claimed_by_author else (ISSUER, AUTHOR)
        self.estate = self.told.claim(WORK, BOX, *owners, parts=(1, 2))
        self.parts = self.told.split(self.estate, Axis.TERRITORIES, [0b1, 0b10, 0b1100])
        self.told.assign(self.parts[1], HEIR)
        self.grant = self.told.grant(self.parts[0], PRESS, GrantKind.EXCLUSIVE, PART)
        self.below = self.told.sublicense(self.grant, HOUSE, GrantKind.SOLE, replace(PART, media=1))

    def verify(self, claim: Any, *more: Hash32) -> Verdict:
        chain = SmallChain(sources=SOURCES)
        for record in self.told.records:
            chain.keep(record)
        bundle = chain.bundle(claim, *more)
        assert read_bundle(write_bundle(bundle)) == bundle
        return verify(bundle, chain.anchor())

    def title(self, place: int = 0) -> Title:
        estate = self.told.estate(self.parts[place])
        return Title(estate.estate_id, WORK, estate.owners, estate.parts)

    def in_force(self, *, whole: bool = True, on: int = DAY) -> InForce:
        return InForce(self.below, WORK, HOUSE, on, (self.grant,), whole)


def status(verdict: Verdict, number: int = 7) -> Status:
    return verdict.result(number).status


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_owners_of_every_part_follow_from_the_records_of_the_work(place: int):
    story = Story()
    assert story.verify(story.title(place)).answer is Answer.VALID


@pytest.mark.parametrize("whole", [True, False])
def test_a_sub_licence_is_in_force_with_what_it_is_of(whole: bool):
    story = Story()
    assert story.verify(story.in_force(whole=whole)).answer is Answer.VALID


def test_what_is_disclosed_alone_says_what_it_does_not_show():
    story = Story()
    alone, whole = (story.verify(story.in_force(whole=all_of_it)) for all_of_it in (False, True))
    assert "不说明" in alone.result(7).phrase.zh
    assert "不说明" not in whole.result(7).phrase.zh


def test_the_records_of_other_grants_stay_out_of_what_is_disclosed_alone():
    story = Story()
    other = story.told.grant(story.parts[2], PRESS, GrantKind.SOLE, replace(PART, territories=0b100))
    claim = story.in_force(whole=False)
    chain = SmallChain(sources=SOURCES)
    for record in story.told.records:
        chain.keep(record)
    carried = chain.bundle(claim).records
    assert not any(SOURCES.grant(other) in one.record.subjects for one in carried)
    assert not any(isinstance(events.decode(one.record), EstateClaimed) for one in carried)


def spoilt(story: Story) -> list[Any]:
    title, force = story.title(), story.in_force()
    return [
        replace(title, owners=(HEIR,), parts=(1,)),
        replace(title, parts=(1, 1)),
        replace(title, owners=title.owners[::-1]),
        replace(title, estate_id=story.estate),
        replace(force, licensee=PRESS),
        replace(force, on=PART.until),
        replace(force, on=PART.from_ - 1),
        replace(force, ancestors=()),
        replace(force, grant_id=story.grant, licensee=PRESS, ancestors=(story.below,)),
        replace(force, whole=False, ancestors=()),
    ]


@pytest.mark.parametrize("place", range(10))
def test_any_other_claim_about_them_is_contradicted(place: int):
    story = Story()
    assert status(story.verify(spoilt(story)[place])) is Status.FAILED


def test_an_estate_that_nobody_claimed_is_contradicted():
    story = Story()
    unknown = replace(story.title(), estate_id=5)
    verdict = story.verify(unknown)
    assert status(verdict) is Status.FAILED
    assert verdict.answer is Answer.INVALID


def test_rights_claimed_by_another_than_the_registrant_are_contradicted():
    story = Story(claimed_by_author=True)
    for claim in (story.title(), story.in_force()):
        assert status(story.verify(claim)) is Status.FAILED


def test_a_grant_that_was_ended_is_in_force_until_then_and_its_sub_licences_with_it():
    story = Story()
    story.told.terminate(story.grant, 20_450, ISSUER, AUTHOR)
    for whole in (True, False):
        assert status(story.verify(story.in_force(whole=whole, on=20_449))) is Status.PASSED
        assert status(story.verify(story.in_force(whole=whole, on=20_450))) is Status.FAILED


def test_consents_on_paper_are_listed_as_attested_and_as_confirmed_since():
    story = Story()
    for confirmed in (False, True):
        if confirmed:
            story.told.confirm(WORK, word("claim"), AUTHOR)
        facts = [one for one in story.verify(story.title()).facts if "见证" in one.name.zh]
        assert [("not confirmed" in one.value, "confirmed since" in one.value) for one in facts] == [
            (not confirmed, confirmed)
        ]


def test_a_clashing_grant_of_the_backlog_is_named_beside_the_one_that_is_proved():
    story = Story()
    plain = InForce(story.grant, WORK, PRESS, DAY)
    beside = [one.value for one in story.verify(plain).facts if one.name.zh == "与之冲突的其他许可"]
    assert beside == ["0"]
    older = story.told.grant(story.parts[0], HEIR, GrantKind.SOLE, PART, signed_on=10, conflicts=1)
    beside = [one.value for one in story.verify(plain).facts if one.name.zh == "与之冲突的其他许可"]
    assert beside == ["0x" + older.hex()]


def test_without_the_rights_of_the_work_nothing_is_said_of_whose_they_are():
    story = Story()
    chain = SmallChain(sources=SOURCES)
    for record in story.told.records:
        chain.keep(record)
    bundle = chain.bundle(story.title())
    less = replace(bundle, histories=bundle.histories[:1] + bundle.histories[2:])
    assert status(verify(less, chain.anchor()), 3) is Status.FAILED


def test_an_act_of_the_future_leaves_the_title_open():
    story = Story()
    story.told.unknown(SOURCES.rights_of(WORK))
    for claim in (story.title(), story.in_force()):
        assert status(story.verify(claim)) is Status.NOT_RUN
    assert status(story.verify(story.in_force(whole=False))) is Status.PASSED


def test_an_act_of_the_future_on_one_estate_leaves_what_comes_of_it_open_and_the_others_whole():
    story = Story()
    story.told.unknown(SOURCES.estate(story.parts[0]), SOURCES.party(PRESS))
    story.told.grant(story.parts[0], HEIR, GrantKind.SOLE, replace(PART, rights=0b1000))
    assert status(story.verify(story.title(0))) is Status.NOT_RUN
    assert status(story.verify(story.title(2))) is Status.PASSED


def test_a_contest_of_another_work_is_no_record_of_this_ones_rights():
    story = Story()
    story.told.contest(word("other work"), HEIR)
    story.told.contest(word("other work"), PRESS, WORK)
    assert story.verify(story.title()).answer is Answer.VALID


def test_a_parent_is_followed_through_the_sub_licences_that_others_have_of_it():
    story = Story()
    story.told.sublicense(story.grant, HEIR, GrantKind.NON_EXCLUSIVE, replace(PART, media=0b10))
    story.told.surrender(story.grant, 20_600)
    alone = InForce(story.grant, WORK, PRESS, DAY, whole=False)
    assert story.verify(alone).answer is Answer.VALID


def rewritten(claim: Any, change: Callable[[dict[str, Any]], None]) -> Any:
    value = write_claim(claim)
    change(value)
    return read_claim(Node(value))


def test_the_prose_names_every_field_of_the_claims():
    prose = (Path(evidence.__file__).parent / "README.md").read_text(encoding="utf-8")
    story = Story()
    for claim in (story.title(), story.in_force()):
        assert all(f"`{field}`" in prose for field in write_claim(claim) if field != "kind")
        assert f"| `{claim.KIND}` |" in prose


def test_claims_are_read_as_they_were_written():
    story = Story()
    for claim in (story.title(), story.in_force(), story.in_force(whole=False)):
        assert rewritten(claim, lambda _: None) == claim


@pytest.mark.parametrize(
    "change",
    [
        {"owners": []},
        {"parts": ["1"]},
        {"parts": ["1", "-2"]},
        {"owners": "none"},
        {"estateId": 5},
        {"extra": "1"},
        {"ancestors": ["0x12"]},
        {"disclosed": "some"},
        {"on": "4294967296"},
    ],
    ids=str,
)
def test_claims_of_another_form_are_refused(change: dict[str, Any]):
    story = Story()
    for claim in (story.title(), story.in_force()):
        with pytest.raises(BundleError):
            rewritten(claim, lambda value: value.update(change))


def test_a_chain_of_grants_that_comes_back_to_itself_is_refused():
    story = Story()
    with pytest.raises(BundleError):
        rewritten(story.in_force(), lambda value: value.update(ancestors=[value["grantId"]]))
