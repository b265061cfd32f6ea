"""The pages that lead to others: home, the answers of a search, an institution."""

from __future__ import annotations

from typing import Literal

from indexer.events import Kind, token_id
from indexer.state import Collection, Standing, Token
from indexer.store.answers import Known, WorkHit
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address
from service.errors import NotFound
from service.pages.codes import read_code
from service.pages.views import (
    Fact,
    HomePage,
    InstitutionCard,
    InstitutionPage,
    Name,
    SearchPage,
    SearchResult,
)
from service.reading.collection import collection_cards
from service.reading.context import Context
from service.reading.described import small_picture, title_of
from service.reading.timeline import timeline

RECENT = 9
MOST_COLLECTIONS = 60
RESULTS_A_PAGE = 20
LONGEST_QUERY = 200


def home_page(context: Context) -> HomePage:
    """Read the first page: recent collections, and the institutions that have any."""
    collections = context.view.collections(limit=MOST_COLLECTIONS).items
    counted: dict[Address, int] = {}
    for known in collections:
        counted[known.state.issuer] = counted.get(known.state.issuer, 0) + 1
    institutions = [
        InstitutionCard(context.parties.party(issuer).name, write_address(issuer), many)
        for issuer, many in counted.items()
    ]
    return HomePage(
        recent=collection_cards(context, collections[:RECENT]),
        institutions=tuple(institutions),
        as_of=context.as_of(),
        test_verifier=context.is_test(*counted),
    )


def search_page(context: Context, query: str, after: int | None = None) -> SearchPage:
    """Read the answers to a query: a title or its words, a number, a file's SHA-256."""
    text = query.strip()[:LONGEST_QUERY]
    found = context.view.search(text, after=after, limit=RESULTS_A_PAGE)
    results: list[SearchResult] = []
    token = found.token or by_code(context, text)
    if after is None and token is not None:
        results.append(_collectible(context, token))
    if after is None and found.collection is not None:
        results.append(_collection(context, found.collection))
    results += [_work(context, hit) for hit in found.works]
    return SearchPage(
        query=text,
        by=_read_as(text),
        results=tuple(results),
        after=None if after is None else str(after),
        next=None if found.cursor is None else str(found.cursor),
        as_of=context.as_of(),
        test_verifier=context.is_test(
            *(hit.work.state.registrant for hit in found.works),
            *((token.state.issuer, token.state.holder) if token else ()),
            *((found.collection.state.issuer,) if found.collection else ()),
        ),
    )


def institution_page(context: Context, account: Address) -> InstitutionPage:
    """Read the page of an institution.

    Raises:
        NotFound: no institution is registered with this account; persons have no page.
    """
    known = context.view.standing(account)
    if known is None or known.state.kind is not Kind.INSTITUTION:
        raise NotFound(
            "unknown-institution",
            "没有以此账户登记的机构；请核对地址。",
            "No institution is registered with this account; check the address.",
            account=write_address(account),
        )
    standing = known.state
    works, collectibles = context.view.totals(account)
    issued = context.view.collections(issuer=account, limit=MOST_COLLECTIONS).items
    told = timeline(context, known)
    return InstitutionPage(
        party=context.parties.party(account),
        verifier=short_text(standing.verifier),
        method=short_text(standing.method),
        verified_at=standing.verified_at,
        works=works,
        collectibles=collectibles,
        collections=collection_cards(context, issued),
        history=told.view,
        as_of=context.as_of(known.settled),
        recognised_by=_recognised_by(context, account),
        technical=_technical(context, known),
        suspended_until=standing.suspended_until if standing.suspended_until > context.now else None,
        test_verifier=context.is_test(account, *told.accounts),
    )


def short_text(octets: Hash32) -> str:
    """Read a short code that was written into 32 bytes: UTF-8, padded with zeros; what is no UTF-8 is marked."""
    return octets.rstrip(b"\0").decode("utf-8", errors="replace")


def _read_as(text: str) -> Literal["number", "title", "file"]:
    digits = text.lower().removeprefix("0x")
    if len(digits) == 64 and all(sign in "0123456789abcdef" for sign in digits):
        return "file"
    return "number" if any(sign.isdigit() for sign in text) and not any(map(str.isspace, text)) else "title"


def by_code(context: Context, text: str) -> Known[Token] | None:
    """Find the collectible whose label carries this short code."""
    sought = read_code(text)
    if sought is None:
        return None
    nearest = context.view.tokens(after=sought.first - 1 if sought.first else None, limit=1).items
    if not nearest:
        return None
    named = token_id(nearest[0].state.edition_id, sought.serial)
    return context.view.token(named) if named <= sought.last else None


def _work(context: Context, hit: WorkHit) -> SearchResult:
    work = hit.work.state
    manifest = context.manifest(work)
    return SearchResult(
        kind="work",
        id=as_hex(work.work_id),
        title=title_of(manifest.description if manifest else None, as_hex(work.work_id)[:18]),
        issuer=context.parties.party(work.registrant).name,
        preview=small_picture(manifest),
    )


def _collectible(context: Context, known: Known[Token]) -> SearchResult:
    token = known.state
    page = context.view.token_page(token.token_id)
    work = page.work.state if page else None
    manifest = context.manifest(work) if work else None
    return SearchResult(
        kind="collectible",
        id=str(token.token_id),
        title=context.work_title(work) if work else Name(str(token.token_id), "und"),
        issuer=context.parties.party(token.issuer).name,
        context=context.collection_title(page.collection.state) if page else None,
        serial=token.serial,
        cap=page.edition.state.cap if page else None,
        preview=small_picture(manifest),
    )


def _collection(context: Context, known: Known[Collection]) -> SearchResult:
    return SearchResult(
        kind="collection",
        id=as_hex(known.state.collection_id),
        title=context.collection_title(known.state),
        issuer=context.parties.party(known.state.issuer).name,
    )


def _recognised_by(context: Context, account: Address) -> str | None:
    anchor = context.parties.anchor
    issuer = anchor.issuer(account) if anchor else None
    authority = anchor.authority(issuer.stated_by) if anchor and issuer else None
    return authority.name if authority else None


def _technical(context: Context, known: Known[Standing]) -> tuple[Fact, ...]:
    head, _ = context.view.subject_head(known.subject)
    return (
        Fact("address", write_address(known.state.account)),
        Fact("commitment", as_hex(known.state.commitment)),
        Fact("subject", as_hex(known.subject)),
        Fact("subject_head", as_hex(head)),
        Fact("block_hash", as_hex(context.view.as_of.hash)),
    )
