"""Limits of requests: what is too large is refused early and costs no memory, what is nested too deep is not read."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.connection import MOST_DEPTH
from service.access.bearer import Scope
from service.access.bearers import give_out, revoke
from service.api.app import make_app
from service.api.scopes import entitlements
from service.api.wrapping import LARGEST_BODY, LARGEST_JSON, LIMITS, limit_of
from service.installation import Installation
from service.settings import read_settings
from tests.service.api.premises import Premises
from tests.service.api.test_scopes import address_of

pytestmark = pytest.mark.node

POSTS = [
    one for one in entitlements(make_app(Installation(read_settings({}, Path())))) if one.method == "POST"
]
GIB = 1 << 30
BODILESS = {
    "/v1/collectibles/{token_id}/recovery",
    "/v1/operations/{operation_id}/cancellation",
    "/v1/estates/{estate_id}/disclosures/{disclosure_id}/end",
    "/v1/grants/{grant_id}/disclosures/{disclosure_id}/end",
    # forms of pages: who sent them is looked at before they are read
    "/sign-in",
    "/sign-out",
    "/p/{proposal_id}/agree",
    "/p/{proposal_id}/sign",
    "/p/{proposal_id}/attest",
    "/p/{proposal_id}/confirm",
    "/p/{proposal_id}/withdraw",
    "/w/{work_id}/rights/grant",
    "/w/{work_id}/rights/split",
}
"""These read no body, so that one that is not announced is thrown away unread."""


@pytest.mark.parametrize("path", sorted(one.path for one in POSTS))
def test_every_route_has_a_limit_and_keeps_it_announced_or_not(house: Premises, path: str) -> None:
    issuer = house.caller(Scope.ISSUER).http
    most = LIMITS[path].most if path in LIMITS else LARGEST_JSON
    kind = "multipart/form-data; boundary=x" if path in ("/verify", "/v1/works") else "application/json"
    headers = {"Content-Type": kind, "Idempotency-Key": "large"}
    for announced in (True,) if path in BODILESS else (True, False):
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        body = head.ljust(most + 1) if "multipart" in kind else b" " * (most + 1)
        content = body if announced else iter([body])
        answer = issuer.post(address_of(path), content=content, headers=headers)
        assert (answer.status_code, answer.json()["title"]) == (413, "body-too-large"), path
        assert answer.json()["facts"]["limit"] == most
        assert answer.headers["connection"] == "close"


def test_there_are_posts_to_try() -> None:
    assert len(POSTS) >= 30
    assert set(LIMITS) | BODILESS <= {one.path for one in POSTS}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "text/plain", ""])
def test_only_a_form_with_files_may_be_large(kind: str) -> None:
    headers = [(b"content-type", kind.encode())]
    assert limit_of({"type": "http", "path": "/v1/works", "headers": headers}).most == LARGEST_JSON


def test_sixty_megabytes_of_words_are_too_much_and_of_a_file_are_not(house: Premises) -> None:
    issuer = house.caller(Scope.ISSUER).http
    large = b"a" * 60_000_000
    words = issuer.post(
        "/v1/works", data={"work": large.decode()}, files={"file": b"x"}, headers={"Idempotency-Key": "words"}
    )
    assert (words.status_code, words.json()["title"]) == (413, "body-too-large")
    bad = {"work": json.dumps({"kind": "rights_registered", "facts": {}})}
    filed = issuer.post("/v1/works", data=bad, files={"file": large}, headers={"Idempotency-Key": "file"})
    assert (filed.status_code, filed.json()["title"]) == (422, "description-faulty")


def test_nobody_uploads_without_a_key(house: Premises) -> None:
    assert _beginning_to_upload(house, "") == b"401"
    assert _beginning_to_upload(house, "Basic eDp5") == b"401"


def test_nobody_uploads_with_a_key_that_may_not(house: Premises) -> None:
    unknown = f"qy_{'0' * 16}_{'0' * 64}"
    assert _beginning_to_upload(house, f"Bearer {unknown}") == b"401"
    for scope in (Scope.REGULATOR, Scope.OPERATOR):
        given = give_out(house.installation.database, scope, "no issuer")
        assert _beginning_to_upload(house, f"Bearer {given.text}") == b"403"
    issuer = give_out(house.installation.database, Scope.ISSUER, "for a while")
    assert _beginning_to_upload(house, f"Bearer {issuer.text}") is None
    revoke(house.installation.database, issuer.key_id)
    assert _beginning_to_upload(house, f"Bearer {issuer.text}") == b"401"


def _beginning_to_upload(house: Premises, authorization: str) -> bytes | None:
    """Send the headers of a large upload and little of its body; give the answer's status, None: it is waited for."""
    host, port = house.url.removeprefix("http://").split(":")
    presented = f"Authorization: {authorization}\r\n" if authorization else ""
    with socket.create_connection((host, int(port)), timeout=2) as line:
        line.sendall(
            "POST /v1/works HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            f"{presented}Content-Length: 60000000\r\n\r\n--x".encode()
        )
        try:
            return line.recv(200).split()[1]
        except TimeoutError:
            return None


