"""A contract as canonical JSON, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rights.acts import GrantKind
from indexer.rights.scope import NO_END
from service.rights.backlog.contract import Contract, NumberKind, Renewal, Reversion, Span, Terms, WorkName
from service.rights.backlog.written import canonical, content_digest, read_canonical
from tests.service.rights.backlog.making import CONTRACT

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
SPANS = st.none() | st.builds(Span, st.integers(0, 1200), st.integers(0, 99_999))
DAYS = st.none() | st.integers(0, NO_END)
TERMS = st.builds(
    Terms,
    st.none() | st.integers(1, 2**13 - 1),
    st.none() | st.integers(1, 2**249 - 1),
    st.none() | st.integers(1, 2**64 - 1),
    st.none() | st.integers(1, 2**16 - 1),
    DAYS,
    DAYS,
)
CONTRACTS = st.builds(
    Contract,
    row=st.just(7),
    work=st.builds(WorkName, TEXTS, TEXTS, st.none() | st.sampled_from(NumberKind)),
    licensor=TEXTS,
    licensee=TEXTS,
    terms=TERMS,
    kind=st.none() | st.sampled_from([GrantKind.EXCLUSIVE, GrantKind.SOLE, GrantKind.NON_EXCLUSIVE]),
    sublicensable=st.none() | st.booleans(),
    signed_on=st.none() | st.integers(0, 30_000),
    number=TEXTS,
    scan=TEXTS,
    renewal=st.none() | st.builds(Renewal, SPANS, SPANS),
    sell_off=SPANS,
    option_until=st.none() | st.integers(0, 30_000),
    reversion=st.none() | st.builds(Reversion, TEXTS, st.none() | st.integers(0, 30_000)),
    notes=TEXTS,
    extra=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
)


@given(CONTRACTS)
def test_what_is_written_reads_back(contract: Contract) -> None:
    assert read_canonical(canonical(contract), 7) == contract


def test_where_a_row_stands_does_not_matter_and_all_else_does() -> None:
    assert content_digest(CONTRACT) == content_digest(replace(CONTRACT, row=99))
    for changed in (
        replace(CONTRACT, notes="x"),
        replace(CONTRACT, kind=None),
        replace(CONTRACT, terms=replace(CONTRACT.terms, until=None)),
        replace(CONTRACT, extra=(("经办人", "甲"),)),
    ):
        assert content_digest(CONTRACT) != content_digest(changed)


def test_another_format_is_not_read() -> None:
    with pytest.raises(ValueError, match="no contract"):
        read_canonical(canonical(CONTRACT).replace(b"qianyin-contract/1", b"qianyin-contract/2"), 2)
