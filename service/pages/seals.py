"""The seals: who carved what for which act, and their drawing as SVG. Pure.

A seal is cut in one of two manners: `white` (白文, the characters are left white in the red) for acts, `red` (朱文,
red characters in a red border) for the mark of Qianyin and for the verdict. An inconsistent verdict is a `broken` seal,
struck through in ink; one that cannot be confirmed is `blank`, a seal not pressed. The characters are outlines of Noto
Serif SC Black (its licence lies beside the fonts), made by scripts/webfonts.py, so that a seal needs no font.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from markupsafe import Markup

Manner = Literal["white", "red", "broken", "blank"]

ACTS: dict[str, str] = {
    "Minted": "生",
    "Distributed": "发",
    "Gifted": "赠",
    "Lent": "借",
    "HoldPlaced": "限",
    "HoldReleased": "解",
    "HolderChangedByOrder": "变",
    "Recovered": "恢",
    "Annulled": "注",
    "IntentCancelled": "收",
    "WorkRegistered": "存",
    "Anchored": "批",
    "WorkAmended": "改",
    "WorkWithdrawn": "撤",
    "CollectionCreated": "立",
    "CollectionAmended": "改",
    "PolicySet": "规",
    "EditionOpened": "版",
    "CapLowered": "减",
    "AccountRegistered": "名",
    "AccountSuspended": "停",
    "AccountRestored": "复",
    "RecoveryRequested": "申",
    "RecoveryStopped": "止",
    "AccountReplaced": "换",
    "OrderFiled": "令",
    "OrderExecuted": "行",
    "OrderWithdrawn": "销",
    "RoleProposed": "拟",
    "RoleConfirmed": "认",
    "RoleCancelled": "消",
    "RoleGranted": "授",
    "RoleRevoked": "免",
    "Checkpointed": "时",
    "EstateClaimed": "主",
    "EstateSplit": "分",
    "EstatesMerged": "合",
    "EstateAssigned": "让",
    "EstateAssignedByOrder": "判",
    "EstateAmended": "正",
    "EstateHeld": "限",
    "EstateReleased": "解",
    "RightsHeld": "限",
    "RightsReleased": "解",
    "MoralRightsRecorded": "署",
    "RightsContested": "争",
    "ContestWithdrawn": "息",
    "Granted": "许",
    "GrantSurrendered": "弃",
    "GrantTerminated": "终",
    "GrantAmended": "正",
    "GrantHeld": "限",
    "GrantReleased": "解",
    "Attested": "证",
    "AttestationConfirmed": "认",
    "ConsentWithdrawn": "收",
}
"""The character on the seal of each act, by the name of its event."""

OTHER_ACT = "记"
MARK = "钤印"
VERDICTS: dict[str, tuple[str, Manner]] = {
    "valid": ("核验一致", "red"),
    "invalid": ("不一致", "broken"),
    "indeterminate": ("无法确认", "blank"),
}

CARVED: frozenset[str] = frozenset(
    "".join([*ACTS.values(), OTHER_ACT, MARK, *(text for text, _ in VERDICTS.values())])
)
"""Every character that a seal needs."""

SIDE = 1000
_EDGE_POINTS = 9


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal to draw: its characters and its manner."""

    text: str
    manner: Manner = "white"

    @property
    def id(self) -> str:
        """Return the id of its symbol, ASCII: `seal-white-8d60`."""
        return f"seal-{self.manner}-" + "-".join(f"{ord(letter):x}" for letter in self.text)


def of_act(act: str) -> Seal:
    """Return the seal of an act by its event's name; an act without one of its own gets `记`."""
    return Seal(ACTS.get(act, OTHER_ACT))


def of_verdict(outcome: str) -> Seal:
    """Return the seal of a verdict: `valid`, `invalid` or `indeterminate`."""
    text, manner = VERDICTS[outcome]
    return Seal(text, manner)


def mark() -> Seal:
    """Return the mark of Qianyin."""
    return Seal(MARK, "red")


