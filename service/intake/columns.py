"""The columns of a sheet of works: what they are called in Chinese and English, and who may read them. Pure.

Visibility (domain rule 17): `public` goes into the manifest, for everybody and for ever; `internal` is encrypted
and committed to; `never` is not taken in at all. A heading may end in its own word, as in `递藏经过（公开）` or
`Provenance (public)`; a column whose heading is not known here is internal unless it says so.

Why some are as they are: a museum prints credit line and maker on its labels, so they are public. Provenance
names donors, dealers and heirs, living ones among them, and a manifest cannot be taken back: internal, and an
institution that has published its provenance says so in the heading. When a thing was acquired tells the donor's
year together with that, so it goes with provenance; the department is nobody's concern but the museum's. The
number of the source record names a record that is public already, and is what finds it again. Storage place,
grade and valuation never leave, whatever a heading says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from service.files.facts import FACTS
from service.files.statement import LONGEST_TITLE
from service.intake.limits import LONGEST_CELL, LONGEST_PATH, LONGEST_WORD


class Visibility(StrEnum):
    """Who may read a column."""

    PUBLIC = "public"
    INTERNAL = "internal"
    NEVER = "never"


class Role(StrEnum):
    """What a column is for: a fact about the work, an instruction on what to do with it, or neither."""

    FACT = "fact"
    INSTRUCTION = "instruction"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Column:
    """A known column.

    The first of the Chinese and of the English headings is its label; `visibility` is who may read it when its
    heading does not say.
    """

    name: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    visibility: Visibility
    role: Role
    longest: int
    """Characters one of its cells may have; 0 where they are not taken in at all."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as understood.

    `column` is `None` for one of the sheet's own; `text` is the heading without its word of visibility, and
    `stated` that word, if it had one.
    """

    column: Column | None
    text: str
    stated: Visibility | None

    @property
    def visibility(self) -> Visibility:
        """Who may read the column."""
        usual = self.column.visibility if self.column else Visibility.INTERNAL
        return self.stated or usual


VISIBILITY_LABELS: Final = {
    Visibility.PUBLIC: ("公开", "public"),
    Visibility.INTERNAL: ("内部", "internal"),
    Visibility.NEVER: ("不收录", "never"),
}
_WORDS: Final = {word: visibility for visibility, words in VISIBILITY_LABELS.items() for word in words}
_SUFFIX: Final = re.compile(r"\s*[（(\[【]\s*(" + "|".join(_WORDS) + r")\s*[)）\]】]\s*$", re.IGNORECASE)

_INTERNAL_FACTS: Final = frozenset({"provenance", "acquired", "department"})
_MORE_HEADINGS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "title": (("标题", "名称", "作品名称", "作品名", "藏品名称", "文物名称"), ("name", "work title")),
    "title_zh": (("中文标题", "中文名称"), ("title zh", "title (zh)", "title in chinese")),
    "title_en": (("英文标题", "英文名称"), ("title en", "title (en)", "title in english")),
    "description": (("简介", "作品说明", "作品简介", "介绍"), ("summary",)),
    "description_en": (("英文简介",), ("english description", "description en")),
    "maker": (
        ("创作者", "制作者", "作者姓名", "艺术家"),
        ("creator", "artist", "author", "makers", "creators"),
    ),
    "date": (("时代", "创作年代", "创作时间", "制作年代", "日期"), ("period", "creation date", "date made")),
    "date_earliest": (("最早年份", "起始年"), ("earliest", "date from", "creation date earliest")),
    "date_latest": (("最晚年份", "终止年"), ("latest", "date to", "creation date latest")),
    "medium": (("质地", "媒材", "材料", "材质技法"), ("materials", "materials and technique", "technique")),
    "dimensions": (("规格", "尺寸规格"), ("size", "measurements")),
    "classification": (("门类", "文物类别", "藏品类别"), ("object type",)),
    "department": (("所属部门",), ()),
    "accession_number": (
        ("藏品号", "登录号", "总登记号", "文物编号", "馆藏编号"),
        ("accession no", "accession no.", "object number", "inventory number"),
    ),
    "institution": (("收藏机构", "馆藏单位", "收藏地"), ("museum", "holding institution", "owner")),
    "credit_line": (("来源致谢", "捐赠致谢"), ("credit",)),
    "provenance": (
        ("流传经过", "来源经过", "流传著录", "收藏经过"),
        ("ownership history", "provenance text"),
    ),
    "acquired": (("入藏时间", "征集日期"), ("acquisition date", "acquired")),
    "source_record": (("原记录编号", "数据编号"), ("source id", "record id")),
    "inscription": (("题识", "款识", "钤印"), ("inscription", "inscriptions", "marks")),
    "bibliography": (("著录文献", "参考文献"), ("references",)),
    "keywords": (("主题词", "标签"), ("keyword", "subjects", "tags")),
    "language": (("语种",), ()),
    "copyright_holder": (("版权人", "权利人", "著作权所有者"), ("rights holder", "copyright owner")),
    "holder_terms": (("使用说明", "持有人权益"), ("terms", "holder terms")),
    "registration_number": (
        ("登记号", "版权登记号", "作品登记证号"),
        ("registration number", "registration no"),
    ),
    "publisher": (("出版社", "出版单位", "出版机构"), ()),
    "publication_licence": (("出版许可证", "网络出版服务许可证"), ("publication license", "licence")),
    "isbn": (("书号", "国际标准书号"), ()),
    "publication_number": (("出版物号",), ("publication number",)),
    "review_record": (("审核记录", "内容审核编号", "审读记录"), ("review",)),
    "captured_by": (("数据采集者", "采集单位"), ("photographer", "captured by")),
    "captured_at": (("采集时间",), ("capture date", "captured at")),
    "captured_with": (("设备", "采集方式"), ("device", "camera")),
    "source_object": (("对应文物", "所摄文物"), ("source object",)),
    "derived_from": (("衍生来源", "原作"), ("source work", "based on")),
}


def _facts() -> tuple[Column, ...]:
    columns = []
    for fact in FACTS.values():
        zh, en = _MORE_HEADINGS[fact.name]
        who = Visibility.INTERNAL if fact.name in _INTERNAL_FACTS else Visibility.PUBLIC
        columns.append(Column(fact.name, (fact.zh, *zh), (fact.en, *en), who, Role.FACT, fact.longest))
    return tuple(columns)


def _instruction(name: str, zh: tuple[str, ...], en: tuple[str, ...], longest: int) -> Column:
    return Column(name, zh, en, Visibility.INTERNAL, Role.INSTRUCTION, longest)


def _dropped(name: str, zh: tuple[str, ...], en: tuple[str, ...]) -> Column:
    return Column(name, zh, en, Visibility.NEVER, Role.DROPPED, 0)


COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        column.name: column
        for column in (
            _instruction(
                "kind", ("类别", "作品类别", "种类"), ("Kind", "type", "kind of work"), LONGEST_WORD
            ),
            _instruction(
                "file",
                ("文件", "作品文件", "文件名", "文件路径"),
                ("File", "filename", "path", "file path"),
                LONGEST_PATH,
            ),
            _instruction(
                "image", ("图片", "预览图", "封面"), ("Image", "cover", "picture", "preview"), LONGEST_PATH
            ),
            _instruction(
                "attachments", ("附件",), ("Attachments", "attachment", "other files"), LONGEST_CELL
            ),
            *_facts(),
            _instruction(
                "collection",
                ("系列", "发行系列", "系列名称"),
                ("Collection", "collection name"),
                LONGEST_TITLE,
            ),
            _instruction(
                "edition", ("版次", "版本"), ("Edition", "edition number", "edition no"), LONGEST_WORD
            ),
            _instruction(
                "cap", ("发行上限", "上限", "总量", "限量"), ("Cap", "edition size", "maximum"), LONGEST_WORD
            ),
            _instruction(
                "quantity",
                ("数量", "发行数量", "生成数量"),
                ("Quantity", "number to issue", "count"),
                LONGEST_WORD,
            ),
            _instruction(
                "recipients",
                ("领受人", "发放对象", "接收人"),
                ("Recipients", "recipient", "distribute to"),
                LONGEST_CELL,
            ),
            _dropped(
                "storage",
                ("库房位置", "存放位置", "库位", "架位", "库房", "存放地点", "展陈位置"),
                ("Storage place", "storage", "location", "physical location", "shelf", "storage location"),
            ),
            _dropped(
                "grade",
                ("文物级别", "级别", "藏品级别", "定级"),
                ("Grade", "object grade", "protection grade"),
            ),
            _dropped(
                "valuation",
                ("估价", "保险价值", "保险估价", "价格", "售价", "价值"),
                ("Valuation", "insurance value", "price", "value", "appraisal"),
            ),
        )
    }
)
"""Every known column by its name, in the order in which sheets are written."""


class Headings:
    """What the headings of one kind of sheet mean.

    Args:
        columns: those it has, in the order in which such sheets are written.
        examples: names of those that a person is told of where none was found.

    Raises:
        ValueError: two columns have one heading.
    """

    def __init__(self, columns: Iterable[Column], examples: Iterable[str]) -> None:
        self.columns: Final[Mapping[str, Column]] = MappingProxyType(
            {column.name: column for column in columns}
        )
        """Every column by its name."""
        self.examples: Final = tuple(self.columns[name] for name in examples)
        self._by_heading = _by_heading(self.columns.values())

    def recognise(self, text: str) -> Heading:
        """Understand a heading; spelling, width, case, spaces and a closing `*` or colon do not matter."""
        stated = None
        if match := _SUFFIX.search(text):
            stated = _WORDS[match[1].lower()]
            text = text[: match.start()]
        bare = unicodedata.normalize("NFC", " ".join(text.split())).rstrip("*＊:： ")
        return Heading(self._by_heading.get(_key(bare)), bare, stated)


def _key(heading: str) -> str:
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return " ".join(re.sub(r"[_\-\s]+", " ", folded).split())


def _by_heading(columns: Iterable[Column]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in columns:
        for heading in dict.fromkeys(map(_key, (column.name, *column.zh, *column.en))):
            if heading in found:
                raise ValueError(f"{heading} heads two columns: {found[heading].name} and {column.name}")
            found[heading] = column
    return found


WORKS: Final = Headings(COLUMNS.values(), ("title", "kind", "file"))
"""The headings of sheets of works."""
