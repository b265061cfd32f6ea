"""What a regulator is told: whole, named, and with what it is complete over."""

from __future__ import annotations

import pytest

from indexer.audit import Period, tally
from indexer.events import SELECTORS, Gifted, Minted
from indexer.state import Token
from indexer.store import Projection
from indexer.store.answers import EntryFilter
from indexer.values import as_hex
from indexer.wire import write_address
from service.audit.answers import listing_body, selectors_of, tally_body, token_body
from service.errors import BadInput
from tests.indexer.histories import History


def test_acts_are_asked_for_by_name() -> None:
    assert selectors_of(["Gifted", "Minted"]) == {SELECTORS[Gifted], SELECTORS[Minted]}
    assert selectors_of([]) == frozenset()


def test_an_act_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(BadInput) as caught:
        selectors_of(["Gifted", "Sold"])
    assert caught.value.facts["given"] == ["Sold"]
    assert "Gifted" in caught.value.facts["acts"]


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        (EntryFilter(), "ledger"),
        (EntryFilter(seq_from=5, seq_until=9), "ledger"),
        (EntryFilter(acts=frozenset({SELECTORS[Gifted]})), "selection"),
    ],
)
def test_a_list_says_what_it_is_complete_over(projection: Projection, where: EntryFilter, kind: str) -> None:
    with projection.view() as view:
        body = listing_body(view.entries(where))
    said = body["completeness"]
    assert said["kind"] == kind
    assert ("not proven" in said["en"]) == (kind == "selection")
    assert said["range"] is not None


def test_a_list_of_one_subject_brings_its_head(projection: Projection, world: History) -> None:
    token = next(state for state in world.held.values() if isinstance(state, Token))
    with projection.view() as view:
        body = listing_body(view.entries(EntryFilter(token=token.token_id)))
        head, count = view.subject_head(view.sources.token(token.token_id))
    assert body["completeness"]["kind"] == "subject"
    assert body["completeness"]["subject"]["head"] == as_hex(head)
    assert len(body["entries"]) == count


def test_an_empty_range_says_so(projection: Projection) -> None:
    with projection.view() as view:
        body = listing_body(view.entries(EntryFilter(seq_from=10**9)))
    assert body["entries"] == []
    assert body["completeness"]["range"] is None


def test_a_holder_is_shown_whole(projection: Projection, world: History) -> None:
    token = next(state for state in world.held.values() if isinstance(state, Token))
    with projection.view() as view:
        known = view.token(token.token_id)
    assert known is not None
    assert token_body(known)["holder"] == write_address(token.holder)


@pytest.mark.parametrize("period", list(Period))
def test_counts_are_those_of_the_plain_definition(projection: Projection, period: Period) -> None:
    with projection.view() as view:
        body = tally_body(view.tally(period))
        plain = tally(view.records(0, view.as_of.count - 1), period)
    assert len(body) == len(plain) > 0
    for name in ("deposited", "issued", "held", "annulled"):
        assert sum(one[name] for one in body) == sum(getattr(one, name) for one in plain.values())
