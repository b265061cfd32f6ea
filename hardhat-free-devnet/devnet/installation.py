"""The verbs: bring a home folder's chain up, take it down, say how it is, show its log. Owns `deployment.json`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import contracts
from devnet import deploy, draft, files, genesis, geth, locks, node, processes
from devnet.chain import Chain, recall, settle
from devnet.errors import DeploymentFailed, DevnetError, NothingThere
from devnet.progress import Notice, Progress, silent
from devnet.qianyin import FROM_NOTHING, Terms, creations
from devnet.rpc import Endpoint
from indexer import deployment as papers
from indexer.deployment import Deployment
from indexer.evidence import anchor, anchor_file
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
        return {
            "kind": self.kind,
            "chainId": self.chain_id,
            "rpc": self.rpc,
            "pid": self.pid,
            "answers": self.answers,
            "block": self.block,
            "blockTime": self.block_time,
            "deployed": self.deployed,
        }


def start(
    home: Path,
    *,
    chain: str | None = None,
    rpc: str | None = None,
    chain_id: int | None = None,
    attached: bool = False,
    progress: Progress = silent,
) -> Endpoint:
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
        wanted = settle(home / "chain", chain, rpc, chain_id)
        return node.run(home / "chain", wanted, attached=attached, progress=progress)


def up(
    home: Path,
    roles: Mapping[str, Address] | None = None,
    *,
    chain: str | None = None,
    rpc: str | None = None,
    chain_id: int | None = None,
    terms: Terms = Terms(),  # noqa: B008  It is frozen.
    demo: bool = False,
    predecessor: Deployment | None = None,
    attached: bool = False,
    progress: Progress = silent,
) -> Deployment:
    """Bring the home's chain up with its contracts, creating them on the first call and finding them later.

    Safe to call again, from two processes at once, and after a crash at any point.

    Args:
        roles: who holds which of `devnet.qianyin.ROLES`; needed where the contracts are yet to be created.
        terms: the waiting times that are fixed then.
        demo: mark the trust anchor as a demonstration's.
        predecessor: a deployment whose ledger the new one continues; on another chain one of its nodes is asked.
        chain, rpc, chain_id, attached, progress: as for `start`.

    Raises:
        DevnetError: see `devnet.errors`.
    """
    with _lock(home, progress):
        wanted = settle(home / "chain", chain, rpc, chain_id)
        endpoint = node.run(home / "chain", wanted, attached=attached, progress=progress)
        found = _found(home, endpoint) or _deploy(home, endpoint, roles, terms, predecessor, progress)
        _write_down(home, found, demo=demo)
        return found


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


def logs(home: Path, lines: int = 50, *, follow: bool = False) -> Iterator[str]:
    """Return the last lines of the node's log; with `follow`, go on with new ones until the node has ended.

    Raises:
        NothingThere: the folder has no chain yet.
    """
    _chain(home)
    log = home / "chain" / "node.log"
    end = log.stat().st_size if log.exists() else 0
    last = iter(node.tail(log, lines, end))
    if not follow or not log.exists():
        return last
    return itertools.chain(last, _following(log, end, home / "chain" / "node.json"))


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

    folder = home / "chain"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return locks.held(folder / "lock", waiting)


def _found(home: Path, endpoint: Endpoint) -> Deployment | None:
    """Return the deployment that is written down, checked against the chain; None if there is none yet."""
    paper = home / "deployment.json"
    if not paper.exists():
        return None
    known = papers.read(paper)
    deploy.verify(endpoint, known)
    # The first address is this home's own node, whose port may have changed; others were added by hand and stay.
    return replace(known, rpc=(endpoint.url, *known.rpc[1:]))


def _deploy(
    home: Path,
    endpoint: Endpoint,
    roles: Mapping[str, Address] | None,
    terms: Terms,
    predecessor: Deployment | None,
    progress: Progress,
) -> Deployment:
    continued = FROM_NOTHING if predecessor is None else deploy.continued(endpoint, predecessor)
    try:
        plan = creations(roles or {}, terms, continued)
    except ValueError as fault:
        raise DeploymentFailed(
            "bad-roles", f"角色不正确: {fault}", f"The roles are not right: {fault}"
        ) from fault
    return deploy.deploy(home / "chain", endpoint, plan, contracts.load, progress)


def _write_down(home: Path, found: Deployment, *, demo: bool) -> None:
    """Write what follows from a deployment; the trust anchor only once, since the service adds to it."""
    if not (home / "trust-anchor.json").exists():
        validators = geth.signers(home / "chain" / "geth") if _chain(home).kind == "geth" else []
        pinned = anchor.from_deployment(found, validators, genesis.EPOCH, demo=demo)
        files.write(home / "trust-anchor.json", anchor_file.write_anchor(pinned))
    files.write_json(home / "deployment.json", papers.to_json(found))
    draft.forget(home / "chain")


def _chain(home: Path) -> Chain:
    found = recall(home / "chain")
    if found is None:
        zh, en = f"{home} 中还没有链, 请先运行 up。", f"There is no chain in {home} yet; run up."
        raise NothingThere("nothing-there", zh, en, home=str(home))
    return found
