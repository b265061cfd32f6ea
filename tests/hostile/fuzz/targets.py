"""What is fuzzed: every reader of bytes from strangers, how it may refuse, what it starts from, and a fault to plant.

A target's `read` must end in a value or in one of `refuses`; anything else is a find. `planted` looks at how a run
ended and says whether a fault, if there were one at that place, would have shown: it lies behind the reader's first
gates, and no seed reaches it. A fuzzer that does not come upon it proves nothing by finding nothing.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import BaseModel, ValidationError

from indexer.errors import EvidenceError, ExportError
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.anchor_file import read_anchor
from indexer.evidence.bundle import read_bundle
from indexer.evidence.export import verify_export
from indexer.evidence.verdict import verify
from service.api.works import _work_body
from service.errors import BadInput, QianyinError, TooLarge
from service.files.description import Kind, describe, faults, is_calendar_date, is_isbn
from service.files.digests import digests_of
from service.files.manifest import FileEntry, Manifest, manifest_bytes, read_manifest, record_bytes
from service.files.media import Preview, preview_of
from service.files.statement import CollectionStatement, read_statement, statement_bytes
from service.intake.grid import unescaped
from service.intake.museum import import_museum, museum_columns
from service.intake.report import Report
from service.intake.rows import Mark, Row
from service.intake.sheet import Options, read_sheet
from service.intake.workbook import workbook_rows
from service.intake.writing import write_sheet
from service.rights.backlog.calendar import write_calendar
from service.rights.backlog.findings import findings
from service.rights.backlog.reporting import Findings, as_json, as_text
from service.rights.backlog.sheet import read_contracts
from service.rights.backlog.written import canonical, read_canonical
from service.rights.formats.onix_reading import Ask, Read, read_onix
from tests.service.intake.workbooks import MAIN, raw_workbook

VECTORS = Path(__file__).parents[2] / "vectors"
HEADINGS = "类别,题名,衍生自,作者,系列,发行上限,数量,最早日期"
SHEETS = (
    f"{HEADINGS}\n衍生创作,静夜思,唐诗,李白,唐诗小笺,200,2,-0205\n衍生创作,春晓,唐诗,孟浩然,,,,0701-02\n",
    "Title\tAccession number\tCaptured by\tKind\nVase\t4.5\tMuseum\tcapture record\n",
)
CONTRACT_SHEET = (
    "作品,授权方,被授权方,许可种类,权利,地域,语言,媒介,起始日期,截止日期,签订日期,自动续约,清库存期（天）,权利回归\n"
    "旧城的钟,例社,甲社,专有,复制、发行,港澳台,繁体中文,纸质,2024-01-01,2029-12-31,2023-11-01,"
    "每次 1 年，提前 60 天通知,180,2027-05-01 绝版\n"
    "旧城的钟,例社,乙社,普通,复制,全世界（日本除外）,zh-Hant,纸质,1 January 2025,10年,,否,6 个月,\n"
)
CONTRACT_WORDS = (
    "不详",
    "永久",
    "除外",
    "全世界",
    "0000-01-01",
    "9999-12-31",
    "99999 年",
    "提前",
    "、",
    "（",
    "Ｊ",
    "#1",
)
ONIX = """<ONIXMessage release="3.1" xmlns="http://ns.editeur.org/onix/3.1/reference"><Product>
<RecordReference>r</RecordReference><ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9787020002207</IDValue>
</ProductIdentifier><DescriptiveDetail><ProductForm>BC</ProductForm><TitleDetail><TitleType>01</TitleType><TitleElement>
<TitleElementLevel>01</TitleElementLevel><TitleText>围城</TitleText></TitleElement></TitleDetail><Language>
<LanguageRole>01</LanguageRole><LanguageCode>chi</LanguageCode><ScriptCode>Hant</ScriptCode></Language>
</DescriptiveDetail><PublishingDetail><SalesRights><SalesRightsType>01</SalesRightsType><Territory>
<CountriesIncluded>HK TW</CountriesIncluded></Territory></SalesRights><ROWSalesRightsType>06</ROWSalesRightsType>
</PublishingDetail></Product></ONIXMessage>
"""
CELLS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>题名</t></is></c><c r="B1" t="s"><v>0</v></c></row>'
    '<row r="2"><c r="A2" s="1"><v>366</v></c><c r="B2" t="b"><v>1</v></c><c r="C2" t="str"><v>x_x000D_</v></c></row>'
)
ITEM = "<si><t>x</t></si>"
RECORD = {
    "id": "cmoa:objects/1", "title": "Vase", "creation_date": "c. 1884?", "creation_date_earliest": "1884-01-01",
    "medium": "porcelain", "accession_number": "04.5.6", "item_height": 9.75, "item_width": 0, "date_acquired": None,
    "creator": [{"full_name": "A. Maker", "role": "potter", "birth_date": "1850"}], "provenance_text": "Gift of X.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """One reader; `words` are what its format is made of."""

    name: str
    read: Callable[[bytes], Any]
    refuses: tuple[type[BaseException], ...]
    seeds: Callable[[], list[bytes]]
    planted: Callable[[Any], bool]
    words: tuple[bytes, ...] = ()


class PlantedFault(Exception):
    """The fault that a fuzzer must come upon."""


def run(target: Target, data: bytes, *, is_planted: bool = False) -> None:
    """Read once; with the planted fault, if it is wanted.

    Raises:
        PlantedFault: it was come upon.
        Exception: a find.
    """
    ended: Any
    try:
        ended = target.read(data)
    except target.refuses as error:
        ended = error
    if is_planted and target.planted(ended):
        raise PlantedFault(target.name)


def _sheet(data: bytes) -> Report:
    sheet = read_sheet(data, Options(kind=Kind.DERIVED_WORK))
    report = sheet.check()
    if report.is_sound:
        assert sum(1 for _ in sheet.requests()) == report.rows
    json.dumps(report.as_json())
    return report


def _has_code(ended: Any, code: str) -> bool:
    return isinstance(ended, Report) and any(problem.code == code for problem in ended.errors)


def _contracts(data: bytes) -> Findings:
    sheet = read_contracts(data, 20_787)
    found = findings(sheet.contracts, 20_787)
    json.dumps(as_json(found), ensure_ascii=False)
    as_text(found)
    write_calendar(found.coming, datetime(2026, 11, 30, tzinfo=UTC))
    for contract in found.contracts:
        assert read_canonical(canonical(contract), contract.row) == contract
    return found


def _onix(data: bytes) -> list[Read]:
    return list(read_onix(data))


def _grid(data: bytes) -> list[Row]:
    return list(workbook_rows(io.BytesIO(raw_workbook(data.decode("utf-8", "replace"), strings=ITEM))))


def _container(data: bytes) -> list[Row]:
    return list(workbook_rows(io.BytesIO(data)))


def _strings(data: bytes) -> list[Row]:
    strings = data.decode("utf-8", "replace")
    return list(workbook_rows(io.BytesIO(raw_workbook('<row><c t="s"><v>0</v></c></row>', strings=strings))))


def _museum(data: bytes) -> list[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        path.write_bytes(data)
        rows = list(import_museum(path))
        write_sheet(path.with_suffix(".csv"), museum_columns(), rows)
        if rows:
            read_sheet(path.with_suffix(".csv")).check()
    return rows


def _manifest(data: bytes) -> Manifest:
    manifest = read_manifest(data)
    assert manifest_bytes(manifest) == data
    return manifest


def _statement(data: bytes) -> CollectionStatement:
    statement = read_statement(data)
    assert statement_bytes(statement) == data
    return statement


def _picture(data: bytes) -> Preview:
    return preview_of(io.BytesIO(data), 64)


def _dates(data: bytes) -> tuple[str, ...]:
    """Dates and numbers as a sheet states them, each judged alone and both together."""
    earliest, _, rest = data.decode("utf-8", "replace").partition("|")
    latest, _, isbn = rest.partition("|")
    stated = {"title": "t", "date_earliest": earliest, "date_latest": latest, "isbn": isbn, "date": earliest}
    found = tuple(fault.code for fault in faults(describe(Kind.DERIVED_WORK, stated)))
    assert ("isbn-malformed" in found) == (isbn != "" and not is_isbn(isbn))
    assert is_calendar_date(latest) or latest == "" or "date-malformed" in found
    unescaped(earliest)
    return found


@cache
def _anchor() -> TrustAnchor:
    return read_anchor(json.dumps(_evidence()["anchors"]["museum"]))


@cache
def _evidence() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((VECTORS / "evidence.json").read_bytes())
    return read


@cache
def _exports() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((VECTORS / "exports.json").read_bytes())
    return read


def _bundle(data: bytes) -> Any:
    return verify(read_bundle(data), _anchor())


def _export(data: bytes) -> Any:
    return verify_export(io.StringIO(data.decode("utf-8", "replace"), newline=""), _anchor())


@cache
def _bodies() -> tuple[type[BaseModel], ...]:
    import service.api.app  # noqa: F401 - every module of the API defines its bodies
    from service.api.shapes import Body

    return tuple(sorted(Body.__subclasses__(), key=lambda one: one.__name__))


def _body(data: bytes) -> BaseModel:
    if data[:1] == b"\0":
        return _work_body(data[1:].decode("utf-8", "replace"))
    bodies = _bodies()
    return bodies[data[0] % len(bodies) if data else 0].model_validate_json(data[1:])


def _body_seeds() -> list[bytes]:
    stated = {
        "kind": "publication", "facts": {"title": "t"}, "reason": "because", "to": "0x" + "11" * 20, "nonce": "1",
        "expected": 1, "title": "t", "policy": {}, "signature": "0x", "cap": 1, "deadline": 1, "token_ids": ["1"],
    }  # fmt: skip
    by_name = json.dumps(stated).encode()
    work = json.dumps({"kind": "publication", "facts": {"title": "t"}}).encode()
    return [
        *[b"\0" + work] * len(_bodies()),
        *(bytes([number]) + by_name for number in range(1, len(_bodies()))),
    ]


def _manifest_seeds() -> list[bytes]:
    facts = {"title": "静夜思", "maker": "李白", "derived_from": "唐诗", "date_earliest": "0726"}
    description = describe(Kind.DERIVED_WORK, facts, (("批次", "二"),))
    octets = record_bytes(description)
    entries = (
        FileEntry("record", "application/json", digests_of(io.BytesIO(octets))),
        FileEntry("image", "image/png", digests_of(io.BytesIO(b"picture"))),
    )
    return [
        manifest_bytes(Manifest(description, entries)),
        manifest_bytes(Manifest(description, entries[:1])),
    ]


def _picture_seeds() -> list[bytes]:
    made = []
    for form in ("PNG", "JPEG", "WEBP", "GIF", "TIFF"):
        out = io.BytesIO()
        Image.linear_gradient("L").resize((24, 16)).convert("RGB").save(out, form)
        made.append(out.getvalue())
    return made


def _is_bad(ended: Any, *, containing: str) -> bool:
    return isinstance(ended, BaseException) and containing in str(ended)


JSON_WORDS = (
    b'":',
    b"null",
    b"[",
    b"{",
    b"1e999",
    b"-0",
    b"NaN",
    b'"\\ud800"',
    b"[" * 200,
    b"9" * 5000,
    b'"a":"b",',
)
XML_WORDS = (
    *(
        b'<c t="e"><v>#REF!</v></c>',
        b"<f>",
        b"</f>",
        b"<!DOCTYPE x>",
        b"&#0;",
        b"&#x1F600;",
        b"<![CDATA[",
        b"]]>",
    ),
    *(
        b' r="XFD1048576"',
        b"-1",
        b"1e308",
        b"<row>",
        b"</row>",
        b"<!--",
        b"&lt;",
        b"_xD800_",
        b"<r><t>x</t></r>",
    ),
)
CSV_WORDS = (
    "“",
    '"',
    ",",
    "\n",
    "\r\n",
    "=1+1",
    "题名",
    "数量",
    "\0",
    "\u202e",
    "ＴＩＴＬＥ",
    "（公开）",
    "'",
    "\ufeff",
)

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "sheet",
            _sheet,
            (BadInput, TooLarge),
            lambda: [
                *(text.encode() for text in SHEETS),
                SHEETS[0].encode("gb18030"),
                SHEETS[1].encode("utf-16"),
            ],
            lambda ended: _has_code(ended, "quantity-over-cap") or _has_code(ended, "number-malformed"),
            tuple(word.encode() for word in CSV_WORDS),
        ),
        Target(
            "contracts",
            _contracts,
            (BadInput, TooLarge),
            lambda: [CONTRACT_SHEET.encode(), CONTRACT_SHEET.encode("gb18030")],
            lambda ended: isinstance(ended, Findings) and bool(ended.without_end),
            tuple(word.encode() for word in (*CSV_WORDS, *CONTRACT_WORDS)),
        ),
        Target(
            "onix",
            _onix,
            (BadInput, TooLarge),
            lambda: [ONIX.encode(), ONIX.replace("3.1", "3.0").encode("utf-16")],
            lambda ended: (
                isinstance(ended, list)
                and any(one.ask in (Ask.LANGUAGES, Ask.PLACES) for read in ended for one in read.asked)
            ),
            (
                *XML_WORDS,
                b"<SalesRights>",
                b"WORLD",
                b"07",
                b"JP KR",
                b"<Product>",
                b"</Product>",
                b"encoding='gbk'",
            ),
        ),
        Target(
            "workbook-cells",
            _grid,
            (BadInput, TooLarge),
            lambda: [CELLS.encode()],
            lambda ended: (
                isinstance(ended, list) and any(mark is Mark.ERROR for row in ended for _, mark in row.marks)
            ),
            XML_WORDS,
        ),
        Target(
            "workbook-strings",
            _strings,
            (BadInput, TooLarge),
            lambda: ["<si><r><t>静</t></r><r><t>夜</t></r><rPh><t>j</t></rPh></si>".encode()],
            lambda ended: isinstance(ended, list) and any("静夜" not in row.cells[0] for row in ended),
            XML_WORDS,
        ),
        Target(
            "workbook-container",
            _container,
            (BadInput, TooLarge),
            lambda: [raw_workbook(CELLS, strings=ITEM, compression=0), raw_workbook(CELLS, strings=ITEM)],
            lambda ended: isinstance(ended, TooLarge),
            (b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff", b"\0\0\0\0", MAIN.encode()),
        ),
        Target(
            "museum",
            _museum,
            (BadInput, TooLarge),
            lambda: [json.dumps(RECORD, ensure_ascii=False).encode() + b"\n"],
            lambda ended: isinstance(ended, list) and any("Rest of the record" in row for row in ended),
            JSON_WORDS,
        ),
        Target(
            "manifest",
            _manifest,
            (BadInput, TooLarge),
            _manifest_seeds,
            lambda ended: _is_bad(ended, containing="contradict each other"),
            JSON_WORDS,
        ),
        Target(
            "statement",
            _statement,
            (BadInput, TooLarge),
            lambda: [statement_bytes(CollectionStatement("唐诗小笺", "Cards", "十二首", "Twelve"))],
            lambda ended: isinstance(ended, CollectionStatement) and ended.title_en != "Cards",
            JSON_WORDS,
        ),
        Target(
            "picture",
            _picture,
            (BadInput, TooLarge),
            _picture_seeds,
            lambda ended: isinstance(ended, Preview) and (ended.width, ended.height) != (24, 16),
            (b"\xff\xff\xff\xff", b"\0\0\0\0", b"IDAT", b"tRNS", b"PLTE", b"\xff\xd8", b"\xff\xc4", b"ANIM"),
        ),
        Target(
            "dates",
            _dates,
            (),
            lambda: [b"0701-02|0762-12-31|978-7-02-000220-7", b"-0205|+12026|x"],
            lambda ended: "dates-backwards" in ended and "isbn-malformed" not in ended,
            (b"-0205", b"|", b"0000", "１".encode(), b"-02-29", b"X", b"979"),
        ),
        Target(
            "bundle",
            _bundle,
            (EvidenceError,),
            lambda: [json.dumps(_evidence()["bundles"][name]).encode() for name in ("holding", "deposit")],
            lambda ended: getattr(ended, "answer", None) is not None and ended.answer.value == "invalid",
            JSON_WORDS,
        ),
        Target(
            "anchor",
            read_anchor,
            (EvidenceError,),
            lambda: [json.dumps(one).encode() for one in _evidence()["anchors"].values()],
            lambda ended: _is_bad(ended, containing="id"),
            JSON_WORDS,
        ),
        Target(
            "export",
            _export,
            (EvidenceError,),
            lambda: ["".join(_exports()[form]).encode() for form in ("jsonl", "csv")],
            lambda ended: isinstance(ended, ExportError) and ended.line > 4,
            JSON_WORDS,
        ),
        Target(
            "bodies",
            _body,
            (ValidationError, QianyinError),
            _body_seeds,
            lambda ended: (
                isinstance(ended, ValidationError)
                and any(
                    one["type"] in ("int_type", "int_parsing", "string_too_short") for one in ended.errors()
                )
            ),
            JSON_WORDS,
        ),
    )
}
