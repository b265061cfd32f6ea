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
            NodeUnreachable: no answer, no JSON-RPC, or "later".
            NodeRefused: the node answered with an error that will be the same next time.
        """
        try:
            line = connection.Connection(self.url, seconds=self.seconds)
            try:
                return line.ask(connection.Call(method, arguments), Any)
            finally:
                line.close()
        except (connection.NodeRefused, connection.RangeTooWide) as fault:
            zh, en = f"节点拒绝了 {method}: {fault.reason}", f"The node refused {fault.reason}"
            raise NodeRefused("node-refused", zh, en, method=method, message=fault.reason) from fault
        except (connection.NodeError, ValueError) as fault:
            zh, en = f"节点 {self.url} 没有应答。", f"The node at {self.url} does not answer: {fault}"
            raise NodeUnreachable("node-unreachable", zh, en, url=self.url, detail=str(fault)) from fault
