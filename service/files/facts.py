"""The facts a manifest can state about a work: their names, labels and ERC-6596 traits. Pure.

A fact is text as the institution stated it. `trait` is the attribute it is shown as in the ERC-721 metadata;
where ERC-6596 (Cultural and Historical Asset Metadata) has a trait for it, that one, else a name of our own.
Its three numeric dimensions are left out: a museum's statement of size cannot be cut into numbers without
guessing, so it stands whole under `Dimensions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact's name in code and JSON, its label in Chinese and English, its trait (`None`: no attribute), its limit."""

    name: str
    zh: str
    en: str
    trait: str | None
    longest: int
    """Characters it may have."""


LONGEST_NAME: Final = 2_000
"""Characters of a name or a title; the longest of 2,000 museum records has 317."""
LONGEST_NUMBER: Final = 500
"""Characters of a number, a date or another short statement."""
LONGEST_TEXT: Final = 32_767
"""Characters of a text: what one cell of a spreadsheet holds."""

_ALL: Final = (
    Fact("title", "题名", "Title", None, LONGEST_NAME),
    Fact("title_zh", "中文题名", "Chinese title", "Title (zh)", LONGEST_NAME),
    Fact("title_en", "英文题名", "English title", "Title (en)", LONGEST_NAME),
    Fact("description", "说明", "Description", None, LONGEST_TEXT),
    Fact("description_en", "英文说明", "Description (English)", None, LONGEST_TEXT),
    Fact("maker", "作者", "Maker", "Creator Name", LONGEST_NAME),
    Fact("date", "年代", "Date", "Date", LONGEST_NUMBER),
    Fact("date_earliest", "最早日期", "Earliest date", "Publication / Creation Date", LONGEST_NUMBER),
    Fact("date_latest", "最晚日期", "Latest date", "Latest Date", LONGEST_NUMBER),
    Fact("medium", "材质", "Medium", "Materials and Technology", LONGEST_NAME),
    Fact("dimensions", "尺寸", "Dimensions", "Dimensions", LONGEST_NAME),
    Fact("classification", "分类", "Classification", "Classification", LONGEST_NAME),
    Fact("department", "部门", "Department", "Department", LONGEST_NAME),
    Fact("accession_number", "藏品编号", "Accession number", "Accession Number", LONGEST_NUMBER),
    Fact("institution", "收藏单位", "Institution", "Current Owner", LONGEST_NAME),
    Fact("credit_line", "藏品来源", "Credit line", "Credit Line", LONGEST_TEXT),
    Fact("provenance", "递藏经过", "Provenance", "Provenance", LONGEST_TEXT),
    Fact("acquired", "入藏日期", "Date acquired", "Acquisition Date", LONGEST_NUMBER),
    Fact("source_record", "原始记录编号", "Source record", "Source Record", LONGEST_NUMBER),
    Fact("inscription", "题识钤印", "Inscriptions and seals", "Inscriptions / Marks", LONGEST_TEXT),
    Fact("bibliography", "著录", "Bibliography", "Bibliography", LONGEST_TEXT),
    Fact("keywords", "关键词", "Keywords", "Keyword", LONGEST_TEXT),
    Fact("language", "语言", "Language", "Asset Language", LONGEST_NUMBER),
    Fact("copyright_holder", "著作权人", "Copyright holder", "Copyright Holder", LONGEST_NAME),
    Fact(
        "holder_terms", "持有人可以做什么", "What the holder may do", "Copyright / Restrictions", LONGEST_TEXT
    ),
    Fact(
        "registration_number",
        "作品登记号",
        "Work registration number",
        "Work Registration Number",
        LONGEST_NUMBER,
    ),
    Fact("publisher", "出版者", "Publisher", "Publisher", LONGEST_NAME),
    Fact("publication_licence", "出版许可证号", "Publication licence", "Publication Licence", LONGEST_NUMBER),
    Fact("isbn", "ISBN", "ISBN", "ISBN", LONGEST_NUMBER),
    Fact(
        "publication_number", "其他出版物号", "Other publication number", "Publication Number", LONGEST_NUMBER
    ),
    Fact("review_record", "内容审核记录", "Review record", "Review Record", LONGEST_TEXT),
    Fact("captured_by", "采集者", "Captured by", "Captured By", LONGEST_NAME),
    Fact("captured_at", "采集日期", "Date captured", "Date Captured", LONGEST_NUMBER),
    Fact("captured_with", "采集设备", "Captured with", "Captured With", LONGEST_NAME),
    Fact("source_object", "所据文物", "Object captured", "Object Captured", LONGEST_NAME),
    Fact("derived_from", "衍生自", "Derived from", "Derived From", LONGEST_NAME),
)

FACTS: Final[Mapping[str, Fact]] = MappingProxyType({fact.name: fact for fact in _ALL})
"""Every fact by its name, in the order in which a label is read."""
