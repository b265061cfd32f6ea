"""The files step: nothing goes on before its files are kept and came back as the bytes they should be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select

from service.errors import Unavailable
from service.files.directory import DirectoryStore
from service.files.store import ContentStore, Damaged, Source, Stored, not_kept
from service.outbox.accept import Wanted, accept_all
from service.outbox.attachments import Attachment
from service.outbox.database import Database, open_database
from service.outbox.operations import operation
from service.outbox.requests import OpenEdition, Request
from service.outbox.states import Point, nowhere
from service.outbox.storing import FilesStep
from service.outbox.tables import AttachmentRow
from tests.service.outbox.samples import attachment, collection, deposit


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of its own."""
    opened = open_database(f"sqlite:///{tmp_path / 'outbox.db'}")
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> DirectoryStore:
    """A content store of its own."""
    return DirectoryStore(tmp_path / "files")


def _accept(database: Database, *wanted: Request) -> list[str]:
    asked = [Wanted(one, str(number)) for number, one in enumerate(wanted)]
    return [one.id for one in accept_all(database, asked, principal="p")]


def _files_step(database: Database, files: ContentStore, tmp_path: Path, sure: float = 0.0) -> FilesStep:
    return FilesStep(database, files, tmp_path, "worker", 10.0, nowhere, sure=sure)


def _step(database: Database, files: ContentStore, tmp_path: Path) -> int:
    return _files_step(database, files, tmp_path).step()


def _state(database: Database, operation_id: str) -> str:
    found = operation(database, operation_id)
    return found.reason.code if found.reason else str(found.state)


def _waiting(tmp_path: Path, content: bytes, name: str = "upload") -> Attachment:
    """A large file, as an upload leaves it."""
    (tmp_path / "inbox").mkdir(exist_ok=True)
    (tmp_path / "inbox" / name).write_bytes(content)
    return replace(attachment(content, "file"), content=None, path=f"inbox/{name}")


