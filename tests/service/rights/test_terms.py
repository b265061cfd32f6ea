"""Whoever agrees is shown every field of what it signs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

import pytest

from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis, Scope
from indexer.values import Address
from service.keys.agreements import Agreement, Ownership
from service.pages import words
from service.rights.terms import Term, terms

SAMPLES: dict[str, Any] = {
    "scope": Scope(1, 1, 1, 1, 20_000, 20_100),
    "ownership": Ownership((Address(b"\x01" * 20), Address(b"\x02" * 20)), (2, 3)),
    "alone": Alone(400, 2),
    "axis": Axis.RIGHTS,
    "kind": GrantKind.SOLE,
    "ground": Ground.CONDITION,
    "cuts": (1, 2),
    "estate_ids": (7, 8),
    "revisions": (3, 4),
    "licensee": Address(b"\x03" * 20),
    "sublicensable": True,
    "reason": "误录",
    **dict.fromkeys(("work_id", "grant_id", "parent_id", "conditions"), b"\x05" * 32),
    **dict.fromkeys(("agreement", "agreement_cid"), b"\x06" * 32),
    **dict.fromkeys(("backlog_until", "until", "signed_on"), 20_050),
    **dict.fromkeys(("estate_id", "revision", "notice_days"), 90),
    "deadline": 1_800_000_000,
}


def told(kind: type[Any]) -> dict[str, Term]:
    """Say an act of a kind."""
    made = kind(**{one.name: SAMPLES[one.name] for one in fields(kind)})
    return {one.name: one for one in terms(made, lambda account, _: account.hex()[:4])}


@pytest.mark.parametrize("kind", get_args(Agreement), ids=lambda kind: kind.__name__)
def test_every_field_that_is_signed_is_shown_with_a_label_and_words(kind: type[Any]) -> None:
    said = told(kind)
    assert list(said) == [one.name for one in fields(kind)]
    assert {name for name, one in said.items() if not one.zh or not one.en or one.value is None} == set()
    assert {name for name in said if f"fact.{name}" not in words.WORDS} == set()


def test_an_assignment_says_who_gets_which_part_and_a_termination_its_last_day() -> None:
    acts = {kind.__name__: told(kind) for kind in get_args(Agreement)}
    assert acts["Assignment"]["ownership"].zh == "0101 2/5、0202 3/5"
    assert acts["Termination"]["until"].value == "2024-11-22"
    assert acts["Offer"]["kind"].en == "sole"
    assert acts["Offer"]["deadline"].zh == "2027-01-15 16:00:00（北京时间）"
    assert acts["Offer"]["deadline"].en == "2027-01-15 16:00:00 (UTC+8)"
    assert acts["Claim"]["alone"].value == {"longest": 400, "quota": 2}


def test_what_is_left_empty_is_said_to_be() -> None:
    [claim, *_] = get_args(Agreement)
    made = claim(**{one.name: SAMPLES[one.name] for one in fields(claim)} | {"backlog_until": 0})
    [backlog] = [one for one in terms(made, lambda *_: "") if one.name == "backlog_until"]
    assert (backlog.zh, backlog.en, backlog.value) == ("无", "none", None)