@cache
def symbol(seal: Seal) -> Markup:
    """Return the seal as an SVG `<symbol>`; classes `seal-red` and `seal-paper` get their colours from the style sheet.

    Raises:
        KeyError: a character has no outline in seals.json.
    """
    body = _BODIES[seal.manner](seal)
    # The body is made of our own outlines and numbers; nothing in it comes from outside.
    return Markup(f'<symbol id="{seal.id}" viewBox="0 0 {SIDE} {SIDE}">{body}</symbol>')  # noqa: S704


def _white(seal: Seal) -> str:
    stone = f'<path class="seal-red" d="{_stone(seal.text, 18)}"/>'
    return stone + f'<g class="seal-paper">{_characters(seal.text, 120)}</g>'


def _red(seal: Seal) -> str:
    # Two contours of one path, filled even-odd: the border is what is left of the stone.
    border = f'<path class="seal-red" fill-rule="evenodd" d="{_stone(seal.text, 18)}{_stone(seal.text + "内", 74)}"/>'
    return border + f'<g class="seal-red">{_characters(seal.text, 122)}</g>'


def _broken(seal: Seal) -> str:
    strokes = '<path class="seal-cut" d="M70 760 930 240M70 840 930 320"/>'
    return _red(seal) + strokes


def _blank(seal: Seal) -> str:
    return (
        '<rect class="seal-outline" x="30" y="30" width="940" height="940" rx="36"/>'
        f'<g class="seal-faint">{_characters(seal.text, 122)}</g>'
    )


_BODIES = {"white": _white, "red": _red, "broken": _broken, "blank": _blank}


def _characters(text: str, inset: int) -> str:
    """Place the characters in columns from right to left, each stretched to its cell as a carver does."""
    columns = _columns(text)
    width = (SIDE - 2 * inset) / len(columns)
    parts = []
    for place, column in enumerate(columns):
        height = (SIDE - 2 * inset) / len(column)
        left = SIDE - inset - (place + 1) * width
        for row, letter in enumerate(column):
            parts.append(_character(letter, left, inset + row * height, width, height))
    return "".join(parts)


def _columns(text: str) -> list[str]:
    match len(text):
        case 1:
            return [text]
        case 2:
            return [text]
        case 3:
            return [text[0], text[1:]]
        case _:
            half = (len(text) + 1) // 2
            return [text[:half], text[half:]]


def _character(letter: str, left: float, top: float, width: float, height: float) -> str:
    outline = outlines()[letter]
    # An outline fills about 0.93 of its em: enlarged a little, it fills its cell and leaves a hair between neighbours.
    x, y = width / 950, height / 950
    return f'<path transform="translate({left - 25 * x:.0f} {top - 25 * y:.0f}) scale({x:.3f} {y:.3f})" d="{outline}"/>'


def _stone(name: str, inset: int) -> str:
    """Return the outline of the stone: a square whose edges were worn, always alike for one name."""
    wear = iter(hashlib.sha256(name.encode()).digest() + hashlib.sha256(name[::-1].encode() + b"2").digest())
    far, step = SIDE - inset, (SIDE - 2 * inset) / (_EDGE_POINTS - 1)
    points: list[tuple[float, float]] = []
    for side in range(4):
        for index in range(_EDGE_POINTS - 1):
            along, across = inset + index * step, inset + (next(wear) % 11)
            if index == 0:
                along, across = inset + 16, inset + 16
            points.append(
                [
                    (along, across),
                    (SIDE - across, along),
                    (SIDE - along, far - across + inset),
                    (across, SIDE - along),
                ][side]
            )
    middle = [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(points, points[1:] + points[:1], strict=True)
    ]
    curves = "".join(
        f"Q{point[0]:.0f} {point[1]:.0f} {end[0]:.0f} {end[1]:.0f}"
        for point, end in zip(points, middle, strict=True)
    )
    return f"M{middle[-1][0]:.0f} {middle[-1][1]:.0f}{curves}Z"


@cache
def outlines() -> dict[str, str]:
    """Return the path of each carved character, in a square of 1000 units, y downwards."""
    path = Path(__file__).with_name("seals.json")
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
