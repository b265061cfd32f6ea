"""What parties let others see, and that it lasts no longer than their part in it."""

from __future__ import annotations

import time

import pytest

from indexer.values import Address, Hash32
from service.errors import NotFound
from service.outbox.database import Database
from service.rights.showing import (
    disclose,
    disclosed_to,
    disclosures,
    end_disclosure,
    openness,
    openness_of,
    set_open,
)

AN, BO, CI = (Address(bytes([number]) * 20) for number in range(1, 4))
ESTATE, SUBJECT = 7, Hash32(b"\x07" * 32)


def test_what_an_owner_opened_is_open_as_long_as_it_is_an_owner(database: Database) -> None:
    set_open(database, ESTATE, is_open=True, account=AN, by="key")
    said = openness_of(database, ESTATE, [AN, BO])
    assert said is not None
    assert said.open
    assert openness_of(database, ESTATE, [BO]) is None
    assert openness_of(database, ESTATE, []) is None


def test_a_later_owner_opens_anew_what_an_earlier_one_had_opened(database: Database) -> None:
    set_open(database, ESTATE, is_open=True, account=AN, by="key")
    assert set_open(database, ESTATE, is_open=True, account=BO, by="key").account == BO
    assert openness_of(database, ESTATE, [BO]) == openness(database, ESTATE)


@pytest.mark.parametrize("number", [0, (1 << 63) - 1, 1 << 63, 1 << 255], ids=str)
def test_a_disclosure_that_was_never_made_is_not_ended(database: Database, number: int) -> None:
    with pytest.raises(NotFound):
        end_disclosure(database, SUBJECT, number, accounts=[AN])


def test_what_one_disclosed_another_does_not_end(database: Database) -> None:
    now = int(time.time())
    made = disclose(database, SUBJECT, to=CI, until=now + 60, account=AN, by="key")
    with pytest.raises(NotFound):
        end_disclosure(database, SUBJECT, made.id, accounts=[BO])
    assert disclosed_to(database, [CI], now) == {(SUBJECT, AN)}
    assert end_disclosure(database, SUBJECT, made.id, accounts=[AN]).ended_at is not None
    assert disclosed_to(database, [CI], now) == frozenset()
    assert [one.to for one in disclosures(database, SUBJECT)] == [CI]
