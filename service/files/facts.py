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
    """A fact's name in code and JSON, its label in Chinese and English, and its trait (`None`: no attribute)."""

    name: str
    zh: str
    en: str
    trait: str | None


_ALL: Final = (
    Fact("title", "题名", "Title", None),
    Fact("title_zh", "中文题名", "Chinese title", "Title (zh)"),
    Fact("title_en", "英文题名", "English title", "Title (en)"),
    Fact("description", "说明", "Description", None),
    Fact("description_en", "英文说明", "Description (English)", None),
    Fact("maker", "作者", "Maker", "Creator Name"),
    Fact("date", "年代", "Date", "Date"),
    Fact("date_earliest", "最早日期", "Earliest date", "Publication / Creation Date"),
    Fact("date_latest", "最晚日期", "Latest date", "Latest Date"),
    Fact("medium", "材质", "Medium", "Materials and Technology"),
    Fact("dimensions", "尺寸", "Dimensions", "Dimensions"),
    Fact("classification", "分类", "Classification", "Classification"),
    Fact("department", "部门", "Department", "Department"),
    Fact("accession_number", "藏品编号", "Accession number", "Accession Number"),
    Fact("institution", "收藏单位", "Institution", "Current Owner"),
    Fact("credit_line", "藏品来源", "Credit line", "Credit Line"),
    Fact("provenance", "递藏经过", "Provenance", "Provenance"),
    Fact("acquired", "入藏日期", "Date acquired", "Acquisition Date"),
    Fact("source_record", "原始记录编号", "Source record", "Source Record"),
    Fact("inscription", "题识钤印", "Inscriptions and seals", "Inscriptions / Marks"),
    Fact("bibliography", "著录", "Bibliography", "Bibliography"),
    Fact("keywords", "关键词", "Keywords", "Keyword"),
    Fact("language", "语言", "Language", "Asset Language"),
    Fact("copyright_holder", "著作权人", "Copyright holder", "Copyright Holder"),
    Fact("holder_terms", "持有人可以做什么", "What the holder may do", "Copyright / Restrictions"),
    Fact("registration_number", "作品登记号", "Work registration number", "Work Registration Number"),
    Fact("publisher", "出版者", "Publisher", "Publisher"),
    Fact("publication_licence", "出版许可证号", "Publication licence", "Publication Licence"),
    Fact("isbn", "ISBN", "ISBN", "ISBN"),
    Fact("publication_number", "其他出版物号", "Other publication number", "Publication Number"),
    Fact("review_record", "内容审核记录", "Review record", "Review Record"),
    Fact("captured_by", "采集者", "Captured by", "Captured By"),
    Fact("captured_at", "采集日期", "Date captured", "Date Captured"),
    Fact("captured_with", "采集设备", "Captured with", "Captured With"),
    Fact("source_object", "所据文物", "Object captured", "Object Captured"),
    Fact("derived_from", "衍生自", "Derived from", "Derived From"),
)

FACTS: Final[Mapping[str, Fact]] = MappingProxyType({fact.name: fact for fact in _ALL})
"""Every fact by its name, in the order in which a label is read."""
