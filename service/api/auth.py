"""Who asks: bearer keys and the scopes that an operation needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.access.bearer import Scope
from service.access.bearers import Bearer
from service.access.entitlement import demand
from service.api.admission import bearer_with
from service.api.border import Installed
from service.api.wrapping import key_needed

_SCHEME = HTTPBearer(auto_error=False, description="`qy_…`, given out by `qianyin key give`")
Presented = Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]


def anybody(request: Request, installation: Installed, presented: Presented = None) -> Bearer | None:
    """Give who asks; None for the public.

    Raises:
        NotAuthenticated: a key was presented that is unknown or was revoked.
        TooMany: requests with this key come too fast.
    """
    if presented is None:
        return None
    return bearer_with(installation, request.app.state.rates, request.scope, presented.credentials)


def needs(*scopes: Scope) -> Callable[[Bearer | None], Bearer]:
    """Make the dependency of an operation that only these scopes may call."""

    def entitled(bearer: Annotated[Bearer | None, Depends(anybody)]) -> Bearer:
        if bearer is None:
            raise key_needed(scopes=[scope.value for scope in scopes])
        return demand(bearer, scopes)

    entitled.scopes = frozenset(scopes)  # type: ignore[attr-defined]
    return entitled


AsIssuer = Annotated[Bearer, Depends(needs(Scope.ISSUER))]
AsHolder = Annotated[Bearer, Depends(needs(Scope.HOLDER))]
AsSubmitter = Annotated[Bearer, Depends(needs(Scope.HOLDER, Scope.ISSUER))]
"""May submit what a holder signed with its own key; that signature, not this key, is what counts."""
AsRegulator = Annotated[Bearer, Depends(needs(Scope.REGULATOR))]
AsOperator = Annotated[Bearer, Depends(needs(Scope.OPERATOR))]
WithKey = Annotated[Bearer, Depends(needs(*Scope))]

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key with the same body gives the same operation; with another body, 409",
    ),
]
