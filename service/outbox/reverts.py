"""The error that a call reverts with, which JSON-RPC carries in `error.data`. Owns one HTTP exchange a call."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

_MOST_BYTES: Final = 1 << 20
"""Of an answer: an error of a contract has a few hundred."""

_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Nodes are asked without a proxy, here as everywhere else."""


def revert_of(url: str, parameters: list[Any], seconds: float) -> bytes | None:
    """Give the ABI bytes of the error of an `eth_call`; None: it went through, has no error, or the node is silent."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": parameters}).encode()
    try:
        with _DIRECT.open(_request(url, body), timeout=seconds) as response:
            answer = json.loads(response.read(_MOST_BYTES))
    except (urllib.error.URLError, HTTPException, OSError, ValueError, RecursionError):
        return None
    data = _member(_member(answer, "error"), "data")
    return _octets(_member(data, "data") if isinstance(data, dict) else data)


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _request(url: str, body: bytes) -> urllib.request.Request:
    parts = urlsplit(url)
    place = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    headers = {"Content-Type": "application/json"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return urllib.request.Request(urlunsplit(parts._replace(netloc=place)), body, headers)  # noqa: S310


def _octets(text: Any) -> bytes | None:
    if not isinstance(text, str) or not text.startswith("0x"):
        return None
    try:
        return bytes.fromhex(text[2:]) or None
    except ValueError:
        return None
