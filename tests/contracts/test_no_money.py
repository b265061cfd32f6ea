"""Domain rule 1: nothing here can hold, name or pass on money. Every ABI is read, and every instruction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from contracts import Artifact, load, names
from indexer.keccak import keccak256

MONEY_WORDS = (
    "allowance amount auction bid bids bought buy buyer cash coin commission cost currency decimals "
    "dividend escrow fee fees fraction fractional fractions fund funds interest invoice lender "
    "liquidity listing market marketplace offer paid pay payable payee payer payment payments payout "
    "pledge pool price prices purchase refund rent rental reward royalties royalty sale sales sell "
    "seller share shares sold stake swap tip treasury vault wager yield "
)
MONEY = frozenset(MONEY_WORDS.split())
STANDARDS = {
    # Signatures of functions that make a token a means of payment or a thing to trade.
    "ERC-20": ("transfer(address,uint256)", "allowance(address,address)", "totalSupply()", "decimals()"),
    "ERC-777": ("send(address,uint256,bytes)", "operatorSend(address,address,uint256,bytes,bytes)"),
    "ERC-1155": ("safeTransferFrom(address,address,uint256,uint256,bytes)", "balanceOf(address,uint256)"),
    "ERC-2612": ("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",),
    "ERC-2981": ("royaltyInfo(uint256,uint256)",),
    "ERC-4626": ("redeem(uint256,address,address)", "convertToAssets(uint256)"),
    "ERC-4494": ("permit(address,uint256,uint256,bytes)",),
}
OPERATORS = {"approve", "setApprovalForAll"}
"""ERC-721 has them; contracts/test/Giving.t.sol and Assigning.t.sol show that they always revert."""
TOKENS = {"Collectible", "RightsRegistry"}
INVALID = 0xFE
MUST_NOT_RUN = {0x31: "BALANCE", 0x47: "SELFBALANCE", 0xF0: "CREATE", 0xF2: "CALLCODE", 0xF4: "DELEGATECALL",
                0xF5: "CREATE2", 0xFF: "SELFDESTRUCT"}  # fmt: skip


MEANT_OTHERWISE = {
    "Grants": {"offer"},  # a licence that is offered, without a word about what it costs
    "IGrants": {"offer"},
}


def findings(abi: list[dict[str, Any]]) -> list[str]:
    """Name what is financial in an ABI."""
    return [
        *(f"{entry.get('name', entry['type'])} takes money" for entry in abi if takes_money(entry)),
        *(f"{name}: {word}" for name in identifiers(abi) for word in words(name) if word in MONEY),
        *(f"{signature(entry)} is of {standard}" for entry, standard in standard_functions(abi)),
    ]


def takes_money(entry: dict[str, Any]) -> bool:
    return (
        entry["type"] == "receive"
        or entry.get("stateMutability") == "payable"
        or entry.get("payable") is True
    )


def identifiers(abi: list[dict[str, Any]]) -> Iterator[str]:
    """Go through every name in an ABI: functions, events, errors, arguments, fields of structs and their types."""
    for entry in abi:
        yield entry.get("name", "")
        for part in (*entry.get("inputs", ()), *entry.get("outputs", ()), *entry.get("components", ())):
            yield from identifiers([part])
        yield from re.findall(r"\w+", entry.get("internalType", ""))


def words(name: str) -> list[str]:
    """Cut a name in camelCase, snake_case or CAPITALS into its words."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def standard_functions(abi: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    for entry in abi:
        if entry["type"] == "function":
            yield from ((entry, standard) for standard, some in STANDARDS.items() if signature(entry) in some)


def signature(entry: dict[str, Any]) -> str:
    return f"{entry['name']}({','.join(one['type'] for one in entry['inputs'])})"


def instructions(runtime: bytes) -> list[int]:
    """List the instructions of a contract. The compiler's constants and trailer follow the first INVALID."""
    found, at = [], 0
    while at < len(runtime) and runtime[at] != INVALID:
        found.append(runtime[at])
        at += 1 + (runtime[at] - 0x5F if 0x60 <= runtime[at] <= 0x7F else 0)
    assert len(runtime) - at < 100, "more than constants and a trailer after the code"
    return found


