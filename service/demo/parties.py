"""Who holds rights in the demonstration: their accounts and works, what they agree to. What was done is found done."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from indexer.events import Kind
from indexer.values import Address, Hash32
from service.access.bearer import Scope as KeyScope
from service.access.bearers import bearers, give_out, revoke
from service.demo.story import PRINCIPAL, Story, verified
from service.files.description import Kind as WorkKind
from service.files.description import describe
from service.files.digests import digests_of
from service.installation import Installation
from service.intake.requests import FileToKeep, WorkRequest
from service.issuing.deposits import prepare
from service.keys.intents import Domain
from service.keys.operators import Operator
from service.people.identity import Identity
from service.reading.open import context
from service.rights import consents, proposals
from service.rights.book import Book
from service.rights.consents import Desk
from service.rights.drafting import Agreements, Drafting
from service.rights.proposals import Draft, Proposal

RIGHTS_ACCOUNTS = Hash32(hashlib.sha256("演示：权利人账户".encode()).digest())
"""In whose place a collection stands where accounts for rights are made: one account a person, of no collection."""
TO_AGREE_IN = 30 * 86_400
"""Seconds from a proposal until it lapses."""


@dataclass(slots=True)
class Parties:
    """Those of one tale, told in the home of a story.

    Attributes:
        tale: its name, before all keys of its requests. accounts: of everybody in it, by name.
    """

    story: Story
    tale: str
    accounts: dict[str, Address] = field(default_factory=dict)

    @property
    def installation(self) -> Installation:
        """The home it is told in."""
        return self.story.installation

    @property
    def domain(self) -> Domain:
        """Of the contract `Consents`."""
        deployment = self.installation.deployment
        return Domain(deployment.chain_id, self.installation.sources.consents, deployment.parent_hash)

    def register(self, people: Mapping[str, Kind], mark: str) -> None:
        """Register people and houses, their keys kept here; `mark` is before their numbers."""
        registry = self.story.registry()
        for number, (name, kind) in enumerate(people.items(), start=1):
            reference = f"{mark}-{number:04}"
            person = registry.holder(Identity(kind, name, "test", reference), verified(), reference)
            self.accounts[name], registered = registry.kept(person, RIGHTS_ACCOUNTS)
            self.story.settled(registered)

    def deposit(self, title: str, opening: str, facts: Mapping[str, str]) -> Hash32:
        """Deposit a work of which there is a page; gives its id."""
        with tempfile.TemporaryDirectory(prefix="qianyin-demo-") as folder:
            page = Path(folder) / f"{title}.txt"
            page.write_text(opening, encoding="utf-8")
            digests = digests_of(io.BytesIO(opening.encode()))
            kept = FileToKeep("work", page, "text/plain", digests.sha256, digests.size)
            described = describe(WorkKind.RIGHTS_REGISTERED, {"title": title, **facts})
            key = hashlib.sha256(f"demo/{self.tale}".encode()).hexdigest()
            settings = self.installation.settings
            row = WorkRequest(key, 0, described, (), (kept,), None)
            deposit = prepare(row, self.story.issuer, None, settings.home, settings.inbox).deposit
        self.story.done(f"{self.tale}/deposit", lambda: deposit)
        return deposit.work_id

    def agreed(
        self, name: str, draw: Callable[[Drafting, int], Draft], by: str, on_paper: tuple[str, ...] = ()
    ) -> Proposal:
        """Propose something, let everybody agree, and wait until it is done."""
        return self.agree(self.proposed(name, draw, by), on_paper)

    def proposed(self, name: str, draw: Callable[[Drafting, int], Draft], by: str) -> Proposal:
        """Propose something in somebody's name."""
        key = f"demo/{self.tale}/{name}"
        known = proposals.earlier(self.installation.database, PRINCIPAL, key, key.encode())
        if known is not None:
            return known
        with context(self.installation) as one:
            drafting = Drafting(Book(one.view), self.domain)
            return proposals.propose(
                self.installation.database,
                draw(drafting, drafting.now + TO_AGREE_IN),
                principal=PRINCIPAL,
                idempotency_key=key,
                proposed_by=self.accounts[by],
                asked=key.encode(),
            )

    def agree(self, found: Proposal, on_paper: tuple[str, ...] = ()) -> Proposal:
        """Let everybody agree to a proposal, some by a paper that two hands attest, and wait until it is done."""
        papers = {self.accounts[who] for who in on_paper}
        desk = Desk(self.installation.database, self.installation.vault, self.domain)
        for party in found.missing:
            if party == self.story.issuer:
                consents.agree_as_operator(desk, found.id, party, operator=Operator.ISSUER, by=PRINCIPAL)
            elif party in papers:
                paper = papers_of("书面文件").agreement
                consents.attest(desk, found.id, party, paper=paper, by="demo-attester")
                consents.confirm(desk, found.id, party, paper=paper, by="demo-registrar")
            else:
                consents.agree_kept(desk, found.id, party, signer=party, by=PRINCIPAL)
        found = proposals.hand_in(self.installation.database, found.id)
        assert found.operation_id is not None, "everybody agreed"
        self.story.ended(found.operation_id)
        return found

    def keys(self, roles: Mapping[str, str]) -> dict[str, str]:
        """Give some of them keys to sign in with, in the place of those of an earlier run.

        Args:
            roles: what each is in the tale, by name.

        Returns:
            the keys, by `name · role`.
        """
        database, labels = self.installation.database, {name: f"演示：{name}" for name in roles}
        for old in bearers(database):
            if old.account in map(self.accounts.get, roles) and old.revoked_at is None:
                revoke(database, old.key_id)
        return {
            f"{name} · {role}": give_out(
                database, KeyScope.RIGHTS_HOLDER, labels[name], self.accounts[name]
            ).text
            for name, role in roles.items()
        }


def papers_of(what: str) -> Agreements:
    """Give the digests of a made-up agreement."""
    return Agreements(Hash32(hashlib.sha256(f"演示：{what}".encode()).digest()))
