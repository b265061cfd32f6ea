"""What is around every request, whoever answers it: a number, limits, headers, HEAD as GET without a body. Pure.

What may be asked for how often is in `rates.py`; the reasons for limits and headers are in docs/serving.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, MutableMapping
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.connection import MOST_DEPTH, nested_too_deep
from indexer.evidence.bundle import MOST_BYTES as LARGEST_BUNDLE
from service.access.bearer import Scope as KeyScope
from service.api.problems import Malformed, NotAuthenticated
from service.errors import QianyinError, TooLarge

LARGEST_BODY = 64 << 20
"""Bytes of the largest request, a deposit; larger files come through the CLI, which reads them where they lie."""
LARGEST_JSON = 1 << 20
"""Bytes of any other body."""
_FRAME = 1 << 16
_HEARD_OUT = 1 << 20
NUMBER_HEADER = "X-Request-Id"
API_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Sent with every answer that does not bring its own."""
_SECURE = {"Strict-Transport-Security": "max-age=31536000"}
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_CLOSED = {"Cross-Origin-Resource-Policy": "same-origin"}
_PRIVATE = {"Cache-Control": "no-store"}
_OPEN_PLACES = ("/v1", "/files/", "/preview/", "/openapi.json")


class Limit(NamedTuple):
    """How large a body may be, and who may send it at all.

    Attributes:
        scopes: of which a key has to be one, seen before the body is read; none: the operation asks.
        multipart: only a form may be so large.
    """

    most: int
    scopes: frozenset[KeyScope] = frozenset()
    multipart: bool = True


LIMITS = {
    "/v1/works": Limit(LARGEST_BODY, frozenset((KeyScope.ISSUER,))),
    "/verify": Limit(LARGEST_BUNDLE + _FRAME),
    "/v1/verify": Limit(LARGEST_BUNDLE, multipart=False),
}
"""Addresses that take more than `LARGEST_JSON`."""
_USUAL = Limit(LARGEST_JSON, multipart=False)

Refuses = Callable[[Scope], QianyinError | None]
Bars = Callable[[Scope, frozenset[KeyScope]], QianyinError | None]
Answers = Callable[[Request, Exception], Response]


class Wrapping:
    """An ASGI app around another one.

    Args:
        refuses: gives the reason not to take a request at all, or None.
        bars: gives the reason not to take one whose key has to be of one of some scopes; it may read a database.
        answers: how an error is said.
    """

    def __init__(self, app: ASGIApp, refuses: Refuses, bars: Bars, answers: Answers) -> None:
        self.app, self.refuses, self.bars, self.answers = app, refuses, bars, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["number"] = secrets.token_hex(8)
        bodiless = scope["method"] == "HEAD"
        if bodiless:
            scope = {**scope, "method": "GET"}
        send = _headed(send, headers_for(scope), bodiless=bodiless)
        headers, limit = Headers(scope=scope), limit_of(scope)
        error = self.refuses(scope) or _announced(headers, limit) or await self._barred(scope, limit)
        if isinstance(error, TooLarge):
            await _hear_out(headers, limit.most, receive)
        app = self.app if error is None else self.answers(Request(scope), error)
        await app(scope, _limited(headers, limit.most, receive), send)

    async def _barred(self, scope: Scope, limit: Limit) -> QianyinError | None:
        """Look at the key of who sends what is large: a form is read whole before any operation sees it."""
        if not limit.scopes or scope["method"] != "POST":
            return None
        return await run_in_threadpool(self.bars, scope, limit.scopes)


def headers_for(scope: Scope) -> dict[str, str]:
    """Give the headers of every answer to a request.

    What anybody may read without a key, pages of other sites may read too; what is read with a key is kept nowhere.
    """
    keyed = "authorization" in Headers(scope=scope)
    is_open = scope["method"] in ("GET", "HEAD") and scope["path"].startswith(_OPEN_PLACES) and not keyed
    number = scope.get("state", {}).get("number", "")
    return {
        **API_HEADERS,
        NUMBER_HEADER: number,
        **(_SECURE if scope.get("scheme") == "https" else {}),
        **(_OPEN if is_open else _CLOSED),
        **(_PRIVATE if keyed else {}),
    }


def too_large(most: int) -> TooLarge:
    """The error for a request over a limit of bytes."""
    return TooLarge(
        "body-too-large",
        f"请求超过 {_size(most)}；更大的文件请用命令行提交。",
        f"The request is over {_size(most)}; submit larger files with the command line.",
        limit=most,
    )


def limit_of(scope: Scope) -> Limit:
    """Say how large the body of a request may be."""
    limit = LIMITS.get(scope["path"], _USUAL)
    if not limit.multipart:
        return limit
    multipart = Headers(scope=scope).get("content-type", "").lower().startswith("multipart/form-data")
    return limit if multipart else Limit(LARGEST_JSON, limit.scopes)


def _announced(headers: Headers, limit: Limit) -> QianyinError | None:
    """Refuse by its headers what need not be read to be refused."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit.most:
        return too_large(limit.most)
    return None


async def _hear_out(headers: Headers, most: int, receive: Receive) -> None:
    """Read a body that is little over the limit: who hangs up on octets under way takes back the answer too."""
    length = headers["content-length"]
    if not length.isdecimal() or int(length) > most + _HEARD_OUT:
        return
    while (message := await receive())["type"] == "http.request" and message.get("more_body", False):
        pass


def key_needed(**facts: object) -> NotAuthenticated:
    """The error for an operation that needs a key, where none was presented."""
    return NotAuthenticated(
        "key-needed",
        "此操作需要密钥，请在 Authorization 中提供。",
        "This operation needs a key; present it as Authorization: Bearer.",
        **facts,
    )


def _limited(headers: Headers, most: int, receive: Receive) -> Receive:
    """Count what comes; whoever reads past the limit meets the error. JSON is read whole, and its depth looked at."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise too_large(most)
        return message

    async def whole() -> Message:
        parts, message = [], await limited()
        while message["type"] == "http.request":
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
            message = await limited()
        body = b"".join(parts)
        if nested_too_deep(body):
            raise too_deep()
        return {**message, "body": body}

    return whole if _is_json(headers.get("content-type", "")) else limited


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("application/") and kind.endswith(("/json", "+json"))


def too_deep() -> Malformed:
    """The error for JSON nested too deep."""
    return Malformed(
        "json-too-deep",
        f"请求中的 JSON 括号不配对，或嵌套超过 {MOST_DEPTH} 层，无法读取。",
        f"The JSON of the request has brackets without a partner, or more than {MOST_DEPTH} of them in one another.",
        limit=MOST_DEPTH,
    )


def _size(octets: int) -> str:
    return f"{octets >> 20} MiB" if octets >= 1 << 20 else f"{octets >> 10} KiB"


def _headed(send: Send, always: dict[str, str], *, bodiless: bool) -> Send:
    async def headed(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            pairs = ((name.lower().encode(), value.encode("latin-1")) for name, value in always.items())
            message = {
                **message,
                "headers": [*message["headers"], *(one for one in pairs if one[0] not in given)],
            }
        elif bodiless:
            message = {**message, "body": b""}
        await send(message)

    return headed
