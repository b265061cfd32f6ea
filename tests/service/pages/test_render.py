"""What every page's HTML keeps to, whatever it shows."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import pytest

from service.pages import assets, language, seals
from service.pages.render import HEADERS, render
from service.pages.views import AsOf, Bilingual, Name, Page, Since, Stale, Step
from tests.service.pages import samples

EVERY = [(name, lang) for name in samples.PAGES for lang in language.LANGUAGES]
VOID = {"meta", "link", "img", "input", "br", "path", "rect", "use"}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


class Tree(HTMLParser):
    """Checks that tags nest, and collects what is asked about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def html_of(name: str, lang: str) -> str:
    return render(samples.PAGES[name], lang, samples.SITE)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_tags_nest_and_ids_are_unique(name: str, lang: str) -> None:
    tree = Tree(html_of(name, lang))
    assert len(tree.ids) == len(set(tree.ids))
    assert len(tree.all("h1")) == len(tree.all("main")) == 1


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(name: str, lang: str) -> None:
    tree = Tree(html_of(name, lang))
    assert tree.all("style") == []
    for tag, attributes in tree.tags:
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        for key in ("src", "href", "action", "srcset"):
            address = attributes.get(key)
            assert address is None or re.match(r"/(?!/)|#", address), (tag, address)
    for script in tree.all("script"):
        assert script["type"] == "module"
        assert script["src"]


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_static_addresses_lead_somewhere(name: str, lang: str) -> None:
    tree = Tree(html_of(name, lang))
    static = [
        str(attributes.get("src") or attributes.get("href"))
        for tag, attributes in tree.tags
        if tag in ("script", "link")
    ]
    own = [address for address in static if address.startswith("/static/")]
    assert len(own) >= 3
    for address in own:
        assert assets.load().find(address.removeprefix("/static/")) is not None


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_a_page_says_its_language_links_its_twin_and_the_other_language(name: str, lang: str) -> None:
    page = samples.PAGES[name]
    html = html_of(name, lang)
    tree = Tree(html)
    assert tree.all("html")[0]["lang"] == language.TAGS[lang]  # type: ignore[index]
    twins = [link for link in tree.all("link") if link.get("type") == "application/json"]
    assert [link["href"] for link in twins] == [page.twin]
    linked = [link for link in tree.all("a") if link.get("href") == page.twin]
    assert bool(linked) is not page.twin_needs_key, "a browser sends no bearer key"
    assert f"lang={'en' if lang == 'zh' else 'zh'}" in html


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_a_page_says_what_the_rules_ask(name: str, lang: str) -> None:
    html = html_of(name, lang)
    said = (
        ("备案不代表背书", "不是法律意见", "演示")
        if lang == "zh"
        else ("not endorsement", "not legal advice", "Demo")
    )
    for words in (*said, samples.SITE.filing_number):
        assert str(words) in html


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_every_seal_that_is_used_is_drawn_once(name: str, lang: str) -> None:
    html = html_of(name, lang)
    used = set(re.findall(r'<use href="#([^"]+)"', html))
    drawn = re.findall(r'<symbol id="([^"]+)"', html)
    assert used == set(drawn)
    assert len(drawn) == len(set(drawn))


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_headings_never_skip_a_level(name: str, lang: str) -> None:
    levels = [int(tag[1]) for tag, _ in Tree(html_of(name, lang)).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_hostile_text_in_every_field_stays_text(name: str, lang: str) -> None:
    page = _poisoned(samples.PAGES[name])
    html = render(page, lang, samples.SITE)  # type: ignore[arg-type]
    tree = Tree(html)
    assert all("src" in script for script in tree.all("script"))
    assert not [1 for _, attributes in tree.tags if "onerror" in attributes]
    assert "<script>alert" not in html
    assert ("alert(1)" in html) == ("{{7*7}}" in html)


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_no_page_tells_the_public_of_a_court_or_a_case(lang: str) -> None:
    for name in ("collectible", "collectible, struck out", "collectible, held"):
        html = html_of(name, lang).lower()
        assert not re.search("法院|案号|冻结|court|frozen", html)


def test_the_two_answers_are_both_there_and_the_limits_of_the_verdict() -> None:
    html = html_of("collectible", "zh")
    for words in (
        "截至第 18,204 块",
        "由四位验证者中的三位签封",
        "联网查过，未撤回",
        "不说明作品的来历与作者",
    ):
        assert words in re.sub(r"<[^>]+>", "", html)


def test_a_lone_validator_is_called_so() -> None:
    assert "由唯一的验证者签封" in html_of("collectible, held", "zh")
    assert "sealed by the only validator" in html_of("collectible, held", "en")


def test_an_issuer_that_nobody_names_is_said_to_be_unproven() -> None:
    assert "记录一致，发行方身份未证实" in html_of("collectible, held", "zh")
    assert "核验一致：" not in html_of("collectible, held", "zh")


def test_a_history_is_called_whole_only_where_that_was_proven() -> None:
    page = samples.COLLECTIBLE
    assert "自存证起共五条记录，一条不少" in render(page, "zh", samples.SITE)
    unproven = render(replace(page, verdict=None), "zh", samples.SITE)
    assert "一条不少" not in unproven
    assert "索引中共有五条记录，是否齐全尚未核验" in unproven


def test_who_may_not_see_what_contradicts_a_grant_is_told_how_many_they_are() -> None:
    assert "two more grants contradict it" in html_of("grant, on paper", "en").lower()
    assert "contradict it" not in html_of("grant", "en")


def test_a_collectible_without_evidence_shows_no_verdict() -> None:
    html = render(
        replace(samples.COLLECTIBLE, verdict=None, bundle=None, certificate=None), "zh", samples.SITE
    )
    assert 'id="verdict"' not in html
    assert seals.of_verdict("valid").id not in html
    assert "下载" not in html.replace("下载原件", "").replace("下载副本", "")


def test_a_page_of_a_real_service_carries_no_demo_stamp_and_says_that_the_filing_is_missing() -> None:
    html = render(samples.COLLECTIBLE, "zh", samples.PLAIN_SITE)
    assert "演示" not in html
    assert "备案号：未填写" in html


def test_the_demo_stamp_stands_by_the_verdict_whatever_it_is() -> None:
    for name in ("collectible", "collectible, struck out", "collectible, held", "collectible, fresh"):
        verdict = html_of(name, "zh").split('class="verdict-seal"')[1].split("</div>")[0]
        assert '<strong class="stamp">演示</strong>' in verdict


def test_the_test_verifier_marks_the_pages_it_touched_and_no_other() -> None:
    assert "测试核验" in html_of("collectible", "zh")
    assert "测试核验" not in html_of("collectible, fresh", "zh")


def test_a_running_request_refreshes_without_scripts_and_a_finished_one_does_not() -> None:
    assert '<noscript><meta http-equiv="refresh"' in html_of("operation", "zh")
    assert "?refresh=off" in html_of("operation", "zh")
    for name in ("operation, stopped", "operation, settled", "operation, refused"):
        assert "http-equiv" not in html_of(name, "zh")


def test_a_skipped_state_is_not_shown_as_to_come() -> None:
    html = html_of("operation", "zh")
    assert "文件已保存" not in html
    assert html.count("step-ahead") == 1


def test_a_refusal_says_why() -> None:
    html = html_of("operation, refused", "en")
    assert "The holding period lasts until" in html
    assert "holding-period" in html


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (Since("standing", 0), "not withdrawn, checked online at"),
        (Since("withdrawn", 0), "withdrawn or no longer so, checked online at"),
        (Since("withdrawn"), "withdrawn, as the records given say"),
        (Since("withdrawn", 0, Bilingual("他人持有", "somebody else <holds> it")), "somebody else &lt;holds&gt; it."),
        (Since("unchecked"), "not checked (offline)"),
    ],
)  # fmt: skip
def test_what_is_known_of_the_time_since_is_said_as_it_was_found_out(since: Since, said: str) -> None:
    page = replace(samples.COLLECTIBLE, verdict=replace(samples.VALID, since=since))
    html = render(page, "en", samples.SITE)
    assert said in html
    assert "withdrawn on" not in html, "nobody looked up when"


