"""JSON-RPC 2.0 over HTTP to one address, as a hostile party would answer it. Owns the connections to it.

NodeError
├── NodeUnavailable    no answer, or one that says "later": ask again, or ask another node
│   └── StateForgotten the node keeps no state of that block any more: only another node can help
├── RangeTooWide       the answer would be too large: ask for less
├── NodeRefused        an error that will be the same next time
└── NodeLied           an answer that is malformed, or contradicts what was asked
"""

from __future__ import annotations

import base64
import http.client
import io
import re
import time
from collections import deque
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from urllib.parse import unquote, urlsplit

import msgspec

from indexer.errors import IndexerError

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

T = TypeVar("T")

MOST_BYTES = 64 << 20
"""Bytes of one answer; ranges are split well before."""

MOST_DEPTH = 64
"""Arrays and objects within one another in an answer; those asked for here need six."""

_WHOLE = 4
"""A whole answer may take so many times as long as one silence: else a node that says a little now and then, and never
all, would hold whoever asks for ever."""

_MOST_UNDER_WAY = 2

_ESCAPES = re.compile(rb"\\.", re.DOTALL)
_STRINGS = re.compile(rb'"[^"]*"')
_NO_SKELETON = bytes(set(range(256)) - set(b'[]{}"'))

_LATER = (
    *("header not found", "header for hash not found", "body not found", "block not found", "unknown block"),
    *("could not find block", "resource not found", "blockoutofrange"),
    *("indexing is in progress", "not currently canonical", "timeout", "timed out", "syncing", "try again"),
)
_TOO_OFTEN = ("too many requests", "rate limit", "request limit", "capacity exceeded")
"""Looked for before `_TOO_WIDE`: "rate limit exceeded" is no answer that is too large, and another node may answer."""
_FORGOTTEN = ("missing trie node", "historical state", "world state unavailable", "state not available")
_TOO_WIDE = (
    *("query returned more than", "range too large", "range is too", "range limit", "block range"),
    *("response size", "response too large", "response is too big", "limit exceeded", "too many logs"),
    *("too many results", "max results", "max_results"),
)


class NodeError(IndexerError):
    """Root of what a node can do wrong.

    Args:
        place: host and port of the node, never what the URL says besides.
        reason: what happened, in one English clause.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


class NodeUnavailable(NodeError):
    """No answer now."""


class StateForgotten(NodeUnavailable):
    """The node keeps no state of the block asked about; an archive node does."""


class RangeTooWide(NodeError):
    """The answer would be too large."""


class NodeRefused(NodeError):
    """The node answered with an error that will be the same next time."""


class NodeLied(NodeError):
    """The answer is malformed, or contradicts what was asked or itself."""


@dataclass(frozen=True, slots=True)
class Call:
    """One method with its parameters, as JSON will have them."""

    method: str
    params: tuple[Any, ...] = ()


class _Fault(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Answer(msgspec.Struct, Generic[T]):
    id: int | None = None
    result: T | msgspec.UnsetType | None = msgspec.UNSET
    error: _Fault | None = None


class _InTime(io.RawIOBase):
    """What comes from a socket until a time; both a silence and the whole end in `TimeoutError`."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line, self._seconds = line, seconds
        self._octets = line.makefile("rb", buffering=0)
        self._until = time.monotonic() + _WHOLE * seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer takes too long")
        if left < self._seconds:
            self._line.settimeout(left)
        return self._octets.readinto(buffer)

    def close(self) -> None:
        self._octets.close()
        super().close()


