"""The history of a subject, from records to what a page shows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer import events as acts
from indexer.events import UnknownAct
from indexer.policy import looser
from indexer.rights import acts as rights
from indexer.state import Collection
from indexer.store.answers import ProvenanceEntry
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from service.pages.views import HistoryEntryView, Name
from service.pages.views.history import Hand

_HANDS: dict[acts.Hand, Hand | None] = {
    acts.Hand.NONE: None,
    acts.Hand.OWN_KEY: "own_key",
    acts.Hand.KEPT_KEY: "kept_key",
    acts.Hand.OWN_TRANSACTION: "own_transaction",
}


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Since when the present holder has it, and what it has to keep to."""

    since: int
    gifts: int
    version: int


def history_entries(
    entries: Sequence[ProvenanceEntry],
    label: Callable[[Address], Name],
    *,
    collection: Collection | None = None,
    cap: int | None = None,
    now: int,
    works: Mapping[Hash32, Name] | None = None,
    later: frozenset[str] = frozenset(),
) -> tuple[HistoryEntryView, ...]:
    """Show the records of one subject.

    Args:
        entries: newest first, as the index gives them.
        label: what an account is called in public.
        collection: of a token, for the holding periods that applied.
        cap: of a token's edition.
        now: Unix seconds, to say what has lapsed.
        works: titles of the works of which editions were opened.
        later: corrections that are recorded after the newest of these entries.
    """
    shown: list[HistoryEntryView] = []
    keeping: _Keeping | None = None
    for entry in reversed(entries):
        view = replace(_plain(entry), **_words(entry.act, label, now))
        if isinstance(entry.act, acts.Minted):
            view = replace(view, cap=cap)
        if isinstance(entry.act, acts.EditionOpened) and works:
            view = replace(view, about=works.get(entry.act.work_id))
        if isinstance(entry.act, acts.Gifted) and keeping is not None:
            period = _period(keeping, collection, entry.act.policy_version)
            view = replace(view, held=view.at - keeping.since, holding_period=period or None)
        keeping = _kept(keeping, entry)
        shown.append(view)
    return tuple(reversed(_struck(shown, later)))


def _plain(entry: ProvenanceEntry) -> HistoryEntryView:
    unknown = isinstance(entry.act, UnknownAct)
    return HistoryEntryView(
        seq=entry.record.seq,
        act="UnknownAct" if unknown else type(entry.act).__name__,
        block=entry.record.block_number,
        at=entry.record.block_time,
        known=not unknown,
        transaction="0x" + entry.transaction_hash.hex(),
    )


def _words(act: acts.Act | UnknownAct, label: Callable[[Address], Name], now: int) -> dict[str, Any]:
    read = _READ.get(type(act))
    return read(act, label, now) if read else {}


def _until(at: int, now: int) -> dict[str, Any]:
    return {"until": at, "lapsed": at <= now}


