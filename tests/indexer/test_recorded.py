"""The projection of what the real contracts recorded: every act replays, every head is the one in storage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer import events as acts
from indexer.chaining import assemble
from indexer.deployment import DeployedContract, Deployment
from indexer.follow import Header
from indexer.live import followed
from indexer.node import Log
from indexer.span import ChainMoved, LedgerBlock, LogsMismatch, Span
from indexer.state import fold
from indexer.store import Projection, View
from indexer.values import Hash32, address, hash32

VECTOR: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "ledger.json").read_bytes())
_CONTRACTS = {
    name: DeployedContract(address(entry["address"]), hash32(entry["codeHash"]))
    for name, entry in VECTOR["contracts"].items()
}
FOLLOWED = followed(
    Deployment(
        VECTOR["chainId"],
        hash32(VECTOR["genesisHash"]),
        (),
        VECTOR["block"],
        hash32(VECTOR["parentHash"]),
        _CONTRACTS,
    )
)
BASE = LedgerBlock(
    VECTOR["block"] - 1,
    hash32(VECTOR["parentHash"]),
    Hash32(bytes(32)),
    VECTOR["blocks"][0]["time"],
    0,
    hash32(VECTOR["firstHead"]),
)


def headers() -> list[Header]:
    """The vector has no parents: what follows the block before it directly gets that as its parent."""
    found: list[Header] = []
    number, parent = BASE.number, BASE.hash
    for block in VECTOR["blocks"]:
        before = parent if block["number"] == number + 1 else Hash32(bytes(32))
        found.append(Header(block["number"], hash32(block["hash"]), before, block["time"]))
        number, parent = found[-1].number, found[-1].hash
    return found


def logs() -> list[Log]:
    return [
        Log(
            int(log["blockNumber"], 16),
            hash32(log["blockHash"]),
            hash32(log["transactionHash"]),
            int(log["logIndex"], 16),
            tuple(map(hash32, log["topics"])),
            bytes.fromhex(log["data"][2:]),
        )
        for log in VECTOR["logs"]
    ]


def whole() -> Span:
    return assemble(BASE, headers(), logs())


@pytest.fixture
def indexed(projection: Projection) -> Projection:
    span = whole()
    projection.start(FOLLOWED, BASE)
    projection.extend(BASE, span, span.last.number)
    return projection


def test_the_heads_after_each_block_are_those_in_storage() -> None:
    for block, said in zip(whole().blocks, VECTOR["blocks"], strict=True):
        assert (block.number, block.count, block.head) == (
            said["number"],
            said["count"],
            hash32(said["head"]),
        )


def test_every_act_of_the_contracts_is_followed(indexed: Projection) -> None:
    with indexed.view() as view:
        records = list(view.records(0, 1_000))
        replayed = fold(records, FOLLOWED.sources)
        assert view.stops() == 0
        assert {one: known.state for one, known in view.states(replayed).items()} == replayed
        kinds = {type(entry.act) for seq in range(len(records)) if (entry := view.record(seq))}
        assert kinds == set(acts.ACTS.values())


def test_the_heads_of_subjects_are_those_in_storage(indexed: Projection) -> None:
    last: dict[str, str] = {}
    for block in VECTOR["blocks"]:
        last |= block["subjectHeads"]
    with indexed.view() as view:
        for subject, head in last.items():
            assert view.subject_head(hash32(subject))[0] == hash32(head)


def test_blocks_that_do_not_follow_one_another_are_not_one_chain() -> None:
    good = headers()
    orphan = replace(good[0], parent_hash=Hash32(b"\1" * 32))
    with pytest.raises(ChainMoved, match="does not follow"):
        assemble(BASE, [orphan, *good[1:]], logs())
    with pytest.raises(ChainMoved, match="out of order"):
        assemble(BASE, [good[1], good[0], *good[2:]], logs())
    with pytest.raises(ChainMoved, match="out of order or range"):
        assemble(BASE, [*good[:-1], replace(good[-1], time=1 << 63)], logs())
    neighbours = next(at for at in range(1, len(good)) if good[at].number == good[at - 1].number + 1)
    torn = replace(good[neighbours], parent_hash=Hash32(b"\1" * 32))
    with pytest.raises(ChainMoved, match="does not follow"):
        assemble(BASE, [*good[:neighbours], torn, *good[neighbours + 1 :]], logs())


def test_a_log_of_a_block_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(LogsMismatch, match="not asked for"):
        assemble(BASE, headers()[:-1], logs())
    with pytest.raises(ChainMoved, match="another block now"):
        assemble(BASE, [replace(headers()[0], hash=Hash32(b"\1" * 32))], logs())


@pytest.mark.parametrize("missing", [0, 1, 50, 97])
def test_a_log_left_out_does_not_chain(missing: int) -> None:
    with pytest.raises(LogsMismatch, match="is next"):
        assemble(BASE, headers(), [log for place, log in enumerate(logs()) if place != missing])


def test_a_last_log_left_out_leads_to_another_head() -> None:
    assert assemble(BASE, headers(), logs()[:-1]).last.head != hash32(VECTOR["blocks"][-1]["head"])


@pytest.mark.parametrize("at", [0, 40, 98])
def test_a_changed_byte_leads_to_another_head_or_is_no_record(at: int) -> None:
    changed = logs()
    log = changed[at]
    data = bytes([*log.data[:31], log.data[31] ^ 1, *log.data[32:]])
    changed[at] = log._replace(data=data)
    assert assemble(BASE, headers(), changed).last.head != hash32(VECTOR["blocks"][-1]["head"])


def of_tokens(view: View) -> list[int]:
    return [known.state.token_id for known in view.tokens(limit=100).items]


def test_the_pages_of_every_token_hang_together(indexed: Projection) -> None:
    with indexed.view() as view:
        assert of_tokens(view)
        for token_id in of_tokens(view):
            page = view.token_page(token_id)
            assert page is not None
            state = page.token.state
            assert page.edition.state.work_id == page.work.state.work_id == state.work_id
            assert page.collection.state.collection_id == state.collection_id
            assert page.policy.digest() == state.policy_digest
            entries = view.history(page.token.subject).items
            assert len(entries) == view.subject_head(page.token.subject)[1]
            assert isinstance(entries[-1].act, acts.Minted)
