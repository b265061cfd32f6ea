"""The report of a verification, for a court: what went in, what checked it, every check with its result. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer.evidence.anchor_file import anchor_id
from indexer.evidence.decoded import decoded
from indexer.evidence.phrase import Phrase
from indexer.evidence.result import Status
from indexer.evidence.verdict import DEMO_STAMP, SinceThen, since_phrase
from indexer.values import as_hex
from indexer.wire import write_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.events import Act, UnknownAct
    from indexer.evidence.anchor import TrustAnchor
    from indexer.evidence.checks import Check
    from indexer.evidence.result import Result
    from indexer.evidence.tool import Tool
    from indexer.evidence.verdict import Verdict
    from indexer.record import Record
    from indexer.values import Hash32

FORMAT = "qianyin-report"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Input:
    """Something that was verified, or verified against: what it was called, its SHA-256, its length in bytes."""

    name: str
    sha256: Hash32
    size: int


@dataclass(frozen=True, slots=True)
class AnchorUsed:
    """The reader's trust anchor and, in the reader's words, where it came from."""

    anchor: TrustAnchor
    origin: str


@dataclass(frozen=True, slots=True)
class Report:
    """One verification.

    Attributes:
        inputs: the bundle first, then the file compared and the anchor's text where there were such.
        anchor: None where the reader had none.
        bundle_anchor: id of the anchor that the bundle was made against, or None.
        made_at: Unix seconds, by the clock of the machine that verified.
    """

    inputs: Sequence[Input]
    anchor: AnchorUsed | None
    bundle_anchor: Hash32 | None
    verdict: Verdict
    tool: Tool
    made_at: int


def report_json(report: Report) -> dict[str, Any]:
    """Give the report as JSON, both languages in it."""
    verdict = report.verdict
    return {
        "format": FORMAT,
        "version": VERSION,
        "madeAt": write_time(report.made_at),
        "tool": {
            "name": report.tool.name,
            "version": report.tool.version,
            "sourceSha256": as_hex(report.tool.source),
        },
        "inputs": [
            {"name": one.name, "sha256": as_hex(one.sha256), "size": str(one.size)} for one in report.inputs
        ],
        "anchor": _anchor_json(report),
        "stamp": _both(DEMO_STAMP) if verdict.demo else None,
        "asOf": {
            "answer": verdict.answer.value,
            "headline": _both(verdict.headline),
            "blockNumber": str(verdict.block_number),
            "blockHash": as_hex(verdict.block_hash),
            "blockTime": write_time(verdict.block_time),
        },
        "since": {
            "state": verdict.since.state.value,
            "checkedAt": None if verdict.since.checked_at is None else write_time(verdict.since.checked_at),
            **_both(_since(verdict)),
        },
        "history": [_record_json(record, act) for record, act in verdict.history],
        "facts": [{**_both(fact.name), "value": fact.value} for fact in verdict.facts],
        "checks": [_check_json(check, result) for check, result in verdict.checks],
        "notRun": [check.number for check, result in verdict.checks if result.status in _UNRUN],
        "limits": _both(LIMITS),
    }


def report_text(report: Report) -> str:
    """Give the report as text to print, Chinese first, each thing in both languages."""
    verdict = report.verdict
    time = write_time(verdict.block_time)
    lines = [
        *(["【演示 / DEMO】", ""] if verdict.demo else []),
        "钤印核验报告 / Qianyin verification report",
        f"{write_time(report.made_at)}  {report.tool.name} {report.tool.version}",
        f"程序源码摘要 / digest of the program's source: sha256 {as_hex(report.tool.source)}",
        "",
        "一、结论 / 1. Answers",
        f"  截至第 {verdict.block_number} 块（{time}）【{_ANSWERS[verdict.answer.value]}】{verdict.headline.zh}",
        f"  As of block {verdict.block_number} ({time}) [{verdict.answer.value}]: {verdict.headline.en}",
        f"  区块 / block {as_hex(verdict.block_hash)}",
        f"  {_since(verdict).zh}",
        f"  {_since(verdict).en}",
        "",
        "二、送检 / 2. What was examined",
        *(f"  {_plain(one.name)}: sha256 {as_hex(one.sha256)}, {one.size} B" for one in report.inputs),
        *_anchor_lines(report),
        "",
        "三、各项核验 / 3. Checks",
        *(line for check, result in verdict.checks for line in _check_lines(check, result)),
        "",
        "四、记录所示 / 4. What the records say",
        *(f"  {fact.name}: {fact.value}" for fact in verdict.facts),
        *(line for record, act in verdict.history for line in _record_lines(record, act)),
        "",
        f"五、{LIMITS.zh}",
        f"5. {LIMITS.en}",
    ]
    return "\n".join(lines) + "\n"


LIMITS = Phrase(
    "结论只说明记录：自存证起是否完整、未改。不说明作品的来历与作者，也不构成法律意见。区块时间由签封者陈述。",
    "The answers speak of the record: whether it is complete and unchanged since the deposit. They say nothing about "
    "who made the work or where the object comes from, and are no legal advice. Block times are what sealers stated.",
)

_UNRUN = (Status.NOT_RUN, Status.NOT_APPLICABLE)
_ANSWERS = {"valid": "有效", "invalid": "无效", "indeterminate": "无法确认"}
_STATUSES = {
    Status.PASSED: Phrase("一致", "passed"),
    Status.FAILED: Phrase("不一致", "failed"),
    Status.NOT_RUN: Phrase("未能核验", "not run"),
    Status.NOT_APPLICABLE: Phrase("不适用", "not applicable"),
}


def _since(verdict: Verdict) -> Phrase:
    at = verdict.since.checked_at
    if verdict.since.state is SinceThen.NOT_WITHDRAWN and at is None:
        raise ValueError("“not withdrawn” needs the time of looking")
    return since_phrase(verdict.since, "" if at is None else write_time(at))


def _anchor_json(report: Report) -> dict[str, Any] | None:
    made_against = None if report.bundle_anchor is None else as_hex(report.bundle_anchor)
    if report.anchor is None:
        return {"id": None, "origin": None, "bundleMadeAgainst": made_against}
    return {
        "id": as_hex(anchor_id(report.anchor.anchor)),
        "origin": report.anchor.origin,
        "bundleMadeAgainst": made_against,
    }


def _anchor_lines(report: Report) -> list[str]:
    if report.anchor is None:
        return ["  信任锚：无 / trust anchor: none"]
    used = as_hex(anchor_id(report.anchor.anchor))
    lines = [f"  信任锚 / trust anchor: {used}", f"  来自 / obtained from: {_plain(report.anchor.origin)}"]
    if report.bundle_anchor is not None and as_hex(report.bundle_anchor) != used:
        made = as_hex(report.bundle_anchor)
        lines.append(f"  证据包依据另一信任锚制作 / the bundle was made against another: {made}")
    return lines


def _check_lines(check: Check, result: Result) -> list[str]:
    status = _STATUSES[result.status]
    lines = [
        f"  {check.number} {check.title.zh}【{status.zh}】{result.phrase.zh}",
        f"    {check.title.en} [{status.en}]: {result.phrase.en}",
    ]
    return [*lines, f"    ({result.detail})"] if result.detail else lines


def _record_lines(record: Record, act: Act | UnknownAct) -> list[str]:
    words = decoded(act) or {"act": as_hex(record.act), "arguments": {}}
    at = f"第 {record.block_number} 块 / block {record.block_number}, {write_time(record.block_time)}"
    return [f"  {record.seq}  {words['act']}  ({at})", *(f"      {line}" for line in _arguments(words))]


def _arguments(words: dict[str, Any]) -> list[str]:
    return [
        f"{name} = {_plain(json.dumps(value, ensure_ascii=False))}"
        for name, value in words["arguments"].items()
    ]


def _plain(text: str) -> str:
    """Show characters that move the cursor or turn the direction of writing by their numbers."""
    return "".join(one if one.isprintable() else f"\\u{{{ord(one):x}}}" for one in text)


def _record_json(record: Record, act: Act | UnknownAct) -> dict[str, Any]:
    return {
        "seq": str(record.seq),
        "blockNumber": str(record.block_number),
        "blockTime": write_time(record.block_time),
        "decoded": decoded(act),
    }


def _check_json(check: Check, result: Result) -> dict[str, Any]:
    return {
        "number": check.number,
        "name": check.name,
        "title": _both(check.title),
        "status": result.status.value,
        "reason": _both(result.phrase),
        "detail": result.detail,
    }


def _both(phrase: Phrase) -> dict[str, str]:
    return {"zh": phrase.zh, "en": phrase.en}
