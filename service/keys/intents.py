"""What holders sign: typed data, its digest, and the JSON that a wallet is shown. Pure. Source: EIP-712."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from indexer.keccak import keccak256
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address
from indexer.words import Account, Uint64, Uint256, words
from service.keys.agreements import (
    Agreement,
    Confirmation,
    PaperAttested,
    Withdrawal,
)
from service.keys.typed import message_json, struct_hash, type_name, types_json

NAME = "Qianyin"
VERSION = "1"
_DOMAIN = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
)
_DOMAIN_TYPE = keccak256(f"EIP712Domain({','.join(f'{kind} {name}' for name, kind in _DOMAIN)})".encode())


@dataclass(frozen=True, slots=True)
class Domain:
    """For which contract of which chain an intent is good. `salt`: hash of the parent block at deployment."""

    chain_id: int
    contract: Address
    salt: Hash32

    def separator(self) -> Hash32:
        """Hash as EIP-712 does."""
        name, version = keccak256(NAME.encode()), keccak256(VERSION.encode())
        return keccak256(words(_DOMAIN_TYPE, name, version, self.chain_id, self.contract, self.salt))


@dataclass(frozen=True, slots=True)
class Gift:
    """Give a token; signed by `from_`."""

    CONTRACT: ClassVar[str] = "Collectible"
    token_id: Uint256
    from_: Account
    to: Account
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Take the token that `from_` gives; signed by `to`."""

    CONTRACT: ClassVar[str] = "Collectible"
    token_id: Uint256
    from_: Account
    to: Account
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Loan:
    """Lend a publication; signed by `from_`."""

    CONTRACT: ClassVar[str] = "Collectible"
    token_id: Uint256
    from_: Account
    user: Account
    until: Uint64
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take a nonce back; signed by `account`."""

    CONTRACT: ClassVar[str] = "Collectible"
    account: Account
    nonce: Uint256


@dataclass(frozen=True, slots=True)
class HandOver:
    """Let `replacement` stand for `account`; signed by both."""

    CONTRACT: ClassVar[str] = "IdentityRegistry"
    account: Account
    replacement: Account
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class StopRecovery:
    """Object to a recovery; signed by `account`."""

    CONTRACT: ClassVar[str] = "IdentityRegistry"
    account: Account
    replacement: Account
    deadline: Uint64


Intent: TypeAlias = (
    Gift
    | Acceptance
    | Loan
    | Cancel
    | HandOver
    | StopRecovery
    | Agreement
    | PaperAttested
    | Confirmation
    | Withdrawal
)


def digest(domain: Domain, intent: Intent) -> Hash32:
    """Hash what is signed: `keccak256(0x1901 ‖ domain separator ‖ struct hash)`."""
    return keccak256(b"\x19\x01" + domain.separator() + struct_hash(intent))


def slot(intent: Intent) -> str:
    """Name the place that an intent takes for its signer: two intents of one slot must be the same.

    A gift, an acceptance and a loan use one nonce up; taking a nonce back is another thing; the others have no nonce.
    What is agreed about rights has the slot of its own words: a party may agree to two acts on one revision, of which
    the chain takes one.
    """
    match intent:
        case Gift() | Acceptance() | Loan():
            return f"nonce {intent.nonce}"
        case Cancel():
            return f"cancel {intent.nonce}"
        case HandOver() | StopRecovery():
            return f"{type(intent).__name__} {as_hex(intent.account)} until {intent.deadline}"
        case _:
            return f"{type_name(type(intent))} {as_hex(struct_hash(intent))}"


def typed_data(domain: Domain, intent: Intent) -> dict[str, Any]:
    """Give the JSON for a wallet's `eth_signTypedData_v4`; numbers are decimal strings."""
    kind = type(intent)
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in _DOMAIN],
            **types_json(kind),
        },
        "primaryType": type_name(kind),
        "domain": {
            "name": NAME,
            "version": VERSION,
            "chainId": str(domain.chain_id),
            "verifyingContract": write_address(domain.contract),
            "salt": as_hex(domain.salt),
        },
        "message": message_json(intent),
    }
