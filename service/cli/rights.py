"""`qianyin rights …`: what a work's rights are, who may what, and acts on them, proposed and agreed to step by step.

Without a key in QIANYIN_KEY the institution asks, for whoever has the home folder is the institution.
"""

from __future__ import annotations

import argparse
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.access.bearer import PARTIES
from service.cli import (
    rights_consents,
    rights_files,
    rights_reading,
    rights_records,
    rights_showing,
    rights_statements,
)
from service.cli.opening import Verbs, address_word, hash_word, octets_of, owner_word
from service.cli.orders import moment_word
from service.cli.rights_asking import WORK, Asking, as_shape, asking, paper_in, papers, reads, work_of
from service.errors import BadInput

if TYPE_CHECKING:
    from service.api.acts import ActBody

_SCOPE = "as a lawyer writes it, e.g. 翻译权，日语，日本，电子书，2027-01-01 至 2036-12-31"
_AXES = ("rights", "territories", "languages", "media", "time")


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    rights = verbs.add_parser(
        "rights",
        help="estates, grants, who may what; acts on them, proposed and agreed to",
        description=(
            "Rights of works. Whoever's bearer key is in QIANYIN_KEY asks; without one the institution does. Acts are "
            "proposed: they are recorded once everybody concerned has agreed."
        ),
    )
    acts = rights.add_subparsers(dest="act", metavar="ACT", required=True)
    rights_reading.add(acts)
    rights_records.add(acts)
    _add_acts(acts)
    rights_consents.add(acts)
    rights_showing.add(acts)
    rights_statements.add(acts)
    rights_files.add(acts)


def _add_acts(acts: Verbs) -> None:
    claim = _proposes(acts, "claim", "claim rights of a work for their owners: an estate")
    claim.add_argument("work_id", metavar="work", help=WORK)
    claim.add_argument("scope", help=_SCOPE)
    _owners(claim)
    claim.add_argument("--alone-days", type=int, default=0, help="what one owner may grant alone: how long")
    claim.add_argument("--alone-quota", type=int, default=0, help="and how often")
    claim.add_argument("--backlog-until", metavar="DAY", help="last day to record older contracts")
    split = _proposes(acts, "split", "cut an estate along one axis")
    split.add_argument("estate_id", metavar="estate")
    split.add_argument("axis", choices=_AXES)
    split.add_argument(
        "cuts", nargs="+", metavar="PART", help="codes with commas between; along time: first days"
    )
    merge = _proposes(acts, "merge", "join estates that are one box together")
    merge.add_argument("axis", choices=_AXES)
    merge.add_argument("estate_ids", nargs="+", metavar="estate")
    assign = _proposes(acts, "assign", "give an estate to others")
    assign.add_argument("estate_id", metavar="estate")
    _owners(assign)
    papers(assign, "agreement", "signed")
    grant = _proposes(acts, "grant", "grant some of an estate")
    grant.add_argument("estate_id", metavar="estate")
    _terms(grant)
    grant.add_argument("--alone-by", type=address_word, metavar="ACCOUNT", help="one owner grants it alone")
    below = _proposes(acts, "sublicense", "grant some of a grant", act="sublicence")
    below.add_argument("parent_id", metavar="grant", type=hash_word)
    _terms(below)
    _add_endings(acts)


def _add_endings(acts: Verbs) -> None:
    surrender = _proposes(acts, "surrender", "give a grant up, as its licensee")
    surrender.add_argument("grant_id", metavar="grant", type=hash_word)
    surrender.add_argument("last_day", metavar="DAY", help="the last on which it is in force")
    terminate = _proposes(acts, "terminate", "end a grant, by agreement or on a condition that it records")
    terminate.add_argument("grant_id", metavar="grant", type=hash_word)
    terminate.add_argument("ground", choices=("agreement", "condition"))
    terminate.add_argument("last_day", metavar="DAY", help="the last on which it is in force")
    terminate.add_argument("--reason", required=True)
    readers: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        ("amend-estate", "estate_id", str),
        ("amend-grant", "grant_id", hash_word),
    )
    for name, what, kind in readers:
        noun = what.removesuffix("_id")
        named = f"an {noun}" if noun == "estate" else f"a {noun}"
        amend = _proposes(acts, name, f"enter the scope of {named} otherwise, with the reason")
        amend.add_argument(what, metavar=noun, type=kind)
        amend.add_argument("scope", help=_SCOPE)
        amend.add_argument("--reason", required=True)
    for name, about, run in (
        ("propose", "propose an act that is written as the API takes it", run_propose_file),
        ("explain", "say whether such an act would be refused, and by what; 3 if so", run_explain_file),
    ):
        file = acts.add_parser(name, help=about)
        file.add_argument("file", type=Path, help="JSON, as POST /v1/proposals takes it")
        takes = _keyed if run is run_propose_file else reads
        takes(file, run)


