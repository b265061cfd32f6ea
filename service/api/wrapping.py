"""What is around every request, whoever answers it: a number, a limit, headers, HEAD as GET without a body. Pure."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import TooLarge

LARGEST_BODY = 64 << 20
"""Bytes of a request; larger files come through the CLI, which reads them where they lie."""
API_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Sent with every answer that does not bring its own."""
NUMBER_HEADER = "X-Request-Id"


class Wrapping:
    """An ASGI app around another one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = secrets.token_hex(8)
        scope.setdefault("state", {})["number"] = number
        bodiless = scope["method"] == "HEAD"
        if bodiless:
            scope = {**scope, "method": "GET"}
        await self.app(scope, _limited(scope, receive), _headed(send, number, bodiless=bodiless))


def too_large() -> TooLarge:
    """The error for a request over the limit."""
    return TooLarge(
        "body-too-large",
        f"请求超过 {LARGEST_BODY >> 20} MiB；更大的文件请用命令行提交。",
        f"The request is over {LARGEST_BODY >> 20} MiB; submit larger files with the command line.",
        limit=LARGEST_BODY,
    )


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Count what comes, announced or in chunks; whoever reads past the limit meets the error."""
    announced = Headers(scope=scope).get("content-length", "0")
    over = not announced.isdecimal() or int(announced) > LARGEST_BODY
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        if over:
            raise too_large()
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise too_large()
        return message

    return limited


def _headed(send: Send, number: str, *, bodiless: bool) -> Send:
    async def headed(message: MutableMapping[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**API_HEADERS, NUMBER_HEADER: number}.items():
                headers.setdefault(name, value)
        elif bodiless:
            message = {**message, "body": b""}
        await send(message)

    return headed
