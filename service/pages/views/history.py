"""The history of a subject, newest first, as a page shows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.pages.views.page import Name

Hand = Literal["own_key", "kept_key", "own_transaction"]


@dataclass(frozen=True, slots=True)
class HistoryEntryView:
    """One record.

    Attributes:
        seq: its place in the ledger.
        act: name of the event that declares it, e.g. `Gifted`; one that has no words is shown as `其他记录`.
        block: the block it is in.
        at: time of that block.
        known: False where the index cannot fold this kind of record.
        giver: who had it before, or who acted: an institution's name, or a holder's pseudonymous label as a `Name`
            without a parallel; None where nobody is named.
        receiver: who got it, the same; None where nothing changed hands.
        about: what else it names, e.g. the work of which an edition was opened; None where there is nothing.
        hand: by which key a holder's act came; None for an institution's.
        policy_version: version of the collection's policy that applied; None where none did.
        held: seconds that the giver had kept it, with `holding_period`, the seconds the policy asked for.
        until: when a hold, a loan or a suspension ends by itself.
        lapsed: `until` has passed and ended it.
        cap: size of the edition (issue, opening of an edition, lowering of its cap).
        by_order: it rests on a legal order. Authority, number and reason code are not for the public and not here.
        reason: the public reason of an amendment, a withdrawal, a striking out.
        note: a public remark as the institution gave it, e.g. the occasion.
        earlier_deposits: deposits of the same file known before this one (deposit only).
        struck: a later record corrected this one; it is shown struck out, legible.
        transaction: hash of the transaction; None if not kept.
    """

    seq: int
    act: str
    block: int
    at: int
    known: bool = True
    giver: Name | None = None
    receiver: Name | None = None
    about: Name | None = None
    hand: Hand | None = None
    policy_version: int | None = None
    held: int | None = None
    holding_period: int | None = None
    until: int | None = None
    lapsed: bool = False
    cap: int | None = None
    by_order: bool = False
    reason: str | None = None
    note: str | None = None
    earlier_deposits: int = 0
    struck: bool = False
    transaction: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The records of one subject.

    Attributes:
        entries: newest first.
        total: how many the subject has in all.
        older: address of the page with older ones, None if these are all.
    """

    entries: tuple[HistoryEntryView, ...]
    total: int
    older: str | None = None

    def after(self, block: int) -> int:
        """Return how many of the entries shown are later than a block."""
        return sum(entry.block > block for entry in self.entries)