def test_a_heading_of_the_institutions_own_is_shown_as_given() -> None:
    assert "<dt>入藏批次</dt>" in html_of("collectible, held", "en")


def test_tags_of_languages_are_put_into_words_where_there_are_any() -> None:
    assert "简体中文、英文、tlh" in html_of("collectible", "zh")
    assert "Simplified Chinese, English, tlh" in html_of("collectible", "en")


def test_a_long_record_of_a_collection_is_folded_and_whole() -> None:
    html = html_of("collection", "zh")
    newest, rest = html.split('<details class="fold fold-inner"><summary>其余八条')
    assert (newest.count('class="entry"'), rest.count('class="entry"')) == (6, 8)
    assert html.count("开设版次</h3>") == 12


def test_the_issuers_own_terms_take_the_place_of_ours() -> None:
    assert "For personal, non-commercial reading." in html_of("collectible, held", "zh")
    assert "在个人页面展示" not in html_of("collectible, held", "zh")
    assert "在个人页面展示" in html_of("collectible", "zh")


def test_a_request_names_what_it_waits_for_while_it_waits() -> None:
    assert 'href="/o/01JD8Z3V5K7Q2M9XFT4WB6N0RA"' in html_of("operation", "zh")
    assert "01JD8Z3V5K7Q2M9XFT4WB6N0RA" not in html_of("operation, settled", "zh")


