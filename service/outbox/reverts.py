"""The error that a call reverts with, which JSON-RPC carries in `error.data`. Owns one HTTP exchange a call."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit


def revert_of(url: str, parameters: list[Any], seconds: float) -> bytes | None:
    """Give the ABI bytes of the error of an `eth_call`; None: it went through, has no error, or the node is silent."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": parameters}).encode()
    try:
        with urllib.request.urlopen(_request(url, body), timeout=seconds) as response:  # noqa: S310
            answer = json.load(response)
    except (urllib.error.URLError, OSError, ValueError):
        return None
    data = answer.get("error", {}).get("data") if isinstance(answer, dict) else None
    return _octets(data.get("data") if isinstance(data, dict) else data)


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
