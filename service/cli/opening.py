"""What several verbs open: the settings and the installation of the home that was named."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.values import Address, Hash32, address, hash32
from service.errors import BadInput
from service.files.lookalikes import visible, visible_lines
from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from service.installation import Installation
    from service.intake.requests import Problem

_MOST_BYTES = 64 << 20

Verbs = Any
"""What argparse gives for adding verbs; it has no public type."""


def hash_word(text: str) -> Hash32:
    """Read a hash from the command line; a wrong one is a wrong command line (exit code 2)."""
    try:
        return hash32(text.lower())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text[:80]!r}: 0x 及 64 位十六进制数字 / 0x and 64 hexadecimal digits"
        ) from None


def address_word(text: str) -> Address:
    """Read an address from the command line; a wrong one is a wrong command line (exit code 2)."""
    try:
        return address(text.lower())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text[:80]!r}: 0x 及 40 位十六进制数字 / 0x and 40 hexadecimal digits"
        ) from None


def owner_word(text: str) -> dict[str, Any]:
    """Read an owner and its parts of the sum of all; a wrong one is a wrong command line (exit code 2)."""
    from indexer.wire import write_address

    account, mark, parts = text.partition("=")
    if not (mark and parts.isascii() and parts.isdigit() and int(parts)):
        raise argparse.ArgumentTypeError(f"{text[:80]!r}: ACCOUNT=PARTS, e.g. 0x…=1")
    return {"account": write_address(address_word(account)), "part": int(parts)}


def signature_word(text: str) -> bytes:
    """Read a signature of 65 bytes from the command line."""
    try:
        octets = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        octets = b""
    if len(octets) != 65:
        raise argparse.ArgumentTypeError(
            f"{text[:80]!r}: 0x 及 130 位十六进制数字 / 0x and 130 hexadecimal digits"
        )
    return octets


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Read the settings of the home that was named."""
    return read_settings(home=arguments.home)


@contextmanager
def installation_of(arguments: argparse.Namespace) -> Iterator[Installation]:
    """Open the installation that was named, and close it at the end."""
    from service.installation import Installation

    installation = Installation(settings_of(arguments))
    try:
        yield installation
    finally:
        installation.close()


def tell(arguments: argparse.Namespace, value: dict[str, Any], text: str) -> None:
    """Print one JSON object where `--json` was asked for, else the text, if there is any.

    Whoever made the text wrote what is of others into one line each (`visible`).
    """
    if getattr(arguments, "json", False):
        print(visible(json.dumps(value, ensure_ascii=False)))
    elif text:
        print(visible_lines(text))


def say_problems(mark: str, problems: Iterable[Problem]) -> None:
    """Say what is wrong with single cells, on standard error, a line each."""
    for one in problems:
        print(visible(f"  {mark} {one.cell:6} {one.zh} / {one.en}"), file=sys.stderr)


def counted(many: int, noun: str) -> str:
    """Say how many, in English: `1 row`, `2 rows`."""
    return f"{many} {noun}" if many == 1 else f"{many} {noun}s"


def aside(zh: str, en: str) -> None:
    """Say what is going on, on standard error; it may quote several lines of a log."""
    print(visible_lines(f"{zh} / {en}"), file=sys.stderr, flush=True)


def octets_of(path: Path) -> bytes:
    """Read a file, or as much of it as a bundle may have.

    Raises:
        BadInput: it cannot be read.
    """
    with opened(path) as stream:
        return stream.read(_MOST_BYTES + 1)


def written(path: Path, octets: bytes) -> None:
    """Write a file that was named.

    Raises:
        BadInput: it cannot be written.
    """
    with writing(path):
        path.write_bytes(octets)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in our words why a file that was named cannot be written.

    Raises:
        BadInput: it cannot be.
    """
    try:
        yield
    except OSError as fault:
        raise BadInput(
            "file-unwritable",
            f"无法写入 {path}：{fault.strerror}；请检查文件夹是否存在、是否有权限、磁盘是否已满。",
            f"{path} cannot be written: {fault.strerror}; look whether its folder is there, open to you, and has room.",
        ) from fault


def opened(path: Path) -> BufferedReader:
    """Open a file that was named.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return path.open("rb")
    except OSError as fault:
        raise BadInput(
            "file-unreadable",
            f"无法读取 {path}：{fault.strerror}。",
            f"{path} cannot be read: {fault.strerror}.",
        ) from fault
