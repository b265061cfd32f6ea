"""Settings: read once, strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import BadInput
from service.settings import read_settings

KEY = "7f" * 32


def test_a_home_alone_is_enough(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path)
    assert settings.outbox_url == f"sqlite:///{tmp_path}/outbox.db"
    assert settings.index_url == f"sqlite:///{tmp_path}/index.db"
    assert settings.keys == tmp_path / "keys"


def test_the_home_is_named_by_the_environment(tmp_path: Path) -> None:
    assert read_settings({"QIANYIN_HOME": str(tmp_path)}).home == tmp_path


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('batch_items = 7\nlease = 2.5\nrpc = ["http://a", "http://b"]\n')
    settings = read_settings({"QIANYIN_BATCH_ITEMS": "9"}, tmp_path)
    assert (settings.batch_items, settings.lease) == (9, 2.5)
    assert settings.rpc == ("http://a", "http://b")


def test_lists_are_separated_by_commas(tmp_path: Path) -> None:
    assert read_settings({"QIANYIN_RPC": "http://a, http://b"}, tmp_path).rpc == ("http://a", "http://b")


@pytest.mark.parametrize(
    "text", ["batch_item = 7", "batch_items = 0", "lease = -1.0", "port = 'x'", "= 1", "home = '/x'"]
)
def test_what_is_no_setting_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(BadInput):
        read_settings({}, tmp_path)


def test_a_master_key_is_in_no_text(tmp_path: Path) -> None:
    settings = read_settings({"QIANYIN_MASTER_KEY": KEY}, tmp_path)
    assert settings.master_key is not None
    assert settings.master_key.reveal().hex() == KEY
    assert KEY not in repr(settings)


def test_a_malformed_master_key_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_settings({"QIANYIN_MASTER_KEY": KEY + "7"}, tmp_path)
    assert KEY not in f"{caught.value} {caught.value.__cause__} {caught.value.facts}"
