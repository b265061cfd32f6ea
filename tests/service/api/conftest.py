"""One installation on a real chain for all tests of the API, and the story that it was told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.api.premises import Premises, premises
from tests.service.api.told import Told, tell


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """An installation on anvil, served on a port of its own."""
    with premises(tmp_path_factory.mktemp("api-home")) as made:
        yield made


@pytest.fixture(scope="session")
def told(house: Premises) -> Told:
    """The story: a deposit, a collection, an issue, gifts, a hold, an annulment; all over HTTP."""
    return tell(house)
