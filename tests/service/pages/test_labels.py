"""QR codes as paths, and the sheet they go on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from service.pages.labels import QUIET_ZONE, qr_code
from service.pages.render import render
from tests.service.pages import samples


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=80))
def test_the_path_fills_exactly_the_dark_modules(text: str) -> None:
    code = qr_code(text)
    drawn = [[False] * code.side for _ in range(code.side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path):
        for place in range(int(x), int(x) + int(width)):
            assert not drawn[int(y)][place]
            drawn[int(y)][place] = True
    assert drawn == [[bool(cell) for cell in row] for row in segno.make(text, error="m", micro=False).matrix]


def test_the_quiet_zone_is_four_modules_on_every_side() -> None:
    code = qr_code("https://qianyin.example/t/7")
    assert QUIET_ZONE == 4
    assert code.view_box == f"-4 -4 {code.side + 8} {code.side + 8}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sheet_holds_twelve_labels_each_leading_to_its_collectible(lang: str) -> None:
    sheet = samples.PAGES["labels"]
    html = render(sheet, lang, samples.SITE)  # type: ignore[arg-type]
    assert html.count('class="tag"') == 12
    for label in sheet.labels:  # type: ignore[attr-defined]
        assert qr_code(samples.SITE.base_url + label.path).path in html
        assert label.code in html


def test_a_sheet_refuses_a_thirteenth_label() -> None:
    sheet = samples.PAGES["labels"]
    with pytest.raises(ValueError, match="12 labels, not 13"):
        replace(sheet, labels=(*sheet.labels, sheet.labels[0]))  # type: ignore[attr-defined, type-var]
