"""The keys of this installation: operators' in files, people's in the database, all sealed. Owns the folder of keys.

Nothing gives a key out: callers name an account and a digest and get a signature. A key management service or a
hardware module takes the place of this class; it needs the same verbs: an operator's account, a new kept account,
whether an account is ours, sign.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, insert, select

from indexer.values import Address, Hash32, as_hex
from indexer.wire import read_address, write_address
from service.errors import NotFound, Unavailable
from service.keys import curve
from service.keys.master import master_sealer, synchronise
from service.keys.operators import Operator
from service.keys.sealing import Sealer
from service.keys.secret import Secret
from service.outbox.tables import KeptKeyRow
from service.settings import Settings


class KeyVault:
    """Operators' keys, and keys kept for people.

    Args:
        make: make the operators' keys that are not there.
    """

    def __init__(self, folder: Path, sealer: Sealer, *, make: bool = False) -> None:
        self._folder = folder
        self._sealer = sealer
        self._makes = make

    def operator(self, operator: Operator) -> Address:
        """Give the account of an operator."""
        return self.operators[operator]

    @cached_property
    def operators(self) -> Mapping[Operator, Address]:
        """Give every operator's account.

        Raises:
            Unavailable: a key file is missing, or cannot be read or made.
        """
        return {operator: self._operator(operator) for operator in Operator}

    def new_kept(self, connection: Connection, person_id: str, collection_id: Hash32) -> Address:
        """Give the account kept for a person in a collection: a fresh key, or the one made before."""
        row = KeptKeyRow
        where = (row.person_id == person_id, row.collection_id == collection_id)
        held = connection.execute(select(row.address).where(*where)).scalar_one_or_none()
        if held is not None:
            return Address(held)
        key = curve.new_key()
        account = curve.address_of(key)
        values = {
            "address": account,
            "person_id": person_id,
            "collection_id": collection_id,
            "sealed": self._sealer.seal(key, kept_purpose(account)),
            "made_at": int(time.time()),
        }
        connection.execute(insert(row).values(values))
        return account

    def keeps(self, connection: Connection, account: Address) -> bool:
        """Say whether the key of a person's account is kept here."""
        found = connection.execute(select(KeptKeyRow.address).where(KeptKeyRow.address == account))
        return found.scalar_one_or_none() is not None

    def collections_of(self, connection: Connection, accounts: Collection[Address]) -> dict[Address, Hash32]:
        """Give the collection that each account was made for, of those whose keys are kept here."""
        row = KeptKeyRow
        rows = connection.execute(select(row.address, row.collection_id).where(row.address.in_(accounts)))
        return {Address(account): Hash32(collection) for account, collection in rows}

    def sign_as_operator(self, operator: Operator, digest: Hash32) -> bytes:
        """Sign: 65 bytes r ‖ s ‖ v, where v is 27 or 28. The caller claims the slot first (`guard.claim`)."""
        return curve.sign(self._keys[operator], digest)

    def sign_as_kept(self, connection: Connection, account: Address, digest: Hash32) -> bytes:
        """Sign with a key kept for a person. The caller claims the slot first (`guard.claim`).

        Raises:
            NotFound: no key of this account is kept here.
        """
        found = connection.execute(select(KeptKeyRow.sealed).where(KeptKeyRow.address == account))
        sealed = found.scalar_one_or_none()
        if sealed is None:
            raise NotFound(
                "key-not-kept",
                f"本机构不代管账户 {as_hex(account)} 的密钥；须由其本人签名。",
                f"No key of the account {as_hex(account)} is kept here; its holder has to sign.",
                account=write_address(account),
            )
        return curve.sign(self._sealer.open(sealed, kept_purpose(account)), digest)

    @cached_property
    def _keys(self) -> dict[Operator, Secret]:
        return {operator: self._open(operator, account) for operator, account in self.operators.items()}

    def _operator(self, operator: Operator) -> Address:
        path = self._path(operator)
        try:
            if self._makes and not path.exists():
                self._make(operator, path)
            return read_address(json.loads(path.read_bytes())["address"])
        except FileNotFoundError as fault:
            raise _missing(path) from fault
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise _unreadable(path.name) from fault

    def _make(self, operator: Operator, path: Path) -> None:
        """Two may start at once: whoever links first has made the key, and both use that one."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = curve.new_key()
        account = curve.address_of(key)
        sealed = self._sealer.seal(key, operator_purpose(operator, account))
        text = json.dumps({"operator": operator, "address": write_address(account), "sealed": as_hex(sealed)})
        scratch = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w") as sink:
                sink.write(text + "\n")
                sink.flush()
                os.fsync(sink.fileno())
            try:
                os.link(scratch, path)
            except FileExistsError:
                return
            synchronise(self._folder)
        finally:
            scratch.unlink()

    def _open(self, operator: Operator, account: Address) -> Secret:
        path = self._path(operator)
        try:
            sealed = bytes.fromhex(json.loads(path.read_bytes())["sealed"][2:])
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise _unreadable(path.name) from fault
        return self._sealer.open(sealed, operator_purpose(operator, account))

    def _path(self, operator: Operator) -> Path:
        return self._folder / f"{operator}.json"


def open_vault(settings: Settings) -> KeyVault:
    """Open the keys of an installation.

    Raises:
        Unavailable: the master key or a key file is missing or cannot be read; nothing is made in its place.
    """
    vault = KeyVault(settings.keys, master_sealer(settings))
    _ = vault.operators
    return vault


def make_vault(settings: Settings) -> KeyVault:
    """Make the keys of a home that is being set up, those that are not there yet, and open them.

    Raises:
        Unavailable: the master key or a key file cannot be read or made.
    """
    vault = KeyVault(settings.keys, master_sealer(settings, make=True), make=True)
    _ = vault.operators
    return vault


def operator_purpose(operator: Operator, account: Address) -> str:
    """Say what an operator's key is sealed for."""
    return f"{operator} key of {write_address(account)}"


def kept_purpose(account: Address) -> str:
    """Say what a key kept for a person is sealed for."""
    return f"kept key of {write_address(account)}"


def _missing(path: Path) -> Unavailable:
    return Unavailable(
        "operator-key-missing",
        f"缺少操作密钥 {path}。新安装请先运行 qianyin up；原有安装请从备份放回 keys 文件夹："
        "合约只认原来的密钥，新做的密钥没有任何权限。",
        f"The operator key {path} is missing. For a new installation run qianyin up first; for an old one put its "
        "folder keys back from the backup: the contracts know the old keys alone, new ones could do nothing.",
        file=str(path),
    )


def _unreadable(name: str) -> Unavailable:
    return Unavailable(
        "key-file-unreadable",
        f"读不到密钥文件 {name}；请检查 keys 文件夹的权限，或从备份恢复。",
        f"The key file {name} cannot be read; check the permissions of the folder keys, or restore a backup.",
        file=name,
    )
