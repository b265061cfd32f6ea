"""The fixed lists are complete, in order, and never ambiguous."""

from __future__ import annotations

import itertools

import pytest

from indexer.rights.codes import (
    FIRST_ITEM,
    LANGUAGES,
    LISTS,
    MEDIA,
    MORAL_RIGHTS,
    RIGHTS,
    SEVERAL_MEANINGS,
    TERRITORIES,
    CodeList,
)
from indexer.rights.names import fold

each_list = pytest.mark.parametrize("known", LISTS, ids=lambda known: known.en)


def test_the_lists_have_as_many_codes_as_the_contracts_know() -> None:
    assert [len(known.codes) for known in LISTS] == [13, 249, 64, 16]
    assert [known.width for known in LISTS] == [16, 256, 128, 32]


@each_list
def test_assigned_bits_are_the_low_ones_and_all_bits_fill_the_mask(known: CodeList) -> None:
    assert known.assigned == (1 << len(known.codes)) - 1
    assert known.full == (1 << known.width) - 1
    assert known.unlisted.mask == known.full ^ known.assigned
    assert [code.bit for code in known.codes] == list(range(len(known.codes)))


@each_list
def test_no_code_and_no_name_is_given_twice(known: CodeList) -> None:
    assert len({fold(code.code) for code in known.codes}) == len(known.codes)
    masks: dict[str, set[int]] = {}
    for name, mask in known.names():
        masks.setdefault(fold(name), set()).add(mask)
    assert all(len(meant) == 1 for meant in masks.values())


def test_territories_are_in_alphabetical_order_of_their_codes() -> None:
    codes = [code.code for code in TERRITORIES.codes]
    assert codes == sorted(codes)
    assert (codes[0], codes[-1]) == ("AD", "ZW")


def test_hong_kong_macao_and_taiwan_are_named_as_the_house_writes_them() -> None:
    names = {code.code: (code.zh, code.en) for code in TERRITORIES.codes}
    assert [names[code][0] for code in ("CN", "HK", "MO", "TW")] == [
        "中国大陆",
        "中国香港",
        "中国澳门",
        "中国台湾",
    ]
    assert all("China" in names[code][1] for code in ("CN", "HK", "MO", "TW"))


def test_simplified_and_traditional_chinese_are_two_languages() -> None:
    assert LANGUAGES.mask(["zh-Hans", "zh-Hant"]).bit_count() == 2


def test_rights_are_the_items_of_the_article_in_order() -> None:
    assert FIRST_ITEM + len(RIGHTS.codes) - 1 == 17
    assert RIGHTS.codes[15 - FIRST_ITEM].zh == "翻译权"
    assert len(MORAL_RIGHTS) + 1 == FIRST_ITEM


def test_the_rest_of_the_world_is_the_codes_that_were_not_named() -> None:
    named = TERRITORIES.mask(["JP", "KR"])
    assert TERRITORIES.rest(named).bit_count() == 247
    assert TERRITORIES.rest(named) | named == TERRITORIES.assigned


def test_a_code_that_is_not_in_the_list_has_no_mask() -> None:
    with pytest.raises(KeyError):
        MEDIA.mask(["vinyl"])


def test_groups_hold_what_their_names_say() -> None:
    members = {group.en: {code.code for code in TERRITORIES.of(group.mask)} for group in TERRITORIES.groups}
    assert members["Hong Kong, Macao and Taiwan"] < members["China including Hong Kong, Macao and Taiwan"]
    assert members["European Union"] - {"CY"} < members["Europe"]
    assert {"VN", "TH", "ID"} < members["Southeast Asia"]
    asia = [members[name] for name in ("East Asia", "Southeast Asia", "South Asia", "Central Asia")]
    assert not any(one & other for one, other in itertools.combinations(asia, 2))


def test_what_means_several_things_is_no_name_of_one() -> None:
    taken = {fold(name) for known in LISTS for name, _ in known.names()}
    for word, choices in SEVERAL_MEANINGS.items():
        assert fold(word) not in taken
        assert {fold(choice) for choice in choices} <= taken
