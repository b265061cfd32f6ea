"""Whose key was presented, and whether it may do what is asked; of large bodies seen before they are read."""

from __future__ import annotations

from collections.abc import Collection

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import Scope as Asked

from service.access.bearer import Scope
from service.access.bearers import Bearer, bearer_of
from service.access.entitlement import demand
from service.api.problems import NotAuthenticated
from service.api.rates import Rates
from service.api.wrapping import key_needed
from service.errors import QianyinError
from service.installation import Installation


def bearer_with(installation: Installation, rates: Rates, asked: Asked, key: str) -> Bearer:
    """Give who presents a key.

    Raises:
        NotAuthenticated: it is unknown or was revoked.
        TooMany: requests with this key, or with unknown ones from this address, come too fast.
    """
    bearer = bearer_of(installation.database, key)
    if bearer is None:
        rates.unknown(asked)
        raise NotAuthenticated(
            "unknown-key",
            "密钥无效或已收回；请核对，或向机构重新申请。",
            "The key is unknown or was revoked; check it, or ask the institution for another.",
        )
    rates.bearer(asked, bearer.key_id)
    return bearer


def bars(
    installation: Installation, rates: Rates, asked: Asked, scopes: Collection[Scope]
) -> QianyinError | None:
    """Say why a request may not come in whose key has to be of one of these scopes, or None."""
    scheme, key = get_authorization_scheme_param(Headers(scope=asked).get("authorization"))
    if scheme.lower() != "bearer" or not key:
        return key_needed(scopes=[scope.value for scope in scopes])
    try:
        demand(bearer_with(installation, rates, asked, key), scopes)
    except QianyinError as error:
        return error
    return None
