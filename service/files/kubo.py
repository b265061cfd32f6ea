"""A content store in an IPFS node (Kubo). Owns the node's RPC, through `ipfshttpclient`.

Nothing the node says is believed: every CID is computed here and compared, what comes back is hashed again, and
answers are cut off at a size and a time. All parameters that shape a CID are sent with every call, since a node's
own defaults may be others. Reading asks this node only; copies on other nodes are the work of the private swarm or
its cluster. A node keeps what it acknowledged through a power cut only with `Datastore.Spec` … `"sync": true`
(Kubo's default is false), which `faults` tells.
"""

from __future__ import annotations

import json
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, cast

import ipfshttpclient
from ipfshttpclient import exceptions

from service.errors import BadInput, NotFound, TooLarge, Unavailable
from service.files.cid import KUBO_DEFAULT, READ_SIZE, CidProfile
from service.files.digests import Digester
from service.files.directory import LARGEST_FILE
from service.files.store import Damaged, Source, Stored, checked, not_kept, opened, over_limit, verify

# The client hands urllib3 2 an argument that only urllib3 3 will refuse.
warnings.filterwarnings("ignore", "The 'strict' parameter is no longer needed", FutureWarning)

TIMEOUT: Final = (5.0, 60.0)
"""Seconds to connect, and between two pieces of an answer."""
LONGEST_ANSWER: Final = 1 << 20
"""Bytes of an answer that is not a file."""
ANSWER_SECONDS: Final = 120.0
FILE_SECONDS: Final = 3600.0
HELD_IN_MEMORY: Final = 4 << 20


class KuboStore:
    """Files in the IPFS node whose RPC is at a multiaddress such as `/ip4/127.0.0.1/tcp/5001`."""

    def __init__(self, address: str, profile: CidProfile = KUBO_DEFAULT, limit: int = LARGEST_FILE) -> None:
        self._profile = profile
        self._limit = limit
        self._answers = _client(address, LONGEST_ANSWER, ANSWER_SECONDS)
        self._files = _client(address, limit, FILE_SECONDS)

    def put(self, source: Source) -> Stored:
        """See `ContentStore`. Added, compared, read back and hashed again, then pinned."""
        with opened(source) as stream, _answered():
            sent = _Sent(stream, Digester(self._profile), self._limit)
            answer = self._answers.add(
                sent,
                pin=False,
                cid_version=1,
                raw_leaves=True,
                chunker=f"size-{self._profile.chunk_size}",
                opts={
                    "hash": "sha2-256",
                    "max-file-links": str(self._profile.max_links),
                    "trickle": "false",
                    "inline": "false",
                    "preserve-mode": "false",
                    "preserve-mtime": "false",
                    "progress": "false",
                },
            )
            stored = sent.digester.digests()
            if answer.get("Hash") != stored.cid:
                raise _other_cid(stored.cid, str(answer.get("Hash"))[:100])
            self._read_back(stored.cid)
            self._answers.pin.add(stored.cid)
        return stored

    def _read_back(self, cid: str) -> None:
        """Have the node give what it took; that it has nothing is no answer of one that just took it."""
        try:
            self.get(cid).close()
        except NotFound as error:
            raise _unavailable("it took a file and says that it has not got it") from error

    def get(self, cid: str) -> BinaryIO:
        """See `ContentStore`."""
        # The caller closes it; it is a file in all but its declared type.
        held = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=HELD_IN_MEMORY))  # noqa: SIM115
        try:
            with _answered(cid):
                for piece in self._files.cat(checked(cid), stream=True, offline=True):
                    held.write(piece)
            verify(held, cid)
        except BaseException:
            held.close()
            raise
        return held

    def has(self, cid: str) -> bool:
        """See `ContentStore`; only what is pinned counts as kept."""
        try:
            with _answered():
                answer = self._answers.pin.ls(checked(cid), type="recursive").as_json()
                return cid in answer["Keys"]
        except _NotPinned:
            return False

    def faults(self) -> tuple[tuple[str, str], ...]:
        """What is set wrongly in the node, in Chinese and English; empty if nothing is.

        Raises:
            Unavailable: the node does not answer.
        """
        with _answered():
            spec = json.dumps(self._answers.config.get().as_json()["Datastore"]["Spec"])
        if '"sync": false' not in spec:
            return ()
        return (
            (
                "IPFS 节点未开启同步写盘（Datastore.Spec 中 sync 为 false），断电可能丢失已确认的文件。",
                (
                    "The IPFS node does not sync to disk (sync is false in Datastore.Spec): "
                    "a power cut can lose files it acknowledged."
                ),
            ),
        )


