"""Signing in on the pages: a bearer key is exchanged for a cookie that pages alone obey.

The API below `/v1` knows no cookie. The cookie is sent by pages of this very site (`SameSite=Strict`), no script reads
it, and what changes something is taken only from a page of this site.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.access.bearers import Bearer, bearer_of
from service.access.sessions import LASTS, bearer_of_session, close_session, open_session
from service.api.border import Installed
from service.api.pages import shown
from service.api.rates import Rates
from service.errors import NotAllowed
from service.pages import addresses
from service.pages.views import SignInPage

routes = APIRouter(tags=["pages"])
COOKIE = "qianyin"
_HERE = re.compile(r"/(?!/)[\x21-\x7e]{0,500}")

Next = Annotated[str, Query(max_length=501, description="the page to go on to")]


def reader(request: Request, installation: Installed) -> Bearer | None:
    """Say who reads a page; None for the public, and for a session that has ended."""
    token = request.cookies.get(COOKIE)
    return bearer_of_session(installation.database, token) if token else None


Reader = Annotated[Bearer | None, Depends(reader)]


def from_here(request: Request) -> None:
    """Demand that a form was sent by a page of this site (Fetch Metadata; `Origin` where a browser has none).

    Raises:
        NotAllowed: by another one, or by no page at all.
    """
    told = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    same = told == "same-origin" if told else origin is not None and urlsplit(origin).netloc == _host(request)
    if not same:
        raise NotAllowed(
            "form-from-elsewhere",
            "此表单不是由本站页面发出的，未处理；请从本站页面重新提交。",
            "This form did not come from a page of this site and was not looked at; send it from the page again.",
        )


FromHere = Depends(from_here)


@routes.get("/sign-in", include_in_schema=False)
def sign_in_page(request: Request, next_page: Annotated[Next, Query(alias="next")] = "/") -> Response:
    """The page where a party shows its key."""
    return shown(request, SignInPage(_here(next_page)))


@routes.post("/sign-in", include_in_schema=False, dependencies=[FromHere])
def sign_in(
    request: Request,
    installation: Installed,
    key: Annotated[str, Form(max_length=200)],
    next_page: Annotated[str, Form(alias="next", max_length=501)] = "/",
) -> Response:
    """Take a key and let its bearer in; a key that is unknown costs its address as much as on the API."""
    rates: Rates = request.app.state.rates
    bearer = bearer_of(installation.database, key.strip())
    if bearer is None:
        rates.unknown(request.scope)
        return shown(request, SignInPage(_here(next_page), refused=True), 401)
    answer = RedirectResponse(_here(next_page), 303)
    answer.set_cookie(
        COOKIE,
        open_session(installation.database, bearer),
        max_age=LASTS,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


@routes.post("/sign-out", include_in_schema=False, dependencies=[FromHere])
def sign_out(request: Request, installation: Installed) -> Response:
    """End the session."""
    if token := request.cookies.get(COOKIE):
        close_session(installation.database, token)
    answer = RedirectResponse(addresses.HOME, 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _here(page: str) -> str:
    """Go on to a page of this site only."""
    return page if _HERE.fullmatch(page) and "\\" not in page else addresses.HOME


def _host(request: Request) -> str:
    return request.headers.get("host", "")
