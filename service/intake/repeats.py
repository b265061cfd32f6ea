"""What makes two rows the same request, and warnings about rows like earlier ones. Pure but for `Seen`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import rfc8785

from service.files.lookalikes import normal, skeleton
from service.intake.instructions import Complaint
from service.intake.reading import Draft
from service.intake.requests import FileToKeep, Severity
from service.intake.seen import Seen


def content_digest(draft: Draft, files: Sequence[FileToKeep]) -> bytes:
    """The digest of everything a row asks for, wherever the row and its files lie."""
    return _digest(_content(draft, [[file.role, file.sha256.hex()] for file in files]))


def idempotency_key(content: bytes, occurrence: int) -> str:
    """The key of a request: its content, and how many rows above it ask for exactly the same."""
    return hashlib.sha256(content + occurrence.to_bytes(8, "big")).hexdigest()


def repeats(draft: Draft, seen: Seen) -> Iterator[Complaint]:
    """Warnings: the whole row, its accession number or its file stood above, or a title that looks like its own."""
    row = _digest(_content(draft, [[file.role, file.relative] for file in draft.files]))
    before = seen.add("row", row, draft.row)
    if before.times:
        yield _repeated("", "row-repeated", "整行", "The whole row", before.row)
        return
    yield from _repeats_of_parts(draft, seen)
    title = draft.description.get("title")
    if title is not None:
        before = seen.add("title", skeleton(title).encode(), draft.row, normal(title))
        if before.times and before.text != normal(title):
            zh = f"题名与第 {before.row} 行形近而不同；请核对。"
            en = f"This title can be taken for that of row {before.row} but is not the same; check it."
            yield Complaint("title", "title-look-alike", zh, en, Severity.WARNING)


def _repeats_of_parts(draft: Draft, seen: Seen) -> Iterator[Complaint]:
    number = draft.description.get("accession_number")
    if number is not None and (before := seen.add("number", normal(number).encode(), draft.row)).times:
        yield _repeated("accession_number", "number-repeated", "藏品编号", "The accession number", before.row)
    for file in draft.files:
        if file.role == "work" and (before := seen.add("file", file.relative.encode(), draft.row)).times:
            yield _repeated("file", "file-repeated", "文件", "The file", before.row)


def _repeated(column: str, code: str, zh: str, en: str, first: int) -> Complaint:
    zh, en = (
        f"{zh}与第 {first} 行相同；两行都会受理。",
        f"{en} is that of row {first}; both rows will be taken.",
    )
    return Complaint(column, code, zh, en, Severity.WARNING)


def _content(draft: Draft, files: list[list[str]]) -> dict[str, Any]:
    issue = draft.issue
    return {
        "format": "qianyin-row/1",
        "kind": str(draft.description.kind),
        "facts": dict(draft.description.facts),
        "extra": dict(draft.description.extra),
        "internal": dict(draft.internal),
        "files": files,
        "issue": None
        if issue is None
        else [issue.collection, issue.edition, issue.cap, issue.quantity, list(issue.recipients)],
    }


def _digest(value: dict[str, Any]) -> bytes:
    return hashlib.sha256(rfc8785.dumps(value)).digest()
