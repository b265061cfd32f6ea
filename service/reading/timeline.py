"""The records of a subject as the pages and their twins give them, a part at a time, and whom they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace

from indexer import events as acts
from indexer.events import Act, UnknownAct
from indexer.rights.state import Estate, Grant, WorkRights
from indexer.state import Collection, Standing, State, Token, Work
from indexer.store.answers import Known, ProvenanceEntry
from indexer.values import ZERO_ADDRESS, Address, Hash32, as_hex
from indexer.wire import write_address
from service.errors import NotFound
from service.pages import addresses
from service.pages.views import HistoryPage, HistoryView, Name
from service.reading.context import Context
from service.reading.history import CORRECTIONS, history_entries

Shows = Callable[[Act | UnknownAct], bool]
MOST_ENTRIES = 50
"""Records on one page; the older ones have pages of their own."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A part of the history of a subject.

    Attributes:
        view: what a page shows. cursor: where the next part begins; None: there is no more.
        accounts: all that its records name.
    """

    view: HistoryView
    cursor: int | None
    accounts: frozenset[Address]


def timeline(
    context: Context,
    known: Known[State],
    after: int | None = None,
    limit: int = MOST_ENTRIES,
    shows: Shows | None = None,
) -> Timeline:
    """Read the records of a subject, newest first, older than the cursor `after`.

    Args:
        shows: says which of them may be shown; the others are counted alone. None: all may.
    """
    page = context.view.history(known.subject, after, limit)
    if shows is not None:
        page = replace(page, items=tuple(entry for entry in page.items if shows(entry.act)))
    _, total = context.view.subject_head(known.subject)
    collection, cap = _belonging(context, known.state)
    entries = history_entries(
        page.items,
        context.parties.label,
        collection=collection,
        cap=cap,
        now=context.now,
        works=_titles(context, page.items),
        later=_later(context, known.subject, after),
    )
    older = None if page.cursor is None else addresses.history(_address(known.state), page.cursor)
    return Timeline(HistoryView(entries, total, older), page.cursor, accounts_in(page.items))


def history_page(
    context: Context, known: Known[State] | None, after: int | None = None, shows: Shows | None = None
) -> HistoryPage:
    """Read a part of a history as a page of its own; `shows` as for `timeline`.

    Raises:
        NotFound: there is no such thing, or its account is no institution's.
    """
    if known is None or (isinstance(known.state, Standing) and known.state.kind is not acts.Kind.INSTITUTION):
        raise NotFound(
            "no-such-record", "没有这样的记录；请核对编号。", "There is no such record; check the number."
        )
    told = timeline(context, known, after, shows=shows)
    state = known.state
    kind, subject_id = _named(state)
    edition = context.view.edition(state.edition_id) if isinstance(state, Token) else None
    return HistoryPage(
        of=kind,  # type: ignore[arg-type]
        id=subject_id,
        title=_title(context, state),
        history=told.view,
        as_of=context.as_of(known.settled),
        after=after,
        serial=state.serial if isinstance(state, Token) else None,
        cap=edition.state.cap if edition else None,
        test_verifier=context.is_test(*told.accounts),
    )


def accounts_in(entries: Iterable[ProvenanceEntry]) -> frozenset[Address]:
    """Give every account that the words of records name."""
    values = (
        getattr(entry.act, field.name)
        for entry in entries
        if not isinstance(entry.act, UnknownAct)
        for field in fields(entry.act)
    )
    found = frozenset(Address(one) for one in values if isinstance(one, bytes) and len(one) == 20)
    return found - {ZERO_ADDRESS}


def _belonging(context: Context, state: State) -> tuple[Collection | None, int | None]:
    """Give the collection whose holding periods apply to a token, and the cap of its edition."""
    if not isinstance(state, Token):
        return None, None
    collection = context.view.collection(state.collection_id)
    edition = context.view.edition(state.edition_id)
    return collection.state if collection else None, edition.state.cap if edition else None


def _titles(context: Context, entries: Sequence[ProvenanceEntry]) -> dict[Hash32, Name]:
    """Give the titles of the works of which editions were opened."""
    opened = {entry.act.work_id for entry in entries if isinstance(entry.act, acts.EditionOpened)}
    states = context.view.states(context.sources.work(one) for one in opened) if opened else {}
    works = (known.state for known in states.values())
    return {work.work_id: context.work_title(work) for work in works if isinstance(work, Work)}


def _later(context: Context, subject: Hash32, after: int | None) -> frozenset[str]:
    """Name the corrections that are recorded after what a part of a history shows."""
    if after is None:
        return frozenset()
    found = (one for one in CORRECTIONS if context.view.find_act(subject, one, after=after - 1))
    return frozenset(one.__name__ for one in found)


def _named(state: State) -> tuple[str, str]:
    match state:
        case Token():
            return "collectible", str(state.token_id)
        case Work():
            return "work", as_hex(state.work_id)
        case Collection():
            return "collection", as_hex(state.collection_id)
        case Standing():
            return "institution", write_address(state.account)
        case Estate() | Grant() | WorkRights():
            return _named_of_rights(state)
        case _:
            raise TypeError(f"no page shows the history of {type(state).__name__}")


def _named_of_rights(state: Estate | Grant | WorkRights) -> tuple[str, str]:
    match state:
        case Estate():
            return "estate", str(state.estate_id)
        case Grant():
            return "grant", as_hex(state.grant_id)
        case WorkRights():
            return "rights", as_hex(state.work_id)


def _address(state: State) -> str:
    kind, subject_id = _named(state)
    path: str = getattr(addresses, kind)(subject_id)
    return path


def _title(context: Context, state: State) -> Name:
    match state:
        case Token():
            work = context.view.work(state.work_id)
            return context.work_title(work.state) if work else Name(str(state.token_id), "und")
        case Work():
            return context.work_title(state)
        case Estate() | Grant() | WorkRights():
            of = context.view.work(state.work_id)
            return context.work_title(of.state) if of else Name(as_hex(state.work_id), "und")
        case Collection():
            return context.collection_title(state)
        case Standing():
            return context.parties.label(state.account)
        case _:
            raise TypeError(f"no page shows the history of {type(state).__name__}")
