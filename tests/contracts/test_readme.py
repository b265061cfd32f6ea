"""The tables of contracts/README.md say what the contracts do: each is held to the ABI, to records, to measurements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import load, names
from indexer import events
from indexer.evidence.claims import Deposit, Holding
from indexer.evidence.rights_claims import InForce, Title
from indexer.record import Record, from_log
from indexer.state import fold
from indexer.values import ZERO_ADDRESS, Address, Hash32, address, hash32

ROOT = Path(__file__).parents[2]
README = (ROOT / "contracts" / "README.md").read_text(encoding="utf-8")
VECTORS = json.loads((ROOT / "tests" / "vectors" / "ledger.json").read_text(encoding="utf-8"))
SOURCES = events.Sources(
    **{field: address(VECTORS["contracts"][name]["address"]) for name, field in events.CONTRACT_NAMES.items()}
)
TIMES = {block["number"]: block["time"] for block in VECTORS["blocks"]}
RECORDS = [from_log(log, TIMES[int(log["blockNumber"], 16)]) for log in VECTORS["logs"]]
NO_ACTS = {
    "Recorded", "Refused",
    "Transfer", "Approval", "ApprovalForAll",
    "ForcedTransfer", "Frozen", "MetadataUpdate", "BatchMetadataUpdate", "UpdateUser", "EIP712DomainChanged",
}  # fmt: skip
STATES = {
    "(count)": "LedgerMark",
    "(anchorId, depositor, root, count)": "Anchor",
    "(account, nonce, true)": "CancelledNonce",
    "(intent, account, true)": "ConsentTakenBack",
}


def rows(heading: str) -> list[list[str]]:
    """Give the cells of the table under a heading, without its own first two lines."""
    section = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found]


ACTS = {row[0].strip("`"): row[1:] for row in rows("Acts")}


def test_the_acts_are_the_events_that_the_interfaces_declare():
    declared = {entry["name"] for name in names() for entry in load(name).abi if entry["type"] == "event"}
    assert set(ACTS) == declared - NO_ACTS == {act.__name__ for act in events.ACTS.values()}


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_record_names_the_subjects_of_its_row_in_order(act: str):
    found = 0
    for record in RECORDS:
        said = events.decode(record)
        if type(said).__name__ != act:
            continue
        found += 1
        left = list(record.subjects)
        for element in re.split(r", (?![^(]*\))", ACTS[act][0]):
            assert taken(left, element, said), f"{element} of {act}"
        assert not left
    assert found


@pytest.mark.parametrize("act", sorted(ACTS))
def test_the_state_after_is_that_of_its_row(act: str):
    named = ACTS[act][1].strip("`")
    for place, record in enumerate(RECORDS):
        if type(events.decode(record)).__name__ == act:
            state = fold(RECORDS[: place + 1], SOURCES)[record.subjects[0]]
            assert type(state).__name__ == STATES.get(named, named)
            assert state.digest() == record.state_after
            return
    raise AssertionError("no record of it")


def taken(left: list[Hash32], element: str, act: events.Act) -> bool:
    """Take off what one element of a row stands for, and say whether it was there as often as it has to be."""
    kinds = element.removeprefix("each ").strip("[]").split(" or ")
    possible = set().union(*(matching(one, act) for one in kinds))
    count = 0
    while left and left[0] in possible and (count == 0 or element.startswith("each ")):
        del left[0]
        count += 1
    return count > 0 or element.startswith("[")


def matching(expression: str, act: events.Act) -> set[Hash32]:
    """Give the subjects that an expression of the table may mean: that of the act's own words, or any of its kind."""
    kind, _, inside = expression.partition("(")
    if not inside:
        return KNOWN[kind]
    words = [getattr(act, field(name.strip())) for name in inside.rstrip(")").split(",")]
    return {getattr(SOURCES, kind)(*words)}


def field(word: str) -> str:
    """Name a word of an act as Python has it."""
    snake = re.sub(r"(?<=[a-z])([A-Z])", lambda found: "_" + found[0].lower(), word)
    return "from_" if snake == "from" else snake


