"""JSON from strangers."""

from __future__ import annotations

import json
import time

import pytest

from indexer.errors import BundleError
from indexer.evidence.strict import MOST_DEPTH, SAFE_INTEGER, Node, canonical, parse


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nul",
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":2}',
        "1.0",
        "1e3",
        "-0",
        "NaN",
        "Infinity",
        "-Infinity",
        str(SAFE_INTEGER + 1),
        "9" * 5000,
        '"\\ud800"',
        '{"\\udc00":1}',
        '"a\nb"',
        "[1,]",
        "[1] 2",
        "\ufeff1",
        b'"\xff"',
        "'a'",
        "// a\n1",
    ],
    ids=range(22),
)
def test_what_two_readers_could_take_differently_is_refused(text: str | bytes):
    with pytest.raises(BundleError):
        parse(text, 10_000)


@pytest.mark.parametrize(
    "text", ['{"a":[1,"b",null,true]}', " 1 ", '"\\ud83d\\ude00"', str(-SAFE_INTEGER), '"[[[["']
)
def test_plain_json_is_read(text: str):
    assert parse(text, 10_000) == json.loads(text)


def test_size_and_depth_have_limits():
    assert parse("[" * MOST_DEPTH + "]" * MOST_DEPTH, 1000) is not None
    with pytest.raises(BundleError, match="deeper"):
        parse("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1), 1000)
    with pytest.raises(BundleError, match="at most 10"):
        parse("1" * 11, 10)


def test_a_hostile_document_costs_little_time():
    start = time.monotonic()
    texts = ("[" * 1_000_000, '"' + "\\" * 999_999, '"' + '\\"' * 499_999, '{"a":' * 200_000, '"' * 999_999)
    for text in (*texts, "[[]," * 250_000):
        with pytest.raises(BundleError):
            parse(text, 1 << 20)
    assert time.monotonic() - start < 5


def test_the_canonical_form_is_that_of_rfc_8785():
    value = {"b": 1, "a": "\u20ac$\u000f\nA'B\"\\", "\U0001f600": None, "\ufb33": True}
    expected = '{"a":"€$\\u000f\\nA\'B\\"\\\\","b":1,"\U0001f600":null,"\ufb33":true}'
    assert canonical(value).decode() == expected


def test_a_fault_names_its_place():
    node = Node({"a/b": [{"c~d": 5}]})
    inner = node.fields(["a/b"])["a/b"].members(1)[0].fields(["c~d"])["c~d"]
    with pytest.raises(BundleError) as caught:
        inner.text(5)
    assert caught.value.place == "/a~1b/0/c~0d"


@pytest.mark.parametrize(
    ("value", "take"),
    [
        (True, lambda node: node.integer()),
        (-1, lambda node: node.integer()),
        ("1", lambda node: node.integer()),
        (1, lambda node: node.flag()),
        (1, lambda node: node.text(5)),
        ("123456", lambda node: node.text(5)),
        ([1, 2], lambda node: node.members(1)),
        ({}, lambda node: node.members(1)),
        ([], lambda node: node.fields([])),
        ({"a": 1}, lambda node: node.fields([])),
        ({}, lambda node: node.fields(["a"])),
        ({"a": 1, "b": 2}, lambda node: node.entries(1)),
        ("c", lambda node: node.one_of(("a", "b"))),
        (None, lambda node: node.one_of(("a", "b"))),
        ("0x" + "0" * 66, lambda node: node.hash()),
        ("0x0000", lambda node: node.octets(1)),
        ("11", lambda node: node.uint(10)),
    ],
    ids=range(17),
)
def test_another_shape_is_refused(value: object, take):
    with pytest.raises(BundleError):
        take(Node(value))


def test_null_is_none_where_it_may_be():
    assert Node(None).optional(Node.hash) is None
    with pytest.raises(BundleError):
        Node(5).optional(Node.hash)
