"""Every field of every operation: at its limit it is taken, one over it is named as the fault, in both languages.

Fields and limits are read off the OpenAPI document, so a new field is tried without a new test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from service.access.bearer import Scope
from service.api.app import make_app
from service.api.document import document
from service.api.faults import UNKNOWN
from service.api.shapes import WRITTEN
from service.installation import Installation
from service.settings import read_settings
from tests.service.api.premises import Premises
from tests.service.api.test_scopes import address_of

pytestmark = pytest.mark.node

DOCUMENT = document(make_app(Installation(read_settings({}, Path()))))
SCHEMAS = DOCUMENT["components"]["schemas"]
BY_PATTERN = {
    r"^0x[0-9a-f]{64}$": "0x" + "1" * 64,
    r"^0x[0-9a-fA-F]{40}$": "0x" + "1" * 40,
    r"^(0|[1-9][0-9]{0,77})$": "1",
    r"^0x([0-9a-f]{2}){0,2048}$": "0x",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": "a",
    r"^[\x21-\x7e]+$": "a",
    r"^[A-Za-z0-9*_ -]+$": "a",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2027-01-01",
    r"^[0-9Xx -]*$": "9787020002207",
    WRITTEN: "x",
}
OVER_PATTERN = {
    r"^0x[0-9a-f]{64}$": ("0x" + "f" * 64, "0x" + "f" * 65),
    r"^0x[0-9a-fA-F]{40}$": ("0x" + "F" * 40, "0x" + "f" * 41),
    r"^(0|[1-9][0-9]{0,77})$": (str(2**256 - 1), str(2**256)),
    r"^0x([0-9a-f]{2}){0,2048}$": ("0x" + "00" * 2048, "0x" + "00" * 2049),
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": ("a" * 64, "a" * 65),
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": ("9999-12-31", "10000-01-01"),
}
LONGEST_TEXT = 20_000
"""Of any text in a body that has no limit of its own."""


class Field(NamedTuple):
    """One field of an operation: of a body (`at` begins with `body`) or of a query."""

    method: str
    path: str
    at: tuple[str, ...]
    schema: dict[str, Any]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and take what is not null of a choice."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
        else:
            schema = next(one for one in schema["anyOf"] if one != {"type": "null"})
    return schema


def example(schema: dict[str, Any]) -> Any:
    """Give something that fits."""
    schema = resolved(schema)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return {name: example(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [example(schema["items"])] * schema.get("minItems", 0)
        case "integer":
            return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", -1) + 1)
        case "boolean":
            return True
        case _:
            return BY_PATTERN[schema["pattern"]] if "pattern" in schema else "x" * schema.get("minLength", 1)


def edges(schema: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Give pairs: at the limit, one over."""
    schema = resolved(schema)
    match schema.get("type"):
        case "string" if "enum" not in schema and "const" not in schema:
            yield from _edges_of_text(schema)
        case "integer":
            yield from _edges_of_number(schema)
        case "array":
            item = example(schema["items"])
            if "maxItems" in schema:
                yield [item] * schema["maxItems"], [item] * (schema["maxItems"] + 1)
            if "minItems" in schema:
                yield [item] * schema["minItems"], [item] * (schema["minItems"] - 1)
        case "object" if "maxProperties" in schema:
            most = schema["maxProperties"]
            yield {f"f{n}": "x" for n in range(most)}, {f"f{n}": "x" for n in range(most + 1)}


