"""The columns of a sheet of existing contracts: what they are called in Chinese and English. Pure.

What is paid for a right is nobody's business here, so columns of money are not taken in at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from service.files.lookalikes import skeleton
from service.intake.columns import Column, Headings, Role, Visibility
from service.intake.limits import LONGEST_PATH

LONGEST_NAME: Final = 300
"""Characters of a title or of a party."""
LONGEST_TERM: Final = 2_000
"""Characters of a cell that says what was granted."""
LONGEST_NOTE: Final = 10_000
MOST_CONTRACTS: Final = 10_000
"""Rows of one sheet."""


def _column(name: str, zh: Iterable[str], en: Iterable[str], longest: int) -> Column:
    return Column(name, tuple(zh), tuple(en), Visibility.INTERNAL, Role.INSTRUCTION, longest)


def _dropped(name: str, zh: tuple[str, ...], en: tuple[str, ...]) -> Column:
    return Column(name, zh, en, Visibility.NEVER, Role.DROPPED, 0)


CONTRACTS: Final = Headings(
    (
        _column(
            "work",
            ("作品", "作品名称", "作品名", "书名", "题名", "标题", "原作"),
            ("Work", "title", "work title", "book"),
            LONGEST_NAME,
        ),
        _column(
            "work_number",
            ("作品编号", "ISBN", "书号", "存证号", "存证编号", "作品登记号", "作品标识"),
            ("Work number", "work id", "isbn 13", "deposit number", "registration number"),
            LONGEST_NAME,
        ),
        _column(
            "licensor",
            ("授权方", "许可人", "许可方", "授权人", "权利人", "甲方"),
            ("Licensor", "grantor", "rights holder", "owner", "proprietor"),
            LONGEST_NAME,
        ),
        _column(
            "licensee",
            ("被授权方", "被许可人", "被许可方", "被授权人", "乙方"),
            ("Licensee", "grantee"),
            LONGEST_NAME,
        ),
        _column(
            "kind",
            ("许可种类", "授权性质", "授权类型", "许可性质", "许可方式", "专有性", "种类"),
            ("Kind", "type", "exclusivity", "kind of licence", "license type"),
            LONGEST_NAME,
        ),
        _column(
            "rights",
            ("权利", "授权权利", "权利种类", "权利类型", "许可权利"),
            ("Rights", "right", "rights granted"),
            LONGEST_TERM,
        ),
        _column(
            "territories",
            ("地域", "国家/地区", "授权地域", "授权区域", "地区", "区域", "国家"),
            ("Territories", "territory", "countries", "country or region", "area"),
            LONGEST_TERM,
        ),
        _column("languages", ("语言", "语种", "授权语种", "文种"), ("Languages", "language"), LONGEST_TERM),
        _column(
            "media",
            ("媒介", "载体", "介质", "授权介质", "形式", "版本形式"),
            ("Media", "medium", "format", "formats"),
            LONGEST_TERM,
        ),
        _column(
            "from",
            ("起始日期", "起始日", "生效日期", "开始日期", "授权起始", "自"),
            ("From", "start", "start date", "effective date", "begins"),
            LONGEST_NAME,
        ),
        _column(
            "until",
            ("截止日期", "截止日", "到期日", "终止日期", "结束日期", "授权截止", "至"),
            ("Until", "end", "end date", "expiry", "expiry date", "expires", "to"),
            LONGEST_NAME,
        ),
        _column(
            "sublicensable",
            ("可转授权", "转授权", "可否转授权", "是否可转授权"),
            ("Sublicensable", "sub licensable", "sublicence", "sublicensing", "sub licence"),
            LONGEST_NAME,
        ),
        _column(
            "signed_on",
            ("签订日期", "签约日期", "签署日期", "签订日", "签约日"),
            ("Signed on", "signed", "date signed", "contract date"),
            LONGEST_NAME,
        ),
        _column(
            "number",
            ("合同编号", "协议编号", "合同号", "协议号"),
            (
                "Agreement number",
                "contract number",
                "contract no",
                "contract no.",
                "agreement no",
                "agreement",
            ),
            LONGEST_NAME,
        ),
        _column(
            "scan",
            ("扫描件", "合同扫描件", "文件", "附件", "扫描文件"),
            ("Scan", "file", "file of the scan", "attachment"),
            LONGEST_PATH,
        ),
        _column(
            "renewal",
            ("自动续约", "续约", "自动续期", "续展"),
            ("Auto-renewal", "renewal", "automatic renewal"),
            LONGEST_TERM,
        ),
        _column(
            "sell_off",
            ("清库存期（天）", "清库期", "库存清理期", "到期后销售期", "销售延长期"),
            (
                "Sell-off after expiry (days)",
                "sell off",
                "sell-off (days)",
                "sell off days",
                "sell off period",
            ),
            LONGEST_NAME,
        ),
        _column(
            "option",
            ("优先权至", "优先续约权至", "选择权至", "优先权"),
            ("Option until", "option", "first refusal until"),
            LONGEST_TERM,
        ),
        _column(
            "reversion",
            ("权利回归", "回归条件", "权利收回", "收回条件"),
            ("Reversion", "reversion condition", "rights revert"),
            LONGEST_NOTE,
        ),
        _column("notes", ("备注", "附注", "说明"), ("Notes", "note", "remarks", "comment"), LONGEST_NOTE),
        _dropped("royalty", ("版税", "版税率"), ("Royalty", "royalties", "royalty rate")),
        _dropped("advance", ("预付款", "预付金", "预付版税"), ("Advance", "advance payment")),
        _dropped(
            "payment",
            ("稿酬", "报酬", "授权费", "费用", "金额", "价款"),
            ("Payment", "fee", "remuneration", "amount", "price"),
        ),
    ),
    ("work", "licensor", "licensee"),
)
"""The headings of a sheet of contracts, in the order in which one is written."""

_BY_LOOK: Final = {
    skeleton(heading.casefold()): column
    for column in CONTRACTS.columns.values()
    for heading in (*column.zh, *column.en)
}


def looks_like(text: str) -> Column | None:
    """The column that a heading, unknown as it is, can be taken for: one letter of another script is enough."""
    return _BY_LOOK.get(skeleton(text.casefold()))
