"""Write the shared vectors: `python -m tests.vectors.make [FOLDER with clique.json and qbft.json]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from indexer.evidence import header as headers
from indexer.evidence import receipt as receipts
from indexer.evidence import trie_builder
from indexer.evidence.anchor_file import write_anchor
from indexer.evidence.bundle import write_bundle
from indexer.evidence.ends import End
from indexer.evidence.export import write_csv, write_jsonl
from indexer.evidence.export_text import ExportHeader
from indexer.evidence.secp256k1 import recover
from indexer.head import Predecessor, first_head, heads, subject_heads
from indexer.record import record_digest, to_json
from indexer.values import Address, Hash32, address, as_hex
from indexer.wire import write_address
from tests.indexer.evidence import small_chain
from tests.indexer.evidence.small_chain import CHAIN_ID, FILE, GENESIS, SmallChain, sha256
from tests.vectors import points

HERE = Path(__file__).parent
CLIQUE_BLOCKS = (1, 2, 49, 50, 51, 52, 70, 71, 72, 73, 74)
QBFT_BLOCKS = (1, 77, 116)
CASES_EACH = 2


def main() -> None:
    """Write the files."""
    for name, value in made().items():
        write(name, value)
    if len(sys.argv) > 1:
        write("headers.json", recorded(Path(sys.argv[1])))


def made() -> dict[str, Any]:
    """Give what the small chain gives, by file name."""
    return {
        "heads.json": heads_vectors(),
        "evidence.json": evidence_vectors(),
        "exports.json": export_vectors(),
        "scopes.json": points.cases(),
    }


def write(name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    (HERE / name).write_text(text + "\n", encoding="utf-8")


def heads_vectors() -> dict[str, Any]:
    chain = small_chain.told()
    ledger = chain.sources.ledger
    before = Predecessor(1, small_chain.account("older ledger"), sha256(b"older head"), 12)
    start = first_head(CHAIN_ID, ledger, GENESIS, before)
    along = heads(start, chain.records)
    return {
        "ledger": {
            "chainId": str(CHAIN_ID),
            "address": write_address(ledger),
            "parentHash": as_hex(GENESIS),
            "predecessor": {
                "chainId": str(before.chain_id),
                "ledger": write_address(before.ledger),
                "head": as_hex(before.head),
                "count": str(before.count),
            },
            "firstHead": as_hex(start),
        },
        "records": [
            {"record": to_json(record), "digest": as_hex(record_digest(record)), "head": as_hex(head)}
            for record, head in zip(chain.records, along, strict=True)
        ],
        "subjectHeads": {as_hex(one): as_hex(head) for one, head in subject_heads(chain.records).items()},
    }


def recorded(folder: Path) -> dict[str, Any]:
    """Take an excerpt of the recordings."""
    clique = json.loads((folder / "clique.json").read_bytes())
    qbft = json.loads((folder / "qbft.json").read_bytes())
    sets = [
        {
            "fromBlock": "0",
            "untilBlock": str(clique["changed_at"]),
            "validators": _sorted(clique["validators_at_genesis"]),
        },
        {
            "fromBlock": str(clique["changed_at"]),
            "untilBlock": None,
            "validators": _sorted(clique["validators_after"]),
        },
    ]
    return {
        "clique": {
            "epoch": 50,
            "validatorSets": sets,
            "headers": [_clique_header(clique["all_headers"][number]) for number in CLIQUE_BLOCKS],
        },
        "qbft": {"headers": [_header(qbft["all_headers"][number]) for number in QBFT_BLOCKS]},
        "cases": [_case(case) for chain in (clique, qbft) for case in _chosen(chain["cases"])],
    }


def _chosen(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with the most kinds of receipts, the smallest first."""
    mixed = [case for case in cases if len({one["type"] for one in case["receipts"]}) > 1]
    return sorted(mixed, key=lambda case: len(case["receipts"]))[:CASES_EACH]


def _sorted(validators: list[str]) -> list[str]:
    return [write_address(one) for one in sorted(address(text.lower()) for text in validators)]


def _header(block: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": str(int(block["number"], 16)),
        "rlp": as_hex(headers.encode_rpc_header(block)),
        "hash": block["hash"],
    }


def _clique_header(block: dict[str, Any]) -> dict[str, Any]:
    header = headers.read_header(headers.encode_rpc_header(block))
    signed = headers.hash_with_extra(header, header.extra[:-65])
    return {**_header(block), "sealer": write_address(recover(signed, header.extra[-65:]))}


