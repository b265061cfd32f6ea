"""The page of a collectible: what is it, whose is it, is that proven."""

from __future__ import annotations

from indexer import events as acts
from indexer.policy import giveable_from, rules_of
from indexer.state import Standing, Token, TokenStatus
from indexer.store.answers import Known, TokenPage
from indexer.values import ZERO_ADDRESS, as_hex
from indexer.wire import write_address
from service.errors import NotFound
from service.pages.views import CollectiblePage, Fact, Holder, Loan, MayView
from service.pages.views.things import Giving
from service.reading.context import Context
from service.reading.described import (
    copyright_holder,
    file_facts,
    file_of,
    kind_facts,
    label_facts,
    media_of,
    shown_kind,
)
from service.reading.timeline import Timeline, timeline


def collectible_page(context: Context, token_id: int) -> CollectiblePage:
    """Read the page of a collectible.

    Raises:
        NotFound: there is no such collectible.
    """
    found = context.view.token_page(token_id)
    if found is None:
        raise NotFound(
            "unknown-collectible",
            "没有这个编号的数字藏品；请核对编号。",
            "There is no collectible of this number; check the number.",
            token_id=str(token_id),
        )
    token, work = found.token.state, found.work.state
    manifest = context.manifest(work)
    description = manifest.description if manifest else None
    standing = context.view.standing(token.holder)
    told = timeline(context, found.token)
    return CollectiblePage(
        token_id=str(token_id),
        title=context.work_title(work),
        collection_id=as_hex(token.collection_id),
        collection=context.collection_title(found.collection.state),
        work_id=as_hex(token.work_id),
        serial=token.serial,
        cap=found.edition.state.cap,
        edition_number=found.edition.state.number,
        holder=_holder(context, token),
        issuer=context.parties.party(token.issuer),
        work_kind=shown_kind(work.kind),
        media=media_of(manifest, context.previews.size_of),
        history=told.view,
        may=may_of(found, standing.state if standing else None, context.now),
        as_of=context.as_of(found.token.settled, found.work.settled),
        verdict=context.prove(found.token),
        copyright_holder=copyright_holder(description, context.parties.known_as) if description else None,
        kind_facts=kind_facts(description, context.parties.known_as) if description else (),
        described=label_facts(description, context.parties.known_as) if description else (),
        technical=(*_technical(context, found), *file_facts(manifest, work.manifest_digest)),
        file=file_of(manifest),
        loan=_loan(context, token),
        held_until=token.held_until if token.held_at(context.now) else None,
        annulled_reason=_annulled(token, told),
        terms=description.get("holder_terms") if description else None,
        bundle=f"/v1/collectibles/{token_id}/evidence",
        test_verifier=context.is_test(
            token.holder, token.issuer, token.user, work.registrant, *told.accounts
        ),
    )


def may_of(found: TokenPage, holder: Standing | None, now: int) -> MayView:
    """Say what the holder may do at the time `now`."""
    token, collection = found.token.state, found.collection.state
    rules = rules_of(token, collection)
    lends = found.work.state.kind is acts.WorkKind.PUBLICATION
    free = giveable_from(token, collection)
    giving = _giving(found.token, holder, free, now)
    return MayView(
        giving,
        rules.gifts_per_day,
        rules.acceptance,
        free if giving == "from" else None,
        rules.longest_loan if lends else 0,
    )


def _giving(known: Known[Token], holder: Standing | None, free: int, now: int) -> Giving:
    token = known.state
    if not known.determinate:
        return "unknown"
    if token.status is TokenStatus.ANNULLED:
        return "annulled"
    if token.held_at(now):
        return "held"
    if holder is None or not holder.may_act(now):
        return "suspended"
    if not token.distributed and token.gifts == 0:
        return "issuer"
    return "from" if now < free else "now"


def _holder(context: Context, token: Token) -> Holder:
    at_issuer = token.holder == token.issuer and not token.distributed
    return Holder(context.parties.label(token.holder), token.acquired_at, at_issuer)


def _technical(context: Context, found: TokenPage) -> tuple[Fact, ...]:
    token, sources = found.token.state, context.sources
    head, _ = context.view.subject_head(found.token.subject)
    return (
        Fact("token_id", str(token.token_id)),
        Fact("contract", write_address(sources.collectible)),
        Fact("collection_id", as_hex(token.collection_id)),
        Fact("edition_id", str(token.edition_id)),
        Fact("work_id", as_hex(token.work_id)),
        Fact("ledger", write_address(sources.ledger)),
        Fact("subject", as_hex(found.token.subject)),
        Fact("subject_head", as_hex(head)),
        Fact("policy_digest", as_hex(token.policy_digest)),
        Fact("block_hash", as_hex(context.view.as_of.hash)),
    )


def _loan(context: Context, token: Token) -> Loan | None:
    if token.user == ZERO_ADDRESS or token.user_until <= context.now:
        return None
    return Loan(context.parties.label(token.user), token.user_until)


def _annulled(token: Token, told: Timeline) -> str | None:
    if token.status is not TokenStatus.ANNULLED:
        return None
    return next((one.reason for one in told.view.entries if one.act == acts.Annulled.__name__), None) or ""
