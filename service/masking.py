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
_NAMES_EN = tuple(
    name.strip()
    for line in (
        "Bamboo Shade, Pine Wind, Lotus Dew, Plum Snow, Orchid Moon, Aster Frost, Cassia Rain, Willow Mist",
        "Stone Spring, Cloud Peak, Hill Haze, River Sail, Brook Sound, Silver Reed, Wild Goose, Crane Shore",
        "Moss Trace, Tea Smoke, Zither Tune, Ink Pool, Inkstone Scent, Brush Bloom, Book Lamp, Painted Boat",
        "Dawn Bell, Dusk Drum, Autumn Water, Spring Hill, Summer Tree, Winter Green, Far Summit, Level Sand",
    )
    for name in line.split(",")
)
_LETTERS = "23456789ACDEFGHJKLMNPQRSTUVWXYZ"


def masked(account: Address) -> str:
    """Give the name of an account for strangers, e.g. `竹影 3F·7K`; signs leave out 0, 1, B, I and O."""
    return _named(account, _NAMES)


def masked_in_english(account: Address) -> str:
    """Give the same name in English, e.g. `Bamboo Shade 3F·7K`: word by word, with the same signs."""
    return _named(account, _NAMES_EN)


def _named(account: Address, names: tuple[str, ...]) -> str:
    digest = hashlib.sha256(b"qianyin masked holder v1" + account).digest()
    signs = [_LETTERS[octet % len(_LETTERS)] for octet in digest[1:5]]
    return f"{names[digest[0] % len(names)]} {signs[0]}{signs[1]}·{signs[2]}{signs[3]}"