def _proposes(acts: Verbs, name: str, about: str, act: str | None = None) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = acts.add_parser(name, help=about)
    verb.add_argument(
        "--until",
        type=moment_word,
        metavar="TIME",
        help="until when all must have agreed (default: +30d; asked again, as at first)",
    )
    verb.add_argument("--explain", action="store_true", help="only say whether it would be refused; 3 if so")
    _keyed(verb, run_act)
    verb.set_defaults(named=act or name.replace("-", "_"))
    return verb


def _keyed(verb: argparse.ArgumentParser, run: object) -> None:
    verb.add_argument(
        "--idempotency-key",
        metavar="WORD",
        help="asked again under the same word, it is the same proposal (default: a new one)",
    )
    reads(verb, run)


def _owners(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--owner", action="append", required=True, type=owner_word, metavar="ACCOUNT=PARTS", dest="owners"
    )


def _terms(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("scope", help=_SCOPE)
    verb.add_argument("licensee", type=address_word, metavar="ACCOUNT")
    verb.add_argument("kind", choices=("exclusive", "sole", "non_exclusive"))
    papers(verb, "agreement", "signed")
    verb.add_argument("--sublicensable", action="store_true")
    verb.add_argument(
        "--notice-days", type=int, default=0, help="by how long a notice the grantor may end it"
    )
    verb.add_argument(
        "--conditions", type=hash_word, metavar="SHA256", help="of the text on which the grantor may end it"
    )
    verb.add_argument("--signed-on", metavar="DAY", help="of a contract older than the claim")


def run_act(arguments: argparse.Namespace) -> int:
    """Propose an act, or only say whether it would be refused."""
    with asking(arguments, *PARTIES) as one:
        if getattr(arguments, "work_id", None) is not None:
            arguments.work_id = work_of(one, arguments.work_id)
        if arguments.until is None:
            arguments.until = _deadline(one, arguments.idempotency_key)
    return _propose(arguments, _body(_stated(arguments)), explaining=arguments.explain)


def _deadline(one: Asking, key: str | None) -> int:
    """Give the deadline where none is stated: what is asked again under a key is not another act for being later."""
    from service.rights.proposals import deadline_under

    held = deadline_under(one.installation.database, one.bearer.key_id, key) if key else None
    return held or moment_word("+30d")


def run_propose_file(arguments: argparse.Namespace) -> int:
    """Propose an act that is written in a file."""
    return _propose(arguments, _body(_read(arguments.file)), explaining=False)


def run_explain_file(arguments: argparse.Namespace) -> int:
    """Say whether an act that is written in a file would be refused."""
    return _propose(arguments, _body(_read(arguments.file)), explaining=True)


def _stated(arguments: argparse.Namespace) -> dict[str, Any]:
    """Give the words of a command as the API takes them."""
    said: dict[str, Any] = {"act": arguments.named, "deadline": arguments.until}
    said |= {name: getattr(arguments, name, None) for name in _AS_THEY_ARE}
    named = {name: getattr(arguments, name, None) for name in _NAMES}
    said |= {name: "0x" + octets.hex() for name, octets in named.items() if octets is not None}
    if hasattr(arguments, "scope"):
        said["scope"] = {"text": arguments.scope}
    if hasattr(arguments, "cuts"):
        said["cuts"] = [part.split(",") for part in arguments.cuts]
    if hasattr(arguments, "alone_days"):
        said["alone"] = {"longest": arguments.alone_days, "quota": arguments.alone_quota}
    if hasattr(arguments, "agreement"):
        said["agreement"] = paper_in(arguments, "agreement")
    return {name: value for name, value in said.items() if value is not None}


_AS_THEY_ARE = (
    *("estate_id", "estate_ids", "axis", "kind", "last_day", "ground", "reason", "owners"),
    *("sublicensable", "notice_days", "signed_on", "backlog_until"),
)
_NAMES = ("work_id", "grant_id", "parent_id", "licensee", "conditions", "alone_by")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(octets_of(path))
    except ValueError as fault:
        raise BadInput("not-json", f"{path} 不是 JSON。", f"{path} is no JSON.") from fault
    return found if isinstance(found, dict) else {}


def _body(said: dict[str, Any]) -> ActBody:
    from service.api.acts import AnyAct

    found: ActBody = as_shape(
        AnyAct, said, "act-malformed", "有 {} 处不合格式：{}", "It is malformed in {} places: {}"
    )
    return found


def _propose(arguments: argparse.Namespace, body: ActBody, *, explaining: bool) -> int:
    with asking(arguments, *PARTIES) as one:
        if not explaining:
            key = arguments.idempotency_key or f"cli/{secrets.token_hex(8)}"
            return rights_consents.told(arguments, one, one.acting().propose(body, key))
        said = one.acting().explain(body)
        lines = [f"✗ {each['zh']}\n  {each['en']}" for each in said["objections"]]
        one.tell(arguments, said, "\n".join(lines) or "不会被拒绝 / it would not be refused")
        return 3 if said["refused"] else 0
