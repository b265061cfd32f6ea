"""What an answer about the ledger depends on, read so cheaply that it can be read for every request. Reads the index.

Requests that arrive together share one reading, which begins after all of them arrived: so whoever was told that an act
is settled sees it in the next answer.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from sqlalchemy import select

from indexer.store import schema
from service.installation import Installation

_BLOCKS, _FOLLOWED = schema.BlockTable.__table__, schema.Installation.__table__
_NEWEST = (
    select(_BLOCKS.c.hash, _BLOCKS.c.count, _FOLLOWED.c.settled_number, _FOLLOWED.c.halt)
    .select_from(_BLOCKS.join(_FOLLOWED, _FOLLOWED.c.id.is_not(None)))
    .order_by(_BLOCKS.c.number.desc())
    .limit(1)
)


class Moment(NamedTuple):
    """Two equal moments give equal answers, as far as those depend on the ledger and on who is vouched for.

    Attributes:
        block: hash of the newest block indexed, records until then, last settled block, why following stopped.
        anchor: when the trust anchor was written, and its size; None where there is none.
    """

    block: tuple[Any, ...]
    anchor: tuple[int, int] | None


def moment(installation: Installation) -> Moment:
    """Read the present moment.

    Raises:
        NothingIndexed, OperationalError: there is none, or the database does not answer.
    """
    with installation.projection.connection() as connection:
        row = tuple(connection.execute(_NEWEST).one())
    try:
        written = installation.settings.trust_anchor.stat()
    except FileNotFoundError:
        return Moment(row, None)
    return Moment(row, (written.st_mtime_ns, written.st_size))


class Moments:
    """Gives the present moment to many at once; used from one event loop."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._waiting: asyncio.Future[Moment | None] | None = None
        self._reading: set[asyncio.Task[None]] = set()

    async def now(self) -> Moment | None:
        """Give the moment as of a reading that begins after this was called; None where it cannot be read."""
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._read())
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return await asyncio.shield(self._waiting)

    async def _read(self) -> None:
        waiting, self._waiting = self._waiting, None
        assert waiting is not None, "who waits has asked"
        try:
            # A file is read at once; a server may take its time, and others are answered meanwhile.
            if self.installation.settings.index_url.startswith("sqlite"):
                found = moment(self.installation)
            else:
                found = await asyncio.to_thread(moment, self.installation)
        except Exception:  # noqa: BLE001  whatever it is, the way without a memory meets it and says it
            waiting.set_result(None)
        else:
            waiting.set_result(found)