def test_whose_key_is_looked_at_before_a_body_is_what_its_operation_asks_for() -> None:
    asked = {one.path: one.scopes for one in POSTS if one.path in LIMITS}
    assert {path: limit.scopes or None for path, limit in LIMITS.items()} == asked
    assert asked["/v1/works"]


@pytest.mark.parametrize("length", ["-1", "x", str(LARGEST_BODY * 2), "9" * 30])
def test_a_length_that_cannot_be_is_refused_before_anything_is_read(house: Premises, length: str) -> None:
    host, port = house.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(
            f"POST /v1/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        assert line.recv(200).split()[1] in (b"400", b"413")


@pytest.mark.parametrize("path", sorted({one.path for one in POSTS} - BODILESS - {"/verify", "/v1/works"}))
def test_json_nested_too_deep_is_not_read(house: Premises, path: str) -> None:
    issuer, headers = (
        house.caller(Scope.ISSUER).http,
        {"Content-Type": "application/json", "Idempotency-Key": "deep"},
    )
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        for depth in (MOST_DEPTH + 1, 100_000):
            body = opening * depth + (b"1" if opening != b"[" else b"") + closing * depth
            answer = issuer.post(address_of(path), content=body, headers=headers)
            assert (answer.status_code, answer.json()["title"]) == (400, "json-too-deep")
    allowed = issuer.post(address_of(path), content=b"[" * MOST_DEPTH + b"]" * MOST_DEPTH, headers=headers)
    assert allowed.json().get("title") != "json-too-deep"


def test_the_description_in_a_form_is_not_read_either_if_it_is_too_deep(house: Premises) -> None:
    deep = "[" * 50_000 + "]" * 50_000
    answer = house.caller(Scope.ISSUER).http.post(
        "/v1/works", data={"work": deep}, headers={"Idempotency-Key": "deep"}
    )
    assert (answer.status_code, answer.json()["title"]) == (400, "json-too-deep")


@pytest.fixture
def process(house: Premises) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The service in a process of its own, so that its memory can be looked at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    home = {"QIANYIN_HOME": str(house.installation.settings.home)}
    running = subprocess.Popen(command, env={**os.environ, **home})
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield running, port
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_gigabyte_ends_early_and_costs_no_memory(
    house: Premises, process: tuple[subprocess.Popen[bytes], int], announced: bool
) -> None:
    running, port = process
    before = _peak(running.pid)
    sent, answer = _upload(port, house.keys[Scope.ISSUER], announced=announced)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert sent <= LARGEST_BODY + (16 << 20)
    assert _peak(running.pid) - before < 48 << 20
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b" 200 " in line.recv(100)


def _upload(port: int, key: str, *, announced: bool) -> tuple[int, bytes]:
    """Send a gigabyte for as long as it is taken; give how much was sent, and the answer."""
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    length = f"Content-Length: {GIB}" if announced else "Transfer-Encoding: chunked"
    head = f"POST /v1/works HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: g\r\n{length}\r\n"
    piece = bytes(1 << 20)
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n")
        try:
            line.sendall(part if announced else b"%x\r\n%b\r\n" % (len(part), part))
            while sent < GIB:
                line.sendall(piece if announced else b"%x\r\n%b\r\n" % (len(piece), piece))
                sent += len(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        line.settimeout(10)
        answer = line.recv(1 << 16)
    return sent, answer


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10
