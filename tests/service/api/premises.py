"""A whole installation behind its own port: a real chain, a worker, an indexer, the app, and keys to call it with."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import uvicorn
from fastapi import FastAPI

from devnet import installation as devnet
from devnet.qianyin import Terms
from devnet.rpc import Endpoint
from indexer.live import Indexer
from indexer.values import Address, as_hex
from indexer.wire import write_address
from service.access.bearer import OF_ONE_ACCOUNT, Scope
from service.access.bearers import give_out
from service.anchoring import vouch
from service.api.app import make_app
from service.cli.chain import bring_up
from service.installation import Installation
from service.keys.operators import Operator
from service.outbox.worker import open_worker
from service.reading.titles import learn_titles
from service.settings import read_settings

DAY = 86_400
LISTENED = ("service", "indexer", "devnet", "uvicorn", "fastapi", "starlette", "alembic", "multipart")
FAST = "pause = 0.02\nresend = 0.5\npublic_rate = 0\nkey_rate = 0\n"
MUSEUM = ("试验博物馆", "Trial Museum")
AUTHORITY = ("试验监管方", "Trial regulator")


@dataclass
class Premises:
    """One installation, served at `url`; `keys` has a bearer key of each scope."""

    installation: Installation
    url: str
    keys: dict[Scope, str] = field(default_factory=dict)
    callers: dict[Scope | None, Caller] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    """What every part of the service logged, since the house was built."""

    @property
    def issuer(self) -> Address:
        """The institution's account."""
        return self.installation.vault.operator(Operator.ISSUER)

    def caller(self, scope: Scope | None) -> Caller:
        """Give somebody who calls with a key of a scope, or with none."""
        if scope not in self.callers:
            self.callers[scope] = Caller(self.url, self.keys[scope] if scope is not None else None)
        return self.callers[scope]

    def close(self) -> None:
        """Hang up."""
        for caller in self.callers.values():
            caller.http.close()


class Caller:
    """Calls the API with one key."""

    def __init__(self, url: str, key: str | None) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        if key is not None:
            self.http.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **query: Any) -> Any:
        """Read JSON that has to be there."""
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, key: str, body: Any = None, **more: Any) -> httpx.Response:
        """Ask for something under an idempotency key."""
        return self.http.post(path, json=body, headers={"Idempotency-Key": key.replace(" ", "-")}, **more)

    def ask(self, path: str, key: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """Ask for something that has to be accepted, and wait until it has ended."""
        answer = self.post(path, key, body, **more)
        assert answer.status_code == 202, answer.text
        accepted: dict[str, Any] = answer.json()
        return {**accepted, **self.ended(accepted["id"])}

    def ended(self, operation_id: str) -> dict[str, Any]:
        """Wait until an operation of this key has ended."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for one in self.get("/v1/operations", limit=200)["operations"]:
                if one["id"] == operation_id and one["state"] in ("settled", "refused"):
                    return dict(one)
            time.sleep(0.05)
        raise AssertionError(f"operation {operation_id} did not end")

    def done(self, path: str, key: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """Ask for something that has to come true."""
        found = self.ask(path, key, body, **more)
        assert found["state"] == "settled", found["reason"]
        return found


@contextmanager
def premises(home: Path, chain: str = "anvil") -> Iterator[Premises]:
    """Bring everything up in a folder, and everything down at the end."""
    (home / "settings.toml").write_text(FAST)
    heard: list[str] = []
    settings = read_settings({}, home)
    with ExitStack() as ending:
        ending.enter_context(listened_to(heard))
        ending.callback(devnet.down, home)
        terms = Terms(governance_delay=3_600, recovery_wait=3_600)
        deployment = bring_up(settings, chain, None, terms, demo=True, attached=True)
        if chain == "anvil":
            Endpoint(deployment.rpc[0]).call("evm_setAutomine", True)
        installation = Installation(settings)
        ending.callback(installation.close)
        vouch(
            settings.trust_anchor,
            installation.vault,
            AUTHORITY,
            installation.vault.operator(Operator.ISSUER),
            MUSEUM,
        )
        ending.enter_context(_working(installation))
        with served(installation) as url:
            keys: dict[Scope, str] = {
                scope: give_out(installation.database, scope, "test").text
                for scope in Scope
                if scope not in OF_ONE_ACCOUNT
            }
            holder = Address(b"\x11" * 20)
            keys |= {
                scope: give_out(installation.database, scope, "test", holder).text for scope in OF_ONE_ACCOUNT
            }
            made = Premises(installation, url, keys, heard=heard)
            try:
                yield made
            finally:
                made.close()


@contextmanager
def listened_to(heard: list[str]) -> Iterator[None]:
    """Write down what the service and what it stands on log, at every level."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(self.format(record))

    ear = Ear(logging.DEBUG)
    ear.setFormatter(logging.Formatter("%(name)s %(message)s"))
    loggers = [logging.getLogger(name) for name in LISTENED]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.addHandler(ear)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
            one.removeHandler(ear)


@contextmanager
def served(installation: Installation) -> Iterator[str]:
    """Serve an installation on a free port, as `qianyin serve` does."""
    with listening(make_app(installation)) as url:
        yield url


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port until the block ends."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


@contextmanager
def _working(installation: Installation) -> Iterator[None]:
    """Let a worker and an indexer work beside."""
    stop = threading.Event()
    indexer = Indexer(installation.node, installation.projection, installation.deployment)
    indexer.catch_up()
    worker = open_worker(installation.settings, installation.files)
    threads = [
        threading.Thread(target=worker.run, args=(stop,)),
        threading.Thread(
            target=indexer.run,
            args=(stop,),
            kwargs={"poll": 0.05, "heed": lambda _: learn_titles(installation)},
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
        worker.close()


def hexadecimal(octets: bytes) -> str:
    """Write octets as the API does."""
    return as_hex(octets)


def written(account: Address) -> str:
    """Write an account as the API does."""
    return write_address(account)
