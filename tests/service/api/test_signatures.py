"""Signatures at the border: a good one is accepted, another is refused at once, and a contract account is asked."""

from __future__ import annotations

import time
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from devnet.rpc import Endpoint
from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis
from indexer.rights.scope import Scope as Box
from indexer.values import ZERO_HASH, Address, Hash32, address
from service.access.bearer import Scope
from service.api.signatures import domain_of, require_signed
from service.errors import BadInput
from service.keys import agreements, intents
from service.keys.intents import Intent, digest
from tests.service.api.premises import DAY, Premises, hexadecimal, written
from tests.service.api.told import Told, holders_own, signed_gift

pytestmark = pytest.mark.node

UNTIL = int(time.time()) + DAY
BOX = Box(1, 3, 3, 1, 20_000, 21_000)
YES = "0x631626ba7e60e01b60005260206000f3"
CONTRACTS = {
    "says yes": (YES, True),
    "says yes and more": ("0x631626ba7e60e01b60005260406000f3", True),
    "says no": ("0x60206000f3", False),
    "says too little": ("0x631626ba7e60e01b60005260046000f3", False),
    "says nothing": ("0x00", False),
    "reverts": ("0x60006000fd", False),
    "never ends": ("0x5b600056", False),
}


def signed(house: Premises, wallet: LocalAccount, intent: Intent) -> bytes:
    """Sign an intent with a wallet of one's own."""
    named = digest(domain_of(house.installation, type(intent)), intent)
    return bytes(wallet.unsafe_sign_hash(named).signature)


def key_of(wallet: LocalAccount) -> Address:
    """Give the account of a wallet."""
    return address(wallet.address.lower())


def examples(wallet: LocalAccount) -> list[Intent]:
    """One intent of each kind, to be signed by a wallet."""
    mine, other = key_of(wallet), Address(b"\x05" * 20)
    some, whole = Hash32(b"\x07" * 32), agreements.Ownership((mine, other), (1, 2))
    return [
        intents.Gift(1, mine, other, 1, UNTIL),
        intents.Acceptance(1, other, mine, 1, UNTIL),
        intents.Loan(1, mine, other, UNTIL, 1, UNTIL),
        intents.Cancel(mine, 1),
        intents.HandOver(other, mine, UNTIL),
        intents.StopRecovery(mine, other, UNTIL),
        agreements.Claim(some, BOX, whole, Alone(400, 2), 0, UNTIL),
        agreements.Split(1, 1, Axis.LANGUAGES, (1, 2), UNTIL),
        agreements.Merge((1, 2), (1, 1), Axis.LANGUAGES, UNTIL),
        agreements.Assignment(1, 1, whole, some, some, UNTIL),
        agreements.EstateAmendment(1, 1, BOX, "误录", UNTIL),
        agreements.Offer(
            1, ZERO_HASH, 1, other, GrantKind.SOLE, True, BOX, 30, some, some, some, 20_000, UNTIL
        ),
        agreements.Surrender(some, 1, 20_000, UNTIL),
        agreements.Termination(some, 1, Ground.AGREEMENT, 20_000, "合意", UNTIL),
        agreements.GrantAmendment(some, 1, BOX, "误录", UNTIL),
        agreements.PaperAttested(some, other, some),
        agreements.Confirmation(some, other),
        agreements.Withdrawal(some, mine),
    ]


def test_every_kind_of_intent_is_known_by_its_signature_and_no_other(house: Premises) -> None:
    wallet, stranger = Account.create(), Account.create()
    asked = examples(wallet)
    assert {type(one) for one in asked} == set(Intent.__args__)
    for intent in asked:
        good = signed(house, wallet, intent)
        require_signed(house.installation, key_of(wallet), intent, good)
        twisted = good[:10] + bytes((good[10] ^ 1,)) + good[11:]
        for bad in (signed(house, stranger, intent), twisted, good[:64], good + b"\0", b""):
            with pytest.raises(BadInput) as caught:
                require_signed(house.installation, key_of(wallet), intent, bad)
            assert caught.value.code == "signature-invalid"


@pytest.mark.parametrize("kind", CONTRACTS)
def test_a_contract_account_is_asked_itself(house: Premises, kind: str) -> None:
    code, approves = CONTRACTS[kind]
    account = Address(bytes(18) + bytes((7, list(CONTRACTS).index(kind))))
    Endpoint(house.installation.deployment.rpc[0]).call("anvil_setCode", hexadecimal(account), code)
    Endpoint(house.installation.deployment.rpc[0]).call("evm_mine")
    intent = intents.Cancel(account, 1)
    if approves:
        require_signed(house.installation, account, intent, b"whatever it takes for one")
    else:
        with pytest.raises(BadInput, match="signature"):
            require_signed(house.installation, account, intent, bytes(65))


def test_a_contract_account_is_given_the_digest_and_the_signature(house: Premises) -> None:
    """One that answers yes only to the words of ERC-1271, as they should come: its code compares their hash."""
    account, signature = Address(b"\x07" * 20), b"\x01\x02\x03"
    intent = intents.Cancel(account, 5)
    named = digest(domain_of(house.installation, intents.Cancel), intent)
    code = _only_asked(named, signature)
    rpc = Endpoint(house.installation.deployment.rpc[0])
    rpc.call("anvil_setCode", hexadecimal(account), hexadecimal(code))
    rpc.call("evm_mine")
    require_signed(house.installation, account, intent, signature)
    for other in (b"\x01\x02\x04", b"\x01\x02\x03\x00", b""):
        with pytest.raises(BadInput):
            require_signed(house.installation, account, intent, other)


