"""The columns of a sheet of existing contracts: what they are called in Chinese and English. Pure.

What is paid for a right is nobody's business here, so columns of money are not taken in at all.
"""

from __future__ import annotations

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


def _column(name: str, zh: str, en: str, longest: int) -> Column:
    """A column: its headings in Chinese, a blank between them, and in English, a comma; the first is its label."""
    return Column(
        name, tuple(zh.split()), tuple(en.split(", ")), Visibility.INTERNAL, Role.INSTRUCTION, longest
    )


def _dropped(name: str, zh: str, en: str) -> Column:
    return Column(name, tuple(zh.split()), tuple(en.split(", ")), Visibility.NEVER, Role.DROPPED, 0)


CONTRACTS: Final = Headings(
    (
        _column(
            "work",
            "作品 作品名称 作品名 书名 题名 标题 原作 作品题名 著作 著作名称 图书 图书名称 图书书名 原著 原书名",
            "Work, title, work title, book, work name, name of work, book title, name of book",
            LONGEST_NAME,
        ),
        _column(
            "work_number",
            "作品编号 ISBN 书号 存证号 存证编号 作品登记号 作品标识 图书编号 国际标准书号",
            "Work number, work id, isbn 13, deposit number, registration number, work no, isbn, "
            "isbn no, isbn number",
            LONGEST_NAME,
        ),
        _column(
            "licensor",
            "授权方 许可人 许可方 授权人 权利人 甲方 授权单位 授权机构 许可单位 版权方 版权人 版权所有人 "
            "著作权人 权利方",
            "Licensor, grantor, rights holder, owner, proprietor, licenser, licensor name, "
            "rightsholder, rights owner, copyright owner, copyright holder, party a",
            LONGEST_NAME,
        ),
        _column(
            "licensee",
            "被授权方 被许可人 被许可方 被授权人 乙方 被授权单位 被授权机构 被许可单位 受许可人 受许可方 引进方 "
            "使用方",
            "Licensee, grantee, licencee, licensee name, party b",
            LONGEST_NAME,
        ),
        _column(
            "kind",
            "许可种类 授权性质 授权类型 许可性质 许可方式 专有性 种类 授权种类 授权方式 授权类别 许可类型 "
            "许可类别",
            "Kind, type, exclusivity, kind of licence, license type, licence type, license kind, "
            "kind of license, type of licence, type of license, kind of grant, type of grant",
            LONGEST_NAME,
        ),
        _column(
            "rights",
            "权利 授权权利 权利种类 权利类型 许可权利 权利项 权利内容 授权内容 授权权项 授予权利 授权的权利 "
            "许可的权利",
            "Rights, right, rights granted, granted rights, rights licensed, licensed rights, right granted",
            LONGEST_TERM,
        ),
        _column(
            "territories",
            "地域 国家/地区 授权地域 授权区域 地区 区域 国家 地域范围 授权地区 授权国家 授权地域范围 许可地域 "
            "许可地区 许可区域 国家或地区 国家地区",
            "Territories, territory, countries, country or region, area, region, regions, country, "
            "countries or regions, licensed territory, territories granted",
            LONGEST_TERM,
        ),
        _column(
            "languages",
            "语言 语种 授权语种 文种 语言版本 授权语言 授权文种 许可语言 许可语种",
            "Languages, language, licensed language, licensed languages, language edition",
            LONGEST_TERM,
        ),
        _column(
            "media",
            "媒介 载体 介质 授权介质 形式 版本形式 媒体 授权媒介 授权媒体 授权载体 许可媒介 出版形式 使用形式",
            "Media, medium, format, formats, licensed media, licensed formats, media format",
            LONGEST_TERM,
        ),
        _column(
            "from",
            "起始日期 起始日 生效日期 开始日期 授权起始 自 起日 起始时间 开始日 开始时间 生效日 生效时间 "
            "授权起始日 授权起始日期 授权开始日 授权开始日期 许可起始日 许可起始日期 合同起始日 合同起始日期 "
            "合同生效日 合同生效日期 期限起 授权期起 有效期起 有效期自",
            "From, start, start date, effective date, begins, from date, begin, begin date, "
            "start of term, term start, term from, commencement, commencement date, effective, "
            "effective from, valid from, licence start, license start",
            LONGEST_NAME,
        ),
        _column(
            "until",
            "截止日期 截止日 到期日 终止日期 结束日期 授权截止 至 止日 终止日 终止时间 届满日 届满日期 期满日 "
            "期满日期 到期日期 到期时间 结束日 结束时间 截止时间 失效日 失效日期 授权截止日 授权截止日期 "
            "授权终止日 授权终止日期 授权到期日 授权到期日期 授权届满日 许可截止日 许可截止日期 许可终止日 "
            "合同截止日 合同截止日期 合同终止日 合同终止日期 合同到期日 合同到期日期 合同届满日 期限止 授权期止 "
            "有效期止 有效期至",
            "Until, end, end date, expiry, expiry date, expires, to, until date, to date, ends, "
            "ends on, end of term, term end, term to, expires on, expiration, expiration date, "
            "termination date, valid until, valid to, valid through, last day, licence end, "
            "license end, licence expiry, license expiry, contract end, contract expiry",
            LONGEST_NAME,
        ),
        _column(
            "sublicensable",
            "可转授权 转授权 可否转授权 是否可转授权 能否转授权 是否允许转授权 允许转授权 可否再许可 可再许可 "
            "转许可",
            "Sublicensable, sub licensable, sublicence, sublicensing, sub licence, sublicense, "
            "sub license, sub licensing, sublicensing allowed, may sublicense",
            LONGEST_NAME,
        ),
        _column(
            "signed_on",
            "签订日期 签约日期 签署日期 签订日 签约日 签署日 签字日期 签订时间 签约时间 签署时间 合同日期 "
            "合同签订日 合同签订日期 合同签署日期 协议日期 协议签订日期 订立日期",
            "Signed on, signed, date signed, contract date, signing date, signed date, signature date, "
            "date of signing, date of signature, date of contract, date of agreement, agreement date",
            LONGEST_NAME,
        ),
        _column(
            "number",
            "合同编号 协议编号 合同号 协议号 合同编码 合同书编号 协议书编号 协议编码 授权书编号",
            "Agreement number, contract number, contract no, contract no., agreement no, agreement, "
            "contract id, agreement id, agreement no., contract, contract ref, contract reference, "
            "agreement reference",
            LONGEST_NAME,
        ),
        _column(
            "scan",
            "扫描件 合同扫描件 文件 附件 扫描文件 合同扫描 扫描 扫描文件名 合同文件 合同附件 协议扫描件 附件名",
            "Scan, file, file of the scan, attachment, scan file, scanned contract, scanned file, "
            "contract file, file name, filename",
            LONGEST_PATH,
        ),
        _column(
            "renewal",
            "自动续约 续约 自动续期 续展 自动续展 是否自动续约 续约条款 续约方式 续期",
            "Auto-renewal, renewal, automatic renewal, auto renew, renewals, renewal terms",
            LONGEST_TERM,
        ),
        _column(
            "sell_off",
            "清库存期（天） 清库期 库存清理期 到期后销售期 销售延长期",
            "Sell-off after expiry (days), sell off, sell-off (days), sell off days, sell off period",
            LONGEST_NAME,
        ),
        _column(
            "option",
            "优先权至 优先续约权至 选择权至 优先权",
            "Option until, option, first refusal until",
            LONGEST_TERM,
        ),
        _column(
            "reversion",
            "权利回归 回归条件 权利收回 收回条件",
            "Reversion, reversion condition, rights revert",
            LONGEST_NOTE,
        ),
        _column(
            "notes",
            "备注 附注 说明 说明事项 其他说明 备考",
            "Notes, note, remarks, comment, comments, remark",
            LONGEST_NOTE,
        ),
        _dropped(
            "royalty",
            "版税 版税率",
            "Royalty, royalties, royalty rate",
        ),
        _dropped(
            "advance",
            "预付款 预付金 预付版税",
            "Advance, advance payment",
        ),
        _dropped(
            "payment",
            "稿酬 报酬 授权费 费用 金额 价款",
            "Payment, fee, remuneration, amount, price",
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
