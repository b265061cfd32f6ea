"""What every request meets at the border: its language, its bearer, its limits, and how an error is answered."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from indexer.connection import NodeError
from indexer.errors import IndexerError
from indexer.store.projection import NothingIndexed
from service.api.problems import MEDIA_TYPE, headers_of, problem, status_of
from service.errors import BadInput, NotFound, QianyinError, Unavailable
from service.installation import Installation
from service.pages.language import Lang, choose
from service.pages.render import HEADERS, Site, render
from service.pages.views import Bilingual, ErrorPage

log = logging.getLogger(__name__)

LARGEST_BODY = 64 << 20
"""Bytes of a request; larger files come through the CLI, which reads them where they lie."""
API_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def language_of(request: Request) -> Lang:
    """Say in which language to answer."""
    return choose(
        request.query_params.get("lang"), request.cookies.get("lang"), request.headers.get("accept-language")
    )


def installation_of(request: Request) -> Installation:
    """Give the installation that an app serves."""
    installation: Installation = request.app.state.installation
    return installation


Installed = Annotated[Installation, Depends(installation_of)]
"""A parameter of every endpoint."""


def site_of(installation: Installation, request: Request) -> Site:
    """Give what every page shares; people reach it by the configured address, else by the one asked for."""
    anchor = installation.anchor
    base = installation.settings.public_url or str(request.base_url)
    return Site(base.rstrip("/"), demo=anchor is not None and anchor.demo)


def guard(app: FastAPI, installation: Installation) -> None:
    """Put the border around an app: body limit, headers, one map of errors."""

    @app.middleware("http")
    async def limited(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return _answer(installation, request, _too_large())
        response = await call_next(request)
        for name, value in API_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def answered(request: Request, error: Exception) -> Response:
        return _answer(installation, request, said(error))

    for kind in (QianyinError, IndexerError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answered)


def said(error: Exception) -> QianyinError:
    """Say an error of any part in the words of this service."""
    match error:
        case QianyinError():
            return error
        case NothingIndexed():
            return Unavailable(
                "nothing-indexed", "索引尚未建立，请稍后再试。", "The index is not built yet; try again soon."
            )
        case NodeError():
            return Unavailable(
                "node-unavailable", "链节点暂时没有应答。", "The chain's node does not answer now."
            )
        case RequestValidationError():
            return _invalid(error)
        case HTTPException(status_code=404):
            return NotFound("no-such-address", "没有这个地址。", "There is nothing at this address.")
        case HTTPException(status_code=405):
            return _Method(
                "method-refused", "此地址不接受这种请求。", "This address does not take such a request."
            )
        case _:
            number = secrets.token_hex(6)
            log.error("unforeseen error %s: %s", number, type(error).__name__, exc_info=error)
            return QianyinError(
                "internal",
                f"服务出错了，没有改动任何记录；反映时请注明编号 {number}。",
                f"Something went wrong here; no record was changed. Quote number {number} when you tell us.",
                number=number,
            )


class _Method(BadInput):
    """405."""


def _invalid(error: RequestValidationError) -> BadInput:
    faults = [
        {"at": "/".join(str(part) for part in fault["loc"]), "en": str(fault["msg"])}
        for fault in error.errors()
    ]
    return BadInput(
        "request-malformed",
        f"请求有 {len(faults)} 处不合格式，详见 facts。",
        f"The request is malformed in {len(faults)} places; facts lists them.",
        faults=faults,
    )


def _too_large() -> QianyinError:
    from service.errors import TooLarge

    return TooLarge(
        "body-too-large",
        f"请求超过 {LARGEST_BODY >> 20} MiB；更大的文件请用命令行提交。",
        f"The request is over {LARGEST_BODY >> 20} MiB; submit larger files with the command line.",
        limit=LARGEST_BODY,
    )


def _answer(installation: Installation, request: Request, error: QianyinError) -> Response:
    status = 405 if isinstance(error, _Method) else status_of(error)
    path = request.url.path
    if path.startswith("/v1") or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(
            problem(error, status=status, language=language_of(request), instance=path),
            status,
            headers_of(error),
            MEDIA_TYPE,
        )
    page = ErrorPage(
        status, error.code, path, Bilingual(error.zh, error.en), number=error.facts.get("number")
    )
    html = render(page, language_of(request), site_of(installation, request))
    return HTMLResponse(html, status, {**HEADERS, **headers_of(error)})
