"""The publisher's half of the demonstration: a novel of two co-authors; its rights divided, granted and asked for.

One author signs with a key that is kept here, of the other a paper is attested for the film; a grant that clashes is
told so before anybody signs it. What was done once is found done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from indexer.china import china_day, day_of
from indexer.events import Kind
from indexer.rights.acts import Alone, GrantKind, estate_id
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import NO_END, Axis, Scope, whole_world
from indexer.values import ZERO_HASH, Hash32
from service.demo.parties import Parties, papers_of
from service.demo.story import PRINCIPAL, Story
from service.keys.agreements import Ownership
from service.rights import showing
from service.rights.drafting import Drafting, GrantTerms
from service.rights.proposals import Draft, Proposal

AUTHOR = "江一鸣"
"""Who proposes what is proposed."""
TITLE = ("长河落日", "Sunset over the Long River")
OPENING = "大漠孤烟直，长河落日圆。\n\n第一章　启程\n\n（演示用样张：长篇小说的开头一页。）\n"
EUROPE = next(group.mask for group in TERRITORIES.groups if group.zh == "欧洲")
CHINA = TERRITORIES.mask(["CN", "HK", "MO", "TW"])


@dataclass(slots=True)
class Novel:
    """Tells the novel's story in the home of another story.

    Attributes:
        parties: everybody in it. work_id: of the novel. clashing: the proposal that clashes.
        keys: bearer keys with which its parties sign in on the pages, by name.
    """

    story: Story
    parties: Parties = field(init=False)
    work_id: Hash32 = ZERO_HASH
    clashing: str = ""
    grants: dict[str, Hash32] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parties = Parties(self.story, "novel")

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
            "转让、许可、书面文件见证；一项许可因冲突被拒",
            "assigning, granting, attesting a paper; a grant that clashes",
        )
        self._assigned(europe)
        self._granted(main)
        self._clash(main)
        self._shown(main)
        self.keys = self.parties.keys(
            {
                AUTHOR: "《长河落日》作者之一 / one of its two authors",
                "朝霞书店": "其日文版的被许可人 / licensee of its Japanese edition",
            }
        )

    def _people(self) -> None:
        persons = dict.fromkeys((AUTHOR, "柳岸"), Kind.PERSON)
        houses = dict.fromkeys(
            ("朝霞书店", "青山影业", "听潮有声", "夜航电台", "北海出版社", "某电子书店"), Kind.INSTITUTION
        )
        self.parties.register(persons | houses, "R")

    def _deposit(self) -> None:
        facts = {
            "title_en": TITLE[1],
            "registration_number": "演作登字-2026-A-00000001",
            "copyright_holder": "江一鸣、柳岸",
        }
        self.work_id = self.parties.deposit(TITLE[0], OPENING, facts)

    def _divided(self) -> tuple[int, int]:
        """Claim everything for both authors, then cut the adaptation in Europe off."""
        ann, ben = self.parties.accounts[AUTHOR], self.parties.accounts["柳岸"]
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
        owner = Ownership((self.parties.accounts["北海出版社"],), (1,))
        self._agreed("assign", lambda draw, until: draw.assign(europe, owner, papers_of("转让合同"), until))

    def _granted(self, main: int) -> None:
        year = self._year
        japanese = self._scope(
            ("translation", "reproduction", "distribution", "network_communication"),
            ["JP"],
            ["ja"],
            ["print", "ebook"],
            year,
            year + 10,
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
        terms = GrantTerms(
            self.parties.accounts["某电子书店"], GrantKind.EXCLUSIVE, papers_of("某电子书店的要约")
        )
        proposed = self.parties.proposed(
            "clash", lambda draw, until: draw.grant(main, wanted, terms, until), AUTHOR
        )
        self.clashing = proposed.id

    def _shown(self, main: int) -> None:
        """Let the public ask whether the main part of the rights can be had."""
        showing.set_open(
            self.story.installation.database,
            main,
            is_open=True,
            account=self.parties.accounts[AUTHOR],
            by=PRINCIPAL,
        )

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
            self.parties.accounts[licensee],
            kind,
            papers_of(f"{licensee}许可合同"),
            sublicensable,
            notice_days=90,
        )
        done = self._agreed(
            f"grant/{name}", lambda draw, until: draw.grant(estate, scope, terms, until), on_paper
        )
        self.grants[name] = done.intent

    def _agreed(
        self, name: str, draw: Callable[[Drafting, int], Draft], on_paper: tuple[str, ...] = ()
    ) -> Proposal:
        return self.parties.agreed(name, draw, AUTHOR, on_paper)

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
