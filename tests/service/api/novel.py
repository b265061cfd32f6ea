"""The story of a translated novel, told over HTTP: two authors, a Japanese house, a second house, a stranger."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from indexer.china import china_day
from indexer.values import address
from service.access.bearer import Scope
from service.access.bearers import give_out
from service.rights.answers import day_text
from tests.service.api.premises import DAY, Caller, Premises, premises, written
from tests.service.api.told import deposit

WORLD = {"rights": ["*"], "territories": ["*"], "languages": ["*"], "media": ["*"]}
AGREEMENT = "0x" + "a5" * 32


@dataclass
class Novel:
    """What the story left behind; each of the people has a caller of its own.

    Attributes:
        ann: an author whose key is kept here. ben: one with a wallet. tokyo, seoul: houses whose keys are kept here.
        stranger: registered, and no party to anything.
    """

    house: Premises
    wallet: LocalAccount
    accounts: dict[str, str]
    callers: dict[str, Caller]
    work_id: str
    estate_id: str = ""
    grant_id: str = ""
    claim: dict[str, Any] = field(default_factory=dict)
    grant: dict[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        """Hang up."""
        for caller in self.callers.values():
            caller.http.close()

    def join(self, name: str) -> None:
        """Register somebody more, whose key is kept here."""
        account: str = _register(self.callers["museum"], f"novel-{name}", "person")["account"]
        self.accounts[name], self.callers[name] = account, _caller(self.house, account)

    def propose(self, who: str, key: str, **act: Any) -> dict[str, Any]:
        """Propose an act."""
        body = {"deadline": int(time.time()) + DAY, **act}
        answer = self.callers[who].post("/v1/proposals", key, body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def agree(self, proposal_id: str, *who: str) -> dict[str, Any]:
        """Let some agree, each in its own way."""
        found: dict[str, Any] = {}
        for name in who:
            body = {"party": self.accounts[name]}
            if name == "ben":
                body["signature"] = self.signed(proposal_id)
            answer = self.callers[name].http.post(f"/v1/proposals/{proposal_id}/consents", json=body)
            assert answer.status_code == 200, answer.text
            found = answer.json()
        return found

    def signed(self, proposal_id: str, wallet: LocalAccount | None = None) -> str:
        """Sign what the API says a wallet has to sign."""
        return self.sign(self.callers["ben"].get(f"/v1/proposals/{proposal_id}/typed-data"), wallet)

    def sign(self, typed: dict[str, Any], wallet: LocalAccount | None = None) -> str:
        """Sign typed data, by default with the key that Ben holds himself."""
        message = {**typed, "message": _numbers(typed["message"])}
        message["domain"] = {**typed["domain"], "chainId": int(typed["domain"]["chainId"])}
        signed = (wallet or self.wallet).sign_message(encode_typed_data(full_message=message))
        return str(signed.signature.to_0x_hex())

    def recorded(self, proposal_id: str) -> dict[str, Any]:
        """Wait until what all agreed to has ended."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = self.callers["museum"].get(f"/v1/proposals/{proposal_id}")
            if found["outcome"] and found["outcome"]["state"] in ("settled", "refused"):
                return dict(found)
            time.sleep(0.05)
        raise AssertionError(f"{proposal_id} did not end")

    def done(self, who: str, key: str, agreeing: tuple[str, ...], **act: Any) -> dict[str, Any]:
        """Propose, let all agree, and wait until it is recorded."""
        proposal = self.propose(who, key, **act)
        assert proposal["objections"] == []
        assert self.agree(proposal["id"], *agreeing)["state"] == "handed_in"
        found = self.recorded(proposal["id"])
        assert found["outcome"]["state"] == "settled", found["outcome"]
        return found

    def japanese(self, **changes: Any) -> dict[str, Any]:
        """The Japanese e-book, exclusive, for ten years."""
        today = china_day(int(time.time()))
        scope = {
            "rights": ["translation"],
            "territories": ["JP"],
            "languages": ["ja"],
            "media": ["ebook"],
            "since": day_text(today),
            "until": day_text(today + 3_650),
        }
        act = {
            "act": "grant",
            "estate_id": self.estate_id,
            "licensee": self.accounts["tokyo"],
            "kind": "exclusive",
            "sublicensable": True,
            "agreement": AGREEMENT,
            "scope": scope,
        }
        return act | changes

    def point(self, **changes: Any) -> dict[str, Any]:
        """Ask about translating it into Japanese, in Japan, as an e-book."""
        return {"right": "translation", "territory": "JP", "language": "ja", "medium": "ebook", **changes}


@contextmanager
def told_in(folder: Path) -> Iterator[Novel]:
    """Tell the story once, in premises of its own: its deposits and acts are handed in under fixed keys."""
    with premises(folder) as house:
        made = cast(house)
        try:
            begin(made)
            yield made
        finally:
            made.close()


def cast(house: Premises, *, museum_is_known: bool = False) -> Novel:
    """Register everybody, the museum unless another story did, and deposit the novel."""
    issuer, wallet = house.caller(Scope.ISSUER), Account.create()
    accounts = {"museum": written(house.issuer), "ben": wallet.address}
    if not museum_is_known:
        _register(issuer, "novel-museum", "institution", account=accounts["museum"])
    _register(issuer, "novel-ben", "person", account=wallet.address)
    for name in ("ann", "tokyo", "seoul", "stranger"):
        accounts[name] = _register(issuer, f"novel-{name}", "person")["account"]
    callers = {name: _caller(house, account) for name, account in accounts.items() if name != "museum"}
    callers["museum"] = Caller(house.url, house.keys[Scope.ISSUER])
    work = deposit(issuer, "novel deposit", None, title="远行")
    return Novel(house, wallet, accounts, callers, work["work_id"])


def begin(novel: Novel) -> None:
    """Let the authors claim their rights, and grant the Japanese e-book."""
    accounts, callers = novel.accounts, novel.callers
    today = day_text(china_day(int(time.time())))
    owners = [{"account": accounts[name], "part": 1} for name in ("ann", "ben")]
    claim = {
        "act": "claim",
        "work_id": novel.work_id,
        "scope": {**WORLD, "since": today},
        "owners": owners,
        "alone": {"longest": 400, "quota": 2},
    }
    novel.claim = novel.done("museum", "claim", ("museum", "ann", "ben"), **claim)
    novel.estate_id = callers["ann"].get("/v1/rights")["estates"][0]["estate_id"]
    novel.grant = novel.done("ann", "grant", ("ann", "ben", "tokyo"), **novel.japanese())
    novel.grant_id = novel.grant["intent"]


def _caller(house: Premises, account: str) -> Caller:
    key = give_out(house.installation.database, Scope.RIGHTS_HOLDER, "its own", address(account.lower()))
    return Caller(house.url, key.text)


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


def _numbers(value: Any) -> Any:
    """Give numbers as numbers, which is what eth-account wants; wallets take decimal strings too."""
    if isinstance(value, dict):
        return {name: _numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return int(value) if isinstance(value, str) and value.isdecimal() else value
