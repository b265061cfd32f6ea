"""`qianyin rights history · evidence`: the records of rights, and what proves them to anybody."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli.opening import Verbs, written
from service.cli.rights_asking import Asking, asking, named, piece_in, reads, record_text, within, work_of

if TYPE_CHECKING:
    from indexer.evidence.rights_claims import InForce, Title
    from indexer.values import Hash32


def add(acts: Verbs) -> None:
    """Add the verbs to those of rights."""
    history = acts.add_parser(
        "history", help="list the records of a work's rights, an estate or a grant, newest first"
    )
    named(history)
    history.add_argument(
        "--after", type=within(0, (1 << 63) - 1), metavar="CURSOR", help="what the part before gave as next"
    )
    history.add_argument("--limit", type=within(1, 200), default=50)
    reads(history, run_history)
    _add_evidence(acts)


def _add_evidence(acts: Verbs) -> None:
    evidence = acts.add_parser(
        "evidence", help="write evidence to a file; anybody checks it offline"
    ).add_subparsers(dest="what", metavar="WHAT", required=True)
    estate = evidence.add_parser("estate", help="write the evidence for whose an estate is")
    grant = evidence.add_parser("grant", help="write the evidence that a grant is in force on a day")
    for verb in (estate, grant):
        verb.add_argument("name", metavar="ID")
        verb.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="bundle to write")
        reads(verb, run_evidence)
    grant.add_argument(
        "--on", metavar="DAY", help="default: today, or the nearest day on which it is in force"
    )
    grant.add_argument(
        "--whole",
        action="store_true",
        help="with all records of the work's rights: no other grant is in the way",
    )


def run_history(arguments: argparse.Namespace) -> int:
    """List records."""
    from service.rights.single import history

    with asking(arguments) as one:
        found = history(one.book, one.audience, _subject(one, arguments), arguments.after, arguments.limit)
        lines = [_entry(each) for each in found["entries"]]
        if found["next"] is not None:
            lines.append(f"更早 / older: --after {found['next']}")
        one.tell(arguments, found, "\n".join(lines) or "没有 / none")
    return 0


def _entry(one: dict[str, Any]) -> str:
    act = one["words"]["act"] if one["words"] else "未知行为 / unknown act"
    return f"{record_text(one)}  {act}"


def _subject(one: Asking, arguments: argparse.Namespace) -> Hash32:
    from service.rights.single import rights_known

    if arguments.what == "work":
        return rights_known(one.book, one.audience, work_of(one, arguments.name)).subject
    return piece_in(one, arguments).subject


def run_evidence(arguments: argparse.Namespace) -> int:
    """Write a bundle."""
    from indexer.evidence.bundle import write_bundle
    from service.reading.proof import Prover

    with asking(arguments) as one:
        claim, installation = _claim(one, arguments), one.installation
        prover = Prover(installation, one.book.view, installation.anchor, installation.proofs)
        bundle = prover.bundle_of(claim, one.book.work(claim.work_id))
        octets = write_bundle(bundle)
        written(arguments.output, octets)
        said = {"file": str(arguments.output), "bytes": len(octets), "block": bundle.header.number}
        one.tell(
            arguments,
            said,
            f"{arguments.output}（{len(octets)} 字节 / bytes）\n"
            f"任何人都可离线核验 / anybody checks it offline: qianyin verify {arguments.output} --anchor FILE",
        )
    return 0


def _claim(one: Asking, arguments: argparse.Namespace) -> Title | InForce:
    from service.api.names import digest_in, number_in
    from service.api.scoping import day_in
    from service.rights.single import in_force_claim, title_claim

    if arguments.what == "estate":
        return title_claim(one.book, one.audience, number_in(arguments.name))
    day, named = day_in(arguments.on) if arguments.on else None, digest_in(arguments.name)
    return in_force_claim(one.book, one.audience, named, day, one.speaker.now, whole=arguments.whole)
