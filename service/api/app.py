"""The app: every route of the service behind one border."""

from __future__ import annotations

from fastapi import FastAPI

from service.api import (
    accounts,
    audit,
    collections,
    ending,
    estates,
    evidence,
    files,
    gifts,
    grant_form,
    orders,
    pages,
    proposal_pages,
    proposals,
    reference,
    rights,
    rights_files,
    rights_pages,
    sessions,
    split_form,
    works,
)
from service.api.border import guard
from service.api.moments import Moments
from service.api.remembering import Remembering
from service.installation import Installation

ABOUT = """
What the service says of works, collections, collectibles and their histories, with the evidence to check it.

Ids are strings: `0x` and 64 hexadecimal digits for works, collections and orders, decimal for editions and
collectibles, EIP-55 for accounts. Times are Unix seconds. Every answer that comes from the chain says as of which
block. Errors are problems (RFC 9457) in Chinese and English.

Writes need an `Idempotency-Key` and answer 202 with an operation once it is durable: the same key with the same body
gives the same operation. Reading needs no key; holders are masked then.
"""
ROUTERS = (
    pages.routes,
    files.routes,
    evidence.routes,
    works.routes,
    collections.routes,
    gifts.routes,
    accounts.routes,
    orders.routes,
    rights.routes,
    ending.routes,
    rights_files.routes,
    estates.routes,
    proposals.routes,
    audit.routes,
    sessions.routes,
    rights_pages.routes,
    proposal_pages.routes,
    grant_form.routes,
    split_form.routes,
    reference.routes,
)


def make_app(installation: Installation, *, remembering: bool = True) -> FastAPI:
    """Make the app of an installation; whoever opened the installation closes it.

    Args:
        remembering: give answers about things again while nothing changed (remembering.py).
    """
    app = FastAPI(
        title="Qianyin 钤印",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.installation = installation
    if remembering:
        app.add_middleware(Remembering, moments=Moments(installation))
    guard(app, installation)
    for routes in ROUTERS:
        app.include_router(routes)
    return app
