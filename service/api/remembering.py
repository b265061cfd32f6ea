"""Answers about things that are asked for again while nothing changed: given as they were. Keeps them in memory.

What a page of a thing or its twin says follows from the ledger as of a block, from the trust anchor, and from the time
of day (what has lapsed, when it was looked whether it was withdrawn). So a finished answer is given again as long as
`Moment` is the same, and for `FRESH` seconds at most. The plain way is the app without this; a test compares both.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.moments import Moment, Moments
from service.pages.language import choose

FRESH = 1.0
"""Seconds: what depends on the time of day is at most so old."""
MOST_OCTETS = 32 << 20
"""Octets of all answers that are kept; the ones not asked for longest go first."""
LONGEST_KEY = 1_000
"""Characters of what is asked for; longer questions nobody asks twice. Each answer kept counts as many more octets."""
_THINGS = re.compile(r"/(?:t|w|c|i)/[^/]+|/v1/(?:collectibles|works|collections|institutions)/[^/]+")

Messages = list[MutableMapping[str, Any]]
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: as ASGI messages, as of which moment, and when it was made."""

    messages: Messages
    moment: Moment
    made: float
    octets: int


@dataclass(slots=True)
class Answers:
    """Finished answers by what was asked."""

    held: OrderedDict[Key, Answer] = field(default_factory=OrderedDict)
    octets: int = 0

    def recall(self, key: Key, moment: Moment) -> Answer | None:
        """Give an answer that still holds."""
        found = self.held.get(key)
        if found is None or found.moment != moment or time.monotonic() - found.made > FRESH:
            return None
        self.held.move_to_end(key)
        return found

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer in the place of an earlier one."""
        before = self.held.pop(key, None)
        self.octets += answer.octets - (before.octets if before else 0)
        self.held[key] = answer
        while self.octets > MOST_OCTETS:
            _, oldest = self.held.popitem(last=False)
            self.octets -= oldest.octets


class Remembering:
    """An ASGI app around another one. Of requests for the same that arrive together one is carried out."""

    def __init__(self, app: ASGIApp, moments: Moments) -> None:
        self.app, self.moments = app, moments
        self.answers = Answers()
        self._making: dict[tuple[Key, Moment], asyncio.Future[Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request."""
        key = key_of(scope) if scope["type"] == "http" else None
        moment = await self.moments.now() if key is not None else None
        if key is None or moment is None:
            await self.app(scope, receive, send)
            return
        answer = self.answers.recall(key, moment) or await self._made(key, moment, scope, receive)
        if answer is None:
            await self.app(scope, receive, send)
            return
        for message in answer.messages:
            await send({**message})

    async def _made(self, key: Key, moment: Moment, scope: Scope, receive: Receive) -> Answer | None:
        """Carry a request out, or wait for another that does; None where that one's answer is for itself alone."""
        known = self._making.get((key, moment))
        if known is not None:
            return await asyncio.shield(known)
        making = self._making[key, moment] = asyncio.get_running_loop().create_future()
        shared: Answer | None = None
        try:
            answer = await self._carried_out(moment, scope, receive)
            if _may_be_kept(answer):
                shared = answer
                self.answers.keep(key, answer)
            return answer
        finally:
            del self._making[key, moment]
            making.set_result(shared)

    async def _carried_out(self, moment: Moment, scope: Scope, receive: Receive) -> Answer:
        began = time.monotonic()
        messages: Messages = []

        async def gather(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": list(message["headers"])}
            messages.append(message)

        await self.app(scope, receive, gather)
        return Answer(
            messages, moment, began, LONGEST_KEY + sum(len(one.get("body", b"")) for one in messages)
        )


def key_of(scope: Scope) -> Key | None:
    """Say what a request asks for, if it is the page of a thing or its twin, asked for by anybody; None otherwise."""
    path, headers = scope["path"], Headers(scope=scope)
    if scope["method"] != "GET" or "authorization" in headers or not _THINGS.fullmatch(path):
        return None
    if len(path) + len(scope["query_string"]) + len(headers.get("host", "")) > LONGEST_KEY:
        return None
    if path.startswith("/v1/"):
        return path, scope["query_string"]
    request = Request(scope)
    language = choose(None, request.cookies.get("lang"), headers.get("accept-language"))
    return path, scope["query_string"], language, scope.get("scheme"), headers.get("host")


def _may_be_kept(answer: Answer) -> bool:
    start = answer.messages[0] if answer.messages else {}
    names = {name.lower() for name, _ in start.get("headers", ())}
    return start.get("status") == 200 and b"set-cookie" not in names
