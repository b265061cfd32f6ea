"""`qianyin verify · export · anchor`: evidence, for strangers and courts."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import BundleError, ExportError
from indexer.values import Hash32, as_hex
from service.cli.opening import Verbs, installation_of, settings_of, tell
from service.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from indexer.evidence.anchor import TrustAnchor
    from indexer.evidence.bundle import EvidenceBundle
    from indexer.evidence.verdict import Verdict

NOT_VALID = 3
MOST_BYTES = 64 << 20
_MARKS = {"passed": "✓", "failed": "✗", "not_run": "–", "not_applicable": "·"}


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    verify = verbs.add_parser(
        "verify", help="check a bundle, an export or a file, offline; exit code 3: not valid"
    )
    verify.add_argument("what", metavar="BUNDLE|EXPORT|FILE|URL")
    verify.add_argument(
        "--anchor", type=Path, metavar="FILE", help="your trust anchor (default: this home's)"
    )
    verify.add_argument("--origin", default="", help="where you got the anchor, for the report")
    verify.add_argument("--bundle", type=Path, help="with a FILE: the bundle to compare it with")
    verify.add_argument("--file", type=Path, help="with a BUNDLE: the file to compare")
    verify.add_argument(
        "--report", type=Path, metavar="FILE", help="write a report for a court (.txt or .json)"
    )
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)
    export = verbs.add_parser("export", help="write the records of a range of blocks, provably complete")
    export.add_argument("--from", dest="first", type=int, default=0, metavar="BLOCK")
    export.add_argument(
        "--to", dest="last", type=int, metavar="BLOCK", help="default: the last settled block"
    )
    export.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    export.add_argument("-o", "--output", type=Path, required=True)
    export.add_argument("--json", action="store_true")
    export.set_defaults(run=run_export)
    anchor = verbs.add_parser("anchor", help="the trust anchor of this home")
    acts = anchor.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("show", help="print it")
    show.set_defaults(run=run_anchor_show)
    statement = acts.add_parser(
        "statement", help="print what an authority has to sign for this home's issuer"
    )
    statement.add_argument("--name", required=True)
    statement.add_argument("--name-en", required=True)
    statement.set_defaults(run=run_anchor_statement)
    admit = acts.add_parser("admit", help="add this home's issuer, vouched for by an authority")
    admit.add_argument("--name", required=True)
    admit.add_argument("--name-en", required=True)
    admit.add_argument("--authority", required=True, metavar="ADDRESS")
    admit.add_argument("--authority-name", required=True)
    admit.add_argument("--authority-name-en", required=True)
    admit.add_argument("--signature", required=True, help="EIP-191 over the statement, 0x and 130 digits")
    admit.set_defaults(run=run_anchor_admit)


def run_verify(arguments: argparse.Namespace) -> int:
    """Check whatever was named, by what its content says it is."""
    path = Path(arguments.what)
    if arguments.what.startswith(("http://", "https://")):
        return _verify_bundle(arguments, arguments.what, _fetched(arguments.what), arguments.file)
    if arguments.bundle is not None:
        return _verify_bundle(arguments, str(arguments.bundle), _octets(arguments.bundle), path)
    kind = _kind_of(path)
    if kind == "export":
        return _verify_export(arguments, path)
    if kind == "bundle":
        return _verify_bundle(arguments, str(path), _octets(path), arguments.file)
    raise BadInput(
        "bundle-needed",
        "这是普通文件；请用 --bundle 指出要比对的证据包。",
        "This is a plain file; name the evidence bundle to compare it with by --bundle.",
    )


def _kind_of(path: Path) -> str:
    """Tell an export by its first bytes, a bundle by being one JSON object, and everything else."""
    with _opened(path) as stream:
        head: bytes = stream.read(4096)
    if b"qianyin-export" in head.split(b"\n", 1)[0]:
        return "export"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return "bundle" if start.startswith(b"{") and b'"claim"' in _octets(path) else "file"


def _verify_bundle(arguments: argparse.Namespace, name: str, octets: bytes, file: Path | None) -> int:
    from indexer.evidence.bundle import read_bundle
    from indexer.evidence.verdict import verify

    anchor, text = _anchor(arguments)
    try:
        bundle = read_bundle(octets)
    except BundleError as fault:
        raise BadInput(
            "not-a-bundle",
            f"{name} 不是证据包，或已被改动得无法读取。",
            f"{name} is no evidence bundle, or was changed beyond reading: {fault}",
        ) from fault
    digest = _digest_of(file) if file else None
    verdict = verify(bundle, anchor, digest)
    if arguments.report:
        _write_report(arguments, name, octets, bundle, verdict, anchor, text, file)
    shown = _verdict_json(verdict, name)
    tell(arguments, shown, _verdict_text(verdict))
    return 0 if verdict.answer.value == "valid" else NOT_VALID


def _verify_export(arguments: argparse.Namespace, path: Path) -> int:
    from indexer.evidence.export import verify_export

    anchor, _ = _anchor(arguments)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = verify_export(lines, anchor)
    except ExportError as fault:
        failed = {"valid": False, "line": fault.line, "seq": fault.seq, "zh": fault.zh, "en": fault.en}
        text = f"✗ 第 {fault.line} 行 / line {fault.line}, seq {fault.seq}: {fault.zh} / {fault.en}"
        tell(arguments, failed, text)
        return NOT_VALID
    ties = [(where, one) for where, one in (("before", found.before), ("after", found.after)) if one]
    shown: dict[str, Any] = {
        "valid": found.complete,
        "records": found.records,
        "complete": found.complete,
        "ends": {where: {"tied": one.held, "zh": one.phrase.zh, "en": one.phrase.en} for where, one in ties},
    }
    lines_ = [f"{found.records} 条记录，次序与摘要相符 / records, in order and unchanged"]
    lines_ += [f"{where}: {one.phrase.zh} / {one.phrase.en}" for where, one in ties]
    lines_.append("完整 / complete" if found.complete else "完整性未证实 / completeness not proven")
    tell(arguments, shown, "\n".join(lines_))
    return 0 if found.complete else NOT_VALID


def _anchor(arguments: argparse.Namespace) -> tuple[TrustAnchor | None, bytes | None]:
    """Read the reader's anchor: the file that was named, else this home's, else none."""
    from indexer.evidence.anchor_file import read_anchor

    path: Path = arguments.anchor or settings_of(arguments).trust_anchor
    if arguments.anchor is None and not path.exists():
        return None, None
    text = _octets(path)
    return read_anchor(text), text


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
    arguments.report.write_text(text + "\n", encoding="utf-8")


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


def run_export(arguments: argparse.Namespace) -> int:
    """Write an export of whole blocks, streaming."""
    from indexer.announce import announce
    from indexer.evidence.export import write_csv, write_jsonl

    with installation_of(arguments) as installation:
        anchor = installation.anchor
        if anchor is None:
            raise Unavailable("no-anchor", "尚无信任锚。", "There is no trust anchor yet.")
        with installation.projection.view() as view:
            last = view.as_of.settled_number if arguments.last is None else arguments.last
            try:
                header = announce(view, installation.node, anchor, arguments.first, last)
            except ValueError as fault:
                raise BadInput(
                    "empty-range", "这个区块范围内没有账本。", f"There is nothing to export: {fault}."
                ) from fault
            records = iter(()) if header.first_seq is None or header.last_seq is None else view.records(
                header.first_seq, header.last_seq
            )  # fmt: skip
            write = write_csv if arguments.format == "csv" else write_jsonl
            encoding = "utf-8-sig" if arguments.format == "csv" else "utf-8"
            with arguments.output.open("w", encoding=encoding, newline="") as out:
                for line in write(header, records):
                    out.write(line)
    many = (
        0 if header.first_seq is None or header.last_seq is None else header.last_seq - header.first_seq + 1
    )
    tell(arguments, {"records": many, "file": str(arguments.output)}, f"{many} records → {arguments.output}")
    return 0


def run_anchor_show(arguments: argparse.Namespace) -> int:
    """Print the anchor of this home."""
    print(_octets(settings_of(arguments).trust_anchor).decode())
    return 0


def run_anchor_statement(arguments: argparse.Namespace) -> int:
    """Print what an authority has to sign."""
    from indexer.evidence.anchor import issuer_statement
    from service import anchoring
    from service.keys.operators import Operator

    with installation_of(arguments) as installation:
        anchor = anchoring.read(installation.settings.trust_anchor)
        issuer = installation.vault.operator(Operator.ISSUER)
        sys.stdout.write(issuer_statement(anchor, issuer, arguments.name, arguments.name_en).decode())
    return 0


def run_anchor_admit(arguments: argparse.Namespace) -> int:
    """Add this home's issuer to the anchor."""
    from indexer.evidence.anchor import Authority
    from indexer.values import address
    from service import anchoring
    from service.keys.operators import Operator

    authority = Authority(
        address(arguments.authority.lower()), arguments.authority_name, arguments.authority_name_en
    )
    with installation_of(arguments) as installation:
        anchoring.admit(
            installation.settings.trust_anchor,
            authority,
            installation.vault.operator(Operator.ISSUER),
            (arguments.name, arguments.name_en),
            bytes.fromhex(arguments.signature.removeprefix("0x")),
        )
    return 0


def _fetched(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  http or https, the reader typed it
            octets: bytes = answer.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Unavailable("url-silent", f"{url} 没有应答。", f"{url} does not answer: {fault}.") from fault
    return octets


def _octets(path: Path) -> bytes:
    with _opened(path) as stream:
        octets: bytes = stream.read(MOST_BYTES + 1)
    return octets


def _digest_of(path: Path) -> Hash32:
    with _opened(path) as stream:
        return Hash32(hashlib.file_digest(stream, "sha256").digest())


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as fault:
        raise BadInput(
            "file-unreadable",
            f"无法读取 {path}：{fault.strerror}。",
            f"{path} cannot be read: {fault.strerror}.",
        ) from fault
