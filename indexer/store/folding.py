"""From records to versions of states: the replay of `indexer.state`, and what the projection keeps beside it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from indexer import state as states
from indexer.before import StepRefused
from indexer.errors import IndexerError
from indexer.events import AccountReplaced, Act, Gifted, Lent, Sources, UnknownAct, decode
from indexer.keccak import keccak256
from indexer.record import Record, unpacked
from indexer.rights import acts as rights_acts
from indexer.rights import state as rights
from indexer.span import Recorded
from indexer.state import State, step
from indexer.store.usual import usual_steps
from indexer.store.versions import BEGUN, SEQ, SUBJECT, SUPERSEDED, Held, VersionRow, version_of
from indexer.values import ZERO_HASH, Hash32

_OF_RIGHTS = (rights.Estate, rights.WorkRights, rights.Grant)
_STATES_OF_SOURCE: dict[str, dict[str, tuple[type[State], ...]]] = {
    "ledger": {"": (states.LedgerMark,)},
    "governance": {"": (states.Seat,)},
    "orders": {"": (states.Order,)},
    "identities": {"": (states.Standing,)},
    "works": {"": (states.Work,), "Anchored": (states.Anchor,)},
    "collections": {
        "": (states.Collection,),
        "EditionOpened": (states.Edition,),
        "CapLowered": (states.Edition,),
    },
    "collectible": {"": (states.Token,), "IntentCancelled": (states.CancelledNonce,)},
    "consents": {"": (rights.Attestation,), "ConsentWithdrawn": (rights.ConsentTakenBack,)},
    "rights": {"": _OF_RIGHTS},
    "grants": {"": _OF_RIGHTS},
}
_OF_MANY = frozenset(("rights", "grants"))
"""Sources whose acts change the states of several subjects; parties, which have none, are among those."""


_UNNAMED = (ZERO_HASH, 0)


class Ended(NamedTuple):
    """A version that was written before, and the record that ended it."""

    kind: type[State]
    subject: Hash32
    seq: int
    superseded_by: int


Naming: TypeAlias = tuple[int, int, Hash32, int, Hash32]
"""That record `seq` names at a position a subject, as its `ordinal`-th; the last is the subject's head after it."""


class Stop(NamedTuple):
    """That the state of a subject cannot be followed from record `seq` on."""

    seq: int
    subject: Hash32
    reason: str


class Intent(NamedTuple):
    """The record that used up an EIP-712 digest."""

    seq: int
    digest: Hash32


@dataclass(slots=True)
class Memory:
    """What is known of subjects before the next record.

    Attributes:
        held: what stands. heads: the head of each subject and how many records name it. stopped: see `Stop`.
        complete: whether every subject of the ledger is in it, so that one that is not has not begun.
    """

    held: dict[Hash32, Held] = field(default_factory=dict)
    heads: dict[Hash32, tuple[Hash32, int]] = field(default_factory=dict)
    stopped: set[Hash32] = field(default_factory=set)
    complete: bool = False


@dataclass(slots=True)
class Folded:
    """What records change, beside themselves."""

    versions: dict[type[State], list[VersionRow]] = field(default_factory=dict)
    ended: list[Ended] = field(default_factory=list)
    namings: list[Naming] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)


def state_types(act_type: type[Act]) -> tuple[type[State], ...]:
    """Say of what kinds the states are that an act changes, and depends on."""
    of_source = _STATES_OF_SOURCE[act_type.SOURCE]
    return of_source.get(act_type.__name__, of_source[""])


def changing(act_type: type[Act] | None, subjects: Sequence[Hash32]) -> Sequence[Hash32]:
    """List those of a record's subjects whose states it may change, and depend on; None: its act is not known."""
    if act_type is None or act_type.SOURCE in _OF_MANY:
        return subjects
    return subjects[: 2 if act_type is AccountReplaced else 1]


def _concerned(act: Act | UnknownAct, subjects: Sequence[Hash32], memory: Memory) -> Sequence[Hash32]:
    """List the subjects whose states a record cannot change without being understood."""
    if isinstance(act, UnknownAct):
        return subjects
    found = changing(type(act), subjects)
    if act.SOURCE not in _OF_MANY:
        return found
    held = memory.held
    stateful = [one for one in found[1:] if one in held and held[one].kind in _OF_RIGHTS]
    return (*found[:1], *stateful)


