"""Acts on rights as they are proposed over HTTP, each read into a draft as it would be agreed to now."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis
from indexer.values import ZERO_HASH, Hash32, address, hash32
from service.api.names import number_in
from service.api.scoping import Code, Day, ScopeBody, cuts_in, day_in
from service.api.shapes import WHOLE, Account, Body, Digest, Moment, Number, Reason
from service.keys.agreements import Ownership
from service.rights.drafting import Agreements, Drafting, GrantTerms
from service.rights.proposals import Draft

Axes = Literal["rights", "territories", "languages", "media", "time"]
Kinds = Literal["exclusive", "sole", "non_exclusive"]
EstateIds = Annotated[list[Number], Field(min_length=1, max_length=16)]


class OwnerBody(Body):
    """An owner, and how many parts of the sum of all are its."""

    account: Account
    part: Annotated[int, Field(ge=1, lt=1 << 32), WHOLE]


Owners = Annotated[list[OwnerBody], Field(min_length=1, max_length=50)]


class AloneBody(Body):
    """What one co-owner may grant alone: for how many days at most, and how often."""

    longest: Annotated[int, Field(ge=0, lt=1 << 32), WHOLE] = 0
    quota: Annotated[int, Field(ge=0, lt=1 << 16), WHOLE] = 0


class ActBody(Body):
    """Root of the acts. `deadline`: until when all must have agreed and it must be recorded."""

    deadline: Moment

    def estates(self) -> list[int]:
        """Name the estates that it is about."""
        named = [getattr(self, "estate_id", None), *getattr(self, "estate_ids", ())]
        return [number_in(one) for one in named if one is not None]

    def grants(self) -> list[Hash32]:
        """Name the grants that it is about."""
        named = (getattr(self, "grant_id", None), getattr(self, "parent_id", None))
        return [hash32(one) for one in named if one is not None]

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it, as it would be agreed to now."""
        raise NotImplementedError

    def digest(self) -> bytes:
        """Give SHA-256 of all that is stated."""
        return hashlib.sha256(self.model_dump_json().encode()).digest()


class ClaimBody(ActBody):
    """Constitute an estate. `backlog_until`: the last day on which older contracts may be recorded."""

    act: Literal["claim"]
    work_id: Digest
    scope: ScopeBody
    owners: Owners
    alone: AloneBody = AloneBody()
    backlog_until: Day | None = None

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        return drafting.claim(
            hash32(self.work_id),
            self.scope.scope(),
            ownership_in(self.owners),
            Alone(self.alone.longest, self.alone.quota),
            self.deadline,
            day_in(self.backlog_until) + 1 if self.backlog_until else 0,
        )


class SplitBody(ActBody):
    """Cut an estate along an axis; `cuts`: the codes of each part, or the first day of each further part."""

    act: Literal["split"]
    estate_id: Number
    axis: Axes
    cuts: Annotated[
        list[Annotated[list[Code], Field(min_length=1, max_length=256)]], Field(min_length=1, max_length=16)
    ]

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        axis = Axis[self.axis.upper()]
        return drafting.split(number_in(self.estate_id), axis, cuts_in(axis, self.cuts), self.deadline)


class MergeBody(ActBody):
    """Join estates along an axis; along time, in order."""

    act: Literal["merge"]
    estate_ids: EstateIds
    axis: Axes

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        estates = [number_in(one) for one in self.estate_ids]
        return drafting.merge(estates, Axis[self.axis.upper()], self.deadline)


class PapersBody(ActBody):
    """Acts on a signed agreement: its SHA-256, and the digest in its CID, where that is another."""

    agreement: Digest
    agreement_cid: Digest | None = None

    def papers(self) -> Agreements:
        """Give the digests."""
        cid = hash32(self.agreement_cid) if self.agreement_cid else None
        return Agreements(hash32(self.agreement), cid)


class AssignBody(PapersBody):
    """Give an estate to others."""

    act: Literal["assign"]
    estate_id: Number
    owners: Owners

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        owners = ownership_in(self.owners)
        return drafting.assign(number_in(self.estate_id), owners, self.papers(), self.deadline)


class AmendEstateBody(ActBody):
    """Enter a claim's box otherwise; only while it was never divided, nor granted of."""

    act: Literal["amend_estate"]
    estate_id: Number
    scope: ScopeBody
    reason: Reason

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        scope = self.scope.scope()
        return drafting.amend_estate(number_in(self.estate_id), scope, self.reason, self.deadline)


class TermsBody(PapersBody):
    """What a grant says. `signed_on`: of a contract older than the claim, whose conflicts are recorded."""

    licensee: Account
    kind: Kinds
    scope: ScopeBody
    sublicensable: bool = False
    notice_days: Annotated[int, Field(ge=0, lt=1 << 16), WHOLE] = 0
    conditions: Digest | None = None
    signed_on: Day | None = None
    alone_by: Account | None = None

    def terms(self) -> GrantTerms:
        """Give the terms."""
        return GrantTerms(
            licensee=address(self.licensee.lower()),
            kind=GrantKind[self.kind.upper()],
            papers=self.papers(),
            sublicensable=self.sublicensable,
            notice_days=self.notice_days,
            conditions=hash32(self.conditions) if self.conditions else ZERO_HASH,
            signed_on=day_in(self.signed_on) if self.signed_on else 0,
            alone_by=address(self.alone_by.lower()) if self.alone_by else None,
        )


class GrantBody(TermsBody):
    """Grant some of an estate. `alone_by`: the co-owner that grants it alone."""

    act: Literal["grant"]
    estate_id: Number

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        return drafting.grant(number_in(self.estate_id), self.scope.scope(), self.terms(), self.deadline)


class SublicenceBody(TermsBody):
    """Grant some of a grant."""

    act: Literal["sublicence"]
    parent_id: Digest

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        return drafting.sublicense(hash32(self.parent_id), self.scope.scope(), self.terms(), self.deadline)


class SurrenderBody(ActBody):
    """Give up what would come after a day. `last_day`: the last on which the grant is in force."""

    act: Literal["surrender"]
    grant_id: Digest
    last_day: Day

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        return drafting.surrender(hash32(self.grant_id), day_in(self.last_day) + 1, self.deadline)


class TerminateBody(ActBody):
    """End a grant, by agreement or on a condition that it records. `last_day`: the last on which it is in force."""

    act: Literal["terminate"]
    grant_id: Digest
    ground: Literal["agreement", "condition"]
    last_day: Day
    reason: Reason

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        until = day_in(self.last_day) + 1
        ground = Ground[self.ground.upper()]
        return drafting.terminate(hash32(self.grant_id), ground, until, self.reason, self.deadline)


class AmendGrantBody(ActBody):
    """Enter a grant's scope otherwise."""

    act: Literal["amend_grant"]
    grant_id: Digest
    scope: ScopeBody
    reason: Reason

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it."""
        scope = self.scope.scope()
        return drafting.amend_grant(hash32(self.grant_id), scope, self.reason, self.deadline)


AnyAct = Annotated[
    ClaimBody
    | SplitBody
    | MergeBody
    | AssignBody
    | AmendEstateBody
    | GrantBody
    | SublicenceBody
    | SurrenderBody
    | TerminateBody
    | AmendGrantBody,
    Field(discriminator="act"),
]


def ownership_in(owners: list[OwnerBody]) -> Ownership:
    """Read owners and their parts."""
    accounts = tuple(address(one.account.lower()) for one in owners)
    return Ownership(accounts, tuple(one.part for one in owners))