def deployable() -> list[Artifact]:
    return [artifact for artifact in map(load, names()) if artifact.runtime]


def test_all_ten_contracts_are_read():
    assert {artifact.name for artifact in deployable()} == {
        "Collectible", "Collections", "Consents", "Governance", "Grants", "IdentityRegistry", "Orders",
        "ProvenanceLedger", "RightsRegistry", "WorkRegistry",
    }  # fmt: skip


@pytest.mark.parametrize("name", names())
def test_nothing_in_an_abi_is_financial(name):
    allowed = MEANT_OTHERWISE.get(name, set())
    assert [one for one in findings(load(name).abi) if one.rpartition(": ")[2] not in allowed] == []


@pytest.mark.parametrize("name", MEANT_OTHERWISE)
def test_a_word_that_is_meant_otherwise_is_still_there(name):
    found = {one.rpartition(": ")[2] for one in findings(load(name).abi)}
    assert found == MEANT_OTHERWISE[name]


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "receive", "stateMutability": "payable"},
        {"type": "fallback", "stateMutability": "payable"},
        {"type": "constructor", "inputs": [], "stateMutability": "payable"},
        {"type": "function", "name": "mint", "inputs": [], "outputs": [], "stateMutability": "payable"},
        {"type": "function", "name": "listingOf", "inputs": [], "outputs": [], "stateMutability": "view"},
        {"type": "function", "name": "x", "inputs": [{"name": "askPrice", "type": "uint256"}], "outputs": []},
        {"type": "function", "name": "x", "inputs": [], "outputs": [{"name": "ROYALTY_BPS", "type": "uint16"}]},
        {"type": "event", "name": "Sold", "inputs": []},
        {"type": "error", "name": "FeeTooLow", "inputs": []},
        {
            "type": "function",
            "name": "x",
            "outputs": [],
            "inputs": [{"name": "y", "type": "tuple", "components": [{"name": "seller", "type": "address"}]}],
        },
        {"type": "error", "name": "x", "inputs": [{"name": "y", "type": "uint8", "internalType": "enum Auction"}]},
        {
            "type": "function",
            "name": "transfer",
            "outputs": [],
            "inputs": [{"name": "to", "type": "address"}, {"name": "value", "type": "uint256"}],
        },
        {
            "type": "function",
            "name": "royaltyInfo",
            "outputs": [],
            "inputs": [{"name": "a", "type": "uint256"}, {"name": "b", "type": "uint256"}],
        },
    ],
    ids=lambda entry: entry.get("name", entry["type"]),
)  # fmt: skip
def test_a_financial_entry_is_found(entry):
    assert findings([*load("Collectible").abi, entry]) != []


@pytest.mark.parametrize("artifact", deployable(), ids=lambda artifact: artifact.name)
def test_no_contract_can_look_at_a_balance_or_run_foreign_code(artifact):
    found = instructions(artifact.runtime)
    assert len(found) > 1_000
    assert {MUST_NOT_RUN[one] for one in found if one in MUST_NOT_RUN} == set()


def test_an_instruction_that_must_not_run_is_found():
    pushed_only, run = bytes.fromhex("60ff00fe47"), bytes.fromhex("600047fe")
    assert not MUST_NOT_RUN.keys() & set(instructions(pushed_only))
    assert MUST_NOT_RUN.keys() & set(instructions(run)) == {0x47}


@pytest.mark.parametrize("artifact", deployable(), ids=lambda artifact: artifact.name)
def test_only_tokens_have_operators_and_only_by_name(artifact):
    found = {entry["name"] for entry in artifact.abi if entry["type"] == "function"} & OPERATORS
    assert found == (OPERATORS if artifact.name in TOKENS else set())


def test_no_selector_of_a_payment_standard_is_in_the_code():
    selectors = {keccak256(one.encode())[:4]: one for some in STANDARDS.values() for one in some}
    for artifact in deployable():
        assert [text for selector, text in selectors.items() if b"\x63" + selector in artifact.runtime] == []
