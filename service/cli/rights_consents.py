"""`qianyin rights agree · attest · decline` and their like: how far proposals are, and what each party says to them."""

from __future__ import annotations

import argparse
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from service.access.bearer import PARTIES, Scope
from service.cli.acting import add_act, follow
from service.cli.opening import Verbs, address_word, hash_word, installation_of, signature_word, tell
from service.cli.rights_asking import (
    WORK,
    Asking,
    asking,
    moment_text,
    read_for,
    reads,
    sha256_of,
    whoever,
    within,
    work_of,
)
from service.files.lookalikes import visible_lines

if TYPE_CHECKING:
    from indexer.values import Address, Hash32
    from service.outbox.requests import ConfirmAttestation, WithdrawConsent
    from service.rights.acting import Acting
    from service.rights.proposals import Proposal

W = TypeVar("W", "ConfirmAttestation", "WithdrawConsent")
_OWN = "of the party's own key"


def add(acts: Verbs) -> None:
    """Add the verbs to those of rights."""
    _add_readings(acts)
    agree = _says(acts, "agree", "agree for a party: its key is kept here, or with its signature", run_agree)
    agree.add_argument("--party", type=address_word, metavar="ACCOUNT", help="where you stand for several")
    agree.add_argument("--signature", type=signature_word, help=_OWN)
    back = _says(
        acts, "take-back", "take a party's consent back, as long as others are missing", run_take_back
    )
    back.add_argument("--party", type=address_word, metavar="ACCOUNT", help="where you stand for several")
    attest = _says(acts, "attest", "attest that a party without a key signed a paper by hand", run_attest)
    attest.add_argument("party", type=address_word, metavar="ACCOUNT")
    attest.add_argument("paper", type=Path, metavar="FILE", help="the scan; only its SHA-256 is kept")
    about = "confirm what was attested; asked for by an operator's key (QIANYIN_KEY)"
    confirm = _says(acts, "confirm", about, run_confirm)
    confirm.add_argument("party", type=address_word, metavar="ACCOUNT")
    confirm.add_argument("paper", type=Path, metavar="FILE", help="the scan that was looked at")
    decline = _says(acts, "decline", "end a proposal: take it back, or say no as a party", run_decline)
    decline.add_argument("--reason", required=True)
    _add_records(acts)


def _add_readings(acts: Verbs) -> None:
    listed = acts.add_parser("proposals", help="list proposals that are yours to see, newest first")
    listed.add_argument("--open", action="store_true", help="only those that wait for consents")
    listed.add_argument("--work", help=f"only those about its rights: {WORK}")
    listed.add_argument(
        "--before", type=within(0, (1 << 53) - 1), metavar="CURSOR", help="what the part before gave as next"
    )
    listed.add_argument("--limit", type=within(1, 200), default=20)
    reads(listed, run_proposals)
    _says(acts, "proposal", "who has agreed, who is missing, until when", run_proposal)
    _says(acts, "typed-data", "print what a wallet signs to agree (EIP-712)", run_typed_data)


def _says(acts: Verbs, name: str, about: str, run: object) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = acts.add_parser(name, help=about)
    verb.add_argument("proposal", metavar="ID")
    reads(verb, run)
    return verb


def _add_records(acts: Verbs) -> None:
    for name, who, about, run in (
        ("confirm-own", "PARTY", "agree oneself, later, to what was attested for one", run_confirm_own),
        (
            "withdraw-consent",
            "ACCOUNT",
            "take back on chain what an account signed for an act that did not happen yet",
            run_withdraw_consent,
        ),
    ):
        verb = acts.add_parser(name, help=about)
        verb.add_argument(
            "intent", type=hash_word, metavar="INTENT", help="of the act, as its proposal names it"
        )
        verb.add_argument("account", type=address_word, metavar=who)
        verb.add_argument(
            "--signature", type=signature_word, help=f"{_OWN}; without it, its key is kept here"
        )
        add_act(verb)
        verb.set_defaults(run=run)


def run_proposals(arguments: argparse.Namespace) -> int:
    """List proposals."""
    from service.rights.acting import listed
    from service.rights.answers import proposal_body

    with asking(arguments) as one:
        found, following = listed(
            one.installation.database,
            one.book,
            one.audience,
            work_id=work_of(one, arguments.work) if arguments.work else None,
            open_only=arguments.open,
            before=arguments.before,
            limit=arguments.limit,
        )
    said = {"proposals": [proposal_body(each) for each in found], "next": following}
    lines = [proposal_text(each) for each in found]
    if following is not None:
        lines.append(f"更早 / older: --before {following}")
    tell(arguments, said, "\n".join(lines) or "没有 / none")
    return 0


def run_proposal(arguments: argparse.Namespace) -> int:
    """Show a proposal, and what it would be refused for now."""
    with asking(arguments) as one:
        return told(arguments, one, _visible(one, arguments))


