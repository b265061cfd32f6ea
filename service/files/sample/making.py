"""Make the sample: pictures and a booklet by typst, and the sheet that registers them. Owns the folder it fills.

The poems are in the public domain; the English and the drawings were made for this project. Names of institutions
and numbers of registrations are invented and say so (示例). The same version of typst makes the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import typst

from service.intake.writing import Written, write_sheet

HERE: Final = Path(__file__).parent
SHEET: Final = "唐诗小笺.csv"
COLLECTION: Final = "唐诗小笺"
MUSEUM: Final = "示例省博物馆"
PIXELS_PER_INCH: Final = 216
"""A card of 400 × 500 points comes to 1,200 × 1,500 pixels."""
CARDS_ISSUED: Final = 200
BOOKLETS_ISSUED: Final = 100
TERMS: Final = (
    "个人、非商业地欣赏与展示，下载副本；不含著作权，不可复制发行或用于商业。"
    "For personal, non-commercial enjoyment and display; carries no copyright."
)
PUBLICATION: Final = {
    "title": "唐诗小笺：唐诗十二首",
    "title_en": "Twelve Tang Poems",
    "publisher": "示例数字出版社",
    "publication_licence": "示例网出证字第 001 号",
    "publication_number": "示例书号 2026-001",
    "review_record": "示例审字〔2026〕第 12 号",
    "copyright_holder": MUSEUM,
    "language": "zh-Hans, en",
}
COLUMNS: Final = tuple(
    Written(name)
    for name in (
        "file",
        "image",
        "kind",
        "title",
        "title_en",
        "maker",
        "date",
        "date_earliest",
        "description",
        "description_en",
        "institution",
        "copyright_holder",
        "holder_terms",
        "registration_number",
        "publisher",
        "publication_licence",
        "publication_number",
        "review_record",
        "language",
        "collection",
        "edition",
        "cap",
        "quantity",
    )
)


def poems() -> list[dict[str, Any]]:
    """The twelve poems: titles, makers, lines in Chinese and English, and what is drawn below them."""
    listed: list[dict[str, Any]] = json.loads((HERE / "poems.json").read_text(encoding="utf-8"))
    return listed


def make_sample(folder: Path, language: str = "zh", issued: int | None = None) -> Path:
    """Fill a folder with thirteen works and the sheet that names them; returns the sheet's path.

    `language` is that of the headings; `issued` is how many of each to issue (by default the whole edition).
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = poems()
    rows = []
    for at, poem in enumerate(listed, start=1):
        name = f"{at:02}-{poem['title']}.png"
        (folder / name).write_bytes(card(poem, at))
        rows.append(_card_row(poem, at, name, issued))
    (folder / "唐诗小笺.pdf").write_bytes(booklet(listed))
    (folder / "唐诗小笺.png").write_bytes(cover())
    rows.append(_booklet_row(issued))
    sheet = folder / SHEET
    write_sheet(sheet, COLUMNS, rows, language)
    return sheet


def card(poem: dict[str, Any], at: int) -> bytes:
    """One poem as a PNG; `at` is its place in the collection, from 1."""
    inputs = {"poem": json.dumps(poem, ensure_ascii=False), "at": str(at)}
    return _compiled("card.typ", inputs, "png")


def booklet(listed: list[dict[str, Any]]) -> bytes:
    """All poems as a tagged PDF."""
    return _compiled("booklet.typ", _booklet_inputs(listed), "pdf")


def cover() -> bytes:
    """The booklet's cover as a PNG."""
    return _compiled("cover.typ", {}, "png")


def _compiled(template: str, inputs: dict[str, str], form: typst.OutputFormat) -> bytes:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")]
    )
    compiler = typst.Compiler(HERE / template, root=HERE, font_paths=fonts, sys_inputs=inputs)
    made = compiler.compile(format=form, ppi=PIXELS_PER_INCH)
    if not isinstance(made, bytes):
        raise TypeError(f"{template} should make one file")
    return made


def _booklet_inputs(listed: list[dict[str, Any]]) -> dict[str, str]:
    facts = [
        ("书名", PUBLICATION["title"]),
        ("出版者", PUBLICATION["publisher"]),
        ("出版许可证号", PUBLICATION["publication_licence"]),
        ("书号", PUBLICATION["publication_number"]),
        ("内容审核记录", PUBLICATION["review_record"]),
        ("著作权人", PUBLICATION["copyright_holder"]),
        ("说明", "诗文已入公有领域，译文与图为本册所作；机构与号码均为示例，仅供演示。"),
    ]
    return {"poems": json.dumps(listed, ensure_ascii=False), "facts": json.dumps(facts, ensure_ascii=False)}


def _card_row(poem: dict[str, Any], at: int, name: str, issued: int | None) -> dict[str, str]:
    lines, lines_en = poem["lines"], poem["lines_en"]
    row = {
        "file": name,
        "kind": "作品版权类",
        "title": poem["title"],
        "title_en": poem["title_en"],
        "maker": f"{poem['maker']}诗；{MUSEUM}制图",
        "date": poem["date"],
        "description": f"{lines[0]}，{lines[1]}。{lines[2]}，{lines[3]}。",
        "description_en": f"{poem['maker_en']}. " + " ".join(lines_en),
        "institution": MUSEUM,
        "copyright_holder": MUSEUM,
        "holder_terms": TERMS,
        "registration_number": f"示例-2026-{116 + at:04}",
        "language": "zh-Hans",
    }
    if "date_earliest" in poem:
        row["date_earliest"] = poem["date_earliest"]
    return row | _issue(CARDS_ISSUED, issued)


def _booklet_row(issued: int | None) -> dict[str, str]:
    return {
        "file": "唐诗小笺.pdf",
        "image": "唐诗小笺.png",
        "kind": "数字出版物",
        "maker": f"李白等诗；{MUSEUM}编",
        "date": "2026",
        "description": "唐诗十二首，竖排，附英译。",
        "description_en": "Twelve Tang poems set vertically, with English.",
        "institution": MUSEUM,
        "holder_terms": TERMS,
        **PUBLICATION,
        **_issue(BOOKLETS_ISSUED, issued),
    }


def _issue(cap: int, issued: int | None) -> dict[str, str]:
    quantity = cap if issued is None else min(cap, issued)
    return {"collection": COLLECTION, "edition": "1", "cap": str(cap), "quantity": str(quantity)}
