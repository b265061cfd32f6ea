"""The demonstration and what it stands on, as somebody runs them: in processes, on real chains, killed at will."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from devnet import installation as devnet
from devnet import processes
from devnet.qianyin import Terms
from indexer.events import Custody, Kind, WorkRegistered, decode
from indexer.evidence.anchor_file import write_anchor
from indexer.evidence.bundle import write_bundle
from indexer.live import Indexer
from indexer.store import NothingIndexed
from indexer.values import Hash32
from service import anchoring
from service.checking import check_all
from service.cli.chain import bring_up
from service.demo.companions import AGAIN, Companions
from service.errors import Unavailable
from service.installation import Installation
from service.intake.sheet import read_sheet
from service.issuing.desk import desk_of
from service.issuing.sheet import Terms as Issuing
from service.issuing.sheet import issue
from service.keys.operators import Operator
from service.outbox.accept import Wanted, accept_all
from service.outbox.operations import Operation, State, counts, ended_among
from service.outbox.requests import RegisterAccount
from service.outbox.tables import OperationRow, TransactionRow
from service.outbox.worker import open_worker
from service.reading.open import context
from service.reading.proof import Prover
from service.rights.backlog.house import cabinet_of
from service.settings import read_settings
from tests.service.outbox.samples import word

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[1]
SOON = 20.0
"""Seconds in which processes whose starter was killed are gone."""


def qianyin(*words: object, **settings: str) -> subprocess.Popen[str]:
    """Start the program as a shell would: in a group of its own."""
    command = [sys.executable, "-m", "service.cli", *map(str, words)]
    search = os.pathsep.join([str(ROOT), str(ROOT / "hardhat-free-devnet")])
    environment = {**os.environ, "PYTHONPATH": search, "PYTHONUNBUFFERED": "1", **settings}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def running(folder: Path) -> list[str]:
    """List the command lines of all processes of this machine that name a folder, but for our own."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and entry.parent.name != str(os.getpid()):
            found.append(line)
    return found


