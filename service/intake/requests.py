"""What a row of a sheet asks for, validated: deposit this work, and perhaps issue an edition of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from indexer.values import Hash32
from service.files.description import Description, Pairs


@dataclass(frozen=True, slots=True)
class FileToKeep:
    """A file of a work on this machine.

    `role` and `media_type` are as in the manifest, `sha256` and `size` as read when the row was. Whoever keeps
    the file compares them: it may have been changed since.
    """

    role: str
    path: Path
    media_type: str
    sha256: Hash32
    size: int


@dataclass(frozen=True, slots=True)
class Issue:
    """Issue `quantity` collectibles of an edition of at most `cap`, and hand the first ones out.

    `collection` is its name as in the sheet; `recipients` are registration codes or addresses, one collectible
    each, never names of people.
    """

    collection: str
    edition: int
    cap: int
    quantity: int
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkRequest:
    """One validated request.

    `idempotency_key` is 64 hexadecimal digits determined by everything below and by the files' bytes, not by the
    place in the sheet: a sheet that is sent again, sorted or shortened asks for nothing twice. It covers internal
    columns too, so it stays inside the service. `row` is the row in the sheet. `internal` are (name or heading,
    text) pairs to be sealed; columns that are never taken in are not here. Without `files` the work is registered
    by its record; the first file, if any, is the one deposited. Without `issue` it is deposited only.
    """

    idempotency_key: str
    row: int
    description: Description
    internal: Pairs
    files: tuple[FileToKeep, ...]
    issue: Issue | None


class Severity(StrEnum):
    """Whether a problem keeps the sheet out, or is only said."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one cell.

    `cell` is as spreadsheets name it (`B7`; `7` for a whole row, empty for the whole sheet); `code` is a word
    for programs, `zh` and `en` are for people.
    """

    cell: str
    heading: str
    severity: Severity
    code: str
    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """The problem as one JSON object."""
        return {
            "cell": self.cell,
            "heading": self.heading,
            "severity": str(self.severity),
            "code": str(self.code),
            "zh": self.zh,
            "en": self.en,
        }
