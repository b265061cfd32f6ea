"""`qianyin rights moral-rights · contest · withdraw-contest`: what the institution states of a work's rights."""

from __future__ import annotations

import argparse
import secrets
from typing import Any

from service.cli.acting import add_act, follow
from service.cli.opening import Verbs, address_word, installation_of
from service.cli.rights_asking import WORK, as_shape, paper_in, papers, read_for, whoever, work_of

_ITEMS = "of article 10: 1 publication, 2 attribution, 3 alteration, 4 integrity"


def add(acts: Verbs) -> None:
    """Add the verbs to those of rights."""
    moral = _states(
        acts,
        "moral-rights",
        "state, as the institution, whose the moral rights are; they are never granted",
        run_moral,
    )
    moral.add_argument("moral_rights", nargs="+", type=int, choices=(1, 2, 3, 4), metavar="ITEM", help=_ITEMS)
    papers(moral, "statement", "what says so")
    moral.add_argument(
        "--author", type=address_word, metavar="ACCOUNT", help="left out: the statement names the author"
    )
    contest = _states(acts, "contest", "contest the rights of a work, as the institution", run_contest)
    papers(contest, "evidence", "what shows it")
    contest.add_argument("--reason", required=True)
    contest.add_argument("--rival", metavar="WORK", help="the other deposit of the same work")
    withdraw = _states(acts, "withdraw-contest", "take the institution's contest back", run_withdraw)
    withdraw.add_argument("--reason", required=True)
    withdraw.add_argument(
        "--by", type=address_word, metavar="ACCOUNT", help="that contested, if it is not the present one"
    )


def _states(acts: Verbs, name: str, about: str, run: object) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = acts.add_parser(name, help=about)
    verb.add_argument("work", help=WORK)
    add_act(verb)
    verb.set_defaults(run=run)
    return verb


def run_moral(arguments: argparse.Namespace) -> int:
    """State whose the moral rights are."""
    from service.api.rights import MoralRightsBody

    said = {"moral_rights": arguments.moral_rights, "statement": paper_in(arguments, "statement")}
    return _state(arguments, MoralRightsBody, said | _account(arguments, "author"))


def run_contest(arguments: argparse.Namespace) -> int:
    """Contest rights."""
    from service.api.rights import ContestBody

    said = {"evidence": paper_in(arguments, "evidence"), "reason": arguments.reason}
    return _state(arguments, ContestBody, said)


def run_withdraw(arguments: argparse.Namespace) -> int:
    """Take a contest back."""
    from service.api.rights import EndOfContestBody

    return _state(arguments, EndOfContestBody, {"reason": arguments.reason} | _account(arguments, "by"))


def _account(arguments: argparse.Namespace, name: str) -> dict[str, str]:
    found = getattr(arguments, name)
    return {} if found is None else {name: "0x" + found.hex()}


def _state(arguments: argparse.Namespace, shape: Any, said: dict[str, Any]) -> int:
    """Accept what the institution states, and follow it to its end."""
    from service.access.bearer import Scope
    from service.api.rights import statement

    with installation_of(arguments) as installation:
        who = whoever(installation, Scope.ISSUER)
        with read_for(arguments, installation, who) as one:
            work = work_of(one, arguments.work)
            if getattr(arguments, "rival", None) is not None:
                said |= {"rival_id": "0x" + work_of(one, arguments.rival).hex()}
        body = as_shape(
            shape, said, "statement-malformed", "有 {} 处不合格式：{}", "It is malformed in {} places: {}"
        )
        key = arguments.idempotency_key or f"cli/{secrets.token_hex(8)}"
        return follow(arguments, installation, statement(installation, who, key, work, body))
