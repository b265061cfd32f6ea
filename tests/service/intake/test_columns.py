"""Headings: understood in both languages and many spellings; who may read a column is never left to chance."""

from __future__ import annotations

import pytest

from service.files.facts import FACTS
from service.intake.columns import COLUMNS, WORKS, Role, Visibility


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("题名", "title"),
        (" 题 名 ".replace(" 名", "名"), "title"),
        ("Title", "title"),
        ("TITLE", "title"),
        ("Ｔｉｔｌｅ", "title"),
        ("title_en", "title_en"),
        ("Accession-Number", "accession_number"),
        ("accession  no.", "accession_number"),
        ("类别*", "kind"),
        ("文件：", "file"),
        ("库房位置", "storage"),
        ("文物级别", "grade"),
        ("价格", "valuation"),
        ("physical_location", "storage"),
    ],
)
def test_a_heading_is_known_however_it_is_spelt(heading: str, name: str) -> None:
    column = WORKS.recognise(heading).column
    assert column is not None
    assert column.name == name


@pytest.mark.parametrize("heading", ["", "展厅故事", "titles of nobility", "标 题 党"])
def test_other_headings_are_the_sheets_own_and_internal(heading: str) -> None:
    assert WORKS.recognise(heading).column is None
    assert WORKS.recognise(heading).visibility is Visibility.INTERNAL


@pytest.mark.parametrize(
    ("heading", "visibility"),
    [
        ("递藏经过", Visibility.INTERNAL),
        ("递藏经过（公开）", Visibility.PUBLIC),
        ("Provenance (public)", Visibility.PUBLIC),
        ("Provenance [PUBLIC]", Visibility.PUBLIC),
        ("题名（内部）", Visibility.INTERNAL),
        ("题名（不收录）", Visibility.NEVER),
        ("展厅故事 (public)", Visibility.PUBLIC),
        ("题名", Visibility.PUBLIC),
        ("捐赠人", Visibility.INTERNAL),
        ("库房位置", Visibility.NEVER),
    ],
)
def test_a_heading_says_who_may_read_its_column(heading: str, visibility: Visibility) -> None:
    assert WORKS.recognise(heading).visibility is visibility


def test_the_word_of_visibility_is_not_part_of_the_heading() -> None:
    assert WORKS.recognise("展厅故事（公开）").text == "展厅故事"
    assert WORKS.recognise("Title (en)").column is COLUMNS["title_en"]


def test_every_column_is_found_by_each_of_its_headings() -> None:
    for column in COLUMNS.values():
        for heading in (column.name, *column.zh, *column.en):
            assert WORKS.recognise(heading).column is column


def test_facts_and_columns_are_one_list() -> None:
    facts = {column.name for column in COLUMNS.values() if column.role is Role.FACT}
    assert facts == set(FACTS)


def test_what_never_leaves_is_no_fact() -> None:
    dropped = {column.name for column in COLUMNS.values() if column.visibility is Visibility.NEVER}
    assert dropped == {"storage", "grade", "valuation"}
    assert not dropped & set(FACTS)
