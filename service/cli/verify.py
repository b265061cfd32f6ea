"""`qianyin verify`: checks evidence offline, for strangers and courts."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import AnchorError, BundleError, ExportError
from indexer.values import Hash32, as_hex
from service.cli.fetching import deposit_at, fetched
from service.cli.opening import Verbs, octets_of, opened, settings_of, tell, written
from service.errors import BadInput

if TYPE_CHECKING:
    from indexer.evidence.anchor import TrustAnchor
    from indexer.evidence.bundle import EvidenceBundle
    from indexer.evidence.export import ExportSummary
    from indexer.evidence.verdict import Verdict

NOT_VALID = 3
_MARKS = {"passed": "✓", "failed": "✗", "not_run": "–", "not_applicable": "·"}
_EXPORT_SAID = {
    "valid": "核验一致：完整，与链上一致 / consistent: complete, and as the chain has it",
    "invalid": "核验不一致：与链上不符 / inconsistent: not as the chain has it",
    "indeterminate": "无法确认：只证实文件自相一致 / cannot be confirmed: it agrees with itself, no more is proven",
}
_EXPORT = b"qianyin-export"
_MOST_LINE = 4 << 20
_WEB = ("http://", "https://")


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verify = verbs.add_parser(
        "verify",
        help="check a bundle, an export or a file; exit code 3: not valid",
        description="Check a bundle, an export or a file, offline but for addresses you name. Exit code 3: not valid.",
    )
    verify.add_argument("what", metavar="BUNDLE|EXPORT|FILE|URL")
    verify.add_argument(
        "--anchor", type=Path, metavar="FILE", help="your trust anchor (default: this home's)"
    )
    verify.add_argument("--origin", default="", help="where you got the anchor, for the report")
    verify.add_argument("--bundle", metavar="BUNDLE|URL", help="with a FILE: the bundle to compare it with")
    verify.add_argument(
        "--service", metavar="URL", help="with a FILE: ask this service for bundles of deposits of it"
    )
    verify.add_argument("--file", type=Path, help="with a BUNDLE: the file to compare")
    verify.add_argument(
        "--report", type=Path, metavar="FILE", help="write a report for a court (.txt or .json)"
    )
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace) -> int:
    """Check whatever was named, by what its content says it is."""
    what, path = arguments.what, Path(arguments.what)
    if what.startswith(_WEB):
        return _verify_bundle(arguments, what, fetched(what), arguments.file)
    if arguments.bundle is not None:
        return _verify_bundle(arguments, arguments.bundle, _named(arguments.bundle), path)
    if arguments.service is not None:
        found = deposit_at(arguments.service, _digest_of(path))
        return _verify_bundle(arguments, found, fetched(found), path)
    kind = _kind_of(path)
    if kind == "empty":
        raise BadInput(
            "file-empty",
            f"{path} 是空文件（0 字节）：可能未复制完整，请重新取得。",
            f"{path} is empty (0 bytes): perhaps it was not copied whole; get it again.",
        )
    if kind == "export":
        return _verify_export(arguments, path)
    if kind == "bundle":
        return _verify_bundle(arguments, str(path), octets_of(path), arguments.file)
    raise BadInput(
        "bundle-needed",
        "这是普通文件；请用 --bundle 指出要比对的证据包，或用 --service 指出可查询的服务。",
        "This is a plain file; name the bundle to compare it with by --bundle, or a service to ask by --service.",
    )


def _kind_of(path: Path) -> str:
    """Tell an export by its first line, a bundle by being one JSON object with a claim, the empty, and the rest."""
    with opened(path) as stream:
        if not stream.peek(1):
            return "empty"
        first = stream.readline(_MOST_LINE).removeprefix(b"\xef\xbb\xbf").strip()
    if first.startswith((_EXPORT, b'"' + _EXPORT)) or _is_export_header(first):
        return "export"
    return "bundle" if first.startswith(b"{") and b'"claim"' in octets_of(path) else "file"


def _is_export_header(line: bytes) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("format") == _EXPORT.decode()


def _verify_bundle(arguments: argparse.Namespace, name: str, octets: bytes, file: Path | None) -> int:
    from indexer.evidence.bundle import read_bundle
    from indexer.evidence.verdict import verify

    anchor, text = _anchor(arguments)
    try:
        bundle = read_bundle(octets)
    except BundleError as fault:
        return _unreadable(arguments, name, fault)
    digest = _digest_of(file) if file else None
    verdict = verify(bundle, anchor, digest)
    if arguments.report:
        _write_report(arguments, name, octets, bundle, verdict, anchor, text, file)
    shown = _verdict_json(verdict, name)
    tell(arguments, shown, _verdict_text(verdict))
    return 0 if verdict.answer.value == "valid" else NOT_VALID


def _unreadable(arguments: argparse.Namespace, name: str, fault: BundleError) -> int:
    """Say that something is no evidence: whatever it was once, it proves nothing as it is."""
    zh = f"{name} 不是证据包，或已被改动得无法读取，不能证明任何事项。"
    en = f"{name} is no evidence bundle, or was changed beyond reading, and proves nothing: {fault}"
    tell(
        arguments, {"bundle": name, "verdict": "invalid", "headline": {"zh": zh, "en": en}}, f"✗ {zh}\n  {en}"
    )
    return NOT_VALID


def _verify_export(arguments: argparse.Namespace, path: Path) -> int:
    from indexer.evidence.export import lines_of, verify_export

    anchor, _ = _anchor(arguments)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = verify_export(lines_of(lines), anchor)
    except ExportError as fault:
        failed = {"verdict": "invalid", "line": fault.line, "seq": fault.seq, "zh": fault.zh, "en": fault.en}
        text = f"✗ 第 {fault.line} 行 / line {fault.line}, seq {fault.seq}: {fault.zh} / {fault.en}"
        tell(arguments, failed, text)
        return NOT_VALID
    except UnicodeDecodeError as fault:
        zh, en = (
            "文件不是 UTF-8，已被改存，不能核验。",
            f"The file is not UTF-8: it was saved anew, and proves nothing ({fault.reason}).",
        )
        tell(arguments, {"verdict": "invalid", "zh": zh, "en": en}, f"✗ {zh} / {en}")
        return NOT_VALID
    tell(arguments, _export_json(found), _export_text(found))
    return 0 if found.answer.value == "valid" else NOT_VALID


def _export_json(found: ExportSummary) -> dict[str, Any]:
    return {
        "verdict": found.answer.value,
        "records": found.records,
        "complete": found.complete,
        "ends": {
            where: {"tied": end.held, "zh": end.phrase.zh, "en": end.phrase.en} for where, end in _ends(found)
        },
    }


def _export_text(found: ExportSummary) -> str:
    lines = [f"{found.records} 条记录，次序与摘要相符 / records, in order and unchanged"]
    lines += [f"{where}: {end.phrase.zh} / {end.phrase.en}" for where, end in _ends(found)]
    lines.append(_EXPORT_SAID[found.answer.value])
    return "\n".join(lines)


def _ends(found: ExportSummary) -> list[tuple[str, Any]]:
    return [(where, end) for where, end in (("before", found.before), ("after", found.after)) if end]


def _anchor(arguments: argparse.Namespace) -> tuple[TrustAnchor | None, bytes | None]:
    """Read the reader's anchor: the file that was named, else this home's, else none."""
    from indexer.evidence.anchor_file import read_anchor

    path: Path = arguments.anchor or settings_of(arguments).trust_anchor
    if arguments.anchor is None and not path.exists():
        return None, None
    text = octets_of(path)
    try:
        return read_anchor(text), text
    except AnchorError as fault:
        raise BadInput(
            "not-an-anchor",
            f"{path} 不能用作信任锚：{fault.zh}。",
            f"{path} cannot serve as a trust anchor: {fault.en}.",
        ) from fault


def _write_report(
    arguments: argparse.Namespace,
    name: str,
    octets: bytes,
    bundle: EvidenceBundle,
    verdict: Verdict,
    anchor: TrustAnchor | None,
    anchor_text: bytes | None,
    file: Path | None,
) -> None:
    from indexer.evidence.report import AnchorUsed, Input, Report, report_json, report_text
    from indexer.evidence.tool import this_tool

    inputs = [Input(Path(name).name, Hash32(hashlib.sha256(octets).digest()), len(octets))]
    if file is not None:
        inputs.append(Input(file.name, _digest_of(file), file.stat().st_size))
    if anchor_text is not None:
        inputs.append(
            Input("trust-anchor.json", Hash32(hashlib.sha256(anchor_text).digest()), len(anchor_text))
        )
    origin = arguments.origin or str(arguments.anchor or "this installation's own")
    used = AnchorUsed(anchor, origin) if anchor else None
    report = Report(inputs, used, bundle.anchor_id, verdict, this_tool(), int(time.time()))
    if arguments.report.suffix == ".json":
        text = json.dumps(report_json(report), ensure_ascii=False, indent=2)
    else:
        text = report_text(report)
    written(arguments.report, f"{text}\n".encode())


def _verdict_json(verdict: Verdict, name: str) -> dict[str, Any]:
    return {
        "bundle": name,
        "verdict": verdict.answer.value,
        "headline": {"zh": verdict.headline.zh, "en": verdict.headline.en},
        "demo": verdict.demo,
        "block": {
            "number": verdict.block_number,
            "hash": as_hex(verdict.block_hash),
            "time": verdict.block_time,
        },
        "since": verdict.since.state.value,
        "checks": [
            {
                "number": check.number,
                "zh": check.title.zh,
                "en": check.title.en,
                "status": result.status.value,
                "reason": {"zh": result.phrase.zh, "en": result.phrase.en},
            }
            for check, result in verdict.checks
        ],
        "facts": [{"zh": fact.name.zh, "en": fact.name.en, "value": fact.value} for fact in verdict.facts],
    }


def _verdict_text(verdict: Verdict) -> str:
    from indexer.evidence.verdict import DEMO_STAMP

    lines = [f"{verdict.headline.zh}\n{verdict.headline.en}"]
    if verdict.demo:
        lines.insert(0, f"[{DEMO_STAMP.zh} / {DEMO_STAMP.en}]")
    lines.append(f"截至第 {verdict.block_number} 块 / as of block {verdict.block_number}")
    for check, result in verdict.checks:
        mark = _MARKS[result.status.value]
        lines.append(f" {mark} {check.number} {check.title.zh} / {check.title.en}")
        if result.status.value in ("failed", "not_run"):
            lines.append(f"      {result.phrase.zh} / {result.phrase.en}")
    lines += [f"   {fact.name.zh} / {fact.name.en}: {fact.value}" for fact in verdict.facts]
    return "\n".join(lines)


def _named(bundle: str) -> bytes:
    return fetched(bundle) if bundle.startswith(_WEB) else octets_of(Path(bundle))


def _digest_of(path: Path) -> Hash32:
    with opened(path) as stream:
        return Hash32(hashlib.file_digest(stream, "sha256").digest())
