"""A real IPFS node that dies, hangs, changes bytes or has no room: nothing is acknowledged that is not kept."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.errors import NotFound, Unavailable
from service.files import kubo
from service.files.cid import cid_of
from service.files.kubo import KuboStore
from service.files.store import Damaged
from tests.service.files.test_kubo import address_of

pytestmark = [
    pytest.mark.filterwarnings("ignore:The 'strict' parameter:FutureWarning"),
    pytest.mark.skipif(
        shutil.which("ipfs") is None, reason="no `ipfs` on PATH: Kubo is in no package registry"
    ),
]
SMALL = b"a small file" * 100
LARGE = bytes(range(256)) * 12_000


@dataclass
class Node:
    """A node: its folder, its process, its address."""

    home: Path
    process: subprocess.Popen[bytes]
    address: str

    def blocks(self) -> list[Path]:
        """The files in which it keeps blocks."""
        return sorted((self.home / "blocks").glob("??/*.data"))


@contextmanager
def running(home: Path, prepare: Callable[[], None] | None = None) -> Iterator[Node]:
    """Start the node of a folder, offline, and end it."""
    environment = {**os.environ, "IPFS_PATH": str(home), "IPFS_TELEMETRY": "off"}
    if not (home / "config").exists():
        # Files on the disk, not in memory: it is their loss that is tried here.
        command = ["ipfs", "init", "--profile=flatfs,test"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
    (home / "api").unlink(missing_ok=True)
    with subprocess.Popen(
        ["ipfs", "daemon", "--offline"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=prepare,  # noqa: PLW1509 - nothing else runs in this process but the test
    ) as process:
        try:
            yield Node(home, process, address_of(home / "api"))
        finally:
            process.kill()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with running(tmp_path / "ipfs") as one:
        yield one


def test_a_node_that_was_killed_is_unavailable_and_has_everything_when_it_is_back(tmp_path: Path) -> None:
    home = tmp_path / "ipfs"
    with running(home) as node:
        store = KuboStore(node.address)
        kept = [store.put(data).cid for data in (SMALL, LARGE)]
        node.process.send_signal(signal.SIGKILL)
        node.process.wait()
        for ask in (lambda: store.put(b"more"), lambda: store.get(kept[0]), lambda: store.has(kept[0])):
            with pytest.raises(Unavailable):
                ask()
    with running(home) as node:
        store = KuboStore(node.address)
        assert all(store.has(cid) for cid in kept)
        with store.get(kept[1]) as stream:
            assert stream.read() == LARGE


def test_a_node_that_hangs_is_given_up_in_time_and_taken_up_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubo, "TIMEOUT", (1.0, 2.0))
    store = KuboStore(node.address)
    cid = store.put(SMALL).cid
    node.process.send_signal(signal.SIGSTOP)
    try:
        for ask in (lambda: store.put(b"more"), lambda: store.get(cid), lambda: store.has(cid)):
            with pytest.raises(Unavailable):
                ask()
    finally:
        node.process.send_signal(signal.SIGCONT)
    assert store.put(b"more").cid == cid_of(b"more")
    assert store.has(cid)


def block_of(node: Node, data: bytes) -> Path:
    (found,) = [path for path in node.blocks() if path.read_bytes() == data]
    return found


def test_a_node_that_gives_other_bytes_is_believed_neither_when_asked_nor_when_it_says_kept(
    node: Node,
) -> None:
    store = KuboStore(node.address)
    cid = store.put(SMALL).cid
    block = block_of(node, SMALL)
    block.chmod(0o600)
    block.write_bytes(SMALL[:-1] + b"?")
    for ask in (lambda: store.get(cid), lambda: store.put(SMALL)):  # it would say that it has it already
        with pytest.raises((Damaged, Unavailable)):
            ask()
    block.unlink()
    with pytest.raises((NotFound, Unavailable)):
        store.get(cid)
    assert store.put(SMALL).cid == cid
    with store.get(cid) as stream:
        assert stream.read() == SMALL


def test_a_node_that_lost_a_block_of_many_does_not_give_the_rest_for_the_whole(node: Node) -> None:
    store = KuboStore(node.address)
    cid = store.put(LARGE).cid
    leaf = LARGE[262_144 : 2 * 262_144]
    for path in node.blocks():
        if path.read_bytes() == leaf:
            path.unlink()
    with pytest.raises((NotFound, Damaged, Unavailable)):
        store.get(cid)


def no_room() -> None:
    """A file of the node may have 200,000 bytes: less than a block, more than its own notes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_node_without_room_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    home = tmp_path / "ipfs"
    with running(home, no_room) as node:
        store = KuboStore(node.address)
        with pytest.raises(Unavailable):
            store.put(LARGE)
        assert not store.has(cid_of(LARGE))
        assert store.put(SMALL).cid == cid_of(SMALL), "what fits is still kept"
    with running(home) as node:
        store = KuboStore(node.address)
        cid = store.put(LARGE).cid
        with store.get(cid) as stream:
            assert stream.read() == LARGE
