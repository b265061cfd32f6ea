"""A ledger on a node of its own, filled by the real contracts: objects deposited, issued and handed out in batches.

Each object is four entries: its deposit, its edition, its token, and the handing out of that. Its batches are so far
apart that a token is handed out a good while after it was minted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from coincurve import PrivateKey
from measuring import say

from devnet import installation
from devnet.qianyin import ROLES, Terms
from indexer.connection import Call, Connection, NodeError
from indexer.deployment import Deployment
from indexer.events import Custody, Kind, Policy, WorkKind
from indexer.keccak import keccak256
from indexer.values import Address, Hash32, as_hex
from service.outbox import requests
from service.outbox.calls import call_data, part
from service.outbox.naming import Asked, Case, names_of
from service.outbox.parts import Circumstances
from service.outbox.requests import Request
from service.outbox.transactions import Unsigned

PEOPLE = 200
TOGETHER = 5_000
"""Objects whose deposits are all sent before their first edition is, and so on."""
A_TRANSACTION = 100
A_REQUEST = 20
POLICY = Policy(0, 0, 1_000, False, 1 << Kind.PERSON | 1 << Kind.INSTITUTION, 0b11110, 0)


def word(*parts: object) -> Hash32:
    """Make a hash of anything."""
    return keccak256(repr(parts).encode())


def key(name: str) -> PrivateKey:
    """Give a key that depends on its name alone."""
    return PrivateKey(word("key", name))


def account(name: str) -> Address:
    """Give the address of a key."""
    return Address(keccak256(key(name).public_key.format(compressed=False)[1:])[12:])


class World:
    """One deployment on a running node, and those who act on it."""

    def __init__(self, home: Path, deployment: Deployment) -> None:
        self.home, self.deployment = home, deployment
        self.url = deployment.rpc[0]
        self.node = Connection(self.url, most_bytes=1 << 30)
        self.issuer, self.people = (
            account("issuer"),
            [account(f"person {number}") for number in range(PEOPLE)],
        )
        self.collection = requests.CreateCollection(self.issuer, word("collection"), word("about"), POLICY)
        self._case = Circumstances(
            Case(names_of(deployment), Asked("", 0, 0)), lambda *_: b"", lambda _: None
        )
        self._nonces: dict[str, int] = {}
        self._objects = 0

    @property
    def count(self) -> int:
        """Entries in the ledger."""
        slot = Call("eth_getStorageAt", (as_hex(self.deployment.ledger.address), "0x1", "latest"))
        return int(self.node.ask(slot, str) or "0", 16)

    @property
    def head(self) -> int:
        """Number of the newest block."""
        return int(self.node.ask(Call("eth_blockNumber"), str) or "0", 16)

    def found(self) -> None:
        """Register the institution and the people, and create the collection."""
        parties = [(self.issuer, Kind.INSTITUTION), *((person, Kind.PERSON) for person in self.people)]
        mark = word("mark")
        self.send(
            "registrar",
            [
                requests.RegisterAccount(who, kind, Custody.OWN, mark, mark, mark, 1_700_000_000)
                for who, kind in parties
            ],
        )
        self.send("issuer", [self.collection])

    def fill(self, entries: int) -> None:
        """Issue objects until the ledger has this many entries, or up to three more."""
        missing = -(-(entries - self.count) // 4)
        while missing > 0:
            self.issue(min(missing, TOGETHER))
            missing -= TOGETHER

    def issue(self, objects: int) -> None:
        """Deposit, open, mint and hand out so many objects."""
        first, self._objects = self._objects, self._objects + objects
        works = [
            requests.Deposit(
                self.issuer, WorkKind.CAPTURE_RECORD, word("file", number), word("manifest", number)
            )
            for number in range(first, self._objects)
        ]
        named = [(self.collection.collection_id, work.work_id, 1) for work in works]
        mints = [requests.Mint(*name, 1) for name in named]
        for acts in (
            works,
            [requests.OpenEdition(*name, 10) for name in named],
            mints,
            [
                requests.Distribute(mint.collection_id, mint.token_id, self.people[number % PEOPLE])
                for number, mint in enumerate(mints, first)
            ],
        ):
            self.send("issuer", acts)

    def signed(self, sender: str, acts: Sequence[Request], together: int = A_TRANSACTION) -> list[bytes]:
        """Write and sign transactions of these acts, all of one kind."""
        secret, nonce = key(sender), self._nonces.get(sender, self._next(sender))
        raw: list[bytes] = []
        for start in range(0, len(acts), together):
            parts = [part(one, self._case) for one in acts[start : start + together]]
            unsigned = Unsigned(
                self.deployment.chain_id, nonce + len(raw), 90_000_000, parts[0].to, call_data(parts)
            )
            raw.append(unsigned.sealed(lambda digest: sign(secret, digest)).raw)
        self._nonces[sender] = nonce + len(raw)
        return raw

    def send(self, sender: str, acts: Sequence[Request]) -> None:
        """Have acts recorded, and wait until they are."""
        raw = self.signed(sender, acts)
        for start in range(0, len(raw), A_REQUEST):
            calls = [Call("eth_sendRawTransaction", (as_hex(one),)) for one in raw[start : start + A_REQUEST]]
            self.node.ask_all(calls, str)
        self.mined(keccak256(raw[-1]))

    def mined(self, transaction: Hash32) -> None:
        """Wait for a transaction.

        Raises:
            RuntimeError: it reverted.
        """
        asked = Call("eth_getTransactionReceipt", (as_hex(transaction),))
        while True:
            try:
                receipt = self.node.ask(asked, dict)
            except NodeError:  # "transaction indexing is in progress"
                receipt = None
            if receipt is not None:
                break
            time.sleep(0.01)
        if receipt["status"] != "0x1":
            raise RuntimeError(f"{as_hex(transaction)} reverted")

    def _next(self, sender: str) -> int:
        asked = Call("eth_getTransactionCount", (as_hex(account(sender)), "latest"))
        return int(self.node.ask(asked, str) or "0", 16)


@contextmanager
def world(home: Path, entries: int) -> Iterator[World]:
    """Start a geth validator with a ledger of at least so many entries in a folder of its own."""
    roles = {name: account(name) for name in ROLES}
    deployment = installation.up(home, roles, terms=Terms(), attached=True)
    try:
        made = World(home, deployment)
        say(f"  recording {entries:,} entries …")
        began = time.perf_counter()
        made.found()
        made.fill(entries)
        say(f"  … {made.count:,} in {time.perf_counter() - began:.0f} s")
        yield made
    finally:
        installation.down(home)


def memory_of(pid: int) -> float:
    """Say how much memory a process had at its most, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def cpu_of(pid: int) -> float:
    """Say how many seconds of processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sign(secret: PrivateKey, digest: Hash32) -> bytes:
    """Sign as an account does: r, s, v."""
    signature = secret.sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([signature[64] + 27])
