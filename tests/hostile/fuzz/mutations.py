"""Inputs made from a target's seeds by chance, and the same again from the same number."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.hostile.fuzz.targets import Target

EDGES = (b"\0", b"\xff", b"0", b"-1", b"9", b" ", b"\n", b'"', b"\xff\xff\xff\xff", b"\x80\0\0\0")


def inputs(target: Target, number: int) -> Iterator[bytes]:
    """The seeds themselves, and then mutants without end."""
    chance = random.Random(f"{target.name}/{number}")
    seeds = target.seeds()
    yield from seeds
    while True:
        octets = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 2, 4))):
            _change(octets, chance, target.words, chance.choice(seeds))
        yield bytes(octets)


def _change(octets: bytearray, chance: random.Random, words: tuple[bytes, ...], other: bytes) -> None:
    at = chance.randrange(len(octets) + 1)
    to = min(len(octets), at + chance.choice((1, 1, 2, 4, 16, 64)))
    start = chance.randrange(len(other) + 1)
    digits = [place for place, octet in enumerate(octets) if 0x30 <= octet <= 0x39]
    digit = chance.choice(digits) if digits else at
    first, last, new = chance.choice(
        (
            (at, at, chance.choice(words or EDGES)),
            (at, to, chance.choice((*words, *EDGES))),
            (at, to, b""),
            (at, at, bytes(octets[at:to]) * chance.choice((1, 2, 50))),
            (at, to, other[start : start + 16]),
            (at, to, bytes(octet ^ 1 << chance.randrange(8) for octet in octets[at:to])),
            (digit, digit + 1, b"%d" % chance.randrange(10)),
        )
    )
    octets[first:last] = new
