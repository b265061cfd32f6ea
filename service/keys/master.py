"""The master key: given by value, or in a file that the first start makes. Owns that file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from service.errors import Unavailable
from service.keys.sealing import KEY_SIZE, Sealer
from service.keys.secret import Secret
from service.settings import Settings


def master_sealer(settings: Settings) -> Sealer:
    """Give the sealer of this installation; makes the key file (mode 0600) where there is neither value nor file.

    A key file beside the keys it protects guards against a stolen database or backup, not against a stolen machine: in
    production give the key by value or from a mounted secret.

    Raises:
        Unavailable: the file cannot be read or made, or is no key.
    """
    if settings.master_key is not None:
        return Sealer(settings.master_key)
    path = settings.master_key_path
    try:
        if not path.exists():
            _make(path)
        octets = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as fault:
        raise _unreadable(type(fault).__name__) from None
    if len(octets) != KEY_SIZE:
        raise _unreadable("length")
    return Sealer(Secret(octets))


def _make(path: Path) -> None:
    """Two may start at once: whoever links first has made the key, and both read that one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as sink:
            sink.write(secrets.token_hex(KEY_SIZE) + "\n")
            sink.flush()
            os.fsync(sink.fileno())
        try:
            os.link(scratch, path)
        except FileExistsError:
            return
        synchronise(path.parent)
    finally:
        scratch.unlink()


def synchronise(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unreadable(why: str) -> Unavailable:
    return Unavailable(
        "master-key-unreadable",
        "读不到主密钥；请检查 QIANYIN_MASTER_KEY 或主密钥文件。",
        f"The master key cannot be read ({why}); check QIANYIN_MASTER_KEY or the file of the master key.",
    )