def test_a_gift_signed_by_somebody_else_is_refused_before_it_is_accepted(house: Premises, told: Told) -> None:
    body = signed_gift(house, told.tokens[0], told.wallet, told.kept, nonce=8)
    _refused(house, f"/v1/collectibles/{told.tokens[0]}/gifts", {**body, "from_account": told.second.address})
    _refused(house, f"/v1/collectibles/{told.tokens[0]}/gifts", {**body, "nonce": "9"})
    _refused(house, f"/v1/collectibles/{told.tokens[1]}/gifts", body)


def test_an_acceptance_that_is_not_the_receivers_is_refused(house: Premises, told: Told) -> None:
    token, giver = told.tokens[0], told.second
    gift = signed_gift(house, token, giver, told.wallet.address, nonce=21)
    welcome = intents.Acceptance(int(token), key_of(giver), key_of(told.wallet), 22, UNTIL)
    for signer in (giver, Account.create()):
        forged = {"nonce": "22", "deadline": UNTIL, "signature": _hex(signed(house, signer, welcome))}
        _refused(house, f"/v1/collectibles/{token}/gifts", {**gift, "acceptance": forged})


def test_a_loan_a_cancellation_an_objection_and_a_hand_over_need_their_signers(
    house: Premises, told: Told
) -> None:
    stranger, new = Account.create(), Account.create()
    mine, other = key_of(told.second), key_of(new)
    token = int(told.tokens[0])
    common = {"deadline": UNTIL}
    with holders_own(house, told.second.address) as own:
        loan = intents.Loan(token, mine, key_of(told.wallet), UNTIL, 31, UNTIL)
        body = {"user": told.wallet.address, "until": UNTIL, "nonce": "31", **common}
        path = f"/v1/collectibles/{told.tokens[0]}/loans"
        _pair(own, path, body, signed(house, stranger, loan), signed(house, told.second, loan))
        cancel = intents.Cancel(mine, 32)
        path = f"/v1/accounts/{told.second.address}/intents/32/cancellation"
        _pair(own, path, {}, signed(house, stranger, cancel), signed(house, told.second, cancel))
        stop = intents.StopRecovery(mine, other, UNTIL)
        path = f"/v1/accounts/{told.second.address}/recovery/objection"
        body = {"replacement": new.address, **common}
        _pair(own, path, body, signed(house, stranger, stop), signed(house, told.second, stop))
    hand_over = intents.HandOver(address(told.kept.lower()), other, UNTIL)
    path = f"/v1/accounts/{told.kept}/hand-over"
    body = {"replacement": new.address, **common}
    answer = _post(house.caller(Scope.ISSUER), path, body, signed(house, stranger, hand_over))
    assert (answer.status_code, answer.json()["title"]) == (422, "signature-invalid")


def test_a_request_repeated_under_its_key_is_the_one_accepted_and_another_is_a_conflict(
    house: Premises, told: Told
) -> None:
    issuer, path = house.caller(Scope.ISSUER), f"/v1/collectibles/{told.tokens[0]}/gifts"
    body = signed_gift(house, told.tokens[0], told.wallet, written(house.issuer), nonce=41)
    first = issuer.post(path, "repeated", body)
    assert first.status_code == 202
    assert issuer.post(path, "repeated", body).json()["id"] == first.json()["id"]
    assert issuer.post(path, "repeated", {**body, "nonce": "42"}).status_code == 409


def _refused(house: Premises, path: str, body: dict[str, Any]) -> None:
    before = house.caller(Scope.ISSUER).get("/v1/status")["requests"]
    answer = house.caller(Scope.ISSUER).post(path, f"forged {time.monotonic_ns()}", body)
    assert (answer.status_code, answer.json()["title"]) == (422, "signature-invalid")
    assert "签名" in answer.json()["messages"]["zh"]
    assert sum(house.caller(Scope.ISSUER).get("/v1/status")["requests"].values()) == sum(before.values())


def _pair(own: Any, path: str, body: dict[str, Any], bad: bytes, good: bytes) -> None:
    answer = _post(own, path, body, bad)
    assert (answer.status_code, answer.json()["title"]) == (422, "signature-invalid")
    assert _post(own, path, body, good).status_code == 202


def _post(caller: Any, path: str, body: dict[str, Any], signature: bytes) -> Any:
    return caller.post(path, f"signed {time.monotonic_ns()}", {**body, "signature": _hex(signature)})


def _hex(signature: bytes) -> str:
    return hexadecimal(signature)


def _only_asked(named: Hash32, signature: bytes) -> bytes:
    """Code that hashes what it is asked and says yes to one question alone."""
    from indexer.keccak import keccak256

    asked = bytes.fromhex("1626ba7e") + named + (64).to_bytes(32, "big") + len(signature).to_bytes(32, "big")
    wanted = keccak256(asked + signature + bytes(-len(signature) % 32))
    # calldatacopy(0, 0, calldatasize); keccak256(0, calldatasize) == wanted ? magic : 0
    start = bytes.fromhex("36600060003736600020")
    magic = bytes.fromhex("14631626ba7e0260e01b60005260206000f3")
    return start + b"\x7f" + wanted + magic
