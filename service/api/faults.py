"""What is wrong with a request, place by place, in Chinese and English. Pure; the kinds are those of pydantic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MOST_FAULTS = 50
"""Faults of one request that its answer lists."""
UNKNOWN = "不合格式。"
"""Said of a kind that has no words here; a test looks that there is none."""

_WHOLE = "应为整数。"
_TRUTH = "应为 true 或 false。"
_LIST = "应为列表。"
_OBJECT = "应为 JSON 对象。"
_SAID = {
    "missing": "缺少此项。",
    "extra_forbidden": "没有这一项，请去掉。",
    "string_type": "应为文字。",
    "string_unicode": "含有无法读取的字符。",
    "string_too_short": "至少要有 {min_length} 个字符。",
    "string_too_long": "至多 {max_length} 个字符。",
    "string_pattern_mismatch": "格式不符，应为：{pattern}",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "finite_number": _WHOLE,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "greater_than": "须大于 {gt}。",
    "greater_than_equal": "不得小于 {ge}。",
    "less_than": "须小于 {lt}。",
    "less_than_equal": "不得大于 {le}。",
    "literal_error": "须为下列之一：{expected}。",
    "enum": "须为下列之一：{expected}。",
    "too_short": "至少要有 {min_length} 项。",
    "too_long": "至多 {max_length} 项。",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "json_invalid": "不是有效的 JSON。",
    "value_error": "应为文件。",
}
"""By the kind of fault; `value_error` is what the framework says of words in the place of a file."""


def listed(errors: Sequence[Mapping[str, Any]], *before: str) -> list[dict[str, str]]:
    """List faults as pydantic found them: where, and what in both languages; never what was given there.

    Args:
        before: where the value stands that was looked at.
    """
    return [
        {"at": "/".join(_places((*before, *error["loc"]))), "zh": _in_chinese(error), "en": str(error["msg"])}
        for error in errors[:MOST_FAULTS]
    ]


def _places(loc: Iterable[object]) -> Iterable[str]:
    return (str(part)[:100] for part in loc)


class Misfit(ValueError):
    """What a check of our own found wrong with a value."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


def _in_chinese(error: Mapping[str, Any]) -> str:
    if isinstance(found := error.get("ctx", {}).get("error"), Misfit):
        return found.zh
    facts = {name: str(value).replace(" or ", " 或 ") for name, value in error.get("ctx", {}).items()}
    return _SAID.get(error["type"], UNKNOWN).format_map(facts)
