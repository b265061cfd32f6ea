"""What a regulator is told: entries with the accounts they name, states at a time, counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from indexer.audit import Tally
from indexer.events import SELECTORS, WorkKind
from indexer.evidence.decoded import decoded
from indexer.state import Standing, Token
from indexer.store.answers import Activity, Completeness, Known, Listing, ProvenanceEntry
from indexer.values import ZERO_ADDRESS, Hash32, as_hex
from indexer.wire import write_address
from service.errors import BadInput

_SAID = {
    Completeness.LEDGER: (
        "所列即账本这一范围内的全部记录；可用该范围的导出核对。",
        "These are all records of this range of the ledger; an export of the range proves it.",
    ),
    Completeness.SUBJECT: (
        "所列即该对象的全部记录，逐条计算得到其链头。",
        "These are all records of the subject; they lead to its head.",
    ),
    Completeness.SELECTION: (
        "筛选结果，完整性未经证明；可导出其所取自的完整范围自行筛选。",
        "Selection, completeness not proven; export the complete range it was filtered from to check it.",
    ),
}
_ACTS = {act.__name__: selector for act, selector in SELECTORS.items()}


def selectors_of(names: Iterable[str]) -> frozenset[Hash32]:
    """Give the selectors of acts by their names, e.g. `Gifted`.

    Raises:
        BadInput: there is no such act.
    """
    unknown = sorted(set(names) - _ACTS.keys())
    if unknown:
        raise BadInput(
            "unknown-act",
            "没有这种行为，可用的名称见 facts。",
            "There is no such act; facts lists those there are.",
            given=[name[:100] for name in unknown[:20]],
            acts=sorted(_ACTS),
        )
    return frozenset(_ACTS[name] for name in names)


def listing_body(listing: Listing) -> dict[str, Any]:
    """Show a list of entries, and how a reader can know that nothing was left out."""
    zh, en = _SAID[listing.completeness]
    subject = None
    if listing.subject is not None and listing.subject_head is not None:
        subject = {"subject": as_hex(listing.subject), "head": as_hex(listing.subject_head)}
    return {
        "entries": [entry_body(entry) for entry in listing.entries],
        "next": listing.cursor,
        "completeness": {
            "kind": listing.completeness.value,
            "zh": zh,
            "en": en,
            "range": {"first": listing.first, "last": listing.last}
            if listing.first <= listing.last
            else None,
            "subject": subject,
        },
    }


def entry_body(entry: ProvenanceEntry) -> dict[str, Any]:
    """Show a record as it stands in the ledger, with its words; it names accounts, so it is for those entitled."""
    record = entry.record
    return {
        "seq": record.seq,
        "block": record.block_number,
        "time": record.block_time,
        "source": write_address(record.source),
        "words": decoded(entry.act),
        "act": as_hex(record.act),
        "data": as_hex(record.data),
        "state_after": as_hex(record.state_after),
        "subjects": [as_hex(subject) for subject in record.subjects],
        "digest": as_hex(entry.digest),
        "head": as_hex(entry.head),
        "transaction": as_hex(entry.transaction_hash),
        "settled": entry.settled,
    }


def token_body(known: Known[Token]) -> dict[str, Any]:
    """Show the state of a collectible, its holder not masked."""
    token = known.state
    lent = token.user != ZERO_ADDRESS
    return {
        "token_id": str(token.token_id),
        "status": token.status.name.lower(),
        "holder": write_address(token.holder),
        "issuer": write_address(token.issuer),
        "user": write_address(token.user) if lent else None,
        "user_until": token.user_until if lent else None,
        "held_until": token.held_until or None,
        "hold_order": as_hex(token.hold_order) if token.held_until else None,
        "acquired_at": token.acquired_at,
        "gifts": token.gifts,
        "distributed": token.distributed,
        "policy_version": token.policy_version,
        "collection_id": as_hex(token.collection_id),
        "work_id": as_hex(token.work_id),
        "edition_id": str(token.edition_id),
        "since_seq": known.seq,
        "determinate": known.determinate,
        "settled": known.settled,
    }


def party_body(activity: Activity) -> dict[str, Any]:
    """Show what an account is, how much it holds and did."""
    standing = activity.standing
    return {
        "account": write_address(activity.account),
        "standing": standing_body(standing) if standing else None,
        "collectibles_held": activity.tokens_held,
        "records": activity.entries,
    }


def standing_body(known: Known[Standing]) -> dict[str, Any]:
    """Show the standing of an account."""
    standing = known.state
    replaced = standing.replaced_by != ZERO_ADDRESS
    return {
        "kind": standing.kind.name.lower(),
        "custody": standing.custody.name.lower(),
        "commitment": as_hex(standing.commitment),
        "verified_at": standing.verified_at,
        "suspended_until": standing.suspended_until or None,
        "replaced_by": write_address(standing.replaced_by) if replaced else None,
        "since_seq": known.seq,
    }


def tally_body(tally: Tally) -> list[dict[str, Any]]:
    """Show counts, in the order of period, institution and kind."""
    keys = sorted(tally, key=lambda key: (key.period, key.institution, key.kind))
    return [
        {
            "period": key.period,
            "institution": write_address(key.institution),
            "kind": WorkKind(key.kind).name.lower(),
            **tally[key]._asdict(),
        }
        for key in keys
    ]
