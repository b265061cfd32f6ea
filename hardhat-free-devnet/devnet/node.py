"""Starting a chain's node and waiting until it answers. Owns `chain/`'s node.json, node.log and data folders."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from devnet import anvil, chain, geth, node_build, processes
from devnet.chain import Chain
from devnet.errors import DevnetError, NodeNotStarted
from devnet.processes import Process
from devnet.progress import Notice, Progress
from devnet.rpc import Endpoint

_PATIENCE = 300.0
_TRIES = 4
_LOG_LIMIT = 32 * 2**20
_LINE = 400
"""Bytes that a line of a log hardly exceeds."""
_PORT_TAKEN = b"address already in use"


def run(folder: Path, wanted: Chain, *, attached: bool, progress: Progress) -> Endpoint:
    """See to it that the chain's node runs and answers; return where.

    Raises:
        NodeNotBuilt, NodeNotStarted, NodeUnreachable, WrongChain: as they say.
    """
    if wanted.kind == "rpc":
        return _joined(wanted)
    found = _found(folder, wanted, progress)
    return found if found is not None else _fresh(folder, wanted, attached=attached, progress=progress)


def tail(log: Path, lines: int, end: int) -> list[str]:
    """Return the last lines among the first `end` bytes of a log."""
    if lines <= 0 or end == 0:
        return []
    start = max(0, end - _LINE * lines)
    with log.open("rb") as source:
        source.seek(start)
        return source.read(end - start).decode(errors="replace").splitlines()[-lines:]


def _joined(wanted: Chain) -> Endpoint:
    endpoint = Endpoint(wanted.url)
    number = int(endpoint.call("eth_chainId"), 16)
    if number != wanted.chain_id:
        raise chain.another(wanted, replace(wanted, chain_id=number))
    return endpoint


def _found(folder: Path, wanted: Chain, progress: Progress) -> Endpoint | None:
    """Return the node that runs already; None if there is none, or it was just ending."""
    running = processes.recorded(folder / "node.json")
    if running is None:
        return None
    try:
        return _answering(wanted, running, folder / "node.log", progress)
    except NodeNotStarted:
        if running.alive:
            raise
        return None


def _fresh(folder: Path, wanted: Chain, *, attached: bool, progress: Progress) -> Endpoint:
    """Start a node at the remembered port; where another program took it meanwhile, at a new one."""
    data, log = folder / wanted.kind, folder / "node.log"
    program = _prepared(wanted, data, progress)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(folder / "node.log.1")
    url: str | None = wanted.url
    for _ in range(_TRIES):
        wanted = chain.keep(folder, replace(wanted, url=chain.free_address(url)))
        begun = log.stat().st_size if log.exists() else 0
        command = _command(wanted, program, data)
        record = {"kind": wanted.kind, "rpc": wanted.url}
        launch = processes.launch(command, data, folder / "node.json", record, attached=attached)
        process = processes.start(launch, log)
        try:
            return _answering(wanted, process, log, progress)
        except NodeNotStarted:
            if process.alive or _PORT_TAKEN not in log.read_bytes()[begun:].lower():
                raise
            url = None
    raise _silent(wanted, log)


def _prepared(wanted: Chain, data: Path, progress: Progress) -> Path:
    if wanted.kind == "geth":
        program = node_build.geth_binary(progress)
        geth.prepare(program, data, wanted.chain_id)
        return program
    program = anvil.binary()
    if not anvil.prepare(data):
        zh = "anvil 的状态文件被截断, 已退回上一次的副本, 其后的区块已丢失"
        en = "anvil's state file was cut off; went back to the last copy, the blocks after it are lost"
        progress(Notice("cut-off", zh, en))
    return program


def _command(wanted: Chain, program: Path, data: Path) -> list[str]:
    if wanted.kind == "geth":
        return geth.command(program, data, wanted.chain_id, wanted.port)
    return anvil.command(program, wanted.chain_id, wanted.port)


def _answering(wanted: Chain, process: Process, log: Path, progress: Progress) -> Endpoint:
    """Wait until the process answers as the node of this chain."""
    endpoint = Endpoint(wanted.url)
    began = time.monotonic()
    while time.monotonic() - began < _PATIENCE and process.alive:
        if _chain_id(endpoint) == wanted.chain_id and process.alive:
            return endpoint
        progress(Notice("node", "等待节点应答", "waiting for the node to answer", time.monotonic() - began))
        time.sleep(0.1)
    raise _silent(wanted, log)


def _chain_id(endpoint: Endpoint) -> int | None:
    try:
        return int(endpoint.call("eth_chainId"), 16)
    except DevnetError:
        return None


def _silent(wanted: Chain, log: Path) -> NodeNotStarted:
    last = "\n".join(tail(log, 12, log.stat().st_size if log.exists() else 0))
    return NodeNotStarted(
        "node-not-started",
        f"{wanted.kind} 节点没有启动; 日志: {log}",
        f"The {wanted.kind} node did not start; its log {log} ends with:\n{last}",
        kind=wanted.kind,
        log=str(log),
    )
