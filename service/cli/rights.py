"""`qianyin rights …`: what a work's rights are, who may what, and acts on them, proposed and agreed to step by step.

Without a key in QIANYIN_KEY the institution asks, for whoever has the home folder is the institution.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli import rights_files
from service.cli.opening import (
    Verbs,
    address_word,
    hash_word,
    octets_of,
    opened,
    owner_word,
    signature_word,
    tell,
)
from service.cli.orders import moment_word
from service.cli.rights_asking import Asking, as_shape, asking, work_of
from service.errors import BadInput

if TYPE_CHECKING:
    from service.api.acts import ActBody
    from service.rights.proposals import Proposal

_SCOPE = "as a lawyer writes it, e.g. 翻译权，日语，日本，电子书，2027-01-01 至 2036-12-31"
_WORK = "id, or SHA-256 of its file"
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
    _add_readings(acts)
    _add_acts(acts)
    _add_steps(acts)
    rights_files.add(acts)


def _add_readings(acts: Verbs) -> None:
    show = acts.add_parser("show", help="list the estates and grants of a work that are yours to see")
    show.add_argument("work", help=_WORK)
    _reads(show, run_show)
    ask = acts.add_parser("ask", help="who may do this there in that way on a day, and on what proof")
    ask.add_argument("work", help=_WORK)
    for name in ("right", "territory", "language", "medium"):
        ask.add_argument(name, help="its code, e.g. " + _EXAMPLES[name])
    ask.add_argument("--on", metavar="DAY", help="default: today")
    ask.add_argument("--known-at", type=moment_word, metavar="TIME", help="as known then (default: now)")
    _reads(ask, run_ask)
    free = acts.add_parser("free", help="lay out what is kept and what is granted: rights by territories")
    free.add_argument("work", help=_WORK)
    free.add_argument("--language", action="append", metavar="CODE")
    free.add_argument("--medium", action="append", metavar="CODE")
    free.add_argument("--on", metavar="DAY", help="default: today")
    _reads(free, run_free)
    expiring = acts.add_parser("expiring", help="list grants that end soon, the nearest first")
    expiring.add_argument("--days", type=int, default=183)
    _reads(expiring, run_expiring)


_EXAMPLES = {"right": "translation", "territory": "JP", "language": "ja", "medium": "ebook"}


def _reads(verb: argparse.ArgumentParser, run: object) -> None:
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(run=run)


def _add_acts(acts: Verbs) -> None:
    claim = _proposes(acts, "claim", "claim rights of a work for their owners: an estate")
    claim.add_argument("work_id", metavar="work", help=_WORK)
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
    _agreement(assign)
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
        amend = _proposes(acts, name, f"enter the scope of a {noun} otherwise, with the reason")
        amend.add_argument(what, metavar=noun, type=kind)
        amend.add_argument("scope", help=_SCOPE)
        amend.add_argument("--reason", required=True)
    for name, about, run in (
        ("propose", "propose an act that is written as the API takes it", run_propose_file),
        ("explain", "say whether such an act would be refused, and by what; 3 if so", run_explain_file),
    ):
        file = acts.add_parser(name, help=about)
        file.add_argument("file", type=Path, help="JSON, as POST /v1/proposals takes it")
        _keyed(file, run)


def _add_steps(acts: Verbs) -> None:
    listed = acts.add_parser("proposals", help="list proposals that are yours to see, newest first")
    listed.add_argument("--open", action="store_true", help="only those that wait for consents")
    listed.add_argument("--limit", type=int, default=20)
    _reads(listed, run_proposals)
    shown = acts.add_parser("proposal", help="who has agreed, who is missing, until when")
    shown.add_argument("proposal", metavar="ID")
    _reads(shown, run_proposal)
    typed = acts.add_parser("typed-data", help="print what a wallet signs to agree (EIP-712)")
    typed.add_argument("proposal", metavar="ID")
    _reads(typed, run_typed_data)
    agree = acts.add_parser("agree", help="agree for a party: its key is kept here, or with its signature")
    agree.add_argument("proposal", metavar="ID")
    agree.add_argument("--party", type=address_word, metavar="ACCOUNT", help="where you stand for several")
    agree.add_argument("--signature", type=signature_word, help="of the party's own key")
    _reads(agree, run_agree)
    attest = acts.add_parser("attest", help="attest that a party without a key signed a paper by hand")
    attest.add_argument("proposal", metavar="ID")
    attest.add_argument("party", type=address_word, metavar="ACCOUNT")
    attest.add_argument("paper", type=Path, metavar="FILE", help="the scan; only its SHA-256 is kept")
    _reads(attest, run_attest)
    confirm = acts.add_parser(
        "confirm", help="confirm what was attested; asked for by an operator's key (QIANYIN_KEY)"
    )
    confirm.add_argument("proposal", metavar="ID")
    confirm.add_argument("party", type=address_word, metavar="ACCOUNT")
    _reads(confirm, run_confirm)
    decline = acts.add_parser("decline", help="end a proposal: take it back, or say no as a party")
    decline.add_argument("proposal", metavar="ID")
    decline.add_argument("--reason", required=True)
    _reads(decline, run_decline)


def _proposes(acts: Verbs, name: str, about: str, act: str | None = None) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = acts.add_parser(name, help=about)
    verb.add_argument(
        "--until", type=moment_word, default="+30d", metavar="TIME", help="until when all must have agreed"
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
    _reads(verb, run)


def _owners(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--owner", action="append", required=True, type=owner_word, metavar="ACCOUNT=PARTS", dest="owners"
    )


def _agreement(verb: argparse.ArgumentParser) -> None:
    paper = verb.add_mutually_exclusive_group(required=True)
    paper.add_argument("--agreement", type=Path, metavar="FILE", help="signed; only its SHA-256 is kept")
    paper.add_argument(
        "--agreement-hash", type=hash_word, metavar="SHA256", help="that, where it is not here"
    )


def _terms(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("scope", help=_SCOPE)
    verb.add_argument("licensee", type=address_word, metavar="ACCOUNT")
    verb.add_argument("kind", choices=("exclusive", "sole", "non_exclusive"))
    _agreement(verb)
    verb.add_argument("--sublicensable", action="store_true")
    verb.add_argument(
        "--notice-days", type=int, default=0, help="by how long a notice the grantor may end it"
    )
    verb.add_argument("--signed-on", metavar="DAY", help="of a contract older than the claim")


def run_show(arguments: argparse.Namespace) -> int:
    """List a work's rights."""
    from service.rights.asking import glance

    with asking(arguments) as one:
        found = glance(one.book, one.audience, work_of(one, arguments.work))
    lines = [
        f"权利项 / estate {each['estate_id']}  {each['status']}\n  {each['scope']['zh']}"
        for each in found["estates"]
    ]
    lines += [
        f"许可 / grant {each['grant_id']}  {each['kind']}  → {each['licensee']}\n  {each['scope']['zh']}"
        for each in found["grants"]
    ]
    tell(arguments, found, "\n".join(lines))
    return 0


