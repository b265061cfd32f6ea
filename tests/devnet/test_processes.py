"""Processes are told apart by when they began, and ended for certain."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devnet import files, processes
from devnet.processes import Process


@pytest.fixture
def sleeper(tmp_path: Path) -> Process:
    """A process that sleeps for a minute, started as a node is."""
    return _start(tmp_path, ["/bin/sleep", "60"])


def _start(folder: Path, command: list[str], *, attached: bool = True) -> Process:
    launch = processes.launch(command, folder, folder / "pid.json", {"rpc": "here"}, attached=attached)
    process = processes.start(launch, folder / "log")
    until = time.monotonic() + 10
    while not (folder / "pid.json").exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    return process


def test_a_process_is_on_record_with_what_it_was_started_for(sleeper: Process, tmp_path: Path) -> None:
    assert json.loads((tmp_path / "pid.json").read_text())["rpc"] == "here"
    assert processes.recorded(tmp_path / "pid.json") == sleeper
    assert processes.stop(sleeper)


def test_a_stopped_process_is_on_record_no_more(sleeper: Process, tmp_path: Path) -> None:
    assert processes.stop(sleeper)
    assert not sleeper.alive
    assert processes.recorded(tmp_path / "pid.json") is None
    assert not processes.stop(sleeper)


def test_a_recycled_pid_is_not_taken_for_ours_and_not_ended(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        mark = processes.start_mark(stranger.pid)
        assert mark is not None
        boot, tick = mark.split(":")
        earlier = {"pid": stranger.pid, "started": f"{boot}:{int(tick) - 1}"}
        files.write_json(tmp_path / "pid.json", earlier)
        assert processes.recorded(tmp_path / "pid.json") is None
        assert not processes.stop(Process(stranger.pid, str(earlier["started"])))
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_of_before_the_last_boot_is_not_taken_for_ours(tmp_path: Path) -> None:
    mark = processes.start_mark(os.getpid())
    assert mark is not None
    tick = mark.split(":")[1]
    files.write_json(tmp_path / "pid.json", {"pid": os.getpid(), "started": f"another-boot:{tick}"})
    assert processes.recorded(tmp_path / "pid.json") is None


def test_a_process_that_ignores_the_gentle_signals_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        processes, "_LADDER", ((signal.SIGTERM, 0.3), (signal.SIGINT, 0.3), (signal.SIGKILL, 5.0))
    )
    stubborn = _start(tmp_path, ["/bin/sh", "-c", "trap '' TERM INT; echo deaf; while :; do sleep 1; done"])
    while b"deaf" not in (tmp_path / "log").read_bytes():
        time.sleep(0.01)
    assert processes.stop(stubborn)
    assert not stubborn.alive


@pytest.mark.parametrize(("attached", "survives"), [(True, False), (False, True)])
def test_an_attached_process_ends_with_its_starter_and_a_detached_one_does_not(
    attached: bool, survives: bool, tmp_path: Path
) -> None:
    script = (
        "import sys, time; from pathlib import Path; from devnet import processes\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"launch = processes.launch(['/bin/sleep', '60'], folder, folder / 'pid.json', {{}}, attached={attached})\n"
        "processes.start(launch, folder / 'log')\n"
        "while not (folder / 'pid.json').exists(): time.sleep(0.01)\n"
        "time.sleep(60)\n"
    )
    search = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    starter = subprocess.Popen([sys.executable, "-c", script], env=search)
    while not (tmp_path / "pid.json").exists():
        assert starter.poll() is None
        time.sleep(0.01)
    process = processes.recorded(tmp_path / "pid.json")
    assert process is not None
    starter.kill()
    starter.wait()
    assert processes.ended(process, 1.0) is not survives
    processes.stop(process)


def test_a_program_that_is_not_there_says_so_in_the_log(tmp_path: Path) -> None:
    process = _start(tmp_path, ["/no/such/program"])
    assert processes.ended(process, 5.0)
    assert "FileNotFoundError" in (tmp_path / "log").read_text()


def test_a_program_whose_starter_ends_before_it_is_on_record_does_not_begin(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys; from pathlib import Path; from devnet import processes\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "touch = ['/usr/bin/touch', str(folder / 'begun')]\n"
        "launch = processes.launch(touch, folder, folder / 'pid.json', {}, attached=False)\n"
        "slow = ['/bin/sh', '-c', 'sleep 0.5; exec \"$0\" \"$@\"', *launch.arguments]\n"
        "subprocess.Popen(slow, env=launch.environment)\n"
    )
    search = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", script], env=search, check=True, stderr=subprocess.DEVNULL)
    time.sleep(2.0)
    assert not (tmp_path / "begun").exists()
    assert not (tmp_path / "pid.json").exists()
