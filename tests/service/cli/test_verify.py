"""`qianyin verify`, offline: exit code 0 for what is valid, 3 for anything else that it could judge."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.evidence import trie_builder
from indexer.evidence.anchor_file import write_anchor
from indexer.evidence.bundle import write_bundle
from indexer.evidence.ends import EndProof
from indexer.evidence.export import write_csv, write_jsonl
from indexer.evidence.export_text import ExportHeader
from indexer.evidence.slots import COUNT, HEAD
from indexer.keccak import keccak256
from indexer.values import as_hex
from service.cli.program import main
from tests.indexer.evidence.small_chain import (
    FILE,
    SOURCES,
    account,
    deposit,
    holding,
    sha256,
    told,
)
from tests.vectors.make import export_header

CHAIN = told()
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `qianyin verify` in a home without anything, and read its JSON."""

    def verify(*words: object) -> tuple[int, dict[str, Any]]:
        code = main(["--home", str(tmp_path / "home"), "verify", *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return verify


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.json"
    path.write_bytes(write_bundle(CHAIN.bundle(holding())))
    return path


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    path = tmp_path / "anchor.json"
    path.write_bytes(write_anchor(CHAIN.anchor()))
    return path


def statuses(said: dict[str, Any]) -> dict[int, str]:
    return {check["number"]: check["status"] for check in said["checks"]}


def test_a_bundle_is_valid_under_the_anchor_that_names_its_issuer(run: Run, bundle: Path, anchor: Path):
    code, said = run(bundle, "--anchor", anchor)
    assert (code, said["verdict"], said["since"]) == (0, "valid", "not_checked")
    assert said["headline"]["zh"] != said["headline"]["en"]
    assert set(statuses(said).values()) <= {"passed", "not_applicable"}


def test_a_bundle_without_an_anchor_is_not_valid(run: Run, bundle: Path):
    code, said = run(bundle)
    assert (code, said["verdict"]) == (3, "indeterminate")


def test_the_anchor_of_the_home_is_the_usual_one(run: Run, bundle: Path, anchor: Path, tmp_path: Path):
    (tmp_path / "home").mkdir()
    anchor.rename(tmp_path / "home" / "trust-anchor.json")
    assert run(bundle)[0] == 0


def test_an_anchor_that_names_nobody_recognises_no_issuer(run: Run, bundle: Path, tmp_path: Path):
    (tmp_path / "unnamed.json").write_bytes(write_anchor(CHAIN.unnamed()))
    code, said = run(bundle, "--anchor", tmp_path / "unnamed.json")
    assert code == 3
    assert said["verdict"] != "valid"
    assert statuses(said)[8] != "passed"


def test_an_anchor_with_other_validators_refuses_the_seal(run: Run, bundle: Path, tmp_path: Path):
    anchor = CHAIN.anchor()
    others = replace(anchor.consensus.validator_sets[0], validators=(account("stranger"),))
    other = replace(anchor, consensus=replace(anchor.consensus, validator_sets=(others,)))
    (tmp_path / "other.json").write_bytes(write_anchor(other))
    code, said = run(bundle, "--anchor", tmp_path / "other.json")
    assert (code, said["verdict"], statuses(said)[6]) == (3, "invalid", "failed")


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value["records"].pop(1),
        lambda value: value["records"].reverse(),
        lambda value: value["claim"].update(holder="0x" + "11" * 20),
        lambda value: value.update(manifest=value["manifest"].replace("静", "动")),
    ],
    ids=["left out", "turned round", "another holder", "another manifest"],
)
def test_a_bundle_that_was_tampered_with_is_invalid(
    change: Callable[[dict[str, Any]], object], run: Run, bundle: Path, anchor: Path
):
    value = json.loads(bundle.read_text())
    change(value)
    bundle.write_text(json.dumps(value, ensure_ascii=False))
    code, said = run(bundle, "--anchor", anchor)
    assert (code, said["verdict"]) == (3, "invalid")


