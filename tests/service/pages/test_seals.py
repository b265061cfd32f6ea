"""The seals: one for each act, carved and drawn alike every time."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from service.pages import seals

EVERY = [
    seals.mark(),
    *map(seals.of_verdict, seals.VERDICTS),
    *map(seals.of_act, seals.ACTS),
    seals.of_act("Unheard"),
]


@pytest.mark.parametrize("seal", EVERY, ids=lambda seal: seal.text)
def test_a_seal_is_well_formed_and_stays_on_its_stone(seal: seals.Seal) -> None:
    symbol = ET.fromstring(seals.symbol(seal))
    assert symbol.tag == "symbol"
    assert re.fullmatch(r"seal-[a-z]+(-[0-9a-f]+)+", symbol.attrib["id"])
    placed = [path.attrib["transform"] for path in symbol.iter("path") if "transform" in path.attrib]
    assert len(placed) == len(seal.text)
    stones = [path.attrib["d"] for path in symbol.iter("path") if "transform" not in path.attrib]
    for number in re.findall(r"-?\d+", " ".join(stones)):
        assert 0 <= int(number) <= seals.SIDE


def test_two_seals_have_two_ids() -> None:
    assert len({seal.id for seal in EVERY}) == len(set(EVERY))


def test_only_pressed_seals_are_red() -> None:
    for outcome, red in {"valid": True, "invalid": True, "indeterminate": False}.items():
        assert ("seal-red" in seals.symbol(seals.of_verdict(outcome))) is red
    assert "seal-cut" in seals.symbol(seals.of_verdict("invalid"))
    assert "seal-cut" not in seals.symbol(seals.of_verdict("valid"))


def test_an_act_without_a_seal_of_its_own_gets_the_plain_one() -> None:
    assert seals.of_act("Unheard").text == "记"
    assert "Unheard" not in seals.ACTS


def test_a_seal_reads_from_the_right() -> None:
    assert seals._columns("核验一致") == ["核验", "一致"]
    assert seals._columns("不一致") == ["不", "一致"]
    assert seals._columns("钤印") == ["钤印"]


def test_a_character_nobody_carved_is_refused() -> None:
    with pytest.raises(KeyError):
        seals.symbol(seals.Seal("龙"))
