"""Who asks: bearer keys and the scopes that an operation needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.access.bearer import Scope
from service.access.bearers import Bearer, bearer_of
from service.api.border import Installed
from service.api.problems import NotAuthenticated
from service.errors import NotAllowed

_SCHEME = HTTPBearer(auto_error=False, description="`qy_…`, given out by `qianyin key give`")
Presented = Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]


def anybody(installation: Installed, presented: Presented = None) -> Bearer | None:
    """Give who asks; None for the public.

    Raises:
        NotAuthenticated: a key was presented that is unknown or was revoked.
    """
    if presented is None:
        return None
    bearer = bearer_of(installation.database, presented.credentials)
    if bearer is None:
        raise NotAuthenticated(
            "unknown-key",
            "密钥无效或已收回；请核对，或向机构重新申请。",
            "The key is unknown or was revoked; check it, or ask the institution for another.",
        )
    return bearer


def needs(*scopes: Scope) -> Callable[[Bearer | None], Bearer]:
    """Make the dependency of an operation that only these scopes may call."""

    def entitled(bearer: Annotated[Bearer | None, Depends(anybody)]) -> Bearer:
        if bearer is None:
            raise NotAuthenticated(
                "key-needed",
                "此操作需要密钥，请在 Authorization 中提供。",
                "This operation needs a key; present it as Authorization: Bearer.",
                scopes=[scope.value for scope in scopes],
            )
        if bearer.scope not in scopes:
            raise NotAllowed(
                "scope-missing",
                "这个密钥的权限不包括此操作。",
                "The scope of this key does not include this operation.",
                needed=[scope.value for scope in scopes],
                has=bearer.scope.value,
            )
        return bearer

    entitled.scopes = frozenset(scopes)  # type: ignore[attr-defined]
    return entitled


Anybody = Annotated[Bearer | None, Depends(anybody)]
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
