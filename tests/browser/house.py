"""A small server of rendered sample pages, with the headers that the product sends. Owns one port of the loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

from service.pages import assets, language
from service.pages.render import HEADERS, Site, render
from service.pages.views import OperationPage, Page, Step
from tests.service.pages import samples

POEMS = ["床前明月光 疑是地上霜 举头望明月 低头思故乡", "白日依山尽 黄河入海流 欲穷千里目 更上一层楼"]


def address(name: str, lang: str = "zh") -> str:
    """Return the path of a sample page."""
    return f"/show/{quote(name)}?lang={lang}"


def card(number: int) -> bytes:
    """Draw a poem card: a stand-in for what the sample collection brings."""
    columns = (POEMS[number] if number < len(POEMS) else samples.TITLES[number][0]).split()
    texts = "".join(
        f'<text x="{690 - 150 * place}" y="190">{column}</text>' for place, column in enumerate(columns)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="1200" viewBox="0 0 900 1200">'
        '<rect width="900" height="1200" fill="#f7f2e6"/><rect x="40" y="40" width="820" height="1120" fill="none" '
        'stroke="#cfc5ae" stroke-width="2"/><g font-family="Noto Serif SC,Noto Serif CJK SC,serif" font-size="92" '
        f'fill="#26221c" writing-mode="vertical-rl">{texts}</g></svg>'
    ).encode()


class House(ThreadingHTTPServer):
    """Serves the samples; `progress` is the request that moves on each time it is looked at."""

    daemon_threads = True
    site: Site
    requests: list[str]
    posted: list[bytes]
    moving: bool = False


class Rooms(BaseHTTPRequestHandler):
    server: House
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.requests.append(self.path)
        if url.path.startswith("/static/"):
            found = assets.load().find(url.path.removeprefix("/static/"))
            if found is None:
                return self._send(404, b"no such file", "text/plain")
            return self._send(200, found.body, found.media_type, {"Cache-Control": assets.CACHE_CONTROL})
        if url.path.startswith("/preview/poem-"):
            return self._send(200, card(int(url.path.removeprefix("/preview/poem-"))), "image/svg+xml")
        query = parse_qs(url.query)
        name = unquote(url.path.removeprefix("/show/"))
        page = self._page(url.path, name, query)
        return self._page_out(page, query.get("lang", ["zh"])[0])

    def do_POST(self) -> None:
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        self._page_out(samples.PAGES["verify, checked"], "zh")

    def _page(self, path: str, name: str, query: dict[str, list[str]]) -> Page:
        if path == "/search":
            return replace(samples.PAGES["search, nothing"], query=query.get("q", [""])[0])  # type: ignore[type-var]
        if path.startswith("/o/"):
            page = samples.OPERATION
            settled = replace(page, steps=(*page.steps, Step("settled", samples.NOW)), result="/t/7")
            moved: OperationPage = settled if self.server.moving else page
            self.server.moving = True
            return moved
        return samples.PAGES.get(name, samples.PAGES["not found"])

    def _page_out(self, page: Page, lang: str) -> None:
        chosen = language.choose(lang, None, self.headers.get("Accept-Language"))
        body = render(page, chosen, self.server.site).encode()
        self._send(200, body, "text/html; charset=utf-8", HEADERS)

    def _send(self, status: int, body: bytes, media_type: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": media_type,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def open_house() -> Iterator[tuple[str, House]]:
    """Serve on a free port until the block ends; give the base address and the server."""
    house = House(("127.0.0.1", 0), Rooms)
    base = f"http://127.0.0.1:{house.server_port}"
    house.site = replace(samples.SITE, base_url=base)
    house.requests, house.posted = [], []
    thread = threading.Thread(target=house.serve_forever, daemon=True)
    thread.start()
    try:
        yield base, house
    finally:
        house.shutdown()
        house.server_close()
        thread.join(5)
