"""Histories of rights made for tests: acts that follow, with the subjects that the contracts name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexer.china import china_day
from indexer.events import Act
from indexer.record import Record
from indexer.rights import acts
from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis, Scope
from indexer.rights.state import Estate, Grant
from indexer.state import State
from indexer.values import ZERO_HASH, Address, Hash32
from tests.indexer.histories import SOURCES, History, account, word

ALONE = Alone(longest=366, quota=2)
NO_ALONE = Alone(longest=0, quota=0)
BOX = Scope(0b1110, 0b1111, 0b11, 0b11, 20_000, 24_000)
"""The box of most claims here; the histories begin on day 20,371."""


def own_keys(count: int) -> int:
    return int("1" * count or "0", 16)


@dataclass
class RightsHistory(History):
    """A ledger of acts on rights; `told` holds each with the states it changed, as `rights_of` takes them."""

    told: list[tuple[Record, Act, Mapping[Hash32, State]]] = field(default_factory=list)

    @property
    def today(self) -> int:
        return china_day(self.time)

    def record(self, act: Act, *subjects: Hash32) -> Record:
        record = super().record(act, *dict.fromkeys(subjects))
        self.told.append((record, act, self.changed))
        return record

    def tomorrow(self, days: int = 1) -> None:
        self.close(days * 86_400)

    # estates

    def claim(
        self,
        work: Hash32,
        scope: Scope,
        *owners: Address,
        parts: Sequence[int] = (),
        alone: Alone = ALONE,
        backlog: int = 0,
    ) -> int:
        """The first owner is the registrant."""
        intent = word("claim", work, len(self.records))
        name = acts.estate_id(intent, 0)
        parties = [SOURCES.party(one) for one in owners]
        act = acts.EstateClaimed(
            estate_id=name,
            work_id=work,
            scope=scope,
            alone=alone,
            backlog_until=backlog,
            intent=intent,
            assents=own_keys(len(parties)),
            owners=owners,
            parts=tuple(parts) or (1,) * len(owners),
        )
        self.record(act, SOURCES.estate(name), SOURCES.rights_of(work), *parties)
        return name

    def split(self, estate: int, axis: Axis, cuts: Sequence[int]) -> tuple[int, ...]:
        state = self.estate(estate)
        intent = word("split", estate, state.revision)
        count = len(cuts) + (axis is Axis.TIME)
        names = tuple(acts.estate_id(intent, place) for place in range(count))
        act = acts.EstateSplit(estate, axis, intent, own_keys(len(state.owners)), tuple(cuts))
        self.record(act, *self._of(state), *map(SOURCES.estate, names), *self._parties(state.owners))
        return names

    def merge(self, estates: Sequence[int], axis: Axis) -> int:
        state = self.estate(estates[0])
        intent = word("merge", *estates, len(self.records))
        name = acts.estate_id(intent, 0)
        act = acts.EstatesMerged(name, axis, intent, own_keys(len(state.owners)), tuple(estates))
        gone = map(SOURCES.estate, estates)
        of_work = SOURCES.rights_of(state.work_id)
        self.record(act, SOURCES.estate(name), of_work, *gone, *self._parties(state.owners))
        return name

    def assign(self, estate: int, *owners: Address, parts: Sequence[int] = ()) -> None:
        state = self.estate(estate)
        parties = self._parties((*state.owners, *owners))
        act = acts.EstateAssigned(
            estate_id=estate,
            agreement=word("agreement"),
            agreement_cid=word("agreement"),
            intent=word("assign", estate, state.revision),
            assents=own_keys(len(set(parties))),
            owners=owners,
            parts=tuple(parts) or (1,) * len(owners),
        )
        self.record(act, *self._of(state), *parties)

    def assign_by_order(self, estate: int, *owners: Address) -> None:
        state = self.estate(estate)
        act = acts.EstateAssignedByOrder(estate, word("order"), owners, (1,) * len(owners))
        order = SOURCES.order(word("order"))
        self.record(act, *self._of(state), order, *self._parties((*state.owners, *owners)))

    def amend_estate(self, estate: int, scope: Scope, registrant: Address | None = None) -> None:
        """The first owner is the registrant, where no other is named."""
        state = self.estate(estate)
        intent = word("amend", estate, state.revision)
        parties = self._parties((registrant or state.owners[0], *state.owners))
        act = acts.EstateAmended(estate, scope, intent, own_keys(len(set(parties))), "错字")
        self.record(act, *self._of(state), *parties)

    def hold_estate(self, estate: int, until: int = (1 << 64) - 1) -> None:
        order = word("order", estate)
        act = acts.EstateHeld(estate, order, until)
        self.record(act, *self._of(self.estate(estate)), SOURCES.order(order))

    def release_estate(self, estate: int) -> None:
        order = word("release", estate)
        self.record(acts.EstateReleased(estate, order), *self._of(self.estate(estate)), SOURCES.order(order))

    def hold_rights(self, work: Hash32, until: int = (1 << 64) - 1) -> None:
        order = word("order", work)
        self.record(acts.RightsHeld(work, order, until), SOURCES.rights_of(work), SOURCES.order(order))

    def release_rights(self, work: Hash32) -> None:
        order = word("release", work)
        self.record(acts.RightsReleased(work, order), SOURCES.rights_of(work), SOURCES.order(order))

    def contest(self, work: Hash32, by: Address, rival: Hash32 = ZERO_HASH) -> None:
        others = () if rival == ZERO_HASH else (SOURCES.rights_of(rival),)
        act = acts.RightsContested(work, rival, by, word("evidence"), "另一登记")
        self.record(act, SOURCES.rights_of(work), *others, SOURCES.party(by))

    def withdraw_contest(self, work: Hash32, by: Address, rival: Hash32 = ZERO_HASH) -> None:
        others = () if rival == ZERO_HASH else (SOURCES.rights_of(rival),)
        act = acts.ContestWithdrawn(work, rival, by, "已和解")
        self.record(act, SOURCES.rights_of(work), *others, SOURCES.party(by))

    def moral_rights(self, work: Hash32, registrant: Address, author: Address) -> None:
        act = acts.MoralRightsRecorded(work, author, 0b1111, word("statement"))
        self.record(act, SOURCES.rights_of(work), SOURCES.party(registrant))

    # grants

    def grant(
        self,
        estate: int,
        licensee: Address,
        kind: GrantKind,
        scope: Scope,
        *,
        sublicensable: bool = True,
        by: Address | None = None,
        signed_on: int = 0,
        conflicts: int = 0,
        notice_days: int = 0,
        has_conditions: bool = True,
    ) -> Hash32:
        """Granted by all owners, or by one alone."""
        state = self.estate(estate)
        grantors = state.owners if by is None else (by,)
        act = self._grant(state.work_id, estate, ZERO_HASH, licensee, kind, scope)
        act = replace(act, sublicensable=sublicensable, signed_on=signed_on, conflicts=conflicts)
        act = replace(
            act, notice_days=notice_days, conditions=act.conditions if has_conditions else ZERO_HASH
        )
        return self._record_grant(act, SOURCES.estate(estate), grantors)

    def sublicense(
        self, parent: Hash32, licensee: Address, kind: GrantKind, scope: Scope, *, sublicensable: bool = True
    ) -> Hash32:
        state = self.granted(parent)
        act = self._grant(state.work_id, 0, parent, licensee, kind, scope)
        act = replace(act, sublicensable=sublicensable)
        return self._record_grant(act, SOURCES.grant(parent), (state.licensee,))

    def surrender(self, grant: Hash32, until: int) -> None:
        state = self.granted(grant)
        act = acts.GrantSurrendered(grant, until, word("surrender", grant), own_keys(1))
        self.record(act, *self._of_grant(state), SOURCES.party(state.licensee))

    def terminate(
        self, grant: Hash32, until: int, *grantors: Address, ground: Ground = Ground.AGREEMENT
    ) -> None:
        state = self.granted(grant)
        parties = self._parties((*grantors, state.licensee))
        signing = len(parties) if ground is Ground.AGREEMENT else len(grantors)
        intent = word("terminate", grant)
        act = acts.GrantTerminated(grant, ground, until, ZERO_HASH, intent, own_keys(signing), "违约")
        self.record(act, *self._of_grant(state), *parties)

    def terminate_by_order(self, grant: Hash32) -> None:
        state = self.granted(grant)
        order = word("order", grant)
        act = acts.GrantTerminated(grant, Ground.ORDER, self.today, order, ZERO_HASH, 0, "判决")
        self.record(act, *self._of_grant(state), SOURCES.party(state.licensee), SOURCES.order(order))

    def amend_grant(
        self, grant: Hash32, scope: Scope, *grantors: Address, estates: Sequence[int] = ()
    ) -> None:
        state = self.granted(grant)
        touched = (
            [SOURCES.grant(state.parent_id)]
            if state.parent_id != ZERO_HASH
            else [SOURCES.estate(estate) for estate in estates]
        )
        parties = self._parties((*grantors, state.licensee))
        intent = word("amend", grant, state.revision)
        act = acts.GrantAmended(grant, scope, 0, intent, own_keys(len(parties)), "错字")
        self.record(act, SOURCES.grant(grant), *touched, SOURCES.rights_of(state.work_id), *parties)

    def hold_grant(self, grant: Hash32, until: int = (1 << 64) - 1) -> None:
        order = word("order", grant)
        act = acts.GrantHeld(grant, order, until)
        self.record(act, *self._of_grant(self.granted(grant)), SOURCES.order(order))

    def release_grant(self, grant: Hash32) -> None:
        order = word("release", grant)
        act = acts.GrantReleased(grant, order)
        self.record(act, *self._of_grant(self.granted(grant)), SOURCES.order(order))

    # consents

    def attest(self, work: Hash32, intent: Hash32, party: Address) -> None:
        hands = (account(901), account(902))
        act = acts.Attested(intent, party, work, word("paper"), *hands)
        self.record(act, SOURCES.consent(intent, party), SOURCES.rights_of(work), *self._parties(hands))

    def confirm(self, work: Hash32, intent: Hash32, party: Address) -> None:
        act = acts.AttestationConfirmed(intent, party, work, acts.Assent.OWN_KEY)
        subject = SOURCES.consent(intent, party)
        self.record(act, subject, SOURCES.rights_of(work), SOURCES.party(party))

    def take_back(self, intent: Hash32, who: Address) -> None:
        act = acts.ConsentWithdrawn(intent, who)
        self.record(act, SOURCES.withdrawal(intent, who), SOURCES.party(who))

    # what stands

    def estate(self, estate: int) -> Estate:
        return self._state(SOURCES.estate(estate), Estate)

    def granted(self, grant: Hash32) -> Grant:
        return self._state(SOURCES.grant(grant), Grant)

    def _grant(
        self, work: Hash32, estate: int, parent: Hash32, licensee: Address, kind: GrantKind, scope: Scope
    ) -> acts.Granted:
        return acts.Granted(
            grant_id=word("grant", work, len(self.records)),
            work_id=work,
            estate_id=estate,
            parent_id=parent,
            licensee=licensee,
            kind=kind,
            sublicensable=True,
            scope=scope,
            notice_days=0,
            conditions=word("conditions"),
            agreement=word("agreement"),
            agreement_cid=word("agreement"),
            signed_on=0,
            conflicts=0,
            assents=0,
        )

    def _record_grant(self, act: acts.Granted, origin: Hash32, grantors: Sequence[Address]) -> Hash32:
        parties = self._parties((*grantors, act.licensee))
        act = replace(act, assents=own_keys(len(parties)))
        of_work = SOURCES.rights_of(act.work_id)
        self.record(act, SOURCES.grant(act.grant_id), origin, of_work, *parties)
        return act.grant_id

    def _of(self, estate: Estate) -> tuple[Hash32, Hash32]:
        return SOURCES.estate(estate.estate_id), SOURCES.rights_of(estate.work_id)

    def _of_grant(self, grant: Grant) -> tuple[Hash32, Hash32]:
        return SOURCES.grant(grant.grant_id), SOURCES.rights_of(grant.work_id)

    def _parties(self, accounts: Sequence[Address]) -> tuple[Hash32, ...]:
        return tuple(dict.fromkeys(map(SOURCES.party, accounts)))