def run_typed_data(arguments: argparse.Namespace) -> int:
    """Print what a wallet signs."""
    from service.api.signatures import domain_of
    from service.keys.agreements import Claim
    from service.keys.intents import typed_data

    with asking(arguments) as one:
        found = _visible(one, arguments)
        said = typed_data(domain_of(one.installation, Claim), found.request.agreement)
    print(visible_lines(json.dumps(said, ensure_ascii=False, indent=None if arguments.json else 1)))
    return 0


def run_agree(arguments: argparse.Namespace) -> int:
    """Agree for a party."""
    with asking(arguments, *PARTIES) as one:
        signature: bytes = arguments.signature or b""
        return told(arguments, one, one.acting().agree(arguments.proposal, arguments.party, signature))


def run_take_back(arguments: argparse.Namespace) -> int:
    """Take a consent back."""
    with asking(arguments, *PARTIES) as one:
        return told(arguments, one, one.acting().take_back(arguments.proposal, arguments.party))


def run_attest(arguments: argparse.Namespace) -> int:
    """Attest a paper: the first hand, which is the institution's."""
    from indexer.values import hash32

    paper = hash32(sha256_of(arguments.paper))
    with asking(arguments, Scope.ISSUER) as one:
        return told(arguments, one, one.acting().attest(arguments.proposal, arguments.party, paper))


def run_confirm(arguments: argparse.Namespace) -> int:
    """Confirm a paper: the second hand."""
    from indexer.values import hash32

    paper = hash32(sha256_of(arguments.paper))
    with asking(arguments, Scope.OPERATOR) as one:
        return told(arguments, one, one.acting().confirm(arguments.proposal, arguments.party, paper))


def run_decline(arguments: argparse.Namespace) -> int:
    """End a proposal."""
    with asking(arguments, *PARTIES) as one:
        return told(arguments, one, one.acting().end(arguments.proposal, arguments.reason))


def run_confirm_own(arguments: argparse.Namespace) -> int:
    """Agree oneself, later."""
    from service.outbox.requests import ConfirmAttestation
    from service.rights.acting import Acting

    return _record(arguments, ConfirmAttestation, Acting.own_confirmation)


def run_withdraw_consent(arguments: argparse.Namespace) -> int:
    """Take a signed consent back, on chain."""
    from service.outbox.requests import WithdrawConsent
    from service.rights.acting import Acting

    return _record(arguments, WithdrawConsent, Acting.withdrawal)


def _record(
    arguments: argparse.Namespace,
    kind: type[W],
    state: Callable[[Acting, Hash32, Address, bytes, W | None], W],
) -> int:
    """Have what an account states of a consent recorded; asked again under the same key, it is the same."""
    from service.api.accepting import earlier, take

    with installation_of(arguments) as installation:
        who = whoever(installation, *PARTIES)
        key = arguments.idempotency_key or f"cli/{secrets.token_hex(8)}"
        before, signature = earlier(installation, who, key, kind), arguments.signature or b""
        with read_for(arguments, installation, who) as one:
            wanted = state(one.acting(), arguments.intent, arguments.account, signature, before)
        return follow(arguments, installation, take(installation, who, key, wanted))


def _visible(one: Asking, arguments: argparse.Namespace) -> Proposal:
    from service.rights.acting import visible

    return visible(one.installation.database, one.book, one.audience, arguments.proposal)


def told(arguments: argparse.Namespace, one: Asking, found: Proposal) -> int:
    """Say all of a proposal: what is agreed to, how far it is, and what it would be refused for now."""
    from service.rights.pending import proposal_shown

    said = proposal_shown(one.installation.database, one.drafting(), one.audience, found)
    tell(arguments, said, "\n".join([proposal_text(found, said["objections"]), *_about(found, said)]))
    return 0


def _about(found: Proposal, said: dict[str, Any]) -> Iterator[str]:
    """Give what is agreed to, line by line, and what goes along with an estate."""
    from indexer.wire import write_address
    from service.rights.terms import terms

    for term in terms(found.request.agreement, lambda account, _: write_address(account)):
        yield f"    {term.name}: {term.zh}" + (f" / {term.en}" if term.en != term.zh else "")
    for each in said["burdens"] or ():
        yield f"  负担 / burden: {each['kind']}  {each['scope']['zh']}"


def proposal_text(found: Proposal, objected: list[dict[str, Any]] | None = None) -> str:
    """Describe a proposal for a terminal, its id first."""
    from indexer.wire import write_address

    lines = [
        f"{found.id}  {found.request.KIND}  {found.state.value}  至 / until {moment_text(found.deadline)}"
    ]
    for party in found.parties:
        given = found.given.get(party)
        how = given.assent.name.lower() if given else "—"
        lines.append(f"  {'✓' if party not in found.missing else '…'} {write_address(party)}  {how}")
    lines += [f"  ✗ {each['zh']}\n    {each['en']}" for each in objected or ()]
    if found.operation_id:
        lines.append(f"  已提交 / handed in: qianyin operation wait {found.operation_id}")
    return "\n".join(lines)