_READ: dict[type[Any], Callable[[Any, Callable[[Address], Name], int], dict[str, Any]]] = {
    acts.Minted: lambda act, label, _: {"giver": label(act.issuer), "policy_version": act.policy_version},
    acts.Distributed: lambda act, label, _: {
        "giver": label(act.from_),
        "receiver": label(act.to),
        "policy_version": act.policy_version,
    },
    acts.Gifted: lambda act, label, _: {
        "giver": label(act.from_),
        "receiver": label(act.to),
        "hand": _HANDS[act.hand],
        "policy_version": act.policy_version,
    },
    acts.Lent: lambda act, label, now: {
        "giver": label(act.from_),
        "receiver": label(act.user),
        "hand": _HANDS[act.hand],
        **_until(act.until, now),
    },
    acts.HoldPlaced: lambda act, _, now: {"by_order": True, **_until(act.until, now)},
    acts.HoldReleased: lambda _act, _, __: {"by_order": True},
    acts.HolderChangedByOrder: lambda act, label, _: {
        "giver": label(act.from_),
        "receiver": label(act.to),
        "by_order": True,
        "policy_version": act.policy_version,
    },
    acts.Recovered: lambda act, label, _: {"giver": label(act.from_), "receiver": label(act.to)},
    acts.Annulled: lambda act, _, __: {"by_order": act.order_id != ZERO_HASH, "reason": act.reason},
    acts.WorkRegistered: lambda act, label, _: {
        "giver": label(act.registrant),
        "earlier_deposits": act.claims_before,
    },
    acts.Anchored: lambda act, label, _: {"giver": label(act.depositor)},
    acts.WorkAmended: lambda act, _, __: {"reason": act.reason},
    acts.WorkWithdrawn: lambda act, _, __: {"reason": act.reason},
    acts.CollectionCreated: lambda act, label, _: {"giver": label(act.issuer), "policy_version": 1},
    acts.CollectionAmended: lambda act, _, __: {"reason": act.reason},
    acts.PolicySet: lambda act, _, __: {"policy_version": act.version},
    acts.EditionOpened: lambda act, _, __: {"cap": act.cap},
    acts.CapLowered: lambda act, _, __: {"cap": act.cap},
    acts.AccountSuspended: lambda act, _, now: {"by_order": True, **_until(act.until, now)},
    acts.AccountRestored: lambda _act, _, __: {"by_order": True},
    rights.EstateAssignedByOrder: lambda _act, _, __: {"by_order": True},
    rights.EstateAmended: lambda act, _, __: {"reason": act.reason},
    **dict.fromkeys(
        (rights.EstateHeld, rights.RightsHeld, rights.GrantHeld),
        lambda act, _, now: {"by_order": True, **_until(act.until, now)},
    ),
    **dict.fromkeys(
        (rights.EstateReleased, rights.RightsReleased, rights.GrantReleased),
        lambda _act, _, __: {"by_order": True},
    ),
    rights.MoralRightsRecorded: lambda act, label, _: (
        {"receiver": label(act.author)} if act.author != ZERO_ADDRESS else {}
    ),
    rights.RightsContested: lambda act, label, _: {"giver": label(act.by), "reason": act.reason},
    rights.ContestWithdrawn: lambda act, label, _: {"giver": label(act.by), "reason": act.reason},
    rights.Granted: lambda act, label, _: {"receiver": label(act.licensee)},
    rights.GrantTerminated: lambda act, _, __: {"reason": act.reason},
    rights.GrantAmended: lambda act, _, __: {"reason": act.reason},
    rights.Attested: lambda act, label, _: {"giver": label(act.attester), "receiver": label(act.party)},
    rights.AttestationConfirmed: lambda act, label, _: {"giver": label(act.party)},
    rights.ConsentWithdrawn: lambda act, label, _: {"giver": label(act.account)},
}


def _period(keeping: _Keeping, collection: Collection | None, present: int) -> int | None:
    if collection is None or not 1 <= keeping.version <= present <= collection.policy_version:
        return None
    rules = looser(collection.policies[keeping.version - 1], collection.policies[present - 1])
    return rules.next_holding if keeping.gifts else rules.first_holding


def _kept(keeping: _Keeping | None, entry: ProvenanceEntry) -> _Keeping | None:
    at = entry.record.block_time
    match entry.act:
        case acts.Minted(policy_version=version):
            return _Keeping(at, 0, version)
        case acts.Distributed(policy_version=version):
            return _Keeping(at, keeping.gifts if keeping else 0, version)
        case acts.Gifted(policy_version=version) if keeping:
            return _Keeping(at, keeping.gifts + 1, version)
        case acts.HolderChangedByOrder(policy_version=version) if keeping:
            return _Keeping(at, keeping.gifts, version)
        case _:
            return keeping


CORRECTIONS = (acts.Annulled, acts.WorkWithdrawn, acts.WorkAmended, acts.CollectionAmended)
"""The acts that strike out an earlier record."""


def _struck(shown: list[HistoryEntryView], later: frozenset[str]) -> list[HistoryEntryView]:
    """Strike out what a later record corrected: the creation of an annulled token, the earlier reading of a work."""
    last = {view.act: view.seq for view in shown} | dict.fromkeys(later, -1)
    return [replace(view, struck=True) if _is_struck(view, last) else view for view in shown]


def _is_struck(view: HistoryEntryView, last: dict[str, int]) -> bool:
    match view.act:
        case "Minted":
            return "Annulled" in last
        case "WorkRegistered":
            return "WorkWithdrawn" in last
        case "WorkAmended" | "CollectionAmended":
            return last[view.act] != view.seq or "WorkWithdrawn" in last
        case _:
            return False
