"""The parts of a home: opened when asked for, closed, opened again."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import NotFound
from service.installation import Installation
from service.settings import read_settings


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """The installation of an empty home."""
    return Installation(read_settings({}, tmp_path))


def test_a_home_where_nothing_is_deployed_says_what_to_do(installation: Installation) -> None:
    with pytest.raises(NotFound) as caught:
        _ = installation.deployment
    assert "qianyin up" in caught.value.zh
    assert "qianyin up" in caught.value.en


def test_nothing_is_opened_that_nobody_asked_for(installation: Installation) -> None:
    installation.close()
    assert list(installation.settings.home.iterdir()) == []
    assert installation.anchor is None


def test_what_was_closed_opens_again(installation: Installation) -> None:
    first = installation.database
    assert installation.database is first
    installation.close()
    assert installation.database is not first
    installation.close()


def test_what_is_not_a_network_store_is_the_folder_of_the_home(installation: Installation) -> None:
    stored = installation.files.put(b"a file")
    with installation.files.get(stored.cid) as stream:
        assert stream.read() == b"a file"
    assert installation.settings.store.is_dir()
