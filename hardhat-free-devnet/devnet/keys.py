"""The two keys a chain needs here: its validator's, and the deployer's. Owns their files (mode 0600).

Neither ever signs for people. The validator's key lies in go-ethereum's key store, unlocked by the node itself,
so that address never has a role; the deployer's has none once the contracts are there.
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from devnet import files
from indexer.values import Address, address

if TYPE_CHECKING:
    from eth_account import Account
    from eth_account.signers.local import LocalAccount

PASSWORD_FILE = "validator.password"  # noqa: S105  The name of a file.
_KDF_ROUNDS = 4096  # The password is random and lies beside the key: a slow derivation would protect nothing.


def validator(folder: Path) -> Address:
    """Return the validator of the node folder, making its key store and password if they are not there yet."""
    store = folder / "keystore"
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    for kept in sorted(store.glob("UTC--*")):
        return address("0x" + json.loads(kept.read_bytes())["address"])
    return _new_validator(folder, store)


def _new_validator(folder: Path, store: Path) -> Address:
    Account = _accounts()  # noqa: N806  it is a class
    password = secrets.token_hex(32)
    account = Account.create()
    files.write(folder / PASSWORD_FILE, password.encode(), 0o600)
    sealed = Account.encrypt(account.key, password, kdf="scrypt", iterations=_KDF_ROUNDS)
    name = f"UTC--2000-01-01T00-00-00.000000000Z--{account.address[2:].lower()}"
    files.write(store / name, json.dumps(sealed).encode(), 0o600)
    return address(account.address)


def _accounts() -> type[Account]:
    """Import eth-account without what comes with it: py_ecc raises the recursion limit to 100,000.

    At that limit a deeply nested JSON text crashes CPython instead of raising an error.
    """
    limit = sys.getrecursionlimit()
    try:
        from eth_account import Account
    finally:
        sys.setrecursionlimit(limit)
    return Account


def deployer(path: Path) -> LocalAccount:
    """Return the account in the key file `path`, making it if it is not there yet."""
    Account = _accounts()  # noqa: N806  it is a class
    if not path.exists():
        files.write(path, secrets.token_hex(32).encode(), 0o600)
    account: LocalAccount = Account.from_key(path.read_text().strip())
    return account
