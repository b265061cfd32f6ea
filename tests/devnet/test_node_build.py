"""The node is built once for a user, whoever else builds it at the same time, and says clearly when it cannot be.

The Go here is a script that takes the same command line: a real build takes a minute, and the other tests use one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devnet import node_build
from devnet.errors import NodeNotBuilt
from devnet.progress import Notice

_GO = """\
#!/bin/sh
if [ "$1" = env ]; then echo {version}; exit 0; fi
echo "$@" >> {told}/arguments
env >> {told}/environment
echo "go: downloading example.org/module v1.0.0" >&2
mkdir -p "$GOMODCACHE/example" "$GOCACHE"
sleep {seconds}
echo runtime >&2
{failure}
while [ "$1" != -o ]; do shift; done
mkdir -p "$(dirname "$2")"
printf '#!/bin/sh\\necho Version: 1.13.15-stable\\n' > "$2"
chmod +x "$2"
"""


class Machine:
    """A user with a cache and a `go` on PATH."""

    def __init__(self, folder: Path) -> None:
        self.told = folder / "told"
        self.cache = folder / "cache"
        self.path = folder / "bin"
        self.told.mkdir()
        self.path.mkdir()

    def has_go(self, version: str = "go1.26.8", seconds: float = 0.0, failure: str = "") -> None:
        text = _GO.format(version=version, told=self.told, seconds=seconds, failure=failure)
        (self.path / "go").write_text(text)
        (self.path / "go").chmod(0o755)

    def builds(self) -> list[str]:
        """The arguments of every build that Go was asked for."""
        arguments = self.told / "arguments"
        return arguments.read_text().splitlines() if arguments.exists() else []

    def environment(self) -> dict[str, str]:
        """What the last build saw."""
        return dict(
            line.split("=", 1) for line in (self.told / "environment").read_text().splitlines() if "=" in line
        )

    def leftovers(self) -> list[str]:
        """What lies in the cache beside the node and its lock."""
        kept = {
            node_build.geth_path(self.cache).parent.name,
            f"{node_build.geth_path(self.cache).parent.name}.lock",
        }
        return sorted(entry.name for entry in self.cache.iterdir() if entry.name not in kept)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{made.path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    for name in ("GOMODCACHE", "GOCACHE"):
        monkeypatch.delenv(name, raising=False)
    return made


def test_the_node_is_built_once_and_found_afterwards(machine: Machine) -> None:
    machine.has_go()
    assert node_build.geth_binary(cache=machine.cache) == node_build.geth_binary(cache=machine.cache)
    assert len(machine.builds()) == 1


def test_the_build_leaves_nothing_but_the_node(machine: Machine) -> None:
    machine.has_go()
    node_build.geth_binary(cache=machine.cache)
    assert machine.leftovers() == []


def test_the_build_takes_exactly_what_is_pinned(machine: Machine) -> None:
    machine.has_go()
    node_build.geth_binary(cache=machine.cache)
    assert "-mod=readonly" in machine.builds()[0]
    assert "-trimpath" in machine.builds()[0]
    seen = machine.environment()
    assert (seen["CGO_ENABLED"], seen["GOTOOLCHAIN"], seen["GOWORK"]) == ("0", "local", "off")


@pytest.mark.parametrize(("version", "asked"), [("go1.22.9", False), ("go1.23.0", True), ("go1.27.3", True)])
def test_the_linker_is_told_to_allow_old_links_only_where_it_knows_the_flag(
    version: str, asked: bool, machine: Machine
) -> None:
    machine.has_go(version)
    node_build.geth_binary(cache=machine.cache)
    assert ("-checklinkname=0" in machine.builds()[0]) is asked


def test_the_users_own_go_settings_hold(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine.has_go()
    monkeypatch.setenv("GOPROXY", "http://mirror.example")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "own-modules"))
    node_build.geth_binary(cache=machine.cache)
    assert machine.environment()["GOPROXY"] == "http://mirror.example"
    assert (tmp_path / "own-modules" / "example").is_dir()


def test_progress_tells_what_is_fetched_and_compiled_and_how_long_it_takes(machine: Machine) -> None:
    machine.has_go(seconds=1.2)
    heard: list[Notice] = []
    node_build.geth_binary(heard.append, machine.cache)
    fetching = [notice for notice in heard if notice.stage == "fetch"]
    assert fetching[-1].done == 1
    assert fetching[-1].seconds > 0.9


def test_two_callers_at_once_build_it_once(machine: Machine) -> None:
    machine.has_go(seconds=1.0)
    callers = [_caller(machine) for _ in range(2)]
    answers = {caller.communicate(timeout=30)[0] for caller in callers}
    assert answers == {f"{node_build.geth_path(machine.cache)}\n"}
    assert len(machine.builds()) == 1


def test_a_build_that_was_killed_leaves_no_node_and_the_next_one_cleans_up(machine: Machine) -> None:
    machine.has_go(seconds=15)
    caller = _caller(machine)
    until = time.monotonic() + 20
    while not machine.builds():
        assert time.monotonic() < until
        time.sleep(0.05)
    caller.kill()
    caller.communicate()
    assert machine.leftovers() != []
    assert not node_build.geth_path(machine.cache).exists()
    machine.has_go()
    assert node_build.geth_binary(cache=machine.cache).exists()
    assert machine.leftovers() == []


def test_an_interrupted_build_ends_its_compiler(machine: Machine) -> None:
    machine.has_go(seconds=8)
    caller = _caller(machine)
    while not machine.builds():
        time.sleep(0.05)
    caller.send_signal(signal.SIGINT)
    caller.communicate(timeout=10)
    assert machine.leftovers() == []
    time.sleep(8.5)
    assert not node_build.geth_path(machine.cache).exists()
    assert machine.leftovers() == []


def test_a_build_that_fails_says_what_go_said_and_leaves_nothing(machine: Machine) -> None:
    machine.has_go(failure="echo 'undefined: something' >&2; exit 1")
    with pytest.raises(NodeNotBuilt, match="undefined: something") as raised:
        node_build.geth_binary(cache=machine.cache)
    assert raised.value.code == "build-failed"
    assert machine.leftovers() == []


def test_a_program_that_is_another_version_is_not_kept(machine: Machine) -> None:
    machine.has_go()
    script = machine.path / "go"
    script.write_text(script.read_text().replace("1.13.15", "1.14.0"))
    with pytest.raises(NodeNotBuilt, match=r"1\.14\.0"):
        node_build.geth_binary(cache=machine.cache)
    assert not node_build.geth_path(machine.cache).exists()


def test_without_a_network_it_says_so_and_what_to_do(machine: Machine) -> None:
    message = 'Get "https://mirror.example/m.zip": dial tcp: lookup mirror.example: no such host'
    machine.has_go(failure=f"echo '{message}' >&2; exit 1")
    with pytest.raises(NodeNotBuilt, match="GOPROXY") as raised:
        node_build.geth_binary(cache=machine.cache)
    assert raised.value.code == "no-network"
    assert str(node_build.geth_path(machine.cache)) in str(raised.value)


def test_without_go_and_without_a_way_to_get_it_it_says_so(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has_go("go1.19.1")  # too old
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(NodeNotBuilt, match=r"Go 1\.21 or newer") as raised:
        node_build.geth_binary(cache=machine.cache)
    assert raised.value.code == "no-go"
    assert machine.builds() == []


def _caller(machine: Machine) -> subprocess.Popen[str]:
    # A shell starts what is to run in the background with Ctrl-C ignored, and the caller would inherit that.
    script = (
        "import signal, sys; from pathlib import Path; from devnet import node_build\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print(node_build.geth_binary(cache=Path(sys.argv[1])))"
    )
    search = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", script, str(machine.cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=search)
