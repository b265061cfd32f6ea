"""The master key: given by value, or in a file that `qianyin up` makes. Owns that file."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from service.errors import Unavailable
from service.keys.sealing import KEY_SIZE, Sealer
from service.keys.secret import Secret
from service.settings import Settings


def master_sealer(settings: Settings, *, make: bool = False) -> Sealer:
    """Give the sealer of this installation.

    A key file beside the keys it protects guards against a stolen database or backup, not against a stolen machine: in
    production give the key by value or from a mounted secret.

    Args:
        make: make the key file (mode 0600) where there is neither value nor file. Only for a home that is being set
            up: in another one a fresh key opens nothing of what is sealed there.

    Raises:
        Unavailable: the file is missing, cannot be read or made, or is no key.
    """
    if settings.master_key is not None:
        return _with_indexes(settings, settings.master_key)
    path = settings.master_key_path
    return _with_indexes(settings, make_key(path) if make else read_key(path))


def read_key(path: Path) -> Secret:
    """Read a key file: 64 hexadecimal digits.

    Raises:
        Unavailable: the file cannot be read, or is no key.
    """
    try:
        octets = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise _missing(path) from None
    except (OSError, ValueError) as fault:
        raise _unreadable(type(fault).__name__) from None
    if len(octets) != KEY_SIZE:
        raise _unreadable("length")
    return Secret(octets)


def make_key(path: Path) -> Secret:
    """Make a key file (mode 0600) unless it is there, and read it.

    Raises:
        Unavailable: it cannot be made or read.
    """
    try:
        if not path.exists():
            _make(path)
    except OSError as fault:
        raise _unreadable(type(fault).__name__) from None
    return read_key(path)


def index_keys_path(settings: Settings) -> Path:
    """Where keys of indexes are kept, sealed, once the master key was changed."""
    return settings.keys / "index-keys.json"


def read_index_keys(settings: Settings, sealer: Sealer) -> dict[str, Secret]:
    """Open the keys of indexes that outlived a master key, by their purposes.

    Raises:
        SealBroken: they are sealed under another master key.
        Unavailable: the file is damaged.
    """
    path = index_keys_path(settings)
    if not path.exists():
        return {}
    try:
        held = {purpose: bytes.fromhex(text[2:]) for purpose, text in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError, TypeError) as fault:
        raise _unreadable(type(fault).__name__) from None
    return {purpose: sealer.open(sealed, index_purpose(purpose)) for purpose, sealed in held.items()}


def index_purpose(purpose: str) -> str:
    """Say what the key of an index is sealed for."""
    return f"index key of {purpose}"


def _with_indexes(settings: Settings, key: Secret) -> Sealer:
    return Sealer(key, read_index_keys(settings, Sealer(key)))


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


def _missing(path: Path) -> Unavailable:
    return Unavailable(
        "master-key-missing",
        f"没有主密钥：{path} 不存在，也没有设置 QIANYIN_MASTER_KEY。新安装请先运行 qianyin up；"
        "原有安装请从备份放回原来的主密钥，新的主密钥解不开原有内容。",
        f"There is no master key: {path} is not there and QIANYIN_MASTER_KEY is not set. For a new installation run "
        "qianyin up first; for an old one put back its own key from the backup: another opens nothing of it.",
        file=str(path),
    )


def _unreadable(why: str) -> Unavailable:
    return Unavailable(
        "master-key-unreadable",
        "读不到主密钥；请检查 QIANYIN_MASTER_KEY 或主密钥文件。",
        f"The master key cannot be read ({why}); check QIANYIN_MASTER_KEY or the file of the master key.",
    )
