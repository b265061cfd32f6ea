"""What was found in a sheet: counts, and problems by cell. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.errors import BadInput
from service.intake.limits import MOST_PROBLEMS
from service.intake.requests import Problem, Severity


@dataclass(slots=True)
class Report:
    """Rows of data, collectibles to issue, files and their bytes; problems listed up to a limit and all counted."""

    rows: int = 0
    issued: int = 0
    files: int = 0
    file_bytes: int = 0
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    error_count: int = 0
    warning_count: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether no error was found."""
        return not self.error_count

    def add(self, problem: Problem) -> None:
        """Note a problem."""
        if problem.severity is Severity.ERROR:
            self.error_count += 1
            listed = self.errors
        else:
            self.warning_count += 1
            listed = self.warnings
        if len(listed) < MOST_PROBLEMS:
            listed.append(problem)

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return {
            "rows": self.rows,
            "issued": self.issued,
            "files": self.files,
            "file_bytes": self.file_bytes,
            "error_count": self.error_count,
            "warning_count": self.warning_count,
            "errors": [problem.as_json() for problem in self.errors],
            "warnings": [problem.as_json() for problem in self.warnings],
        }


def refused(report: Report) -> BadInput:
    """The error for a sheet with errors, all of them in `facts`: nothing of it was accepted."""
    first = report.errors[0]
    return BadInput(
        "sheet-refused",
        f"表格有 {report.error_count} 处错误，未受理任何一行。第一处 {first.cell or '（全表）'}：{first.zh}",
        f"The sheet has {report.error_count} errors and nothing of it was accepted. "
        f"The first, {first.cell or 'whole sheet'}: {first.en}",
        **report.as_json(),
    )
