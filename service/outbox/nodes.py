"""The nodes as a place to send to: whether they are ours, what they answer, receipts. Owns the sending connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec

from indexer.connection import Call, Connection, NodeError, NodeRefused
from indexer.deployment import Deployment
from indexer.values import Address, Hash32, as_hex
from service.errors import Unavailable
from service.outbox.reverts import revert_of

T = TypeVar("T")


class WrongChain(Unavailable):
    """A node answers for another chain than the deployment's; nothing is signed."""


class Answer(StrEnum):
    """What a node made of the bytes."""

    HAS_IT = "has-it"
    """It took them, or had them."""
    NONCE_USED = "nonce-used"
    """The nonce is behind it: look for our receipt."""
    OTHER_ATTEMPT = "other-attempt"
    """It holds other bytes with this nonce."""
    NONE = "none"
    """No answer, or one that says "later"."""
    NEVER = "never"
    """It will not take these bytes, now or later."""


_HAS_IT = ("already known", "known transaction", "already imported", "already exists", "already in")
_NONCE_USED = ("nonce too low", "nonce has already been used", "old nonce")
_OTHER_ATTEMPT = ("underpriced", "replacement", "higher than pending")
_NEVER = (
    *(
        "oversized",
        "exceeds block gas limit",
        "exceeds gas limit",
        "intrinsic gas",
        "max initcode",
        "invalid sender",
    ),
    *("invalid signature", "chain id", "chainid", "replay-protected", "gas limit too", "rlp"),
)
_SAYINGS = (
    (_HAS_IT, Answer.HAS_IT),
    (_NONCE_USED, Answer.NONCE_USED),
    (_OTHER_ATTEMPT, Answer.OTHER_ATTEMPT),
    (_NEVER, Answer.NEVER),
)


def read_answer(said: str) -> Answer:
    """Say what a node's error means; words not known here mean "later", for then the bytes are sent again."""
    text = said.lower()
    for words, answer in _SAYINGS:
        if any(word in text for word in words):
            return answer
    return Answer.NONE