class _NotPinned(Unavailable):
    """The node says that it has not pinned this."""


class _Sent:
    """The file as the client reads it for sending: hashed on its way out, and cut off at the limit."""

    name = "file"

    def __init__(self, stream: BinaryIO, digester: Digester, limit: int) -> None:
        self._stream = stream
        self.digester = digester
        self._limit = limit

    def read(self, size: int = READ_SIZE) -> bytes:
        piece = self._stream.read(size)
        self.digester.update(piece)
        if self.digester.size > self._limit:
            raise over_limit(self._limit)
        return piece


class _Bounded:
    """The body of an HTTP answer, cut off at a size and a time."""

    def __init__(self, raw: Any, limit: int, seconds: float) -> None:
        self._raw = raw
        self._limit = limit
        self._until = time.monotonic() + seconds

    def stream(self, _size: int | None, **options: Any) -> Iterator[bytes]:
        size = 0
        # `read1` gives what has come; `stream` would wait for a whole piece, and the time would not be looked at.
        while piece := self._raw.read1(READ_SIZE, **options):
            size += len(piece)
            if size > self._limit:
                raise _endless(f"over {self._limit:,} bytes")
            if time.monotonic() > self._until:
                raise _endless("it takes too long")
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def _client(address: str, limit: int, seconds: float) -> Any:
    try:
        client = ipfshttpclient.Client(address, timeout=TIMEOUT, session=True)
    except exceptions.AddressError as error:
        zh, en = (
            "IPFS 节点的地址须写作 /ip4/127.0.0.1/tcp/5001 的形式。",
            "The IPFS node's address has the form",
        )
        raise BadInput("ipfs-address", zh, f"{en} /ip4/127.0.0.1/tcp/5001.", address=address[:100]) from error

    def bound(response: Any, **_: Any) -> None:
        response.raw = _Bounded(response.raw, limit, seconds)

    # The client reads answers whole and has no seam of its own for a limit; its HTTP session has one.
    session = client._client._session  # noqa: SLF001
    session.hooks["response"] = [bound]
    session.trust_env = False
    session.max_redirects = 0
    return client


@contextmanager
def _answered(cid: str | None = None) -> Iterator[None]:
    """One error of ours for whatever the client raises; `cid` is what was asked for, where it may be missing."""
    try:
        yield
    except (Unavailable, TooLarge):
        raise
    except exceptions.ErrorResponse as error:
        said = str(error)[:300]
        if "is not pinned" in said:
            raise _NotPinned(
                "file-not-pinned", "节点没有固定该文件。", "The node has not pinned this file."
            ) from error
        if cid is not None and ("not found" in said or "could not find" in said):
            raise not_kept(cid) from error
        raise _unavailable(said) from error
    except (
        exceptions.Error,
        OSError,
        ValueError,
        AssertionError,
        AttributeError,
        TypeError,
        KeyError,
    ) as error:
        # A malformed answer ends in one of these inside the client, or here where a member is missing.
        raise _unavailable(f"{type(error).__name__}: {error}"[:300]) from error


def _unavailable(detail: str) -> Unavailable:
    return Unavailable(
        "ipfs-unavailable",
        "IPFS 节点没有给出可用的答复；请确认节点在运行后重试。",
        "The IPFS node gave no usable answer; make sure that it runs, then try again.",
        detail=detail,
    )


def _endless(detail: str) -> Unavailable:
    return Unavailable(
        "ipfs-answer-too-large",
        "IPFS 节点的答复过大或过慢，已中断。",
        "The answer of the IPFS node was too large or too slow and was cut off.",
        detail=detail,
    )


def _other_cid(ours: str, theirs: str) -> Damaged:
    return Damaged(
        "ipfs-other-cid",
        "IPFS 节点给出的内容标识与本地计算的不同；请核对节点的分块与链接设置。",
        "The IPFS node names the file by another content identifier than was computed here; "
        "check how the node cuts and links files.",
        ours=ours,
        theirs=theirs,
    )
