"""The folder store: durable, verified on the way out, safe with several writers and with crashes."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput, NotFound, TooLarge, Unavailable
from service.files.cid import KUBO_DEFAULT, UNIXFS_V1_2025, cid_of
from service.files.digests import digests_of
from service.files.directory import DirectoryStore
from service.files.store import ContentStore, Damaged, opened


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "files")


def kept_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300_000))
def test_what_is_put_comes_out_by_its_cid(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    store: ContentStore = DirectoryStore(tmp_path_factory.mktemp("files"))
    stored = store.put(data)
    assert stored.cid == cid_of(data)
    assert stored.cid_profile == "kubo-default"
    assert stored.sha256 == hashlib.sha256(data).digest()
    assert stored.size == len(data)
    assert store.has(stored.cid)
    with store.get(stored.cid) as stream:
        assert stream.read() == data


def test_a_path_a_stream_and_bytes_are_the_same_file(store: DirectoryStore, tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_bytes("床前明月光".encode())
    assert store.put(path) == store.put(path.read_bytes()) == store.put(io.BytesIO(path.read_bytes()))
    assert len(kept_files(tmp_path / "files")) == 1


def test_a_stream_is_read_from_where_it_stands_and_stays_open(store: DirectoryStore) -> None:
    stream = io.BytesIO(b"skip this, keep that")
    stream.seek(10)
    assert store.put(stream).cid == cid_of(b" keep that")
    assert not stream.closed


def test_a_stream_from_the_store_can_be_put_again(store: DirectoryStore) -> None:
    stored = store.put(b"again")
    with store.get(stored.cid) as stream:
        assert store.put(stream) == stored


def test_sm3_is_the_standards_own_example() -> None:
    digests = digests_of(io.BytesIO(b"abc"))
    assert digests.sm3 is not None
    assert digests.sm3.hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_an_unknown_cid_is_not_found(store: DirectoryStore) -> None:
    assert not store.has(cid_of(b"never put"))
    with pytest.raises(NotFound):
        store.get(cid_of(b"never put"))


@pytest.mark.parametrize("cid", ["", "../../etc/passwd", "/etc/passwd", "incoming", "b" * 59, "a\0b"])
def test_what_is_no_cid_never_reaches_the_disk(store: DirectoryStore, cid: str) -> None:
    with pytest.raises(NotFound):
        store.get(cid)
    with pytest.raises(NotFound):
        store.has(cid)


def test_a_changed_file_is_not_handed_out_and_mends_when_put_again(
    store: DirectoryStore, tmp_path: Path
) -> None:
    stored = store.put(b"the whole truth")
    (path,) = kept_files(tmp_path / "files")
    path.write_bytes(b"the whole trutH")
    with pytest.raises(Damaged):
        store.get(stored.cid)
    path.write_bytes(b"")
    with pytest.raises(Damaged):
        store.get(stored.cid)
    store.put(b"the whole truth")
    with store.get(stored.cid) as stream:
        assert stream.read() == b"the whole truth"


def test_a_file_kept_under_another_named_profile_is_verified_under_it(tmp_path: Path) -> None:
    data = os.urandom(KUBO_DEFAULT.chunk_size + 1)
    stored = DirectoryStore(tmp_path, UNIXFS_V1_2025).put(data)
    assert stored.cid_profile == "unixfs-v1-2025"
    with DirectoryStore(tmp_path).get(stored.cid) as stream:
        assert stream.read() == data


def test_two_writers_of_the_same_and_of_other_files_do_not_disturb_each_other(tmp_path: Path) -> None:
    files = [os.urandom(50_000 + n) for n in range(8)]
    stores = [DirectoryStore(tmp_path / "files") for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: stores[n % 2].put(files[n // 2 % 8]), range(64)))
    assert len({stored.cid for stored in results}) == 8
    assert len(kept_files(tmp_path / "files")) == 8
    for stored in results:
        stores[0].get(stored.cid).close()


KILLED_WRITER = """
import os, sys
from pathlib import Path
from service.files.directory import DirectoryStore
store = DirectoryStore(Path(sys.argv[1]))
while True:
    print(store.put(os.urandom(200_000)).cid, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files_only(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for _ in range(5):
        command = [sys.executable, "-c", KILLED_WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(3)]
            writer.kill()
            acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    store = DirectoryStore(tmp_path)
    assert len(acknowledged) >= 15
    for cid in acknowledged:
        store.get(cid).close()
    for path in kept_files(tmp_path):
        if path.parent.name != "incoming":
            store.get(path.name).close()


def test_what_a_dead_writer_left_is_swept_after_a_day_and_not_before(tmp_path: Path) -> None:
    DirectoryStore(tmp_path)
    old, new = tmp_path / "incoming" / "old", tmp_path / "incoming" / "new"
    old.write_bytes(b"half a fi")
    new.write_bytes(b"half a fi")
    os.utime(old, (time.time() - 90_000, time.time() - 90_000))
    DirectoryStore(tmp_path)
    assert new.exists()
    assert not old.exists()


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path, limit=1000)
    assert store.put(bytes(1000)).size == 1000
    with pytest.raises(TooLarge):
        store.put(bytes(1001))
    assert len(kept_files(tmp_path)) == 1


def test_a_path_without_a_file_is_the_callers_mistake(store: DirectoryStore, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        store.put(tmp_path / "missing.png")


def test_a_path_in_a_folder_that_is_away_is_nobodys_mistake(store: DirectoryStore, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        store.put(tmp_path / "away" / "missing.png")


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open nothing, as one that has too much open already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_that_can_open_no_more_files_says_so_of_no_file(
    store: DirectoryStore, tmp_path: Path
) -> None:
    path = tmp_path / "poem.txt"
    path.write_bytes(b"poem")
    stored = store.put(path)
    with no_more_files():
        with pytest.raises(Unavailable), opened(path):
            pass
        with pytest.raises(Unavailable):
            store.put(path)
        with pytest.raises(Unavailable):
            store.get(stored.cid)
    store.get(stored.cid).close()


def test_a_store_whose_folder_is_away_does_not_say_that_it_has_nothing(
    store: DirectoryStore, tmp_path: Path
) -> None:
    stored = store.put(b"x")
    (tmp_path / "files").rename(tmp_path / "unmounted")
    (tmp_path / "files").mkdir()
    with pytest.raises(Unavailable):
        store.get(stored.cid)


def open_files() -> int:
    """Count what this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_could_not_be_opened_leaves_nothing_open(store: DirectoryStore, tmp_path: Path) -> None:
    before = open_files()
    for _ in range(8):
        with pytest.raises(BadInput):
            store.put(tmp_path / "missing.png")
    assert open_files() == before


def test_files_are_not_readable_by_other_accounts(store: DirectoryStore, tmp_path: Path) -> None:
    store.put(b"x")
    assert [path.stat().st_mode & 0o077 for path in kept_files(tmp_path / "files")] == [0]
