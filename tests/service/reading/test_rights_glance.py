"""A work's rights at a glance, to each as far as they are for it: a party, whom one lets see some of it, nobody."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from indexer.rights.acts import GrantKind
from indexer.rights.scope import Axis, Scope
from indexer.values import Hash32
from service.errors import NotFound
from service.reading.rights.glance import Asked, rights_page
from tests.indexer.histories import SOURCES, account
from tests.indexer.rights.told import BOX, RightsHistory
from tests.service.reading.rights_visit import by, read

AN, BO, CI, DE, EN = (account(number) for number in range(1, 6))
MUSEUM = account(9)
PART = replace(BOX, territories=0b1, from_=20_400)


@dataclass
class Halves:
    """A work of two estates, AN's and BO's; in AN's an exclusive grant to CI and a non-exclusive one to DE."""

    told: RightsHistory = field(default_factory=RightsHistory)

    def __post_init__(self) -> None:
        self.work = self.told.work(MUSEUM, 1)
        whole = self.told.claim(self.work, BOX, AN)
        self.first, self.second = self.told.split(whole, Axis.TERRITORIES, [0b11, 0b1100])
        self.told.assign(self.second, BO)
        self.exclusive = self.granted(CI, GrantKind.EXCLUSIVE, PART)
        self.told.tomorrow(60)

    def granted(self, licensee: object, kind: GrantKind, scope: Scope) -> Hash32:
        return self.told.grant(self.first, licensee, kind, scope)  # type: ignore[arg-type]


def test_one_function_says_whose_eyes_they_are_and_whether_there_is_anything_to_see(tmp_path: Path) -> None:
    halves = Halves()
    with read(halves.told, tmp_path) as context:
        shown = [
            frozenset({(SOURCES.estate(halves.second), BO)}),
            frozenset({(SOURCES.grant(halves.exclusive), CI)}),
        ]
        readers = {
            "owner": by(context, halves.work, BO),
            "licensee": by(context, halves.work, CI),
            "registrant": by(context, halves.work, MUSEUM),
            "shown": by(context, halves.work, EN, disclosed=shown[0]),
        }
        for name, reading in readers.items():
            assert reading.reading_as == name
            assert rights_page(reading, Asked(), ()).reading_as == name
        assert by(context, halves.work, EN, disclosed=shown[1]).reading_as == "shown"
        nobody = by(context, halves.work, EN)
        assert nobody.reading_as is None
        with pytest.raises(NotFound):
            rights_page(nobody, Asked(), ())
