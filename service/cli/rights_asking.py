"""One reading of rights on the command line, for whoever asks."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.cli import naming
from service.cli.acting import KEY, PRINCIPAL, bearer
from service.cli.opening import installation_of
from service.errors import BadInput

if TYPE_CHECKING:
    from indexer.values import Hash32
    from service.access.bearers import Bearer
    from service.installation import Installation
    from service.reading.context import Context
    from service.rights.audience import Audience
    from service.rights.book import Book
    from service.rights.speaking import Speaker


@dataclass(frozen=True, slots=True)
class Asking:
    """One reading for whoever asks."""

    installation: Installation
    context: Context
    bearer: Bearer
    book: Book
    audience: Audience
    speaker: Speaker


@contextmanager
def asking(arguments: argparse.Namespace) -> Iterator[Asking]:
    """Read for whose key is in `QIANYIN_KEY`, else for the institution."""
    from service.access.bearer import Scope
    from service.access.bearers import Bearer as Presented
    from service.keys.operators import Operator
    from service.reading.open import context
    from service.rights.audience import audience_of
    from service.rights.book import Book as Read
    from service.rights.speaking import Speaker as Asks

    with installation_of(arguments) as installation:
        own = Presented(PRINCIPAL, Scope.ISSUER, None, PRINCIPAL, 0, None)
        who = bearer(installation, *Scope) if os.environ.get(KEY) else own
        with context(installation) as one:
            book = Read(one.view)
            audience = audience_of(installation, who, book)
            account = who.account or installation.vault.operator(Operator.ISSUER)
            yield Asking(installation, one, who, book, audience, Asks(book, audience, account, one.now))


def as_shape(shape: Any, said: dict[str, Any], code: str, zh: str, en: str) -> Any:
    """Read what was typed as one of the API's shapes.

    Args:
        shape: a pydantic model, or a union of some.
        zh, en: what is said of faults: of how many, and of the first.

    Raises:
        BadInput: it has faults, all of which `facts` lists.
    """
    from pydantic import TypeAdapter, ValidationError

    from service.api.faults import listed

    try:
        return TypeAdapter(shape).validate_python(said)
    except ValidationError as fault:
        faults = listed(fault.errors())
        said_of = (len(faults), faults[0])
        raise BadInput(code, zh.format(*said_of), en.format(*said_of), faults=faults) from fault


def work_of(one: Asking, text: str) -> Hash32:
    """Name a work that was typed: its id, or SHA-256 of its file."""
    return naming.work(one.context, text).state.work_id
