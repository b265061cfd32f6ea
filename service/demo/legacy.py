"""A house's existing contracts, made up: taken in as `qianyin contracts keep` does, and what contradicts what.

Owns the files in `data`, for reading.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from indexer.china import china_day
from service.demo.story import PRINCIPAL, Story
from service.rights.backlog.conflicts import Conflict
from service.rights.backlog.findings import findings
from service.rights.backlog.house import cabinet_of
from service.rights.backlog.proposing import contracts_of
from service.rights.backlog.reporting import Findings, as_json, write_overlap
from service.rights.backlog.sheet import read_contracts

CONTRACTS: Final = Path(__file__).with_name("data") / "legacy-contracts.csv"
"""Twenty contracts; two clash over traditional-character editions. No house, person or book in it exists."""


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


def _clash(one: Conflict) -> tuple[str, str]:
    title, older, newer = one.older.work.title, one.older, one.newer
    zh = f"冲突：《{title}》{older.number} {older.licensee} 与 {newer.number} {newer.licensee}"
    en = f"a clash: “{title}”, {older.number} {older.licensee} and {newer.number} {newer.licensee}"
    return f"{zh}，{write_overlap(one.overlap, 'zh')}", f"{en}: {write_overlap(one.overlap, 'en')}"
