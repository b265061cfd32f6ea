"""Seals of Clique: forged, by strangers, out of turn, too few."""

from __future__ import annotations

import pytest

from indexer.errors import HeaderError, SealError
from indexer.evidence import rlp
from indexer.evidence.anchor import Consensus, ValidatorSet
from indexer.evidence.header import Header, read_header
from indexer.evidence.seals import clique, judge
from indexer.evidence.seals.finding import Binding
from tests.indexer.evidence.small_chain import EPOCH, account, following, resealed, sealed

FOUR = ("v1", "v2", "v3", "v4")
ORDER = tuple(sorted(FOUR, key=account))
ADDRESSES = tuple(sorted(account(name) for name in FOUR))


def consensus(*names: str) -> Consensus:
    return Consensus("clique", EPOCH, (ValidatorSet(0, None, tuple(sorted(map(account, names)))),))


def touched(header: Header, at: int, value: rlp.Item, signer: str | None = None) -> Header:
    """The header with another field, sealed anew by `signer` if one is given."""
    items = rlp.decode_list(header.raw)
    items[at] = value
    changed = read_header(rlp.encode(items))
    return resealed(changed, signer) if signer else changed


def test_a_lone_validator_needs_one_header_and_the_words_say_what_it_is_worth():
    finding = judge(sealed(("one",), 7), (), consensus("one"))
    assert finding.binding is Binding.BOUND
    assert finding.sealers == (account("one"),)
    assert "只约束其自身" in finding.phrase.zh
    assert "nobody but itself" in finding.phrase.en


@pytest.mark.parametrize(
    ("built_on", "binding"), [(0, Binding.OPEN), (1, Binding.OPEN), (2, Binding.BOUND), (3, Binding.BOUND)]
)
def test_four_validators_bind_when_three_of_them_built_on_it(built_on: int, binding: Binding):
    header = sealed(FOUR, 8)
    signers = [ORDER[(8 + step) % 4] for step in range(1, built_on + 1)]
    finding = judge(header, following(FOUR, header, tuple(signers)), consensus(*FOUR))
    assert finding.binding is binding
    assert (len(finding.sealers), finding.required) == (built_on + 1, 3)


def test_two_validators_need_both():
    header = sealed(("one", "two"), 8)
    assert judge(header, (), consensus("one", "two")).binding is Binding.OPEN
    other = (
        "one"
        if header.number % 2 == sorted((account("one"), account("two"))).index(account("two"))
        else "two"
    )
    both = judge(header, following(("one", "two"), header, (other,)), consensus("one", "two"))
    assert both.binding is Binding.BOUND


def test_a_stranger_is_refused_wherever_it_sealed():
    stranger = resealed(sealed(FOUR, 8), "stranger")
    assert judge(stranger, (), consensus(*FOUR)).binding is Binding.BROKEN
    header = sealed(FOUR, 8)
    chain = following(FOUR, header, ("v5",))
    assert judge(header, chain, consensus(*FOUR)).binding is Binding.BROKEN


def test_the_validators_come_from_the_anchor_and_never_from_the_header():
    header = sealed(("forger",), EPOCH)
    assert header.extra[32:52] == account("forger")
    assert judge(header, (), consensus("forger")).binding is Binding.BOUND
    assert judge(header, (), consensus("one")).binding is Binding.BROKEN


def test_an_epoch_block_lists_the_pinned_validators():
    header = sealed(FOUR, EPOCH)
    assert clique.check(header, ADDRESSES, EPOCH) in ADDRESSES
    with pytest.raises(SealError):
        clique.check(header, ADDRESSES[:3], EPOCH)
    others = b"".join(sorted(account(name) for name in ("one", "two", "three", "four")))
    listing_others = touched(header, 12, bytes(32) + others + bytes(65), ORDER[0])
    with pytest.raises(SealError, match="other validators"):
        clique.check(listing_others, ADDRESSES, EPOCH)
    bare = touched(header, 12, bytes(97), ORDER[0])
    with pytest.raises(SealError, match="extra data"):
        clique.check(bare, ADDRESSES, EPOCH)
    listing = touched(sealed(FOUR, 8), 12, header.extra, ORDER[0])
    with pytest.raises(SealError, match="extra data"):
        clique.check(listing, ADDRESSES, EPOCH)


@pytest.mark.parametrize(
    ("at", "value", "why"),
    [
        (1, b"\x11" * 32, "uncles"),
        (13, b"\x11" * 32, "mix"),
        (14, b"\x11" * 8, "nonce"),
        (7, b"\x01", "difficulty"),
        (7, b"\x03", "difficulty"),
        (12, bytes(96), "extra data"),
        (12, bytes(98), "extra data"),
        (12, b"", "extra data"),
    ],
)
def test_a_field_against_the_rules_is_refused_though_well_sealed(at: int, value: bytes, why: str):
    signer = ORDER[0]
    header = sealed(FOUR, 8)
    changed = touched(header, at, value, None if at == 12 else signer)
    with pytest.raises(SealError, match=why):
        clique.check(changed, ADDRESSES, EPOCH)


