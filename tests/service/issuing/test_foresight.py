"""What is known against a row before it is asked for."""

from __future__ import annotations

from dataclasses import replace

from indexer.events import WorkKind
from service.files.description import Kind
from service.intake.requests import Issue
from service.issuing.foresight import against
from service.issuing.plan import USUAL_POLICY

OPEN = replace(USUAL_POLICY, work_kinds=1 << WorkKind.CAPTURE_RECORD)
POLICIES = {"open": OPEN}


def codes(kind: Kind, collection: str, *recipients: str) -> list[tuple[str, str]]:
    judge = against(lambda name: POLICIES.get(name, USUAL_POLICY), {"H-1"}.__contains__)
    return [(one.column, one.code) for one in judge(kind, Issue(collection, 1, 9, 9, recipients))]


def test_a_kind_is_refused_where_the_collections_policy_does_not_issue_it() -> None:
    assert codes(Kind.CAPTURE_RECORD, "new") == [("kind", "kind-not-issued")]
    assert codes(Kind.DERIVED_WORK, "open") == [("kind", "kind-not-issued")]


def test_a_kind_is_accepted_where_it_does() -> None:
    assert codes(Kind.CAPTURE_RECORD, "open") == []
    assert codes(Kind.DERIVED_WORK, "new") == []


def test_a_recipient_nobody_registered_is_named_once() -> None:
    assert codes(Kind.DERIVED_WORK, "new", "H-1", "H-2", "H-2") == [("recipients", "recipient-unknown")]
    assert codes(Kind.DERIVED_WORK, "new", "H-1") == []
