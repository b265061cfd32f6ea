"""How a holder is shown to strangers: a name that says nothing. Pure.

An account is fresh per person and collection (domain rule 14), so a name made from the account alone joins nothing.
"""

from __future__ import annotations

import hashlib

from indexer.values import Address

_NAMES = tuple(
    "竹影松风荷露梅雪兰月菊霜桂雨柳烟石泉云岫山岚江帆溪声荻花芦雁鹤汀苔痕茶烟琴韵墨池砚香笔花书灯画舫晓钟暮鼓秋水春山夏木冬青远峰平沙"[n : n + 2]
    for n in range(0, 64, 2)
)
_LETTERS = "23456789ACDEFGHJKLMNPQRSTUVWXYZ"


def masked(account: Address) -> str:
    """Give the name of an account for strangers, e.g. `竹影 3F·7K`; signs leave out 0, 1, B, I and O."""
    digest = hashlib.sha256(b"qianyin masked holder v1" + account).digest()
    signs = [_LETTERS[octet % len(_LETTERS)] for octet in digest[1:5]]
    return f"{_NAMES[digest[0] % len(_NAMES)]} {signs[0]}{signs[1]}·{signs[2]}{signs[3]}"
