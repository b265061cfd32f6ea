"""A few JSON-RPC calls to a node over HTTP. Owns the connection; every call is one request."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from devnet.errors import NodeRefused, NodeUnreachable


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A node's address, `http://…` or `https://…`."""

    url: str
    seconds: float = 20.0

    def call(self, method: str, *arguments: Any) -> Any:
        """Return the result of one call, as JSON gave it.

        Raises:
            NodeUnreachable: no answer, or an answer that is no JSON-RPC.
            NodeRefused: the node answered with an error.
        """
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(arguments)}
        answer = self._post(json.dumps(request).encode())
        if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
            raise _unreachable(self.url, "the answer is not JSON-RPC")
        if "error" in answer:
            raise _refused(method, answer["error"])
        return answer["result"]

    def _post(self, body: bytes) -> Any:
        try:
            parts = urlsplit(self.url)
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            connection = kind(parts.hostname or "", parts.port, timeout=self.seconds)
            try:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", path, body, {"Content-Type": "application/json"})
                return json.loads(connection.getresponse().read())
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise _unreachable(self.url, str(fault) or type(fault).__name__) from fault


def _unreachable(url: str, detail: str) -> NodeUnreachable:
    return NodeUnreachable(
        "node-unreachable",
        f"节点 {url} 没有应答。",
        f"The node at {url} gives no answer: {detail}",
        url=url,
        detail=detail,
    )


def _refused(method: str, error: Any) -> NodeRefused:
    message = str(error.get("message", error)) if isinstance(error, dict) else str(error)
    return NodeRefused("node-refused", f"节点拒绝了 {method}: {message}", f"The node refused {method}: {message}",
                       method=method, message=message)  # fmt: skip
