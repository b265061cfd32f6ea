"""A process that follows a ledger until it is killed: `python -m tests.indexer.following ARGUMENTS.pickle`.

It says a line before and after each table it writes, so that its killer can choose a moment within a transaction.
"""

from __future__ import annotations

import pickle
import sys
import threading
from pathlib import Path

from sqlalchemy import Connection

from indexer import backfill
from indexer.live import Indexer
from indexer.node import Node
from indexer.span import LedgerBlock, Span
from indexer.store import Projection
from indexer.store.rows import Rows
from indexer.store.writing import write_fast


class Telling(Projection):
    """A projection that says where it is."""

    def extend(self, start: LedgerBlock, span: Span, settled_number: int, writer: object = None) -> None:
        def write(connection: Connection, rows: Rows) -> None:
            print("writing", flush=True)
            write_fast(connection, rows)
            print("written", flush=True)

        super().extend(start, span, settled_number, write)
        print("kept", flush=True)


def main(arguments: Path) -> None:
    url, schema, deployment, depth, width = pickle.loads(arguments.read_bytes())
    backfill.FIRST_WIDTH = backfill.MOST_WIDTH = width
    with Node(deployment.rpc) as node, Telling.open(url, schema) as projection:
        Indexer(node, projection, deployment, depth=depth).run(threading.Event(), poll=0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
