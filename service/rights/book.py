"""What the index says of rights, as the service asks it: estates, grants, who stands for whom. Reads a view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from indexer.events import AccountReplaced, Custody
from indexer.rights.state import Estate, EstateStatus, Grant, GrantStatus, WorkRights
from indexer.rights.title import Rights
from indexer.state import Standing, Work
from indexer.store.view import View
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, as_hex
from service.errors import NotFound

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Book:
    """One reading of the rights. What it reads of a work is the same as long as its view is, and read once."""

    view: View
    _of_works: dict[Hash32, tuple[Estate, ...]] = field(default_factory=dict, repr=False, compare=False)

    def work(self, work_id: Hash32) -> Work:
        """Give a work.

        Raises:
            NotFound: there is no such deposit.
        """
        known = self.view.work(work_id)
        if known is None:
            raise unknown_work()
        return known.state

    def estate(self, estate_id: int) -> Estate:
        """Give an estate.

        Raises:
            NotFound: there is none.
        """
        known = self.view.estate(estate_id)
        if known is None:
            raise unknown_estate(estate_id)
        return known.state

    def grant(self, grant_id: Hash32) -> Grant:
        """Give a grant.

        Raises:
            NotFound: there is none.
        """
        known = self.view.grant(grant_id)
        if known is None:
            raise unknown_grant(grant_id)
        return known.state

    def rights(self, work_id: Hash32) -> WorkRights | None:
        """Give what holds of the rights of a work as a whole; None where nothing was claimed or said of them yet."""
        known = self.view.work_rights(work_id)
        return None if known is None else known.state

    def known(self, work_id: Hash32, at: int) -> Rights:
        """Give all that was known of the rights of a work at a moment, in Unix seconds."""
        return self.view.rights(work_id, at)

    def known_of(self, estate: Estate, at: int) -> Rights:
        """Give what was known at a moment of the rights of the work that an estate is in, and no later than its end."""
        known = self.known(estate.work_id, at)
        if estate.status is EstateStatus.LIVE:
            return known
        ends = [
            one.until for one in known.tenures if one.estate_id == estate.estate_id if one.until is not None
        ]
        return self.known(estate.work_id, max(ends, default=at))

    def live_estates(self, work_id: Hash32) -> tuple[Estate, ...]:
        """Give the estates of a work that stand."""
        return tuple(one for one in self.estates_of(work_id) if one.status is EstateStatus.LIVE)

    def estates_of(self, work_id: Hash32) -> tuple[Estate, ...]:
        """Give all estates of a work, the oldest first."""
        if work_id not in self._of_works:
            self._of_works[work_id] = tuple(self.estates(work=work_id))
        return self._of_works[work_id]

    def estates(self, *, work: Hash32 | None = None, owner: Address | None = None) -> Iterator[Estate]:
        """Go through estates, of a work or an owner, the oldest first."""
        after = None
        while True:
            page = self.view.estates(work=work, owner=owner, after=after, limit=_PAGE)
            yield from (known.state for known in page.items)
            after = page.cursor
            if after is None:
                return

    def grants(
        self,
        *,
        work: Hash32 | None = None,
        parent: Hash32 | None = None,
        licensee: Address | None = None,
    ) -> Iterator[Grant]:
        """Go through grants, of a work (sub-licences too), of a grant, or of a licensee, the oldest first."""
        after = None
        while True:
            page = self.view.grants(work=work, parent=parent, licensee=licensee, after=after, limit=_PAGE)
            yield from (known.state for known in page.items)
            after = page.cursor
            if after is None:
                return

    def live_until(self, grant: Grant) -> int:
        """Give the day on which a grant or one of its ancestors ends; 0 where it never was in force."""
        until = min(one.scope.until for one in (grant, *self.ancestors(grant)))
        return until if until > grant.scope.from_ else 0

    def ancestors(self, grant: Grant) -> Iterator[Grant]:
        """Go through the grants that a grant is a sub-licence of, the nearest first."""
        while grant.parent_id != ZERO_HASH:
            grant = self.grant(grant.parent_id)
            yield grant

    def standing(self, account: Address) -> Standing | None:
        """Give the standing of whoever stands for an account now; None where it is not registered."""
        known = self.view.standing(account)
        while known is not None and known.state.replaced_by != ZERO_ADDRESS:
            known = self.view.standing(known.state.replaced_by)
        return None if known is None else known.state

    def current(self, account: Address) -> Address:
        """Say who stands for an account now: itself, or whom it was replaced by."""
        standing = self.standing(account)
        return account if standing is None else standing.account

    def stood_for(self, account: Address) -> frozenset[Address]:
        """Give all accounts that an account stands for now: itself, and those it replaced."""
        found, pending = {account}, [account]
        while pending:
            for older in self._replaced(pending.pop()):
                if older not in found:
                    found.add(older)
                    pending.append(older)
        return frozenset(found)

    def _replaced(self, account: Address) -> list[Address]:
        # An account that replaces another was unknown until then: that record is the first of its standing.
        entries = self.view.history(self.view.sources.account(account), newest_first=False).items
        acts = (entry.act for entry in entries if isinstance(entry.act, AccountReplaced))
        return [act.account for act in acts if act.replacement == account]

    def keeps_key(self, account: Address) -> bool:
        """Say whether whoever stands for an account has no key of its own: only then a paper may stand for it."""
        standing = self.standing(account)
        return standing is not None and standing.custody is Custody.KEPT


def union(*lists: Iterable[Address]) -> tuple[Address, ...]:
    """Join lists of accounts, each once, at its first place."""
    return tuple(dict.fromkeys(one for some in lists for one in some))


def in_force(grant: Grant, until: int, today: int) -> bool:
    """Say whether a grant is in force or yet to be; `until`: as `Book.live_until` gives it."""
    return grant.status is not GrantStatus.NONE and until > today


def unknown_work() -> NotFound:
    """The error for a work that is not there."""
    return NotFound(
        "unknown-work", "没有这个存证；请核对编号。", "There is no such deposit; check the number."
    )


def unknown_estate(estate_id: int) -> NotFound:
    """The error for an estate that is not there, or not for whoever asks."""
    return NotFound(
        "unknown-estate",
        "没有这个权利项，或您无权查看；请核对编号。",
        "There is no such estate, or it is not for you to see; check the number.",
        estate=str(estate_id),
    )


def unknown_grant(grant_id: Hash32) -> NotFound:
    """The error for a grant that is not there, or not for whoever asks."""
    return NotFound(
        "unknown-grant",
        "没有这项许可，或您无权查看；请核对编号。",
        "There is no such grant, or it is not for you to see; check the number.",
        grant=as_hex(grant_id),
    )
