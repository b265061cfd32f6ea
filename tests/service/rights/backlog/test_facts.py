"""What comes when, and the calendar of it, read by another's parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rights.scope import NO_END
from service.rights.backlog.calendar import LONGEST_LINE, write_calendar
from service.rights.backlog.contract import Contract, Renewal, Reversion, Span, WorkName
from service.rights.backlog.facts import Fact, FactKind, coming, facts, without_end
from tests.service.rights.backlog.making import CONTRACT, TODAY, day, with_terms

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def told(contract: Contract) -> dict[FactKind, str]:
    from indexer.china import date_of

    return {fact.kind: date_of(fact.day).isoformat() for fact in facts(contract, TODAY)}


class TestFacts:
    def test_a_contract_ends_on_its_last_day(self) -> None:
        assert told(CONTRACT) == {FactKind.EXPIRY: "2029-12-31"}

    @pytest.mark.parametrize("until", [None, NO_END])
    def test_without_an_end_nothing_ends(self, until: int | None) -> None:
        assert told(with_terms(CONTRACT, until=until)) == {}

    def test_every_dated_term_is_a_fact(self) -> None:
        contract = replace(
            CONTRACT,
            renewal=Renewal(Span(months=12), Span(days=60)),
            sell_off=Span(months=6),
            option_until=day("2028-07-01"),
            reversion=Reversion("2027-05-01 绝版", day("2027-05-01")),
        )
        assert told(contract) == {
            FactKind.EXPIRY: "2029-12-31",
            FactKind.RENEWAL_NOTICE: "2029-11-01",
            FactKind.SELL_OFF_END: "2030-06-30",
            FactKind.OPTION_END: "2028-06-30",
            FactKind.REVERSION: "2027-05-01",
        }

    def test_a_renewed_contract_ends_later_and_is_said_to_be_presumed(self) -> None:
        old = with_terms(
            replace(CONTRACT, renewal=Renewal(Span(months=24), Span(months=3))), until=day("2020-03-01")
        )
        assert told(old) == {FactKind.EXPIRY: "2028-02-29", FactKind.RENEWAL_NOTICE: "2027-11-29"}
        assert all(fact.presumed for fact in facts(old, TODAY))
        assert not any(fact.presumed for fact in facts(CONTRACT, TODAY))

    def test_a_renewal_of_unknown_length_moves_nothing(self) -> None:
        old = with_terms(replace(CONTRACT, renewal=Renewal()), until=day("2020-03-01"))
        assert told(old) == {FactKind.EXPIRY: "2020-02-29"}

    def test_what_comes_within_six_months_is_listed_in_order(self) -> None:
        ends = ("2027-05-29", "2026-11-30", "2027-05-30", "2026-11-29")
        listed = coming(
            [with_terms(replace(CONTRACT, row=row), until=day(end) + 1) for row, end in enumerate(ends)],
            TODAY,
        )
        assert [fact.contract.row for fact in listed] == [1, 0]

    def test_contracts_of_unknown_end_are_not_forgotten(self) -> None:
        endless = with_terms(CONTRACT, until=NO_END)
        unknown = with_terms(CONTRACT, until=None)
        assert without_end([CONTRACT, endless, unknown]) == (unknown,)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]), max_size=60)


def events(octets: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(octets).walk("VEVENT"))


class TestCalendar:
    def test_a_fact_is_an_event_of_a_whole_day(self) -> None:
        (event,) = events(write_calendar(facts(CONTRACT, TODAY), NOW))
        assert event.decoded("dtstart") == date(2029, 12, 31)
        assert event.decoded("dtend") == date(2030, 1, 1)
        assert event.decoded("dtstamp") == NOW
        assert str(event["summary"]) == "到期：旧城的钟"
        assert str(event["description"]) == "例社 → 甲社\nA-1"
        assert str(event["class"]) == "CONFIDENTIAL"

    def test_an_empty_calendar_is_one(self) -> None:
        calendar = icalendar.Calendar.from_ical(write_calendar([], NOW))
        assert (calendar["version"], events(write_calendar([], NOW))) == ("2.0", [])

    @given(title=TEXTS, party=TEXTS, number=TEXTS)
    def test_any_name_is_read_back(self, title: str, party: str, number: str) -> None:
        contract = replace(CONTRACT, work=WorkName(title, "9787020002207"), licensor=party, number=number)
        octets = write_calendar(facts(contract, TODAY), NOW, "en")
        (event,) = events(octets)
        read = str(event["summary"]), str(event["description"])
        lines = [f"{party or 'unknown'} → 甲社", *([number] if number else [])]
        expected = f"Ends: {title or '9787020002207'}", "\n".join(lines)
        breaks = str.maketrans(dict.fromkeys("\u2028\u2029", "\n"))
        assert read == tuple(text.translate(breaks) for text in expected)

    @given(title=TEXTS)
    def test_no_line_is_too_long_and_none_breaks_early(self, title: str) -> None:
        contract = replace(CONTRACT, work=WorkName(title + "长" * 200))
        octets = write_calendar(facts(contract, TODAY), NOW)
        lines = octets.split(b"\r\n")
        assert lines.pop() == b""
        assert all(len(line) <= LONGEST_LINE and b"\n" not in line and b"\r" not in line for line in lines)
        assert all(line.decode() for line in lines)

    def test_a_name_cannot_bring_an_event_of_its_own(self) -> None:
        evil = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged"
        contract = replace(CONTRACT, work=WorkName(evil), number=evil)
        assert len(events(write_calendar(facts(contract, TODAY), NOW))) == 1

    def test_the_same_fact_has_the_same_name_and_another_has_another(self) -> None:
        def uid(contract: Contract, at: datetime = NOW) -> str:
            (event,) = events(write_calendar(facts(contract, TODAY), at))
            return str(event["uid"])

        assert uid(CONTRACT) == uid(replace(CONTRACT, row=99), datetime(2027, 1, 1, tzinfo=UTC))
        assert uid(CONTRACT) != uid(replace(CONTRACT, number="A-9"))
        assert uid(CONTRACT) != uid(with_terms(CONTRACT, until=day("2030-01-02")))

    def test_what_is_presumed_is_said_there_too(self) -> None:
        fact = Fact(TODAY, FactKind.EXPIRY, CONTRACT, presumed=True)
        (event,) = events(write_calendar([fact], NOW, "en"))
        assert "presumed to have been renewed" in str(event["description"])
