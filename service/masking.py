"""How a holder is shown to strangers: a name that says nothing. Pure.

An account is fresh per person and collection (domain rule 14), so a name made from the account alone joins nothing.
"""

from __future__ import annotations

import hashlib

from indexer.values import Address

_NAMES = tuple(
    name
    for line in (
        "竹影 松风 荷露 梅雪 兰月 菊霜 桂雨 柳烟 石泉 云岫 山岚 江帆 溪声 荻花 芦雁 鹤汀",
        "苔痕 茶烟 琴韵 墨池 砚香 笔花 书灯 画舫 晓钟 暮鼓 秋水 春山 夏木 冬青 远峰 平沙",
    )
    for name in line.split()
)
_LETTERS = "23456789ACDEFGHJKLMNPQRSTUVWXYZ"


def masked(account: Address) -> str:
    """Give the name of an account for strangers, e.g. `竹影 3F·7K`; signs leave out 0, 1, B, I and O."""
    digest = hashlib.sha256(b"qianyin masked holder v1" + account).digest()
    signs = [_LETTERS[octet % len(_LETTERS)] for octet in digest[1:5]]
    return f"{_NAMES[digest[0] % len(_NAMES)]} {signs[0]}{signs[1]}·{signs[2]}{signs[3]}"
