"""Grants, divisions and assignments on the real chain, against the grants of the work that are in force.

Each is asked for alone, as in life: it is agreed to on the revision that the one before left. Ours ends when it is
settled, that is in the projection; the peer hands the node the same call and ends with its receipt, our processes being
held still. The grants of one work are exclusive, and told apart from the next by territory alone, the axis that the
contract looks at last: all of them might clash with it. Those of the other are not exclusive, so none can. Every grant
that was measured is surrendered at once, so that as many are in force for the next.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

from measuring import interleaved, say
from minting import MARK, Bench, running
from rows import Row, Spread, beside
from world import account, key, sign, word

from indexer.china import china_day
from indexer.events import Custody, Kind, WorkKind
from indexer.rights.acts import Alone, GrantKind
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS
from indexer.rights.scope import NO_END, Axis, Scope, whole_world
from indexer.values import ZERO_HASH, Address, Hash32
from service.keys import agreements
from service.keys.agreements import Agreement, Consent, Ownership
from service.keys.intents import digest
from service.keys.operators import Operator
from service.outbox import requests
from service.outbox.calls import part
from service.outbox.naming import made_estate

LIVE = (1, 10, 100, 1_000)
"""Grants in force; of the last one less, so that one more may be."""
PEOPLE = ("ann", "ben", "cy", "house")
FAR = 3_000_000
"""A day long after any grant: what comes from it on is cut off."""
TERRITORIES, DAYS = 248, 400
"""The grants in force are of one territory of so many, for so many days; then come the days after those."""
LIFE = 30 * 86_400
PEER = "the same call raw"
BOUND = "the gas it is sent with"

What = tuple[str, Callable[[], requests.Agreed], Callable[[], None]]
"""Its name, what makes the next request, and what undoes it."""


def acts(scale: float) -> Iterator[Row]:
    """Measure every act against every number of grants."""
    with (
        tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder,
        running(Path(folder) / "home") as bench,
    ):
        bench.found()
        titles = found(bench)
        used: dict[str, dict[int, float]] = {}
        for live in (one for one in LIVE if one <= max(10, 1_000 * scale)):
            say(f"  {live:,} grants in force …")
            for what in (one for title in titles for one in title.measured(live)):
                yield from measured(bench, what, live, used.setdefault(what[0], {}))
        for name, gas in used.items():
            yield from further(name, gas)


def measured(bench: Bench, what: What, live: int, used: dict[int, float]) -> Iterator[Row]:
    """Measure one act in turn with the same raw: its time and its gas, which is kept in `used`."""
    name, make, undo = what
    gas: list[tuple[float, float]] = []
    bench.own.clear()

    def ours() -> float:
        took = bench.settled([make()], bench.ask)
        undo()
        return took * 1_000

    def theirs() -> float:
        wanted = make()
        took, receipt = bench.raw([wanted])
        gas.append((int(receipt["gasUsed"], 16), part(wanted, bench.circumstances).gas))
        undo()
        return took * 1_000

    rounds = interleaved(ours, theirs)
    own = 1e6 * median(bench.own)
    yield beside(f"{name}, until settled", live, "ms", rounds, PEER, own=own, headline=True)
    yield beside(f"{name}: gas", live, "gas", gas, BOUND)
    used[live] = median(one for one, _ in gas)


def further(name: str, used: dict[int, float]) -> Iterator[Row]:
    """Say what each further grant in force costs, from one number of them to the next: linear if always the same."""
    for (fewer, less), (more, gas) in pairwise(used.items()):
        each = (gas - less) / (in_force(more) - in_force(fewer))
        what = f"{name}: gas for each further grant in force"
        yield Row(what, more, "gas", Spread.of([each]), headline=name.startswith("grant"))


def in_force(live: int) -> int:
    """Give how many grants there are besides the one that is measured."""
    return min(live, LIVE[-1] - 1)


def found(bench: Bench) -> tuple[Title, Title]:
    """Register who acts, and claim two works."""
    people = [
        requests.RegisterAccount(account(one), Kind.PERSON, Custody.OWN, MARK, MARK, MARK, 1_700_000_000)
        for one in PEOPLE
    ]
    works = [
        requests.Deposit(bench.issuer, WorkKind.RIGHTS_REGISTERED, word("file", kind), word("manifest", kind))
        for kind in (GrantKind.EXCLUSIVE, GrantKind.NON_EXCLUSIVE)
    ]
    bench.ask([*people, *works])
    bench.settle()
    exclusive, plain = (
        Title(bench, work.work_id, kind)
        for work, kind in zip(works, (GrantKind.EXCLUSIVE, GrantKind.NON_EXCLUSIVE), strict=True)
    )
    for title in (exclusive, plain):
        bench.ask([title.claim()])
        bench.settle()
    return exclusive, plain


@dataclass
class Title:
    """The rights of one work: what makes the next act on them, and how they stand after it.

    Attributes:
        kind: of all grants of it.
        estate_id, revision, owners: of the estate that is granted of, divided and assigned. granted: the last grant.
    """

    bench: Bench
    work_id: Hash32
    kind: GrantKind
    estate_id: int = 0
    revision: int = 0
    owners: tuple[str, ...] = ("ann", "ben")
    granted: Hash32 = ZERO_HASH
    live: int = 0
    cuts: int = 0
    began: int = field(default_factory=lambda: int(time.time()))

    @property
    def today(self) -> int:
        """The day on which all this is."""
        return china_day(self.began)

    def measured(self, live: int) -> Iterator[What]:
        """Let so many grants be in force; give what is then measured."""
        missing = in_force(live) - self.live
        if missing:
            self.bench.raw([self.grant(self.box(self.live + place)) for place in range(missing)])
        self.live += missing
        if self.kind is GrantKind.EXCLUSIVE:
            yield "grant that may clash with all", self.grant, self.surrender
            yield "split", self.split, _nothing
            yield "assign", self.assign, _nothing
        else:
            yield "grant that can clash with none", self.grant, self.surrender

    def box(self, place: int | None) -> Scope:
        """Give the box of a grant that stays, by its place; None: of one that is measured, beside all of those."""
        span, territory = (0, 0) if place is None else divmod(place, TERRITORIES)
        first = self.today + span * DAYS
        until = first + DAYS if place is not None else first + DAYS * (1 + LIVE[-1] // TERRITORIES)
        bit = 1 << (0 if place is None else 1 + territory)
        return Scope(RIGHTS.assigned, bit, LANGUAGES.assigned, MEDIA.assigned, first, until)

    def claim(self) -> requests.ClaimEstate:
        """Claim everything for the owners."""
        box = whole_world(self.today, NO_END)
        made = agreements.Claim(self.work_id, box, self._owned(self.owners), Alone(0, 0), 0, self._deadline)
        self.estate_id, self.revision = made_estate(self._intent(made)), 1
        return requests.ClaimEstate(made, (self._as_issuer(made), *self._agreed(made, self.owners)))

    def grant(self, box: Scope | None = None) -> requests.GrantRights:
        """Grant a box, or the one that is measured."""
        made = agreements.Offer(
            estate_id=self.estate_id,
            parent_id=ZERO_HASH,
            revision=self.revision,
            licensee=account("house"),
            kind=self.kind,
            sublicensable=False,
            scope=box or self.box(None),
            notice_days=0,
            conditions=ZERO_HASH,
            agreement=MARK,
            agreement_cid=MARK,
            signed_on=0,
            deadline=self._deadline,
        )
        self.revision += 1
        self.granted = self._intent(made)
        return requests.GrantRights(made, self._agreed(made, (*self.owners, "house")))

    def surrender(self) -> None:
        """End the last grant."""
        made = agreements.Surrender(self.granted, 1, self.today, self._deadline)
        self.bench.ask([requests.SurrenderGrant(made, self._agreed(made, ("house",)))])
        self.bench.settle()

    def split(self) -> requests.SplitEstate:
        """Cut the last days off."""
        self.cuts += 1
        made = agreements.Split(self.estate_id, self.revision, Axis.TIME, (FAR - self.cuts,), self._deadline)
        self.estate_id, self.revision = made_estate(self._intent(made)), 1
        return requests.SplitEstate(made, self._agreed(made, self.owners))

    def assign(self) -> requests.AssignEstate:
        """Let another have the first owner's part."""
        old, new = self.owners, ("cy" if self.owners[0] == "ann" else "ann", *self.owners[1:])
        owned, deadline = self._owned(new), self._deadline
        made = agreements.Assignment(self.estate_id, self.revision, owned, MARK, MARK, deadline)
        self.owners, self.revision = new, self.revision + 1
        return requests.AssignEstate(made, self._agreed(made, (*old, new[0])))

    @property
    def _deadline(self) -> int:
        return self.began + LIFE

    def _owned(self, owners: Sequence[str]) -> Ownership:
        return Ownership(tuple(map(account, owners)), (1,) * len(owners))

    def _intent(self, made: Agreement) -> Hash32:
        return digest(self.bench.office.names.consents, made)

    def _agreed(self, made: Agreement, who: Sequence[str]) -> tuple[Consent, ...]:
        named = self._intent(made)
        return tuple(Consent.signed(account(one), sign(key(one), named)) for one in who)

    def _as_issuer(self, made: Agreement) -> Consent:
        issuer: Address = self.bench.issuer
        named = self._intent(made)
        return Consent.signed(issuer, self.bench.office.vault.sign_as_operator(Operator.ISSUER, named))


def _nothing() -> None:
    """What was done stays."""
