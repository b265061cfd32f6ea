"""The register: sealed under a key each, committed with a salt each, erased by destroying the key."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest

from indexer.events import Custody, Kind
from indexer.values import Address
from service.errors import BadInput, Conflict, NotFound, QianyinError
from service.keys.sealing import SealBroken, Sealer, new_sealer_key
from service.outbox.database import Database, open_database
from service.people.identity import Identity, Verification, commitment
from service.people.persons import People

NAME, NUMBER, CODE = "欧阳询甲", "11010519491231002X", "member-0042"
WHO = Identity(Kind.PERSON, NAME, "resident-id", NUMBER)
TESTED = Verification("test", "qianyin", 1_767_230_000)
ONE, TWO = Address(b"\x01" * 20), Address(b"\x02" * 20)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A database of its own."""
    return open_database(f"sqlite:///{tmp_path / 'outbox.db'}")


@pytest.fixture
def people(database: Database) -> People:
    """A register of its own."""
    return People(database, Sealer(new_sealer_key()))


def _on_disk(database: Database) -> bytes:
    folder = Path(database.engine.url.database or "").parent
    return b"".join(one.read_bytes() for one in folder.glob("outbox.db*"))


def test_a_person_is_found_by_its_own_code_and_not_by_another(people: People) -> None:
    person = people.register(WHO, TESTED, CODE)
    assert people.find(CODE) == person == people.person(person.id)
    assert people.find("member-0043") is None
    assert people.identity(person.id) == WHO


def test_a_code_is_one_persons(people: People) -> None:
    people.register(WHO, TESTED, CODE)
    with pytest.raises(Conflict):
        people.register(WHO, TESTED, CODE)


def test_registered_again_by_the_same_code_it_is_the_same_person(people: People) -> None:
    person = people.known(WHO, TESTED, CODE)
    respelled = Identity(Kind.PERSON, f" {NAME} ", "resident-id", NUMBER.lower())
    assert people.known(respelled, TESTED, CODE) == person


def test_a_code_that_is_anothers_never_gives_that_other_person(people: People) -> None:
    people.known(WHO, TESTED, CODE)
    with pytest.raises(Conflict) as refused:
        people.known(Identity(Kind.PERSON, "褚遂良乙", "resident-id", NUMBER), TESTED, CODE)
    assert not any(said in str(refused.value) for said in (NAME, NUMBER, CODE))


def test_nothing_that_says_who_it_is_lies_in_the_database(people: People, database: Database) -> None:
    person = people.register(WHO, TESTED, CODE)
    with database.write() as connection:
        people.enrol(connection, person.id, ONE, Custody.KEPT)
    stored = _on_disk(database)
    assert person.id.encode() in stored
    for text in (NAME, NUMBER, CODE):
        assert text.encode() not in stored


def test_two_accounts_of_one_person_have_nothing_in_common_on_chain(
    people: People, database: Database
) -> None:
    person = people.register(WHO, TESTED)
    with database.write() as connection:
        one, two = (people.enrol(connection, person.id, account, Custody.KEPT) for account in (ONE, TWO))
    assert one.commitment != two.commitment
    assert (one.verified_at + 8 * 3600) % 86_400 == 0
    assert one.verified_at <= TESTED.verified_at < one.verified_at + 86_400


def test_an_account_is_enrolled_once(people: People, database: Database) -> None:
    person, other = people.register(WHO, TESTED), people.register(WHO, TESTED)
    with database.write() as connection:
        first = people.enrol(connection, person.id, ONE, Custody.KEPT)
        assert people.enrol(connection, person.id, ONE, Custody.KEPT) == first
        with pytest.raises(Conflict):
            people.enrol(connection, other.id, ONE, Custody.KEPT)
    owner = people.owner_of(ONE)
    assert owner is not None
    assert owner.id == person.id
    assert people.owner_of(TWO) is None


def test_an_opening_shows_that_a_commitment_is_of_an_identity(people: People, database: Database) -> None:
    person = people.register(WHO, TESTED)
    with database.write() as connection:
        request = people.enrol(connection, person.id, ONE, Custody.OWN)
    opening = people.opening(ONE)
    assert commitment(opening.salt.reveal(), opening.identity) == request.commitment
    stranger = Identity(Kind.PERSON, "别人", "resident-id", NUMBER)
    assert commitment(opening.salt.reveal(), stranger) != request.commitment


def test_an_identity_has_one_canonical_form() -> None:
    spelled = Identity(Kind.PERSON, f" {NAME} ", "resident-id", NUMBER.lower())
    assert spelled.canonical() == WHO.canonical()
    decomposed = Identity(Kind.PERSON, "Zoe\u0308", "passport", "A1")
    assert decomposed.canonical() == Identity(Kind.PERSON, "Zo\u00eb", "passport", "A1").canonical()


