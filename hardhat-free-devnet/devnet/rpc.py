"""A node as this package asks it: one call at a time, its errors in our words; `indexer.connection` does the asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from devnet.errors import NodeRefused, NodeUnreachable
from indexer import connection


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A node's address, `http://…` or `https://…`, and how long each silence of it may last."""

    url: str
    seconds: float = 20.0

    def call(self, method: str, *arguments: Any) -> Any:
        """Return the result of one call, as JSON gave it.

        Raises:
            NodeUnreachable: no answer, or none that is JSON-RPC.
            NodeRefused: the node answered with an error, be it "later".
        """
        try:
            line = connection.Connection(self.url, seconds=self.seconds)
            try:
                return line.ask(connection.Call(method, arguments), Any)
            finally:
                line.close()
        except (connection.NodeError, ValueError) as fault:
            reason = fault.reason if isinstance(fault, connection.NodeError) else str(fault)
            raise (
                self._refused(method, reason) if reason.startswith(f"{method}: ") else self._silent(reason)
            ) from fault

    def _silent(self, reason: str) -> NodeUnreachable:
        zh, en = f"节点 {self.url} 没有应答。", f"The node at {self.url} does not answer: {reason}"
        return NodeUnreachable("node-unreachable", zh, en, url=self.url, detail=reason)

    def _refused(self, method: str, reason: str) -> NodeRefused:
        zh, en = f"节点拒绝了 {reason}", f"The node refused {reason}"
        return NodeRefused("node-refused", zh, en, method=method, message=reason)
