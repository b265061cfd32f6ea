"""The page of a work: what was deposited, by whom, no later than when, and what was issued from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexer import events as acts
from indexer.state import Collection, Edition, Work
from indexer.store.answers import Known
from indexer.values import ZERO_HASH, Hash32, as_hex
from indexer.wire import write_address
from service.errors import NotFound
from service.pages import addresses
from service.pages.views import EditionView, Fact, Name, Serial, WorkPage
from service.reading.context import Context
from service.reading.described import (
    copyright_holder,
    file_facts,
    file_of,
    kind_facts,
    label_facts,
    media_of,
    shown_kind,
    small_picture,
)
from service.reading.timeline import timeline

MOST_EDITIONS = 50
FIRST_SERIALS = 24


def work_page(context: Context, work_id: Hash32) -> WorkPage:
    """Read the page of a work.

    Raises:
        NotFound: there is no such deposit.
    """
    known = context.view.work(work_id)
    if known is None:
        raise NotFound(
            "unknown-work",
            "没有这个编号的存证；请核对编号。",
            "There is no deposit of this number; check the number.",
            work_id=as_hex(work_id),
        )
    work = known.state
    manifest = context.manifest(work)
    description = manifest.description if manifest else None
    told = timeline(context, known)
    others = sum(claim.state.work_id != work_id for claim in context.view.claims(work.file_digest))
    editions = context.view.editions(work=work_id, limit=MOST_EDITIONS).items
    return WorkPage(
        work_id=as_hex(work_id),
        title=context.work_title(work),
        registrant=context.parties.party(work.registrant),
        deposited_at=work.registered_at,
        work_kind=shown_kind(work.kind),
        media=media_of(manifest, context.previews.size_of),
        history=told.view,
        as_of=context.as_of(known.settled),
        anchored_at=_anchored_at(context, work),
        other_claims=others,
        kind_facts=kind_facts(description, context.parties.known_as) if description else (),
        described=label_facts(description, context.parties.known_as) if description else (),
        technical=(*_technical(context, known), *file_facts(manifest, work.manifest_digest)),
        editions=edition_views(context, editions, by_collection=True),
        verdict=context.prove(known),
        bundle=f"/v1/works/{as_hex(work_id)}/evidence",
        file=file_of(manifest),
        withdrawn_reason=_withdrawn(context, known),
        copyright_holder=copyright_holder(description, context.parties.known_as) if description else None,
        test_verifier=context.is_test(work.registrant, *told.accounts),
    )


def edition_views(
    context: Context, editions: Sequence[Known[Edition]], *, by_collection: bool
) -> tuple[EditionView, ...]:
    """Show editions: by their collection on a work's page, by their work on a collection's."""
    issued = context.view.issued(known.state.edition_id for known in editions)
    named = _collections(context, editions) if by_collection else _works(context, editions)
    return tuple(
        _edition_view(
            context, known.state, named, issued.get(known.state.edition_id, 0), by_collection=by_collection
        )
        for known in editions
    )


def _edition_view(
    context: Context,
    edition: Edition,
    named: Mapping[Hash32, Work | Collection],
    issued: int,
    *,
    by_collection: bool,
) -> EditionView:
    thing = named.get(edition.collection_id if by_collection else edition.work_id)
    title, picture = Name("—", "und"), None
    if isinstance(thing, Collection):
        title = context.collection_title(thing)
    elif isinstance(thing, Work):
        title, picture = context.work_title(thing), small_picture(context.manifest(thing))
    return EditionView(
        edition_id=str(edition.edition_id),
        title=title,
        path=addresses.collection(as_hex(edition.collection_id))
        if by_collection
        else addresses.work(as_hex(edition.work_id)),
        number=edition.number,
        cap=edition.cap,
        issued=issued,
        preview=picture,
        serials=_serials(context, edition) if issued else (),
    )


def _serials(context: Context, edition: Edition) -> tuple[Serial, ...]:
    tokens = context.view.tokens(edition=edition.edition_id, limit=FIRST_SERIALS).items
    return tuple(Serial(known.state.serial, str(known.state.token_id)) for known in tokens)


def _works(context: Context, editions: Sequence[Known[Edition]]) -> Mapping[Hash32, Work | Collection]:
    subjects = {context.sources.work(known.state.work_id) for known in editions}
    states = (known.state for known in context.view.states(subjects).values())
    return {state.work_id: state for state in states if isinstance(state, Work)}


def _collections(context: Context, editions: Sequence[Known[Edition]]) -> Mapping[Hash32, Work | Collection]:
    subjects = {context.sources.collection(known.state.collection_id) for known in editions}
    states = (known.state for known in context.view.states(subjects).values())
    return {state.collection_id: state for state in states if isinstance(state, Collection)}


def _anchored_at(context: Context, work: Work) -> int | None:
    if work.anchor_id == ZERO_HASH:
        return None
    found = context.view.find_act(context.sources.anchor(work.anchor_id), acts.Anchored)
    return found.record.block_time if found else None


def _withdrawn(context: Context, known: Known[Work]) -> str | None:
    if not known.state.withdrawn:
        return None
    found = context.view.find_act(known.subject, acts.WorkWithdrawn)
    return found.act.reason if found and isinstance(found.act, acts.WorkWithdrawn) else ""


def _technical(context: Context, known: Known[Work]) -> tuple[Fact, ...]:
    head, _ = context.view.subject_head(known.subject)
    return (
        Fact("work_id", as_hex(known.state.work_id)),
        Fact("contract", write_address(context.sources.works)),
        Fact("ledger", write_address(context.sources.ledger)),
        Fact("subject", as_hex(known.subject)),
        Fact("subject_head", as_hex(head)),
        Fact("block_hash", as_hex(context.view.as_of.hash)),
    )
