"""The verbs: bring a home folder's chain up, take it down, say how it is, show its log. Owns `deployment.json`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import contracts
from devnet import deploy, files, geth, locks, node, papers, processes
from devnet.errors import DevnetError, NothingThere
from devnet.plan import Creation
from devnet.progress import Notice, Progress, silent
from devnet.rpc import Endpoint
from indexer import deployment as papers_of
from indexer.deployment import Deployment
from indexer.values import Address


@dataclass(frozen=True, slots=True)
class Status:
    """How a home folder's chain is; None where it cannot be said. `block_time` is Unix seconds, as the sealer says."""

    kind: str
    chain_id: int
    rpc: str
    pid: int | None
    answers: bool
    block: int | None
    block_time: int | None
    deployed: bool

    def as_json(self) -> dict[str, Any]:
        """Return the JSON-safe fields."""
        return asdict(self)


def start(home: Path, chain: str | None = None, rpc: str | None = None, *, chain_id: int | None = None,
          attached: bool = False, progress: Progress = silent) -> Endpoint:  # fmt: skip
    """See to it that the home's node runs and answers, making the chain on the first call; nothing is deployed.

    Args:
        chain: `geth` or `anvil`; None for what is there already, at first `geth`.
        rpc: address of somebody else's node, to be used in place of an own one.
        chain_id: number for a new chain; None draws one.
        attached: end the node with the calling thread.

    Raises:
        DevnetError: see `devnet.errors`.
    """
    with _lock(home, progress):
        return _started(home, chain, rpc, chain_id, attached, progress)


def up(home: Path, plan: Sequence[Creation], chain: str | None = None, rpc: str | None = None, *,
       chain_id: int | None = None, demo: bool = False, attached: bool = False,
       progress: Progress = silent) -> Deployment:  # fmt: skip
    """Bring the home's chain up with its contracts, creating them on the first call and finding them later.

    Safe to call again, from two processes at once, and after a crash at any point. Arguments and errors are those of
    `start`; `demo` marks the trust anchor as a demonstration's.
    """
    with _lock(home, progress):
        endpoint = _started(home, chain, rpc, chain_id, attached, progress)
        return _deployed(home, endpoint, plan, demo, progress)


def down(home: Path, progress: Progress = silent) -> bool:
    """End the home's node; False if none of ours was running. A node attached by address is left alone."""
    with _lock(home, progress):
        pid_file = home / "chain" / "node.json"
        running = processes.recorded(pid_file)
        if running is None:
            pid_file.unlink(missing_ok=True)
            return False
        progress(Notice("stop", "停止节点", "stopping the node"))
        stopped = processes.stop(running)
        pid_file.unlink(missing_ok=True)
        return stopped


def status(home: Path) -> Status:
    """Say how the home's chain is.

    Raises:
        NothingThere: the folder has no chain yet.
    """
    chain = _chain(home)
    running = processes.recorded(home / "chain" / "node.json")
    latest: dict[str, Any] | None = None
    if running is not None or chain.kind == "rpc":
        try:
            latest = Endpoint(chain.url, seconds=5.0).call("eth_getBlockByNumber", "latest", False)
        except DevnetError:
            latest = None
    return Status(
        kind=chain.kind,
        chain_id=chain.chain_id,
        rpc=chain.url,
        pid=running.pid if running else None,
        answers=latest is not None,
        block=int(latest["number"], 16) if latest else None,
        block_time=int(latest["timestamp"], 16) if latest else None,
        deployed=(home / "deployment.json").exists(),
    )


def logs(home: Path, lines: int = 50, follow: bool = False) -> Iterator[str]:
    """Yield the last lines of the node's log; with `follow`, go on with new ones until the node has ended.

    Raises:
        NothingThere: the folder has no chain yet.
    """
    _chain(home)
    log = home / "chain" / "node.log"
    size = log.stat().st_size if log.exists() else 0
    yield from node.tail(log, lines)
    if follow and log.exists():
        yield from _following(log, size, home / "chain" / "node.json")


def _following(log: Path, position: int, pid_file: Path) -> Iterator[str]:
    with log.open("rb") as source:
        source.seek(position)
        rest = b""
        while True:
            ended = processes.recorded(pid_file) is None
            *whole, rest = (rest + source.read()).split(b"\n")
            yield from (line.decode(errors="replace") for line in whole)
            if ended:
                return
            time.sleep(0.2)


def _lock(home: Path, progress: Progress) -> AbstractContextManager[None]:
    def waiting(seconds: float) -> None:
        progress(
            Notice(
                "lock",
                "另一进程正在操作此目录, 等待",
                "another process works on this folder; waiting",
                seconds,
            )
        )

    return locks.held(home / "chain" / "lock", waiting)


def _started(home: Path, chain: str | None, rpc: str | None, chain_id: int | None, attached: bool,
             progress: Progress) -> Endpoint:  # fmt: skip
    folder = home / "chain"
    return node.run(folder, node.settle(folder, chain, rpc, chain_id), attached, progress)


def _deployed(
    home: Path, endpoint: Endpoint, plan: Sequence[Creation], demo: bool, progress: Progress
) -> Deployment:
    folder, paper = home / "chain", home / "deployment.json"
    if paper.exists():
        found = papers_of.read(paper)
        deploy.verify(endpoint, found)
        found = replace(found, rpc=_nearest_first(endpoint.url, found.rpc))
    else:
        found = deploy.deploy(folder, endpoint, plan, contracts.load, progress)
    if not (home / "trust-anchor.json").exists():
        chain = _chain(home)
        validators = geth.signers(folder / "geth") if chain.kind == "geth" else []
        files.write_json(home / "trust-anchor.json", papers.trust_anchor(found, validators, demo))
    files.write_json(paper, papers.deployment_json(found))
    deploy.forget_draft(folder)
    return found


def _nearest_first(own: str, known: Sequence[str]) -> tuple[str, ...]:
    """The first is this home's own node, whose port may have changed; the others were added by hand and stay."""
    return (own, *known[1:])


def _chain(home: Path) -> node.Chain:
    found = node.recall(home / "chain")
    if found is None:
        raise NothingThere("nothing-there", f"{home} 中还没有链, 请先运行 up。", f"There is no chain in {home} yet; run up.",
                           home=str(home))  # fmt: skip
    return found
