"""Taking a request in for a bearer: asked again under the same key, it is the same request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from service.access.bearers import Bearer
from service.installation import Installation
from service.outbox.accept import accept
from service.outbox.operations import Operation, by_key
from service.outbox.requests import Request

R = TypeVar("R")


def take(installation: Installation, bearer: Bearer, key: str, request: Request, *read: str) -> Operation:
    """Accept a request durably.

    Args:
        key: the idempotency key; keys of different bearers do not meet.
        read: names of those fields that do not come from the body but were read from the state of that time; asked
            again they stay as they were read at first, since the state may have moved on because of this very request.

    Raises:
        BadInput, Conflict, Unavailable: as `accept`.
    """
    held = earlier(installation, bearer, key, type(request))
    if held is not None:
        kept: Any = {name: getattr(held, name) for name in read}
        request = replace(request, **kept)
    return accept(installation.database, request, idempotency_key=key, principal=bearer.key_id)


def earlier(installation: Installation, bearer: Bearer, key: str, kind: type[R]) -> R | None:
    """Give the request of this kind that a bearer made under this key before."""
    found = by_key(installation.database, bearer.key_id, key)
    return found.request if found is not None and isinstance(found.request, kind) else None
