"""The static files and their addresses."""

from __future__ import annotations

import hashlib
import re

import pytest

from service.pages import assets


def test_every_address_leads_to_its_file() -> None:
    files = assets.load()
    for name in ("qianyin.css", "labels.css", "compare.js", "mark.svg"):
        path = files.url(name).removeprefix("/static/")
        found = files.find(path)
        assert found is not None
        assert len(found.body) > 100


def test_an_unknown_file_has_no_address_and_is_not_found() -> None:
    files = assets.load()
    with pytest.raises(KeyError):
        files.url("qianyin.scss")
    assert files.find("qianyin.css") is None
    assert files.find("../render.py") is None
    assert files.find(f"{files.fingerprint}/../../render.py") is None


def test_the_style_sheet_of_the_fonts_names_only_files_that_are_served_and_carry_their_digest() -> None:
    files = assets.load()
    sheet = files.find(files.font_sheet.removeprefix("/static/"))
    assert sheet is not None
    named = re.findall(r"url\(([^)]+)\)", sheet.body.decode())
    assert len(named) == len(set(named)) > 10
    for name in named:
        font = files.find(f"fonts/{name}")
        assert font is not None
        assert font.media_type == "font/woff2"
        assert hashlib.sha256(font.body).hexdigest()[:12] in name
    assert {f"fonts/{name}" for name in named} == {name for name in files.files if name.endswith(".woff2")}


def test_scripts_import_only_their_neighbours() -> None:
    imported = {
        name
        for path in sorted(assets.FOLDER.glob("*.js"))
        for name in re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert imported == {"./digest.js", "./sha256.js"}


def test_no_static_file_of_ours_names_another_host() -> None:
    for path in [
        *assets.FOLDER.glob("*.js"),
        *assets.FOLDER.glob("*.css"),
        assets.FOLDER / "fonts/serif.css",
    ]:
        assert re.findall(r"https?://|//[a-z]+\.", path.read_text(encoding="utf-8")) == []


def test_a_changed_file_changes_the_address_of_all_that_live_with_it() -> None:
    one = assets._fingerprint({"a.css": b"1", "b.js": b"2"})
    assert one == assets._fingerprint({"b.js": b"2", "a.css": b"1"})
    assert one != assets._fingerprint({"a.css": b"1", "b.js": b"3"})
    assert one != assets._fingerprint({"a.css": b"12", "b.js": b""})
