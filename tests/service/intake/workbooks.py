"""Workbooks written by hand, mark by mark, for what no honest program would write."""

from __future__ import annotations

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relations(*targets: tuple[str, str, str], mode: str = "") -> str:
    """The part of relationships: (id, kind, target)."""
    mode = f' TargetMode="{mode}"' if mode else ""
    listed = "".join(
        f'<Relationship Id="{one}" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/>'
        for one, kind, target in targets
    )
    return f'<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'


def raw_workbook(
    data: str,
    *,
    strings: str = "",
    properties: str = "",
    namespace: str = MAIN,
    compression: int = zipfile.ZIP_DEFLATED,
    **parts: str,
) -> bytes:
    """A workbook of one sheet with this content of `sheetData`, style 1 being a date; `parts` replace by name."""
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'  # 14 is built in: a date
    made = {
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{_OFFICE}">{properties}'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "styles", "styles.xml"),
            ("r3", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{namespace}"><sheetData>{data}</sheetData></worksheet>',
        **parts,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return out.getvalue()
