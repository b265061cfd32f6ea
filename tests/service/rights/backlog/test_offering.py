"""What of a contract can go on the chain: all that is in its way is said at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from indexer.rights.acts import Alone, GrantKind
from indexer.rights.codes import MEDIA
from indexer.rights.scope import whole_world
from indexer.rights.state import Estate, EstateStatus, Grant, GrantStatus
from indexer.values import ZERO_HASH, Address, Hash32
from service.rights.backlog.contract import Contract
from service.rights.backlog.offering import (
    OBSTACLE_WORDS,
    Footing,
    Holding,
    LegacyOffer,
    Obstacle,
    legacy_offer,
)
from service.rights.drafting import Agreements
from tests.service.rights.backlog.making import CONTRACT, TODAY, day, with_terms

OWNER, LICENSEE = Address(b"\x01" * 20), Address(b"\x02" * 20)
ESTATE = Estate(
    *(7, EstateStatus.LIVE, ZERO_HASH, 1, whole_world(day("2025-01-01")), (OWNER,), (1,), Alone(0, 0)),
    *(ZERO_HASH, 0, TODAY, True, False),
)
OWNED = Holding(ESTATE, ESTATE.scope, ESTATE.claimed_on)
FOOTING = Footing((OWNED,), TODAY + 30, LICENSEE, Agreements(Hash32(b"a" * 32)))


def test_a_contract_that_is_known_whole_becomes_an_offer_with_its_day() -> None:
    made = legacy_offer(CONTRACT, FOOTING, TODAY)
    assert isinstance(made, LegacyOffer)
    assert made.terms.signed_on == day("2023-11-01")
    assert (made.of, made.terms.licensee, made.terms.kind) == (ESTATE, LICENSEE, CONTRACT.kind)


def test_what_came_before_the_estate_is_left_out_of_its_scope() -> None:
    made = legacy_offer(CONTRACT, FOOTING, TODAY)
    assert isinstance(made, LegacyOffer)
    scope = CONTRACT.terms.scope()
    assert scope is not None
    assert made.scope == scope.onwards(day("2025-01-01"))


def test_of_what_was_granted_to_a_licensor_it_offers_a_sublicence() -> None:
    granted = _granted(until=day("2030-01-01"))
    made = legacy_offer(CONTRACT, replace(FOOTING, holdings=(granted,)), TODAY)
    assert isinstance(made, LegacyOffer)
    assert made.of == granted.of


def test_more_than_was_granted_to_a_licensor_is_not_offered() -> None:
    granted = _granted(until=day("2029-12-31"))
    assert legacy_offer(CONTRACT, replace(FOOTING, holdings=(granted,)), TODAY) == (Obstacle.NOTHING_HELD,)


def _granted(until: int) -> Holding:
    """What was granted of the estate, as long as it lasts."""
    grant = Grant(
        *(Hash32(b"g" * 32), GrantStatus.LIVE, ZERO_HASH, ESTATE.estate_id, ZERO_HASH, OWNER),
        *(GrantKind.EXCLUSIVE, True, 1, ESTATE.scope, 0, ZERO_HASH, ZERO_HASH, ZERO_HASH),
        *(day("2015-01-01"), 0, ZERO_HASH, 0, 0, False, ()),
    )
    return Holding(grant, replace(ESTATE.scope, until=until), ESTATE.claimed_on)


@pytest.mark.parametrize(
    ("contract", "footing", "obstacles"),
    [
        (with_terms(CONTRACT, media=None), {}, (Obstacle.UNKNOWN_TERMS,)),
        (replace(CONTRACT, signed_on=None), {}, (Obstacle.UNKNOWN_TERMS,)),
        (with_terms(CONTRACT, until=TODAY), {}, (Obstacle.OVER,)),
        (CONTRACT, {"papers": None}, (Obstacle.NO_SCAN,)),
        (CONTRACT, {"licensee": None}, (Obstacle.LICENSEE_UNREGISTERED,)),
        (CONTRACT, {"holdings": ()}, (Obstacle.NOTHING_HELD,)),
        (
            CONTRACT,
            {"holdings": (replace(OWNED, scope=ESTATE.scope.with_mask(3, MEDIA.mask(["audio"]))),)},  # type: ignore[arg-type]
            (Obstacle.NOTHING_HELD,),
        ),
        (
            CONTRACT,
            {"holdings": (replace(OWNED, scope=replace(ESTATE.scope, until=day("2029-12-31"))),)},
            (Obstacle.NOTHING_HELD,),
        ),
        (CONTRACT, {"backlog_until": TODAY}, (Obstacle.BACKLOG_CLOSED,)),
        (replace(CONTRACT, signed_on=TODAY), {}, (Obstacle.YOUNGER_THAN_CLAIM,)),
        (
            replace(with_terms(CONTRACT, until=None), licensee=""),
            {"holdings": (), "backlog_until": 0, "licensee": None, "papers": None},
            (
                Obstacle.UNKNOWN_TERMS,
                Obstacle.NO_SCAN,
                Obstacle.LICENSEE_UNREGISTERED,
                Obstacle.BACKLOG_CLOSED,
            ),
        ),
    ],
)
def test_all_that_is_in_its_way_is_said(
    contract: Contract, footing: dict[str, Any], obstacles: tuple[Obstacle, ...]
) -> None:
    assert legacy_offer(contract, replace(FOOTING, **footing), TODAY) == obstacles


def test_every_obstacle_has_words() -> None:
    assert set(OBSTACLE_WORDS) == set(Obstacle)
