"""A raw lookup behind the HTTP server that we use: one row of the index by its token, as JSON. For `serving.py`."""

from __future__ import annotations

import argparse
import json
import sqlite3
from typing import Any

import uvicorn

from indexer.state import Token
from indexer.store.versions import TABLES


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index")
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    connection = sqlite3.connect(options.index)
    names = [column.name for column in TABLES[Token].columns]
    statement = (
        f"SELECT {', '.join(names)} FROM {TABLES[Token].name} "  # noqa: S608
        "WHERE edition_id = ? AND token_id = ? AND superseded_by IS NULL"  # so that the index of present states is used
    )

    async def app(scope: dict[str, Any], _: Any, send: Any) -> None:
        token = int(scope["path"][1:])
        row = connection.execute(statement, (written(token >> 64), written(token))).fetchone()
        plain = {
            name: one.hex() if isinstance(one, bytes) else one for name, one in zip(names, row, strict=True)
        }
        body = json.dumps(plain).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, port=options.port, log_level="critical", lifespan="off")


def written(token_id: int) -> bytes:
    """Write a token's id as the index keeps it."""
    return token_id.to_bytes(32, "big")


if __name__ == "__main__":
    main()