def test_long_text_is_folded_and_whole() -> None:
    html = html_of("work", "en")
    assert html.count("by 1917 [1]; bequest") > 12
    assert "&lt;Peking&gt;" in html
    assert '<details class="long">' in html


def test_a_struck_record_and_its_correction_are_both_legible() -> None:
    html = html_of("collectible, struck out", "zh")
    assert "entry-struck" in html
    assert "此条已被更正，原文保留" in html
    assert "松风 9C·2M" in html


def test_an_act_that_is_not_known_is_shown_by_its_name() -> None:
    html = html_of("collectible, struck out", "en")
    assert "<code>SomethingNew</code>" in html
    assert "what follows from it cannot be confirmed" in html


def test_the_policy_allows_only_the_own_host_and_nothing_inline() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_page_is_the_same_text_every_time() -> None:
    assert html_of("collectible", "zh") == html_of("collectible", "zh")


@pytest.mark.parametrize("lang", language.LANGUAGES)
@pytest.mark.parametrize("reason", get_args(get_type_hints(Stale)["reason"]))
def test_a_page_that_may_be_out_of_date_says_why_and_since_when(reason: str, lang: str) -> None:
    kept_up = samples.PAGES["collection"]
    since = samples.NOW - samples.DAY
    late = replace(kept_up, as_of=AsOf(18_204, samples.NOW, stale=Stale(reason, since, 18_230)))  # type: ignore[type-var,arg-type]
    notice = re.findall(r'<p class="notice[^"]*" role="note">(.*?)</p>', render(late, lang, samples.SITE))  # type: ignore[arg-type]
    assert len(notice) == 1
    assert language.moment(since) in notice[0]
    assert "18,204" in notice[0]
    assert late.to_json()["as_of"]["stale"] == {"reason": reason, "since": since, "newest": 18_230}
    assert 'role="note"' not in render(kept_up, lang, samples.SITE)  # type: ignore[arg-type]
    assert kept_up.to_json()["as_of"]["stale"] is None


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_a_page_says_whose_time_its_times_are(name: str, lang: str) -> None:
    assert ("北京时间（UTC+8）" if lang == "zh" else "Beijing time (UTC+8)") in html_of(name, lang)


def test_a_history_is_called_whole_only_as_far_as_the_evidence_goes() -> None:
    page = samples.COLLECTIBLE
    assert "截至第 18,204 块，自存证起共五条记录，一条不少。" in render(page, "zh", samples.SITE)
    newest = replace(page.history.entries[0], block=18_300)
    longer = replace(page.history, entries=(newest, *page.history.entries), total=6)
    html = render(replace(page, history=longer), "zh", samples.SITE)
    assert "自存证起共五条记录，一条不少。其后另有一条，尚未核验。" in html
    fewer = replace(page, history=replace(page.history, total=6))
    assert "一条不少。" not in render(fewer, "zh", samples.SITE)
    assert "一条不少。" not in html_of("collection", "zh")


