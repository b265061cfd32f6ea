"""The contracts that a house took in: facts that are on no chain. Owns the table `contracts`; writes the content store.

What a contract says is sealed under a key of its own, so that destroying the key erases it, and its scan. Taking the
same rows in again changes nothing, so that a run that was cut off is simply started again.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from indexer.values import Hash32
from service.errors import Conflict, NotFound
from service.files.cid import KUBO_DEFAULT, cid_of
from service.files.store import ContentStore
from service.intake.attached import Attached, open_regular
from service.intake.table import changed
from service.issuing.column_keys import column_key, column_keys
from service.keys.sealing import Sealer
from service.keys.secret import Secret
from service.outbox.database import Database
from service.rights.backlog.contract import Contract
from service.rights.backlog.scans import LARGEST_SCAN, open_scan, scan_too_large, seal_scan
from service.rights.backlog.tables import ContractRow
from service.rights.backlog.written import canonical, content_digest, read_canonical

ROWS_AT_ONCE = 50
"""Contracts that become durable together."""
LONGEST_REASON = 500
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan: SHA-256, CID and size of the file as it is, and the CID of the same encrypted, which is kept."""

    sha256: Hash32
    cid: str
    size: int
    kept_cid: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A contract that was taken in. `proposal`: id of what was made of it for the chain."""

    id: str
    contract: Contract
    scan: Scan | None
    taken_at: int
    proposal: str | None


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Where the contracts of a house are.

    Attributes:
        house: whose they are; ids and keys are its own.
        by: who takes in or strikes out: the id of a key or an operator.
    """

    database: Database
    sealer: Sealer
    store: ContentStore
    house: str
    by: str

    def take_in(self, contracts: Sequence[Contract], scans: Mapping[int, Attached]) -> Iterator[list[Kept]]:
        """Keep contracts, in order; yields each chunk once it is durable.

        Args:
            scans: the files, by row.

        Raises:
            Conflict: a scan was changed since the sheet was judged; the chunks before stay.
            TooLarge: a scan is over `LARGEST_SCAN`.
            Unavailable: the store or the database does not answer; start again.
        """
        named = iter(list(zip(self._ids(contracts), contracts, strict=True)))
        while chunk := list(islice(named, ROWS_AT_ONCE)):
            # Keys first, and for themselves: a scan that is in the store is sealed under a key that is not lost.
            with self.database.write() as connection:
                keys = column_keys(connection, self.sealer, [self._key_name(name) for name, _ in chunk])
            held = self._held([name for name, _ in chunk])
            rows = [
                self._row(name, contract, scans.get(contract.row), keys[self._key_name(name)])
                for name, contract in chunk
                if name not in held
            ]
            with self.database.write() as connection:
                _insert_missing(connection, self.house, rows)
            yield self.contracts(only=[name for name, _ in chunk])

    def contracts(self, only: Sequence[str] | None = None) -> list[Kept]:
        """Give the contracts that stand, in the order in which they were taken in; erased ones are left out."""
        return self._standing() if only is None else self._standing(ContractRow.id.in_(only))

    def of_proposals(self, proposals: Sequence[str]) -> Iterator[Kept]:
        """Give the contracts that stand, of which these proposals were made."""
        for start in range(0, len(proposals), _CHUNK):
            yield from self._standing(ContractRow.proposal.in_(proposals[start : start + _CHUNK]))

    def _standing(self, *which: ColumnElement[bool]) -> list[Kept]:
        row = ContractRow
        where = [row.house == self.house, row.struck_at.is_(None), *which]
        with self.database.read() as connection:
            found = connection.execute(select(row.__table__).where(*where).order_by(row.place)).all()
            return [kept for one in found if (kept := self._kept(connection, one)) is not None]

    def scan(self, contract_id: str) -> bytes:
        """Give the scan of a contract, for who may see it.

        Raises:
            NotFound: there is no such contract or scan, or it was erased.
            Damaged: it is not the one on record.
            Unavailable: the store does not answer.
        """
        with self.database.read() as connection:
            row = self._one(connection, contract_id)
            key = column_key(connection, self.sealer, self._key_name(contract_id))
        if row.kept_cid is None or key is None:
            raise _unknown(contract_id)
        with self.store.get(row.kept_cid) as stream:
            return open_scan(stream.read(), key, Hash32(row.scan_sha256))

    def strike_out(self, contract_id: str, reason: str) -> None:
        """Strike out a contract that was entered wrongly; it stays in the table, and counts no more.

        Raises:
            NotFound: there is no such contract.
            Conflict: it was struck out before.
        """
        with self.database.write() as connection:
            if self._one(connection, contract_id).struck_at is not None:
                raise Conflict(
                    "contract-struck-out",
                    "该合同已经划去。",
                    "The contract was struck out before.",
                    id=contract_id,
                )
            said = {
                "struck_at": int(time.time()),
                "struck_by": self.by,
                "struck_for": reason[:LONGEST_REASON],
            }
            connection.execute(update(ContractRow).where(*self._where(contract_id)).values(said))

    def note_proposal(self, contract_id: str, proposal_id: str) -> None:
        """Note what was made of a contract for the chain."""
        with self.database.write() as connection:
            self._one(connection, contract_id)
            connection.execute(
                update(ContractRow).where(*self._where(contract_id)).values(proposal=proposal_id)
            )

    def _ids(self, contracts: Sequence[Contract]) -> Iterator[str]:
        """Name each by what it says, and by how many that say exactly the same stand above it."""
        seen: Counter[bytes] = Counter()
        for contract in contracts:
            content = content_digest(contract)
            told = self.house.encode() + b"\0" + content + seen[content].to_bytes(8, "big")
            seen[content] += 1
            yield hashlib.sha256(told).hexdigest()[:32]

    def _held(self, ids: Sequence[str]) -> set[str]:
        row = ContractRow
        with self.database.read() as connection:
            return set(
                connection.execute(select(row.id).where(row.house == self.house, row.id.in_(ids))).scalars()
            )

    def _row(self, name: str, contract: Contract, file: Attached | None, key: Secret) -> dict[str, Any]:
        scan = None if file is None else self._keep_scan(contract, file, key)
        return {
            "house": self.house,
            "id": name,
            "row": contract.row,
            "sealed": Sealer(key).seal(Secret(canonical(contract)), _purpose(name)),
            "scan_sha256": None if scan is None else scan.sha256,
            "scan_cid": None if scan is None else scan.cid,
            "scan_size": None if scan is None else scan.size,
            "kept_cid": None if scan is None else scan.kept_cid,
            "taken_at": int(time.time()),
            "taken_by": self.by,
        }

    def _keep_scan(self, contract: Contract, file: Attached, key: Secret) -> Scan:
        try:
            with open_regular(file.path) as stream:
                octets = stream.read(LARGEST_SCAN + 1)
        except OSError as error:
            raise changed() from error
        if len(octets) > LARGEST_SCAN:
            raise scan_too_large(contract)
        if len(octets) != file.size:
            raise changed()
        kept = self.store.put(seal_scan(octets, key))
        digest = Hash32(hashlib.sha256(octets).digest())
        return Scan(digest, cid_of(octets, KUBO_DEFAULT), len(octets), kept.cid)

    def _kept(self, connection: Connection, row: Any) -> Kept | None:
        key = column_key(connection, self.sealer, self._key_name(row.id))
        if key is None:
            return None
        contract = read_canonical(Sealer(key).open(row.sealed, _purpose(row.id)).reveal(), row.row)
        scan = None
        if row.kept_cid is not None:
            scan = Scan(Hash32(row.scan_sha256), row.scan_cid, row.scan_size, row.kept_cid)
        return Kept(row.id, contract, scan, row.taken_at, row.proposal)

    def _one(self, connection: Connection, contract_id: str) -> Any:
        found = connection.execute(
            select(ContractRow.__table__).where(*self._where(contract_id))
        ).one_or_none()
        if found is None:
            raise _unknown(contract_id)
        return found

    def _where(self, contract_id: str) -> tuple[Any, ...]:
        return ContractRow.house == self.house, ContractRow.id == contract_id

    def _key_name(self, contract_id: str) -> str:
        return f"contract {self.house} {contract_id}"


def _insert_missing(connection: Connection, house: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows that are not there: another run may have been quicker."""
    row = ContractRow
    query = select(row.id).where(row.house == house, row.id.in_([one["id"] for one in rows]))
    there = set(connection.execute(query).scalars())
    fresh = [one for one in rows if one["id"] not in there]
    if fresh:
        connection.execute(insert(ContractRow), fresh)


def _purpose(contract_id: str) -> str:
    return f"contract {contract_id}"


def _unknown(contract_id: str) -> NotFound:
    return NotFound(
        "contract-unknown",
        "没有这份合同或其扫描件；请核对编号。",
        "There is no such contract, or no scan of it; check the id.",
        given=contract_id[:64],
    )
