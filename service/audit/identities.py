"""Who is behind an account, for a regulator alone, with what shows that the chain carries it. Reads the register."""

from __future__ import annotations

from typing import Any

from indexer.state import Standing
from indexer.store.answers import Known
from indexer.values import Address, as_hex
from indexer.wire import write_address
from service.audit.answers import standing_body
from service.errors import NotFound
from service.people.persons import People, Person


def identity_body(people: People, account: Address, standing: Known[Standing] | None) -> dict[str, Any]:
    """Show who was registered with an account: name and document, the opening of its commitment, its other accounts.

    Raises:
        NotFound: the account is nobody's here, or the person was erased.
    """
    person = people.owner_of(account)
    if person is None:
        raise NotFound(
            "unknown-account",
            "此账户不在这里登记；其身份由登记它的机构掌握。",
            "This account is not registered here; who it is, the institution that registered it knows.",
        )
    opening = people.opening(account)
    identity = opening.identity
    return {
        "account": write_address(account),
        "identity": {
            "kind": identity.kind.name.lower(),
            "name": identity.name,
            "document": identity.document,
            "number": identity.number,
        },
        "verification": _verification(person),
        "opening": {
            "salt": as_hex(opening.salt.reveal()),
            "canonical": identity.canonical().decode(),
            "commitment": as_hex(standing.state.commitment) if standing else None,
        },
        "standing": standing_body(standing) if standing else None,
        "accounts": [
            {"account": write_address(one.account), "custody": one.custody.name.lower()}
            for one in people.accounts_of(person.id)
        ],
    }


def _verification(person: Person) -> dict[str, Any]:
    verification = person.verification
    return {
        "method": verification.method,
        "verifier": verification.verifier,
        "verified_at": verification.verified_at,
        "registered_at": person.registered_at,
    }
