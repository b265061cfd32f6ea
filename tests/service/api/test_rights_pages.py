"""The pages of rights over HTTP: what parties see and do signed in, what a stranger; a form binds nobody alone."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2 as httpx
import icalendar
import pytest
from eth_account import Account

from indexer.china import china_day
from indexer.evidence.bundle import read_bundle
from service.access.bearer import Scope
from service.rights.answers import day_text
from service.rights.formats.onix_reading import read_onix
from tests.service.api.novel import AGREEMENT, WORLD, Novel, told_in
from tests.service.api.premises import DAY
from tests.service.api.told import deposit

pytestmark = [pytest.mark.node, pytest.mark.timeout(300)]
ASKED = {"right": "translation", "territory": "JP", "language": "ja", "medium": "ebook"}


@pytest.fixture(scope="module")
def novel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novel]:
    """The story, told once."""
    with told_in(tmp_path_factory.mktemp("novel-home")) as made:
        yield made


class Browser:
    """Somebody at a browser, signed in or not."""

    def __init__(self, novel: Novel, who: str | None = None) -> None:
        self.url = novel.house.url
        self.http = httpx.Client(base_url=self.url, timeout=60, headers={"Accept-Language": "zh"})
        if who is not None:
            caller = novel.callers[who] if who in novel.callers else novel.house.caller(Scope(who))
            key = caller.http.headers["authorization"].removeprefix("Bearer ")
            answer = self.send("/sign-in", {"key": key, "next": "/rights"})
            assert answer.headers["location"] == "/rights"
            self.http.cookies.set("qianyin", answer.cookies["qianyin"])

    def page(self, path: str, status: int = 200, **query: Any) -> str:
        """Open a page, and give what it says."""
        answer = self.http.get(path, params=query)
        assert answer.status_code == status, answer.text
        assert status == 403 or path.startswith("/sign-in") or answer.headers["cache-control"] == "no-store"
        return said(answer.text)

    def send(self, path: str, data: dict[str, Any]) -> httpx.Response:
        """Send a form from a page of this site."""
        return self.http.post(path, data=data, headers={"Origin": self.url})


def said(text: str) -> str:
    """Give the words of a page."""
    body = re.sub(r"<(script|style|template|svg).*?</\1>", "", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body)))


Opens = Callable[..., Browser]


@pytest.fixture(scope="module")
def opens(novel: Novel) -> Iterator[Opens]:
    """Give a function that opens browsers, which are closed at the end."""
    opened: list[Browser] = []

    def open_one(who: str | None = None) -> Browser:
        opened.append(Browser(novel, who))
        return opened[-1]

    yield open_one
    for each in opened:
        each.http.close()


@pytest.fixture(scope="module")
def ann(opens: Opens) -> Browser:
    return opens("ann")


@pytest.fixture(scope="module")
def tokyo(opens: Opens) -> Browser:
    return opens("tokyo")


@pytest.fixture(scope="module")
def stranger(opens: Opens) -> Browser:
    return opens()


def rights(novel: Novel) -> str:
    return f"/w/{novel.work_id}/rights"


def test_an_owner_reads_who_may_on_what_proof_and_its_co_owner_by_name(novel: Novel, ann: Browser) -> None:
    page = ann.page(rights(novel), **ASKED)
    assert "著作权人视图" in page
    assert "某某novel-tokyo" in page
    assert "某某novel-ben" in page
    assert re.search("依据：许可第 \\d+ 号，各方均已签名", page)
    assert "不可 再授专有许可" in page
    assert "权属来源" in page


def test_a_licensee_reads_its_grant_and_nothing_of_who_else_has_what(novel: Novel, tokyo: Browser) -> None:
    page = tokyo.page(rights(novel), **ASKED)
    assert "被许可人视图" in page
    assert "某某novel-tokyo" in page
    assert "某某novel-ben" not in page
    assert "权属来源" not in page


def test_every_link_on_an_owners_pages_leads_somewhere(novel: Novel, ann: Browser) -> None:
    work = rights(novel)
    pages = [
        "/rights",
        work,
        f"{work}/grant",
        f"{work}/split",
        f"/g/{novel.grant_id}",
        f"/e/{novel.estate_id}",
    ]
    found = {link for path in pages for link in re.findall(r'href="(/[^"]*)"', ann.http.get(path).text)}
    answers = {link: ann.http.get(html.unescape(link)).status_code for link in sorted(found)}
    for_keys = {link for link, status in answers.items() if status == 401}
    assert all(link.startswith("/v1/") for link in for_keys)  # twins, which know no cookie
    assert len(found - for_keys) > 20
    assert {link: status for link, status in answers.items() if status >= 400 and link not in for_keys} == {}


def test_what_ends_is_listed_for_so_many_months_and_leads_to_its_calendar(
    novel: Novel, ann: Browser, stranger: Browser
) -> None:
    assert "六个月内到期" in ann.page("/rights")
    assert "许可到期" not in ann.page("/rights")
    page = ann.http.get("/rights", params={"months": 120}).text
    assert "《远行》许可到期" in said(page)
    [link] = (html.unescape(one) for one in re.findall(r'href="([^"]*[.]ics[^"]*)"', page))
    answer = ann.http.get(link)
    assert answer.headers["content-type"].startswith("text/calendar")
    [event] = (
        one
        for one in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        if novel.grant_id in str(one["description"])
    )
    assert str(event["summary"]) == "许可到期：远行"
    assert "某某novel-tokyo" in str(event["description"])
    assert stranger.http.get(link).status_code == 403


def test_a_stranger_is_told_available_or_not_where_an_owner_lets_it_be_said(
    novel: Novel, stranger: Browser
) -> None:
    assert "著作权人未公开" in stranger.page(rights(novel), **ASKED)
    opened = novel.callers["ann"].http.post(f"/v1/estates/{novel.estate_id}/openness", json={"open": True})
    assert opened.status_code == 200
    page = stranger.page(rights(novel), **ASKED)
    assert "不可授" in page
    assert "某某" not in page
    assert "可授" in stranger.page(rights(novel), **{**ASKED, "territory": "KR"})
    later = {**ASKED, "on": "2099-01-01", "known": "2099-01-01"}
    page = stranger.http.get(rights(novel), params=later).text
    assert "不可授" in page, "asked day by day it would tell from when until when something is granted"
    assert 'name="on"' not in page
    assert 'name="known"' not in page
    twin = html.unescape(re.findall(r'href="(/v1/works/[^"]*availability[^"]*)"', page)[0])
    assert stranger.http.get(twin).json()["answer"] == "unavailable"
    novel.callers["ann"].http.post(f"/v1/estates/{novel.estate_id}/openness", json={"open": False})


def test_the_records_of_rights_have_pages_of_their_own_for_their_parties(
    novel: Novel, ann: Browser, tokyo: Browser, stranger: Browser
) -> None:
    for path in (rights(novel), f"/e/{novel.estate_id}", f"/g/{novel.grant_id}"):
        assert "流转记录" in ann.page(f"{path}/history")
        assert "请先登录" in stranger.page(f"{path}/history", 403)
    assert "许可" in tokyo.page(f"/g/{novel.grant_id}/history")
    for path in (rights(novel), f"/e/{novel.estate_id}"):
        assert tokyo.http.get(f"{path}/history").status_code == 404
    twin = f"/v1/works/{novel.work_id}/rights/history"
    assert len(novel.callers["ann"].get(twin)["entries"]) >= 2
    assert novel.callers["tokyo"].http.get(twin).status_code == 404


def test_what_is_for_parties_asks_a_stranger_to_sign_in(novel: Novel, stranger: Browser) -> None:
    for path in (f"/g/{novel.grant_id}", f"/e/{novel.estate_id}", f"{rights(novel)}/grant"):
        assert "请先登录" in stranger.page(path, 403)
    assert stranger.http.get("/rights").headers["location"] == "/sign-in?next=%2Frights"


def test_who_has_no_part_finds_nothing_though_signed_in(novel: Novel, opens: Opens) -> None:
    other = opens("stranger")
    for path in (f"/g/{novel.grant_id}", f"/e/{novel.estate_id}"):
        assert other.http.get(path).status_code == 404
    assert "著作权人未公开" in other.page(rights(novel), **ASKED)
    assert "没有与本方有关的作品" in other.page("/rights")


def test_a_grant_shows_its_agreement_to_be_checked_and_its_evidence_to_take(
    novel: Novel, tokyo: Browser
) -> None:
    page = tokyo.page(f"/g/{novel.grant_id}")
    assert AGREEMENT.removeprefix("0x") in page
    assert "核对合同" in page
    bundle = tokyo.http.get(f"/g/{novel.grant_id}/evidence")
    assert bundle.status_code == 200
    assert read_bundle(bundle.content).claim.KIND == "grant"


def test_of_a_grant_to_come_the_evidence_claims_its_first_day(novel: Novel, ann: Browser) -> None:
    today = china_day(int(time.time()))
    made = novel.done(
        "ann",
        "to come",
        ("ann", "ben", "seoul"),
        **variant(novel, territories=["KR"], languages=["ko"], since=day_text(today + 40)),
    )
    claim = read_bundle(ann.http.get(f"/g/{made['intent']}/evidence").content).claim
    assert claim.to_json()["on"] == str(today + 40)


def test_an_owner_takes_the_evidence_of_its_title_and_a_licensee_does_not(
    novel: Novel, ann: Browser, tokyo: Browser
) -> None:
    assert "权属来源" in ann.page(f"/e/{novel.estate_id}")
    assert read_bundle(ann.http.get(f"/e/{novel.estate_id}/evidence").content).claim.KIND == "title"
    assert tokyo.http.get(f"/e/{novel.estate_id}/evidence").status_code in (403, 404)


def test_the_form_says_what_a_grant_would_clash_with_and_leave_before_it_is_proposed(
    novel: Novel, ann: Browser
) -> None:
    filled = {**ASKED, "since": "2090-01-01", "until": "2091-12-31", "licensee": novel.accounts["seoul"]}
    assert "与在先许可冲突" not in ann.page(f"{rights(novel)}/grant", **filled)
    clashing = ann.page(f"{rights(novel)}/grant", **{**filled, "since": "2027-01-01"})
    assert "与在先许可冲突" in clashing
    assert "重叠部分" in clashing
    assert "办结之后" in clashing
    assert "保留，其中部分已许可" in clashing, "around it lies what was granted before"
    assert "提出，请各方同意" not in clashing


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"licensee": "somebody"}, "被许可人请填账户"),
        ({"until": "2089-01-01"}, "结束日早于开始日"),
        ({"since": "2090-02-30"}, "没有 2090-02-30 这一天"),
        ({"agreement": "12"}, "合同摘要应为 64 位"),
        ({"estate": "1"}, "所选的权利项不是本方的"),
    ],
)
def test_what_is_not_understood_in_the_form_is_said(
    novel: Novel, ann: Browser, changed: dict[str, str], told: str
) -> None:
    filled = {
        **ASKED,
        "since": "2090-01-01",
        "until": "2091-12-31",
        "licensee": novel.accounts["seoul"],
        **changed,
    }
    assert told in ann.page(f"{rights(novel)}/grant", **filled)


def test_a_form_proposes_and_each_party_agrees_for_itself(novel: Novel, ann: Browser, opens: Opens) -> None:
    filled = {
        **ASKED,
        "medium": "print",
        "since": "2030-01-01",
        "until": "2031-12-31",
        "licensee": novel.accounts["seoul"],
    }
    assert "请填写合同摘要" in said(ann.send(f"{rights(novel)}/grant", filled).text)
    filled |= {"agreement": AGREEMENT, "once": field(ann.http.get(f"{rights(novel)}/grant").text, "once")}
    assert ann.send(f"{rights(novel)}/grant", filled | {"kind": "weird"}).status_code == 422
    made, again = (ann.send(f"{rights(novel)}/grant", filled | {"kind": "sole"}) for _ in range(2))
    assert (made.status_code, again.status_code) == (303, 303)
    proposal = made.headers["location"]
    assert again.headers["location"] == proposal, "sent twice, it proposes once"
    assert "0/3 方已同意" in ann.page(proposal)
    assert ann.send(f"{proposal}/agree", {}).status_code == 303
    assert "1/3 方已同意" in ann.page(proposal)
    assert ann.send(f"{proposal}/agree", {}).status_code == 303, "again it changes nothing"
    assert "1/3 方已同意" in ann.page(proposal)
    seoul = opens("seoul")
    assert "待各方同意" in seoul.page("/rights")
    assert seoul.send(f"{proposal}/agree", {}).status_code == 303
    novel.agree(proposal.removeprefix("/p/"), "ben")
    outcome = novel.recorded(proposal.removeprefix("/p/"))["outcome"]
    assert outcome["state"] == "settled", outcome
    assert "已办结" in ann.page(proposal)
    assert "排他" in seoul.page(rights(novel))


def test_whom_a_proposal_names_is_masked_until_it_agreed(novel: Novel, opens: Opens) -> None:
    owners = [{"account": novel.accounts[name], "part": 1} for name in ("stranger", "seoul")]
    work = deposit(novel.callers["museum"], "of strangers", None, title="他乡")
    scope = {**WORLD, "since": "2026-01-01"}
    made = novel.propose(
        "museum", "strangers", act="claim", work_id=work["work_id"], scope=scope, owners=owners
    )
    one, other = opens("stranger"), opens("seoul")
    assert "某某novel-stranger" in one.page(f"/p/{made['id']}")
    for page in (one.page(f"/p/{made['id']}"), one.page("/rights")):
        assert "某某novel-seoul" not in page
    novel.agree(made["id"], "seoul")
    assert "某某novel-seoul" in one.page(f"/p/{made['id']}")
    assert "某某novel-stranger" not in other.page(f"/p/{made['id']}")


def test_a_form_of_another_site_binds_nobody(novel: Novel, ann: Browser) -> None:
    data = {**ASKED, "since": "2030-01-01", "until": "2031-12-31", "licensee": novel.accounts["seoul"]}
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        assert ann.http.post(f"{rights(novel)}/grant", data=data, headers=headers).status_code == 403


def test_a_division_is_looked_at_before_it_is_proposed(novel: Novel, ann: Browser) -> None:
    page = ann.page(f"{rights(novel)}/split", axis="rights", part="adaptation")
    assert "改编权" in page
    assert "各部分仍归原共同著作权人" in page
    assert "切分须落在权利项之内" in ann.page(f"{rights(novel)}/split", axis="time", day="1990-01-01")
    proposed = ann.send(f"{rights(novel)}/split", {"axis": "rights", "part": "adaptation"})
    assert "权利分割" in ann.page(proposed.headers["location"])


def test_what_is_others_is_said_to_be_hidden_and_not_to_be_unclaimed(
    novel: Novel, ann: Browser, tokyo: Browser
) -> None:
    page = tokyo.page(rights(novel))
    assert "权利项属于他人，不对本方公开" in page
    assert "还没有记录" not in page
    for path in (rights(novel), f"/e/{novel.estate_id}"):
        assert "凭接口密钥取用" in ann.page(path)


def test_only_an_owner_opens_the_forms(novel: Novel, tokyo: Browser) -> None:
    assert tokyo.http.get(f"{rights(novel)}/grant").status_code == 403
    assert tokyo.http.get(f"{rights(novel)}/split").status_code == 403


def variant(novel: Novel, **box: Any) -> dict[str, Any]:
    """A grant to Seoul that clashes with nothing."""
    scope = {**novel.japanese()["scope"], **box}
    return novel.japanese(licensee=novel.accounts["seoul"], kind="sole", scope=scope)


def field(page: str, name: str) -> str:
    """Give what stands in a field of a form."""
    [found] = re.findall(rf'<(?:textarea|input)[^>]* name="{name}"[^>]*', page)
    typed = re.search(r'value="([^"]*)"', found)
    return typed[1] if typed else re.findall(rf'name="{name}"[^>]*>([^<]*)</textarea>', page)[0]


def test_a_party_with_a_key_of_its_own_signs_what_the_page_gives_it(novel: Novel, opens: Opens) -> None:
    made = novel.propose("ann", "to be signed", **variant(novel, territories=["AT"], languages=["de"]))
    page, ben = f"/p/{made['id']}", opens("ben")
    shown = ben.page(page)
    assert novel.accounts["ben"] in shown
    assert made["intent"] in shown
    assert "同意并签名" not in shown
    file = ben.http.get(f"{page}/typed-data")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.json() == novel.callers["ben"].get(f"/v1/proposals/{made['id']}/typed-data")
    pasted = novel.signed(made["id"]).removeprefix("0x").upper()
    answer = ben.send(f"{page}/sign", {"signature": f"  {pasted[:66]}\n{pasted[66:]} "})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "1/3 方已同意" in ben.page(page)
    assert "粘贴签名" not in ben.page(page)
    [party] = (
        one for one in novel.callers["ben"].get(f"/v1/proposals/{made['id']}")["parties"] if one["how"]
    )
    assert (party["account"], party["how"]) == (novel.accounts["ben"], "own_key")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_signature_that_is_none_or_anothers_is_given_back_with_what_is_wrong(
    novel: Novel, opens: Opens, lang: str
) -> None:
    act = variant(novel, territories=["CH"], languages=["de"])
    made = novel.propose("ann", f"wrongly signed {lang}", **act)
    page, ben = f"/p/{made['id']}", opens("ben")
    ben.http.headers["Accept-Language"] = lang
    told = {
        "zh": ("这不是签名", "签名与所签内容或签署账户不符"),
        "en": ("is no signature", "is not this account"),
    }
    wrong = ("0x12 34 5x", novel.signed(made["id"], Account.create()))
    for pasted, words in zip(wrong, told[lang], strict=True):
        answer = ben.send(f"{page}/sign", {"signature": pasted})
        assert answer.status_code == 422
        assert words in said(answer.text)
        assert field(answer.text, "signature") == pasted
        assert 'aria-invalid="true"' in answer.text
    assert len(novel.callers["ben"].get(f"/v1/proposals/{made['id']}")["missing"]) == 3


def test_nobody_signs_who_is_not_asked_to_sign(
    novel: Novel, ann: Browser, stranger: Browser, opens: Opens
) -> None:
    made = novel.propose("ann", "not theirs", **variant(novel, territories=["BE"], languages=["nl"]))
    page, data = f"/p/{made['id']}", {"signature": novel.signed(made["id"])}
    assert ann.send(f"{page}/sign", data).status_code == 403, "her key is kept"
    assert opens("ben").send(f"{page}/agree", {}).status_code == 403, "his is not"
    assert opens("stranger").send(f"{page}/sign", data).status_code == 404
    assert opens("stranger").http.get(f"{page}/typed-data").status_code == 404
    assert stranger.http.get(f"{page}/typed-data").status_code == 403
    elsewhere = opens("ben").http.post(
        f"{page}/sign", data=data, headers={"Origin": "https://elsewhere.example"}
    )
    assert elsewhere.status_code == 403
    assert len(novel.callers["ben"].get(f"/v1/proposals/{made['id']}")["missing"]) == 3


def test_the_institution_agrees_with_its_own_key_that_is_here(novel: Novel, opens: Opens) -> None:
    scope = {**WORLD, "since": "2026-01-01"}
    work = deposit(novel.callers["museum"], "agreed on the page", None, title="馆藏")
    owners = [{"account": novel.accounts["ann"], "part": 1}]
    made = novel.propose(
        "museum", "museum agrees", act="claim", work_id=work["work_id"], scope=scope, owners=owners
    )
    museum = opens("museum")
    assert "同意并签名" in museum.page(f"/p/{made['id']}")
    assert museum.send(f"/p/{made['id']}/agree", {}).status_code == 303
    [how] = (one["how"] for one in novel.callers["ann"].get(f"/v1/proposals/{made['id']}")["parties"][:1])
    assert how == "own_key"


def test_who_is_suspended_agrees_to_nothing_on_the_page(novel: Novel, opens: Opens) -> None:
    novel.join("halted")
    act = variant(novel, territories=["LU"], languages=["fr"]) | {"licensee": novel.accounts["halted"]}
    made = novel.propose("ann", "halted", **act)
    halted = opens("halted")
    assert "同意并签名" in halted.page(f"/p/{made['id']}")
    ordered(novel, "suspend", account=novel.accounts["halted"])
    answer = halted.send(f"/p/{made['id']}/agree", {})
    assert answer.status_code == 422
    assert "已暂停，不能表示同意" in said(answer.text)
    assert novel.accounts["halted"] in novel.callers["ann"].get(f"/v1/proposals/{made['id']}")["missing"]


def ordered(novel: Novel, measure: str, **target: str) -> None:
    """File an order and carry it out with another hand."""
    now = int(time.time())
    order = {"authority": "试验监管方", "order_hash": "0x" + "e1" * 32, "measure": measure, **target}
    filing = {**order, "reason_code": "case-1", "occurred_at": now - DAY, "expires": now + DAY}
    until = {"effect_until": now + 30 * DAY}
    novel.house.caller(Scope.REGULATOR).done("/v1/orders", f"file {measure}", filing | until)
    novel.house.caller(Scope.OPERATOR).done("/v1/orders/execution", f"execute {measure}", order)


def test_a_paper_passes_through_two_hands_on_the_page_and_is_called_no_signature(
    novel: Novel, opens: Opens
) -> None:
    made = novel.propose("museum", "by paper", **variant(novel, territories=["IT"], languages=["it"]))
    page, party, paper = f"/p/{made['id']}", novel.accounts["ann"], "d4" * 32
    novel.agree(made["id"], "ben", "seoul")
    museum, operator = opens("museum"), opens("operator")
    assert operator.http.get(page).status_code == 404, "nothing waits for it yet"
    shown = museum.page(page)
    assert "为书面文件作见证" in shown
    assert party in shown
    assert novel.accounts["ben"] not in shown, "he has a key of his own"
    assert museum.send(f"{page}/attest", {"party": party, "paper": f"0x{paper.upper()}"}).status_code == 303
    assert "2/3 方已同意" in museum.page(page)
    assert "待复核人确认" in museum.page(page)
    assert page in operator.http.get("/rights").text
    shown = operator.page(page)
    assert "核对书面文件" in shown
    assert "某某novel-ann" in shown, "whose name is on the paper"
    form = operator.http.get(page).text
    assert (field(form, "party"), field(form, "paper")) == (party, paper)
    assert f'data-sha256="{paper}"' in form
    assert operator.send(f"{page}/confirm", {"party": party, "paper": paper}).status_code == 303
    assert novel.recorded(made["id"])["outcome"]["state"] == "settled"
    shown = museum.page(page)
    assert "3/3 方已同意" in shown
    assert "书面文件，见证人" in shown


def test_a_paper_is_refused_where_it_may_not_stand_or_was_not_looked_at(
    novel: Novel, ann: Browser, opens: Opens
) -> None:
    made = novel.propose("museum", "no paper", **variant(novel, territories=["ES"], languages=["es"]))
    page, party = f"/p/{made['id']}", novel.accounts["ann"]
    museum, operator = opens("museum"), opens("operator")
    short = museum.send(f"{page}/attest", {"party": party, "paper": "12"})
    assert (short.status_code, "应为 64 位" in said(short.text)) == (422, True)
    typed = re.search(rf'value="{party}".*?name="paper" value="([^"]*)"', short.text, re.DOTALL)
    assert typed is not None
    assert typed[1] == "12"
    own = museum.send(f"{page}/attest", {"party": novel.accounts["ben"], "paper": "d5" * 32})
    assert own.status_code == 422, "he signs himself"
    first = {"party": party, "paper": "d6" * 32}
    assert ann.send(f"{page}/attest", first).status_code == 403
    assert museum.send(f"{page}/attest", first).status_code == 303
    assert museum.send(f"{page}/confirm", first).status_code == 403, "it takes another hand"
    assert museum.send(f"{page}/attest", first | {"paper": "d7" * 32}).status_code == 303
    late = operator.http.post(
        f"{page}/confirm", data=first, headers={"Origin": operator.url, "Accept": "text/html"}
    )
    assert (late.status_code, "与您核对的不是同一份" in said(late.text)) == (409, True)
    assert party in novel.callers["ann"].get(f"/v1/proposals/{made['id']}")["missing"]


def test_a_party_declines_with_a_reason_that_everybody_concerned_reads(
    novel: Novel, ann: Browser, opens: Opens
) -> None:
    made = novel.propose("ann", "declined", **variant(novel, territories=["PT"], languages=["pt"]))
    page, seoul = f"/p/{made['id']}", opens("seoul")
    assert "撤回拟议" not in seoul.page(page)
    empty = seoul.send(f"{page}/withdraw", {"reason": "  "})
    assert (empty.status_code, "请写明理由" in said(empty.text)) == (422, True)
    long = seoul.send(f"{page}/withdraw", {"reason": "不" * 501})
    assert (long.status_code, field(long.text, "reason")) == (422, "不" * 501)
    assert seoul.send(f"{page}/withdraw", {"reason": " 条件<不合> "}).status_code == 303
    for browser in (ann, seoul):
        assert "已撤回" in browser.page(page)
        assert "终止的理由：条件<不合>" in browser.page(page)
    assert "不同意并终止拟议" not in seoul.page(page)
    assert ann.send(f"{page}/agree", {}).status_code == 409


def test_only_whoever_made_a_proposal_or_is_a_party_ends_it_while_it_waits(
    novel: Novel, ann: Browser, opens: Opens
) -> None:
    made = novel.propose("ann", "not to end", **variant(novel, territories=["GR"], languages=["el"]))
    page, why = f"/p/{made['id']}", {"reason": "改期"}
    museum = opens("museum")
    assert "待各方同意" in museum.page(page), "it registered the work"
    assert "撤回拟议" not in museum.page(page)
    assert museum.send(f"{page}/withdraw", why).status_code == 403
    assert opens("operator").send(f"{page}/withdraw", why).status_code == 403
    assert opens("stranger").send(f"{page}/withdraw", why).status_code == 404
    novel.agree(made["id"], "ann")
    assert "撤回拟议" in ann.page(page)
    assert ann.send(f"{page}/withdraw", why).status_code == 303
    assert novel.callers["ann"].get(f"/v1/proposals/{made['id']}")["reason"] == "改期"


def test_who_is_to_acquire_an_estate_reads_what_goes_along_and_no_names(
    novel: Novel, ann: Browser, opens: Opens
) -> None:
    shares = [{"account": novel.accounts["stranger"], "part": 1}]
    act = {"act": "assign", "estate_id": novel.estate_id, "owners": shares, "agreement": AGREEMENT}
    page = f"/p/{novel.propose('ann', 'acquired on the page', **act)['id']}"
    acquirer = opens("stranger")
    shown = acquirer.page(page)
    assert "负担的许可" in shown
    assert "专有 翻译权 · 日本 · 日语 · 电子书" in shown
    assert "某某novel-tokyo" not in shown
    assert novel.grant_id not in acquirer.http.get(page).text
    assert "某某novel-tokyo" in ann.page(page), "she may see it"
    assert acquirer.send(f"{page}/withdraw", {"reason": "负担过重"}).status_code == 303
    assert "负担的许可" not in acquirer.page(page)


def test_rights_are_taken_as_files_from_the_page_by_whoever_sees_them(
    novel: Novel, tokyo: Browser, stranger: Browser, opens: Opens
) -> None:
    page = tokyo.http.get(rights(novel)).text
    assert f'href="{rights(novel)}.odrl.jsonld"' in page
    assert f'action="{rights(novel)}.onix.xml"' in page
    twin = novel.callers["tokyo"].http.get(f"/v1{rights(novel).replace('/w/', '/works/')}.odrl.jsonld")
    assert tokyo.http.get(f"{rights(novel)}.odrl.jsonld").content == twin.content
    asked = {"right": "translation", "language": "ja", "medium": "ebook", "publisher": "例社", "isbn": ""}
    message = tokyo.http.get(f"{rights(novel)}.onix.xml", params=asked)
    assert message.status_code == 200, message.text
    assert len(list(read_onix(message.content))) == 1
    unsaid = {name: value for name, value in asked.items() if name != "right"}
    assert tokyo.http.get(f"{rights(novel)}.onix.xml", params=unsaid).json()["title"] == "rights-missing"
    for browser, status in ((stranger, 403), (opens("stranger"), 404)):
        for file in ("odrl.jsonld", "onix.xml"):
            assert browser.http.get(f"{rights(novel)}.{file}", params=asked).status_code == status
        assert ".odrl.jsonld" not in browser.http.get(rights(novel)).text


def test_a_regulator_reads_all_with_people_masked(novel: Novel, opens: Opens) -> None:
    key = novel.house.keys[Scope.REGULATOR]
    browser = opens()
    token = browser.send("/sign-in", {"key": key}).cookies["qianyin"]
    browser.http.cookies.set("qianyin", token)
    page = browser.page(rights(novel), **ASKED)
    assert "监管方视图" in page
    assert "某某novel-ben" not in page
