"""`qianyin rights open · close · disclose · undisclose`: what parties let others see of their rights."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from service.access.bearer import PARTIES
from service.cli.opening import Verbs, address_word, tell
from service.cli.orders import moment_word
from service.cli.rights_asking import asking, moment_text, piece, piece_in, reads

if TYPE_CHECKING:
    from service.rights.showing import Disclosure


def add(acts: Verbs) -> None:
    """Add the verbs to those of rights."""
    for name, about, opens in (
        ("open", "let anybody ask whether rights of an estate are to be had, as its owner", True),
        ("close", "let nobody ask any more whether rights of an estate are to be had", False),
    ):
        verb = acts.add_parser(name, help=about)
        verb.add_argument("estate", metavar="ID")
        reads(verb, run_openness)
        verb.set_defaults(opens=opens)
    disclose = piece(acts, "disclose", "let an account see an estate or a grant and its evidence, as a party")
    disclose.add_argument("--to", type=address_word, required=True, metavar="ACCOUNT")
    disclose.add_argument(
        "--until", type=moment_word, required=True, metavar="TIME", help="at most three years"
    )
    reads(disclose, run_disclose)
    undisclose = piece(acts, "undisclose", "let it be seen no longer; what was seen was seen")
    undisclose.add_argument("disclosure", help="its number, as qianyin rights show gives it")
    reads(undisclose, run_undisclose)


def run_openness(arguments: argparse.Namespace) -> int:
    """Decide whether anybody may ask."""
    from service.api.names import number_in
    from service.rights.answers import openness_body
    from service.rights.single import set_open

    with asking(arguments, *PARTIES) as one:
        estate, database = number_in(arguments.estate), one.installation.database
        said = set_open(one.book, one.audience, database, estate, one.bearer, is_open=arguments.opens)
    text = "公众可问 / the public may ask" if said.open else "公众不可问 / the public may not ask"
    tell(arguments, openness_body(said), text)
    return 0


def run_disclose(arguments: argparse.Namespace) -> int:
    """Let an account see it."""
    from service.rights.single import disclose

    with asking(arguments, *PARTIES) as one:
        shown, database = piece_in(one, arguments), one.installation.database
        made = disclose(one.audience, database, shown, one.bearer, to=arguments.to, until=arguments.until)
    return _told(arguments, made)


def run_undisclose(arguments: argparse.Namespace) -> int:
    """Let it be seen no longer."""
    from service.api.names import number_in
    from service.rights.single import end_disclosure

    with asking(arguments, *PARTIES) as one:
        shown, database = piece_in(one, arguments), one.installation.database
        ended = end_disclosure(one.audience, database, shown, one.bearer, number_in(arguments.disclosure))
    return _told(arguments, ended)


def _told(arguments: argparse.Namespace, one: Disclosure) -> int:
    from service.rights.answers import disclosure_body

    body = disclosure_body(one)
    ended = "已停止 / ended" if one.ended_at else f"至 / until {moment_text(one.until)}"
    tell(arguments, body, f"{one.id}  → {body['to']}  {ended}")
    return 0
