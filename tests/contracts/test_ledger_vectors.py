"""What the contracts recorded on a real chain, replayed by the pure core: heads, states, views and storage agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contracts import load
from indexer import events
from indexer.head import advance, first_head, fold_heads
from indexer.keccak import keccak256
from indexer.record import from_log
from indexer.state import fold
from indexer.values import address, as_hex, hash32

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "ledger.json").read_text(encoding="utf-8"))
AT = {name: address(one["address"]) for name, one in VECTORS["contracts"].items()}
SOURCES = events.Sources(**{field: AT[name] for name, field in events.CONTRACT_NAMES.items()})
TIMES = {block["number"]: block["time"] for block in VECTORS["blocks"]}
RECORDS = [from_log(log, TIMES[int(log["blockNumber"], 16)]) for log in VECTORS["logs"]]
SUBJECTS = {
    "Collectible.token": lambda token: SOURCES.token(int(token)),
    "WorkRegistry.work": lambda work: SOURCES.work(hash32(work)),
    "Collections.edition": lambda edition: SOURCES.edition(int(edition)),
    "Collections.collection": lambda collection: SOURCES.collection(hash32(collection)),
    "IdentityRegistry.standing": lambda account: SOURCES.account(address(account)),
    "Governance.seat": lambda role, account: SOURCES.seat(events.Role(int(role)), address(account)),
    "RightsRegistry.estate": lambda estate: SOURCES.estate(int(estate)),
    "RightsRegistry.workRights": lambda work: SOURCES.rights_of(hash32(work)),
    "Grants.getGrant": lambda grant: SOURCES.grant(hash32(grant)),
    "Consents.attestation": lambda intent, party: SOURCES.consent(hash32(intent), address(party)),
}


def test_every_kind_of_act_is_there():
    assert {type(events.decode(record)) for record in RECORDS} == set(events.ACTS.values())


def test_the_first_head_is_that_of_the_storage():
    head = first_head(VECTORS["chainId"], SOURCES.ledger, hash32(VECTORS["parentHash"]))
    assert as_hex(head) == VECTORS["firstHead"]


def test_heads_recomputed_from_logs_are_those_in_storage_after_every_block():
    head, subjects, count = hash32(VECTORS["firstHead"]), {}, 0
    for block in VECTORS["blocks"]:
        records = [record for record in RECORDS if record.block_number == block["number"]]
        head, count = advance(head, subjects, records), count + len(records)
        assert (as_hex(head), count) == (block["head"], block["count"])
        assert {one: as_hex(subjects[hash32(one)]) for one in block["subjectHeads"]} == block["subjectHeads"]
    assert count == len(RECORDS)


def test_states_replayed_from_records_are_those_of_the_views():
    held = fold(RECORDS, SOURCES)
    for view in VECTORS["views"]:
        arguments = view["arguments"]
        state = held[SUBJECTS[view["view"]](*arguments)]
        leading = b"".join(padded(one) for one in arguments)
        assert as_hex(state.digest()) == as_hex(keccak256(leading + bytes.fromhex(view["words"][2:])))


def padded(argument: str) -> bytes:
    """Write an argument of a view as one word."""
    octets = bytes.fromhex(argument[2:]) if argument.startswith("0x") else int(argument).to_bytes(32, "big")
    return octets.rjust(32, b"\0")


@pytest.mark.parametrize("missing", [0, 1, len(RECORDS) // 2, len(RECORDS) - 1])
def test_without_one_record_the_last_head_is_not_reached(missing):
    left = [*RECORDS[:missing], *RECORDS[missing + 1 :]]
    assert as_hex(fold_heads(hash32(VECTORS["firstHead"]), RECORDS)) == VECTORS["blocks"][-1]["head"]
    assert as_hex(fold_heads(hash32(VECTORS["firstHead"]), left)) != VECTORS["blocks"][-1]["head"]


@pytest.mark.node
def test_the_vectors_are_what_the_compiled_contracts_record_now():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, root / "scripts" / "vectors.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, f"vectors: {len(RECORDS)} records, fresh\n"), done.stderr


def test_refusals_are_no_records():
    reasons = {log["data"][130:138] for log in VECTORS["refused"]}
    known = {
        selector(error): error["name"]
        for name in SELECTED
        for error in load(name).abi
        if error["type"] == "error"
    }
    assert {known[reason] for reason in reasons} == {
        "AccountKnown",
        "ClaimsUnacknowledged",
        "NotRegistrant",
        "SerialOutOfRange",
        "NotHolder",
        "NothingToRecover",
    }


SELECTED = ("IdentityRegistry", "WorkRegistry", "Collections", "Collectible")


def selector(error: dict) -> str:
    types = ",".join(one["type"] for one in error["inputs"])
    return keccak256(f"{error['name']}({types})".encode())[:4].hex()


def test_the_ledger_keeps_its_heads_where_verifiers_look():
    layout = load("ProvenanceLedger").storage_layout["storage"]
    found = [(one["label"], one["slot"], one["type"]) for one in layout[:3]]
    assert found == [
        ("head", "0", "t_bytes32"),
        ("count", "1", "t_uint256"),
        ("subjectHead", "2", "t_mapping(t_bytes32,t_bytes32)"),
    ]
