"""The contracts' errors in words."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from eth_abi.abi import encode

from indexer.keccak import keccak256
from indexer.values import Address, Hash32
from service.outbox.decoding import code_of, error_forms, reason_named, reason_of, refusals
from service.outbox.fields import FIELDS
from service.outbox.receipts import Receipt
from service.outbox.sentences import SENTENCES, TIMES

OURS = Address(b"\xc0" * 20)
BORROWED = re.compile(
    r"^(ERC721|Panic|Error|ECDSA|InvalidShortString|StringTooLong|SafeCast|Strings|Reentrancy)"
)
CONTRACTS = Path(__file__).parents[3] / "contracts"
REVERTED = re.compile(r'revert (?:\w+\.)?(\w+)\((?:\w+, )?"(\w+)"\)')
CHOSEN = re.compile(r'\bfield = "(\w+)"')
HELD = keccak256(b"TokenHeld(uint256,bytes32,uint64)")[:4] + encode(
    ("uint256", "bytes32", "uint64"), (7, bytes(32), 1_767_225_600)
)


def test_every_error_of_the_contracts_has_its_sentences() -> None:
    ours = {form.name for form in error_forms().values() if not BORROWED.match(form.name)}
    assert len(ours) > 60
    assert ours - set(SENTENCES) == set()


def test_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) - {form.name for form in error_forms().values()} == set()


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_sentences_name_only_arguments_that_the_error_has(name: str) -> None:
    having = [set(form.names) for form in error_forms().values() if form.name == name]
    for text in SENTENCES[name]:
        asked = {field for _, field, _, _ in Formatter().parse(text) if field}
        assert all(asked <= names for names in having)


def fields_of_the_contracts() -> set[tuple[str, str]]:
    """Every field that a contract names in an error, as its source has it; one is chosen before it is named."""
    found = set()
    for path in (*CONTRACTS.glob("*.sol"), *CONTRACTS.glob("rights/*.sol")):
        source = path.read_text(encoding="utf-8")
        found |= {(name, field) for name, field in REVERTED.findall(source)}
        found |= {("ScopeMalformed", field) for field in CHOSEN.findall(source)}
    return found


def test_every_field_that_a_contract_refuses_has_its_own_sentences_and_no_other_has() -> None:
    there = {(name, field) for name, fields in FIELDS.items() for field in fields}
    assert len(there) > 50
    assert there == fields_of_the_contracts()


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_what_is_said_of_a_field_is_no_word_of_code(name: str) -> None:
    [form] = (form for form in error_forms().values() if form.name == name)
    for field, sentence in FIELDS[name].items():
        values = {"field": field, "estateId": 7, "account": "0x" + "ab" * 20}
        reason = reason_named(name, values)
        assert set(form.names) <= set(values)
        assert reason.facts["field"] == field, "programs read it all the same"
        assert reason.code == code_of(name)
        assert not re.search(r"[a-z]+[A-Z]|[{}]", reason.zh + reason.en)
        assert not re.search(rf"[A-Za-z]*{field}", reason.zh)
        assert sentence.zh.endswith("。")
        assert sentence.en.endswith(".")


def test_a_term_that_is_over_is_said_to_be_and_a_field_of_other_contracts_is_named() -> None:
    over = reason_named("OfferMalformed", {"field": "until"})
    assert (over.zh, over.en) == ("许可的截止日已过。", "The last day of the grant is over.")
    other = reason_named("OfferMalformed", {"field": "colour"})
    assert other.zh == "许可的 colour 不合规则。"


def test_times_are_those_of_the_contracts() -> None:
    used = {argument for form in error_forms().values() for argument in form.names}
    assert used >= TIMES


def test_an_error_is_a_sentence_with_its_facts() -> None:
    reason = reason_of(HELD)
    assert (reason.code, reason.zh) == ("token-held", "该藏品限制转赠至 2026-01-01 08:00:00 (UTC+8)。")
    assert reason.en == "Gifts of this collectible are restricted until 2026-01-01 08:00:00 (UTC+8)."
    assert reason.facts["until"] == "1767225600"


def test_an_account_is_written_with_its_checksum() -> None:
    data = keccak256(b"AccountUnknown(address)")[:4] + encode(("address",), (b"\xab" * 20,))
    assert "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB" in reason_of(data).zh


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "reverted"),
        (b"", "reverted"),
        (bytes.fromhex("08c379a0") + encode(("string",), ("no",)), "reverted"),
        (bytes.fromhex("4e487b71") + encode(("uint256",), (17,)), "reverted"),
        (b"\x01\x02\x03\x04", "error-unknown"),
        (HELD[:20], "error-unknown"),
        (bytes.fromhex("08c379a0") + bytes(31) + b"\x20" + b"\xff" * 32, "error-unknown"),
        (bytes.fromhex("08c379a0") + encode(("bytes",), (b"\xff",)), "error-unknown"),
        (b"\x08\xc3\x79\xa0\x01", "error-unknown"),
    ],
)
def test_what_cannot_be_read_is_still_a_reason(data: bytes | None, code: str) -> None:
    reason = reason_of(data)
    assert reason.code == code
    assert reason.zh
    assert reason.en


@pytest.mark.parametrize("until", [253_402_271_999, 253_402_300_799, (1 << 64) - 1])
def test_a_time_beyond_the_calendar_is_still_a_reason(until: int) -> None:
    data = HELD[:4] + encode(("uint256", "bytes32", "uint64"), (7, bytes(32), until))
    assert reason_of(data).facts["until"] == str(until)


def test_codes_are_the_names_of_the_errors() -> None:
    assert code_of("GiftsPerDayReached") == "gifts-per-day-reached"
    assert code_of("ERC7943CannotReceive") == "erc7943-cannot-receive"


def test_only_the_contract_that_was_called_refuses_items() -> None:
    topic, name = keccak256(b"Refused(bytes32,bytes)"), Hash32(b"\x07" * 32)
    log = ((topic, name), encode(("bytes",), (HELD,)))
    receipt = Receipt(
        1,
        Hash32(bytes(32)),
        True,
        ((OURS, *log), (Address(b"\xc1" * 20), (topic, Hash32(bytes(32))), log[1])),
    )
    assert refusals(receipt, OURS) == {name: HELD}


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(31) + b"\x20" + b"\xff" * 32])
def test_an_error_that_a_node_garbled_is_one_without_a_reason(data: bytes) -> None:
    name = Hash32(b"\x07" * 32)
    receipt = Receipt(1, name, True, ((OURS, (keccak256(b"Refused(bytes32,bytes)"), name), data),))
    assert refusals(receipt, OURS) == {name: b""}
    assert reason_of(refusals(receipt, OURS)[name]).code == "reverted"
