"""The publisher's half of the demonstration: a novel of two co-authors; its rights divided, granted and asked for.

One author signs with a key that is kept here, of the other a paper is attested for the film; a grant that clashes is
told so before anybody signs it. What was done once is found done.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from indexer.china import china_day, day_of
from indexer.events import Kind
from indexer.rights.acts import Alone, GrantKind, estate_id
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import NO_END, Axis, Scope, whole_world
from indexer.values import ZERO_HASH, Address, Hash32
from service.access.bearer import Scope as KeyScope
from service.access.bearers import bearers, give_out, revoke
from service.demo.story import PRINCIPAL, Story, verified
from service.files.description import Kind as WorkKind
from service.files.description import describe
from service.files.digests import digests_of
from service.installation import Installation
from service.intake.requests import FileToKeep, WorkRequest
from service.issuing.deposits import prepare
from service.keys.agreements import Ownership
from service.keys.intents import Domain
from service.keys.operators import Operator
from service.people.identity import Identity
from service.reading.open import context
from service.rights import consents, proposals, showing
from service.rights.book import Book
from service.rights.consents import Desk
from service.rights.drafting import Agreements, Drafting, GrantTerms
from service.rights.proposals import Draft, Proposal

TITLE = ("长河落日", "Sunset over the Long River")
OPENING = "大漠孤烟直，长河落日圆。\n\n第一章　启程\n\n（演示用样张：长篇小说的开头一页。）\n"
RIGHTS_ACCOUNTS = Hash32(hashlib.sha256("演示：权利人账户".encode()).digest())
"""In whose place a collection stands where accounts for rights are made: one account a person, of no collection."""
TO_AGREE_IN = 30 * 86_400
EUROPE = next(group.mask for group in TERRITORIES.groups if group.zh == "欧洲")
CHINA = TERRITORIES.mask(["CN", "HK", "MO", "TW"])


@dataclass(slots=True)
class Novel:
    """Tells the novel's story in the home of another story.

    Attributes:
        accounts: of everybody in it, by name. work_id: of the novel. clashing: the proposal that clashes.
        keys: bearer keys with which its parties sign in on the pages, by name.
    """

    story: Story
    accounts: dict[str, Address] = field(default_factory=dict)
    work_id: Hash32 = ZERO_HASH
    clashing: str = ""
    grants: dict[str, Hash32] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def installation(self) -> Installation:
        """The home it is told in."""
        return self.story.installation

    def tell(self) -> None:
        """Tell it from the beginning; what was told before is found done.

        Raises:
            StoryBroken: a request was refused that should not be, or did not end.
        """
        self.story.say(
            "长篇小说：存证，两位作者主张权利", "a novel: deposited, and claimed by its two authors"
        )
        self._people()
        self._deposit()
        main, europe = self._divided()
        self.story.say(
            "转让、许可、纸本见证；一项许可因冲突被拒",
            "assigning, granting, attesting a paper; a grant that clashes",
        )
        self._assigned(europe)
        self._granted(main)
        self._clash(main)
        self._shown(main)
        self._keys()

    def _people(self) -> None:
        registry = self.story.registry()
        persons = {"江一鸣": Kind.PERSON, "柳岸": Kind.PERSON}
        houses = dict.fromkeys(
            ("朝霞书店", "青山影业", "听潮有声", "夜航电台", "北海出版社", "某电子书店"), Kind.INSTITUTION
        )
        for number, (name, kind) in enumerate((persons | houses).items(), start=1):
            identity = Identity(kind, name, "test", f"R-{number:04}")
            person = registry.holder(identity, verified(), f"R-{number:04}")
            self.accounts[name], registered = registry.kept(person, RIGHTS_ACCOUNTS)
            self.story.settled(registered)

    def _deposit(self) -> None:
        facts = {
            "title": TITLE[0],
            "title_en": TITLE[1],
            "registration_number": "演作登字-2026-A-00000001",
            "copyright_holder": "江一鸣、柳岸",
        }
        installation = self.installation
        with tempfile.TemporaryDirectory(prefix="qianyin-demo-") as folder:
            page = Path(folder) / "长河落日.txt"
            page.write_text(OPENING, encoding="utf-8")
            digests = digests_of(io.BytesIO(OPENING.encode()))
            kept = FileToKeep("work", page, "text/plain", digests.sha256, digests.size)
            described = describe(WorkKind.RIGHTS_REGISTERED, facts)
            row = WorkRequest(hashlib.sha256(b"demo/novel").hexdigest(), 0, described, (), (kept,), None)
            settings = installation.settings
            deposit = prepare(row, self.story.issuer, None, settings.home, settings.inbox).deposit
        self.work_id = deposit.work_id
        self.story.done("novel/deposit", lambda: deposit)

    def _divided(self) -> tuple[int, int]:
        """Claim everything for both authors, then cut the adaptation in Europe off."""
        ann, ben = self.accounts["江一鸣"], self.accounts["柳岸"]
        owned = Ownership((ann, ben), (1, 1))
        since = day_of(date(self._year, 1, 1))
        claimed = self._agreed(
            "claim",
            lambda draw, until: draw.claim(
                self.work_id,
                whole_world(since, NO_END),
                owned,
                Alone(366, 3),
                until,
                china_day(draw.now) + 180,
            ),
        )
        whole = estate_id(claimed.intent, 0)
        adaptation = RIGHTS.mask(["adaptation"])
        others = RIGHTS.assigned & ~adaptation
        cut = self._agreed(
            "split/adaptation",
            lambda draw, until: draw.split(whole, Axis.RIGHTS, (others, adaptation), until),
        )
        main, adapting = estate_id(cut.intent, 0), estate_id(cut.intent, 1)
        elsewhere = TERRITORIES.full & ~EUROPE
        again = self._agreed(
            "split/europe",
            lambda draw, until: draw.split(adapting, Axis.TERRITORIES, (EUROPE, elsewhere), until),
        )
        return main, estate_id(again.intent, 0)

    def _assigned(self, europe: int) -> None:
        owner = Ownership((self.accounts["北海出版社"],), (1,))
        self._agreed("assign", lambda draw, until: draw.assign(europe, owner, _papers("转让合同"), until))

    def _granted(self, main: int) -> None:
        year = self._year
        japanese = self._scope(
            ("translation", "reproduction", "distribution", "network_communication"),
            ["JP"],
            ["ja"],
            ["print", "ebook"],
            year + 1,
            year + 11,
        )
        spoken = (("network_communication",), CHINA, ["zh-Hans", "zh-Hant"], ["audio"], year, year + 3)
        film = (
            ("cinematography",),
            TERRITORIES.assigned & ~TERRITORIES.mask(["US"]),
            LANGUAGES.assigned,
            ["film"],
            year,
            year + 6,
        )
        self._grant("japanese", main, "朝霞书店", GrantKind.EXCLUSIVE, japanese, sublicensable=True)
        self._grant("film", main, "青山影业", GrantKind.SOLE, self._scope(*film), on_paper=("柳岸",))
        for name in ("听潮有声", "夜航电台"):
            self._grant(f"audio/{name}", main, name, GrantKind.NON_EXCLUSIVE, self._scope(*spoken))

    def _clash(self, main: int) -> None:
        """Propose what overlaps the grant to the Japanese house; it is told so at once, and nobody signs."""
        wanted = self._scope(
            ("translation", "network_communication"),
            ["JP"],
            ["ja"],
            ["ebook"],
            self._year + 2,
            self._year + 5,
        )
        terms = GrantTerms(self.accounts["某电子书店"], GrantKind.EXCLUSIVE, _papers("某电子书店的要约"))
        proposed = self._proposed("clash", lambda draw, until: draw.grant(main, wanted, terms, until))
        self.clashing = proposed.id

    def _shown(self, main: int) -> None:
        """Let the public ask whether the main part of the rights can be had."""
        showing.set_open(
            self.installation.database, main, is_open=True, account=self.accounts["江一鸣"], by=PRINCIPAL
        )

    def _keys(self) -> None:
        """Give the parties keys to sign in with, in the place of those of an earlier run."""
        database = self.installation.database
        wanted = {"江一鸣": "演示：作者江一鸣", "朝霞书店": "演示：朝霞书店"}
        for old in bearers(database):
            if old.label in wanted.values() and old.revoked_at is None:
                revoke(database, old.key_id)
        for name, label in wanted.items():
            self.keys[name] = give_out(database, KeyScope.RIGHTS_HOLDER, label, self.accounts[name]).text

    def _grant(
        self,
        name: str,
        estate: int,
        licensee: str,
        kind: GrantKind,
        scope: Scope,
        *,
        sublicensable: bool = False,
        on_paper: tuple[str, ...] = (),
    ) -> None:
        terms = GrantTerms(
            self.accounts[licensee], kind, _papers(f"{licensee}许可合同"), sublicensable, notice_days=90
        )
        done = self._agreed(
            f"grant/{name}", lambda draw, until: draw.grant(estate, scope, terms, until), on_paper
        )
        self.grants[name] = done.intent

    def _agreed(
        self, name: str, draw: Callable[[Drafting, int], Draft], on_paper: tuple[str, ...] = ()
    ) -> Proposal:
        """Propose something, let everybody agree, and wait until it is done."""
        found = self._proposed(name, draw)
        papers = {self.accounts[who] for who in on_paper}
        desk = Desk(self.installation.database, self.installation.vault, self._domain)
        for party in found.missing:
            if party == self.story.issuer:
                consents.agree_as_operator(desk, found.id, party, operator=Operator.ISSUER, by=PRINCIPAL)
            elif party in papers:
                consents.attest(desk, found.id, party, paper=_papers("纸本").agreement, by="demo-attester")
                consents.confirm(desk, found.id, party, by="demo-registrar")
            else:
                consents.agree_kept(desk, found.id, party, signer=party, by=PRINCIPAL)
        found = proposals.hand_in(self.installation.database, found.id)
        assert found.operation_id is not None, "everybody agreed"
        self.story.ended(found.operation_id)
        return found

    def _proposed(self, name: str, draw: Callable[[Drafting, int], Draft]) -> Proposal:
        key = f"demo/novel/{name}"
        known = proposals.earlier(self.installation.database, PRINCIPAL, key, key.encode())
        if known is not None:
            return known
        with context(self.installation) as one:
            drafting = Drafting(Book(one.view), self._domain)
            return proposals.propose(
                self.installation.database,
                draw(drafting, drafting.now + TO_AGREE_IN),
                principal=PRINCIPAL,
                idempotency_key=key,
                proposed_by=self.accounts["江一鸣"],
                asked=key.encode(),
            )

    @property
    def _domain(self) -> Domain:
        deployment = self.installation.deployment
        return Domain(deployment.chain_id, self.installation.sources.consents, deployment.parent_hash)

    @property
    def _year(self) -> int:
        return time.localtime().tm_year

    def _scope(
        self,
        rights: tuple[str, ...],
        territories: list[str] | int,
        languages: list[str] | int,
        media: list[str],
        first: int,
        after: int,
    ) -> Scope:
        """Give the box of some codes, from the beginning of one year to that of another."""
        return Scope(
            RIGHTS.mask(rights),
            territories if isinstance(territories, int) else TERRITORIES.mask(territories),
            languages if isinstance(languages, int) else LANGUAGES.mask(languages),
            MEDIA.mask(media),
            day_of(date(first, 1, 1)),
            day_of(date(after, 1, 1)),
        )


def _papers(what: str) -> Agreements:
    """Give the digests of a made-up agreement."""
    return Agreements(Hash32(hashlib.sha256(f"演示：{what}".encode()).digest()))