def gone(folder: Path) -> bool:
    """Wait until no process names a folder."""
    until = time.monotonic() + SOON
    while running(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@dataclass
class Stay:
    """A demonstration that stays, and what it showed."""

    process: subprocess.Popen[str]
    shown: str

    def leave(self, number: signal.Signals) -> int:
        """Signal it alone, as `kill` does; its exit code."""
        self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode


def stay(home: Path) -> Stay:
    """Start a demonstration and wait for the addresses to open."""
    process = qianyin("--home", home, "demo")
    assert process.stdout is not None
    shown = ""
    for line in process.stdout:
        shown += line
        if "Ctrl-C" in line:
            return Stay(process, shown)
    raise AssertionError(process.communicate()[1])


def asked(home: Path) -> tuple[int, int]:
    """Count the requests and the transactions of a home."""
    opened = Installation(read_settings(home=home))
    with opened.database.read() as connection:
        found = (
            connection.scalar(select(func.count()).select_from(OperationRow)),
            connection.scalar(select(func.count()).select_from(TransactionRow)),
        )
    opened.close()
    assert found[0] is not None
    assert found[1] is not None
    return found[0], found[1]


def taken_in(home: Path) -> list[tuple[str, int]]:
    """List the existing contracts of a home, by id, with when each was taken in."""
    opened = Installation(read_settings(home=home))
    kept = cabinet_of(opened, "test").contracts()
    opened.close()
    return [(one.id, one.taken_at) for one in kept]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home that the tests of a staying demonstration share; each leaves it as it was, but older."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    yield folder
    for name in ("index", "worker", "serve"):
        left = processes.recorded(folder / "run" / f"{name}.json")
        if left is not None:
            processes.stop(left)
    devnet.down(folder)


def test_the_demonstration_once_holds_and_leaves_no_process_and_no_folder(tmp_path: Path):
    process = qianyin("demo", "--once", "--json", TMPDIR=str(tmp_path))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    told = json.loads(out)
    assert told["held"]
    assert {one["verdict"] for one in told["verdicts"]} == {"valid"}
    assert {one["kind"] for one in told["verdicts"]} == {"deposit", "holding"}
    assert told["export"]["verdict"] == "valid"
    assert told["fsck"] == {**told["fsck"], "ok": True, "findings": []}
    assert told["reindex_same_rows"]
    assert told["refused_as_it_should_be"]
    assert (told["did"]["deposit"], told["did"]["mint"], told["did"]["give-from-kept"]) == (15, 39, 2)
    assert told["did"]["execute-order"] == 1
    kept = told["existing_contracts"]
    assert (kept["contracts"], kept["scans"]) == (20, 3)
    assert kept["recorded"] == {"contracts": 3, "conflicts": 1}
    [clash] = (one for one in kept["conflicts"] if one["certain"])
    assert (clash["older"]["number"], clash["newer"]["number"]) == ("JN-2020-113", "JN-2024-061")
    assert "繁体中文" in clash["overlap"]["zh"]
    assert "旧合同 20 份、扫描件 3 份已收：1 处冲突，1 处可能冲突" in err
    assert "JN-2020-113 北岸文化事业 与 JN-2024-061 港湾出版（香港）" in err
    assert told["timings"]["total"] > told["timings"]["issue"]
    assert "anchor" not in err
    assert gone(tmp_path)
    assert not list(tmp_path.iterdir())


class TestStaying:
    """One home after another fate; the tests run in their order."""

    def test_it_shows_what_to_open_and_dies_with_its_starter(self, home: Path):
        shown = stay(home)
        assert "http://127.0.0.1:" in shown.shown
        assert "20 existing contracts kept, 3 scans: 1 in conflict" in shown.shown
        assert len(running(home)) >= 4, "node, index, worker, pages"
        assert shown.leave(signal.SIGKILL) == -signal.SIGKILL
        assert gone(home), running(home)

    def test_again_in_the_same_home_it_asks_for_nothing_twice_and_ctrl_c_ends_all(self, home: Path):
        before, contracts = asked(home), taken_in(home)
        again = stay(home)
        assert asked(home) == before
        assert taken_in(home) == contracts
        assert len(contracts) == 20
        other = qianyin("--home", home, "demo")
        said = other.communicate(timeout=60)[1]
        assert (other.returncode, "already" in said) == (1, True), "a second one at once is told so"
        assert again.leave(signal.SIGINT) == 0
        assert gone(home), running(home)

    def test_sigterm_while_it_begins_leaves_nothing_either(self, home: Path):
        process = qianyin("--home", home, "demo")
        assert process.stderr is not None
        assert any("starting indexer" in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 130
        assert gone(home), running(home)

    def test_killed_all_at_once_nothing_that_was_acknowledged_is_lost(
        self, home: Path, request: pytest.FixtureRequest
    ):
        settings = read_settings(home=home)
        opened = Installation(settings)
        request.addfinalizer(opened.close)
        accepted: list[Operation] = []
        devnet.up(home)
        companions = Companions(home, port=settings.port, programs=("index", "worker"))
        companions.__enter__()  # Not in a `with`: they are to be killed, not ended.
        for chunk in asking(opened, home / "killed.csv"):
            accepted += chunk
            if len(accepted) == 30:
                await_ended(opened, accepted[:10])
        unfinished = len(accepted) - len(ended_among(opened.database, {one.id for one in accepted}))
        for name in ("chain/node.json", "run/worker.json", "run/index.json"):
            process = processes.recorded(home / name)
            assert process is not None
            os.killpg(process.pid, signal.SIGKILL)
        assert gone(home)
        assert 0 < unfinished <= 50, "they were killed in the middle"
        with Companions(home, port=settings.port, programs=("index", "worker")):
            devnet.up(home)
            ended = await_ended(opened, accepted)
        assert {one.state for one in ended} == {State.SETTLED}
        assert sorted(registered(opened, ended)) == sorted(one.request.work_id for one in accepted)  # type: ignore[union-attr]
        assert check_all(opened)["findings"] == []
        devnet.down(home)
        assert gone(home), running(home)


def asking(opened: Installation, sheet: Path) -> Iterator[list[Operation]]:
    """Accept sixty deposits, five at a time."""
    rows = [f"衍生创作,其{number},唐诗,李白" for number in range(60)]
    sheet.write_text("\n".join(["类别,题名,衍生自,作者", *rows]), encoding="utf-8")
    requests, desk = list(read_sheet(sheet).requests()), desk_of(opened, "test")
    for start in range(0, len(requests), 5):
        yield from issue(desk, requests[start : start + 5], Issuing())


def await_ended(opened: Installation, accepted: list[Operation], seconds: float = 90.0) -> list[Operation]:
    until = time.monotonic() + seconds
    while True:
        ended = ended_among(opened.database, {one.id for one in accepted})
        if len(ended) == len(accepted):
            return ended
        assert time.monotonic() < until, counts(opened.database)
        time.sleep(0.2)


def registered(opened: Installation, ended: list[Operation]) -> list[Hash32]:
    """Give the works in the ledger that these operations deposited, each as often as it is there."""
    wanted = {one.request.work_id for one in ended}  # type: ignore[union-attr]
    with opened.projection.view() as view:
        acts = [decode(record) for record in view.records(0, view.as_of.count - 1)]
    return [act.work_id for act in acts if isinstance(act, WorkRegistered) and act.work_id in wanted]


SHEET = "类别,题名,衍生自,作者,系列,版次,发行上限,数量\n衍生创作,静夜思,唐诗,李白,小笺,1,10,1\n"


@contextmanager
def house(
    folder: Path, chain: str, names: tuple[str, str], authority: tuple[str, str]
) -> Iterator[Installation]:
    """Somebody's own installation of this software: an issuer, named in its own anchor, and one collectible."""
    folder.mkdir()
    settings = read_settings({}, folder)
    opened = Installation(settings)
    try:
        bring_up(settings, chain, None, Terms(), demo=False, attached=True)
        issuer = opened.vault.operator(Operator.ISSUER)
        anchoring.vouch(settings.trust_anchor, opened.vault, authority, issuer, names)
        (folder / "sheet.csv").write_text(SHEET, encoding="utf-8")
        institution = RegisterAccount(
            issuer, Kind.INSTITUTION, Custody.OWN, word(1), word(1), word(1), 1_700_000_000
        )
        accepted = accept_all(opened.database, [Wanted(institution, "institution")], principal="test")
        rows = read_sheet(folder / "sheet.csv").requests()
        accepted += [one for chunk in issue(desk_of(opened, "test"), rows, Issuing()) for one in chunk]
        carry_out(opened, accepted)
        yield opened
    finally:
        opened.close()
        devnet.down(folder)


def carry_out(opened: Installation, accepted: list[Operation], seconds: float = 60.0) -> None:
    """Step worker and indexer in turns until everything is settled."""
    worker = open_worker(opened.settings, opened.files)
    indexer = Indexer(opened.node, opened.projection, opened.deployment)
    until = time.monotonic() + seconds
    while len(ended_among(opened.database, {one.id for one in accepted})) < len(accepted):
        assert time.monotonic() < until, (counts(opened.database), worker.health)
        indexer.catch_up()
        worker.step()
    worker.close()
    assert {one.state for one in ended_among(opened.database, {one.id for one in accepted})} == {
        State.SETTLED
    }


def papers(opened: Installation, folder: Path) -> tuple[Path, Path]:
    """Write a bundle for the one collectible, and the anchor, as somebody hands them over."""
    folder.mkdir()
    anchor = opened.anchor
    assert anchor is not None
    with context(opened) as one:
        [token] = one.view.tokens().items
        octets = write_bundle(Prover(opened, one.view, anchor, opened.proofs).bundle(token))
    (folder / "bundle.json").write_bytes(octets)
    (folder / "anchor.json").write_bytes(write_anchor(anchor))
    return folder / "bundle.json", folder / "anchor.json"


def verified(bundle: Path, anchor: Path) -> tuple[int, dict[str, Any]]:
    """Verify as a stranger does: in another process, in a folder without anything, from two files."""
    process = qianyin("--home", bundle.parent / "nowhere", "verify", bundle, "--anchor", anchor, "--json")
    out, err = process.communicate(timeout=60)
    assert out, err
    return process.returncode, json.loads(out)


def test_a_worker_killed_while_the_story_is_told_is_said_at_once_and_the_story_goes_on(tmp_path: Path):
    home = tmp_path / "home"
    process = qianyin("--home", home, "demo", "--chain", "anvil")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = iter(process.stderr.readline, "")
        assert any("depositing the works" in line for line in said)
        worker = processes.recorded(home / "run" / "worker.json")
        assert worker is not None
        killed = time.monotonic()
        os.kill(worker.pid, signal.SIGKILL)
        assert any(
            "worker had ended and was started again" in line and "worker.log:" in line for line in said
        )
        assert time.monotonic() - killed < 30, "it waits 180 s for a request"
        assert "carrying out accepted requests" in next(said), "the last lines of the log"
        assert any("Ctrl-C" in line for line in process.stdout), (
            "the addresses: the story was told to its end"
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert gone(home), running(home)


def test_a_companion_that_ends_again_and_again_is_given_up_with_the_end_of_its_log(tmp_path: Path):
    """A worker in a home without a chain ends at once, each time."""
    companions = Companions(tmp_path, port=0, programs=("worker",))
    log = tmp_path / "run" / "worker.log"
    log.parent.mkdir()
    log.write_text("of an earlier one\n")
    with companions:
        for _ in range(AGAIN):
            assert processes.ended(companions.running["worker"], 60.0)
            [one] = companions.revive()
            assert (one.program, one.log) == ("worker", log)
            assert any("Nothing is deployed" in line for line in one.last)
            assert "of an earlier one" not in one.last
        assert processes.ended(companions.running["worker"], 60.0)
        with pytest.raises(Unavailable, match=r"(?s)worker ends again and again.*Nothing is deployed"):
            companions.revive()
    assert gone(tmp_path)


def test_a_second_instance_of_this_software_is_recognised_by_its_own_anchor_alone(tmp_path: Path):
    ours, theirs = ("示例省博物馆", "Sample Museum"), ("示例省博物馆", "Sample Museum")
    bureau = ("演示监管方", "Demo regulator")
    with house(tmp_path / "ours", "geth", ours, bureau) as one:
        our_bundle, our_anchor = papers(one, tmp_path / "our papers")
    with house(tmp_path / "theirs", "geth", theirs, bureau) as other:
        their_bundle, their_anchor = papers(other, tmp_path / "their papers")
    for bundle, anchor in ((our_bundle, our_anchor), (their_bundle, their_anchor)):
        code, said = verified(bundle, anchor)
        assert (code, said["verdict"]) == (0, "valid")
    for bundle, anchor in ((their_bundle, our_anchor), (our_bundle, their_anchor)):
        code, said = verified(bundle, anchor)
        assert (code, said["verdict"]) == (3, "indeterminate")
        assert said["headline"] == {
            "zh": "记录一致，发行方身份未证实。",
            "en": "Records consistent, issuer not recognised.",
        }


def test_on_a_chain_without_seals_the_verdict_is_open_and_says_why(tmp_path: Path):
    names = ("示例省博物馆", "Sample Museum")
    with house(tmp_path / "home", "anvil", names, ("演示监管方", "Demo regulator")) as opened:
        bundle, anchor = papers(opened, tmp_path / "papers")
    code, said = verified(bundle, anchor)
    assert (code, said["verdict"]) == (3, "indeterminate")
    statuses = {check["number"]: check["status"] for check in said["checks"]}
    assert statuses[6] == "not_run"
    assert all(status != "failed" for status in statuses.values())
    [why] = [check["reason"] for check in said["checks"] if check["number"] == 6]
    assert why["zh"]
    assert "seal" in why["en"]


def test_a_fresh_index_says_that_it_is_empty(tmp_path: Path):
    """The wait above would be endless if an empty index looked like one that is done."""
    opened = Installation(read_settings({}, tmp_path))
    with pytest.raises(NothingIndexed), opened.projection.view():
        pass
    opened.close()