def fold_records(
    recorded: Sequence[Recorded], memory: Memory, sources: Sources, *, plainly: bool = False
) -> Folded:
    """Replay records in order onto `memory`, which is changed, and say what that makes.

    An act that is unknown or does not follow stops the state of the subjects it would change; the records stay.
    `memory` must know every subject of the records that has begun.

    Args:
        plainly: without the fast path of usual.py.
    """
    folded = Folded()
    steps = {} if plainly else usual_steps(sources)
    first = recorded[0].seq if recorded else 0
    for one in recorded:
        subjects = unpacked(one.subjects)
        _name(one, subjects, memory.heads, folded.namings)
        step_of = steps.get((one.source, one.act))
        if step_of is not None and subjects and subjects[0] not in memory.stopped:
            before = memory.held.get(subjects[0])
            after = step_of(one, subjects[0], before)
            if after is not None:
                _put(before, after, memory, folded, first)
                continue
        _follow(one, memory, folded, sources, first)
    return folded


def _name(
    one: Recorded,
    subjects: Iterable[Hash32],
    heads: dict[Hash32, tuple[Hash32, int]],
    namings: list[Naming],
) -> None:
    seq, digest = one.seq, one.digest
    for position, subject in enumerate(subjects):
        head, ordinal = heads.get(subject, _UNNAMED)
        head = keccak256(head + digest)  # `next_head`, thrice a record
        ordinal += 1
        heads[subject] = (head, ordinal)
        namings.append((seq, position, subject, ordinal, head))


def _put(before: Held | None, after: Held, memory: Memory, folded: Folded, first: int) -> None:
    """Let a version stand, and end the one before it: in the rows to write if it is among them."""
    seq, subject = after.row[SEQ], after.row[SUBJECT]
    if before is not None:
        if before.row[SEQ] >= first:
            before.row[SUPERSEDED] = seq
        else:
            folded.ended.append(Ended(before.kind, subject, before.row[SEQ], seq))
    memory.held[subject] = after
    folded.versions.setdefault(after.kind, []).append(after.row)


def _follow(one: Recorded, memory: Memory, folded: Folded, sources: Sources, first: int) -> None:
    """Follow one record by `indexer.state`: the plain path."""
    record = one.record
    act, reason = _read(record)
    for subject, state in _change(record, act, reason, memory, folded, sources).items():
        before = memory.held.get(subject)
        begun = record.seq if before is None else before.row[BEGUN]
        after = Held(type(state), version_of(subject, state, record.seq, begun))
        _put(before, after, memory, folded, first)
    digests = _INTENTS.get(type(act))
    if digests is not None:
        folded.intents.extend(Intent(record.seq, digest) for digest in digests(act))


def _read(record: Record) -> tuple[Act | UnknownAct, str]:
    """Decode a record, and say why it could not be. Words that are not the encoding of an act are unknown too."""
    try:
        act = decode(record)
    except IndexerError as fault:
        return UnknownAct(record.act, record.data), f"malformed: {fault}"
    return act, f"unknown act {act.act.hex()}" if isinstance(act, UnknownAct) else ""


def _change(
    record: Record,
    act: Act | UnknownAct,
    reason: str,
    memory: Memory,
    folded: Folded,
    sources: Sources,
) -> Mapping[Hash32, State]:
    concerned = _concerned(act, record.subjects, memory)
    if memory.stopped and not memory.stopped.isdisjoint(concerned):
        reason = reason or "it follows a record that could not be read"
    elif not isinstance(act, UnknownAct):
        before = {
            subject: one.state for subject in concerned if (one := memory.held.get(subject)) is not None
        }
        try:
            return step(before, record, act, sources)
        except StepRefused as refused:
            reason = refused.reason
    for subject in concerned:
        if subject not in memory.stopped:
            memory.stopped.add(subject)
            folded.stops.append(Stop(record.seq, subject, reason))
    return {}


def _of_gift(act: Gifted) -> tuple[Hash32, ...]:
    return tuple(one for one in (act.intent, act.acceptance) if one != ZERO_HASH)


def _of_agreement(act: Any) -> tuple[Hash32, ...]:
    return (act.intent,) if act.intent != ZERO_HASH else ()


_AGREED = (
    *(Lent, rights_acts.EstateClaimed, rights_acts.EstateSplit, rights_acts.EstatesMerged),
    *(rights_acts.EstateAssigned, rights_acts.EstateAmended, rights_acts.GrantSurrendered),
    *(rights_acts.GrantTerminated, rights_acts.GrantAmended),
)
_INTENTS: dict[type[Any], Callable[[Any], tuple[Hash32, ...]]] = {
    Gifted: _of_gift,
    rights_acts.Granted: lambda act: (act.grant_id,),
    **dict.fromkeys(_AGREED, _of_agreement),
}
"""Which EIP-712 digests an act uses up."""
