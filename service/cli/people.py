"""`qianyin register · accounts · erase`: people and institutions of this home."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from typing import TYPE_CHECKING

from indexer.values import ZERO_HASH, as_hex
from service.cli import naming
from service.cli.acting import PRINCIPAL
from service.cli.opening import Verbs, address_word, hash_word, installation_of, tell
from service.errors import NotFound

if TYPE_CHECKING:
    from service.people.persons import People, Person


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    register = verbs.add_parser("register", help="register a person or an institution that was verified")
    register.add_argument("reference", help="the code by which it is found again, e.g. H-0001")
    register.add_argument("--kind", choices=("person", "institution"), default="person")
    register.add_argument("--issuer", action="store_true", help="it is the institution of this home")
    register.add_argument(
        "--account", type=address_word, metavar="ADDRESS", help="it keeps its own key; else one is kept here"
    )
    register.add_argument(
        "--collection", type=hash_word, metavar="ID", help="with a kept key: the collection it is for"
    )
    register.add_argument("--document", default="resident-id", help="kind of document shown")
    register.add_argument("--method", default="in-person", help="how it was verified; test marks every page")
    register.add_argument("--verifier", required=True, help="who verified, a short code")
    register.add_argument("--json", action="store_true")
    register.set_defaults(run=run_register)
    accounts = verbs.add_parser("accounts", help="list the accounts of somebody registered here")
    accounts.add_argument("reference")
    accounts.add_argument("--json", action="store_true")
    accounts.set_defaults(run=run_accounts)
    erase = verbs.add_parser("erase", help="destroy the personal data of somebody; chain facts still verify")
    erase.add_argument("reference")
    erase.add_argument("--reason", required=True, help="never a name")
    erase.add_argument("--json", action="store_true")
    erase.set_defaults(run=run_erase)


def run_register(arguments: argparse.Namespace) -> int:
    """Register somebody; name and number are asked for, so that they stand in no shell history."""
    from indexer.events import Kind
    from service.keys.operators import Operator
    from service.people.identity import Identity, Verification

    kind = Kind.INSTITUTION if arguments.issuer else Kind[arguments.kind.upper()]
    name, number = _asked_for()
    identity = Identity(kind, name, arguments.document, number)
    verification = Verification(arguments.method, arguments.verifier, int(time.time()))
    with installation_of(arguments) as installation:
        registry = naming.registry(installation, PRINCIPAL)
        if arguments.issuer:
            account = installation.vault.operator(Operator.ISSUER)
            person, found = registry.issuer(identity, verification)
        elif arguments.account:
            account = arguments.account
            person, found = registry.own(identity, verification, account, arguments.reference)
        else:
            person = registry.holder(identity, verification, arguments.reference)
            account, found = registry.kept(person, arguments.collection or ZERO_HASH)
    said = {"person": person.id, "account": as_hex(account), "operation": found.id}
    tell(arguments, said, "\n".join(f"{key:10} {value}" for key, value in said.items()))
    return 0


def _asked_for() -> tuple[str, str]:
    """Ask for name and number of document on the terminal, or read them as two lines."""
    if not sys.stdin.isatty():
        name, number = (sys.stdin.readline().rstrip("\r\n") for _ in range(2))
        return name, number
    print("姓名或名称 / name: ", end="", file=sys.stderr, flush=True)
    return input(), getpass.getpass("证件号码 / number of the document: ", stream=sys.stderr)


def run_accounts(arguments: argparse.Namespace) -> int:
    """List accounts, each with the collection it is for; zero: none in particular."""
    from indexer.wire import write_address

    with installation_of(arguments) as installation:
        people = naming.registry(installation, PRINCIPAL).people
        found = people.accounts_of(_registered(people, arguments.reference).id)
        with installation.database.read() as connection:
            collections = installation.vault.collections_of(connection, [one.account for one in found])
    accounts = [
        {
            "account": write_address(one.account),
            "custody": one.custody.name.lower(),
            "collection": as_hex(collections.get(one.account, ZERO_HASH)),
        }
        for one in found
    ]
    text = "\n".join(f"{one['account']}  {one['custody']:5}  {one['collection']}" for one in accounts)
    tell(arguments, {"accounts": accounts}, text or "没有账户 / no accounts")
    return 0


def run_erase(arguments: argparse.Namespace) -> int:
    """Destroy the key of somebody's personal data."""
    with installation_of(arguments) as installation:
        people = naming.registry(installation, PRINCIPAL).people
        person = _registered(people, arguments.reference)
        erased = people.crypto_shred(person.id, erased_by=PRINCIPAL, reason=arguments.reason)
    said = {"person": erased.person_id, "erased_at": erased.erased_at}
    tell(arguments, said, "已删除；备份中若有旧密钥，须一并销毁 / erased; destroy old keys in backups, too")
    return 0


def _registered(people: People, reference: str) -> Person:
    person = people.find(reference)
    if person is None:
        raise NotFound(
            "unknown-person",
            f"没有人以登记码 {reference[:80]} 登记；请核对。",
            f"Nobody is registered by the code {reference[:80]}; check it.",
        )
    return person
