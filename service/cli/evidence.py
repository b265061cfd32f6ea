"""`qianyin evidence · export · anchor`: what is handed over: bundles, ranges of records, the trust anchor."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service.cli.opening import (
    Verbs,
    address_word,
    installation_of,
    octets_of,
    settings_of,
    signature_word,
    tell,
    writing,
    written,
)
from service.errors import BadInput, Unavailable


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    evidence = verbs.add_parser("evidence", help="write the evidence for a collectible or a work to a file")
    evidence.add_argument(
        "what",
        metavar="ID",
        help="collectible: number, or short code of a label; work: id, or SHA-256 of its file",
    )
    evidence.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="bundle to write")
    evidence.add_argument("--json", action="store_true")
    evidence.set_defaults(run=run_evidence)
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
    show = acts.add_parser("show", help="print it, as JSON")
    show.add_argument("--json", action="store_true", help="as it is without")
    show.set_defaults(run=run_anchor_show)
    statement = acts.add_parser(
        "statement", help="print what an authority has to sign for this home's issuer"
    )
    statement.add_argument("--name", required=True)
    statement.add_argument("--name-en", required=True)
    statement.add_argument("--json", action="store_true")
    statement.set_defaults(run=run_anchor_statement)
    admit = acts.add_parser("admit", help="add this home's issuer, vouched for by an authority")
    admit.add_argument("--name", required=True)
    admit.add_argument("--name-en", required=True)
    admit.add_argument("--authority", type=address_word, required=True, metavar="ADDRESS")
    admit.add_argument("--authority-name", required=True)
    admit.add_argument("--authority-name-en", required=True)
    admit.add_argument(
        "--signature",
        type=signature_word,
        required=True,
        help="EIP-191 over the statement, 0x and 130 digits",
    )
    admit.add_argument("--json", action="store_true")
    admit.set_defaults(run=run_anchor_admit)


def run_evidence(arguments: argparse.Namespace) -> int:
    """Write a bundle."""
    from indexer.evidence.bundle import write_bundle
    from service.cli import naming
    from service.reading.open import context
    from service.reading.proof import Prover

    with installation_of(arguments) as installation, context(installation) as one:
        known = naming.anything(one, arguments.what)
        bundle = Prover(installation, one.view, installation.anchor, installation.proofs).bundle(known)
    octets = write_bundle(bundle)
    written(arguments.output, octets)
    tell(
        arguments,
        {"file": str(arguments.output), "bytes": len(octets), "block": bundle.header.number},
        f"{arguments.output}（{len(octets)} 字节 / bytes）\n"
        f"任何人都可离线核验 / anybody checks it offline: qianyin verify {arguments.output} --anchor FILE",
    )
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write an export of whole blocks, streaming."""
    from indexer.announce import announce
    from service.audit.export import pieces

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
        with writing(arguments.output), arguments.output.open("wb") as out:
            for piece in pieces(installation.projection, header, arguments.format, installation.renderers):
                out.write(piece)
    many = (
        0 if header.first_seq is None or header.last_seq is None else header.last_seq - header.first_seq + 1
    )
    tell(arguments, {"records": many, "file": str(arguments.output)}, f"{many} records → {arguments.output}")
    return 0


def run_anchor_show(arguments: argparse.Namespace) -> int:
    """Print the anchor of this home."""
    print(octets_of(settings_of(arguments).trust_anchor).decode())
    return 0


def run_anchor_statement(arguments: argparse.Namespace) -> int:
    """Print what an authority has to sign."""
    from indexer.evidence.anchor import issuer_statement
    from service import anchoring
    from service.keys.operators import Operator

    with installation_of(arguments) as installation:
        anchor = anchoring.read(installation.settings.trust_anchor)
        issuer = installation.vault.operator(Operator.ISSUER)
        text = issuer_statement(anchor, issuer, arguments.name, arguments.name_en).decode()
    if arguments.json:
        tell(arguments, {"statement": text, "signed_as": "EIP-191"}, "")
    else:
        sys.stdout.write(text)  # Exactly the octets to sign: no line end of ours.
    return 0


def run_anchor_admit(arguments: argparse.Namespace) -> int:
    """Add this home's issuer to the anchor."""
    from indexer.evidence.anchor import Authority
    from service import anchoring
    from service.keys.operators import Operator

    authority = Authority(arguments.authority, arguments.authority_name, arguments.authority_name_en)
    with installation_of(arguments) as installation:
        anchoring.admit(
            installation.settings.trust_anchor,
            authority,
            installation.vault.operator(Operator.ISSUER),
            (arguments.name, arguments.name_en),
            arguments.signature,
        )
    tell(
        arguments,
        {"issuer": arguments.name_en, "authority": arguments.authority_name_en},
        "已写入信任锚 / in the trust anchor now",
    )
    return 0
