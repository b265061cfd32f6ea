"""The report on a house's contracts, for people and programs: text, JSON, and rows for a sheet. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from indexer.china import date_of
from indexer.rights.scope import NO_END, Axis, Scope
from indexer.rights.text import Tongue, write_mask
from service.files.lookalikes import visible
from service.intake.writing import Written
from service.rights.backlog.columns import CONTRACTS
from service.rights.backlog.conflicts import MOST_CONFLICTS, Between, Conflict, Why
from service.rights.backlog.contract import DAY_ZERO, Contract
from service.rights.backlog.facts import FACT_WORDS, PRESUMED, Fact
from service.rights.terms import KIND_WORDS

WHY_WORDS: Final = {
    Why.CLASH: ("授权范围重叠", "the grants overlap"),
    Why.BEYOND: ("转授权超出所得授权", "the sub-licence gives more than was got"),
    Why.STRONGER: ("转授权强于所得授权", "the sub-licence is stronger than what was got"),
    Why.NOT_SUBLICENSABLE: ("所得授权不可转授权", "what was got may not be sub-licensed"),
}
BETWEEN_WORDS: Final = {
    Between.ONE_LICENSOR: ("同一授权方", "one licensor"),
    Between.TWO_LICENSORS: ("两个授权方", "two licensors"),
    Between.ONE_LICENSEE: ("同一被授权方（续约或重复录入？）", "one licensee (a renewal, or entered twice?)"),
    Between.UNKNOWN: ("授权方不详", "a licensor is unknown"),
}
SURE: Final = ("冲突", "Conflict")
POSSIBLE: Final = ("可能冲突", "Possible conflict")
OVER: Final = ("已届满", "over")
UNKNOWN: Final = ("不详", "unknown")
_SIDES: Final = {"older": ("较早合同", "the older contract"), "newer": ("较晚合同", "the newer contract")}
_OTHER_TERMS: Final = {
    "work": ("是否同一作品", "whether it is one work"),
    "older.several": ("是否由几份合同合并取得", "whether several contracts together give it"),
}


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is said about a house's contracts on a day."""

    today: int
    contracts: tuple[Contract, ...]
    conflicts: tuple[Conflict, ...]
    coming: tuple[Fact, ...]
    without_end: tuple[Contract, ...]


def as_text(findings: Findings, tongue: Tongue = "zh") -> str:
    """The report as lines of text; what stands in a sheet breaks none of them."""
    at = _at(tongue)
    sure = sum(one.is_certain for one in findings.conflicts)
    lines = [_summary(findings, sure, len(findings.conflicts) - sure)[at]]
    if _is_cut(findings):
        lines.append((f"只列出 {MOST_CONFLICTS:,} 处。", f"No more than {MOST_CONFLICTS:,} are listed.")[at])
    for conflict in findings.conflicts:
        lines += ["", *_conflict_lines(conflict, tongue)]
    lines += [""] if findings.coming else []
    lines += [_fact_line(fact, tongue) for fact in findings.coming]
    if findings.without_end:
        rows = ", ".join(str(contract.row) for contract in findings.without_end)
        lines += ["", f"{('不知何时到期的行：', 'Rows of which the end is unknown: ')[at]}{rows}"]
    return "\n".join(map(visible, lines)) + "\n"


def _summary(findings: Findings, sure: int, possible: int) -> tuple[str, str]:
    count, dates, endless = len(findings.contracts), len(findings.coming), len(findings.without_end)
    # Of conflicts that were not all looked for, more may be of either sort.
    least_zh, least_en = ("至少 ", "at least ") if _is_cut(findings) else ("", "")
    zh = (
        f"{count} 份合同：{least_zh}{sure} 处冲突，{least_zh}{possible} 处可能冲突；"
        f"将到的日期 {dates} 个；{endless} 份不知何时到期。"
    )
    en = (
        f"{count} contracts: {least_en}{sure} conflicts, {least_en}{possible} possible; {dates} dates to come; "
        f"{endless} with unknown end."
    )
    return zh, en


def _is_cut(findings: Findings) -> bool:
    return len(findings.conflicts) >= MOST_CONFLICTS


def as_json(findings: Findings) -> dict[str, Any]:
    """The report as one JSON object."""
    return {
        "today": date_of(findings.today).isoformat(),
        "contracts": len(findings.contracts),
        "unknown": {str(one.row): list(one.unknown) for one in findings.contracts if one.unknown},
        "conflicts_cut": _is_cut(findings),
        "conflicts": [_conflict_json(conflict) for conflict in findings.conflicts],
        "coming": [
            {
                "day": date_of(fact.day).isoformat(),
                "kind": str(fact.kind),
                "presumed": fact.presumed,
                "row": fact.contract.row,
                "work": _work(fact.contract),
                "number": fact.contract.number,
            }
            for fact in findings.coming
        ],
        "without_end": [contract.row for contract in findings.without_end],
    }


def conflict_columns(tongue: Tongue = "zh") -> tuple[Written, ...]:
    """The columns of the report as a sheet, for `write_sheet`."""
    return tuple(Written(words[_at(tongue)]) for words in _COLUMNS)


def conflict_rows(conflicts: Sequence[Conflict], tongue: Tongue = "zh") -> Iterator[dict[str, str]]:
    """The rows of that sheet, a conflict each."""
    at = _at(tongue)
    for conflict in conflicts:
        older, newer = conflict.older, conflict.newer
        texts = (
            _certainty(conflict, tongue),
            WHY_WORDS[conflict.why][at],
            _work(older),
            str(older.row),
            older.number,
            _party(older.licensor, at),
            _party(older.licensee, at),
            str(newer.row),
            newer.number,
            _party(newer.licensor, at),
            _party(newer.licensee, at),
            write_overlap(conflict.overlap, tongue),
            _depends(conflict, tongue),
        )
        yield dict(zip((words[at] for words in _COLUMNS), texts, strict=True))


