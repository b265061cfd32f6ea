"""`qianyin mint SHEET · import museum FILE`: works from a spreadsheet or a museum's records."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli.opening import Verbs, aside, counted, installation_of, say_problems, settings_of, tell
from service.files.description import Kind

if TYPE_CHECKING:
    from service.installation import Installation
    from service.intake.report import Report
    from service.intake.sheet import Sheet
    from service.issuing.sheet import Terms
    from service.outbox.operations import Operation

_KINDS = [kind.value for kind in Kind]
_SHOWN = 12


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    mint = verbs.add_parser("mint", help="deposit and issue what a sheet (CSV, XLSX) lists")
    mint.add_argument("sheet", type=Path)
    mint.add_argument("--collection", help="collection of rows that name none; they are issued one each")
    mint.add_argument("--kind", choices=_KINDS, help="kind of rows that state none")
    mint.add_argument(
        "--public", action="append", default=[], metavar="COLUMN", help="a column to make public"
    )
    mint.add_argument(
        "--allow", action="append", default=[], choices=_KINDS, help="a kind that new collections issue, too"
    )
    mint.add_argument("--dry-run", action="store_true", help="judge the sheet, all errors at once, and stop")
    mint.add_argument("--no-wait", action="store_true", help="end once all is accepted, which is durable")
    mint.add_argument("--json", action="store_true")
    mint.set_defaults(run=run_mint)
    imports = verbs.add_parser("import", help="make a sheet from records of another form")
    forms = imports.add_subparsers(dest="form", metavar="FORM", required=True)
    museum = forms.add_parser("museum", help="JSON lines of a museum's catalogue")
    museum.add_argument("file", type=Path)
    museum.add_argument(
        "-o", "--output", type=Path, required=True, metavar="SHEET", help="CSV or XLSX to write"
    )
    museum.add_argument("--institution", help="who holds the objects")
    museum.add_argument(
        "--public-provenance", action="store_true", help="the museum has published its provenance"
    )
    museum.add_argument("--language", choices=("zh", "en"), default="zh", help="of the headings")
    museum.add_argument("--json", action="store_true")
    museum.set_defaults(run=run_import_museum)


def run_import_museum(arguments: argparse.Namespace) -> int:
    """Turn a museum's records into a sheet."""
    from service.intake.museum import MuseumOptions, import_museum, museum_columns
    from service.intake.writing import write_sheet

    options = MuseumOptions(arguments.institution, public_provenance=arguments.public_provenance)
    rows = write_sheet(
        arguments.output, museum_columns(options), import_museum(arguments.file, options), arguments.language
    )
    tell(
        arguments,
        {"rows": rows, "sheet": str(arguments.output)},
        f"{counted(rows, 'row')} → {arguments.output}",
    )
    return 0


def run_mint(arguments: argparse.Namespace) -> int:
    """Judge a sheet, then deposit and issue what it lists."""
    began = time.monotonic()
    sheet, report = _judged(arguments)
    judged = time.monotonic() - began
    _say_problems(report, quiet=arguments.json)
    if arguments.dry_run or not report.is_sound:
        tell(arguments, report.as_json(), _summary(report))
        return 0 if report.is_sound else 1
    with installation_of(arguments) as installation:
        found = _issue(installation, sheet, report.rows, arguments)
    found |= {"rows": report.rows, "warnings": report.warning_count}
    found["seconds"] = {"judged": round(judged, 2), **found["seconds"]}
    tell(arguments, found, _outcome(found))
    return 0 if not found["refused"] else 1


def _outcome(found: dict[str, Any]) -> str:
    """Say what came of a sheet, with the names by which it is found again."""
    from service.pages.codes import short_code

    issued, works = found["collectibles"], found["works"]
    lines = [f"{found['rows']} 行，{len(works)} 件存证，{len(issued)} 件数字藏品"]
    many = ((found["rows"], "row"), (len(works), "deposit"), (len(issued), "collectible"))
    lines += [", ".join(counted(*one) for one in many)]
    lines += [f"  系列 / collection  {one}" for one in found["collections"]]
    lines += [f"  存证 / deposit     {one}" for one in works[:_SHOWN] if not issued]
    lines += [f"  藏品 / collectible {short_code(int(one)):16} {one}" for one in issued[:_SHOWN]]
    if len(issued) > _SHOWN:
        lines.append(f"  … {len(issued) - _SHOWN} 件见 --json / more: see --json")
    for one in found["refused"][:_SHOWN]:
        lines += [f"✗ {one['operation']} {one['kind']}: {one.get('zh', '')}", f"  {one.get('en', '')}"]
    if len(found["refused"]) > _SHOWN:
        lines.append(f"  … {len(found['refused']) - _SHOWN}：qianyin operation list --state refused")
    seconds = ", ".join(f"{name} {value}" for name, value in found["seconds"].items())
    return "\n".join([*lines, f"用时（秒）/ seconds: {seconds}"])