def run_ask(arguments: argparse.Namespace) -> int:
    """Answer who may."""
    from service.api.scoping import day_or_today, point_in
    from service.rights.asking import question

    with asking(arguments) as one:
        day = day_or_today(arguments.on, one.speaker.now)
        words = (arguments.right, arguments.territory, arguments.language, arguments.medium)
        known_at = arguments.known_at or one.speaker.now
        work = work_of(one, arguments.work)
        found = question(one.book, one.audience, work, point_in(*words, day), known_at)
    tell(arguments, found, _answer(found))
    return 0


def _answer(found: dict[str, Any]) -> str:
    lines = [
        f"{each['kind']}  {each['licensee']}  {each['grant_id']}\n  {each['scope']['zh']}\n"
        f"  协议 / agreement {each['agreement']}"
        for each in found["grants"]
    ]
    lines += [
        f"权利人 / owner {one['account']} {one['part']}/{one['whole']}"
        for one in (found["estate"] or {}).get("owners", [])
    ]
    if found["free"]:
        said = "，".join(name for name, free in found["free"].items() if free)
        lines.append(f"尚可 / still free: {said or '无 / nothing'}")
    return "\n".join(lines) or "无人主张 / nobody claims it"


def run_free(arguments: argparse.Namespace) -> int:
    """Lay out what is kept and what is granted."""
    from indexer.rights.codes import LANGUAGES, MEDIA
    from service.api.scoping import day_or_today, mask_in
    from service.rights.asking import slice_of

    with asking(arguments) as one:
        now = one.speaker.now
        found = slice_of(
            one.book,
            one.audience,
            work_of(one, arguments.work),
            day_or_today(arguments.on, now),
            now,
            languages=mask_in(LANGUAGES, arguments.language) if arguments.language else LANGUAGES.assigned,
            media=mask_in(MEDIA, arguments.medium) if arguments.medium else MEDIA.assigned,
        )
    heads = [
        column[0] if len(column) == 1 else f"{column[0]}+{len(column) - 1}" for column in found["columns"]
    ]
    lines = ["  ".join(f"{head:13}" for head in ("", *heads))]
    for row in found["rows"]:
        states = [cell["state"] + ("*" if cell["part"] else "") for cell in row["cells"]]
        lines.append("  ".join(f"{word:13}" for word in (row["right"][:13], *states)))
    tell(arguments, found, "\n".join(lines))
    return 0


