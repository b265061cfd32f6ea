"""The reference of the API as a page: what the OpenAPI document says of each operation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from service.pages import addresses
from service.pages.views.page import AsOf, Page


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: where it stands (`path`, `query`, `header`), whether it must be there, what may stand in it."""

    name: str
    where: str
    needed: bool
    form: str
    about: str


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of the API.

    Attributes:
        id: for links to it. method, path: as in OpenAPI.
        about: what it does, in English.
        scopes: keys of which one is needed; none: anybody may.
        bodies: media type and the name of its schema, or an empty one.
        answers: status and what it means.
    """

    id: str
    method: str
    path: str
    about: str
    scopes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    bodies: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations under one tag of the document."""

    tag: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class ReferencePage(Page):
    """The reference: an introduction, chapters of operations, the schemas as JSON text by name."""

    kind: ClassVar[str] = "reference"
    about: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    schemas: tuple[tuple[str, str], ...]
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/docs`."""
        return addresses.REFERENCE
