"""The register of people and institutions. Owns the tables `persons`, `data_keys`, `commitments` and `erasures`.

What says who somebody is, is sealed under a data key of that person alone, and the data key under the master key.
Destroying the data key destroys what it sealed, wherever the database was copied to meanwhile, except in backups that
hold the sealed data key as well: they are the honest limit, and have to be destroyed in their own time.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from indexer.events import Custody, Kind
from indexer.values import Address, Hash32, as_hex
from service.errors import Conflict, NotFound
from service.keys.sealing import Sealer, new_sealer_key
from service.keys.secret import Secret
from service.outbox.database import Database
from service.outbox.requests import RegisterAccount
from service.outbox.tables import CommitmentRow, DataKeyRow, ErasureRow, PersonRow
from service.people.identity import SALT_SIZE, Identity, Verification, code, commitment

REFERENCES = "person reference"
"""The index of the codes by which people are found again."""


@dataclass(frozen=True, slots=True)
class Person:
    """A registered person or institution, without what says who it is. `erased`: that was destroyed."""

    id: str
    kind: Kind
    verification: Verification
    registered_at: int
    erased: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a person, and what the chain carries for it."""

    account: Address
    custody: Custody
    commitment: Hash32


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows a court that a commitment is of an identity: `keccak256(salt ‖ canonical identity)`."""

    identity: Identity
    salt: Secret


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """That a person's data were erased: when (Unix seconds), by whom, why. Chain facts still verify."""

    person_id: str
    erased_at: int
    erased_by: str
    reason: str


