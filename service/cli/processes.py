"""`qianyin serve · worker · index`: the processes of the service, each until it is told to stop."""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING

from service.cli.opening import Verbs, aside, installation_of, settings_of
from service.errors import Unavailable

if TYPE_CHECKING:
    from threading import Event

    from indexer.live import Outcome
    from service.installation import Installation

_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    serve = verbs.add_parser("serve", help="serve pages and API")
    serve.add_argument("--host", help="address to listen on (default: the setting host)")
    serve.add_argument("--port", type=int, help="port to listen on (default: the setting port)")
    serve.set_defaults(run=run_serve)
    worker = verbs.add_parser("worker", help="carry out accepted requests")
    worker.set_defaults(run=run_worker)
    index = verbs.add_parser("index", help="follow the chain")
    index.add_argument(
        "--poll", type=float, default=0.2, metavar="SECONDS", help="between two looks at the node"
    )
    index.add_argument("--once", action="store_true", help="catch up, then end")
    index.set_defaults(run=run_index)


def run_serve(arguments: argparse.Namespace) -> int:
    """Serve pages and API until told to stop."""
    import uvicorn

    from service.api.app import make_app
    from service.collector import calm_collector

    settings = settings_of(arguments)
    host, port = arguments.host or settings.host, arguments.port or settings.port
    _require_free(host, port)
    with installation_of(arguments) as installation:
        _ = (
            installation.deployment,
            installation.vault,
        )  # What is missing is said now, not at the first request.
        app = make_app(installation)
        calm_collector()
        url = _address(host, port)
        aside(f"网页与接口在 {url} ，Ctrl-C 停止", f"pages and API are at {url} , Ctrl-C ends it")
        uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
    return 0


def _address(host: str, port: int) -> str:
    """Give the address to open on this machine; one that listens everywhere is here, too."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  it is read, nothing listens by it
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _require_free(host: str, port: int) -> None:
    """Say a taken port in our words before anything is opened; uvicorn would only log it."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise Unavailable(
                "port-taken",
                f"无法在 {host}:{port} 提供服务：{fault.strerror}；请用 --port 指定另一个端口。",
                f"{host}:{port} cannot be listened on: {fault.strerror}; name another port by --port.",
            ) from fault


def run_worker(arguments: argparse.Namespace) -> int:
    """Carry out requests until told to stop."""
    from service.outbox.worker import open_worker

    _log_to_standard_error()
    with installation_of(arguments) as installation:
        _ = installation.deployment, installation.vault  # What is missing is said in our words.
        worker = open_worker(installation.settings, installation.files)
        stop = told_to_stop()  # Before it is announced: who reads that may press Ctrl-C at once.
        aside("开始执行已受理的请求，Ctrl-C 停止", "carrying out accepted requests, Ctrl-C ends it")
        try:
            worker.run(stop)
        finally:
            worker.close()
    return 0


def run_index(arguments: argparse.Namespace) -> int:
    """Follow the chain, and learn the titles of what it names, until told to stop."""
    from indexer.live import Indexer
    from service.reading.titles import learn_titles

    _log_to_standard_error()
    with installation_of(arguments) as installation:
        indexer = Indexer(installation.node, installation.projection, installation.deployment)
        if arguments.once:
            indexer.catch_up()
            learn_titles(installation)
            return 0
        stop = told_to_stop()
        aside("开始跟随链并建立索引，Ctrl-C 停止", "following the chain, Ctrl-C ends it")
        indexer.run(stop, poll=arguments.poll, heed=Heed(installation))
    return 0


class Heed:
    """Heeds every step of the indexer: says what is out of the way, and learns titles; a store that is away waits."""

    def __init__(self, installation: Installation) -> None:
        self._installation, self._since, self._trouble = installation, -1, ""

    def __call__(self, outcome: Outcome) -> None:
        """Heed one step; after anything but blocks that follow, titles are looked for from the beginning."""
        from sqlalchemy.exc import OperationalError

        from service.reading.titles import learn_titles

        if _note(outcome):
            self._since = -1
        try:
            self._since, trouble = learn_titles(self._installation, self._since), ""
        except (Unavailable, OperationalError) as fault:
            trouble = f"titles wait: {fault}"
        if trouble and trouble != self._trouble:
            logging.getLogger(__name__).warning("%s", trouble)
        self._trouble = trouble


def told_to_stop() -> Event:
    """Give an event that SIGTERM and Ctrl-C set."""
    import signal
    import threading

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _log_to_standard_error() -> None:
    logging.basicConfig(level=logging.INFO, format=_FORM)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # It tells of every start.


def _note(outcome: Outcome) -> bool:
    """Log what is neither a block that follows nor none; whether it was that."""
    from indexer.follow import Extend, Idle

    if isinstance(outcome, Extend | Idle):
        return False
    logging.getLogger(__name__).warning("%s", outcome)
    return True