def test_a_request_without_files_goes_on_at_once(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    (one,) = _accept(database, deposit(1))
    assert _step(database, files, tmp_path) == 1
    assert _state(database, one) == "stored"
    assert _step(database, files, tmp_path) == 0


def test_files_are_kept_before_their_request_goes_on(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    small, large = attachment(b"{}"), _waiting(tmp_path, b"x" * 700_000)
    (one,) = _accept(database, deposit(1, small, large))
    _step(database, files, tmp_path)
    assert _state(database, one) == "stored"
    for kept, content in ((small, b"{}"), (large, b"x" * 700_000)):
        with files.get(kept.cid) as stream:
            assert stream.read() == content


def test_what_waited_is_cleared_away(database: Database, files: DirectoryStore, tmp_path: Path) -> None:
    _accept(database, deposit(1, attachment(b"{}"), _waiting(tmp_path, b"y" * 1000)))
    _step(database, files, tmp_path)
    with database.read() as connection:
        rows = connection.execute(select(AttachmentRow.content, AttachmentRow.path)).all()
    assert [tuple(row) for row in rows] == [(None, None), (None, None)]
    assert list((tmp_path / "inbox").iterdir()) == []


def test_a_file_that_two_requests_wait_with_serves_both(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    shared = _waiting(tmp_path, b"z" * 1000)
    ids = _accept(database, deposit(1, shared), deposit(2, shared))
    _step(database, files, tmp_path)
    assert [_state(database, one) for one in ids] == ["stored", "stored"]


def test_a_file_that_is_in_the_store_already_needs_no_bytes(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    files.put(b"kept before")
    (one,) = _accept(database, deposit(1, replace(attachment(b"kept before"), content=None)))
    _step(database, files, tmp_path)
    assert _state(database, one) == "stored"


def test_a_worker_killed_after_the_file_was_cleared_away_goes_on(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    waiting = _waiting(tmp_path, b"w" * 1000)
    (one,) = _accept(database, deposit(1, waiting))
    files.put(b"w" * 1000)
    (tmp_path / "inbox" / "upload").unlink()
    _step(database, files, tmp_path)
    assert _state(database, one) == "stored"


@pytest.mark.parametrize(
    "change", [{"size": 3}, {"cid": "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"}]
)
def test_a_file_that_is_another_than_named_refuses_its_request_and_what_needs_it(
    database: Database, files: DirectoryStore, tmp_path: Path, change: dict[str, object]
) -> None:
    wrong = deposit(1, replace(attachment(b"{}"), **change))  # type: ignore[arg-type]
    edition = OpenEdition(collection().collection_id, wrong.work_id, 1, 1)
    first, second, other = _accept(database, wrong, edition, deposit(2, attachment(b"{}")))
    _step(database, files, tmp_path)
    assert [_state(database, one) for one in (first, second, other)] == [
        "file-other",
        "dependency-refused",
        "stored",
    ]


def test_a_file_that_is_nowhere_for_a_while_refuses_its_request(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    gone = replace(attachment(b"gone"), content=None)
    (tmp_path / "inbox").mkdir()
    lost = replace(attachment(b"lost"), content=None, path="inbox/lost")
    ids = _accept(database, deposit(1, gone), deposit(2, lost))
    step = _files_step(database, files, tmp_path, sure=0.2)
    with pytest.raises(Unavailable, match="neither where it waits"):
        step.step()
    assert [_state(database, one) for one in ids] == ["accepted", "accepted"]
    time.sleep(0.2)
    step.step()
    assert [_state(database, one) for one in ids] == ["file-other", "source-missing"]


def test_a_file_that_the_store_has_after_all_lets_its_request_go_on(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    (one,) = _accept(database, deposit(1, replace(attachment(b"late"), content=None)))
    step = _files_step(database, files, tmp_path, sure=0.2)
    with pytest.raises(Unavailable):
        step.step()
    files.put(b"late")
    time.sleep(0.2)
    step.step()
    assert _state(database, one) == "stored"


def test_a_store_that_does_not_answer_between_is_no_witness_that_a_file_is_nowhere(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    (one,) = _accept(database, deposit(1, replace(attachment(b"gone"), content=None)))
    step = _files_step(database, files, tmp_path, sure=0.2)
    with pytest.raises(Unavailable, match="neither where it waits"):
        step.step()
    (tmp_path / "files").rename(tmp_path / "unmounted")
    with pytest.raises(Unavailable, match="cannot be read"):
        step.step()
    time.sleep(0.2)
    (tmp_path / "unmounted").rename(tmp_path / "files")
    with pytest.raises(Unavailable, match="neither where it waits"):
        step.step()
    assert _state(database, one) == "accepted"


def _unmounted(inbox: Path) -> None:
    inbox.rename(inbox.with_name("elsewhere"))


def _unmounted_no_more(inbox: Path) -> None:
    inbox.with_name("elsewhere").rename(inbox)


def _in_the_way(inbox: Path) -> None:
    (inbox / "upload").rename(inbox / "aside")
    (inbox / "upload").symlink_to("upload")


def _out_of_the_way(inbox: Path) -> None:
    (inbox / "aside").replace(inbox / "upload")


@pytest.mark.parametrize(
    ("harm", "mend"),
    [(_unmounted, _unmounted_no_more), (_in_the_way, _out_of_the_way)],
    ids=["no-folder", "cannot-be-opened"],
)
def test_a_file_that_cannot_be_read_now_keeps_its_request_waiting_however_long(
    database: Database,
    files: DirectoryStore,
    tmp_path: Path,
    harm: Callable[[Path], None],
    mend: Callable[[Path], None],
) -> None:
    (one,) = _accept(database, deposit(1, _waiting(tmp_path, b"u" * 1000)))
    harm(tmp_path / "inbox")
    with pytest.raises(Unavailable, match="cannot be read now"):
        _step(database, files, tmp_path)
    assert _state(database, one) == "accepted"
    mend(tmp_path / "inbox")
    _step(database, files, tmp_path)
    assert _state(database, one) == "stored"


class _Forgetful:
    """A store that gives out other bytes than it took, or nothing: it must not be believed."""

    def __init__(self, inner: DirectoryStore, *, given: bytes | None) -> None:
        self.inner, self.given = inner, given

    def put(self, source: Source) -> Stored:
        return self.inner.put(source)

    def get(self, cid: str) -> BinaryIO:
        if self.given is None:
            raise not_kept(cid)
        return self.inner.get(self.inner.put(self.given).cid)

    def has(self, cid: str) -> bool:
        return True


@pytest.mark.parametrize("given", [b"something else", None], ids=["other-bytes", "nothing"])
def test_a_request_waits_while_the_store_does_not_give_back_what_it_took(
    database: Database, files: DirectoryStore, tmp_path: Path, given: bytes | None
) -> None:
    (one,) = _accept(database, deposit(1, attachment(b"{}")))
    with pytest.raises(Damaged):
        _step(database, _Forgetful(files, given=given), tmp_path)
    assert _state(database, one) == "accepted"
    _step(database, files, tmp_path)
    assert _state(database, one) == "stored"


def test_a_file_without_bytes_that_the_store_has_otherwise_refuses_its_request(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    (one,) = _accept(database, deposit(1, replace(attachment(b"{}"), content=None)))
    _step(database, _Forgetful(files, given=b"something else"), tmp_path)
    assert _state(database, one) == "file-other"


def test_a_store_that_cannot_be_written_keeps_its_requests_waiting(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    (one,) = _accept(database, deposit(1, attachment(b"{}")))
    (tmp_path / "files" / "incoming").rmdir()
    (tmp_path / "files" / "incoming").write_text("in the way")
    with pytest.raises(Unavailable):
        _step(database, files, tmp_path)
    assert _state(database, one) == "accepted"
    (tmp_path / "files" / "incoming").unlink()
    (tmp_path / "files" / "incoming").mkdir()
    _step(database, files, tmp_path)
    assert _state(database, one) == "stored"


def test_a_kill_between_storing_and_writing_it_stores_again(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    (one,) = _accept(database, deposit(1, _waiting(tmp_path, b"v" * 1000)))

    def at(point: Point) -> None:
        if point is Point.STORING:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FilesStep(database, files, tmp_path, "killed", 0.0, at).step()
    assert _state(database, one) == "accepted"
    _step(database, files, tmp_path)
    assert _state(database, one) == "stored"


def test_only_one_worker_at_a_time_moves_files(
    database: Database, files: DirectoryStore, tmp_path: Path
) -> None:
    (one,) = _accept(database, deposit(1))
    FilesStep(database, files, tmp_path, "first", 10.0, nowhere).step()
    (two,) = [one.id for one in accept_all(database, [Wanted(deposit(2), "two")], principal="p")]
    assert FilesStep(database, files, tmp_path, "second", 10.0, nowhere).step() == 0
    assert (_state(database, one), _state(database, two)) == ("stored", "accepted")
