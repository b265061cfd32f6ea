"""Requests as calls: functions that the contracts have, arguments that they read as meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_abi.abi import decode

import contracts
from indexer.events import Measure, Sources
from indexer.keccak import keccak256
from indexer.values import Address, Hash32
from service.keys.intents import Domain, digest
from service.outbox import naming, requests
from service.outbox.calls import call_data, part
from service.outbox.naming import Asked, Case, Names
from service.outbox.parts import Circumstances, Part
from service.outbox.ranges import MEASURES
from service.outbox.requests import (
    AccountTarget,
    AssignmentTarget,
    EstateTarget,
    GrantTarget,
    OrderName,
    Request,
    RightsTarget,
    Target,
    TokenTarget,
)
from tests.service.outbox.samples import (
    HOLDER,
    ISSUER,
    OTHER,
    OWNED,
    chain,
    collection,
    deposit,
    one_of_each,
    word,
)

KEPT = b"\x0a" * 65
SOURCES = Sources(*(Address(bytes((0xC0 + number,)) * 20) for number in range(10)))
NAMES = Names(
    SOURCES,
    *(Domain(1, one, word(1)) for one in (SOURCES.collectible, SOURCES.identities, SOURCES.consents)),
)
CASE = Case(NAMES, Asked("ab" * 16, 1_700_000_000, 600))
AT = Circumstances(CASE, lambda *_: KEPT, lambda _: HOLDER)
CONTRACTS = {
    SOURCES.ledger: "ProvenanceLedger",
    SOURCES.governance: "Governance",
    SOURCES.orders: "Orders",
    SOURCES.identities: "IdentityRegistry",
    SOURCES.works: "WorkRegistry",
    SOURCES.collections: "Collections",
    SOURCES.collectible: "Collectible",
    SOURCES.consents: "Consents",
    SOURCES.rights: "RightsRegistry",
    SOURCES.grants: "Grants",
}


def _type(argument: dict[str, Any]) -> str:
    if not argument["type"].startswith("tuple"):
        return str(argument["type"])
    inner = ",".join(_type(one) for one in argument["components"])
    return f"({inner}){argument['type'].removeprefix('tuple')}"


def _functions(contract: str) -> Iterator[tuple[bytes, list[str]]]:
    for entry in contracts.load(contract).abi:
        if entry["type"] == "function":
            kinds = [_type(one) for one in entry["inputs"]]
            yield keccak256(f"{entry['name']}({','.join(kinds)})".encode())[:4], kinds


def _read(parts: list[Part]) -> tuple[Any, ...]:
    """Read a call as the contract would, by its ABI."""
    data = call_data(parts)
    kinds = dict(_functions(CONTRACTS[parts[0].to]))[data[:4]]
    return decode(kinds, data[4:], strict=True)


@pytest.mark.parametrize("request_", one_of_each(), ids=lambda one: one.KIND)
def test_the_contract_has_the_function_and_reads_its_arguments(request_: Request) -> None:
    assert _read([part(request_, AT)]) is not None


TARGETS: dict[type[Target], Target] = {
    TokenTarget: TokenTarget(7),
    AccountTarget: AccountTarget(HOLDER),
    EstateTarget: EstateTarget(2**255),
    AssignmentTarget: AssignmentTarget(7, OWNED),
    GrantTarget: GrantTarget(word(14)),
    RightsTarget: RightsTarget(word(5)),
}
MEASURED = [(measure, kind) for kind, measures in MEASURES.items() for measure in measures]


def test_every_measure_has_a_target_and_every_target_a_measure() -> None:
    assert {measure for measure, _ in MEASURED} == set(Measure) - {Measure.NONE}
    assert {kind for _, kind in MEASURED} == set(TARGETS)


@pytest.mark.parametrize(("measure", "kind"), MEASURED)
def test_every_measure_has_a_call(measure: Measure, kind: type[Target]) -> None:
    request_ = requests.ExecuteOrder(OrderName("法院", word(1), measure, TARGETS[kind]), OTHER, "误")
    assert _read([part(request_, AT)]) is not None


def test_a_batch_of_elements_of_fixed_size_holds_them_in_order() -> None:
    made = collection()
    mints = [requests.Mint(made.collection_id, word(9), 1, serial) for serial in (1, 2, 3)]
    (read,) = _read([part(one, AT) for one in mints])
    assert [(edition, serial) for edition, serial, _ in read] == [
        (one.edition_id, one.serial) for one in mints
    ]


def test_a_batch_of_elements_of_any_size_holds_them_in_order() -> None:
    claims = [
        deposit(1),
        requests.Deposit(ISSUER, deposit(2).kind, word(2), word(3), 1, word(4), word(5), (word(6),)),
    ]
    (read,) = _read([part(one, AT) for one in claims])
    assert [one[1] for one in read] == [word(1), word(2)]
    assert [one[6] for one in read] == [(), (word(6),)]


def test_a_gift_from_a_kept_key_carries_what_that_key_signed() -> None:
    request_ = requests.GiveFromKept(7, HOLDER, OTHER, accept_with_kept_key=True)
    gift, signed, nonce, deadline, acceptance = _read([part(request_, AT)])[0][0]
    assert (signed, acceptance) == (KEPT, KEPT)
    assert gift[3] == CASE.asked.nonce("gift") != nonce == CASE.asked.nonce("acceptance")
    assert gift[4] == deadline == 1_700_000_600


def test_a_gift_is_named_by_the_digest_of_its_intent() -> None:
    request_ = requests.GiveFromKept(7, HOLDER, OTHER)
    assert part(request_, AT).name == digest(NAMES.collectible, naming.gift(request_, CASE.asked))


def test_parts_of_one_group_go_to_one_function_of_one_contract() -> None:
    parts = [part(one, AT) for one in one_of_each()] + [
        part(one, AT) for one in chain(8, collection(), HOLDER)
    ]
    for group in {one.group for one in parts if one.group}:
        assert len({(one.to, one.signature, one.dynamic) for one in parts if one.group == group}) == 1


def test_another_operation_signs_with_another_nonce() -> None:
    assert Asked("01", 1, 1).nonce("gift") != Asked("02", 1, 1).nonce("gift")


def test_a_name_fits_what_the_contracts_log() -> None:
    mint = one_of_each()[10]
    assert isinstance(mint, requests.Mint)
    assert part(mint, AT).name == Hash32(mint.token_id.to_bytes(32, "big"))
    assert part(one_of_each()[0], AT).name == Hash32(bytes(12) + HOLDER)
