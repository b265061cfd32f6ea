"""The story that the API tests tell, from a deposit to a refused gift: each step over HTTP, each waited for."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from PIL import Image

from indexer.values import address
from service.access.bearer import Scope
from service.access.bearers import give_out
from tests.service.api.premises import DAY, Caller, Premises, written

FACTS = {
    "title": "静夜思",
    "maker": "李白",
    "registration_number": "试-2026-0001",
    "copyright_holder": "公有领域",
}
POLICY = {"first_holding": 0, "next_holding": 0, "gifts_per_day": 2}
COURT = "某市中级人民法院"


@dataclass(frozen=True)
class Told:
    """What the story left behind. `wallet` signed its own gift; `kept` has its key here."""

    work_id: str
    file: bytes
    collection_id: str
    edition_id: str
    tokens: tuple[str, str, str]
    wallet: LocalAccount
    second: LocalAccount
    kept: str
    gift: dict[str, Any]
    hold: dict[str, Any]
    refused: dict[str, Any]


def picture() -> bytes:
    """A small picture to deposit."""
    out = io.BytesIO()
    Image.new("RGB", (40, 60), (247, 242, 230)).save(out, "PNG")
    return out.getvalue()


def tell(house: Premises) -> Told:
    """Tell it."""
    issuer, regulator = house.caller(Scope.ISSUER), house.caller(Scope.REGULATOR)
    wallet, second = Account.create(), Account.create()
    _register(issuer, "museum", "institution", account=written(house.issuer))
    _register(issuer, "wallet", "person", account=wallet.address)
    _register(issuer, "second", "person", account=second.address)
    collection = issuer.done("/v1/collections", "collection", {"title": "唐诗小笺", "policy": POLICY})
    kept = _register(issuer, "kept", "person", collection_id=collection["collection_id"])["account"]
    file = picture()
    work = deposit(issuer, "deposit", file)
    edition = issuer.done(
        "/v1/editions",
        "edition",
        {"collection_id": collection["collection_id"], "work_id": work["work_id"], "cap": 3},
    )
    address = f"/v1/editions/{edition['edition_id']}/collectibles"
    tokens = tuple(
        issuer.done(address, f"mint {serial}", {"serial": serial})["token_id"] for serial in (1, 2, 3)
    )
    for token, to in zip(tokens, (wallet.address, kept), strict=False):
        issuer.done(f"/v1/collectibles/{token}/distribution", f"distribute {token}", {"to": to})
    gift = issuer.done(
        f"/v1/collectibles/{tokens[0]}/gifts",
        "signed gift",
        signed_gift(house, tokens[0], wallet, second.address, nonce=7),
    )
    hold = placed_hold(regulator, house.caller(Scope.OPERATOR), tokens[1])
    with holders_own(house, kept) as own:
        refused = own.ask(
            f"/v1/collectibles/{tokens[1]}/gifts/kept", "gift of what is held", {"to": second.address}
        )
    issuer.done(f"/v1/collectibles/{tokens[2]}/annulment", "annul", {"reason": "印制有误"})
    return Told(
        work["work_id"],
        file,
        collection["collection_id"],
        edition["edition_id"],
        (tokens[0], tokens[1], tokens[2]),
        wallet,
        second,
        kept,
        gift,
        hold,
        refused,
    )


def deposit(issuer: Caller, key: str, file: bytes | None, **facts: str) -> dict[str, Any]:
    """Deposit a work, and wait for it."""
    stated = json.dumps({"kind": "rights_registered", "facts": {**FACTS, **facts}})
    files = {"file": ("卡片.png", file, "text/html")} if file is not None else {"file": None}
    return issuer.done("/v1/works", key, data={"work": stated}, files={k: v for k, v in files.items() if v})


def signed_gift(
    house: Premises, token: str, giver: LocalAccount, to: str, nonce: int, deadline: int | None = None
) -> dict[str, Any]:
    """Sign what the API says a wallet has to sign, and give the body that submits it."""
    until = int(time.time()) + DAY if deadline is None else deadline
    asked = {"from_account": giver.address, "to": to, "nonce": str(nonce), "deadline": until}
    typed = house.caller(None).get(f"/v1/collectibles/{token}/gifts/typed-data", **asked)
    message = encode_typed_data(full_message=_numbers(typed))
    signature = giver.sign_message(message).signature.to_0x_hex()
    return {**asked, "signature": signature}


@contextmanager
def holders_own(house: Premises, account: str) -> Iterator[Caller]:
    """Give a caller with a holder's key that acts for one account."""
    key = give_out(house.installation.database, Scope.HOLDER, "its own", address(account.lower()))
    own = Caller(house.url, key.text)
    try:
        yield own
    finally:
        own.http.close()


def placed_hold(regulator: Caller, operator: Caller, token: str) -> dict[str, Any]:
    """File an order to hold a collectible, and carry it out with another hand."""
    now = int(time.time())
    order = {
        "authority": COURT,
        "order_hash": "0x" + hashlib.sha256(f"裁定书 {token}".encode()).hexdigest(),
        "measure": "hold",
        "token_id": token,
    }
    filing = {
        **order,
        "reason_code": "case-1",
        "occurred_at": now - DAY,
        "expires": now + 30 * DAY,
        "effect_until": now + 90 * DAY,
    }
    regulator.done("/v1/orders", f"file {token}", filing)
    return operator.done("/v1/orders/execution", f"execute {token}", order)


def _register(issuer: Caller, reference: str, kind: str, **where: str) -> dict[str, Any]:
    person = {
        "kind": kind,
        "name": f"某某{reference}",
        "document": "test",
        "number": f"N-{reference}",
        "method": "test",
        "verifier": "trial",
        "verified_at": int(time.time()) - DAY,
        "reference": reference,
    }
    return issuer.done("/v1/accounts", f"register {reference}", {**person, **where})


def _numbers(typed: dict[str, Any]) -> dict[str, Any]:
    """Give numbers as numbers, which is what eth-account wants; wallets take decimal strings too."""
    kinds = {
        part: {member["name"]: member["type"] for member in typed["types"][name]}
        for part, name in (("domain", "EIP712Domain"), ("message", typed["primaryType"]))
    }
    numbered = {
        part: {
            name: int(value) if kinds[part][name].startswith("uint") else value
            for name, value in typed[part].items()
        }
        for part in kinds
    }
    return {**typed, **numbered}
