"""What a look at one part of an installation found. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Grade(StrEnum):
    """How a part is."""

    WELL = "well"
    WARNING = "warning"
    """It works, and somebody should know."""
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one part, in Chinese and English: what is, and what to do about it (empty where nothing is)."""

    part: str
    grade: Grade
    zh: str
    en: str
    todo_zh: str = ""
    todo_en: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON-safe fields."""
        said = {"part": self.part, "well": self.grade is not Grade.ILL, "grade": str(self.grade)}
        return said | {"zh": self.zh, "en": self.en, "do": {"zh": self.todo_zh, "en": self.todo_en}}


def well(part: str, zh: str, en: str) -> Finding:
    """A part is as it should be."""
    return Finding(part, Grade.WELL, zh, en)


def warning(part: str, said: tuple[str, str], todo: tuple[str, str]) -> Finding:
    """A part works, and somebody should know; each in Chinese and English."""
    return Finding(part, Grade.WARNING, *said, *todo)


def ill(part: str, said: tuple[str, str], todo: tuple[str, str]) -> Finding:
    """A part is not as it should be; each in Chinese and English."""
    return Finding(part, Grade.ILL, *said, *todo)
