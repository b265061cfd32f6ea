"""Whether an account signed an intent, asked before a request is accepted. Reads the node, for contract accounts."""

from __future__ import annotations

import re

from indexer.connection import NodeRefused
from indexer.events import CONTRACT_NAMES
from indexer.values import Address, Hash32
from indexer.wire import write_address
from indexer.words import words
from service.errors import BadInput
from service.installation import Installation
from service.keys.agreements import Claim
from service.keys.curve import signer_of
from service.keys.intents import Domain, Intent, digest
from service.rights.consents import Desk

MAGIC = bytes.fromhex("1626ba7e")
"""Selector and answer of `isValidSignature(bytes32,bytes)` (ERC-1271)."""
CONTRACT_GAS = 50_000
"""What contracts/Signatures.sol lets a contract account use to look at a signature."""
_TRANSACTION_GAS = 21_000
_BYTE_GAS = 16
_WORD = 32
_FORM = re.compile("(?:0x)?((?:[0-9a-f]{2}){1,2048})")


def domain_of(installation: Installation, kind: type[Intent]) -> Domain:
    """Give the domain that intents of a kind are signed for: its contract in this deployment."""
    deployment, sources = installation.deployment, installation.sources
    contract: Address = getattr(sources, CONTRACT_NAMES[kind.CONTRACT])
    return Domain(deployment.chain_id, contract, deployment.parent_hash)


def desk_of(installation: Installation) -> Desk:
    """Give what taking consents to acts on rights needs."""
    return Desk(installation.database, installation.vault, domain_of(installation, Claim))


def signature_in(text: str) -> bytes:
    """Read a signature as somebody pasted it, in one line or several, with `0x` before it or not.

    Raises:
        BadInput: it has another form.
    """
    found = _FORM.fullmatch("".join(text.split()).lower())
    if found is None:
        raise BadInput(
            "signature-malformed",
            "这不是签名：签名以 0x 开头，其后是十六进制数字（通常 130 位）。请核对是否粘贴完整。",
            "This is no signature: it is 0x and hexadecimal digits, usually 130. Look whether all of it was pasted.",
        )
    return bytes.fromhex(found[1])


def require_signed(installation: Installation, account: Address, intent: Intent, signature: bytes) -> None:
    """Demand that an account signed an intent: with its own key, or, where it is a contract, as ERC-1271 says.

    The contracts judge again when the transaction is mined; this spares whoever made a mistake the waiting.

    Raises:
        BadInput: it did not.
        NodeError: no node answers whether the account is a contract.
    """
    named = digest(domain_of(installation, type(intent)), intent)
    if signer_of(named, signature) == account or _approves(installation, account, named, signature):
        return
    raise BadInput(
        "signature-invalid",
        "签名与所签内容或签署账户不符，未予受理；请用该账户的密钥对待签内容重新签名。",
        "The signature is not this account's for these words, so nothing was accepted; "
        "sign again what is to be signed, with the key of this account.",
        account=write_address(account),
        intent=type(intent).__name__,
    )


def _approves(installation: Installation, account: Address, named: Hash32, signature: bytes) -> bool:
    node = installation.node
    _, newest = node.look()
    if not node.code(account, newest.hash):
        return False
    question = MAGIC + words(named, 2 * _WORD, len(signature)) + signature + bytes(-len(signature) % _WORD)
    gas = CONTRACT_GAS + _TRANSACTION_GAS + _BYTE_GAS * len(question)
    try:
        answer = node.view(account, question, newest.hash, gas=gas)
    except NodeRefused:  # it reverted, or ran out of gas
        return False
    return answer[:_WORD] == MAGIC.ljust(_WORD, b"\0")
