"""The fixed lists behind the masks of a scope: which bit is which right, territory, language, medium. Pure.

Solidity knows of them only how many bits are assigned. A list only grows at its end, and with it `VERSION`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from indexer.rights import territories as lines

VERSION = 1
"""Of all four lists together."""
FIRST_ITEM = 5
"""Item of article 10 of the copyright law that bit 0 of the rights is."""


@dataclass(frozen=True, slots=True)
class Code:
    """One assigned bit.

    Attributes:
        bit: its place in the mask.
        code: ISO 3166-1 alpha-2, BCP 47, or a short English name.
        zh: name in Chinese.
        en: name in English.
        others: what people write instead, in either language.
    """

    bit: int
    code: str
    zh: str
    en: str
    others: tuple[str, ...] = ()

    @property
    def mask(self) -> int:
        """The mask that has this bit alone."""
        return 1 << self.bit


@dataclass(frozen=True, slots=True)
class Group:
    """A name for several codes, for input and display; what is stored is the codes."""

    zh: str
    en: str
    mask: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """One of the four lists.

    Attributes:
        zh: what its members are called in Chinese.
        en: the same in English.
        width: bits of the mask.
        codes: the assigned bits, `codes[n]` being bit n.
        every: the name of all assigned codes.
        boundless: the name of all bits, those that are not assigned too: everything, known or not.
        unlisted: the name of all bits that are not assigned.
        groups: further names for several codes.
    """

    zh: str
    en: str
    width: int
    codes: tuple[Code, ...]
    every: Group
    boundless: Group
    unlisted: Group
    groups: tuple[Group, ...] = ()

    @property
    def assigned(self) -> int:
        """The mask of all assigned bits."""
        return self.every.mask

    @property
    def full(self) -> int:
        """The mask of all bits."""
        return self.boundless.mask

    def of(self, mask: int) -> tuple[Code, ...]:
        """List the codes of a mask, in order; bits that are not assigned are not among them."""
        return tuple(code for code in self.codes if mask >> code.bit & 1)

    def mask(self, codes: Iterable[str]) -> int:
        """Give the mask of codes.

        Raises:
            KeyError: one is not in the list.
        """
        known = {code.code: code.mask for code in self.codes}
        found = 0
        for code in codes:
            found |= known[code]
        return found

    def names(self) -> Iterator[tuple[str, int]]:
        """Go through all names, those of groups too, each with its mask."""
        groups = (self.every, self.boundless, self.unlisted, *self.groups)
        named: tuple[Code | Group, ...] = (*self.codes, *groups)
        for one in named:
            yield from ((name, one.mask) for name in (one.zh, one.en, *one.others))

    def rest(self, mask: int) -> int:
        """Give the assigned codes that are not in the mask: "the rest of the world" as it is on this day."""
        return self.assigned & ~mask


def _codes(rows: Iterable[tuple[str, ...]]) -> tuple[Code, ...]:
    return tuple(Code(bit, row[0], row[1], row[2], row[3:]) for bit, row in enumerate(rows))


def _territories() -> tuple[Code, ...]:
    rows = (line.split(maxsplit=2) for line in lines.TERRITORIES.strip().splitlines())
    return _codes((code, zh, en, *_OTHER_TERRITORIES.get(code, ())) for code, zh, en in rows)


def _groups(codes: tuple[Code, ...]) -> tuple[Group, ...]:
    masks = {code.code: code.mask for code in codes}
    rows = (line.split("|") for line in lines.GROUPS.strip().splitlines())
    return tuple(Group(zh, en, sum(masks[code] for code in members.split())) for zh, members, en in rows)


def _low(bits: int) -> int:
    return (1 << bits) - 1


_OTHER_TERRITORIES: dict[str, tuple[str, ...]] = {
    "AE": ("阿联酋", "UAE"),
    "AG": ("Antigua",),
    "BA": ("波黑", "Bosnia"),
    "CD": ("刚果民主共和国", "DR Congo"),
    "CG": ("刚果共和国", "Republic of the Congo"),
    "CI": ("象牙海岸", "Ivory Coast"),
    "CN": ("大陆", "内地", "中国内地", "China mainland", "mainland of China"),
    "CV": ("Cabo Verde",),
    "CZ": ("捷克共和国", "Czech Republic"),
    "DO": ("多米尼加",),
    "FK": ("福克兰群岛", "Falkland Islands"),
    "GB": ("大不列颠", "UK", "Great Britain"),
    "HK": ("香港", "中国香港特别行政区", "Hong Kong", "Hong Kong SAR"),
    "ID": ("印尼",),
    "KP": ("Democratic People's Republic of Korea", "DPRK"),
    "KR": ("大韩民国", "Republic of Korea"),
    "LA": ("Lao PDR",),
    "MK": ("Macedonia",),
    "MM": ("Burma",),
    "MO": ("澳门", "中国澳门特别行政区", "Macao", "Macau", "Macao SAR"),
    "NZ": ("纽西兰",),
    "PS": ("巴勒斯坦领土", "Palestinian Territories"),
    "RU": ("俄国", "Russian Federation"),
    "SZ": ("Swaziland",),
    "TR": ("Turkey",),
    "TW": ("台湾", "台湾地区", "中国台湾地区", "Taiwan"),
    "US": ("美利坚合众国", "USA", "United States of America"),
    "VA": ("梵蒂冈城国", "Holy See"),
    "VN": ("Viet Nam",),
}

_RIGHTS = (
    ("reproduction", "复制权", "reproduction right", "复制", "reproduction"),
    ("distribution", "发行权", "distribution right", "发行", "distribution"),
    ("rental", "出租权", "rental right", "出租", "rental"),
    ("exhibition", "展览权", "exhibition right", "展览", "exhibition"),
    ("performance", "表演权", "performance right", "表演", "performance"),
    ("projection", "放映权", "projection right", "放映", "projection"),
    ("broadcasting", "广播权", "broadcasting right", "广播", "broadcasting"),
    (
        *(
            "network_communication",
            "信息网络传播权",
            "network communication right",
            "信息网络传播",
            "网络传播权",
        ),
        *("网络传播", "network communication", "communication through information networks"),
    ),
    ("cinematography", "摄制权", "cinematography right", "摄制", "cinematography"),
    ("adaptation", "改编权", "adaptation right", "改编", "adaptation"),
    ("translation", "翻译权", "translation right", "翻译", "translation"),
    ("compilation", "汇编权", "compilation right", "汇编", "compilation"),
    ("other", "其他权利", "other rights", "应当由著作权人享有的其他权利"),
)
_LANGUAGES = (
    ("zh-Hans", "简体中文", "Simplified Chinese", "中文简体", "简体", "简体字", "简体字版"),
    ("zh-Hant", "繁体中文", "Traditional Chinese", "中文繁体", "繁体", "繁体字", "正体中文", "繁体字版"),
    ("mn", "蒙古语", "Mongolian", "蒙古文", "蒙语"),
    ("bo", "藏语", "Tibetan", "藏文"),
    ("ug", "维吾尔语", "Uyghur", "维吾尔文", "维语"),
    ("kk", "哈萨克语", "Kazakh", "哈萨克文"),
    ("ko", "朝鲜语（韩语）", "Korean", "朝鲜语", "朝鲜文", "韩语", "韩文"),
    ("ii", "彝语", "Yi", "彝文", "Sichuan Yi"),
    ("za", "壮语", "Zhuang", "壮文"),
    ("ky", "柯尔克孜语", "Kyrgyz", "柯尔克孜文", "吉尔吉斯语"),
    ("sjo", "锡伯语", "Xibe", "锡伯文"),
    ("en", "英语", "English", "英文"),
    ("ja", "日语", "Japanese", "日文"),
    ("de", "德语", "German", "德文"),
    ("fr", "法语", "French", "法文"),
    ("es", "西班牙语", "Spanish", "西班牙文", "西语"),
    ("pt", "葡萄牙语", "Portuguese", "葡萄牙文", "葡语"),
    ("it", "意大利语", "Italian", "意大利文"),
    ("ru", "俄语", "Russian", "俄文"),
    ("ar", "阿拉伯语", "Arabic", "阿拉伯文"),
    ("vi", "越南语", "Vietnamese", "越南文"),
    ("th", "泰语", "Thai", "泰文"),
    ("id", "印度尼西亚语", "Indonesian", "印尼语", "印尼文"),
    ("ms", "马来语", "Malay", "马来文"),
    ("fil", "菲律宾语", "Filipino", "他加禄语", "Tagalog"),
    ("my", "缅甸语", "Burmese", "缅甸文"),
    ("km", "高棉语", "Khmer", "柬埔寨语", "柬埔寨文"),
    ("lo", "老挝语", "Lao", "老挝文"),
    ("hi", "印地语", "Hindi", "印地文"),
    ("bn", "孟加拉语", "Bengali", "孟加拉文", "Bangla"),
    ("ta", "泰米尔语", "Tamil", "泰米尔文"),
    ("te", "泰卢固语", "Telugu"),
    ("mr", "马拉地语", "Marathi"),
    ("ur", "乌尔都语", "Urdu", "乌尔都文"),
    ("ne", "尼泊尔语", "Nepali", "尼泊尔文"),
    ("si", "僧伽罗语", "Sinhala"),
    ("fa", "波斯语", "Persian", "波斯文", "Farsi"),
    ("he", "希伯来语", "Hebrew", "希伯来文"),
    ("tr", "土耳其语", "Turkish", "土耳其文"),
    ("az", "阿塞拜疆语", "Azerbaijani"),
    ("uz", "乌兹别克语", "Uzbek", "乌兹别克文"),
    ("ka", "格鲁吉亚语", "Georgian"),
    ("hy", "亚美尼亚语", "Armenian"),
    ("uk", "乌克兰语", "Ukrainian"),
    ("pl", "波兰语", "Polish", "波兰文"),
    ("cs", "捷克语", "Czech", "捷克文"),
    ("sk", "斯洛伐克语", "Slovak"),
    ("hu", "匈牙利语", "Hungarian", "匈牙利文"),
    ("ro", "罗马尼亚语", "Romanian"),
    ("bg", "保加利亚语", "Bulgarian"),
    ("sr", "塞尔维亚语", "Serbian"),
    ("hr", "克罗地亚语", "Croatian"),
    ("sl", "斯洛文尼亚语", "Slovenian"),
    ("el", "希腊语", "Greek", "希腊文"),
    ("nl", "荷兰语", "Dutch", "荷兰文"),
    ("ca", "加泰罗尼亚语", "Catalan"),
    ("sv", "瑞典语", "Swedish", "瑞典文"),
    ("da", "丹麦语", "Danish", "丹麦文"),
    ("no", "挪威语", "Norwegian", "挪威文"),
    ("fi", "芬兰语", "Finnish", "芬兰文"),
    ("et", "爱沙尼亚语", "Estonian"),
    ("lv", "拉脱维亚语", "Latvian"),
    ("lt", "立陶宛语", "Lithuanian"),
    ("sw", "斯瓦希里语", "Swahili"),
)
_MEDIA = (
    ("print", "纸质", "print", "纸质书", "纸质图书", "纸书", "纸介质", "纸质出版物", "print book", "paper"),
    ("ebook", "电子书", "e-book", "电子图书", "ebook"),
    ("audio", "音频", "audio", "有声书", "有声读物", "audiobook"),
    ("web", "网络", "web", "网站", "互联网", "website"),
    ("app", "应用程序", "app", "应用", "application"),
    ("game", "游戏", "game", "网络游戏", "电子游戏", "games"),
    ("xr", "扩展现实", "XR", "虚拟现实", "增强现实", "extended reality"),
    ("exhibition", "展览", "exhibition", "展示"),
    ("periodical", "报刊", "periodical", "期刊", "报纸", "杂志", "periodicals", "newspaper", "magazine"),
    ("broadcast", "广播电视", "broadcast", "电视", "television"),
    ("film", "影视", "film", "电影", "影视作品"),
    ("stage", "舞台", "stage", "舞台剧", "话剧"),
    ("merchandise", "衍生品", "merchandise", "周边", "文创产品"),
    ("accessible", "无障碍格式", "accessible format", "盲文", "大字版", "accessible", "braille"),
    ("database", "数据库", "database"),
    ("other", "其他媒介", "other media"),
)

_TERRITORY_CODES = _territories()

RIGHTS = CodeList(
    zh="财产权",
    en="right",
    width=16,
    codes=_codes(_RIGHTS),
    every=Group("全部财产权", "all property rights", _low(13), ("全部权利", "all rights")),
    boundless=Group("不限权利", "any right", _low(16)),
    unlisted=Group("未列权利", "unlisted rights", _low(16) ^ _low(13)),
)
"""Bit n is item 5 + n of article 10; no scope has the three bits that are not assigned."""
TERRITORIES = CodeList(
    zh="国家/地区",
    en="country or region",
    width=256,
    codes=_TERRITORY_CODES,
    every=Group(
        "全世界", "worldwide", _low(249), ("全球", "全部国家/地区", "world", "the world", "all countries")
    ),
    boundless=Group("不限国家/地区", "any country or region", _low(256), ("不限地域", "不限地区")),
    unlisted=Group("未列国家/地区", "unlisted countries or regions", _low(256) ^ _low(249)),
    groups=_groups(_TERRITORY_CODES),
)
LANGUAGES = CodeList(
    zh="语言",
    en="language",
    width=128,
    codes=_codes(_LANGUAGES),
    every=Group("全部语言", "all languages", _low(64), ("全部语种", "各语种", "所有语言", "所有语种")),
    boundless=Group("不限语言", "any language", _low(128), ("不限语种",)),
    unlisted=Group("未列语言", "unlisted languages", _low(128) ^ _low(64)),
    groups=(
        Group(
            "中文（简体与繁体）", "Chinese, Simplified and Traditional", 0b11, ("简繁体中文", "中文简繁体")
        ),
    ),
)
MEDIA = CodeList(
    zh="媒介",
    en="medium",
    width=32,
    codes=_codes(_MEDIA),
    every=Group("全部媒介", "all media", _low(16), ("全媒介", "所有媒介", "全部媒体")),
    boundless=Group("不限媒介", "any medium", _low(32), ("不限载体",)),
    unlisted=Group("未列媒介", "unlisted media", _low(32) ^ _low(16)),
)

LISTS: tuple[CodeList, ...] = (RIGHTS, TERRITORIES, LANGUAGES, MEDIA)
"""In the order of a scope's masks."""

MORAL_RIGHTS = _codes(
    (
        ("publication", "发表权", "right of publication"),
        ("attribution", "署名权", "right of attribution"),
        ("alteration", "修改权", "right of alteration"),
        ("integrity", "保护作品完整权", "right of integrity"),
    )
)
"""Bit n is item 1 + n of article 10; recorded, never granted."""

SEVERAL_MEANINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "中国": ("中国大陆", "中国（含港澳台）"),
        "China": ("Mainland China", "China including Hong Kong, Macao and Taiwan"),
        "中文": ("简体中文", "繁体中文", "中文（简体与繁体）"),
        "汉语": ("简体中文", "繁体中文", "中文（简体与繁体）"),
        "Chinese": ("Simplified Chinese", "Traditional Chinese", "Chinese, Simplified and Traditional"),
        "刚果": ("刚果（金）", "刚果（布）"),
        "Congo": ("Congo (Kinshasa)", "Congo (Brazzaville)"),
        "圣马丁": ("法属圣马丁", "荷属圣马丁"),
        "Korea": ("South Korea", "North Korea"),
    }
)
"""Words that people write and that mean more than one thing here: they are asked which."""