def test_a_bundle_that_was_cut_off_proves_nothing(run: Run, bundle: Path, anchor: Path):
    text = bundle.read_text()
    bundle.write_text(text[: len(text) // 2 + text.index('"claim"')])
    code, said = run(bundle, "--anchor", anchor)
    assert (code, said["verdict"]) == (3, "invalid")


def test_a_file_is_compared_with_the_bundle_that_is_named(run: Run, anchor: Path, tmp_path: Path):
    (tmp_path / "deposit.json").write_bytes(write_bundle(CHAIN.bundle(deposit())))
    (tmp_path / "card.png").write_bytes(FILE)
    (tmp_path / "other.png").write_bytes(FILE + b".")
    for name, code, check in (("card.png", 0, "passed"), ("other.png", 3, "failed")):
        got, said = run(tmp_path / name, "--bundle", tmp_path / "deposit.json", "--anchor", anchor)
        assert (got, statuses(said)[1]) == (code, check)
        again, _ = run(tmp_path / "deposit.json", "--file", tmp_path / name, "--anchor", anchor)
        assert again == code


def test_a_plain_file_alone_cannot_be_judged(run: Run, tmp_path: Path):
    (tmp_path / "card.png").write_bytes(FILE)
    code, said = run(tmp_path / "card.png")
    assert (code, said["error"]) == (1, "bundle-needed")


def test_an_empty_file_is_said_to_be_empty(run: Run, tmp_path: Path):
    (tmp_path / "empty").touch()
    code, said = run(tmp_path / "empty")
    assert (code, said["error"]) == (1, "file-empty")
    assert "0 bytes" in said["en"]


def test_a_file_of_brackets_is_a_plain_file(run: Run, tmp_path: Path):
    (tmp_path / "brackets").write_bytes(b"[" * 1_000_000)
    code, said = run(tmp_path / "brackets")
    assert (code, said["error"]) == (1, "bundle-needed")


def test_a_report_that_cannot_be_written_is_said(run: Run, bundle: Path, tmp_path: Path):
    code, said = run(bundle, "--report", tmp_path / "no folder" / "report.txt")
    assert (code, said["error"]) == (1, "file-unwritable")


@pytest.mark.parametrize("name", ["bundle.json", "anchor.json"])
def test_what_is_not_there_is_said(name: str, run: Run, bundle: Path, anchor: Path, tmp_path: Path):
    (tmp_path / name).unlink()
    code, said = run(bundle, "--anchor", anchor)
    assert (code, said["error"]) == (1, "file-unreadable")


def test_a_file_that_is_no_anchor_is_refused(run: Run, bundle: Path):
    code, said = run(bundle, "--anchor", bundle)
    assert (code, said["error"]) == (1, "not-an-anchor")


@pytest.mark.parametrize("form", ["txt", "json"])
def test_a_report_is_written_for_a_court(form: str, run: Run, bundle: Path, anchor: Path, tmp_path: Path):
    path = tmp_path / f"report.{form}"
    assert run(bundle, "--anchor", anchor, "--origin", "the bureau's own site", "--report", path)[0] == 0
    text = path.read_text(encoding="utf-8")
    assert "the bureau's own site" in text
    assert sha256(bundle.read_bytes()).hex() in text
    assert sha256(anchor.read_bytes()).hex() in text
    if form == "json":
        assert len(json.loads(text)["checks"]) == 9
    else:
        assert "核验" in text


def test_a_report_is_written_of_what_failed_too(run: Run, bundle: Path, tmp_path: Path):
    assert run(bundle, "--report", tmp_path / "report.txt")[0] == 3
    assert (tmp_path / "report.txt").stat().st_size > 500


def test_the_text_names_every_check_in_two_languages(
    bundle: Path, anchor: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["verify", str(bundle), "--anchor", str(anchor)]) == 0
    lines = capsys.readouterr().out.splitlines()
    marked = [line for line in lines if line.strip()[:1] in "✓·" and line.strip()]
    assert len(marked) == 9
    assert all(" / " in line for line in marked)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder as somebody's site."""

    class Site(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def test_evidence_at_an_address_is_fetched_and_judged_here(
    run: Run, bundle: Path, anchor: Path, tmp_path: Path
):
    with serving(tmp_path) as site:
        assert run(f"{site}/bundle.json", "--anchor", anchor)[1]["verdict"] == "valid"
        assert run(f"{site}/anchor.json", "--anchor", anchor)[0] == 3
        code, said = run(f"{site}/nothing.json", "--anchor", anchor)
        assert (code, said["error"], said["facts"]) == (1, "url-without-evidence", {"status": 404})
        assert "answers 404" in said["en"]
        assert "/v1/collectibles/NUMBER/evidence" in said["en"]
        (tmp_path / "page.html").write_text("<!doctype html>")
        code, said = run(f"{site}/page.html", "--anchor", anchor)
        assert (code, said["error"], said["facts"]) == (1, "url-without-evidence", {"status": 200})
    code, said = run(f"{site}/bundle.json", "--anchor", anchor)
    assert (code, said["error"]) == (1, "url-silent")


def test_a_service_is_asked_for_the_deposit_of_a_file(run: Run, anchor: Path, tmp_path: Path):
    work = as_hex(deposit().work_id)
    folder = tmp_path / "v1" / "works" / work
    folder.mkdir(parents=True)
    (folder / "evidence").write_bytes(write_bundle(CHAIN.bundle(deposit())))
    (tmp_path / "v1" / "search").write_text(json.dumps({"results": [{"kind": "work", "id": work}]}))
    (tmp_path / "card.png").write_bytes(FILE)
    with serving(tmp_path) as site:
        assert run(tmp_path / "card.png", "--service", site, "--anchor", anchor)[1]["verdict"] == "valid"
        (tmp_path / "v1" / "search").write_text('{"results": []}')
        code, said = run(tmp_path / "card.png", "--service", site, "--anchor", anchor)
        assert (code, said["error"]) == (1, "not-deposited")
        for answer in ("[]", '{"results": [1]}', '{"results": [{"kind": "work"}]}', "<html>", "[" * 100_000):
            (tmp_path / "v1" / "search").write_text(answer)
            code, said = run(tmp_path / "card.png", "--service", site, "--anchor", anchor)
            assert (code, said["error"]) == (1, "service-other")


class TestExports:
    """An export is recomputed line by line; a fault is named by its place."""

    @staticmethod
    def header() -> ExportHeader:
        storage = CHAIN.storage()
        proof = EndProof(
            header=CHAIN.header(),
            following=(),
            storage_root=storage.root,
            account_proof=tuple(trie_builder.proof(CHAIN.state(), keccak256(SOURCES.ledger))),
            head_proof=tuple(trie_builder.proof(storage, keccak256(HEAD))),
            count_proof=tuple(trie_builder.proof(storage, keccak256(COUNT))),
        )
        header = export_header(CHAIN, 0)
        assert header.after is not None
        return replace(header, after=replace(header.after, proof=proof))

    @pytest.fixture(params=["jsonl", "csv"])
    def export(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        write, encoding = {"jsonl": (write_jsonl, "utf-8"), "csv": (write_csv, "utf-8-sig")}[request.param]
        path = tmp_path / f"export.{request.param}"
        with path.open("w", encoding=encoding, newline="") as out:
            out.writelines(write(self.header(), CHAIN.records))
        return path

    @staticmethod
    def first(export: Path) -> int:
        """The line of the first record, from zero."""
        return 1 if export.suffix == ".jsonl" else 2

    def rewritten(self, export: Path, change: Callable[[list[bytes], int], object]) -> Path:
        lines = export.read_bytes().splitlines(keepends=True)
        change(lines, self.first(export))
        export.write_bytes(b"".join(lines))
        return export

    def test_a_whole_export_is_valid(self, run: Run, export: Path, anchor: Path):
        code, said = run(export, "--anchor", anchor)
        assert (code, said["verdict"], said["records"]) == (0, "valid", len(CHAIN.records))
        assert said["ends"]["after"]["tied"]

    def test_one_that_agrees_with_itself_alone_is_not_valid(self, run: Run, export: Path):
        code, said = run(export)
        assert (code, said["verdict"], said["complete"]) == (3, "indeterminate", True)

    def test_a_record_removed_is_named(self, run: Run, export: Path, anchor: Path):
        self.rewritten(export, lambda lines, first: lines.pop(first + 3))
        code, said = run(export, "--anchor", anchor)
        assert (code, said["verdict"], said["line"]) == (3, "invalid", self.first(export) + 4)

    def test_a_record_changed_is_named(self, run: Run, export: Path, anchor: Path):
        held = as_hex(CHAIN.records[3].state_after).encode()

        def change(lines: list[bytes], first: int) -> None:
            assert held in lines[first + 3]
            lines[first + 3] = lines[first + 3].replace(held, b"0x" + b"11" * 32)

        self.rewritten(export, change)
        code, said = run(export, "--anchor", anchor)
        assert (code, said["line"], said["seq"]) == (3, self.first(export) + 4, 3)

    def test_a_record_moved_is_named(self, run: Run, export: Path, anchor: Path):
        def move(lines: list[bytes], first: int) -> None:
            lines[first + 2], lines[first + 3] = lines[first + 3], lines[first + 2]

        self.rewritten(export, move)
        code, said = run(export, "--anchor", anchor)
        assert (code, said["line"]) == (3, self.first(export) + 3)

    def test_a_record_added_is_named(self, run: Run, export: Path, anchor: Path):
        self.rewritten(export, lambda lines, first: lines.insert(first + 3, lines[first + 2]))
        code, said = run(export, "--anchor", anchor)
        assert (code, said["line"]) == (3, self.first(export) + 4)

    def test_an_export_cut_off_is_named(self, run: Run, export: Path, anchor: Path):
        self.rewritten(export, lambda lines, _: lines.pop())
        code, said = run(export, "--anchor", anchor)
        assert (code, said["verdict"]) == (3, "invalid")