def test_a_vote_on_an_epoch_block_is_refused():
    header = sealed(FOUR, EPOCH)
    for at, value in ((14, b"\xff" * 8), (2, b"\x11" * 20)):
        with pytest.raises(SealError, match="votes"):
            clique.check(touched(header, at, value, ORDER[0]), ADDRESSES, EPOCH)


def test_out_of_turn_is_allowed_with_the_lesser_difficulty():
    header = sealed(FOUR, 8, ORDER[1])
    assert header.difficulty == 1
    assert clique.check(header, ADDRESSES, EPOCH) == account(ORDER[1])


@pytest.mark.parametrize("at", range(15))
def test_any_field_touched_after_sealing_is_refused(at: int):
    header = sealed(FOUR, 8)
    items = rlp.decode_list(header.raw)
    field = items[at]
    assert isinstance(field, bytes)
    flipped = (field[:-1] + bytes((field[-1] ^ 1,))) if field else b"\x01"
    if at == 12:
        flipped = bytes((field[0] ^ 1,)) + field[1:]
    with pytest.raises((SealError, HeaderError)):
        clique.check(touched(header, at, flipped), ADDRESSES, EPOCH)


def test_one_validator_twice_counts_once_and_too_soon_is_refused():
    header = sealed(FOUR, 8, ORDER[0])
    soon = following(FOUR, header, (ORDER[1], ORDER[0]))
    finding = judge(header, soon, consensus(*FOUR))
    assert finding.binding is Binding.BROKEN
    assert "too soon" in finding.phrase.en


def test_headers_that_do_not_follow_are_refused():
    header = sealed(FOUR, 8)
    good = following(FOUR, header, (ORDER[1], ORDER[2]))
    assert judge(header, good, consensus(*FOUR)).binding is Binding.BOUND
    unlinked = sealed(FOUR, 9, ORDER[1])
    gap = sealed(FOUR, 10, ORDER[2], parent_hash=header.hash)
    early = sealed(FOUR, 9, ORDER[1], parent_hash=header.hash, time=header.time - 1)
    for wrong in ((good[1],), (good[1], good[0]), (unlinked,), (gap,), (early,), (header,)):
        assert judge(header, wrong, consensus(*FOUR)).binding is Binding.BROKEN


def test_no_pinned_validators_for_a_block_leave_it_open():
    pinned = Consensus("clique", EPOCH, (ValidatorSet(5, 9, ADDRESSES),))
    assert judge(sealed(FOUR, 4), (), pinned).binding is Binding.OPEN
    assert judge(sealed(FOUR, 9), (), pinned).binding is Binding.OPEN
    header = sealed(FOUR, 8)
    assert judge(header, (), pinned).binding is Binding.OPEN
    assert "9" in judge(header, following(FOUR, header, (ORDER[1],)), pinned).phrase.en


def test_a_change_of_validators_is_followed_block_by_block():
    three = tuple(name for name in FOUR if name != ORDER[3])
    pinned = Consensus(
        "clique",
        EPOCH,
        (ValidatorSet(0, 9, ADDRESSES), ValidatorSet(9, None, tuple(sorted(map(account, three))))),
    )
    header = sealed(FOUR, 8)
    then = [header]
    for signer in (ORDER[1], ORDER[2]):
        last = then[-1]
        then.append(sealed(three, last.number + 1, signer, parent_hash=last.hash, time=last.time))
    assert judge(header, then[1:], pinned).binding is Binding.BOUND
    removed = sealed(FOUR, 9, ORDER[3], parent_hash=header.hash)
    assert judge(header, (removed,), pinned).binding is Binding.BROKEN


def test_a_validator_that_joined_later_does_not_count_for_an_older_block():
    pinned = Consensus("clique", EPOCH, (ValidatorSet(0, 9, ADDRESSES[:2]), ValidatorSet(9, None, ADDRESSES)))
    two = tuple(name for name in FOUR if account(name) in ADDRESSES[:2])
    header = sealed(two, 8)
    joined = next(name for name in ORDER if account(name) == ADDRESSES[3])
    finding = judge(header, following(FOUR, header, (joined,)), pinned)
    assert (finding.binding, len(finding.sealers)) == (Binding.OPEN, 1)


def test_a_chain_without_seals_is_left_open():
    finding = judge(sealed(FOUR, 8), (), Consensus("none", 0, ()))
    assert (finding.binding, finding.sealers) == (Binding.OPEN, ())


def test_quorum_is_more_than_half():
    assert [clique.quorum(n) for n in range(1, 8)] == [1, 2, 2, 3, 3, 4, 4]