def _case(case: dict[str, Any]) -> dict[str, Any]:
    proof = case["proof"]
    raws = [receipts.encode_rpc_receipt(one) for one in case["receipts"]]
    trie = trie_builder.ordered(raws)
    last = len(raws) - 1
    return {
        "label": case["label"],
        "header": _header(case["block"]),
        "account": {
            "address": write_address(Address(bytes.fromhex(proof["address"][2:]))),
            "proof": proof["accountProof"],
            "storageRoot": proof["storageHash"],
            "codeHash": proof["codeHash"],
        },
        "storage": [
            {"slot": one["key"], "value": str(int(one["value"], 16)), "proof": one["proof"]}
            for one in proof["storageProof"]
        ],
        "receipts": [as_hex(raw) for raw in raws],
        "receiptProof": {
            "index": str(last),
            "proof": [as_hex(node) for node in trie_builder.proof(trie, trie_builder.index_key(last))],
        },
    }


def evidence_vectors() -> dict[str, Any]:
    chain = small_chain.told()
    four = small_chain.tell(SmallChain(validators=("v1", "v2", "v3", "v4")))
    return {
        "file": as_hex(FILE),
        "anchors": {
            "museum": _value(write_anchor(chain.anchor())),
            "demo": _value(write_anchor(chain.anchor(demo=True))),
            "unnamed": _value(write_anchor(chain.unnamed())),
            "unsealed": _value(write_anchor(chain.anchor("none"))),
            "four": _value(write_anchor(four.anchor())),
        },
        "bundles": {
            "holding": _value(write_bundle(chain.bundle(small_chain.holding()))),
            "deposit": _value(write_bundle(chain.bundle(small_chain.deposit()))),
            "four": _value(write_bundle(four.bundle(small_chain.holding()))),
        },
        "cases": evidence_cases(chain),
    }


def evidence_cases(chain: SmallChain) -> list[dict[str, Any]]:
    """Say what each variant must be answered."""
    other = write_address(small_chain.FIRST)
    stranger = as_hex(small_chain.resealed(chain.header(), "stranger").raw)
    return [
        _case_of("a holding that is whole", "holding", "museum", "valid"),
        _case_of("a deposit that is whole", "deposit", "museum", "valid"),
        _case_of("the stamp of a demonstration", "holding", "demo", "valid", demo=True),
        _case_of("no anchor", "holding", None, "indeterminate", {"6": "not_run", "8": "not_run"}),
        _case_of(
            "an anchor that does not name the issuer", "holding", "unnamed", "indeterminate", {"8": "not_run"}
        ),
        _case_of("an anchor that pins other validators", "holding", "four", "invalid", {"6": "failed"}),
        _case_of("a chain without seals", "holding", "unsealed", "indeterminate", {"6": "not_run"}),
        _case_of("one seal of four", "four", "four", "indeterminate", {"6": "not_run"}),
        _case_of(
            "sealed by a stranger",
            "holding",
            "museum",
            "invalid",
            {"6": "failed"},
            ("/block/header", stranger),
        ),
        _case_of("another holder", "holding", "museum", "invalid", {"7": "failed"}, ("/claim/holder", other)),
        _case_of(
            "claimed too early", "deposit", "museum", "invalid", {"7": "failed"}, ("/claim/noLaterThan", "5")
        ),
        _case_of(
            "a record left out",
            "holding",
            "museum",
            "invalid",
            {"3": "failed", "7": "failed"},
            ("/records/4",),
        ),
        _case_of(
            "a record's time changed",
            "holding",
            "museum",
            "invalid",
            {"3": "failed"},
            ("/records/0/blockTime", "5"),
        ),
        _case_of(
            "words that the data do not say",
            "holding",
            "museum",
            "invalid",
            {"7": "failed"},
            ("/records/4/decoded/arguments/to", other),
        ),
        _case_of("words left out", "holding", "museum", "valid", {}, ("/records/4/decoded", None)),
        _case_of("another manifest", "holding", "museum", "invalid", {"2": "failed"}, ("/manifest", "{}")),
        _case_of("no manifest", "holding", "museum", "indeterminate", {"2": "not_run"}, ("/manifest", None)),
        _case_of(
            "another file listed",
            "holding",
            "museum",
            "invalid",
            {"1": "failed", "2": "failed"},
            ("/files/0/sha256", "0x" + "11" * 32),
        ),
        *(
            _case_of(
                f"a file with another {name}",
                "holding",
                "museum",
                "invalid",
                {"2": "failed"},
                (f"/files/0/{at}", value),
            )
            for name, at, value in (
                ("content identifier", "cid", "bafkother"),
                ("profile of it", "cidProfile", "kubo-default"),
                ("media type", "mediaType", "text/html"),
                ("size", "size", "1"),
            )
        ),
        _case_of("no file listed", "holding", "museum", "valid", {}, ("/files/0",)),
        _case_of(
            "another head",
            "holding",
            "museum",
            "invalid",
            {"3": "failed", "4": "failed"},
            ("/histories/0/head", "0x" + "11" * 32),
        ),
        _case_of(
            "a history left out",
            "holding",
            "museum",
            "invalid",
            {"1": "not_run", "2": "not_run", "3": "failed", "7": "failed"},
            ("/histories/1",),
        ),
        _case_of(
            "another storage",
            "holding",
            "museum",
            "invalid",
            {"4": "failed", "5": "failed"},
            ("/state/storageRoot", "0x" + "11" * 32),
        ),
        _case_of(
            "a node too many",
            "holding",
            "museum",
            "invalid",
            {"5": "failed"},
            ("/state/accountProof/-", "0x80"),
        ),
        _refused("a field too many", "", ("/more", "1")),
        _refused("a number that is no text", "/claim/tokenId", ("/claim/tokenId", 7)),
        _refused("a leading zero", "/claim/tokenId", ("/claim/tokenId", "07")),
        _refused("capital digits", "/histories/0/head", ("/histories/0/head", "0x" + "AB" * 32)),
        _refused("an address without its checksum", "/claim/holder", ("/claim/holder", other.lower())),
        _refused("an unknown kind of claim", "/claim/kind", ("/claim/kind", "ownership")),
        _refused("another version", "/version", ("/version", 2)),
        _refused("a header that is none", "/block/header", ("/block/header", "0xc0")),
        _refused("records out of order", "/records", ("/records/0/seq", "99")),
        _refused("a record twice", "/records", ("/records/1/seq", "0")),
        _refused(
            "one subject twice",
            "/histories",
            ("/histories/1/subject", as_hex(chain.sources.token(small_chain.TOKEN))),
        ),
    ]


