"""The pages, and their JSON twins: what people see at `/…`, programs get at `/v1/…`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from service.api.border import Installed, installation_of, language_of, site_of
from service.api.names import account_in, digest_in, number_in
from service.pages.render import HEADERS, render
from service.pages.views import Page, VerifyPage
from service.reading.collectible import collectible_page
from service.reading.collection import collection_page, label_sheet
from service.reading.finding import home_page, institution_page, search_page
from service.reading.offering import accept_page
from service.reading.open import context
from service.reading.operation import operation_page
from service.reading.timeline import history_page
from service.reading.work import work_page

Cursor = Annotated[int | None, Query(ge=0, lt=1 << 63, description="cursor of the page before")]
routes = APIRouter(tags=["pages"])


def home(installation: Installed) -> Page:
    """Recent collections, and the institutions that issued them."""
    with context(installation) as one:
        return home_page(one)


def search(
    installation: Installed, q: Annotated[str, Query(max_length=1000)] = "", after: Cursor = None
) -> Page:
    """Works and collectibles by title, number or the SHA-256 of a file."""
    with context(installation) as one:
        return search_page(one, q, after)


def work(installation: Installed, work_id: str) -> Page:
    """One deposit of a work."""
    with context(installation) as one:
        return work_page(one, digest_in(work_id))


def collection(installation: Installed, collection_id: str, after: Cursor = None) -> Page:
    """One collection: its works, its policy, its record."""
    with context(installation) as one:
        return collection_page(one, digest_in(collection_id), after)


def collectible(installation: Installed, token_id: str) -> Page:
    """One collectible: what is it, whose is it, is that proven."""
    with context(installation) as one:
        return collectible_page(one, number_in(token_id))


def institution(installation: Installed, account: str) -> Page:
    """One institution: who it is, who says so, what it issued."""
    with context(installation) as one:
        return institution_page(one, account_in(account))


def operation(
    installation: Installed,
    operation_id: str,
    refresh: Annotated[Literal["on", "off"], Query(description="off: the page does not look again")] = "on",
) -> Page:
    """How far a request got; its id cannot be guessed, so whoever has it may ask."""
    return operation_page(installation, operation_id, refreshing=refresh == "on")


def collectible_history(installation: Installed, token_id: str, after: Cursor = None) -> Page:
    """The records of a collectible, a part at a time."""
    with context(installation) as one:
        return history_page(one, one.view.token(number_in(token_id)), after)


def work_history(installation: Installed, work_id: str, after: Cursor = None) -> Page:
    """The records of a work, a part at a time."""
    with context(installation) as one:
        return history_page(one, one.view.work(digest_in(work_id)), after)


def collection_history(installation: Installed, collection_id: str, after: Cursor = None) -> Page:
    """The records of a collection, a part at a time."""
    with context(installation) as one:
        return history_page(one, one.view.collection(digest_in(collection_id)), after)


def institution_history(installation: Installed, account: str, after: Cursor = None) -> Page:
    """The records of an institution, a part at a time."""
    with context(installation) as one:
        return history_page(one, one.view.standing(account_in(account)), after)


def labels(
    installation: Installed, collection_id: str, page: Annotated[int, Query(ge=1, lt=1 << 31)] = 1
) -> Page:
    """Twelve labels to print."""
    with context(installation) as one:
        return label_sheet(one, digest_in(collection_id), page)


def verify(installation: Installed) -> Page:  # noqa: ARG001  every page is read alike
    """Where a file or an evidence bundle is checked."""
    return VerifyPage()


def accept(
    installation: Installed,
    token_id: str,
    from_account: Annotated[str, Query(max_length=42)],
    deadline: Annotated[int, Query(ge=0, lt=1 << 40, description="Unix seconds")],
) -> Page:
    """A gift on offer, for its receiver: the existing operation signs, with the receiver's own key."""
    with context(installation) as one:
        return accept_page(one, number_in(token_id), account_in(from_account), deadline)


PAGES: tuple[tuple[str, str, Callable[..., Page]], ...] = (
    ("/", "/v1", home),
    ("/search", "/v1/search", search),
    ("/w/{work_id}", "/v1/works/{work_id}", work),
    ("/c/{collection_id}", "/v1/collections/{collection_id}", collection),
    ("/t/{token_id}", "/v1/collectibles/{token_id}", collectible),
    ("/i/{account}", "/v1/institutions/{account}", institution),
    ("/o/{operation_id}", "/v1/operations/{operation_id}", operation),
    ("/labels/{collection_id}", "/v1/labels/{collection_id}", labels),
    ("/verify", "/v1/verify", verify),
)
"""Each page with its twin; `service/pages/addresses.py` names the same addresses."""
HISTORIES: tuple[tuple[str, Callable[..., Page]], ...] = (
    ("/w/{work_id}/history", work_history),
    ("/c/{collection_id}/history", collection_history),
    ("/t/{token_id}/history", collectible_history),
    ("/i/{account}/history", institution_history),
)
"""Pages whose twins are the histories of `evidence.py`."""


def shown(request: Request, page: Page, status: int = 200) -> Response:
    """Answer with a page in the reader's language."""
    html = render(page, language_of(request), site_of(installation_of(request), request))
    response = HTMLResponse(html, status, HEADERS)
    if (wish := request.query_params.get("lang")) in ("zh", "en"):
        response.set_cookie("lang", wish, max_age=31_536_000, samesite="lax", path="/")
    return response


def _page_of(read: Callable[..., Page]) -> Callable[..., Response]:
    def page(request: Request, **arguments: Any) -> Response:
        return shown(request, read(**arguments))

    return _alike(page, read, inspect.Parameter("request", _NAMED, annotation=Request))


def _twin_of(read: Callable[..., Page]) -> Callable[..., Response]:
    def twin(**arguments: Any) -> Response:
        return JSONResponse(read(**arguments).to_json())

    return _alike(twin, read)


_NAMED = inspect.Parameter.POSITIONAL_OR_KEYWORD


def _alike(
    endpoint: Callable[..., Response], read: Callable[..., Page], *first: inspect.Parameter
) -> Callable[..., Response]:
    """Give an endpoint the parameters and words of what it reads, so that they are checked and documented."""
    signature = inspect.signature(read, eval_str=True)
    endpoint.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*first, *signature.parameters.values()], return_annotation=Response
    )
    endpoint.__doc__ = read.__doc__
    return endpoint


for _path, _twin, _read in PAGES:
    routes.add_api_route(_path, _page_of(_read), include_in_schema=False, name=f"{_read.__name__}_page")
    routes.add_api_route(_twin, _twin_of(_read), name=_read.__name__)
for _path, _read in (*HISTORIES, ("/t/{token_id}/accept", accept)):
    routes.add_api_route(_path, _page_of(_read), include_in_schema=False, name=f"{_read.__name__}_page")
