"""The acts in Python are the acts of the compiled contracts."""

from __future__ import annotations

from typing import Any

import pytest

import contracts
from indexer.events import (
    ACTS,
    SELECTORS,
    Policy,
    Sources,
    UnknownAct,
    decode,
    edition_of,
    selector,
    token_id,
)
from indexer.keccak import keccak256
from indexer.record import Record, subject
from indexer.values import Address, Hash32
from indexer.words import layout, selector_text, solidity_type, words

INTERFACES = {
    "ledger": "IProvenanceLedger",
    "governance": "IGovernance",
    "orders": "IOrders",
    "identities": "IIdentityRegistry",
    "works": "IWorkRegistry",
    "collections": "ICollections",
    "collectible": "ICollectible",
    "consents": "IConsents",
    "rights": "IRightsRegistry",
    "grants": "IGrants",
}
NOT_ACTS = {"Recorded", "Refused"}
SOURCES = Sources(*(Address(bytes([n]) * 20) for n in range(1, 11)))


def abi_type(item: dict[str, Any]) -> str:
    if item["type"] == "tuple":
        return "(" + ",".join(abi_type(part) for part in item["components"]) + ")"
    return str(item["type"])


def declared() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Every act of the interfaces: (source, name) → (argument, type) in order."""
    return {
        (source, item["name"]): [(argument["name"], abi_type(argument)) for argument in item["inputs"]]
        for source, interface in INTERFACES.items()
        for item in contracts.load(interface).abi
        if item["type"] == "event" and item["name"] not in NOT_ACTS
    }


def snake(name: str) -> str:
    text = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
    return "from_" if text == "from" else text


def test_every_act_of_the_interfaces_is_known_and_no_other() -> None:
    known = {(act.SOURCE, act.__name__) for act in ACTS.values()}
    assert known == set(declared())
    assert len(known) == 56


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.__name__)
def test_an_act_has_the_arguments_of_its_event_in_order(act: Any) -> None:
    ours = [(name, solidity_type(annotation)) for name, annotation in layout(act)]
    assert ours == [(snake(name), kind) for name, kind in declared()[act.SOURCE, act.__name__]]
    assert SELECTORS[act] == selector(act) == keccak256(selector_text(act.__name__, act).encode())


def test_acts_are_not_indexed_so_that_their_words_are_whole() -> None:
    for interface in INTERFACES.values():
        for item in contracts.load(interface).abi:
            if item["type"] == "event" and item["name"] not in NOT_ACTS:
                assert not any(argument["indexed"] for argument in item["inputs"]), item["name"]


def test_a_selector_nobody_declared_is_kept_raw() -> None:
    record = Record(0, SOURCES.works, Hash32(b"\xee" * 32), b"whatever", Hash32(bytes(32)), (), 1, 1)
    assert decode(record) == UnknownAct(record.act, record.data)


def test_the_standing_and_the_deeds_of_an_account_are_two_subjects() -> None:
    account = Address(b"\xaa" * 20)
    assert SOURCES.account(account) == subject(SOURCES.identities, Hash32(bytes(12) + account))
    assert SOURCES.party(account) == subject(SOURCES.identities, Hash32(bytes(11) + b"\1" + account))


def test_the_subjects_of_rights_are_named_as_the_contracts_name_them() -> None:
    work, who = Hash32(b"\xbb" * 32), Address(b"\xaa" * 20)
    assert SOURCES.estate(5) == subject(SOURCES.rights, Hash32(words(5)))
    assert SOURCES.rights_of(work) == subject(SOURCES.rights, work)
    assert SOURCES.grant(work) == subject(SOURCES.grants, work)
    assert SOURCES.consent(work, who) == subject(SOURCES.consents, keccak256(work + bytes(12) + who))
    taken_back = keccak256(work + bytes(12) + who + words(1))
    assert SOURCES.withdrawal(work, who) == subject(SOURCES.consents, taken_back)


def test_a_token_is_named_by_its_edition_and_serial() -> None:
    assert edition_of(token_id(2**128 - 1, 7)) == (2**128 - 1, 7)


def test_a_policy_is_hashed_as_seven_words() -> None:
    assert Policy(1, 2, 3, True, 4, 5, 6).digest() == keccak256(words(1, 2, 3, 1, 4, 5, 6))