def _case_of(
    name: str,
    bundle: str,
    anchor: str | None,
    answer: str,
    checks: dict[str, str] | None = None,
    *changes: tuple[Any, ...],
    demo: bool = False,
) -> dict[str, Any]:
    expected = {"answer": answer, "demo": demo, "checks": checks or {}}
    return {
        "name": name,
        "bundle": bundle,
        "anchor": anchor,
        "changes": _changes(changes),
        "expect": expected,
    }


def _refused(name: str, place: str, *changes: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "bundle": "holding",
        "anchor": None,
        "changes": _changes(changes),
        "expect": {"refusedAt": place},
    }


def _changes(changes: tuple[tuple[Any, ...], ...]) -> list[dict[str, Any]]:
    return [{"at": one[0], "value": one[1]} if len(one) > 1 else {"at": one[0]} for one in changes]


def export_vectors() -> dict[str, Any]:
    chain = small_chain.told()
    header = export_header(chain)
    return {
        "jsonl": list(write_jsonl(header, chain.records[1:])),
        "csv": list(write_csv(header, chain.records[1:])),
        "records": "6",
        "cases": [
            {"name": "whole", "change": "none"},
            {"name": "a record removed", "change": "remove", "line": 3, "expect": {"line": 3, "seq": "2"}},
            {
                "name": "the last record removed",
                "change": "remove",
                "line": 7,
                "expect": {"line": 7, "seq": "6"},
            },
            {"name": "a record twice", "change": "repeat", "line": 4, "expect": {"line": 5, "seq": "4"}},
            {
                "name": "two records exchanged",
                "change": "exchange",
                "line": 4,
                "expect": {"line": 4, "seq": "3"},
            },
            {
                "name": "a record changed",
                "change": "replace",
                "line": 5,
                "find": '"blockTime":"1790000840"',
                "with": '"blockTime":"1790000841"',
                "expect": {"line": 5, "seq": "4"},
            },
            {
                "name": "words changed",
                "change": "replace",
                "line": 5,
                "find": '"serial":"7"',
                "with": '"serial":"8"',
                "expect": {"line": 5, "seq": "4"},
            },
            {"name": "the footer removed", "change": "remove", "line": 8, "expect": {"line": 8, "seq": "7"}},
        ],
    }


def export_header(chain: SmallChain, first: int = 1) -> ExportHeader:
    """Announce the records from `first` to the end."""
    before = [chain.first, *heads(chain.first, chain.records)]
    last = chain.header()
    return ExportHeader(
        scope="ledger",
        chain_id=CHAIN_ID,
        genesis_hash=GENESIS,
        ledger=chain.sources.ledger,
        subject=None,
        first_seq=first,
        last_seq=len(chain.records) - 1,
        before=End(before[first], chain.records[first].block_number - 1, Hash32(sha256(b"a block"))),
        after=End(before[-1], last.number, last.hash),
    )


def _value(text: bytes) -> Any:
    return json.loads(text)


if __name__ == "__main__":
    main()
