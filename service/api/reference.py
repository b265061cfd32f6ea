"""The reference of the API: the OpenAPI document for programs, and for people as a page without a script."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from service.api.document import document
from service.api.pages import shown
from service.pages.views import Call, Chapter, Parameter, ReferencePage

routes = APIRouter()


@routes.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """Give the OpenAPI document."""
    return JSONResponse(_described(request.app))


@routes.get("/docs", include_in_schema=False)
def reference(request: Request) -> Response:
    """Show the OpenAPI document to people."""
    return shown(request, page(_described(request.app)))


def _described(app: FastAPI) -> dict[str, Any]:
    """Give the document of an app, made once: it costs a tenth of a second, and anybody may ask."""
    if not hasattr(app.state, "described"):
        app.state.described = document(app)
    described: dict[str, Any] = app.state.described
    return described


def page(described: dict[str, Any]) -> ReferencePage:
    """Make the page of a document."""
    tagged = sorted(_calls(described), key=lambda one: (one[0], one[1].path, one[1].method))
    return ReferencePage(
        about=tuple(" ".join(one.split()) for one in described["info"]["description"].strip().split("\n\n")),
        chapters=tuple(
            Chapter(tag, tuple(call for _, call in group))
            for tag, group in groupby(tagged, key=lambda one: one[0])
        ),
        schemas=tuple(
            (name, json.dumps(schema, ensure_ascii=False, indent=1))
            for name, schema in sorted(described["components"]["schemas"].items())
        ),
    )


def _calls(described: dict[str, Any]) -> list[tuple[str, Call]]:
    """List the operations with their tags."""
    return [
        (
            operation["tags"][0],
            Call(
                id=operation["operationId"],
                method=method.upper(),
                path=path,
                about=operation.get("description", ""),
                scopes=tuple(operation["x-scopes"]),
                parameters=tuple(_parameter(one) for one in operation.get("parameters", [])),
                bodies=_bodies(operation),
                answers=tuple(
                    (status, said["description"]) for status, said in sorted(operation["responses"].items())
                ),
            ),
        )
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def _parameter(one: dict[str, Any]) -> Parameter:
    about = one.get("description") or one["schema"].get("description", "")
    return Parameter(one["name"], one["in"], bool(one.get("required")), _form(one["schema"]), about)


def _form(schema: dict[str, Any]) -> str:
    """Say in one line what may stand in a parameter: its type and bounds, or the values it may have."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_form(one) for one in schema["anyOf"])
    bounds = {
        name: value for name, value in schema.items() if name not in ("type", "title", "description", "items")
    }
    kind = schema.get("type", "any")
    if kind == "array":
        kind = f"{_form(schema['items'])} …"
    return " ".join([kind, *(f"{name}={value}" for name, value in bounds.items())])


def _bodies(operation: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    content = operation.get("requestBody", {}).get("content", {})
    return tuple((kind, said["schema"].get("$ref", "").rpartition("/")[2]) for kind, said in content.items())
