"""Cells of a contract as people write them: understood, unknown, or asked back; never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.china import date_of, day_of
from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, LISTS, TERRITORIES
from indexer.rights.scope import NO_END, Axis
from indexer.rights.text import write_mask
from service.intake.instructions import Complaint
from service.rights.backlog import terms
from service.rights.backlog.contract import NumberKind, Renewal, Reversion, Span


def code(found: Any) -> str:
    """The code of a complaint, to be told from what was understood."""
    return found.code if isinstance(found, Complaint) else f"understood: {found}"


def listed(axis: Axis, text: str) -> Any:
    return terms.mask_of(axis)("rights", text)


class TestDays:
    @pytest.mark.parametrize(
        "text",
        ["2027-01-31", "2027/1/31", "2027.01.31", "2027年1月31日", "２０２７年１月３１日", "31 January 2027",
         "31 Jan 2027", "Jan 31, 2027", "31st January 2027", "2027-01-31 00:00:00", " 2027-01-31 "],
    )  # fmt: skip
    def test_a_day_is_read(self, text: str) -> None:
        assert terms.day("from", text) == day_of(date(2027, 1, 31))

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("2027-02-30", "date-malformed"),
            ("2027年13月1日", "date-malformed"),
            ("2027", "date-malformed"),
            ("2027年1月", "date-malformed"),
            ("46053", "date-malformed"),
            ("明年春天", "date-malformed"),
            ("=TODAY()", "date-malformed"),
            ("2027-01-31T25:00", "date-malformed"),
            ("31 Foo 2027", "date-malformed"),
            ("٢٠٢٧-٠١-٣١", "date-malformed"),
            ("01/02/2027", "date-ambiguous"),
            ("1-2-27", "date-ambiguous"),
            ("1969-12-31", "date-out-of-range"),
            ("9999-12-31", "date-out-of-range"),
        ],
    )
    def test_what_is_no_day_is_asked_back(self, text: str, complaint: str) -> None:
        assert code(terms.day("from", text)) == complaint

    @given(st.dates(date(1970, 1, 1), date(2999, 12, 31)))
    def test_every_day_reads_back(self, on: date) -> None:
        assert terms.day("from", on.isoformat()) == day_of(on)

    def test_an_end_is_the_last_day(self) -> None:
        assert terms.end("until", "2027-01-31", None) == day_of(date(2027, 2, 1))

    @pytest.mark.parametrize(
        "text", ["无限期", "永久", "版权保护期内", "In perpetuity", "for the term of copyright"]
    )
    def test_no_end_is_stated_and_not_unknown(self, text: str) -> None:
        assert terms.end("until", text, None) == NO_END

    @pytest.mark.parametrize(
        ("text", "last"),
        [
            ("10年", date(2036, 12, 31)),
            ("自签订之日起五年", date(2031, 12, 31)),
            ("18 months", date(2028, 6, 30)),
            ("90天", date(2027, 3, 31)),
        ],
    )
    def test_a_span_is_counted_from_the_first_day(self, text: str, last: date) -> None:
        begins = day_of(date(2027, 1, 1))
        assert terms.end("until", text, begins) == day_of(last) + 1
        assert terms.end("until", text, None) is None

    @given(st.dates(date(1970, 1, 1), date(2500, 1, 1)), st.integers(0, 600))
    def test_a_span_never_ends_before_its_months_do(self, on: date, months: int) -> None:
        ends = date_of(terms.after(day_of(on), Span(months=months)))
        whole = (ends - timedelta(days=1) if ends.day == 1 else ends) if on.day > 28 else ends
        assert (whole.year * 12 + whole.month) - (on.year * 12 + on.month) == months

    def test_a_day_before_stays_in_its_month(self) -> None:
        may = day_of(date(2027, 5, 31))
        assert terms.before(may, Span(months=3)) == day_of(date(2027, 2, 28))
        assert terms.before(may, Span(days=60)) == day_of(date(2027, 4, 1))


class TestLists:
    @pytest.mark.parametrize(
        ("axis", "text", "written"),
        [
            (Axis.TERRITORIES, "日本、韩国", "日本与韩国"),
            (Axis.TERRITORIES, "JP; KR", "日本与韩国"),
            (Axis.TERRITORIES, "Japan and South Korea", "日本与韩国"),
            (Axis.TERRITORIES, "港澳台", "中国香港、中国澳门与中国台湾"),
            (Axis.TERRITORIES, "全世界（日本除外）", "全世界（日本除外）"),
            (Axis.TERRITORIES, "全世界，日本除外", "全世界（日本除外）"),
            (Axis.TERRITORIES, "worldwide except Japan", "全世界（日本除外）"),
            (Axis.LANGUAGES, "简体中文/繁体中文", "简体中文与繁体中文"),
            (Axis.MEDIA, "展览", "展览"),
            (Axis.RIGHTS, "展览", "展览权"),
            (Axis.RIGHTS, "复制、发行及信息网络传播", "复制权、发行权与信息网络传播权"),
        ],
    )
    def test_a_list_is_read(self, axis: Axis, text: str, written: str) -> None:
        assert write_mask(axis, listed(axis, text)) == written

    @pytest.mark.parametrize(
        ("axis", "text"),
        [
            (Axis.TERRITORIES, "中国"),
            (Axis.LANGUAGES, "中文"),
            (Axis.TERRITORIES, "日语"),
            (Axis.LANGUAGES, "日本"),
            (Axis.TERRITORIES, "亚特兰蒂斯"),
            (Axis.TERRITORIES, "日本除外"),
            (Axis.TERRITORIES, "日本，日本除外"),
            (Axis.TERRITORIES, "2027-01-01"),
            (Axis.TERRITORIES, "日本 to 韩国"),
            (Axis.TERRITORIES, "=HYPERLINK(1)"),
            (Axis.MEDIA, "、、、"),
            (Axis.RIGHTS, "署名权"),
        ],
    )
    def test_what_is_unclear_or_of_another_kind_is_asked_back(self, axis: Axis, text: str) -> None:
        assert code(listed(axis, text)) == "term-unread"

    @given(data=st.data(), axis=st.sampled_from([Axis.RIGHTS, Axis.TERRITORIES, Axis.LANGUAGES, Axis.MEDIA]))
    def test_what_is_written_reads_back(self, data: st.DataObject, axis: Axis) -> None:
        mask = data.draw(st.integers(1, LISTS[axis].assigned))
        for tongue in ("zh", "en"):
            assert listed(axis, write_mask(axis, mask, tongue)) == mask

    def test_an_exception_is_of_its_own_stretch(self) -> None:
        assert listed(Axis.TERRITORIES, "全世界；日本除外") == TERRITORIES.rest(TERRITORIES.mask(["JP"]))
        assert listed(Axis.LANGUAGES, "全部语言（日语、英语除外）") == LANGUAGES.rest(
            LANGUAGES.mask(["ja", "en"])
        )


class TestWords:
    @pytest.mark.parametrize(
        "text", ["", " ", "不详", "未 知", "Unknown", "N/A", "?", "？", "—", "TBD", "（不详）"]
    )
    def test_nobody_knows(self, text: str) -> None:
        assert terms.is_unknown(text)

    @pytest.mark.parametrize("text", ["无", "无限期", "否", "0", "no"])
    def test_none_is_not_unknown(self, text: str) -> None:
        assert not terms.is_unknown(text)

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("专有", GrantKind.EXCLUSIVE),
            ("独家授权", GrantKind.EXCLUSIVE),
            ("EXCLUSIVE", GrantKind.EXCLUSIVE),
            ("排他", GrantKind.SOLE),
            ("Non-exclusive", GrantKind.NON_EXCLUSIVE),
            ("非专有", GrantKind.NON_EXCLUSIVE),
        ],
    )
    def test_a_kind_is_read(self, text: str, kind: GrantKind) -> None:
        assert terms.kind("kind", text) is kind

    def test_another_kind_is_asked_back(self) -> None:
        assert code(terms.kind("kind", "独家？")) == "kind-unknown"
        assert code(terms.yes("sublicensable", "也许")) == "yes-or-no"

    @pytest.mark.parametrize(
        ("text", "renewal"),
        [
            ("每次 1 年，提前 60 天通知", Renewal(Span(months=12), Span(days=60))),
            ("期满前三个月书面通知，否则自动续展两年", Renewal(Span(months=24), Span(months=3))),
            ("yes, 1 year, 90 days' notice", Renewal(Span(months=12), Span(days=90))),
            ("notice of 30 days, 6 months", Renewal(Span(months=6), Span(days=30))),
            ("每次 2 年", Renewal(Span(months=24))),
            ("自动续约", Renewal()),
            ("是", Renewal()),
            ("否", None),
            ("不自动续约", None),
        ],
    )
    def test_a_renewal_is_read(self, text: str, renewal: Renewal | None) -> None:
        assert terms.renewal("renewal", text) == renewal

    @pytest.mark.parametrize("text", ["另议", "每次 0 年", "=1+1"])
    def test_a_renewal_that_says_nothing_is_asked_back(self, text: str) -> None:
        assert code(terms.renewal("renewal", text)) == "renewal-unread"

    @pytest.mark.parametrize(
        ("text", "span"),
        [
            ("180", Span(days=180)),
            ("180.0", Span(days=180)),
            ("6 个月", Span(months=6)),
            ("两周", Span(days=14)),
            ("one year", Span(months=12)),
        ],
    )
    def test_a_span_is_read(self, text: str, span: Span) -> None:
        assert terms.span("sell_off", text) == span

    @pytest.mark.parametrize("text", ["-3", "1e5", "999999999", "很久", "1 年 2 月"])
    def test_what_is_no_span_is_asked_back(self, text: str) -> None:
        assert code(terms.span("sell_off", text)) == "span-malformed"

    def test_a_reversion_keeps_its_words_and_its_day(self) -> None:
        assert terms.reversion("reversion", "2028-06-30 绝版") == Reversion(
            "2028-06-30 绝版", day_of(date(2028, 6, 30))
        )
        assert terms.reversion("reversion", "绝版六个月") == Reversion("绝版六个月")
        assert code(terms.reversion("reversion", "2028-02-30 绝版")) == "date-malformed"


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("978-7-02-000220-7", ("9787020002207", NumberKind.ISBN)),
            ("ISBN 9787020002207", ("9787020002207", NumberKind.ISBN)),
            ("0-306-40615-2", ("9780306406157", NumberKind.ISBN)),
            ("0x" + "Ab" * 32, ("0x" + "ab" * 32, NumberKind.ID)),
            ("国作登字-2020-A-00000001", ("国作登字-2020-A-00000001", NumberKind.OTHER)),
        ],
    )
    def test_a_number_is_read(self, text: str, number: tuple[str, NumberKind]) -> None:
        assert terms.number("work_number", text) == number

    @pytest.mark.parametrize("text", ["9787020002208", "0-306-40615-3"])
    def test_a_wrong_check_digit_is_asked_back(self, text: str) -> None:
        assert code(terms.number("work_number", text)) == "isbn-check-digit"