_COLUMNS: Final = (
    ("结论", "Finding"),
    ("原因", "Why"),
    ("作品", "Work"),
    ("较早合同行", "Older row"),
    ("较早合同编号", "Older agreement"),
    ("较早合同授权方", "Older licensor"),
    ("较早合同被授权方", "Older licensee"),
    ("较晚合同行", "Newer row"),
    ("较晚合同编号", "Newer agreement"),
    ("较晚合同授权方", "Newer licensor"),
    ("较晚合同被授权方", "Newer licensee"),
    ("重叠范围", "Overlap"),
    ("取决于", "Depends on"),
)


def write_overlap(box: Scope, tongue: Tongue = "zh") -> str:
    """A box in words; an end that nobody states is not one."""
    order = (Axis.RIGHTS, Axis.LANGUAGES, Axis.TERRITORIES, Axis.MEDIA)
    parts = [write_mask(axis, box.masks[axis], tongue) for axis in order]
    return ("，", "; ")[_at(tongue)].join([*parts, _days(box, tongue)])


def _days(box: Scope, tongue: Tongue) -> str:
    """Days as far as they are known: before all days and after all days nothing is."""
    at = _at(tongue)
    first = "" if box.from_ == DAY_ZERO else date_of(box.from_).isoformat()
    last = "" if box.until == NO_END else date_of(box.until - 1).isoformat()
    match first, last:
        case "", "":
            return ("起止不详", "from and to unknown")[at]
        case _, "":
            return f"{first} {('起，止日不详或无期限', 'on, with no end or an unknown one')[at]}"
        case "", _:
            return f"{('起日不详，至 ', 'from an unknown day to ')[at]}{last}"
        case _:
            return f"{first}{(' 至 ', ' to ')[at]}{last}"


def _conflict_lines(conflict: Conflict, tongue: Tongue) -> Iterator[str]:
    at = _at(tongue)
    yield f"{_certainty(conflict, tongue)}{('：', ': ')[at]}{_work(conflict.older)}（{WHY_WORDS[conflict.why][at]}）"
    yield _contract_line(_SIDES["older"][at] if conflict.is_age_known else "1", conflict.older, at)
    yield _contract_line(_SIDES["newer"][at] if conflict.is_age_known else "2", conflict.newer, at)
    yield f"  {('重叠', 'overlap')[at]}: {write_overlap(conflict.overlap, tongue)}"
    yield f"  {BETWEEN_WORDS[conflict.between][at]}"
    if conflict.depends:
        yield f"  {('取决于', 'depends on')[at]}: {_depends(conflict, tongue)}"


def _contract_line(name: str, contract: Contract, at: int) -> str:
    kind = UNKNOWN[at] if contract.kind is None else KIND_WORDS[contract.kind][at]
    signed = UNKNOWN[at] if contract.signed_on is None else date_of(contract.signed_on).isoformat()
    row = f"第 {contract.row} 行" if at == 0 else f"row {contract.row}"
    parties = f"{_party(contract.licensor, at)} → {_party(contract.licensee, at)}"
    told = (row, contract.number, parties, kind, f"{('签订', 'signed')[at]} {signed}")
    return f"  {name}: " + ("，", ", ")[at].join(part for part in told if part)


def _conflict_json(conflict: Conflict) -> dict[str, Any]:
    return {
        "why": str(conflict.why),
        "between": str(conflict.between),
        "certain": conflict.is_certain,
        "over": conflict.is_over,
        "older": _contract_json(conflict.older),
        "newer": _contract_json(conflict.newer),
        "age_known": conflict.is_age_known,
        "overlap": {"zh": write_overlap(conflict.overlap, "zh"), "en": write_overlap(conflict.overlap, "en")},
        "depends": list(conflict.depends),
    }


def _contract_json(contract: Contract) -> dict[str, Any]:
    return {
        "row": contract.row,
        "work": _work(contract),
        "number": contract.number or None,
        "licensor": contract.licensor or None,
        "licensee": contract.licensee or None,
    }


def _fact_line(fact: Fact, tongue: Tongue) -> str:
    at = _at(tongue)
    contract = fact.contract
    presumed = f"（{PRESUMED[at]}）" if fact.presumed else ""
    party = _party(contract.licensee, at)
    return f"{date_of(fact.day).isoformat()} {FACT_WORDS[fact.kind][at]} {_work(contract)} {party}{presumed}"


def _certainty(conflict: Conflict, tongue: Tongue) -> str:
    at = _at(tongue)
    words = (SURE if conflict.is_certain else POSSIBLE)[at]
    return f"{words}（{OVER[at]}）" if conflict.is_over else words


def _depends(conflict: Conflict, tongue: Tongue) -> str:
    return ("、", ", ")[_at(tongue)].join(_term(name, tongue) for name in conflict.depends)


def _term(name: str, tongue: Tongue) -> str:
    at = _at(tongue)
    if name in _OTHER_TERMS:
        return _OTHER_TERMS[name][at]
    side, _, term = name.partition(".")
    column = CONTRACTS.columns[term]
    return f"{_SIDES[side][at]}{('的', ': ')[at]}{(column.zh, column.en)[at][0]}"


def _work(contract: Contract) -> str:
    return contract.work.title or contract.work.number


def _party(name: str, at: int) -> str:
    return name or UNKNOWN[at]


def _at(tongue: Tongue) -> int:
    return 0 if tongue == "zh" else 1
