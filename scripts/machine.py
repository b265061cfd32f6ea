"""What the checks need from the machine beside Python: npm packages, Chromium. Standard library only."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from environment import HOME, ROOT, Environment, SetupError, alone, call, clean_environment

NODE = (20, 0)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NODE_MODULES = ROOT / "node_modules"


def node_modules() -> None:
    """Install what package-lock.json says, unless it is there.

    Raises:
        SetupError: Node is missing or too old, or npm failed.
    """
    _check_node()
    HOME.mkdir(exist_ok=True)
    stamp = NODE_MODULES / ".made-from"
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    with alone(HOME / "npm.lock"):
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        call(["npm", "ci"], "npm packages", HOME / "npm.log")
        stamp.write_text(wanted)


def _check_node() -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise SetupError(
            f"Node {NODE[0]} or later with npm is needed for the contract tools; there is none on PATH"
        )
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    found = re.match(r"v(\d+)\.(\d+)", answer)
    if not found or (int(found[1]), int(found[2])) < NODE:
        raise SetupError(
            f"Node {NODE[0]} or later is needed for the contract tools; {node} is {answer or 'silent'}"
        )


def foundry(tool: str) -> Path:
    """Find `forge` or `anvil`: the npm package of this platform, else PATH.

    The launcher in node_modules/.bin is not used: it exits with 0 even when tests fail.

    Raises:
        SetupError: there is none.
    """
    system = {"Linux": "linux", "Darwin": "darwin"}.get(platform.system(), "")
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "")
    packaged = NODE_MODULES / "@foundry-rs" / f"{tool}-{system}-{machine}" / "bin" / tool
    found = packaged if packaged.is_file() else shutil.which(tool)
    if not found:
        raise SetupError(
            f"no {tool} for {platform.system()} {platform.machine()} in npm: put Foundry 1.7 on PATH"
        )
    return Path(found)


def chromium() -> Path:
    """Find a Chromium, or install Debian's where that is possible.

    Raises:
        SetupError: there is none and it cannot be installed from here.
    """
    if found := _browser():
        return found
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise SetupError(
            f"the page tests need one of {', '.join(BROWSERS)} on PATH, e.g. apt-get install chromium"
        )
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with alone(HOME / "apt.lock"):
        call(["apt-get", "update"], "Debian's package lists", HOME / "apt.log", quiet)
        names = ["chromium", "fonts-noto-cjk"]
        call(
            ["apt-get", "install", "-y", "--no-install-recommends", *names],
            "Debian's Chromium",
            HOME / "apt.log",
            quiet,
        )
    if found := _browser():
        return found
    raise SetupError("Debian's Chromium was installed and is not on PATH")


def node_program(environment: Environment) -> None:
    """Build go-ethereum into the user's cache, unless it is there: within a test it would look like one that hangs.

    Raises:
        SetupError: it cannot be built; the message says why.
    """
    build = [environment.python, "-m", "devnet", "build"]
    what = "go-ethereum (built once, about two minutes)"
    call(build, what, HOME / "geth.log", clean_environment(environment))


def _browser() -> Path | None:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(found) if found else None
