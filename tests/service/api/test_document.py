"""The OpenAPI document: committed as the app describes itself, and shown to people without anybody's script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from service.api.app import make_app
from service.api.collections import CapBody
from service.api.document import document, text
from service.api.reference import page
from service.api.scopes import entitlements
from service.installation import Installation
from service.pages.render import Site, render
from service.settings import read_settings

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The app of a home with nothing in it: describing itself opens none of its parts."""
    home = tmp_path_factory.mktemp("empty")
    made = make_app(Installation(read_settings({}, home)))
    assert not list(home.iterdir())
    return made


def test_the_committed_document_is_the_apps_own(app: FastAPI) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == text(app), (
        "write it anew: python -m service.api.document > docs/openapi.json"
    )


def test_every_operation_says_which_scopes_it_needs_and_how_it_may_fail(app: FastAPI) -> None:
    described = document(app)["paths"]
    listed = [one for one in entitlements(app) if one.documented]
    assert len(listed) == sum(len(methods) for methods in described.values())
    for one in listed:
        operation = described[one.path][one.method.lower()]
        assert operation["x-scopes"] == sorted(one.scopes or ())
        assert operation["description"], one
        answers = operation["responses"]
        assert ("401" in answers) == ("403" in answers) == (one.scopes is not None)
        problems = [said for status, said in answers.items() if status >= "400"]
        assert all(list(said["content"]) == ["application/problem+json"] for said in problems)


def test_a_write_asks_for_an_idempotency_key(app: FastAPI) -> None:
    for path, methods in document(app)["paths"].items():
        for method, operation in methods.items():
            if method == "post" and "202" in operation["responses"]:
                names = [one["name"] for one in operation["parameters"] if one.get("required")]
                assert "Idempotency-Key" in names, path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_reference_shows_every_operation_without_a_script(app: FastAPI, language: str) -> None:
    described = document(app)
    html = render(page(described), language, Site(""))  # type: ignore[arg-type]
    shown = re.findall(r'<span class="call-method">(\w+)</span> <code>([^<]+)</code>', html)
    assert len(shown) == len(set(shown)) > 50
    assert set(shown) == {
        (method.upper(), path) for path, methods in described["paths"].items() for method in methods
    }
    assert {f'id="schema-{name}"' for name in described["components"]["schemas"]} <= set(
        re.findall(r'id="schema-[^"]+"', html)
    )
    assert "<script" not in html
    assert "http://" not in html
    assert "https://" not in html


def test_true_is_no_whole_number_of_a_body_and_one_is() -> None:
    assert CapBody.model_validate({"cap": 1}).cap == 1
    with pytest.raises(ValidationError, match="a whole number is wanted"):
        CapBody.model_validate({"cap": True})
