"""Run one target under atheris.

    python -m tests.hostile.fuzz.program TARGET [--planted] [arguments of libFuzzer] CORPUS

The readers are instrumented as they are imported, so that inputs which take a new branch are kept and built upon.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["service", "indexer", "xml", "zipfile", "csv", "json"]):
    from tests.hostile.fuzz.targets import TARGETS, run


def main() -> None:
    """Fuzz until the runs are done or something is found."""
    target, is_planted = TARGETS[sys.argv[1]], "--planted" in sys.argv
    arguments = [sys.argv[0], *(one for one in sys.argv[2:] if one != "--planted")]
    atheris.Setup(arguments, lambda data: run(target, data, is_planted=is_planted))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
