"""One chain of one home folder: which it is, starting its node, waiting for it. Owns `chain/` but for the deployment."""

from __future__ import annotations

import secrets
import socket
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from devnet import anvil, files, geth, node_build, processes
from devnet.errors import DevnetError, NodeNotStarted, NodeUnreachable, WrongChain
from devnet.progress import Notice, Progress
from devnet.rpc import Endpoint

KINDS = ("geth", "anvil", "rpc")
_PATIENCE = 300.0
_TRIES = 4
_LOG_LIMIT = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Chain:
    """What was decided when the chain of a home folder was made (`chain/chain.json`).

    `kind` is `geth`, `anvil` or `rpc` (somebody else's node); `url` is where its node answers.
    """

    kind: str
    chain_id: int
    url: str


def recall(folder: Path) -> Chain | None:
    """Return the chain of the folder `chain/`, None if it has none yet."""
    kept = files.read_json(folder / "chain.json")
    return None if kept is None else Chain(**kept)


def settle(folder: Path, kind: str | None, url: str | None, chain_id: int | None) -> Chain:
    """Return the folder's chain, deciding it on the first call; None leaves a choice to what is there.

    Raises:
        WrongChain: the folder has a chain of another kind or number already.
        NodeUnreachable: `url` does not answer.
    """
    known = recall(folder)
    if url is not None:
        found = int(Endpoint(url).call("eth_chainId"), 16)
        asked = Chain("rpc", found, url)
    else:
        asked = Chain(kind or (known.kind if known else "geth"), chain_id or 0, "")
    if known is None:
        number = asked.chain_id or 1_000_000 + secrets.randbelow(2**31 - 1_000_000)
        made = replace(asked, chain_id=number, url=asked.url or _address(None))
        return _keep(folder, made)
    if asked.kind != known.kind or asked.chain_id not in (0, known.chain_id):
        raise _wrong(known, asked)
    return _keep(folder, replace(known, url=asked.url)) if asked.url not in ("", known.url) else known


def run(folder: Path, chain: Chain, attached: bool, progress: Progress) -> Endpoint:
    """See to it that the chain's node runs and answers; return where.

    Raises:
        NodeNotBuilt, NodeNotStarted, NodeUnreachable, WrongChain: as they say.
    """
    if chain.kind == "rpc":
        return _joined(chain)
    pid_file, log = folder / "node.json", folder / "node.log"
    running = processes.recorded(pid_file)
    if running is not None:
        try:
            return _answering(chain, running, log, progress)
        except NodeNotStarted:
            if running.alive:
                raise
    data = folder / chain.kind
    program = _prepared(chain, data, progress)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(folder / "node.log.1")
    for attempt in range(_TRIES):
        chain = _keep(folder, replace(chain, url=_address(chain.url if attempt == 0 else None)))
        begun = log.stat().st_size if log.exists() else 0
        process = processes.start(
            _command(chain, program, data),
            data,
            pid_file,
            log,
            {"kind": chain.kind, "rpc": chain.url},
            attached,
        )
        try:
            return _answering(chain, process, log, progress)
        except NodeNotStarted:
            if process.alive or b"address already in use" not in log.read_bytes()[begun:].lower():
                raise
    raise _silent(chain, log)


def _prepared(chain: Chain, data: Path, progress: Progress) -> Path:
    if chain.kind == "geth":
        program = node_build.geth_binary(progress)
        geth.prepare(program, data, chain.chain_id)
        return program
    program = anvil.binary()
    if not anvil.prepare(data):
        progress(Notice("cut-off", "anvil 的状态文件被截断, 已退回上一次的副本, 其后的区块已丢失",
                        "anvil's state file was cut off; went back to the last copy, later blocks are lost"))  # fmt: skip
    anvil.keep(data)
    return program


def _command(chain: Chain, program: Path, data: Path) -> list[str]:
    port = urlsplit(chain.url).port or 0
    build = geth.command if chain.kind == "geth" else anvil.command
    return build(program, data, chain.chain_id, port)


def _answering(chain: Chain, process: processes.Process, log: Path, progress: Progress) -> Endpoint:
    """Wait until the process answers as the node of this chain."""
    endpoint = Endpoint(chain.url)
    began = time.monotonic()
    while time.monotonic() - began < _PATIENCE:
        if not process.alive:
            raise _silent(chain, log)
        if _chain_id(endpoint) == chain.chain_id and process.alive:
            return endpoint
        progress(Notice("node", "等待节点应答", "waiting for the node to answer", time.monotonic() - began))
        time.sleep(0.1)
    raise _silent(chain, log)


def _chain_id(endpoint: Endpoint) -> int | None:
    try:
        return int(endpoint.call("eth_chainId"), 16)
    except DevnetError:
        return None


def _joined(chain: Chain) -> Endpoint:
    endpoint = Endpoint(chain.url)
    found = int(endpoint.call("eth_chainId"), 16)
    if found != chain.chain_id:
        raise _wrong(chain, replace(chain, chain_id=found))
    return endpoint


def _address(wanted: str | None) -> str:
    """Return a loopback address nobody listens at: the wanted one if it is free, else a fresh one."""
    for port in ([urlsplit(wanted).port or 0] if wanted else []) + [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return f"http://127.0.0.1:{probe.getsockname()[1]}"
    raise NodeUnreachable("no-port", "本机没有空闲端口。", "This machine has no free loopback port.")


def _keep(folder: Path, chain: Chain) -> Chain:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.write_json(folder / "chain.json", asdict(chain))
    return chain


def tail(log: Path, lines: int) -> list[str]:
    """Return the last lines of a log, none if there is no log."""
    if not log.exists():
        return []
    with log.open("rb") as source:
        source.seek(max(0, log.stat().st_size - 400 * max(lines, 1)))
        return source.read().decode(errors="replace").splitlines()[-lines:] if lines > 0 else []


def _silent(chain: Chain, log: Path) -> NodeNotStarted:
    last = "\n".join(tail(log, 12))
    return NodeNotStarted("node-not-started", f"{chain.kind} 节点没有启动; 日志: {log}",
                          f"The {chain.kind} node did not start; its log {log} ends with:\n{last}",
                          kind=chain.kind, log=str(log))  # fmt: skip


def _wrong(known: Chain, asked: Chain) -> WrongChain:
    return WrongChain(
        "wrong-chain",
        f"此目录的链是 {known.kind} {known.chain_id}, 不是 {asked.kind} {asked.chain_id}; 请换一个目录。",
        f"The chain of this home folder is {known.kind} {known.chain_id}, not {asked.kind} {asked.chain_id}; "
        "use another folder.",
        known=asdict(known), asked=asdict(asked),
    )  # fmt: skip
