"""What every request meets at the border: its language, its bearer, its limits, and how an error is answered."""

from __future__ import annotations

import logging
from functools import partial
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from indexer.connection import NodeError
from indexer.errors import IndexerError
from indexer.evidence.collect import NotProvable
from indexer.store import NothingIndexed
from service.api.admission import bars
from service.api.faults import listed
from service.api.problems import MEDIA_TYPE, STATUS, headers_of, problem, status_of
from service.api.rates import rates_of
from service.api.wrapping import LARGEST_JSON, Wrapping, headers_for, too_large
from service.errors import BadInput, NotFound, QianyinError, Unavailable
from service.installation import Installation
from service.pages.language import Lang, choose
from service.pages.render import HEADERS, Site, render
from service.pages.views import Bilingual, ErrorPage

log = logging.getLogger(__name__)


def language_of(request: Request) -> Lang:
    """Say in which language to answer."""
    return choose(
        request.query_params.get("lang"), request.cookies.get("lang"), request.headers.get("accept-language")
    )


def installation_of(request: Request) -> Installation:
    """Give the installation that an app serves."""
    installation: Installation = request.app.state.installation
    return installation


async def _installed(request: Request) -> Installation:
    """Give it without a thread of its own, which a plain function would be run in."""
    return installation_of(request)


Installed = Annotated[Installation, Depends(_installed)]
"""A parameter of every endpoint."""


def site_of(installation: Installation, request: Request) -> Site:
    """Give what every page shares; people reach it by the configured address, else by the one asked for."""
    anchor = installation.anchor
    base = installation.settings.public_url or str(request.base_url)
    settings = installation.settings
    return Site(
        base.rstrip("/"),
        public=bool(installation.settings.public_url),
        demo=anchor is not None and anchor.demo,
        filing_number=settings.filing_number or None,
        operator=settings.operator or None,
    )


def guard(app: FastAPI, installation: Installation) -> None:
    """Put the border around an app: limits, headers, one map of errors."""

    def answered(request: Request, error: Exception) -> Response:
        return _answer(installation, request, error)

    rates = app.state.rates = rates_of(installation.settings)
    barred = partial(bars, installation, rates)
    app.add_middleware(Wrapping, refuses=rates.refuses, bars=barred, answers=answered)
    for kind in (QianyinError, IndexerError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answered)


def said(error: Exception, number: str = "") -> QianyinError:
    """Say an error of any part in the words of this service; `number` is that of the request."""
    match error:
        case QianyinError():
            return error
        case NothingIndexed():
            return Unavailable(
                "nothing-indexed", "索引尚未建立，请稍后再试。", "The index is not built yet; try again soon."
            )
        case NodeError() | NotProvable():
            return Unavailable(
                "node-unavailable",
                "链节点暂时没有应答，请稍后再试。",
                "The chain's node does not answer now; try again soon.",
            )
        case OperationalError():
            return Unavailable(
                "database-unavailable",
                "数据库暂时没有应答，请稍后再试。",
                "The database does not answer now; try again soon.",
            )
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            return _of_http(error)
        case _:
            log.error("unforeseen error in request %s: %s", number, type(error).__name__, exc_info=error)
            return QianyinError(
                "internal",
                f"服务出错了，没有改动任何记录；反映时请注明编号 {number}。",
                f"Something went wrong here; no record was changed. Quote number {number} when you tell us.",
                number=number,
            )


def allowed_methods(request: Request) -> list[str]:
    """List the methods that the address of a request takes: as it is written, before any that only matches it."""
    matching = [
        route
        for route in (one.original_route for one in iter_route_contexts(request.app.routes))
        if isinstance(route, APIRoute) and route.path_regex.match(request.url.path)
    ]
    closest = min((route.path.count("{") for route in matching), default=0)
    found = {
        method for route in matching if route.path.count("{") == closest for method in route.methods or ()
    }
    return sorted(found | {"HEAD"} if "GET" in found else found)


class _Method(BadInput):
    """405."""


STATUS[_Method] = 405


def _of_http(error: HTTPException) -> QianyinError:
    """Say what the framework refused; where it only passed on an error of ours, say that."""
    if isinstance(error.__cause__, QianyinError):
        return error.__cause__
    if error.status_code == 404:
        return NotFound("no-such-address", "没有这个地址。", "There is nothing at this address.")
    if error.status_code == 405:
        return _Method(
            "method-refused", "此地址不接受这种请求。", "This address does not take such a request."
        )
    if error.detail.startswith("Part exceeded maximum size"):
        return too_large(LARGEST_JSON)
    return BadInput(
        "request-malformed", "请求无法读取；请检查其格式。", "The request cannot be read; check its form."
    )


def _invalid(error: RequestValidationError) -> BadInput:
    return BadInput(
        "request-malformed",
        f"请求有 {len(error.errors())} 处不合格式，详见 facts。",
        f"The request is malformed in {len(error.errors())} places; facts lists them.",
        faults=listed(error.errors()),
    )


def _answer(installation: Installation, request: Request, error: Exception) -> Response:
    number = request.scope.get("state", {}).get("number", "")
    told = said(error, number)
    status = status_of(told)
    allowed = {"Allow": ", ".join(allowed_methods(request))} if status == 405 else {}
    headers = {**headers_for(request.scope), **allowed, **headers_of(told)}
    path = request.url.path
    if path.startswith("/v1") or "text/html" not in request.headers.get("accept", ""):
        body = problem(told, status=status, language=language_of(request), instance=path)
        return JSONResponse(body, status, headers, MEDIA_TYPE)
    page = ErrorPage(status, told.code, path, Bilingual(told.zh, told.en), number=told.facts.get("number"))
    html = render(page, language_of(request), site_of(installation, request))
    return HTMLResponse(html, status, {**headers, **HEADERS})
