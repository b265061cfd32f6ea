"""The demonstration as it runs: its chain, its processes, its story. Owns their beginning and their end."""

from __future__ import annotations

import fcntl
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from devnet import installation as devnet
from devnet import processes
from devnet.qianyin import Terms
from service.cli.chain import bring_up
from service.demo.companions import Companions
from service.demo.legacy import record, take_in
from service.demo.novel import Novel
from service.demo.story import Story, StoryBroken
from service.errors import Conflict, Unavailable
from service.installation import Installation
from service.pages import addresses
from service.settings import Settings

_PATIENCE = 60.0
_HOUR = 3_600


class Show:
    """A demonstration; use it in a `with`. At its end nothing that it started runs any more.

    Args:
        chain: `geth` or `anvil`; None for what the home has, at first geth.
        port: of the pages; None for the configured one, or a free one if that is taken.
        say: is told what is being done, in Chinese and English.
    """

    def __init__(
        self, settings: Settings, chain: str | None, port: int | None, say: Callable[[str, str], None]
    ) -> None:
        self.settings = settings
        self._port = port
        self._chain = chain
        self._began = time.monotonic()
        self._tell = say
        self._ending = ExitStack()
        self._stop = threading.Event()
        self._waits = False
        self.timings: dict[str, float] = {}

    def __enter__(self) -> Self:
        """Bring everything up and tell the story."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        try:
            self._ending.enter_context(alone(self.settings.home))
            self.settings = replace(self.settings, port=self._choose_port())
            self._begin()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        """End everything, the last thing first."""
        self._end()

    def _end(self) -> None:
        self._waits = True  # Whoever presses Ctrl-C again waits for the end, too.
        self._ending.close()

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.settings.port}"

    def wait(self) -> None:
        """Wait for Ctrl-C or SIGTERM."""
        self._waits = True
        while not self._stop.wait(1.0):
            self._revive()

    def _revive(self) -> None:
        """Start again whatever was killed, the node first: everything that was accepted goes on."""
        if processes.recorded(self.settings.home / "chain" / "node.json") is None:
            self._say("节点已停，重新启动", "the node has ended; starting it again")
            bring_up(self.settings, self._chain, None, Terms(_HOUR, _HOUR), demo=True, attached=True)
        for one in self._companions.revive():
            en = f"{one.program} had ended and was started again: {one.quoted()}"
            self._say(f"{one.program} 已停，重新启动", en)

    def addresses(self) -> str:
        """Say what to open."""
        story = self.story
        gifted, held, booklet = story.gifted, story.held, story.booklet
        lines = [
            ("首页", "home", "/"),
            ("系列《唐诗小笺》", "the collection", addresses.collection("0x" + story.collection.hex())),
            ("转赠过的藏品", "a collectible that was given", addresses.collectible(str(gifted))),
            ("限制转赠的藏品", "one under a hold", addresses.collectible(str(held))),
            ("借阅中的数字出版物", "a publication on loan", addresses.collectible(str(booklet))),
            ("打印标签", "labels to print", addresses.labels("0x" + story.collection.hex())),
            ("核验：拖入证据包或文件", "drop a bundle or a file, and have it checked", "/verify"),
            ("接口说明", "the API", "/docs"),
        ]
        novel = addresses.rights("0x" + self.novel.work_id.hex())
        lines += [
            (
                "长篇小说的权利：公众只见可授 / 不可授",
                "the rights of a novel: the public sees available or not",
                novel,
            ),
            (
                "同一页，登录之后是权利一览",
                "the same page, signed in: rights at a glance",
                addresses.sign_in(novel),
            ),
            (
                "因冲突被拒的许可（登录后）",
                "the grant that clashes (signed in)",
                addresses.proposal(self.novel.clashing),
            ),
            (
                "旧合同所记的权利：一处冲突如实在案（登录后）",
                "rights as existing contracts have them, with a conflict on record (signed in)",
                addresses.rights("0x" + self.recorded.work_id.hex()),
            ),
        ]
        shown = [f"  {self.url}{path}\n      {zh} / {en}" for zh, en, path in lines]
        keys = [f"  {who}\n      {key}" for who, key in (self.novel.keys | self.recorded.keys).items()]
        return "\n".join(
            [
                "",
                "打开这些地址 / open these:",
                *shown,
                "",
                "登录凭证（每次运行另发）/ keys to sign in with, new at each run:",
                *keys,
                "",
                " / ".join(self.legacy.told()),
                f"  qianyin --home {self.settings.home} contracts report",
                "",
                "Ctrl-C 停止 / stops everything",
                "",
            ]
        )

    def _begin(self) -> None:
        began = time.monotonic()
        self._say("启动链与合约", "starting the chain and the contracts")
        if processes.recorded(self.settings.home / "chain" / "node.json") is None:
            self._ending.callback(devnet.down, self.settings.home)  # Whoever started it otherwise ends it.
        bring_up(self.settings, self._chain, None, Terms(_HOUR, _HOUR), demo=True, attached=True)
        self.timings["chain"] = round(time.monotonic() - began, 3)
        self.installation = Installation(self.settings)
        self._ending.callback(self.installation.close)
        _ = self.installation.database
        self._say("启动索引、执行与网页", "starting indexer, worker and pages")
        companions = Companions(self.settings.home, port=self.settings.port)
        self._companions = self._ending.enter_context(companions)
        self.story = Story(self.installation, self._say, self._revive)
        self.story.tell()
        began = time.monotonic()
        self.novel = Novel(self.story)
        self.novel.tell()
        self.timings["rights"] = round(time.monotonic() - began, 3)
        began = time.monotonic()
        self.legacy = take_in(self.story)
        self.recorded = record(self.story, self.legacy)
        self.timings["contracts"] = round(time.monotonic() - began, 3)
        self._await_pages()
        self.timings |= self.story.timings

    def _await_pages(self) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            self._revive()
            try:
                with urllib.request.urlopen(self.url + "/v1", timeout=5) as answer:  # noqa: S310  our own address
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise StoryBroken("pages-silent", "网页没有应答。", "The pages do not answer.")

    def _interrupt(self, *_: object) -> None:
        """Stop waiting; or leave what is being done, which is safe at any moment."""
        self._stop.set()
        if not self._waits:
            self._waits = True
            raise KeyboardInterrupt

    def _say(self, zh: str, en: str) -> None:
        self._tell(f"[{time.monotonic() - self._began:5.1f} s] {zh}", en)

    def _choose_port(self) -> int:
        """Give the port that was asked for, or the usual one, or any free one.

        Raises:
            Unavailable: the one that was asked for is taken.
        """
        usual = self._port or self.settings.port
        if _is_free(usual):
            return usual
        if self._port:
            raise Unavailable(
                "port-taken",
                f"端口 {usual} 已被占用；请用 --port 指定另一个。",
                f"Port {usual} is taken; name another by --port.",
                port=usual,
            )
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            port = int(other.getsockname()[1])
        self._say(f"端口 {usual} 已被占用，改用 {port}", f"port {usual} is taken, using {port}")
        return port


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Be the only demonstration of a home.

    Raises:
        Conflict: another one runs there.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Conflict(
                "demo-running",
                f"{home} 中已有一个演示在运行；请用它，或用 --home 指定另一个文件夹。",
                f"A demonstration runs in {home} already; use that one, or name another folder by --home.",
                home=str(home),
            ) from fault
        yield


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
