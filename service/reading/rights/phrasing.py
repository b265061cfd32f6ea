"""Boxes, owners, consents and grants as pages say them. Reads a book; nothing here decides who may see what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from indexer.record import Record
from indexer.rights.acts import Assent, Granted, GrantKind
from indexer.rights.scope import NO_END, Axis, Scope
from indexer.rights.state import Estate, Grant, GrantStatus
from indexer.rights.text import write_day, write_mask
from indexer.rights.title import Rights, Step, Tenure
from indexer.store.answers import ProvenanceEntry
from indexer.store.view import View
from indexer.values import ZERO_HASH, Address, Hash32, as_hex
from service.pages.views import Agreement, Bilingual, GrantLine, Name, Owner, ScopeView, Span, TitleStep
from service.pages.views.rights import Agreed, Standing
from service.pages.views.rights import GrantKind as KindWord
from service.rights.agreed import assents

KINDS: Mapping[GrantKind, KindWord] = {
    GrantKind.EXCLUSIVE: "exclusive",
    GrantKind.SOLE: "sole",
    GrantKind.NON_EXCLUSIVE: "non_exclusive",
}


def span_of(scope: Scope) -> Span:
    """Say the days of a box."""
    return Span(write_day(scope.from_), None if scope.until == NO_END else write_day(scope.until - 1))


def scope_view(scope: Scope) -> ScopeView:
    """Say a box."""

    def said(axis: Axis) -> Bilingual:
        mask = scope.masks[axis]
        return Bilingual(write_mask(axis, mask, "zh"), write_mask(axis, mask, "en"))

    return ScopeView(
        rights=said(Axis.RIGHTS),
        territories=said(Axis.TERRITORIES),
        languages=said(Axis.LANGUAGES),
        media=said(Axis.MEDIA),
        span=span_of(scope),
    )


@dataclass(frozen=True, slots=True)
class Phrasing:
    """How things are said to one reader.

    Attributes:
        call: gives the name of an account, as this reader may know it.
        mine: the accounts that the reader stands for.
        rights: what is known of the work's. registrant: of the work, who agreed to each claim.
        now, today: Unix seconds, and the day in UTC+8.
        view: where the records of grants are looked up.
    """

    call: Callable[[Address], Name]
    mine: frozenset[Address]
    rights: Rights
    registrant: Address
    now: int
    today: int
    view: View
    numbers: Mapping[Hash32, int] = field(init=False)
    _made: dict[Hash32, ProvenanceEntry] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The order in which they were recorded; the slot of a frozen value is filled here once.
        numbers = {name: number for number, name in enumerate(self.rights.grants, start=1)}
        object.__setattr__(self, "numbers", numbers)

    def owners(self, owners: Iterable[Address], parts: Iterable[int]) -> tuple[Owner, ...]:
        """Say whose something is."""
        pairs = list(zip(owners, parts, strict=True))
        whole = sum(part for _, part in pairs)
        return tuple(Owner(self.call(one), part, whole, one in self.mine) for one, part in pairs)

    def owners_of(self, held: Estate | Tenure) -> tuple[Owner, ...]:
        """Say whose an estate is, or was."""
        return self.owners(held.owners, held.parts)

    def agreed(
        self, record: Record, intent: Hash32, packed: int, among: Iterable[Address]
    ) -> tuple[Agreement, ...]:
        """Say how each of those who had to agree to an act did."""
        pairs = assents(self.view.sources, record, packed, among)
        return tuple(self._agreement(intent, party, assent) for party, assent in pairs)

    def _agreement(self, intent: Hash32, party: Address, assent: Assent) -> Agreement:
        if assent is not Assent.PAPER:
            return Agreement(self.call(party), "signed")
        paper = self.rights.attested.get((intent, party))
        if paper is None:
            return Agreement(self.call(party), "attested")
        how: Agreed = "confirmed" if paper.confirmed else "attested"
        by = (self.call(paper.attester), self.call(paper.confirmer))
        return Agreement(self.call(party), how, by, paper.paper.hex())

    def grant(self, grant: Grant) -> GrantLine:
        """Say a grant."""
        record, act = self.granting(grant)
        return GrantLine(
            grant_id=as_hex(grant.grant_id),
            number=self.numbers.get(grant.grant_id, 0),
            kind=KINDS[grant.kind],
            licensee=self.call(grant.licensee),
            scope=scope_view(grant.scope),
            standing=self.standing(grant),
            sublicensable=grant.sublicensable,
            agreed=self.agreed(record, grant.grant_id, act.assents, (*grant.grantors, grant.licensee)),
            under=as_hex(grant.parent_id) if grant.parent_id != ZERO_HASH else None,
        )

    def granting(self, grant: Grant) -> tuple[Record, Granted]:
        """Give the record that made a grant, with its words; those of all grants that are known are read at once."""
        if grant.grant_id not in self._made:
            self._made.update(self.view.find_intents({*self.rights.grants, grant.grant_id}))
        made = self._made[grant.grant_id]
        assert isinstance(made.act, Granted), "a grant has the name of the act that made it"
        return made.record, made.act

    def standing(self, grant: Grant) -> Standing:
        """Say how a grant stands today."""
        force = self.rights.force(grant)
        if force.onwards(self.today).is_empty():
            return "ended" if grant.status is GrantStatus.ENDED else "over"
        if grant.held_until > self.now:
            return "held"
        if any(not common.onwards(self.today).is_empty() for _, common in self.rights.conflicts(grant)):
            return "conflicting"
        return "to_come" if force.from_ > self.today else "in_force"

    def step(self, step: Step) -> TitleStep:
        """Say a step of a chain of title."""
        act, tenure = step.act, step.tenure
        agreement: Hash32 = getattr(act, "agreement", ZERO_HASH)
        intent: Hash32 = getattr(act, "intent", ZERO_HASH)
        among = (self.registrant, *step.before, *tenure.owners)
        return TitleStep(
            act=type(act).__name__,
            at=step.record.block_time,
            block=step.record.block_number,
            owners=self.owners_of(tenure),
            scope=scope_view(tenure.scope),
            agreed=self.agreed(step.record, intent, getattr(act, "assents", 0), among),
            agreement=agreement.hex() if agreement != ZERO_HASH else None,
        )
