"""The files step: from `accepted` to `stored`. Moves files from where they wait into the content store."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exists, select, update

from service.errors import BadInput, NotFound, TooLarge, Unavailable
from service.files.cid import pieces
from service.files.store import ContentStore, Damaged
from service.outbox import ending, lease
from service.outbox.database import Database
from service.outbox.doubts import Doubts
from service.outbox.states import At, Point, Reason, State
from service.outbox.tables import AttachmentRow, OperationRow

_LOG = logging.getLogger(__name__)
_AT_ONCE = 200
_HANDS = 16
"""Files stored at once: what they wait for is the disk, which syncs many for the price of one."""
_LEASE = "files"
_SURE = 10.0
"""Seconds for which a file has to be nowhere before its request is refused: a node that was just started, or a disk
that is being mounted, has nothing for a moment."""


class _Nowhere(Unavailable):
    """The bytes of a file neither wait here nor are in the store; both may be wrong for a moment."""


class FilesStep:
    """Puts files into the content store, reads them back, and lets their requests go on.

    Args:
        home: the folder below which files wait.
        sure: seconds for which a file has to be nowhere before that is believed.
    """

    def __init__(
        self,
        database: Database,
        files: ContentStore,
        home: Path,
        worker: str,
        lease_seconds: float,
        at: At,
        *,
        sure: float = _SURE,
    ) -> None:
        self._database, self._files, self._home = database, files, home
        self._worker, self._lease_seconds, self._at = worker, lease_seconds, at
        self._nowhere = Doubts(sure)

    def step(self) -> int:
        """Store the files of the oldest requests that have some, and let all without pass; how many moved.

        Raises:
            Unavailable: the store or the database does not answer; nothing is lost.
        """
        with self._database.read() as connection:
            if not _any_accepted(connection):
                return 0
        with self._database.write() as connection:
            if not lease.take(connection, _LEASE, self._worker, self._lease_seconds):
                return 0
            moved = _pass_those_without(connection)
            waiting = _waiting(connection)
        by_place: dict[int, list[Any]] = {}
        for row in waiting:
            by_place.setdefault(row.place, []).append(row)
        with ThreadPoolExecutor(_HANDS) as hands:
            tried = dict(zip(by_place, hands.map(self._try, by_place.values()), strict=True))
        outcomes = {place: one for place, one in tried.items() if not isinstance(one, Unavailable)}
        if outcomes:
            self._at(Point.STORING)
            self._write(outcomes)
            self._at(Point.STORED)
            kept = {place for place, wrong in outcomes.items() if wrong is None}
            self._clear([row for row in waiting if row.place in kept])
        for one in tried.values():
            if isinstance(one, Unavailable):
                raise one
        return moved + len(outcomes)

    def _try(self, rows: Sequence[Any]) -> Reason | Unavailable | None:
        """Store the files of one request; what the store cannot take now is no reason to forget the others."""
        try:
            return self._store(rows)
        except _Nowhere as fault:
            return fault
        except (Unavailable, OSError) as fault:
            self._nowhere.drop(rows[0].place)
            return fault if isinstance(fault, Unavailable) else _unreadable(fault)

    def _store(self, rows: Sequence[Any]) -> Reason | None:
        """Store the files of one request; a reason if one of them is not what the request says."""
        for row in rows:
            wrong = self._store_one(row)
            if wrong is not None:
                return wrong
        return None

    def _store_one(self, row: Any) -> Reason | None:
        """Put one file, if its bytes wait here, and hash what the store gives out; a reason if it is another.

        Raises:
            Damaged: the store took the right bytes and gives out others, or none: the request is not to blame.
            Unavailable: the store does not answer, or the file cannot be read now.
        """
        source = row.content if row.path is None else self._home / row.path
        if source is None:
            return self._kept_before(row, _other_file(row))
        try:
            stored = self._files.put(source)
        except BadInput as fault:
            return self._kept_before(row, _of(fault, row))
        except TooLarge as fault:
            return _of(fault, row)
        if (stored.cid, stored.sha256, stored.size) != (row.cid, row.sha256, row.size):
            return _other_file(row)
        if not self._is_kept(row):
            raise _not_given_back(row)
        return None

    def _kept_before(self, row: Any, wrong: Reason) -> Reason | None:
        """Judge a file whose bytes do not wait here: they were stored before, by whoever was killed then, or are gone.

        Raises:
            _Nowhere: the store has no such file either, so far.
        """
        if self._is_kept(row):
            return None
        if self._nowhere.last(row.place):
            return wrong
        raise _nowhere_yet(row)

    def _is_kept(self, row: Any) -> bool:
        """Say whether the store gives out the file that the request names."""
        hasher, size = hashlib.sha256(), 0
        try:
            with self._files.get(row.cid) as stream:
                for piece in pieces(stream):
                    hasher.update(piece)
                    size += len(piece)
        except NotFound:
            return False
        return (hasher.digest(), size) == (row.sha256, row.size)

    def _write(self, outcomes: dict[int, Reason | None]) -> None:
        with self._database.write() as connection:
            where = (OperationRow.place.in_(outcomes), OperationRow.state == State.ACCEPTED)
            still = connection.execute(select(OperationRow.place).where(*where)).scalars().all()
            kept = [place for place in still if outcomes[place] is None]
            change = update(OperationRow).where(OperationRow.place.in_(kept))
            connection.execute(change.values(state=State.STORED))
            forget = update(AttachmentRow).where(AttachmentRow.place.in_(kept))
            connection.execute(forget.values(content=None, path=None))
            for place in still:
                wrong = outcomes[place]
                if wrong is not None:
                    _LOG.warning("operation at %d refused: %s", place, wrong.code)
                    ending.refuse(connection, place, wrong)

    def _clear(self, rows: Sequence[Any]) -> None:
        """Remove what waited and is stored, once nothing refers to it.

        A kill before this, or a refusal, leaves a stray file, never a lost one: what is stray is swept.
        """
        for row in rows:
            if row.path is not None and not self._still_wanted(row.path):
                (self._home / row.path).unlink(missing_ok=True)

    def _still_wanted(self, path: str) -> bool:
        with self._database.read() as connection:
            return bool(connection.execute(select(exists().where(AttachmentRow.path == path))).scalar())


def _any_accepted(connection: Connection) -> bool:
    return bool(connection.execute(select(exists().where(OperationRow.state == State.ACCEPTED))).scalar())


def _pass_those_without(connection: Connection) -> int:
    has_files = exists().where(AttachmentRow.place == OperationRow.place)
    where = (OperationRow.state == State.ACCEPTED, ~has_files)
    return connection.execute(update(OperationRow).where(*where).values(state=State.STORED)).rowcount


def _waiting(connection: Connection) -> Sequence[Any]:
    oldest = (
        select(OperationRow.place)
        .where(OperationRow.state == State.ACCEPTED)
        .order_by(OperationRow.place)
        .limit(_AT_ONCE)
    )
    query = select(AttachmentRow).where(AttachmentRow.place.in_(oldest))
    return connection.execute(query.order_by(AttachmentRow.place, AttachmentRow.position)).all()


def _of(fault: BadInput | TooLarge, row: Any) -> Reason:
    return Reason(fault.code, fault.zh, fault.en, {"use": row.use})


def _nowhere_yet(row: Any) -> _Nowhere:
    return _Nowhere(
        "file-nowhere",
        "已受理的一个文件不在等待处，文件库中也没有；稍后再找。请检查磁盘与文件库。",
        "A file that was accepted is neither where it waits nor in the store; it is looked for again. "
        "Check disk and store.",
        cid=row.cid,
    )


def _unreadable(error: OSError) -> Unavailable:
    return Unavailable(
        "store-unreadable",
        f"无法读取文件库：{error.strerror}；请检查磁盘与权限。",
        f"The file store cannot be read: {error.strerror}; check disk and permissions.",
    )


def _not_given_back(row: Any) -> Damaged:
    return Damaged(
        "file-not-given-back",
        "文件库收下了文件，却未能原样给回；已受理的操作会稍后再试，请检查文件库。",
        "The file store took a file and does not give it back as it was; what was accepted is tried again later. "
        "Check the store.",
        cid=row.cid,
    )


def _other_file(row: Any) -> Reason:
    return Reason(
        "file-other",
        f"附带的文件（{row.use}）与请求所述不符；请核对后重新提交。",
        f"The file that goes with it ({row.use}) is not the one that the request names; check it and ask again.",
        {"use": row.use, "cid": row.cid},
    )
