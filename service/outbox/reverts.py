"""The error that a call reverts with, which JSON-RPC carries in `error.data`. Owns one connection a call."""

from __future__ import annotations

import json
from typing import Any, Final

from indexer.connection import Call, Connection, NodeError

_MOST_BYTES: Final = 1 << 20
"""Of an answer: an error of a contract has a few hundred."""


def revert_of(url: str, parameters: list[Any], seconds: float) -> bytes | None:
    """Give the ABI bytes of the error of an `eth_call`; None: it went through, has no error, or the node is silent."""
    node = Connection(url, seconds=seconds, most_bytes=_MOST_BYTES)
    try:
        answer = json.loads(node.fetch(Call("eth_call", tuple(parameters))))
    except (NodeError, ValueError, RecursionError):
        return None
    finally:
        node.close()
    data = _member(_member(answer, "error"), "data")
    return _octets(_member(data, "data") if isinstance(data, dict) else data)


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _octets(text: Any) -> bytes | None:
    if not isinstance(text, str) or not text.startswith("0x"):
        return None
    try:
        return bytes.fromhex(text[2:]) or None
    except ValueError:
        return None
