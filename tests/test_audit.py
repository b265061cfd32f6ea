"""The audit of dependencies: "none known" is believed only of those that were looked up."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
audit = runpy.run_path(str(SCRIPTS / "audit.py"))

SOUND = {
    "dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "version": "2", "vulns": []}]
}
CONTROL = {"dependencies": [{"name": "urllib3", "version": "1.26.4", "vulns": [{"id": "PYSEC-2021-108"}]}]}
SILENT = {"dependencies": [{"name": "urllib3", "version": "1.26.4", "vulns": []}]}
SKIPPED = {"dependencies": [{"name": "urllib3", "skip_reason": "Dependency not found on PyPI"}]}
"""What pip-audit 2.10.1 says where its source has no vulnerabilities; beside it, "No known vulnerabilities found"."""
BAD = {
    "dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}, *SOUND["dependencies"][1:]]
}


@pytest.mark.parametrize(
    ("report", "control", "expected", "code"),
    [
        (SOUND, CONTROL, 2, 0),
        (BAD, CONTROL, 2, 1),
        (SOUND, SILENT, 2, 2),
        (SOUND, SKIPPED, 2, 2),
        (SKIPPED, CONTROL, 1, 2),
        (SOUND, CONTROL, 3, 2),
        ({"dependencies": []}, CONTROL, 1, 2),
    ],
)
def test_it_is_said_whether_it_was_looked(
    report: dict[str, object], control: dict[str, object], expected: int, code: int
) -> None:
    assert audit["answer"](audit["read"](report), audit["read"](control), expected)[0] == code


def test_every_locked_file_pins_something_to_look_up() -> None:
    locked = sorted((SCRIPTS.parent / "requirements").glob("*.txt"))
    assert len(locked) >= 3
    for one in locked:
        assert audit["pins"](one.read_text("utf-8")), one


def test_without_the_program_there_is_no_answer() -> None:
    command = [sys.executable, str(SCRIPTS / "audit.py"), "--program", "no-such-program"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "could not look" in ended.stdout
