"""Builds the pinned go-ethereum once into the user's cache. Owns that cache and the Go compiler's run.

The source is Go's module system: `go/go.mod` and `go/go.sum` fix every byte (`-mod=readonly`). The user's own
Go settings hold (GOPROXY, GOSUMDB, GOPRIVATE, GOFLAGS, proxies); GOMODCACHE and GOCACHE are used and kept where
the environment names them, and otherwise live in a scratch folder that is removed afterwards.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from devnet import golang, locks, processes
from devnet.errors import NodeNotBuilt
from devnet.progress import Notice, Progress, silent

GETH_VERSION = "1.13.15"
"""The last go-ethereum that seals Clique blocks."""

MODULE = Path(__file__).resolve().parent / "go"
_PACKAGE = "github.com/ethereum/go-ethereum/cmd/geth"
_PACKAGES_COMPILED = 670
_COMPILER = "compiler.json"
_UNREACHABLE = re.compile(
    r"dial tcp|no such host|connection refused|i/o timeout|TLS handshake|proxyconnect|network is unreachable"
    r"|module lookup disabled|server misbehaving|x509:"
)


def cache_folder() -> Path:
    """The folder for what is built once per user: `$XDG_CACHE_HOME/qianyin`, by default `~/.cache/qianyin`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qianyin"


def geth_path(cache: Path | None = None) -> Path:
    """Where the node program is, or will be once it is built."""
    recipe = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        recipe.update((MODULE / name).read_bytes())
    kind = f"{platform.system()}-{platform.machine()}".lower()
    return (cache or cache_folder()) / f"geth-{GETH_VERSION}-{kind}-{recipe.hexdigest()[:12]}" / "geth"


def geth_binary(progress: Progress = silent, cache: Path | None = None) -> Path:
    """Return the node program, building it first if this user has none yet (about 70 s on two cores).

    Safe to call from several processes at once: one builds, the others wait for it.

    Raises:
        NodeNotBuilt: there is no Go and none can be installed, no network, or the build failed.
    """
    target = geth_path(cache)
    if target.exists():
        return target

    def waiting(seconds: float) -> None:
        progress(
            Notice(
                "wait", "另一进程正在编译节点, 等待", "another process is building the node; waiting", seconds
            )
        )

    with locks.held(target.parent.with_name(target.parent.name + ".lock"), waiting):
        if not target.exists():
            _build(target, progress)
    return target


def _build(target: Path, progress: Progress) -> None:
    cache = target.parent.parent
    prefix = f"build-{target.parent.name}-"
    for left in cache.glob(prefix + "*"):
        _sweep(left)
    scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=cache))
    try:
        go = golang.find(scratch, MODULE / "go-toolchain.txt", progress)
        built = scratch / "out" / "geth"
        _compile(go, built, scratch, progress)
        answer = subprocess.run([built, "version"], capture_output=True, text=True, timeout=60, check=False)
        if f"Version: {GETH_VERSION}-" not in answer.stdout:
            raise _failed(answer.stdout + answer.stderr)
        target.parent.mkdir(exist_ok=True)
        built.replace(target)
    except NodeNotBuilt as fault:
        raise _with_way_out(fault, target) from fault
    finally:
        progress(Notice("clean", "清理编译缓存", "removing the build's caches"))
        _sweep(scratch)


def _sweep(scratch: Path) -> None:
    """Remove a build's folder; the compiler of a build that was killed may still be at work in it."""
    compiler = processes.recorded(scratch / _COMPILER)
    if compiler is not None:
        processes.stop(compiler)
    shutil.rmtree(scratch, ignore_errors=True)


def _compile(go: golang.Go, built: Path, scratch: Path, progress: Progress) -> None:
    flags = "-s -w" + (" -checklinkname=0" if go.version >= (1, 23) else "")
    command = [str(go.command), "build", "-v", "-mod=readonly", "-modcacherw", "-trimpath", "-buildvcs=false",
               f"-ldflags={flags}", "-o", str(built), _PACKAGE]  # fmt: skip
    launch = processes.launch(command, MODULE, scratch / _COMPILER, {}, attached=True)
    began = time.monotonic()
    log = scratch / "build.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            launch.arguments,
            env=_environment(scratch, launch.environment),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
        )
        try:
            while process.poll() is None:
                time.sleep(0.5)
                progress(_stage(log, time.monotonic() - began))
        except BaseException:
            processes.send(process.pid, signal.SIGKILL)
            process.wait()
            raise
    if process.returncode != 0:
        raise _failed(log.read_text(errors="replace"))


def _environment(scratch: Path, users: Mapping[str, str]) -> dict[str, str]:
    """The user's environment with what the recipe fixes; caches go to `scratch` unless the user names them."""
    environment = {name: value for name, value in users.items() if name not in ("GOOS", "GOARCH", "GOROOT")}
    environment.setdefault("GOMODCACHE", str(scratch / "modules"))
    environment.setdefault("GOCACHE", str(scratch / "objects"))
    fixed = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GO111MODULE": "on",
             "GOTMPDIR": str(scratch)}  # fmt: skip
    return environment | fixed


def _stage(log: Path, seconds: float) -> Notice:
    """Say how far the build is, from what `go build -v` has printed."""
    lines = log.read_text(errors="replace").splitlines()
    fetched = sum(line.startswith("go: downloading") for line in lines)
    compiled = len(lines) - fetched
    if compiled == 0:
        return Notice("fetch", "下载节点源代码", "fetching the node's source: modules", seconds, fetched)
    return Notice(
        "compile", "编译节点", "compiling the node: packages", seconds, compiled, _PACKAGES_COMPILED
    )


def _failed(log: str) -> NodeNotBuilt:
    tail = "\n".join(line for line in log.splitlines() if not line.startswith("go: downloading"))[-1200:]
    if _UNREACHABLE.search(log):
        zh = "无法下载节点源代码, 请检查网络或 GOPROXY 设置。"
        en = f"The node's source cannot be fetched; check the network or GOPROXY. Go said: {tail}"
        return NodeNotBuilt("no-network", zh, en, detail=tail)
    return NodeNotBuilt(
        "build-failed", "编译节点程序失败。", f"Building the node failed. Go said: {tail}", detail=tail
    )


def _with_way_out(fault: NodeNotBuilt, target: Path) -> NodeNotBuilt:
    """Add what always helps: a node from elsewhere, put where this one would have been."""
    zh = f"{fault.zh} 也可将别处编译的 geth {GETH_VERSION} 复制到 {target}。"
    en = f"{fault.en}\nOr copy a geth {GETH_VERSION} that was built elsewhere to {target}."
    return NodeNotBuilt(fault.code, zh, en, **fault.facts)