def _judged(arguments: argparse.Namespace) -> tuple[Sheet, Report]:
    """Read a sheet and judge it, by what the home knows where there is one, so that a dry run foresees a refusal."""
    from tqdm import tqdm

    from service.intake.sheet import Options, read_sheet
    from service.issuing.foresight import against, against_in

    usual = _terms(arguments.allow).policy
    kind = Kind(arguments.kind) if arguments.kind else None
    options = Options(kind, arguments.collection, frozenset(arguments.public))
    with ExitStack() as opened:
        if settings_of(arguments).deployment.exists():
            knows = against_in(opened.enter_context(installation_of(arguments)), usual)
        else:
            knows = against(lambda _: usual, lambda _: True)
        sheet = read_sheet(arguments.sheet, replace(options, against=knows))
        with tqdm(unit="row", desc="judge", disable=arguments.json or None) as bar:
            return sheet, sheet.check(lambda done: bar.update(done - bar.n))


def _issue(
    installation: Installation, sheet: Sheet, many: int, arguments: argparse.Namespace
) -> dict[str, Any]:
    from tqdm import tqdm

    from service.cli.waiting import Chain, wait
    from service.issuing.desk import desk_of
    from service.issuing.sheet import issue

    began, chain = time.monotonic(), Chain.of(installation.settings.home)
    accepted: list[Operation] = []
    rows = tqdm(sheet.requests(), total=many, unit="row", desc="accept", disable=arguments.json or None)
    for chunk in issue(desk_of(installation, "cli"), rows, _terms(arguments.allow)):
        accepted += chunk
    seconds = {"accepted": round(time.monotonic() - began, 2)}
    named = _named(accepted)
    if arguments.no_wait:
        return {"operations": len(accepted), **named, "refused": [], "seconds": seconds}
    aside(
        f"{len(accepted)} 项已受理，不会丢失；等待记入账本（可中断，重新运行即继续）",
        f"{len(accepted)} accepted, durably; waiting for the ledger (interrupt at will, run again to go on)",
    )
    settling = time.monotonic()
    with tqdm(total=len(accepted), unit="op", desc="settle", disable=arguments.json or None) as bar:
        refused = wait(installation, accepted, bar.update)
    seconds |= {"settled": round(time.monotonic() - settling, 2), **chain.seconds(time.monotonic() - began)}
    return {"operations": len(accepted), **named, "refused": refused, "seconds": seconds}


def _named(accepted: Sequence[Operation]) -> dict[str, list[str]]:
    """Give the ids of what was asked for, in its order."""
    from indexer.values import as_hex
    from service.outbox import requests as asked

    found: dict[str, list[str]] = {"collections": [], "works": [], "collectibles": []}
    for one in accepted:
        match one.request:
            case asked.CreateCollection() as request:
                found["collections"].append(as_hex(request.collection_id))
            case asked.Deposit() as request:
                found["works"].append(as_hex(request.work_id))
            case asked.Mint() as request:
                found["collectibles"].append(str(request.token_id))
    return found


def _terms(allowed: list[str]) -> Terms:
    """Give the usual terms, with further kinds of work that new collections may issue."""
    from service.issuing.deposits import work_kind
    from service.issuing.plan import USUAL_POLICY
    from service.issuing.sheet import Terms

    kinds = sum({1 << work_kind(Kind(kind)) for kind in allowed})
    return Terms(replace(USUAL_POLICY, work_kinds=USUAL_POLICY.work_kinds | kinds))


def _say_problems(report: Report, *, quiet: bool) -> None:
    if quiet:
        return
    for mark, problems in (("✗", report.errors), ("!", report.warnings[:20])):
        say_problems(mark, problems)
    if len(report.warnings) > 20:
        aside(
            f"另有 {len(report.warnings) - 20} 条提示",
            counted(len(report.warnings) - 20, "more warning"),
        )


def _summary(report: Report) -> str:
    return (
        f"{report.rows} 行，{report.error_count} 处错误，{report.warning_count} 条提示；拟发行 {report.issued} 件\n"
        f"{counted(report.rows, 'row')}, {counted(report.error_count, 'error')}, "
        f"{counted(report.warning_count, 'warning')}; {counted(report.issued, 'collectible')} to issue"
    )