def run_expiring(arguments: argparse.Namespace) -> int:
    """List what ends soon."""
    from service.rights.asking import expiring

    with asking(arguments) as one:
        found = expiring(one.book, one.audience, one.speaker.now, arguments.days)
    lines = [
        f"{each['last_day']}  {each['kind']}  {each['grant_id']}\n  {each['scope']['zh']}" for each in found
    ]
    tell(arguments, {"grants": found}, "\n".join(lines) or "没有 / none")
    return 0


def run_act(arguments: argparse.Namespace) -> int:
    """Propose an act, or only say whether it would be refused."""
    if getattr(arguments, "work_id", None) is not None:
        with asking(arguments) as one:
            arguments.work_id = work_of(one, arguments.work_id)
    return _propose(arguments, _body(_stated(arguments)), explaining=arguments.explain)


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
        said["agreement"] = _paper(arguments)
    return {name: value for name, value in said.items() if value is not None}


_AS_THEY_ARE = (
    *("estate_id", "estate_ids", "axis", "kind", "last_day", "ground", "reason", "owners"),
    *("sublicensable", "notice_days", "signed_on", "backlog_until"),
)
_NAMES = ("work_id", "grant_id", "parent_id", "licensee", "alone_by")


def _paper(arguments: argparse.Namespace) -> str:
    if arguments.agreement is None:
        return "0x" + bytes(arguments.agreement_hash).hex()
    return "0x" + _sha256(arguments.agreement)


