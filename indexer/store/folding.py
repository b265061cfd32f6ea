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
from indexer.rights import acts as rights_acts
from indexer.rights import state as rights
from indexer.span import Recorded
from indexer.state import State, step
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


_UNNAMED = (ZERO_HASH, 0)


class Held(NamedTuple):
    """The state of a subject, the record that led to it, and the one it began with."""

    state: State
    seq: int
    begun_seq: int


class Version(NamedTuple):
    """A state of a subject after record `seq`, until record `superseded_by`."""

    subject: Hash32
    state: State
    seq: int
    begun_seq: int
    superseded_by: int | None


class Ended(NamedTuple):
    """A version that is held already, and the record that ended it."""

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
        held: states. heads: the head of each subject and how many records name it. stopped: see `Stop`.
        complete: whether every subject of the ledger is in it, so that one that is not has not begun.
    """

    held: dict[Hash32, Held] = field(default_factory=dict)
    heads: dict[Hash32, tuple[Hash32, int]] = field(default_factory=dict)
    stopped: set[Hash32] = field(default_factory=set)
    complete: bool = False


@dataclass(slots=True)
class Folded:
    """What records change, beside themselves."""

    versions: list[Version] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    namings: list[Naming] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)


class Read(NamedTuple):
    """A record with its words, and why they could not be read if they could not."""

    recorded: Recorded
    act: Act | UnknownAct
    reason: str = ""


def read_acts(recorded: Iterable[Recorded]) -> list[Read]:
    """Decode each record once. Words that are not the encoding of a known act are an `UnknownAct` too."""
    return [_read(one) for one in recorded]


def state_types(act: Act) -> tuple[type[State], ...]:
    """Say of what kinds the states are that an act changes, and depends on."""
    of_source = _STATES_OF_SOURCE[act.SOURCE]
    return of_source.get(type(act).__name__, of_source[""])


def changing(read: Read) -> tuple[Hash32, ...]:
    """List the subjects whose states the record may change, and depend on."""
    subjects = read.recorded.record.subjects
    if isinstance(read.act, UnknownAct) or read.act.SOURCE in _OF_MANY:
        return subjects
    return subjects[: 2 if isinstance(read.act, AccountReplaced) else 1]


_OF_MANY = frozenset(("rights", "grants"))
"""Sources whose acts change the states of several subjects; parties, which have none, are among those."""


def _concerned(read: Read, memory: Memory) -> tuple[Hash32, ...]:
    """List the subjects whose states the record cannot change without being understood."""
    subjects = changing(read)
    if isinstance(read.act, UnknownAct) or read.act.SOURCE not in _OF_MANY:
        return subjects
    held = memory.held
    stateful = [one for one in subjects[1:] if one in held and isinstance(held[one].state, _OF_RIGHTS)]
    return (*subjects[:1], *stateful)


def fold_records(reads: Sequence[Read], memory: Memory, sources: Sources) -> Folded:
    """Replay records in order onto `memory`, which is changed, and say what that makes.

    An act that is unknown or does not follow stops the state of the subjects it would change; the records stay.
    `memory` must know every subject of the records that has begun.
    """
    folded = Folded()
    open_versions: dict[Hash32, int] = {}
    held, versions = memory.held, folded.versions
    for read in reads:
        _name(read.recorded, memory.heads, folded.namings)
        seq = read.recorded.record.seq
        for subject, state in _change(read, memory, folded, sources).items():
            before = held.get(subject)
            begun = seq
            if before is not None:
                begun = before.begun_seq
                _end(before, subject, seq, open_versions, folded)
            open_versions[subject] = len(versions)
            versions.append(Version(subject, state, seq, begun, None))
            held[subject] = Held(state, seq, begun)
        digests = _INTENTS.get(type(read.act))
        if digests is not None:
            folded.intents.extend(Intent(seq, digest) for digest in digests(read.act))
    return folded


def _read(recorded: Recorded) -> Read:
    record = recorded.record
    try:
        act = decode(record)
    except IndexerError as fault:
        return Read(recorded, UnknownAct(record.act, record.data), f"malformed: {fault}")
    return Read(recorded, act, f"unknown act {act.act.hex()}" if isinstance(act, UnknownAct) else "")


def _name(recorded: Recorded, heads: dict[Hash32, tuple[Hash32, int]], namings: list[Naming]) -> None:
    seq, digest = recorded.record.seq, recorded.digest
    for position, subject in enumerate(recorded.record.subjects):
        head, ordinal = heads.get(subject, _UNNAMED)
        head = keccak256(head + digest)  # `next_head`, thrice a record
        ordinal += 1
        heads[subject] = (head, ordinal)
        namings.append((seq, position, subject, ordinal, head))


def _change(read: Read, memory: Memory, folded: Folded, sources: Sources) -> Mapping[Hash32, State]:
    concerned = _concerned(read, memory)
    reason = read.reason
    if memory.stopped and not memory.stopped.isdisjoint(concerned):
        reason = reason or "it follows a record that could not be read"
    elif not isinstance(read.act, UnknownAct):
        before = {
            subject: one.state for subject in concerned if (one := memory.held.get(subject)) is not None
        }
        try:
            return step(before, read.recorded.record, read.act, sources)
        except StepRefused as refused:
            reason = refused.reason
    for subject in concerned:
        if subject not in memory.stopped:
            memory.stopped.add(subject)
            folded.stops.append(Stop(read.recorded.record.seq, subject, reason))
    return {}


def _end(before: Held, subject: Hash32, seq: int, open_versions: dict[Hash32, int], folded: Folded) -> None:
    place = open_versions.get(subject)
    if place is None:
        folded.ended.append(Ended(type(before.state), subject, before.seq, seq))
    else:
        folded.versions[place] = folded.versions[place]._replace(superseded_by=seq)


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