def known(records: list[Record]) -> Iterator[tuple[str, Hash32]]:
    """Go through the subjects that rows leave unnamed: whole ones, of any account, edition or collection."""
    yield "ledger", SOURCES.whole_ledger()
    yield "governance", SOURCES.whole_governance()
    for one in VECTORS["accounts"].values():
        yield "party", SOURCES.party(address(one))
    for act in map(events.decode, records):
        if isinstance(act, events.EditionOpened):
            yield "edition", SOURCES.edition(act.edition_id)
            yield "collection", SOURCES.collection(act.collection_id)


def known_rights(records: list[Record]) -> Iterator[tuple[str, Hash32]]:
    """Go through the works, estates and grants that rows leave unnamed."""
    for act in map(events.decode, records):
        if isinstance(act, events.WorkRegistered):
            yield "rights_of", SOURCES.rights_of(act.work_id)
    for view in VECTORS["views"]:
        if view["view"] == "RightsRegistry.estate":
            yield "estate", SOURCES.estate(int(view["arguments"][0]))
        if view["view"] == "Grants.getGrant":
            yield "grant", SOURCES.grant(hash32(view["arguments"][0]))


KNOWN: dict[str, set[Hash32]] = {}
for _kind, _subject in (*known(RECORDS), *known_rights(RECORDS)):
    KNOWN.setdefault(_kind, set()).add(_subject)


def test_a_bundle_carries_for_each_claim_what_its_row_says():
    table = {row[0].strip("`"): row[1] for row in rows("Claims") if row[0].startswith("`")}
    work, token = Hash32(b"\x01" * 32), 7
    carried = {
        Holding.KIND: Holding(token, Address(ZERO_ADDRESS), work).subjects(SOURCES),
        Deposit.KIND: Deposit(work, Address(ZERO_ADDRESS), 0).subjects(SOURCES),
        Title.KIND: Title(token, work, (Address(ZERO_ADDRESS),), (1,)).subjects(SOURCES),
        InForce.KIND: InForce(work, work, Address(ZERO_ADDRESS), 0).subjects(SOURCES),
    }
    subject = {
        "token": SOURCES.token(token),
        "work": SOURCES.work(work),
        "estate": SOURCES.estate(token),
        "rights_of": SOURCES.rights_of(work),
        "grant": SOURCES.grant(work),
    }
    assert {kind: tuple(subject[one] for one in said.split(", ")) for kind, said in table.items()} == carried


def test_the_gas_figures_are_the_measured_ones():
    measured = json.loads(
        (ROOT / "contracts" / "test" / "snapshots" / "gas.json").read_text(encoding="utf-8")
    )
    written = {what: figure.replace(",", "") for what, figure in rows("What it costs")}
    assert written == measured
    assert len(measured) == 12


def test_the_costs_of_rights_are_the_measured_ones():
    measured = json.loads(
        (ROOT / "contracts" / "test" / "snapshots" / "rights.json").read_text(encoding="utf-8")
    )
    columns = ("", ", 1 live", ", 10 live", ", 100 live", ", 999 live")
    written = {
        what + column: figure.replace(",", "")
        for what, *figures in rows("What rights cost")
        for column, figure in zip(columns, figures, strict=True)
        if figure != "–"
    }
    assert written == measured
    assert len(measured) > 20


def test_every_role_has_its_row():
    assert {row[0] for row in rows("Roles")} == {role.name.title().replace("_", "") for role in events.Role if role} | {
        "relayer (no role)", "holder (no role)",
    }  # fmt: skip


def test_every_constructor_has_as_many_arguments_as_its_row_says():
    for _, contract, arguments in [
        row for row in ([cell.strip() for cell in line.strip("|").split(" | ")] for line in README.splitlines())
        if len(row) == 3 and row[0].isdigit()
    ]:  # fmt: skip
        constructor = next(entry for entry in load(contract.strip("`")).abi if entry["type"] == "constructor")
        plain = re.sub(r"\([^)]*\)|`[^`]*`", "", arguments)
        assert len(plain.split(",")) == len(constructor["inputs"]), contract
