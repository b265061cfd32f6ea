"""The pages of a collection: its works, its policy, its record, and its labels to print."""

from __future__ import annotations

from indexer import events as acts
from indexer.events import Kind, Policy
from indexer.state import Collection
from indexer.store.answers import Known
from indexer.values import Hash32, as_hex
from indexer.wire import write_address
from service.errors import NotFound
from service.pages import addresses
from service.pages.views import (
    CollectionCard,
    CollectionPage,
    Fact,
    Label,
    LabelSheet,
    Media,
    PolicyView,
)
from service.pages.views.things import LABELS_PER_SHEET
from service.reading.context import Context
from service.reading.described import collection_description, small_picture
from service.reading.timeline import timeline
from service.reading.work import edition_views

EDITIONS_A_PAGE = 48


def collection_page(context: Context, collection_id: Hash32, after: int | None = None) -> CollectionPage:
    """Read the page of a collection; `after` is the cursor of its list of editions.

    Raises:
        NotFound: there is no such collection.
    """
    known = _known(context, collection_id)
    collection = known.state
    told = timeline(context, known)
    editions = context.view.editions(collection=collection_id, after=after, limit=EDITIONS_A_PAGE)
    works, collectibles = context.view.collection_counts([collection_id])[collection_id]
    more = editions.cursor if isinstance(editions.cursor, int) else None
    return CollectionPage(
        collection_id=as_hex(collection_id),
        title=context.collection_title(collection),
        issuer=context.parties.party(collection.issuer),
        created_at=_created_at(context, known),
        works=works,
        collectibles=collectibles,
        editions=edition_views(context, editions.items, by_collection=False),
        policies=_policies(context, known),
        history=told.view,
        as_of=context.as_of(known.settled),
        description=collection_description(context.library.statement(collection.metadata_digest)),
        technical=_technical(context, known),
        older_editions=f"{addresses.collection(as_hex(collection_id))}?after={more}"
        if more is not None
        else None,
        labels=addresses.labels(as_hex(collection_id)) if collectibles else None,
        test_verifier=context.is_test(collection.issuer, *told.accounts),
    )


def label_sheet(context: Context, collection_id: Hash32, page: int) -> LabelSheet:
    """Read one sheet of labels, counted from 1.

    Raises:
        NotFound: there is no such collection or sheet.
    """
    known = _known(context, collection_id)
    _, collectibles = context.view.collection_counts([collection_id])[collection_id]
    pages = -(-collectibles // LABELS_PER_SHEET)
    if not 1 <= page <= max(pages, 1):
        raise NotFound(
            "unknown-sheet",
            f"共 {pages} 张标签，没有第 {page} 张。",
            f"There are {pages} sheets of labels; there is no sheet {page}.",
        )
    tokens = context.view.tokens_at(collection_id, (page - 1) * LABELS_PER_SHEET, LABELS_PER_SHEET)
    subjects = {context.sources.work(token.state.work_id) for token in tokens}
    subjects |= {context.sources.edition(token.state.edition_id) for token in tokens}
    states = context.view.states(subjects)
    labels = []
    for token in tokens:
        work = states[context.sources.work(token.state.work_id)].state
        edition = states[context.sources.edition(token.state.edition_id)].state
        labels.append(
            Label(
                str(token.state.token_id),
                context.work_title(work),  # type: ignore[arg-type]
                token.state.serial,
                edition.cap,  # type: ignore[union-attr]
            )
        )
    return LabelSheet(
        collection_id=as_hex(collection_id),
        title=context.collection_title(known.state),
        issuer=context.parties.label(known.state.issuer),
        labels=tuple(labels),
        page=page,
        pages=pages,
        as_of=context.as_of(known.settled),
        test_verifier=context.is_test(known.state.issuer),
    )


def collection_cards(
    context: Context, collections: tuple[Known[Collection], ...]
) -> tuple[CollectionCard, ...]:
    """Show collections in a list, each with the picture of its first work."""
    counts = context.view.collection_counts([known.state.collection_id for known in collections])
    return tuple(
        CollectionCard(
            collection_id=as_hex(known.state.collection_id),
            title=context.collection_title(known.state),
            issuer=context.parties.party(known.state.issuer).name,
            works=counts[known.state.collection_id][0],
            collectibles=counts[known.state.collection_id][1],
            cover=_cover(context, known.state),
        )
        for known in collections
    )


def _cover(context: Context, collection: Collection) -> Media | None:
    first = context.view.editions(collection=collection.collection_id, limit=1).items
    work = context.view.work(first[0].state.work_id) if first else None
    return small_picture(context.manifest(work.state)) if work else None


def _known(context: Context, collection_id: Hash32) -> Known[Collection]:
    known = context.view.collection(collection_id)
    if known is None:
        raise NotFound(
            "unknown-collection",
            "没有这个编号的系列；请核对编号。",
            "There is no collection of this number; check the number.",
            collection_id=as_hex(collection_id),
        )
    return known


def _created_at(context: Context, known: Known[Collection]) -> int:
    entry = context.view.record(known.begun_seq)
    return entry.record.block_time if entry else 0


def _policies(context: Context, known: Known[Collection]) -> tuple[PolicyView, ...]:
    since = {1: _created_at(context, known)}
    for version in range(2, known.state.policy_version + 1):
        found = context.view.find_act(known.subject, acts.PolicySet, version=version)
        since[version] = found.record.block_time if found else 0
    numbered = reversed(list(enumerate(known.state.policies, start=1)))
    return tuple(policy_view(policy, version, since[version]) for version, policy in numbered)


def policy_view(policy: Policy, version: int, since: int) -> PolicyView:
    """Show one version of a policy."""
    receivers: list[str] = []
    if policy.receivers >> Kind.PERSON & 1:
        receivers.append("person")
    if policy.receivers >> Kind.INSTITUTION & 1:
        receivers.append("institution")
    return PolicyView(
        version=version,
        since=since,
        first_holding=policy.first_holding,
        next_holding=policy.next_holding,
        gifts_per_day=policy.gifts_per_day,
        acceptance=policy.acceptance,
        receivers=tuple(receivers),  # type: ignore[arg-type]
        longest_loan=policy.longest_loan,
    )


def _technical(context: Context, known: Known[Collection]) -> tuple[Fact, ...]:
    head, _ = context.view.subject_head(known.subject)
    return (
        Fact("collection_id", as_hex(known.state.collection_id)),
        Fact("metadata_digest", known.state.metadata_digest.hex()),
        Fact("policy_digest", as_hex(known.state.policies[-1].digest())),
        Fact("contract", write_address(context.sources.collections)),
        Fact("ledger", write_address(context.sources.ledger)),
        Fact("subject", as_hex(known.subject)),
        Fact("subject_head", as_hex(head)),
        Fact("block_hash", as_hex(context.view.as_of.hash)),
    )