def test_a_verdict_counts_the_records_of_its_own_subject_apart() -> None:
    assert "证据中的七条记录一条不少，次序不改，其中本件五条" in html_of("collectible", "zh")
    assert "of the seven records" in html_of("collectible", "en").lower()
    assert "其中" not in html_of("work", "zh")


def test_a_name_that_only_this_installation_vouches_for_says_so_wherever_it_stands() -> None:
    assert html_of("home", "zh").count("据本服务实名登记") == 1
    assert "名称据本服务实名登记，信任锚未载明" in html_of("collectible, held", "zh")
    assert "信任锚载明" in html_of("collectible", "zh")
    assert "据本服务" not in html_of("collectible", "zh")


def test_labels_print_only_under_an_address_that_the_owner_has_set() -> None:
    sheet = samples.PAGES["labels"]
    given = render(sheet, "zh", replace(samples.PLAIN_SITE, public=True))
    assert "sheet-unset" not in given
    assert "data-print" in given
    assert "public_url" not in given
    unset = render(sheet, "zh", samples.PLAIN_SITE)
    assert "sheet-unset" in unset
    assert "data-print" not in unset
    assert "尚未设置对外网址" in unset
    demo = render(sheet, "zh", replace(samples.PLAIN_SITE, demo=True))
    assert "sheet-unset" not in demo
    assert "尚未设置对外网址" in demo


def test_invisible_characters_of_a_title_are_isolated_and_shown() -> None:
    title = Name("静夜\u202e思\u200b", "zh-Hans", lookalike=True)
    html = render(replace(samples.COLLECTIBLE, title=title), "zh", samples.SITE)
    assert '静夜<span class="mark">U+202E</span>思<span class="mark">U+200B</span>' in html
    assert '<h1 class="title" lang="zh-Hans" dir="auto">静夜思\u200b</h1>' in html
    assert "\u202e" not in html
    assert 'class="mark"' not in html_of("work", "zh")


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_no_text_of_a_stranger_turns_a_page_round(name: str, lang: str) -> None:
    turned = _poison(samples.PAGES[name], text="\u202e\u2066a<b>\u2069")
    html = render(turned, lang, samples.SITE)  # type: ignore[arg-type]
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(html)
    assert "a<b>" not in html


def test_a_step_whose_time_was_not_written_down_is_shown_without_one() -> None:
    steps = (Step("accepted", samples.NOW - 9), Step("stored", None), Step("signed", samples.NOW - 8))
    html = render(replace(samples.OPERATION, steps=steps), "zh", samples.SITE)
    assert "<h3>文件已保存</h3><p>已完成</p>" in html


def test_a_part_of_a_history_leads_to_the_older_and_back() -> None:
    html = html_of("history, older", "zh")
    page = samples.PAGES["history, older"]
    assert f'rel="next" href="{page.history.older}"' in html  # type: ignore[attr-defined]
    assert f'href="{samples.COLLECTIBLE.path}/history"' in html
    assert f'href="{samples.COLLECTIBLE.path}"' in html
    assert page.twin == f"/v1/collectibles/{samples.COLLECTIBLE.token_id}/history?after=1904"


def _poisoned(page: Page) -> Page:
    """Put hostile text into every name and free text of a page."""
    return _poison(page)  # type: ignore[no-any-return]


FREE = {
    "text", "parallel", "value", "reason", "note", "query", "zh", "en", "annulled_reason", "withdrawn_reason",
    "verifier", "method", "recognised_by", "refusal_code", "number", "operation_id", "instance", "act",
}  # fmt: skip


def _poison(value: Any, name: str = "", text: str = HOSTILE) -> Any:
    if isinstance(value, Name):
        return replace(value, text=text, parallel=text)
    if isinstance(value, Stale):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        poisoned = {
            field.name: _poison(getattr(value, field.name), field.name, text) for field in fields(value)
        }
        return replace(value, **poisoned)
    if isinstance(value, tuple):
        return tuple(_poison(item, name, text) for item in value)
    return text if isinstance(value, str) and name in FREE else value
