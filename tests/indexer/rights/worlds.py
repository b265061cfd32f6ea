"""Small worlds of rights: estates and grants in a space of few points, and a tale of records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from indexer.china import china_day, day_begins
from indexer.record import Record
from indexer.rights.acts import (
    Alone,
    EstateAmended,
    EstateAssigned,
    EstateClaimed,
    EstatesMerged,
    EstateSplit,
    Granted,
    GrantKind,
)
from indexer.rights.scope import Axis, Point, Scope, cut, merge
from indexer.rights.state import Estate, EstateStatus, Grant, GrantStatus
from indexer.rights.title import Rights, rights_of
from indexer.values import ZERO_HASH, Address, Hash32

WORK = Hash32(b"w" * 32)
ANN, BEN, CLEO = (Address(bytes([n]) * 20) for n in (1, 2, 3))
HOUSE, SHOP = Address(b"h" * 20), Address(b"s" * 20)
TODAY = 20_000
NOW = day_begins(TODAY) + 3_600
ALL = Scope(0b11, 0b11, 0b11, 0b11, TODAY, TODAY + 4)
"""The whole of the small world: two of everything, four days from today on."""


def days(number: int) -> int:
    """Give the time, in Unix seconds, a number of days after now."""
    return NOW + number * 86_400


def points(box: Scope = ALL) -> Iterator[Point]:
    """Go through the points of the small world."""
    for right, territory, language, medium, day in product(
        range(2), range(2), range(2), range(2), range(box.from_, box.until)
    ):
        yield Point(right, territory, language, medium, day)


@st.composite
def boxes(draw: st.DrawFn, within: Scope = ALL) -> Scope:
    """Any box of the small world."""
    masks = [draw(st.integers(1, 3)) for _ in range(4)]
    from_ = draw(st.integers(within.from_, within.until - 1))
    return Scope(*masks, from_, draw(st.integers(from_ + 1, within.until)))


def estate(number: int = 1, scope: Scope = ALL, owners: tuple[Address, ...] = (ANN, BEN)) -> Estate:
    """An estate of equal parts."""
    return Estate(
        estate_id=number,
        status=EstateStatus.LIVE,
        work_id=WORK,
        revision=1,
        scope=scope,
        owners=owners,
        parts=(1,) * len(owners),
        alone=Alone(0, 0),
        hold_order=ZERO_HASH,
        held_until=0,
        claimed_on=TODAY,
        claimed=True,
        granted=False,
    )


def grant(
    number: int,
    scope: Scope,
    kind: GrantKind = GrantKind.EXCLUSIVE,
    *,
    parent: int = 0,
    at: int = NOW,
    signed_on: int = 0,
    licensee: Address = HOUSE,
) -> Grant:
    """A grant of the first estate, or a sub-licence."""
    return Grant(
        grant_id=named(number),
        status=GrantStatus.LIVE,
        work_id=WORK,
        estate_id=0 if parent else 1,
        parent_id=named(parent) if parent else ZERO_HASH,
        licensee=licensee,
        kind=kind,
        sublicensable=True,
        revision=1,
        scope=scope,
        notice_days=0,
        conditions=ZERO_HASH,
        agreement=Hash32(b"a" * 32),
        agreement_cid=ZERO_HASH,
        signed_on=signed_on,
        conflicts=0,
        hold_order=ZERO_HASH,
        held_until=0,
        granted_at=at,
        alone=False,
        grantors=(ANN, BEN),
    )


def named(number: int) -> Hash32:
    """Name a grant."""
    return Hash32(number.to_bytes(32, "big"))


class Tale:
    """Records of rights(work), told one after another; only what `rights_of` looks at is filled in."""

    def __init__(self) -> None:
        self.history: list[tuple[Record, object, Mapping[Hash32, object]]] = []

    def tell(self, act: type, at: int, *states: Estate | Grant) -> Tale:
        seq = len(self.history)
        record = Record(seq, Address(bytes(20)), ZERO_HASH, b"", ZERO_HASH, (), seq, at)
        changed = {Hash32(repr(one).encode()[:32].ljust(32)): one for one in states}
        self.history.append((record, act.__new__(act), dict(enumerate(changed.values()))))  # type: ignore[arg-type]
        return self

    def claimed(self, *estates: Estate, at: int = NOW) -> Tale:
        for one in estates:
            self.tell(EstateClaimed, at, one)
        return self

    def granted(self, *grants: Grant) -> Tale:
        for one in grants:
            self.tell(Granted, one.granted_at, one)
        return self

    def assigned(self, whole: Estate, *owners: Address, at: int) -> Tale:
        return self.tell(
            EstateAssigned, at, replace(whole, owners=owners, parts=(1,) * len(owners), revision=2)
        )

    def split(self, whole: Estate, axis: Axis, cuts: tuple[int, ...], at: int) -> Tale:
        gone = replace(whole, status=EstateStatus.SPLIT)
        parts = [
            replace(whole, estate_id=10 + place, scope=scope, claimed=False)
            for place, scope in enumerate(cut(whole.scope, axis, cuts))
        ]
        return self.tell(EstateSplit, at, gone, *parts)

    def merged(self, name: int, axis: Axis, *parts: Estate, at: int) -> Tale:
        gone = [replace(part, status=EstateStatus.MERGED) for part in parts]
        scope = merge([part.scope for part in parts], axis)
        return self.tell(
            EstatesMerged, at, replace(parts[0], estate_id=name, scope=scope, claimed=False), *gone
        )

    def amended(self, whole: Estate, scope: Scope, at: int) -> Tale:
        return self.tell(EstateAmended, at, replace(whole, scope=scope, revision=2))

    def known(self, at: int | None = None) -> Rights:
        """Give what was known by a moment; by now, if none is given: the last one told of, or later."""
        moment = at if at is not None else max([NOW, *(record.block_time for record, _, _ in self.history)])
        heard = [one for one in self.history if one[0].block_time <= moment]
        return rights_of(heard, moment)  # type: ignore[arg-type]


assert china_day(NOW) == TODAY
