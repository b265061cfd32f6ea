"""The errors of the contracts, from ABI bytes to a reason in words. Reads the compiled ABIs, once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

import contracts
from indexer.china import LAST, day_begins, in_china
from indexer.keccak import keccak256
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address
from service.outbox.fields import FIELDS
from service.outbox.receipts import Receipt, Refusal
from service.outbox.sentences import DAYS, SENTENCES, TIMES
from service.outbox.states import Reason

_TEXT_ERROR = bytes.fromhex("08c379a0")  # Error(string), of a require with a text.
_PANIC = bytes.fromhex("4e487b71")
_UNREADABLE = (DecodingError, UnicodeDecodeError, OverflowError)
"""What the decoder raises of octets that a node garbled."""


@dataclass(frozen=True, slots=True)
class ErrorForm:
    """An error as an ABI declares it."""

    name: str
    kinds: tuple[str, ...]
    names: tuple[str, ...]


@cache
def error_forms() -> Mapping[bytes, ErrorForm]:
    """Every error of every contract and interface, by selector."""
    found: dict[bytes, ErrorForm] = {}
    for name in contracts.names():
        for entry in contracts.load(name).abi:
            if entry["type"] == "error":
                kinds = tuple(one["type"] for one in entry["inputs"])
                names = tuple(one["name"] or f"argument{index}" for index, one in enumerate(entry["inputs"]))
                form = ErrorForm(entry["name"], kinds, names)
                found[keccak256(f"{form.name}({','.join(kinds)})".encode())[:4]] = form
    return found


def reason_of(error: bytes | None) -> Reason:
    """Say what an error of a contract means."""
    if not error:
        return Reason(
            "reverted", "合约拒绝了它，但没有说明原因。", "The contract refused it without a reason."
        )
    if error[:4] in (_TEXT_ERROR, _PANIC):
        return _built_in(error)
    form = error_forms().get(error[:4])
    if form is None:
        return _unknown(error)
    try:
        values = decode(form.kinds, error[4:])
    except _UNREADABLE:
        return _unknown(error)
    return _said(form, dict(zip(form.names, values, strict=True)))


def reason_named(name: str, values: Mapping[str, Any]) -> Reason:
    """Say an error of a contract that was not raised yet, by its name.

    Args:
        values: its arguments; others may be among them, and are left out.

    Raises:
        LookupError: no contract has an error of this name with these arguments.
    """
    for form in error_forms().values():
        if form.name == name and set(form.names) <= set(values):
            return _said(form, {argument: values[argument] for argument in form.names})
    raise LookupError(f"no error {name} of {', '.join(values)}")


def refusals(receipt: Receipt, contract: Address) -> dict[Hash32, bytes]:
    """Give the errors of the items that a contract refused in a transaction, by what it calls them.

    A node may say anything: an error that cannot be read is given empty, as one without a reason.
    """
    found = {}
    for emitter, topics, data in receipt.logs:
        if emitter == contract and len(topics) == 2 and topics[0] == _REFUSED:
            refusal = Refusal(emitter, topics[1], _octets(data))
            found[refusal.name] = refusal.reason
    return found


def _octets(data: bytes) -> bytes:
    try:
        read: bytes = decode(("bytes",), data)[0]
    except _UNREADABLE:
        return b""
    return read


def code_of(name: str) -> str:
    """Write an error's name as a code: `HoldingPeriod` is `holding-period`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _said(form: ErrorForm, values: Mapping[str, Any]) -> Reason:
    facts = {name: _json(value) for name, value in values.items()}
    kinds = dict(zip(form.names, form.kinds, strict=True))
    shown = {name: _shown(kinds[name], name, values[name], text) for name, text in facts.items()}
    said_of_field = FIELDS.get(form.name, {}).get(facts.get("field", ""))
    sentence = said_of_field or SENTENCES.get(form.name)
    if sentence is None:
        listed = "，".join(f"{name} {text}" for name, text in shown.items())
        zh, en = (
            f"合约拒绝了它：{form.name}（{listed}）。",
            f"The contract refused it: {form.name} ({listed}).",
        )
        return Reason(code_of(form.name), zh, en, facts)
    return Reason(code_of(form.name), sentence.zh.format(**shown), sentence.en.format(**shown), facts)


def _built_in(error: bytes) -> Reason:
    kind = "string" if error[:4] == _TEXT_ERROR else "uint256"
    try:
        said = str(decode((kind,), error[4:])[0])
    except _UNREADABLE:
        return _unknown(error)
    return Reason("reverted", f"合约拒绝了它：{said}。", f"The contract refused it: {said}.", {"said": said})


def _unknown(error: bytes) -> Reason:
    return Reason(
        "error-unknown",
        "合约以本版本不认识的原因拒绝了它。",
        "The contract refused it for a reason that this version does not know.",
        {"data": as_hex(error[:1024])},
    )


def _json(value: Any) -> str:
    if isinstance(value, bytes):
        return as_hex(value)
    if isinstance(value, str) and value.startswith("0x") and len(value) == 42:
        return write_address(Address(bytes.fromhex(value[2:])))
    return str(value)


def _shown(kind: str, name: str, value: Any, text: str) -> str:
    if kind == "uint32" and name in DAYS:
        return _day(value)
    return _moment(value) if name in TIMES else text


def _day(value: int) -> str:
    if day_begins(value) > LAST:
        return str(value)
    return in_china(day_begins(value)).strftime("%Y-%m-%d")


def _moment(value: int) -> str:
    if value > LAST:
        return str(value)
    return in_china(value).strftime("%Y-%m-%d %H:%M:%S (UTC+8)")


_REFUSED = keccak256(b"Refused(bytes32,bytes)")
