"""The OpenAPI document: what the framework derives, with the problems each operation may answer. Pure.

`python -m service.api.document` prints it as `docs/openapi.json` holds it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.access.bearer import Scope
from service.api.problems import MEDIA_TYPE
from service.api.scopes import entitlements
from service.api.shapes import OperationBody, ProblemBody

PROBLEMS = {
    400: "cannot be read: nested too deep",
    401: "no key, or an unknown one",
    403: "the key's scope does not include this",
    404: "no such thing",
    409: "contradicts what is recorded or was asked before",
    413: "too large",
    422: "malformed, or against a rule",
    429: "too many requests of one key or address; Retry-After says when",
    500: "our fault; nothing was recorded",
    503: "something we depend on does not answer; try again",
}
"""The problems that operations may answer with."""
_REFS = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """Describe an app in OpenAPI 3.1; made anew at each call."""
    whole = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (ProblemBody, OperationBody):
        schemas[model.__name__] = model.model_json_schema(ref_template=_REFS)
    needed = {(one.method.lower(), one.path): one.scopes for one in entitlements(app)}
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            _complete(operation, path, method, needed[method, _as_routed(path, needed)])
    return whole


def text(app: FastAPI) -> str:
    """Write the document as the repository keeps it."""
    return json.dumps(document(app), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _as_routed(path: str, needed: dict[tuple[str, str], Any]) -> str:
    return next(routed for _, routed in needed if routed.replace(":path", "") == path)


def _complete(operation: dict[str, Any], path: str, method: str, scopes: frozenset[Scope] | None) -> None:
    responses = operation["responses"]
    for status in _problems_of(operation, path, method, scopes):
        responses[str(status)] = {
            "description": PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
    if "202" in responses:
        responses["202"] = {
            "description": "accepted, durably; follow Location",
            "headers": {"Location": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OperationBody"}}},
        }
    operation["x-scopes"] = sorted(scopes) if scopes is not None else []


def _problems_of(
    operation: dict[str, Any], path: str, method: str, scopes: frozenset[Scope] | None
) -> set[int]:
    found = {429, 500, 503}
    if scopes is not None:
        found |= {401, 403}
    names = [one["name"] for one in operation.get("parameters", [])]
    if "requestBody" in operation:
        found |= {400}
    if "requestBody" in operation or any(name.endswith("_id") or "{" + name in path for name in names):
        found |= {404}
    if method != "get":
        found |= {409, 413, 422}
    if operation.get("parameters"):
        found |= {422}
    return found


def _main() -> None:
    from service.api.app import make_app
    from service.installation import Installation
    from service.settings import read_settings

    print(text(make_app(Installation(read_settings({}, Path())))), end="")


if __name__ == "__main__":
    _main()
