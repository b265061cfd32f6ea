"""Who reads rights: one reading of the index, whoever asks, and the question kept where a regulator asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from service.access.bearer import PARTIES, Scope
from service.access.bearers import Bearer
from service.api.auth import needs
from service.api.shapes import as_of_body
from service.audit.asking import asked
from service.installation import Installation
from service.reading.context import Context
from service.reading.open import context
from service.rights.audience import Audience, audience_of
from service.rights.book import Book

AsParty = Annotated[Bearer, Depends(needs(*PARTIES))]
"""Acts for an account that has a part in rights."""
AsReader = Annotated[Bearer, Depends(needs(*PARTIES, Scope.REGULATOR, Scope.OPERATOR))]
"""Sees of rights what concerns it; a regulator all, with the question kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the index by somebody."""

    context: Context
    book: Book
    audience: Audience

    def answer(self, found: dict[str, Any]) -> JSONResponse:
        """Answer with what was found, as of the block it was read at."""
        return JSONResponse({"as_of": as_of_body(self.book.view.as_of), **found})


@contextmanager
def reading(installation: Installation, bearer: Bearer | None, request: Request) -> Iterator[Reading]:
    """Read as of one block, for a bearer; a regulator's question is kept first.

    Raises:
        NothingIndexed: there is nothing to read yet.
    """
    if bearer is not None and bearer.scope is Scope.REGULATOR:
        question: dict[str, Any] = {"path": request.url.path, "query": str(request.url.query)}
        with asked(installation, bearer.key_id, question) as (one, _):
            yield _reading(installation, bearer, one)
        return
    with context(installation) as one:
        yield _reading(installation, bearer, one)


def _reading(installation: Installation, bearer: Bearer | None, one: Context) -> Reading:
    book = Book(one.view)
    return Reading(one, book, audience_of(installation, bearer, book))
