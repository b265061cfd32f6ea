"""A house's existing contracts, made up: taken in as `qianyin contracts keep` does, and what contradicts what.

Those of one novel go on the chain, as `qianyin contracts propose` does: what its author granted to the house, and the
two sub-licences of that which clash, with their conflict. Owns the files in `data`, for reading.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from indexer.china import china_day
from indexer.events import Kind
from indexer.rights.acts import Alone
from indexer.rights.scope import NO_END, whole_world
from indexer.values import Hash32
from service.demo.parties import TO_AGREE_IN, Parties
from service.demo.story import PRINCIPAL, Story
from service.keys.agreements import Ownership
from service.reading.open import context
from service.rights.backlog.conflicts import Conflict
from service.rights.backlog.contract import Contract
from service.rights.backlog.findings import findings
from service.rights.backlog.house import cabinet_of
from service.rights.backlog.proposing import Progress, contracts_of, propose_due
from service.rights.backlog.registers import registers_of
from service.rights.backlog.reporting import Findings, as_json, write_overlap
from service.rights.backlog.sheet import read_contracts
from service.rights.book import Book
from service.rights.drafting import Drafting
from service.rights.proposals import Proposal

CONTRACTS: Final = Path(__file__).with_name("data") / "legacy-contracts.csv"
"""Twenty contracts; two clash over traditional-character editions. No house, person or book in it exists."""
TITLE: Final = "旧城的钟"
"""The novel whose contracts are recorded, as far as there are scans."""
FACTS: Final = {
    "title_en": "The Clock of the Old Town",
    "registration_number": "演作登字-2015-A-00000002",
    "copyright_holder": "沈怀舟",
}
AUTHOR, HOUSE = "沈怀舟", "江南文艺出版社"
BACKLOG: Final = 180
"""Days for which contracts older than the claim are taken."""
OPENING: Final = "钟楼在雨里。\n\n第一章　回城\n\n（演示用样张：长篇小说的开头一页。）\n"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is on the chain of a work: how many of its contracts, and how many conflicts with them.

    Attributes:
        keys: bearer keys with which its parties sign in on the pages, by name.
    """

    work_id: Hash32
    contracts: int
    conflicts: int
    keys: dict[str, str]

    def as_json(self) -> dict[str, int]:
        """Say how many."""
        return {"contracts": self.contracts, "conflicts": self.conflicts}


@dataclass(frozen=True, slots=True)
class Legacy:
    """The contracts that the house has now: how many scans with them, and what is found in all."""

    scans: int
    found: Findings

    @property
    def clashes(self) -> tuple[Conflict, ...]:
        """The conflicts that are there whatever the unknown terms are."""
        return tuple(one for one in self.found.conflicts if one.is_certain)

    def as_json(self) -> dict[str, Any]:
        """Say how many there are, and what contradicts what."""
        said = as_json(self.found)
        return {
            "contracts": said["contracts"],
            "scans": self.scans,
            "conflicts": said["conflicts"],
            "coming": len(said["coming"]),
        }

    def told(self) -> tuple[str, str]:
        """Say how many there are, in Chinese and English."""
        contracts, sure = len(self.found.contracts), len(self.clashes)
        possible = len(self.found.conflicts) - sure
        return (
            f"旧合同 {contracts} 份、扫描件 {self.scans} 份已收：{sure} 处冲突，{possible} 处可能冲突",
            f"{contracts} existing contracts kept, {self.scans} scans: {sure} in conflict, {possible} perhaps",
        )


def take_in(story: Story) -> Legacy:
    """Take in the sheet, and report on all that the house has then; what was taken in before is found there.

    Raises:
        BadInput: there is an error in the sheet.
    """
    story.say("收存旧合同，找出冲突", "taking in existing contracts, and looking for conflicts")
    today = china_day(int(time.time()))
    sheet = read_contracts(CONTRACTS, today)
    cabinet = cabinet_of(story.installation, PRINCIPAL)
    for _ in cabinet.take_in(sheet.sound(), sheet.scans):
        pass
    kept = cabinet.contracts()
    scans = sum(one.scan is not None for one in kept)
    legacy = Legacy(scans, findings(contracts_of(kept), today))
    story.say(*legacy.told())
    for one in legacy.clashes:
        story.say(*_clash(one))
    return legacy


def record(story: Story, legacy: Legacy) -> Recorded:
    """Have the author's rights claimed and the contracts of his novel recorded, the oldest first, conflicts and all.

    The author signs by hand, which two attest; the houses by keys that are kept here.

    Raises:
        StoryBroken: what should be recorded was not.
    """
    story.say("旧合同上链：冲突如实记入", "recording existing contracts, with their conflict")
    parties = Parties(story, "legacy")
    licensees = dict.fromkeys((HOUSE, *(one.licensee for one in _clashing(legacy))), Kind.INSTITUTION)
    parties.register({AUTHOR: Kind.PERSON} | licensees, "L")
    work_id = parties.deposit(TITLE, OPENING, FACTS)
    owned = Ownership((parties.accounts[AUTHOR],), (1,))
    parties.agreed(
        "claim",
        lambda draw, until: draw.claim(
            work_id, whole_world(draw.today, NO_END), owned, Alone(0, 0), until, draw.today + BACKLOG
        ),
        AUTHOR,
        on_paper=(AUTHOR,),
    )
    while waiting := _proposed(parties):
        for one in waiting:
            parties.agree(one, on_paper=(AUTHOR,))
    with context(story.installation) as view:
        grants = list(Book(view.view).grants(work=work_id))
    keys = parties.keys({HOUSE: "《旧城的钟》出版社，有旧合同 / publisher with existing contracts"})
    return Recorded(work_id, len(grants), sum(one.conflicts for one in grants), keys)


def _clashing(legacy: Legacy) -> Iterator[Contract]:
    for one in legacy.clashes:
        yield from (one.older, one.newer)


def _proposed(parties: Parties) -> list[Proposal]:
    """Propose each contract whose turn it is; gives those that wait for consents."""
    installation = parties.installation
    with context(installation) as one:
        book = Book(one.view)
        outcomes = propose_due(
            cabinet_of(installation, PRINCIPAL),
            Drafting(book, parties.domain, one.now),
            registers_of(installation, book, {}),
            deadline=one.now + TO_AGREE_IN,
            proposed_by=parties.story.issuer,
        )
    return [one.proposal for one in outcomes if one.proposal and one.progress is Progress.PROPOSED]


def _clash(one: Conflict) -> tuple[str, str]:
    title, older, newer = one.older.work.title, one.older, one.newer
    zh = f"冲突：《{title}》{older.number} {older.licensee} 与 {newer.number} {newer.licensee}"
    en = f"a clash: “{title}”, {older.number} {older.licensee} and {newer.number} {newer.licensee}"
    return f"{zh}，{write_overlap(one.overlap, 'zh')}", f"{en}: {write_overlap(one.overlap, 'en')}"
