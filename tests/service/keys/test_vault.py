"""The vault: keys are made once, sealed at rest, and only sign."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.values import Address, Hash32
from service.errors import NotFound, Unavailable
from service.keys import curve
from service.keys.guard import SignedBefore, claim
from service.keys.operators import Operator
from service.keys.sealing import SealBroken, new_sealer_key
from service.keys.vault import make_vault, open_vault
from service.outbox.database import Database, open_database
from service.settings import Settings

DIGEST = Hash32(b"\x11" * 32)
COLLECTION, ANOTHER = Hash32(b"\x01" * 32), Hash32(b"\x02" * 32)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home of its own."""
    return Settings(home=tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A database of its own."""
    return open_database(f"sqlite:///{tmp_path / 'outbox.db'}")


def test_every_operator_has_a_key_of_its_own_and_the_same_one_later(settings: Settings) -> None:
    first, later = make_vault(settings).operators, open_vault(settings).operators
    assert first == later
    assert set(first) == set(Operator)
    assert len(set(first.values())) == len(Operator)


def test_an_operator_signs_with_the_key_of_its_account(settings: Settings) -> None:
    vault = make_vault(settings)
    for operator in Operator:
        signature = vault.sign_as_operator(operator, DIGEST)
        assert curve.signer_of(DIGEST, signature) == vault.operator(operator)


def test_key_files_are_for_their_owner_alone(settings: Settings) -> None:
    make_vault(settings)
    assert stat.S_IMODE(settings.keys.stat().st_mode) == 0o700
    files = list(settings.keys.iterdir())
    assert len(files) == len(Operator) + 1
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in files)


def test_processes_that_start_at_once_agree_on_the_keys(settings: Settings) -> None:
    script = (
        "import sys; from pathlib import Path; from service.settings import Settings;"
        "from service.keys.vault import make_vault;"
        "print(sorted(one.hex() for one in make_vault(Settings(home=Path(sys.argv[1]))).operators.values()))"
    )
    path = os.pathsep.join(sys.path)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(settings.home)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )
        for _ in range(4)
    ]
    said = {one.communicate(timeout=60)[0] for one in started}
    assert len(said) == 1
    assert said != {b""}


def test_another_master_key_opens_nothing(settings: Settings) -> None:
    make_vault(settings)
    other = open_vault(Settings(home=settings.home, master_key=new_sealer_key()))
    with pytest.raises(SealBroken) as caught:
        other.sign_as_operator(Operator.ISSUER, DIGEST)
    assert caught.value.code == "key-other"


def test_a_key_file_put_in_the_place_of_another_does_not_open(settings: Settings) -> None:
    vault = make_vault(settings)
    mine, theirs = (settings.keys / f"{one}.json" for one in (Operator.ISSUER, Operator.REGISTRAR))
    mine.write_bytes(theirs.read_bytes())
    with pytest.raises(SealBroken):
        open_vault(settings).sign_as_operator(Operator.ISSUER, DIGEST)
    assert vault.operators[Operator.ISSUER] != vault.operators[Operator.REGISTRAR]


def test_a_home_without_its_keys_is_told_so_and_gets_no_new_ones(settings: Settings) -> None:
    with pytest.raises(Unavailable) as caught:
        open_vault(settings)
    assert caught.value.code == "master-key-missing"
    assert not settings.keys.exists()
    make_vault(settings)
    (settings.keys / f"{Operator.ISSUER}.json").unlink()
    with pytest.raises(Unavailable) as caught:
        open_vault(settings)
    assert caught.value.code == "operator-key-missing"
    assert not (settings.keys / f"{Operator.ISSUER}.json").exists()


@pytest.mark.parametrize("content", ["", "not hexadecimal", "ab" * 31])
def test_a_master_key_file_that_is_no_key_is_refused(settings: Settings, content: str) -> None:
    settings.keys.mkdir()
    settings.master_key_path.write_text(content)
    with pytest.raises(Unavailable) as caught:
        open_vault(settings)
    assert content == "" or content not in str(caught.value)


def test_a_person_has_a_fresh_account_in_each_collection_and_the_same_one_later(
    settings: Settings, database: Database
) -> None:
    vault = make_vault(settings)
    with database.write() as connection:
        made = [
            vault.new_kept(connection, person, into)
            for person in ("p", "q")
            for into in (COLLECTION, ANOTHER)
        ]
        again = vault.new_kept(connection, "p", COLLECTION)
    assert len(set(made)) == 4
    assert again == made[0]


def test_a_kept_key_signs_and_an_account_that_is_not_kept_does_not(
    settings: Settings, database: Database
) -> None:
    vault = make_vault(settings)
    stranger = Address(b"\x07" * 20)
    with database.write() as connection:
        account = vault.new_kept(connection, "p", COLLECTION)
        assert vault.keeps(connection, account)
        assert curve.signer_of(DIGEST, vault.sign_as_kept(connection, account, DIGEST)) == account
        assert not vault.keeps(connection, stranger)
        with pytest.raises(NotFound):
            vault.sign_as_kept(connection, stranger, DIGEST)


def test_a_slot_takes_one_digest_for_ever(database: Database) -> None:
    signer, domain = Address(b"\x01" * 20), Hash32(b"\x02" * 32)
    with database.write() as connection:
        claim(connection, signer, domain, "nonce 1", DIGEST)
    with database.write() as connection:
        claim(connection, signer, domain, "nonce 1", DIGEST)
        with pytest.raises(SignedBefore):
            claim(connection, signer, domain, "nonce 1", Hash32(b"\x12" * 32))


def test_other_slots_domains_and_signers_are_free(database: Database) -> None:
    signer, domain, other = Address(b"\x01" * 20), Hash32(b"\x02" * 32), Hash32(b"\x12" * 32)
    with database.write() as connection:
        claim(connection, signer, domain, "nonce 1", DIGEST)
        claim(connection, signer, domain, "nonce 2", other)
        claim(connection, signer, other, "nonce 1", other)
        claim(connection, Address(b"\x03" * 20), domain, "nonce 1", other)
