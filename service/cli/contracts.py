"""`qianyin contracts …`: a house's existing contracts, judged, compared, watched, taken in, and proposed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli.acting import PRINCIPAL
from service.cli.opening import Verbs, address_word, installation_of, say_problems, tell
from service.cli.orders import moment_word
from service.files.lookalikes import visible

if TYPE_CHECKING:
    from indexer.values import Address
    from service.installation import Installation
    from service.rights.backlog.contract import Contract
    from service.rights.backlog.keeping import Cabinet
    from service.rights.backlog.proposing import Outcome
    from service.rights.backlog.reporting import Findings
    from service.rights.backlog.sheet import ContractSheet


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    contracts = verbs.add_parser(
        "contracts",
        help="existing contracts from a sheet: what contradicts what, what comes when",
        description=(
            "Existing contracts. Nothing is refused for a conflict, and a term may be unknown; reported is what "
            "contradicts what, what may, and which days come."
        ),
    )
    acts = contracts.add_subparsers(dest="act", metavar="ACT", required=True)
    check = acts.add_parser("check", help="judge a sheet (CSV, XLSX) and report; nothing is kept")
    check.add_argument("sheet", type=Path)
    _reports(check)
    check.set_defaults(run=run_check)
    keep = acts.add_parser("keep", help="take in what a sheet lists, with the scans beside it, sealed")
    keep.add_argument("sheet", type=Path)
    keep.add_argument("--json", action="store_true")
    keep.set_defaults(run=run_keep)
    propose = acts.add_parser(
        "propose",
        help="propose those whose turn it is for the chain, the oldest first; say what stands against each",
    )
    propose.add_argument("--dry-run", action="store_true", help="propose nothing, and say what would be")
    propose.add_argument(
        "--until", type=moment_word, default="+30d", metavar="TIME", help="until when all must have agreed"
    )
    propose.add_argument(
        "--account",
        action="append",
        default=[],
        type=named_account,
        metavar="NAME=ACCOUNT",
        help="whose account a party's name is, where it is not registered under it, or several are",
    )
    propose.add_argument(
        "--again",
        action="append",
        default=[],
        metavar="CONTRACT",
        help="id of a contract whose proposal was withdrawn, lapsed or refused: propose it anew",
    )
    propose.add_argument("--json", action="store_true")
    propose.set_defaults(run=run_propose)
    report = acts.add_parser("report", help="report on what was taken in")
    _reports(report)
    report.set_defaults(run=run_report)


def _reports(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--conflicts", type=Path, metavar="SHEET", help="write the conflicts, as CSV or XLSX")
    verb.add_argument(
        "--calendar", type=Path, metavar="FILE", help="write the days to come, as iCalendar (.ics)"
    )
    verb.add_argument("--months", type=int, default=6, help="how far to look ahead (default: 6)")
    verb.add_argument("--language", choices=("zh", "en"), default="zh", help="of the report")
    verb.add_argument("--json", action="store_true")


def run_check(arguments: argparse.Namespace) -> int:
    """Judge a sheet, and report on its contracts even where there are errors."""
    sheet = _read(arguments)
    if not arguments.json:
        say_problems("✗", sheet.report.errors)
    found = _report(arguments, sheet.contracts)
    said = {**found, "sheet": sheet.report.as_json()}
    tell(arguments, said, _text(arguments, sheet.contracts))
    return 0 if sheet.report.is_sound else 1


def run_keep(arguments: argparse.Namespace) -> int:
    """Take contracts in; run again after being cut off it goes on."""
    sheet = _read(arguments)
    contracts = sheet.sound()
    with installation_of(arguments) as installation:
        cabinet = _cabinet(installation)
        ids = [kept.id for chunk in cabinet.take_in(contracts, sheet.scans) for kept in chunk]
    said = {"contracts": ids, "scans": len(sheet.scans), "warnings": sheet.report.warning_count}
    tell(
        arguments,
        said,
        f"{len(ids)} 份合同，{len(sheet.scans)} 份扫描件\n{len(ids)} contracts, {len(sheet.scans)} scans",
    )
    return 0


def run_report(arguments: argparse.Namespace) -> int:
    """Report on the contracts that were taken in."""
    with installation_of(arguments) as installation:
        contracts = tuple(kept.contract for kept in _cabinet(installation).contracts())
    tell(arguments, _report(arguments, contracts), _text(arguments, contracts))
    return 0


def named_account(text: str) -> tuple[str, Address]:
    """Read a name and an account from the command line; a wrong one is a wrong command line (exit code 2)."""
    name, mark, account = text.rpartition("=")
    if not (mark and name.strip()):
        raise argparse.ArgumentTypeError(f"{text[:80]!r}: NAME=ACCOUNT, e.g. 甲社=0x…")
    return name, address_word(account)


def run_propose(arguments: argparse.Namespace) -> int:
    """Propose what can go on the chain; run again it goes on, and proposes nothing twice."""
    from service.api.signatures import domain_of
    from service.keys.agreements import Claim
    from service.keys.operators import Operator
    from service.reading.open import context
    from service.rights.backlog.proposing import propose_due
    from service.rights.backlog.registers import registers_of
    from service.rights.book import Book
    from service.rights.drafting import Drafting

    with installation_of(arguments) as installation, context(installation) as one:
        cabinet, book = _cabinet(installation), Book(one.view)
        outcomes = propose_due(
            cabinet,
            Drafting(book, domain_of(installation, Claim), one.now),
            registers_of(installation, book, dict(arguments.account)),
            deadline=arguments.until,
            proposed_by=installation.vault.operator(Operator.ISSUER),
            again=frozenset(arguments.again),
            only_look=arguments.dry_run,
        )
        contracts = {kept.id: kept.contract for kept in cabinet.contracts()}
    said = [_outcome(each, contracts[each.contract_id]) for each in outcomes]
    tell(arguments, {"dry_run": arguments.dry_run, "contracts": said}, "\n".join(map(_outcome_text, said)))
    return 0


def _outcome(outcome: Outcome, contract: Contract) -> dict[str, Any]:
    from indexer.values import as_hex
    from service.rights.backlog.offering import OBSTACLE_WORDS
    from service.rights.backlog.proposing import PROGRESS_WORDS

    zh, en = PROGRESS_WORDS[outcome.progress]
    against = [{"code": one.value, **_both(OBSTACLE_WORDS[one])} for one in outcome.obstacles]
    against += [
        {"code": one.reason.code, "zh": one.reason.zh, "en": one.reason.en} for one in outcome.objections
    ]
    return {
        "id": outcome.contract_id,
        "row": contract.row,
        "number": contract.number,
        "work": contract.work.title or contract.work.number,
        "progress": outcome.progress.value,
        "zh": zh,
        "en": en,
        "against": against,
        "clashes": [as_hex(one) for one in outcome.clashes],
        "proposal": None if outcome.proposal is None else outcome.proposal.id,
    }


def _both(words: tuple[str, str]) -> dict[str, str]:
    return {"zh": words[0], "en": words[1]}


def _outcome_text(said: dict[str, Any]) -> str:
    lines = [f"{said['row']:>4} {said['number'] or said['id']} {said['work']}: {said['zh']} / {said['en']}"]
    lines += [f"     ✗ {one['zh']} / {one['en']}" for one in said["against"]]
    if said["clashes"]:
        many = len(said["clashes"])
        lines.append(
            f"     ! 与 {many} 项已记入的许可冲突，一并记入 / clashes with {many} on record, which is recorded"
        )
    if said["proposal"]:
        lines.append(f"     {said['proposal']}")
    return "\n".join(map(visible, lines))


def _read(arguments: argparse.Namespace) -> ContractSheet:
    """Read a sheet, and say its warnings; its errors are said by whoever goes on in spite of them, or stops."""
    from indexer.china import china_day
    from service.rights.backlog.sheet import read_contracts

    sheet = read_contracts(arguments.sheet, china_day(int(time.time())))
    if not arguments.json:
        say_problems("!", sheet.report.warnings)
    return sheet


def _cabinet(installation: Installation) -> Cabinet:
    from service.rights.backlog.house import cabinet_of

    return cabinet_of(installation, PRINCIPAL)


def _findings(arguments: argparse.Namespace, contracts: Sequence[Contract]) -> Findings:
    from indexer.china import china_day
    from service.rights.backlog.contract import Span
    from service.rights.backlog.findings import findings

    return findings(contracts, china_day(int(time.time())), Span(months=arguments.months))


def _text(arguments: argparse.Namespace, contracts: Sequence[Contract]) -> str:
    from service.rights.backlog.reporting import as_text

    return "" if arguments.json else as_text(_findings(arguments, contracts), arguments.language).rstrip()


def _report(arguments: argparse.Namespace, contracts: Sequence[Contract]) -> dict[str, Any]:
    """Write the files that were asked for; gives the report as one JSON object."""
    from service.intake.writing import write_sheet
    from service.rights.backlog.calendar import write_calendar
    from service.rights.backlog.reporting import as_json, conflict_columns, conflict_rows

    found, tongue = _findings(arguments, contracts), arguments.language
    if arguments.conflicts is not None:
        write_sheet(
            arguments.conflicts, conflict_columns(tongue), conflict_rows(found.conflicts, tongue), tongue
        )
    if arguments.calendar is not None:
        arguments.calendar.write_bytes(write_calendar(found.coming, datetime.now(UTC), tongue))
    return as_json(found)