def _sha256(path: Path) -> str:
    with opened(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
    from service.api.signatures import domain_of
    from service.keys.agreements import Claim
    from service.rights import proposals
    from service.rights.answers import objection_body, proposal_body
    from service.rights.drafting import Drafting
    from service.rights.explained import objections

    with asking(arguments) as one:
        one.speaker.require_seen(body.estates(), body.grants())
        drafting = Drafting(one.book, domain_of(one.installation, Claim), one.speaker.now)
        draft = body.draft(drafting)
        proposer = one.speaker.proposer(draft)
        objected = [
            objection_body(each, lambda grant: one.audience.sees_grant(one.book, grant))
            for each in objections(drafting, draft.request, draft.parties)
        ]
        if explaining:
            lines = [f"✗ {each['zh']}\n  {each['en']}" for each in objected]
            said = {"refused": bool(objected), "objections": objected}
            tell(arguments, said, "\n".join(lines) or "不会被拒绝 / it would not be refused")
            return 3 if objected else 0
        found = proposals.propose(
            one.installation.database,
            draft,
            principal=one.bearer.key_id,
            idempotency_key=arguments.idempotency_key or f"cli/{secrets.token_hex(8)}",
            proposed_by=proposer,
            asked=hashlib.sha256(body.model_dump_json().encode()).digest(),
        )
    tell(arguments, proposal_body(found) | {"objections": objected}, _text(found, objected))
    return 0


def _text(found: Proposal, objected: list[dict[str, Any]] | None = None) -> str:
    from indexer.wire import write_address

    until = time.strftime("%Y-%m-%d %H:%M (UTC+8)", time.gmtime(found.deadline + 8 * 3_600))
    lines = [f"{found.id}  {found.request.KIND}  {found.state.value}  至 / until {until}"]
    for party in found.parties:
        given = found.given.get(party)
        how = given.assent.name.lower() if given else "—"
        lines.append(f"  {'✓' if party not in found.missing else '…'} {write_address(party)}  {how}")
    lines += [f"  ✗ {each['zh']}\n    {each['en']}" for each in objected or ()]
    if found.operation_id:
        lines.append(f"  已提交 / handed in: qianyin operation wait {found.operation_id}")
    return "\n".join(lines)


def run_proposals(arguments: argparse.Namespace) -> int:
    """List proposals."""
    from service.rights import proposals
    from service.rights.answers import proposal_body

    with asking(arguments) as one:
        listed = proposals.proposals(
            one.installation.database,
            accounts=one.audience.accounts,
            nobody=one.audience.has_no_part,
            open_only=arguments.open,
            limit=arguments.limit,
        )
        found = [each for each in listed if one.audience.sees_proposal(one.book, each)]
    said = {"proposals": [proposal_body(each) for each in found]}
    tell(arguments, said, "\n".join(map(_text, found)) or "没有 / none")
    return 0


def run_proposal(arguments: argparse.Namespace) -> int:
    """Show a proposal."""
    with asking(arguments) as one:
        return _tell(arguments, _visible(one, arguments.proposal))


def run_typed_data(arguments: argparse.Namespace) -> int:
    """Print what a wallet signs."""
    from service.api.signatures import domain_of
    from service.keys.agreements import Claim
    from service.keys.intents import typed_data

    with asking(arguments) as one:
        found = _visible(one, arguments.proposal)
        said = typed_data(domain_of(one.installation, Claim), found.request.agreement)
    print(json.dumps(said, ensure_ascii=False, indent=None if arguments.json else 1))
    return 0


def run_agree(arguments: argparse.Namespace) -> int:
    """Agree for a party."""
    from service.access.bearer import Scope
    from service.api.signatures import desk_of, require_signed
    from service.rights import consents

    signature: bytes | None = arguments.signature
    with asking(arguments) as one:
        found = _visible(one, arguments.proposal)
        party = one.speaker.party(found, arguments.party, any_party=signature is not None)
        one.speaker.require_standing(party)
        signer, desk, by = one.book.current(party), desk_of(one.installation), one.bearer.key_id
        if signature is not None:
            require_signed(one.installation, signer, found.request.agreement, signature)
            kept = one.book.keeps_key(party)
            done = consents.agree_signed(
                desk, found.id, party, signer=signer, signature=signature, by=by, is_kept=kept
            )
        else:
            own = one.bearer.scope is Scope.ISSUER
            done = consents.agree_here(desk, found.id, party, signer=signer, is_institution=own, by=by)
    return _tell(arguments, done)


def run_attest(arguments: argparse.Namespace) -> int:
    """Attest a paper: the first hand, which is the institution's."""
    from indexer.values import hash32
    from service.access.bearer import Scope
    from service.access.entitlement import demand
    from service.api.signatures import desk_of
    from service.rights import consents

    paper = hash32("0x" + _sha256(arguments.paper))
    with asking(arguments) as one:
        demand(one.bearer, [Scope.ISSUER])
        found = _visible(one, arguments.proposal)
        one.speaker.require_no_key(arguments.party)
        done = consents.attest(
            desk_of(one.installation), found.id, arguments.party, paper=paper, by=one.bearer.key_id
        )
    return _tell(arguments, done)


def run_confirm(arguments: argparse.Namespace) -> int:
    """Confirm a paper: the second hand."""
    from service.access.bearer import Scope
    from service.access.entitlement import demand
    from service.api.signatures import desk_of
    from service.rights import consents

    with asking(arguments) as one:
        demand(one.bearer, [Scope.OPERATOR])
        found = _visible(one, arguments.proposal)
        done = consents.confirm(desk_of(one.installation), found.id, arguments.party, by=one.bearer.key_id)
    return _tell(arguments, done)


def run_decline(arguments: argparse.Namespace) -> int:
    """End a proposal."""
    from service.rights import proposals
    from service.rights.speaking import require_end

    with asking(arguments) as one:
        found = _visible(one, arguments.proposal)
        require_end(found, one.audience, one.bearer.key_id)
        database, by = one.installation.database, one.bearer.key_id
        done = proposals.withdraw(database, found.id, by=by, reason=arguments.reason)
    return _tell(arguments, done)


def _visible(one: Asking, proposal_id: str) -> Proposal:
    from service.rights.proposals import proposal

    return one.audience.require_proposal(one.book, proposal(one.installation.database, proposal_id))


def _tell(arguments: argparse.Namespace, found: Proposal) -> int:
    from service.rights.answers import proposal_body

    tell(arguments, proposal_body(found), _text(found))
    return 0