@dataclass(frozen=True, slots=True)
class Refusal:
    """A `Refused` log: the contract, what it calls the item, the error as ABI bytes."""

    contract: Address
    name: Hash32
    reason: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction, as a node says."""

    block: int
    block_hash: Hash32
    succeeded: bool
    logs: tuple[tuple[Address, tuple[Hash32, ...], bytes], ...]


class _Log(msgspec.Struct):
    address: str
    topics: list[str]
    data: str


class _Receipt(msgspec.Struct, rename="camel"):
    block_number: str
    block_hash: str
    status: str
    logs: list[_Log]


class _Block(msgspec.Struct, rename="camel"):
    hash: str
    gas_limit: str


class Nodes:
    """All nodes that a transaction is sent to; questions go to the first that answers.

    Args:
        urls: the nodes, the nearest first. seconds: how long one may be silent.
    """

    def __init__(self, urls: Sequence[str], *, seconds: float = 10.0) -> None:
        if not urls:
            raise ValueError("there is at least one node")
        self._urls, self._seconds = tuple(urls), seconds
        self._connections = [Connection(url, seconds=seconds) for url in urls]

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.close()

    def check(self, deployment: Deployment) -> None:
        """Make sure that every node that answers is on the deployment's chain, and that one does.

        Raises:
            WrongChain: one is not.
            Unavailable: none answers.
        """
        answered = 0
        for connection in self._connections:
            try:
                genesis = connection.ask(Call("eth_getBlockByNumber", ("0x0", False)), _Block)
                chain_id = connection.ask(Call("eth_chainId"), str)
            except NodeError:
                continue
            answered += 1
            same = genesis is not None and genesis.hash == as_hex(deployment.genesis_hash)
            if not same or int(chain_id or "0x0", 16) != deployment.chain_id:
                raise _wrong_chain(connection.place)
        if not answered:
            raise _silent(self._connections[0].place)

    def next_nonce(self, account: Address) -> int:
        """Give the largest next nonce that any node knows of, pending ones included.

        Raises:
            Unavailable: none answers.
        """
        known = []
        for connection in self._connections:
            for tag in ("latest", "pending"):
                try:
                    answer = connection.ask(Call("eth_getTransactionCount", (as_hex(account), tag)), str)
                except NodeError:
                    continue
                known.append(int(answer or "0x0", 16))
        if not known:
            raise _silent(self._connections[0].place)
        return max(known)

    def mined_nonce(self, account: Address, block: int) -> int:
        """Give the next nonce as of the end of a block.

        Raises:
            Unavailable: no node answers, or knows the block.
        """
        call = Call("eth_getTransactionCount", (as_hex(account), hex(block)))
        return int(self._first(lambda at: at.ask(call, str)) or "0x0", 16)

    def latest_nonce(self, account: Address) -> int:
        """Give the smallest next nonce, mined, that any node knows of: what is below it nobody needs any more.

        Raises:
            Unavailable: none answers.
        """
        call = Call("eth_getTransactionCount", (as_hex(account), "latest"))
        known = []
        for connection in self._connections:
            try:
                known.append(int(connection.ask(call, str) or "0x0", 16))
            except NodeError:
                continue
        if not known:
            raise _silent(self._connections[0].place)
        return min(known)

    def block_gas(self) -> int:
        """Give the gas that a block may hold now.

        Raises:
            Unavailable: no node answers.
        """
        return int(self._latest().gas_limit, 16)

    def block_hash(self, number: int) -> Hash32 | None:
        """Give the hash of the block at a height, or None if the node has none there.

        Raises:
            Unavailable: no node answers.
        """
        call = Call("eth_getBlockByNumber", (hex(number), False))
        found = self._first(lambda at: at.ask(call, _Block))
        return None if found is None else Hash32(bytes.fromhex(found.hash[2:]))

    def send(self, raw: bytes) -> list[tuple[Answer, str]]:
        """Hand the bytes to every node; give what each made of them, and said."""
        call = Call("eth_sendRawTransaction", (as_hex(raw),))
        answers = []
        for connection in self._connections:
            try:
                connection.ask(call, str)
            except NodeRefused as refusal:
                answers.append((read_answer(refusal.reason), refusal.reason))
            except NodeError as fault:
                answers.append((Answer.NONE, fault.reason))
            else:
                answers.append((Answer.HAS_IT, ""))
        return answers

    def receipts(self, hashes: Sequence[Hash32]) -> dict[Hash32, Receipt]:
        """Give the receipts that are there; a node that still indexes says so, which counts as no answer.

        Raises:
            Unavailable: no node answers.
        """
        calls = [Call("eth_getTransactionReceipt", (as_hex(one),)) for one in hashes]
        found = self._first(lambda at: at.ask_all(calls, _Receipt))
        return {one: _receipt(raw) for one, raw in zip(hashes, found, strict=True) if raw is not None}

    def knows(self, transaction: Hash32) -> bool:
        """Say whether any node has a receipt of a transaction, or did not answer (then it may).

        A caller concludes from False that the transaction took no effect, so silence counts as yes.
        """
        call = Call("eth_getTransactionReceipt", (as_hex(transaction),))
        for connection in self._connections:
            try:
                if connection.ask(call, _Receipt) is not None:
                    return True
            except NodeError:
                return True
        return False

    def replay(self, sender: Address, to: Address, data: bytes, gas: int, block: int) -> bytes | None:
        """Call what reverted again, in the state after its block, then before; give the error's bytes if it has any."""
        asked = {
            "from": as_hex(sender),
            "to": as_hex(to),
            "data": as_hex(data),
            "gas": hex(gas),
            "gasPrice": "0x0",
        }
        for at_block in (block, block - 1):
            for url in self._urls:
                error = revert_of(url, [asked, hex(at_block)], self._seconds)
                if error is not None:
                    return error
        return None

    def _latest(self) -> _Block:
        found = self._first(lambda at: at.ask(Call("eth_getBlockByNumber", ("latest", False)), _Block))
        if found is None:
            raise _silent(self._connections[0].place)
        return found

    def _first(self, question: Callable[[Connection], T]) -> T:
        for connection in self._connections:
            try:
                return question(connection)
            except NodeError:
                continue
        raise _silent(self._connections[0].place)


def _receipt(raw: _Receipt) -> Receipt:
    logs = tuple(
        (
            Address(bytes.fromhex(log.address[2:])),
            tuple(Hash32(bytes.fromhex(topic[2:])) for topic in log.topics),
            bytes.fromhex(log.data[2:]),
        )
        for log in raw.logs
    )
    block_hash = Hash32(bytes.fromhex(raw.block_hash[2:]))
    return Receipt(int(raw.block_number, 16), block_hash, int(raw.status, 16) == 1, logs)


def _wrong_chain(place: str) -> WrongChain:
    return WrongChain(
        "wrong-chain",
        f"节点 {place} 属于另一条链；在改正之前不会签发任何交易。",
        f"The node {place} is on another chain; nothing is signed until that is put right.",
        node=place,
    )


def _silent(place: str) -> Unavailable:
    return Unavailable(
        "node-silent",
        f"节点 {place} 没有应答；已受理的操作会稍后继续。",
        f"The node {place} does not answer; what was accepted goes on later.",
        node=place,
    )
