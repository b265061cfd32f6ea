"""Whether a bearer may do what it asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection

from indexer.values import Address
from indexer.wire import write_address
from service.access.bearer import Scope
from service.access.bearers import Bearer
from service.errors import NotAllowed


def demand(bearer: Bearer, scopes: Collection[Scope]) -> Bearer:
    """Demand that a key has one of these scopes; gives it back.

    Raises:
        NotAllowed: it has another one.
    """
    if bearer.scope not in scopes:
        raise NotAllowed(
            "scope-missing",
            "这个密钥的权限不包括此操作。",
            "The scope of this key does not include this operation.",
            needed=[scope.value for scope in scopes],
            has=bearer.scope.value,
        )
    return bearer


def entitled(bearer: Bearer, account: Address) -> None:
    """Demand that a holder's key acts for this account.

    Raises:
        NotAllowed: it acts for another one.
    """
    if bearer.account != account:
        raise NotAllowed(
            "not-the-holder",
            "这个密钥所属的账户不是持有人。",
            "The account of this key is not the holder.",
            account=write_address(bearer.account) if bearer.account else None,
        )
