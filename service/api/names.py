"""Ids in addresses: text that strangers typed, to what it names. Pure."""

from __future__ import annotations

from indexer.values import Address, Hash32, address, hash32
from service.errors import NotFound


def digest_in(text: str) -> Hash32:
    """Read a work, collection or order id.

    Raises:
        NotFound: it has another form, so nothing is called by it.
    """
    try:
        return hash32(text.lower())
    except ValueError as fault:
        raise _nothing_called(text) from fault


def account_in(text: str) -> Address:
    """Read an account.

    Raises:
        NotFound: it has another form.
    """
    try:
        return address(text.lower())
    except ValueError as fault:
        raise _nothing_called(text) from fault


def number_in(text: str) -> int:
    """Read a token or edition id.

    Raises:
        NotFound: it is not a decimal number below 2²⁵⁶.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 78) or int(text) >> 256:
        raise _nothing_called(text)
    return int(text)


def _nothing_called(text: str) -> NotFound:
    return NotFound(
        "malformed-id",
        "编号的格式不对，没有这样的记录；请核对地址。",
        "Nothing is called by a number of this form; check the address.",
        given=text[:100],
    )