class _Line:
    """A socket as `http.client` reads an answer from it."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line, self._seconds = line, seconds

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_InTime(self._line, self._seconds))


class _WholeInTime(http.client.HTTPResponse):
    """An answer of which head and body have to be there in time."""

    def __init__(self, seconds: float, line: socket.socket, *rest: Any, **options: Any) -> None:
        super().__init__(cast("socket.socket", _Line(line, seconds)), *rest, **options)


class Connection:
    """One address of a node. Threads may share it: each call has an HTTP connection to itself, kept alive after it.

    Args:
        url: `http://` or `https://`, with user and password if the node asks for them.
        seconds: how long connecting, and each silence while reading, may last; a whole answer four times as long.
        most_bytes: of one answer.
    """

    def __init__(self, url: str, *, seconds: float = 30.0, most_bytes: int = MOST_BYTES) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a node's address begins with http:// or https:// and names a host")
        self._open = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port = parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": "application/json", "User-Agent": "qianyin"}
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        self._seconds, self._most_bytes = seconds, most_bytes
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._under_way: dict[bytes, http.client.HTTPConnection] = {}
        self.place = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"

    def ask(self, call: Call, result: type[T]) -> T | None:
        """Make one call; `result` is a type that msgspec decodes. None is JSON's null.

        Raises:
            NodeError: see the tree.
        """
        body = self._post(_request(0, call))
        return self._result(self._decode(body, _Answer[result]), call)  # type: ignore[valid-type]

    def expect(self, call: Call) -> None:
        """Send a call that will soon be made, so that the other side begins with it; the last two are under way.

        Whatever goes wrong with it is seen when it is made.
        """
        body = _request(0, call)
        if body in self._under_way:
            return
        connection = self._opened()
        try:
            self._send(connection, body)
        except (OSError, http.client.HTTPException):
            connection.close()
            return
        self._under_way[body] = connection
        while len(self._under_way) > _MOST_UNDER_WAY:
            self._under_way.pop(next(iter(self._under_way))).close()

    def fetch(self, call: Call) -> bytes:
        """Make one call and give the answer's bytes, unread: what a measurement compares with.

        Raises:
            NodeError: no answer, or too large a one.
        """
        return self._post(_request(0, call))

    def ask_all(self, calls: Sequence[Call], result: type[T]) -> list[T | None]:
        """Make calls in one request; answers come in the order of the calls, all or none.

        Raises:
            NodeError: that of the first call that failed.
        """
        if not calls:
            return []
        body = self._post(b"[" + b",".join(_request(at, call) for at, call in enumerate(calls)) + b"]")
        if body.lstrip()[:1] == b"{":  # some errors concern the whole batch
            self._result(self._decode(body, _Answer[Any]), calls[0])
            raise NodeLied(self.place, "one answer to a batch of calls")
        answers = self._decode(body, list[_Answer[result]])  # type: ignore[valid-type]
        by_id = {answer.id: answer for answer in answers}
        if len(answers) != len(calls) or by_id.keys() != set(range(len(calls))):
            raise NodeLied(self.place, f"{len(answers)} answers to a batch of {len(calls)} calls")
        return [self._result(by_id[at], call) for at, call in enumerate(calls)]

    def close(self) -> None:
        """Close the connections that are kept alive; a later call opens one again."""
        while self._idle:
            self._idle.pop().close()
        while self._under_way:
            self._under_way.popitem()[1].close()

    def _result(self, answer: _Answer[T], call: Call) -> T | None:
        if answer.error is not None:
            raise self._refusal(answer.error, call)
        if isinstance(answer.result, msgspec.UnsetType):
            raise NodeLied(self.place, f"{call.method}: an answer with neither result nor error")
        return answer.result

    def _refusal(self, fault: _Fault, call: Call) -> NodeError:
        said = fault.message.lower()
        reason = f"{call.method}: {fault.message[:300]} ({fault.code})"
        for words, kind in (
            (_FORGOTTEN, StateForgotten),
            (_TOO_OFTEN, NodeUnavailable),
            (_TOO_WIDE, RangeTooWide),
            (_LATER, NodeUnavailable),
        ):
            if any(word in said for word in words):
                return kind(self.place, reason)
        return NodeRefused(self.place, reason)

    def _decode(self, body: bytes, form: Any) -> Any:
        if nested_too_deep(body):
            raise NodeLied(self.place, f"an answer nested more than {MOST_DEPTH} deep")
        try:
            return _decoder(form).decode(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as fault:
            raise NodeLied(self.place, f"the answer is not what JSON-RPC says: {fault}") from fault

    def _post(self, body: bytes) -> bytes:
        expected = self._expected(body)
        if expected is not None:
            return expected
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._opened()
        kept_alive = connection.sock is not None
        try:
            self._send(connection, body)
            content = self._answer(connection)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as fault:
            connection.close()
            if not kept_alive:
                raise NodeUnavailable(self.place, f"no answer: {_say(fault)}") from fault
            return self._post(body)  # the other side had closed it meanwhile
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            raise NodeUnavailable(self.place, f"no answer: {_say(fault)}") from fault
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return content

    def _opened(self) -> http.client.HTTPConnection:
        connection = self._open(self._host, self._port, timeout=self._seconds)
        connection.response_class = partial(_WholeInTime, self._seconds)  # type: ignore[assignment]
        return connection

    def _send(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        if connection.sock is not None:
            connection.sock.settimeout(self._seconds)  # The last answer may have left it less.
        connection.request("POST", self._path, body, self._headers)

    def _expected(self, body: bytes) -> bytes | None:
        """Give the answer to a request that is under way, or None: ask then."""
        connection = self._under_way.pop(body, None)
        if connection is None:
            return None
        try:
            content = self._answer(connection)
        except (OSError, http.client.HTTPException, NodeError):
            connection.close()
            return None
        self._idle.append(connection)
        return content

    def _answer(self, connection: http.client.HTTPConnection) -> bytes:
        response = connection.getresponse()
        content: bytes = response.read(self._most_bytes + 1)
        if len(content) > self._most_bytes:
            raise RangeTooWide(self.place, f"an answer of more than {self._most_bytes} bytes")
        return self._accept(response.status, content)

    def _accept(self, status: int, content: bytes) -> bytes:
        if status == http.client.OK or content.lstrip()[:1] in (b"{", b"["):
            return content
        if status == http.client.REQUEST_ENTITY_TOO_LARGE:
            raise RangeTooWide(self.place, "HTTP 413")
        if status == http.client.TOO_MANY_REQUESTS or status >= http.client.INTERNAL_SERVER_ERROR:
            raise NodeUnavailable(self.place, f"HTTP {status}")
        raise NodeRefused(self.place, f"HTTP {status}")


def nested_too_deep(body: bytes) -> bool:
    """Say whether JSON holds arrays and objects within one another more than `MOST_DEPTH` times.

    Decoders go as deep as Python's recursion limit, which libraries for signing raise to 100,000: a small hostile
    answer would overflow the stack and end the process.
    """
    skeleton = (_ESCAPES.sub(b"", body) if b"\\" in body else body).translate(None, _NO_SKELETON)
    brackets = skeleton.replace(b'""', b"")
    if b'"' in brackets:  # a string with brackets in it leaves a quotation mark over: the slow way
        brackets = _STRINGS.sub(b"", skeleton)
    for _ in range(MOST_DEPTH):
        fewer = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    return bool(brackets)  # what is not balanced is no JSON either


def _request(at: int, call: Call) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": at, "method": call.method, "params": call.params})


@cache
def _decoder(form: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(form)


def _say(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
