"""How each party to a recorded act agreed. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.events import Sources
from indexer.record import Record
from indexer.rights.acts import Assent, assents_of
from indexer.values import Address


def assents(
    sources: Sources, record: Record, packed: int, among: Iterable[Address]
) -> tuple[tuple[Address, Assent], ...]:
    """Give each of those who had to agree to an act, who are named in its record, and how; an order asks nobody.

    Raises:
        ValueError: as many did not agree as are named.
    """
    if not packed:
        return ()
    known = {sources.party(one): one for one in among}
    parties = [known[subject] for subject in record.subjects if subject in known]
    return tuple(zip(parties, assents_of(packed, len(parties)), strict=True))
