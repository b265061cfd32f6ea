"""The acts that most records are, followed by slices of their words: the fast path beside `indexer.state`. Pure.

Each step gives the row that the plain path would give, or None where something is out of the ordinary: then the plain
path follows the record, and says what is wrong if anything is. A test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from indexer.events import (
    SELECTORS,
    Act,
    Distributed,
    EditionOpened,
    Minted,
    Sources,
    WorkKind,
    WorkRegistered,
)
from indexer.keccak import keccak256
from indexer.packing import shape
from indexer.span import Recorded
from indexer.state import Edition, Token, TokenStatus, Work
from indexer.store.versions import BEGUN, Held, VersionRow
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from indexer.words import word

UsualStep: TypeAlias = Callable[[Recorded, Hash32, Held | None], Held | None]
"""Gives what stands of the record's first subject after it, by what stood before."""

_PAD12, _PAD24 = bytes(12), bytes(24)
_ZERO_TIME = bytes(8)
_TWO_ZEROS, _FOUR_ZEROS = bytes(64), bytes(128)
_LIVE, _YES = word(TokenStatus.LIVE), word(1)
_REGISTERED, _OPENED, _MINTED, _DISTRIBUTED = map(shape, (WorkRegistered, EditionOpened, Minted, Distributed))
_WORK_KINDS = frozenset(WorkKind)
_NUMBER = int.from_bytes


def usual_steps(sources: Sources) -> Mapping[tuple[Address, Hash32], UsualStep]:
    """Give the steps by the contract and the act of the record they follow."""
    works, collections = _PAD12 + sources.works, _PAD12 + sources.collections
    collectible = _PAD12 + sources.collectible
    steps: Mapping[type[Act], UsualStep] = {
        WorkRegistered: lambda one, subject, before: _registered(one, subject, before, works),
        EditionOpened: lambda one, subject, before: _opened(one, subject, before, collections),
        Minted: lambda one, subject, before: _minted(one, subject, before, collectible),
        Distributed: _distributed,
    }
    return {(getattr(sources, act.SOURCE), SELECTORS[act]): step for act, step in steps.items()}


def _registered(one: Recorded, subject: Hash32, before: Held | None, source: bytes) -> Held | None:
    data = one.data
    if before is not None or not _canonical(data, _REGISTERED) or data[95] not in _WORK_KINDS:
        return None
    name, registrant, kind, file_and_manifest = data[:32], data[32:64], data[95], data[96:160]
    if (
        name != keccak256(registrant + file_and_manifest)
        or subject != keccak256(source + name)
        or one.state_after != keccak256(data[:160] + _TWO_ZEROS)
    ):
        return None
    row: VersionRow = [one.seq, subject, one.seq, None, name, registrant[12:], kind]
    row += (data[96:128], data[128:160], 0, False, _time(one), _NUMBER(data[160:192], "big"), data[192:])
    return Held(Work, row)


def _opened(one: Recorded, subject: Hash32, before: Held | None, source: bytes) -> Held | None:
    data = one.data
    if before is not None or not _canonical(data, _OPENED):
        return None
    name, of_what = data[:32], data[32:128]
    if (
        name != bytes(16) + keccak256(of_what)[16:]
        or subject != keccak256(source + name)
        or one.state_after != keccak256(data)
    ):
        return None
    row: VersionRow = [one.seq, subject, one.seq, None, name, data[32:64], data[64:96]]
    row += (_NUMBER(data[96:128], "big"), data[152:])
    return Held(Edition, row)


def _minted(one: Recorded, subject: Hash32, before: Held | None, source: bytes) -> Held | None:
    data = one.data
    name, serial, issuer = data[:32], data[152:160], data[44:64]
    if before is not None or not _canonical(data, _MINTED) or name[24:] != serial:
        return None
    words = (name, _LIVE, data[32:64], _FOUR_ZEROS, _PAD24, time := _time(one), _TWO_ZEROS, data[160:])
    if subject != keccak256(source + name) or one.state_after != keccak256(b"".join(words)):
        return None
    version, digest = _NUMBER(data[160:192], "big"), data[192:]
    row: VersionRow = [one.seq, subject, one.seq, None, name, int(TokenStatus.LIVE), issuer, ZERO_ADDRESS]
    row += (_ZERO_TIME, ZERO_HASH, _ZERO_TIME, time, 0, False, version, digest)
    row += (issuer, data[64:96], data[96:128], _ZERO_TIME + name[:24])
    return Held(Token, row)


def _distributed(one: Recorded, subject: Hash32, before: Held | None) -> Held | None:
    data = one.data
    if before is None or before.kind is not Token or not _canonical(data, _DISTRIBUTED):
        return None
    name, status, holder, _, _, order, held_until, _, gifts, distributed = before.row[4:14]
    time = _time(one)
    if (name, status, holder, distributed) != (
        data[:32],
        TokenStatus.LIVE,
        data[44:64],
        False,
    ) or held_until > time:
        return None
    words = (
        name,
        _LIVE,
        data[64:96],
        _TWO_ZEROS,
        order,
        _PAD24,
        held_until,
        _PAD24,
        time,
        word(gifts),
        _YES,
        data[96:],
    )
    if one.state_after != keccak256(b"".join(words)):
        return None
    version, digest = _NUMBER(data[96:128], "big"), data[128:]
    row: VersionRow = [one.seq, subject, before.row[BEGUN], None, name, status, data[76:96], ZERO_ADDRESS]
    row += (_ZERO_TIME, order, held_until, time, gifts, True, version, digest, *before.row[16:])
    return Held(Token, row)


def _canonical(data: bytes, form: tuple[int, int]) -> bool:
    size, padding = form
    return len(data) == size and not _NUMBER(data, "big") & padding


def _time(one: Recorded) -> bytes:
    return one.block_time.to_bytes(8, "big")