def test_an_erased_person_is_gone_and_its_commitments_stay(people: People, database: Database) -> None:
    person = people.register(WHO, TESTED, CODE)
    with database.write() as connection:
        request = people.enrol(connection, person.id, ONE, Custody.KEPT)
    record = people.crypto_shred(person.id, erased_by="key 17", reason="本人要求")
    assert people.person(person.id).erased
    assert people.find(CODE) is None
    assert [one.commitment for one in people.accounts_of(person.id)] == [request.commitment]
    assert people.erasures() == [record]
    for ask in (lambda: people.identity(person.id), lambda: people.opening(ONE)):
        with pytest.raises(NotFound) as caught:
            ask()
        assert caught.value.code == "person-erased"


def test_an_erased_persons_key_is_in_no_file_any_more(people: People, database: Database) -> None:
    person = people.register(WHO, TESTED, CODE)
    with database.read() as connection:
        sealed = connection.exec_driver_sql("SELECT sealed FROM data_keys").scalar_one()
    assert sealed in _on_disk(database)
    people.crypto_shred(person.id, erased_by="key 17", reason="本人要求")
    assert sealed not in _on_disk(database)


def test_erasing_twice_gives_the_same_record(people: People) -> None:
    person = people.register(WHO, TESTED)
    first = people.crypto_shred(person.id, erased_by="a", reason="r")
    assert people.crypto_shred(person.id, erased_by="b", reason="s") == first


def test_erasing_one_person_leaves_the_others(people: People) -> None:
    person, other = people.register(WHO, TESTED), people.register(WHO, TESTED, CODE)
    people.crypto_shred(person.id, erased_by="a", reason="r")
    assert people.identity(other.id) == WHO


def test_a_sealed_identity_put_in_the_place_of_another_does_not_open(
    people: People, database: Database
) -> None:
    person, other = people.register(WHO, TESTED), people.register(WHO, TESTED)
    with database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE persons SET sealed = (SELECT sealed FROM persons WHERE id = ?) WHERE id = ?",
            (other.id, person.id),
        )
    with pytest.raises(SealBroken):
        people.identity(person.id)


def test_the_test_verifier_is_told_from_others() -> None:
    assert TESTED.is_test
    assert not Verification("face", "bureau", TESTED.verified_at).is_test


@pytest.mark.parametrize(
    "values", [("", "resident-id", NUMBER), (NAME, " ", NUMBER), (NAME, "resident-id", "9" * 201)]
)
def test_an_identity_with_a_field_missing_is_refused_without_quoting_it(values: tuple[str, str, str]) -> None:
    with pytest.raises(BadInput) as caught:
        Identity(Kind.PERSON, *values)
    assert NAME not in str(caught.value)


@pytest.mark.parametrize("values", [("", "v", 1_700_000_000), ("m" * 33, "v", 1_700_000_000), ("m", "v", 0)])
def test_a_verification_that_does_not_fit_on_chain_is_refused(values: tuple[str, str, int]) -> None:
    with pytest.raises(BadInput):
        Verification(*values)


def test_no_name_is_in_any_text_or_log(
    people: People, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = people.register(WHO, TESTED, CODE)
    said = [repr(WHO), str(WHO), repr(person), f"{people.identity(person.id)}"]
    with database.write() as connection:
        said.append(repr(people.enrol(connection, person.id, ONE, Custody.KEPT)))
    said.append(repr(people.opening(ONE)))
    for attempt in (
        lambda: people.register(WHO, TESTED, CODE),
        lambda: People(database, Sealer(new_sealer_key())).identity(person.id),
        lambda: people.person(NAME[:0] + "nobody"),
    ):
        with pytest.raises(QianyinError) as caught:
            attempt()
        said.append("".join(traceback.format_exception(caught.value)))
    everything = "\n".join([*said, caplog.text])
    for secret in (NAME, NUMBER, CODE):
        assert secret not in everything


def test_institutions_are_named_by_their_accounts_and_persons_never(
    people: People, database: Database
) -> None:
    museum = people.register(Identity(Kind.INSTITUTION, "某博物馆", "uscc", "91110000A"), TESTED, "issuer")
    person = people.register(WHO, TESTED, CODE)
    with database.write() as connection:
        people.enrol(connection, museum.id, ONE, Custody.OWN)
        people.enrol(connection, person.id, TWO, Custody.KEPT)
    assert people.institutions() == {ONE: "某博物馆"}
    people.crypto_shred(museum.id, erased_by="operator", reason="closed")
    assert people.institutions() == {}
