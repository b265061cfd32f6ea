"""The two ends of an audit export, each tied to a sealed block if it brings the proof. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer.errors import HeaderError, ProofError
from indexer.evidence import trie
from indexer.evidence.header import MOST_BYTES as MOST_HEADER_BYTES
from indexer.evidence.header import Header, read_header
from indexer.evidence.phrase import Phrase
from indexer.evidence.seals import judge
from indexer.evidence.seals.finding import Binding
from indexer.evidence.slots import COUNT, HEAD, subject_slot
from indexer.values import as_hex

if TYPE_CHECKING:
    from indexer.evidence.anchor import TrustAnchor
    from indexer.evidence.strict import Node
    from indexer.values import Hash32

_MOST_NODES = 65
_MOST_NODE_BYTES = 1024


@dataclass(frozen=True, slots=True)
class EndProof:
    """That a head, and of the whole ledger the count of its records, stood in the state of a block."""

    header: Header
    following: tuple[Header, ...]
    storage_root: Hash32
    account_proof: tuple[bytes, ...]
    head_proof: tuple[bytes, ...]
    count_proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class End:
    """A head of the ledger or of one subject, and the block in whose state it stood."""

    head: Hash32
    block_number: int
    block_hash: Hash32
    proof: EndProof | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """Whether an end is tied to a sealed block: `held` is None where that could not be found out."""

    held: bool | None
    phrase: Phrase


def tie(end: End, subject: Hash32 | None, count: int | None, anchor: TrustAnchor | None) -> Tie:
    """Check the proof of an end against the pinned ledger and validators.

    Args:
        subject: whose head it is; None for the ledger's own.
        count: how many records the ledger held there; None where that is not said.
    """
    if end.proof is None or anchor is None:
        return Tie(None, _UNTIED)
    try:
        _check_state(end, end.proof, subject, count, anchor)
    except ProofError as error:
        return Tie(
            False, Phrase(f"链头的证明不成立。（{error}）", f"The proof of the head does not hold: {error}.")
        )
    finding = judge(end.proof.header, end.proof.following, anchor.consensus)
    if finding.block_hash != end.block_hash or end.proof.header.number != end.block_number:
        return Tie(False, Phrase("链头的证明属于另一区块。", "The proof of the head is of another block."))
    return Tie(
        {Binding.BOUND: True, Binding.BROKEN: False, Binding.OPEN: None}[finding.binding], finding.phrase
    )


def read_end(node: Node) -> End:
    """Take an end as `write_end` writes it.

    Raises:
        BundleError: anything else.
    """
    fields = node.fields(("head", "blockNumber", "blockHash", "proof"))
    return End(
        head=fields["head"].hash(),
        block_number=fields["blockNumber"].uint((1 << 64) - 1),
        block_hash=fields["blockHash"].hash(),
        proof=fields["proof"].optional(_read_proof),
    )


def write_end(end: End) -> dict[str, Any]:
    """Write an end as JSON."""
    return {
        "head": as_hex(end.head),
        "blockNumber": str(end.block_number),
        "blockHash": as_hex(end.block_hash),
        "proof": None if end.proof is None else _write_proof(end.proof),
    }


_UNTIED = Phrase(
    "没有链头的证明或信任锚；只核对了记录与所写链头相合。",
    "No proof of the head, or no trust anchor: the records were checked against the heads as written, no more.",
)


def _check_state(
    end: End, proof: EndProof, subject: Hash32 | None, count: int | None, anchor: TrustAnchor
) -> None:
    account = trie.prove_account(proof.header.state_root, anchor.ledger.address, proof.account_proof)
    pinned = (proof.storage_root, anchor.ledger.code_hash)
    if account is None or (account.storage_root, account.code_hash) != pinned:
        raise ProofError("the pinned ledger is not in the state of the block")
    slot = HEAD if subject is None else subject_slot(subject)
    if trie.prove_storage(proof.storage_root, slot, proof.head_proof) != int.from_bytes(end.head, "big"):
        raise ProofError("the ledger stores another head")
    if count is not None and trie.prove_storage(proof.storage_root, COUNT, proof.count_proof) != count:
        raise ProofError("the ledger counts otherwise")


def _read_proof(node: Node) -> EndProof:
    names = ("header", "following", "storageRoot", "accountProof", "headProof", "countProof")
    fields = node.fields(names)
    return EndProof(
        header=_read_header(fields["header"]),
        following=tuple(_read_header(one) for one in fields["following"].members(1024)),
        storage_root=fields["storageRoot"].hash(),
        account_proof=_nodes(fields["accountProof"]),
        head_proof=_nodes(fields["headProof"]),
        count_proof=_nodes(fields["countProof"]),
    )


def _write_proof(proof: EndProof) -> dict[str, Any]:
    return {
        "header": as_hex(proof.header.raw),
        "following": [as_hex(one.raw) for one in proof.following],
        "storageRoot": as_hex(proof.storage_root),
        "accountProof": [as_hex(one) for one in proof.account_proof],
        "headProof": [as_hex(one) for one in proof.head_proof],
        "countProof": [as_hex(one) for one in proof.count_proof],
    }


def _read_header(node: Node) -> Header:
    try:
        return read_header(node.octets(MOST_HEADER_BYTES))
    except HeaderError as error:
        raise node.fail(str(error)) from error


def _nodes(node: Node) -> tuple[bytes, ...]:
    return tuple(one.octets(_MOST_NODE_BYTES) for one in node.members(_MOST_NODES))