class People:
    """The register."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer

    def register(
        self, identity: Identity, verification: Verification, reference: str | None = None
    ) -> Person:
        """Register somebody who was verified.

        Args:
            reference: the holder's own code, by which only who knows it finds the person; unique.

        Raises:
            Conflict: the reference is another person's.
        """
        person_id, key = secrets.token_hex(16), new_sealer_key()
        index = None if reference is None else self._index(reference)
        row = {
            "id": person_id,
            "kind": int(identity.kind),
            "sealed": Sealer(key).seal(Secret(_to_text(identity)), f"identity of {person_id}"),
            "reference": index,
            "method": verification.method,
            "verifier": verification.verifier,
            "verified_at": verification.verified_at,
            "registered_at": int(time.time()),
        }
        sealed_key = self._sealer.seal(key, data_key_purpose(person_id))
        with self._database.write() as connection:
            if index is not None and _by_reference(connection, index) is not None:
                raise _reference_taken()
            connection.execute(insert(PersonRow).values(row))
            connection.execute(insert(DataKeyRow).values(person_id=person_id, sealed=sealed_key))
            return _person(_row(connection, person_id))

    def known(self, identity: Identity, verification: Verification, reference: str) -> Person:
        """Give the person with this reference, registering it the first time.

        Raises:
            Conflict: the reference is that of somebody else.
        """
        person = self.find(reference)
        if person is None:
            return self.register(identity, verification, reference)
        if self.identity(person.id).canonical() != identity.canonical():
            raise _reference_taken()
        return person

    def person(self, person_id: str) -> Person:
        """Give a person.

        Raises:
            NotFound: there is none of this id.
        """
        with self._database.read() as connection:
            return _person(_row(connection, person_id))

    def find(self, reference: str) -> Person | None:
        """Give the person with this reference."""
        with self._database.read() as connection:
            row = _by_reference(connection, self._index(reference))
        return None if row is None else _person(row)

    def identity(self, person_id: str) -> Identity:
        """Give who somebody is: for those entitled, whose question is recorded elsewhere.

        Raises:
            NotFound: there is no such person, or it was erased.
        """
        with self._database.read() as connection:
            return self._identity(connection, _row(connection, person_id))

    def enrol(
        self, connection: Connection, person_id: str, account: Address, custody: Custody
    ) -> RegisterAccount:
        """Give the request that registers an account of a person, with a commitment of its own.

        Asked again for the same account, it is the same request. It writes in the transaction of `connection`.

        Raises:
            NotFound: there is no such person, or it was erased.
            Conflict: the account is another person's.
        """
        row = _row(connection, person_id)
        found = connection.execute(
            select(CommitmentRow).where(CommitmentRow.account == account)
        ).one_or_none()
        if found is None:
            found = self._commit(connection, row, account, custody)
        if found.person_id != person_id:
            raise Conflict(
                "account-taken",
                f"账户 {as_hex(account)} 已属于他人。",
                f"The account {as_hex(account)} is another person's.",
                account=as_hex(account),
            )
        verification = _person(row).verification
        return RegisterAccount(
            account=account,
            kind=Kind(row.kind),
            custody=Custody(found.custody),
            commitment=Hash32(found.commitment),
            method=code(verification.method),
            verifier=code(verification.verifier),
            verified_at=verification.day,
        )

    def accounts_of(self, person_id: str) -> list[Account]:
        """Give a person's accounts, in the order in which they came. Only for that person and for those entitled."""
        query = select(CommitmentRow).where(CommitmentRow.person_id == person_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(CommitmentRow.made_at, CommitmentRow.account)).all()
        return [Account(Address(row.account), Custody(row.custody), Hash32(row.commitment)) for row in rows]

    def owner_of(self, account: Address) -> Person | None:
        """Give the person whose account it is. Only for that person and for those entitled."""
        query = select(CommitmentRow.person_id).where(CommitmentRow.account == account)
        with self._database.read() as connection:
            person_id = connection.execute(query).scalar_one_or_none()
            return None if person_id is None else _person(_row(connection, person_id))

    def institutions(self) -> dict[Address, str]:
        """Give the names of the institutions by account: they are public, unlike those of persons."""
        return self._names(PersonRow.kind == int(Kind.INSTITUTION))

    def names(self) -> dict[Address, str]:
        """Give the names of all that are not erased by account: for whoever keeps the register, and nobody else."""
        return self._names()

    def _names(self, *which: ColumnElement[bool]) -> dict[Address, str]:
        query = (
            select(CommitmentRow.account, PersonRow.id, PersonRow.kind, PersonRow.sealed)
            .join(PersonRow, PersonRow.id == CommitmentRow.person_id)
            .where(PersonRow.sealed.is_not(None), *which)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            return {Address(row.account): self._identity(connection, row).name for row in rows}

    def opening(self, account: Address) -> Opening:
        """Give what shows whose an account is.

        Raises:
            NotFound: the account is nobody's here, or the person was erased.
        """
        with self._database.read() as connection:
            query = select(CommitmentRow).where(CommitmentRow.account == account)
            found = connection.execute(query).one_or_none()
            if found is None:
                raise _unknown(as_hex(account))
            if found.sealed_salt is None:
                raise _erased(found.person_id)
            identity = self._identity(connection, _row(connection, found.person_id))
            sealer = self._data_sealer(connection, found.person_id)
        return Opening(identity, sealer.open(found.sealed_salt, _salt_purpose(account)))

    def crypto_shred(self, person_id: str, *, erased_by: str, reason: str) -> ErasureRecord:
        """Erase a person: destroy the data key, and with it who it is and the salts; the same record when asked again.

        Args:
            erased_by: id of the key or operator that asked for it. reason: never a name.

        Raises:
            NotFound: there is no such person.
        """
        record = ErasureRecord(person_id, int(time.time()), erased_by, reason)
        with self._database.write() as connection:
            _row(connection, person_id)
            held = _erasure(connection, person_id)
            if held is None:
                connection.execute(delete(DataKeyRow).where(DataKeyRow.person_id == person_id))
                forgotten = update(PersonRow).where(PersonRow.id == person_id)
                connection.execute(forgotten.values(sealed=None, reference=None))
                salts = update(CommitmentRow).where(CommitmentRow.person_id == person_id)
                connection.execute(salts.values(sealed_salt=None))
                connection.execute(insert(ErasureRow).values(asdict(record)))
        self._database.scrub()
        return held or record

    def erasures(self) -> list[ErasureRecord]:
        """Give all erasures, oldest first."""
        with self._database.read() as connection:
            rows: Sequence[Any] = connection.execute(select(ErasureRow).order_by(ErasureRow.erased_at)).all()
        return [_erasure_of(row) for row in rows]

    def _commit(self, connection: Connection, row: Any, account: Address, custody: Custody) -> Any:
        salt = secrets.token_bytes(SALT_SIZE)
        sealer = self._data_sealer(connection, row.id)
        values = {
            "account": account,
            "person_id": row.id,
            "custody": int(custody),
            "commitment": commitment(salt, self._identity(connection, row)),
            "sealed_salt": sealer.seal(Secret(salt), _salt_purpose(account)),
            "made_at": int(time.time()),
        }
        connection.execute(insert(CommitmentRow).values(values))
        return connection.execute(select(CommitmentRow).where(CommitmentRow.account == account)).one()

    def _identity(self, connection: Connection, row: Any) -> Identity:
        if row.sealed is None:
            raise _erased(row.id)
        text = self._data_sealer(connection, row.id).open(row.sealed, f"identity of {row.id}").reveal()
        return _from_text(Kind(row.kind), text)

    def _data_sealer(self, connection: Connection, person_id: str) -> Sealer:
        query = select(DataKeyRow.sealed).where(DataKeyRow.person_id == person_id)
        sealed = connection.execute(query).scalar_one_or_none()
        if sealed is None:
            raise _erased(person_id)
        return Sealer(self._sealer.open(sealed, data_key_purpose(person_id)))

    def _index(self, reference: str) -> bytes:
        return self._sealer.index(reference.strip(), REFERENCES)


def _to_text(identity: Identity) -> bytes:
    return json.dumps([identity.name, identity.document, identity.number], ensure_ascii=False).encode()


def _from_text(kind: Kind, text: bytes) -> Identity:
    name, document, number = json.loads(text)
    return Identity(kind, name, document, number)


def _row(connection: Connection, person_id: str) -> Any:
    row = connection.execute(select(PersonRow).where(PersonRow.id == person_id)).one_or_none()
    if row is None:
        raise _unknown(person_id)
    return row


def _by_reference(connection: Connection, index: bytes) -> Any | None:
    return connection.execute(select(PersonRow).where(PersonRow.reference == index)).one_or_none()


def _person(row: Any) -> Person:
    verification = Verification(row.method, row.verifier, row.verified_at)
    return Person(row.id, Kind(row.kind), verification, row.registered_at, erased=row.sealed is None)


def _erasure(connection: Connection, person_id: str) -> ErasureRecord | None:
    row = connection.execute(select(ErasureRow).where(ErasureRow.person_id == person_id)).one_or_none()
    return None if row is None else _erasure_of(row)


def _erasure_of(row: Any) -> ErasureRecord:
    return ErasureRecord(row.person_id, row.erased_at, row.erased_by, row.reason)


def data_key_purpose(person_id: str) -> str:
    """Say what the key of a person's data is sealed for."""
    return f"data key of {person_id}"


def _salt_purpose(account: Address) -> str:
    return f"salt of {as_hex(account)}"


def _unknown(what: str) -> NotFound:
    return NotFound(
        "person-unknown",
        "没有这一登记；请核对编号。",
        "There is no such registration; check the id.",
        id=what[:66],
    )


def _erased(person_id: str) -> NotFound:
    return NotFound(
        "person-erased",
        "该登记的个人信息已删除，无法恢复；链上记录仍可核验。",
        "The personal data of this registration were erased for good; its records still verify.",
        person=person_id,
    )


def _reference_taken() -> Conflict:
    return Conflict(
        "reference-taken",
        "这一登记码已属于他人；请核对后重试。",
        "This code belongs to another registration; check it and try again.",
    )
