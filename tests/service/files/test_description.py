"""What a work is said to be: faults are found all at once; nothing is changed."""

from __future__ import annotations

import pytest

from service.files.description import (
    LONGEST_TEXT,
    MOST_EXTRAS,
    Kind,
    describe,
    faults,
    is_calendar_date,
    is_isbn,
)

CAPTURE = {"title": "Wood Choppers", "accession_number": "04.5.6", "captured_by": "Museum"}


def codes(**facts: str) -> list[tuple[str, str]]:
    return [(fault.fact, fault.code) for fault in faults(describe(Kind.CAPTURE_RECORD, CAPTURE | facts))]


@pytest.mark.parametrize(
    "text",
    ["1884", "1884-02", "1884-02-28", "2000-02-29", "-0206-01-05", "0000", "-3005-01-26", "+12026-01-01"],
)
def test_a_calendar_date_is_accepted(text: str) -> None:
    assert is_calendar_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c. 1884",
        "1884?",
        "1884-13",
        "1884-00-01",
        "1900-02-29",
        "1884-2-1",
        "884",
        "--0206",
        "1884-02-28T00:00",
        "１８８４",
        "12026-01-01",
        "1884-02-28\n",
    ],
)
def test_what_is_no_calendar_date_is_refused(text: str) -> None:
    assert not is_calendar_date(text)


@pytest.mark.parametrize(
    "text", ["978-3-16-148410-0", "9783161484100", "0-306-40615-2", "0-8044-2957-X", "978 3 16 148410 0"]
)
def test_an_isbn_with_its_check_digit_is_accepted(text: str) -> None:
    assert is_isbn(text)


@pytest.mark.parametrize(
    "text", ["978-3-16-148410-1", "979", "0-306-40615-3", "123-3-16-148410-0", "ISBN", "X-306-40615-2"]
)
def test_an_isbn_with_a_wrong_check_digit_is_refused(text: str) -> None:
    assert not is_isbn(text)


def test_a_whole_description_has_no_fault() -> None:
    assert codes(date="c. 1840?", date_earliest="1835-01-01", date_latest="1845") == []


def test_all_faults_are_found_at_once() -> None:
    found = codes(captured_by="", date_earliest="1884?", medium="ink\0", isbn="978")
    assert found == [
        ("captured_by", "fact-missing"),
        ("date_earliest", "date-malformed"),
        ("medium", "character-unstorable"),
        ("isbn", "isbn-malformed"),
    ]


@pytest.mark.parametrize(
    ("earliest", "latest", "is_faulty"),
    [
        ("1840", "1840-05", False),
        ("1840-05", "1840", False),
        ("-0206-01-05", "0220", False),
        ("1840-05-02", "1840-05-01", True),
        ("0220", "-0206", True),
        ("1841", "1840-12-31", True),
        ("nonsense", "1840", False),
    ],
)
def test_dates_that_run_backwards_are_a_fault(earliest: str, latest: str, is_faulty: bool) -> None:
    found = codes(date_earliest=earliest, date_latest=latest)
    assert (("date_latest", "dates-backwards") in found) == is_faulty


def test_a_work_needs_a_title_or_an_accession_number() -> None:
    nameless = {"source_object": "a jar", "captured_by": "Museum"}
    assert [f.code for f in faults(describe(Kind.CAPTURE_RECORD, nameless))] == ["name-missing"]
    numbered = describe(Kind.CAPTURE_RECORD, nameless | {"accession_number": "06.21.1"})
    assert faults(numbered) == ()
    assert numbered.name == "06.21.1"


def test_a_text_as_long_as_a_cell_is_accepted_and_one_character_more_refused() -> None:
    assert codes(provenance="长" * LONGEST_TEXT) == []
    assert codes(provenance="长" * (LONGEST_TEXT + 1)) == [("provenance", "text-too-long")]


def test_texts_are_kept_as_given_spaces_and_all() -> None:
    text = ' Study for "The Lake" \n(verso)\t'
    assert describe(Kind.CAPTURE_RECORD, CAPTURE | {"title": text}).get("title") == text


@pytest.mark.parametrize(
    "heading", ["", "Creator Name", "creator name", "题名", "maker", "x" * 101, "a\0", "Asset Type"]
)
def test_a_heading_that_would_contradict_a_known_column_is_refused(heading: str) -> None:
    assert [f.code for f in faults(describe(Kind.CAPTURE_RECORD, CAPTURE, ((heading, "x"),)))] == [
        "heading-unusable"
    ]


def test_headings_of_ones_own_are_accepted_up_to_the_limit() -> None:
    extra = tuple((f"展厅 {n}", "x") for n in range(MOST_EXTRAS))
    assert faults(describe(Kind.CAPTURE_RECORD, CAPTURE, extra)) == ()
    assert len(faults(describe(Kind.CAPTURE_RECORD, CAPTURE, (*extra, ("再一", "x"))))) == 1


def test_an_unknown_fact_is_a_programmers_mistake() -> None:
    with pytest.raises(KeyError, match="colour"):
        describe(Kind.CAPTURE_RECORD, {"colour": "red"})
