"""Settings of one installation: a value, read once from the environment and `settings.toml`. Owns that reading.

Every name in `settings.toml` (in the home folder) is that of a field below; the environment variable `QIANYIN_` and the
name in capitals wins over it, so `batch_items` is `QIANYIN_BATCH_ITEMS`. Lists are separated by commas there.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from service.errors import BadInput
from service.keys.secret import Secret

DEFAULT_HOME = "qianyin-home"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. Times in seconds.

    Attributes:
        home: the folder that holds it all.
        outbox_url, index_url: SQLAlchemy URLs; by default SQLite files in the home folder, two of them.
        rpc: nodes to send to, the nearest first; by default those of `deployment.json`.
        files: `directory`, or the multiaddress of a Kubo RPC, e.g. `/ip4/127.0.0.1/tcp/5001`.
        master_key: 32 bytes that everything at rest is encrypted under; or `master_key_file`, made by `qianyin up`.
        host, port, public_url: where HTTP is served, and how the outside reaches it.
        public_rate, key_rate: requests a second that one address may make without a key, and one key; 0: no limit.
            Each process counts for itself (docs/serving.md).
        batch_items, batch_bytes: bounds of one transaction. block_share: a transaction's gas is at most this part (1/n)
            of a block's.
        in_flight: transactions of one key that may be unsettled at a time.
        lease: how long a worker that died keeps a key from the others.
        pause: between two steps with nothing to do. resend: between two sendings of the same bytes.
        filing_number: of the blockchain information service, as filed. operator: who runs it. Both stand on every page.
        intent_life: how long what a kept key signs stays good.
    """

    home: Path
    outbox_url: str = ""
    index_url: str = ""
    rpc: tuple[str, ...] = ()
    files: str = "directory"
    master_key: Secret | None = field(default=None, repr=False)
    master_key_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    public_rate: float = 100.0
    key_rate: float = 200.0
    batch_items: int = 400
    batch_bytes: int = 120_000
    block_share: int = 4
    in_flight: int = 64
    lease: float = 6.0
    pause: float = 0.2
    resend: float = 3.0
    intent_life: int = 7 * 24 * 3600
    filing_number: str = ""
    operator: str = ""

    @property
    def deployment(self) -> Path:
        """Where the contracts are."""
        return self.home / "deployment.json"

    @property
    def trust_anchor(self) -> Path:
        """What this installation pins."""
        return self.home / "trust-anchor.json"

    @property
    def keys(self) -> Path:
        """Operator keys, encrypted; mode 0700."""
        return self.home / "keys"

    @property
    def store(self) -> Path:
        """The content store's folder, where it is a folder."""
        return self.home / "files"

    @property
    def inbox(self) -> Path:
        """Where large files wait from acceptance until the content store has them."""
        return self.home / "inbox"

    @property
    def master_key_path(self) -> Path:
        """The file of the master key, where it is not given by value."""
        return self.master_key_file or self.keys / "master.key"


def read_settings(environ: Mapping[str, str] = os.environ, home: Path | None = None) -> Settings:
    """Read the settings of the installation in `home`, by default `$QIANYIN_HOME`, by default `./qianyin-home`.

    Raises:
        BadInput: a name that is no setting, or a value of another form.
    """
    folder = (home or Path(environ.get("QIANYIN_HOME") or DEFAULT_HOME)).absolute()
    given = _from_file(folder / "settings.toml") | _from_environment(environ)
    values = {name: _read(name, value) for name, value in given.items()}
    values.setdefault("outbox_url", f"sqlite:///{folder / 'outbox.db'}")
    values.setdefault("index_url", f"sqlite:///{folder / 'index.db'}")
    return Settings(home=folder, **values)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        raise _malformed(path.name, "TOML") from fault
    for name in given:
        if name not in _READERS:
            raise _unknown(name)
    return given


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    named = {name: environ.get(f"QIANYIN_{name.upper()}") for name in _READERS}
    return {name: value for name, value in named.items() if value}


def _read(name: str, value: Any) -> Any:
    try:
        return _READERS[name](value)
    except (TypeError, ValueError):
        raise _malformed(
            name, fields_by_name()[name]
        ) from None  # The cause would quote the value: it may be a key.


def fields_by_name() -> dict[str, str]:
    """Name every setting with its type, for documentation."""
    return {one.name: str(one.type) for one in fields(Settings) if one.name != "home"}


def _list(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _key(value: Any) -> Secret:
    octets = bytes.fromhex(str(value).strip().removeprefix("0x"))
    if len(octets) != 32:
        raise ValueError
    return Secret(octets)


def _positive(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def reader(value: Any) -> Any:
        number = read(value)
        if number <= 0:
            raise ValueError
        return number

    return reader


def _rate(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1_000_000:  # not a number is refused too
        raise ValueError
    return number


_READERS: dict[str, Callable[[Any], Any]] = {
    "outbox_url": str,
    "index_url": str,
    "rpc": _list,
    "files": str,
    "master_key": _key,
    "master_key_file": Path,
    "host": str,
    "port": _positive(int),
    "public_url": str,
    "public_rate": _rate,
    "key_rate": _rate,
    "batch_items": _positive(int),
    "batch_bytes": _positive(int),
    "block_share": _positive(int),
    "in_flight": _positive(int),
    "lease": _positive(float),
    "pause": _positive(float),
    "resend": _positive(float),
    "intent_life": _positive(int),
    "filing_number": str,
    "operator": str,
}


def _unknown(name: str) -> BadInput:
    return BadInput(
        "setting-unknown",
        f"settings.toml 中没有名为 {name} 的设置项；请核对名称。",
        f"settings.toml names {name}, which is no setting; check the name.",
        setting=name,
    )


def _malformed(name: str, form: str) -> BadInput:
    return BadInput(
        "setting-malformed",
        f"设置项 {name} 的格式不对，应为 {form}。",
        f"The setting {name} has another form than {form}.",
        setting=name,
    )
