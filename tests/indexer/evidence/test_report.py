"""The report for a court, and what the verifier says of itself."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

from indexer import events
from indexer.evidence.anchor_file import anchor_id
from indexer.evidence.bundle import bundle_digest
from indexer.evidence.report import AnchorUsed, Input, Report, report_json, report_text
from indexer.evidence.tool import described, source_digest, this_tool
from indexer.evidence.verdict import Since, SinceThen, verify
from indexer.values import as_hex
from tests.indexer.evidence.small_chain import FILE, ISSUER, SOURCES, START, WORK, holding, sha256, told

CHAIN = told()
BUNDLE = CHAIN.bundle(holding())


def made(*, demo: bool = False, with_anchor: bool = True, since: Since | None = None) -> Report:
    anchor = CHAIN.anchor(demo=demo) if with_anchor else None
    return Report(
        inputs=(Input("证据.json", bundle_digest(BUNDLE), 12), Input("a\u202egnp.exe", sha256(FILE), 20)),
        anchor=AnchorUsed(anchor, "机构官网，2026-11-22 下载") if anchor else None,
        bundle_anchor=BUNDLE.anchor_id,
        verdict=verify(BUNDLE, anchor, sha256(FILE), since or Since(SinceThen.NOT_CHECKED)),
        tool=this_tool(),
        made_at=START,
    )


def test_a_report_says_what_went_in_what_checked_it_and_every_result():
    text = report_text(made())
    for expected in (
        as_hex(bundle_digest(BUNDLE)),
        as_hex(sha256(FILE)),
        as_hex(this_tool().source),
        as_hex(anchor_id(CHAIN.anchor())),
        "机构官网",
        "9 证书带有该发行方的签名【不适用】",
        "3 记录一条不少、次序未改，合于链头【一致】",
        "As of block 16",
        "Since then: not checked",
        "不说明作品的来历与作者",
        "Gifted",
    ):
        assert expected in text


def test_the_json_says_the_same():
    report = made(since=Since(SinceThen.NOT_WITHDRAWN, START))
    found = report_json(report)
    assert json.loads(json.dumps(found)) == found
    assert found["asOf"]["answer"] == "valid"
    assert [check["number"] for check in found["checks"]] == list(range(1, 10))
    assert found["notRun"] == [9]
    assert found["since"]["checkedAt"] == "2026-09-21T14:13:20Z"
    assert found["tool"]["sourceSha256"] == as_hex(source_digest())
    assert found["anchor"]["id"] == as_hex(anchor_id(CHAIN.anchor()))
    assert len(found["history"]) == 5
    for phrase in (found["asOf"]["headline"], found["limits"], *(one["reason"] for one in found["checks"])):
        assert phrase["zh"]
        assert phrase["en"]


def test_a_demonstration_is_stamped_first_of_all():
    assert report_text(made(demo=True)).startswith("【演示 / DEMO】")
    assert report_json(made(demo=True))["stamp"] == {"zh": "演示", "en": "Demo"}
    assert "DEMO" not in report_text(made())
    assert report_json(made())["stamp"] is None


def test_without_an_anchor_the_report_says_so():
    text = report_text(made(with_anchor=False))
    assert "信任锚：无" in text
    assert "发行方身份未证实" in text
    assert report_json(made(with_anchor=False))["anchor"]["id"] is None


def test_another_anchor_than_the_bundle_was_made_against_is_named():
    assert "made against another" in report_text(made(demo=True))
    assert "made against another" not in report_text(made())


def test_a_name_cannot_turn_the_writing_around():
    text = report_text(made())
    assert "\u202e" not in text
    assert "\\u{202e}" in text


def test_a_reason_in_a_record_cannot_move_the_cursor():
    chain = told()
    chain.act(events.WorkWithdrawn(WORK, "\x1b[2J\u202e\x9b"), SOURCES.party(ISSUER))
    report = replace(made(), verdict=verify(chain.bundle(holding()), None))
    text = report_text(report)
    assert all(one.isprintable() or one == "\n" for one in text)


def test_the_digest_of_the_source_can_be_made_by_hand():
    root = Path(str(resources.files("indexer")))
    names = sorted(str(file.relative_to(root)) for file in root.rglob("*.py"))
    lines = "".join(f"{hashlib.sha256((root / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    assert hashlib.sha256(lines.encode()).digest() == source_digest()
    assert as_hex(source_digest()) in described(this_tool())


def test_the_verifier_is_quick_to_import_and_needs_no_node_and_no_keys():
    program = (
        "import sys; import indexer.evidence.verdict, indexer.evidence.report, indexer.evidence.export;"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    for heavy in (
        "web3",
        "eth_account",
        "eth_keys",
        "coincurve",
        "sqlalchemy",
        "requests",
        "msgspec",
        "asyncio",
    ):
        assert f"'{heavy}'" not in found.stdout
