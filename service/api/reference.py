"""The reference of the API as a page: made from the OpenAPI document, without a script."""

from __future__ import annotations

import json
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, StrictUndefined, Template

from service.api.border import language_of
from service.api.document import document
from service.pages import assets
from service.pages.language import TAGS
from service.pages.render import HEADERS

routes = APIRouter()
_WORDS = {
    "zh": ("钤印 接口说明", "所需密钥：", "无，人人可用"),
    "en": ("Qianyin API", "key needed:", "none, anybody may"),
}


class Shown(NamedTuple):
    """One operation as the page shows it."""

    tag: str
    id: str
    method: str
    path: str
    about: str
    scopes: list[str]
    parameters: list[tuple[str, str, bool, str]]
    bodies: list[tuple[str, str]]
    answers: list[str]


@routes.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """Give the OpenAPI document."""
    return JSONResponse(document(request.app))


@routes.get("/docs", include_in_schema=False)
def reference(request: Request) -> Response:
    """Show the OpenAPI document to people."""
    return HTMLResponse(page(document(request.app), language_of(request)), headers=HEADERS)


def page(described: dict[str, Any], language: str) -> str:
    """Write the page in a language; what the document says is in English."""
    title, key_word, no_key = _WORDS[language]
    shown = sorted(_operations(described), key=lambda one: (one.tag, one.path, one.method))
    sections = [(tag, list(group)) for tag, group in groupby(shown, key=lambda one: one.tag)]
    schemas = described["components"]["schemas"]
    files = assets.load()
    return _template().render(
        tag=TAGS["en" if language == "en" else "zh"],
        title=title,
        key_word=key_word,
        no_key=no_key,
        about=described["info"]["description"].strip().split("\n\n"),
        sections=sections,
        schemas=[
            (name, json.dumps(schema, ensure_ascii=False, indent=1)) for name, schema in schemas.items()
        ],
        style=files.url("qianyin.css"),
        fonts=files.font_sheet,
        mark=files.url("mark.svg"),
    )


def _operations(described: dict[str, Any]) -> list[Shown]:
    return [
        Shown(
            tag=operation["tags"][0],
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            about=operation.get("description", ""),
            scopes=operation["x-scopes"],
            parameters=[_parameter(one) for one in operation.get("parameters", [])],
            bodies=_bodies(operation),
            answers=[f"{status} {said['description']}" for status, said in operation["responses"].items()],
        )
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def _parameter(one: dict[str, Any]) -> tuple[str, str, bool, str]:
    schema = {name: value for name, value in one["schema"].items() if name != "title"}
    return one["name"], one["in"], bool(one.get("required")), json.dumps(schema, ensure_ascii=False)


def _bodies(operation: dict[str, Any]) -> list[tuple[str, str]]:
    content = operation.get("requestBody", {}).get("content", {})
    return [(kind, said["schema"].get("$ref", "").rpartition("/")[2]) for kind, said in content.items()]


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(Path(__file__).with_name("reference.html").read_text(encoding="utf-8"))