def _edges_of_text(schema: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    if schema.get("pattern") in OVER_PATTERN:
        yield OVER_PATTERN[schema["pattern"]]
    elif "maxLength" in schema or "pattern" not in schema:
        most = schema.get("maxLength", LONGEST_TEXT)
        yield "x" * most, "x" * (most + 1)
    if schema.get("pattern") == WRITTEN:
        yield "\x01", "\0"
    if schema.get("minLength"):
        yield "x" * schema["minLength"], "x" * (schema["minLength"] - 1)


def _edges_of_number(schema: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    for name, at, over in (
        ("minimum", 0, -1),
        ("exclusiveMinimum", 1, 0),
        ("maximum", 0, 1),
        ("exclusiveMaximum", -1, 0),
    ):
        if name in schema:
            yield schema[name] + at, schema[name] + over


def fields() -> Iterator[Field]:
    """List every field of every JSON body and query."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None and "$ref" in content["schema"]:
                for at, schema in _within(content["schema"], ("body",)):
                    yield Field(method, path, at, schema)
            for one in operation.get("parameters", ()):
                if one["in"] == "query":
                    yield Field(method, path, ("query", one["name"]), one["schema"])


def _within(schema: dict[str, Any], at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for name, inner in resolved(schema).get("properties", {}).items():
        yield (*at, name), inner
        yield from _within(inner, (*at, name))


FIELDS = list(fields())
PATTERNS = {resolved(one.schema)["pattern"] for one in FIELDS if "pattern" in resolved(one.schema)}


def test_there_are_fields_and_each_pattern_is_known() -> None:
    assert len([one for one in FIELDS if one.at[0] == "body"]) >= 80
    assert len([one for one in FIELDS if one.at[0] == "query"]) >= 40
    assert sum(1 for one in FIELDS for _ in edges(one.schema)) >= 150
    assert BY_PATTERN.keys() >= PATTERNS
    for pattern, fits in BY_PATTERN.items():
        assert re.search(pattern, fits)


@pytest.mark.parametrize("one", FIELDS, ids=lambda one: f"{one.method} {one.path} {'/'.join(one.at)}")
def test_a_field_is_taken_at_its_limit_and_named_one_over(house: Premises, one: Field) -> None:
    for at, over in edges(one.schema):
        assert "/".join(one.at) not in _faults(house, one, at), at
        if over == [] and one.at[0] == "query":
            continue  # a list of nothing is not said in a query at all
        answered = _faults(house, one, over)
        assert "/".join(one.at) in answered, over
        zh, en = answered["/".join(one.at)]
        assert zh != UNKNOWN
        assert re.search(r"[\u4e00-\u9fff]", zh)
        assert en


@pytest.mark.parametrize("one", FIELDS, ids=lambda one: f"{one.method} {one.path} {'/'.join(one.at)}")
def test_a_field_of_another_kind_is_named_in_both_languages(house: Premises, one: Field) -> None:
    seen = 0
    for wrong in (None, "\x00", 10**40, 1.5, True, [None], {"a": {}}):
        if one.at[0] == "query" and not isinstance(wrong, str | int | float):
            continue
        for place, (zh, _) in _faults(house, one, wrong).items():
            seen += place.startswith("/".join(one.at))
            assert zh != UNKNOWN, (place, wrong)
    assert seen or resolved(one.schema).get("type") in ("string", "array"), "words fit wherever text does"


def test_what_is_no_json_or_of_another_shape_is_named_in_both_languages(house: Premises) -> None:
    issuer = house.caller(Scope.ISSUER).http
    for content in (
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"",
        b"\xff",
        b'{"title": "\\ud800"}',
        b'{"title":1e999}',
    ):
        answer = issuer.post("/v1/collections", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), content
        for fault in answer.json().get("facts", {}).get("faults", ()):
            assert fault["zh"] != UNKNOWN, (content, fault)


def test_the_description_of_a_work_is_named_by_its_places_too(house: Premises) -> None:
    work = {"kind": "coin", "facts": {"title": 5}, "price": 1}
    answer = house.caller(Scope.ISSUER).http.post(
        "/v1/works", data={"work": json.dumps(work)}, headers={"Idempotency-Key": "k"}
    )
    faults = {one["at"]: one for one in answer.json()["facts"]["faults"]}
    assert faults.keys() == {"body/work/kind", "body/work/facts/title", "body/work/price"}
    assert all(one["zh"] not in ("", UNKNOWN) for one in faults.values())
    words = house.caller(Scope.ISSUER).http.post("/v1/works", data={"work": "{}", "file": "words"})
    assert {one["at"]: one["zh"] for one in words.json()["facts"]["faults"]}["body/file"] == "应为文件。"


def _faults(house: Premises, one: Field, value: Any) -> dict[str, tuple[str, str]]:
    """Send a request with this value there, and without its idempotency key; give what is said of its places."""
    caller = house.caller(_entitled(one)).http
    if one.at[0] == "query":
        required = {
            parameter["name"]: example(parameter["schema"])
            for parameter in DOCUMENT["paths"][one.path][one.method]["parameters"]
            if parameter["in"] == "query" and parameter.get("required")
        }
        answer = caller.get(address_of(one.path), params={**required, one.at[1]: value})
    else:
        content = DOCUMENT["paths"][one.path][one.method]["requestBody"]["content"]["application/json"]
        answer = caller.post(address_of(one.path), json=_placed(content["schema"], one.at[1:], value))
    assert answer.status_code < 500, answer.text
    if answer.status_code != 422:
        return {}
    faults = answer.json().get("facts", {}).get("faults", ())
    return {fault["at"]: (fault["zh"], fault["en"]) for fault in faults}


def _placed(schema: dict[str, Any], at: tuple[str, ...], value: Any) -> Any:
    body, inner = example(schema), schema
    spot = body
    for name in at[:-1]:
        inner = resolved(inner)["properties"][name]
        spot = spot.setdefault(name, example(inner))
    spot[at[-1]] = value
    return body


def _entitled(one: Field) -> Scope | None:
    scopes = DOCUMENT["paths"][one.path][one.method]["x-scopes"]
    return Scope(scopes[0]) if scopes else None
