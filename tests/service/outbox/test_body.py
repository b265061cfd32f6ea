"""Requests as JSON: written in one form, read strictly."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from service.errors import BadInput
from service.outbox import body
from service.outbox.requests import KINDS, Request, WithdrawOrder
from tests.service.outbox.samples import attachment, deposit, one_of_each

EVERY = pytest.mark.parametrize("request_", one_of_each(), ids=lambda one: one.KIND)


def test_there_is_a_sample_of_every_kind() -> None:
    assert {one.KIND for one in one_of_each()} == set(KINDS)


@EVERY
def test_a_request_is_read_back_as_it_was(request_: Request) -> None:
    back = body.from_json(json.loads(body.canonical(request_)))
    assert body.canonical(back) == body.canonical(request_)
    assert type(back) is type(request_)
    for one in fields(request_):
        if one.name != "attachments":
            assert getattr(back, one.name) == getattr(request_, one.name)


@EVERY
def test_numbers_are_text(request_: Request) -> None:
    def walk(value: Any) -> None:
        assert value is None or isinstance(value, (dict, list, str, bool))
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(one)

    walk(body.to_json(request_))


@EVERY
def test_a_field_too_many_is_refused(request_: Request) -> None:
    with pytest.raises(BadInput) as caught:
        body.from_json(body.to_json(request_) | {"price": "1"})
    assert caught.value.facts["field"] == "/price"


@EVERY
def test_every_field_that_must_be_there_is_missed(request_: Request) -> None:
    written = body.to_json(request_)
    missed = 0
    for name in written:
        rest = {other: value for other, value in written.items() if other != name}
        try:
            body.from_json(rest)
        except BadInput:
            missed += 1
    assert missed >= 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("registrant", "0x0101010101010101010101010101010101010101 "),
        ("registrant", "0x52908400098527886e0f7030069857D2E4169EE7"),
        ("file_digest", "0x" + "AB" * 32),
        ("file_digest", "ab" * 32),
        ("acknowledged_claims", 1),
        ("acknowledged_claims", "01"),
        ("acknowledged_claims", "-1"),
        ("kind", "nft"),
        ("kind", 3),
        ("anchor_proof", "0x"),
        ("attachments", {}),
    ],
)
def test_a_value_of_another_form_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        body.from_json(body.to_json(deposit(1)) | {name: value})
    assert caught.value.facts["field"].startswith(f"/{name}")


def test_a_request_of_no_known_kind_is_refused() -> None:
    for given in ({}, {"request": "sell"}, {"request": None}):
        with pytest.raises(BadInput):
            body.from_json(given)


def test_where_a_file_waits_is_no_part_of_what_is_asked() -> None:
    here = attachment(b"x")
    there = replace(here, content=None, path="inbox/1")
    assert body.canonical(deposit(1, here)) == body.canonical(deposit(1, there))
    assert body.canonical(deposit(1, here)) != body.canonical(deposit(1, attachment(b"y")))


def test_a_withdrawal_from_before_its_time_was_written_down_is_still_read() -> None:
    [withdrawal] = [one for one in one_of_each() if isinstance(one, WithdrawOrder)]
    value = body.to_json(withdrawal)
    del value["since"]
    assert body.from_json(value) == replace(withdrawal, since=0)
