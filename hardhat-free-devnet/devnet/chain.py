"""Which chain a home folder has: decided once, remembered in `chain/chain.json`. Owns that file."""

from __future__ import annotations

import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from devnet import files
from devnet.errors import NodeUnreachable, WrongChain
from devnet.rpc import Endpoint

_LEAST_ID, _MOST_ID = 1_000_000, 2**31
"""Between them no public chain of note has its number, and every library holds it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A home folder's chain.

    `kind` is `geth`, `anvil` or `rpc` (somebody else's node); `url` is where its node answers.
    """

    kind: str
    chain_id: int
    url: str

    @property
    def port(self) -> int:
        """The TCP port in `url`."""
        return urlsplit(self.url).port or 0


def recall(folder: Path) -> Chain | None:
    """Return the chain of the folder `chain/`, None if it has none yet."""
    kept = files.read_json(folder / "chain.json")
    return None if kept is None else Chain(**kept)


def keep(folder: Path, chain: Chain) -> Chain:
    """Remember the chain."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.write_json(folder / "chain.json", asdict(chain))
    return chain


def settle(folder: Path, kind: str | None, url: str | None, chain_id: int | None) -> Chain:
    """Return the folder's chain, deciding it on the first call; None leaves a choice to what is there.

    Raises:
        WrongChain: the folder has a chain of another kind or number already.
        NodeUnreachable: `url` does not answer.
    """
    if url is not None:
        kind, chain_id = "rpc", chain_id or int(Endpoint(url).call("eth_chainId"), 16)
    known = recall(folder)
    if known is None:
        drawn = _LEAST_ID + secrets.randbelow(_MOST_ID - _LEAST_ID)
        return keep(folder, Chain(kind or "geth", chain_id or drawn, url or free_address()))
    asked = Chain(kind or known.kind, chain_id or known.chain_id, url or known.url)
    if (asked.kind, asked.chain_id) != (known.kind, known.chain_id):
        raise another(known, asked)
    return asked if asked == known else keep(folder, asked)


def free_address(wanted: str | None = None) -> str:
    """Return a loopback address that nobody listens at: the wanted one if it is free, else a fresh one."""
    wishes = [urlsplit(wanted).port or 0, 0] if wanted else [0]
    for port in wishes:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return f"http://127.0.0.1:{probe.getsockname()[1]}"
    raise NodeUnreachable("no-port", "本机没有空闲端口。", "This machine has no free loopback port.")


def another(known: Chain, asked: Chain) -> WrongChain:
    """Say that the folder's chain is not the one asked for."""
    return WrongChain(
        "wrong-chain",
        f"此目录的链是 {known.kind} {known.chain_id}, 不是 {asked.kind} {asked.chain_id}; 请换一个目录。",
        f"The chain of this home folder is {known.kind} {known.chain_id}, not {asked.kind} {asked.chain_id}; "
        "use another folder.",
        known=asdict(known),
        asked=asdict(asked),
    )
