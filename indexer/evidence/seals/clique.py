"""Seals of Clique, proof of authority (EIP-225). Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from indexer.errors import SealError
from indexer.evidence import secp256k1
from indexer.evidence.header import NO_UNCLES, Header, hash_with_extra
from indexer.evidence.phrase import Phrase
from indexer.evidence.seals.finding import Binding, Finding
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address
from indexer.wire import write_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.evidence.anchor import Consensus

VANITY = 32
SEAL = 65
IN_TURN = 2
OUT_OF_TURN = 1

_NONCES = (bytes(8), b"\xff" * 8)
"""Vote to remove, or none; vote to add."""


def judge(header: Header, following: Sequence[Header], consensus: Consensus) -> Finding:
    """Say whether more than half of the pinned validators sealed `header` or built on it.

    `following` are the next headers, each the parent of the one after. Clique has no finality: a longer chain may
    still replace these blocks while validators disagree, which the words say.
    """
    chain = (header, *following)
    sets = [consensus.validators_at(one.number) for one in chain]
    validators = sets[0]
    if validators is None or None in sets:
        return Finding(Binding.OPEN, _unpinned(chain[sets.index(None)].number), header.hash)
    try:
        _check_links(chain)
        sealers = [check(one, held, consensus.epoch) for one, held in zip(chain, sets, strict=True) if held]
        _check_recent(chain, sealers, [len(held) for held in sets if held])
    except SealError as error:
        return Finding(Binding.BROKEN, _broken(error), header.hash, required=quorum(len(validators)))
    found = tuple(one for one in dict.fromkeys(sealers) if one in validators)
    return _count(header, found, len(validators))


def check(header: Header, validators: Sequence[Address], epoch: int) -> Address:
    """Give who sealed a header, having checked it against the rules of the engine.

    Args:
        validators: of that block, in ascending order.
        epoch: every how many blocks a header repeats the list of validators.

    Raises:
        SealError: the seal is by none of them, or a field breaks the rules.
    """
    _check_shape(header, epoch)
    _check_extra(header, validators, epoch)
    digest = hash_with_extra(header, header.extra[:-SEAL])
    sealer = secp256k1.recover(digest, header.extra[-SEAL:])
    if sealer not in validators:
        raise SealError(f"block {header.number} is sealed by {write_address(sealer)}, no validator of it")
    turn = validators[header.number % len(validators)] == sealer
    if header.difficulty != (IN_TURN if turn else OUT_OF_TURN):
        raise SealError(
            f"block {header.number} has difficulty {header.difficulty}, wrong for its sealer's turn"
        )
    return sealer


def quorum(validators: int) -> int:
    """Give how many of so many are more than half."""
    return validators // 2 + 1


def _check_shape(header: Header, epoch: int) -> None:
    at = f"block {header.number}"
    if header.uncles_hash != NO_UNCLES or header.mix_hash != ZERO_HASH:
        raise SealError(f"{at} has uncles or a mix digest")
    if header.nonce not in _NONCES:
        raise SealError(f"{at} has a nonce that is no vote")
    if header.number % epoch == 0 and (header.nonce != _NONCES[0] or header.beneficiary != ZERO_ADDRESS):
        raise SealError(f"{at} votes on a block that repeats the validators")


def _check_extra(header: Header, validators: Sequence[Address], epoch: int) -> None:
    listed = b"".join(validators) if header.number % epoch == 0 else b""
    if len(header.extra) != VANITY + len(listed) + SEAL:
        raise SealError(f"block {header.number} has {len(header.extra)} bytes of extra data")
    if header.extra[VANITY:-SEAL] != listed:
        raise SealError(f"block {header.number} lists other validators than are pinned")


def _check_links(chain: Sequence[Header]) -> None:
    for parent, child in pairwise(chain):
        if child.parent_hash != parent.hash or child.number != parent.number + 1:
            raise SealError(f"header {child.number} was not built on header {parent.number}")
        if child.time < parent.time:
            raise SealError(f"header {child.number} is dated before its parent")


def _check_recent(chain: Sequence[Header], sealers: Sequence[Address], sizes: Sequence[int]) -> None:
    """Refuse a validator that sealed twice within the span in which the engine lets it seal once."""
    last: dict[Address, int] = {}
    for header, sealer, size in zip(chain, sealers, sizes, strict=True):
        if sealer in last and header.number - last[sealer] < quorum(size):
            raise SealError(f"{write_address(sealer)} sealed block {header.number} too soon after its last")
        last[sealer] = header.number


def _count(header: Header, found: tuple[Address, ...], total: int) -> Finding:
    needed = quorum(total)
    if len(found) < needed:
        return Finding(Binding.OPEN, _too_few(len(found), needed, total), header.hash, found, needed)
    phrase = _lone() if total == 1 else _bound(len(found), total)
    return Finding(Binding.BOUND, phrase, header.hash, found, needed)


def _bound(found: int, total: int) -> Phrase:
    return Phrase(
        f"信任锚所列 {total} 位验证者中有 {found} 位签封了该区块或其后续区块，已过半数。"
        "此共识没有绝对终局：验证者之间有分歧时，区块仍可能被更长的链替换。",
        f"{found} of the {total} validators that the trust anchor names sealed this block or built on it: more than "
        "half. This consensus has no absolute finality: while validators disagree, a longer chain may replace blocks.",
    )


def _lone() -> Phrase:
    return Phrase(
        "该区块由信任锚所列的唯一一位验证者签封。单独一位验证者的签封只约束其自身，不能代替他人的见证。",
        "Sealed by the only validator that the trust anchor names. The seal of a lone validator binds nobody but "
        "itself and is no substitute for witnesses.",
    )


def _too_few(found: int, needed: int, total: int) -> Phrase:
    return Phrase(
        f"所附区块头只见 {total} 位验证者中 {found} 位的签封，规定数量为 {needed}。没有发现错误，但尚不足以确认。",
        f"The headers given show the seals of {found} of {total} validators; {needed} are required. Nothing wrong was "
        "found, but this is too little to confirm.",
    )


def _unpinned(number: int) -> Phrase:
    return Phrase(
        f"信任锚没有列出第 {number} 块的验证者。", f"The trust anchor names no validators for block {number}."
    )


def _broken(error: SealError) -> Phrase:
    return Phrase(f"签封不成立。（{error}）", f"The seal does not hold: {error}.")
