"""Fixtures and settings that hold for every test."""

from __future__ import annotations

import sys

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.devnet_fixtures", "tests.faults.table"]

RECURSION_LIMIT = sys.getrecursionlimit()

# The machine's load is no property of the code, so there is no deadline. CI repeats its examples, a nightly run
# looks for new ones.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "nightly",
    deadline=None,
    max_examples=2_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def pytest_configure(config: pytest.Config) -> None:
    """Search deep unless the nightly tests are left out, as they are by default."""
    settings.load_profile("ci" if config.option.markexpr == "not nightly" else "nightly")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take longest, so that no core waits for another at the end."""
    items.sort(key=_allowed, reverse=True)


def _allowed(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return max(float(marker.args[0]) if marker else 0.0, float(item.config.getini("timeout")))


def pytest_runtest_setup() -> None:
    """Undo what importing eth-account does (see test_repository), since tests import it more freely than we do."""
    sys.setrecursionlimit(RECURSION_LIMIT)
