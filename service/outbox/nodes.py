"""The nodes as a place to send to: whether they are ours, what they answer, receipts. Owns the sending connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from indexer.connection import Call, Connection, NodeError, NodeRefused
from indexer.deployment import Deployment
from indexer.values import Address, Hash32, as_hex
from service.errors import Unavailable
from service.outbox.answers import Answer, read_answer
from service.outbox.receipts import Receipt, ReceiptForm, read_hash, read_receipt
from service.outbox.reverts import revert_of

T = TypeVar("T")


class WrongChain(Unavailable):
    """A node answers for another chain than the deployment's; nothing is signed."""


class _Block(msgspec.Struct, rename="camel"):
    hash: str
    gas_limit: str


_Several: Any = _Block | str
"""What several calls of one request answer."""


class _OtherForm(ValueError):
    """An answer of another form than what was asked has."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What signing needs of the nodes: the next nonce of an account, pending ones included, and a block's gas."""

    next_nonce: int
    block_gas: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the chain is, as of blocks: the next nonce of an account (None: the node cannot say), and a hash."""

    nonce: int | None
    block_hash: Hash32 | None


_WHICH_CHAIN = (Call("eth_getBlockByNumber", ("0x0", False)), Call("eth_chainId"))


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

    def turn_to(self, urls: Sequence[str]) -> None:
        """Use other addresses from now on; nothing happens if they are the same."""
        if urls and tuple(urls) != self._urls:
            self.close()
            self._urls = tuple(urls)
            self._connections = [Connection(url, seconds=self._seconds) for url in urls]

    def check(self, deployment: Deployment) -> None:
        """Make sure that every node that answers is on the deployment's chain, and that one does.

        Raises:
            WrongChain: one is not.
            Unavailable: none answers.
        """
        self._of_chain(deployment, (), len)

    def survey(self, deployment: Deployment, account: Address) -> Survey:
        """Ask all that signing needs, in one request a node: `check`, the largest next nonce, the gas of a block.

        Raises:
            WrongChain: a node is on another chain.
            Unavailable: none answers.
        """
        counts = [_count(account, tag) for tag in ("latest", "pending")]

        def read(answers: Sequence[Any]) -> Survey:
            return Survey(max(map(_number, answers[:2])), _number(_block(answers[2]).gas_limit))

        calls = (*counts, Call("eth_getBlockByNumber", ("latest", False)))
        surveys = self._of_chain(deployment, calls, read)
        return Survey(max(one.next_nonce for one in surveys), surveys[0].block_gas)

    def standing(self, account: Address, nonce_at: int, hash_at: int) -> Standing:
        """Give the next nonce of an account at the end of one block and the hash of another, in one request.

        Raises:
            Unavailable: no node answers.
        """
        block = Call("eth_getBlockByNumber", (hex(hash_at), False))

        def ask(connection: Connection) -> Standing:
            try:
                count, held = connection.ask_all((_count(account, hex(nonce_at)), block), _Several)
                nonce = _number(count)
            except NodeError:  # It forgot that state, or does not have that block; the other question stands.
                held, nonce = connection.ask(block, _Block), None
            return Standing(nonce, None if held is None else read_hash(_block(held).hash))

        return self._first(ask)

    def next_nonce(self, account: Address) -> int:
        """Give the largest next nonce that any node knows of, pending ones included.

        Raises:
            Unavailable: none answers.
        """
        known = []
        for connection in self._connections:
            for tag in ("latest", "pending"):
                with suppress(NodeError, ValueError):
                    known.append(_number(connection.ask(_count(account, tag), str)))
        if not known:
            raise _silent(self._connections[0].place)
        return max(known)

    def mined_nonce(self, account: Address, block: int) -> int:
        """Give the next nonce as of the end of a block.

        Raises:
            Unavailable: no node answers, or knows the block.
        """
        return self._first(lambda at: _number(at.ask(_count(account, hex(block)), str)))

    def latest_nonce(self, account: Address) -> int:
        """Give the smallest next nonce, mined, that any node knows of: what is below it nobody needs any more.

        Raises:
            Unavailable: none answers.
        """
        known = []
        for connection in self._connections:
            with suppress(NodeError, ValueError):
                known.append(_number(connection.ask(_count(account, "latest"), str)))
        if not known:
            raise _silent(self._connections[0].place)
        return min(known)

    def block_gas(self) -> int:
        """Give the gas that a block may hold now.

        Raises:
            Unavailable: no node answers.
        """
        latest = Call("eth_getBlockByNumber", ("latest", False))
        return self._first(lambda at: _number(_block(at.ask(latest, _Block)).gas_limit))

    def block_hashes(self, numbers: Sequence[int]) -> dict[int, Hash32]:
        """Give the hashes of the blocks at some heights, as one node has them now; heights without one are left out.

        Raises:
            Unavailable: no node answers.
        """
        calls = [Call("eth_getBlockByNumber", (hex(number), False)) for number in numbers]

        def ask(connection: Connection) -> dict[int, Hash32]:
            found = zip(numbers, connection.ask_all(calls, _Block), strict=True)
            return {number: read_hash(block.hash) for number, block in found if block is not None}

        return self._first(ask)

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
        calls = [_receipt_of(one) for one in hashes]

        def ask(connection: Connection) -> dict[Hash32, Receipt]:
            found = connection.ask_all(calls, ReceiptForm)
            return {one: read_receipt(raw) for one, raw in zip(hashes, found, strict=True) if raw is not None}

        return self._first(ask)

    def knows(self, transaction: Hash32) -> bool:
        """Say whether any node has a receipt of a transaction, or did not answer (then it may).

        A caller concludes from False that the transaction took no effect, so silence counts as yes.
        """
        call = _receipt_of(transaction)
        for connection in self._connections:
            try:
                if connection.ask(call, ReceiptForm) is not None:
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

    def _of_chain(
        self, deployment: Deployment, calls: Sequence[Call], read: Callable[[Sequence[Any]], T]
    ) -> list[T]:
        """Ask every node the same in one request, and which chain it is on; read what those say that answer."""
        found: list[T] = []
        for connection in self._connections:
            try:
                genesis, chain_id, *rest = connection.ask_all((*_WHICH_CHAIN, *calls), _Several)
                same = read_hash(_block(genesis).hash) == deployment.genesis_hash
                if not same or _number(chain_id) != deployment.chain_id:
                    raise _wrong_chain(connection.place)
                found.append(read(rest))
            except (NodeError, ValueError):
                continue
        if not found:
            raise _silent(self._connections[0].place)
        return found

    def _first(self, question: Callable[[Connection], T]) -> T:
        for connection in self._connections:
            with suppress(NodeError, ValueError):
                return question(connection)
        raise _silent(self._connections[0].place)


def _count(account: Address, at: str) -> Call:
    return Call("eth_getTransactionCount", (as_hex(account), at))


def _receipt_of(transaction: Hash32) -> Call:
    return Call("eth_getTransactionReceipt", (as_hex(transaction),))


def _number(answer: Any) -> int:
    if not isinstance(answer, str):
        raise _OtherForm("not a number")
    return int(answer, 16)


def _block(answer: Any) -> _Block:
    if not isinstance(answer, _Block):
        raise _OtherForm("not a block")
    return answer


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
