"""What every page is made from: one view of the index, and what gives names, titles and pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from indexer.events import Sources
from indexer.state import Collection, Token, Work
from indexer.store import View
from indexer.store.answers import Known
from indexer.values import ZERO_ADDRESS, Address, Hash32, as_hex
from service.files.description import Description
from service.files.manifest import Manifest
from service.files.previews import Previews
from service.pages.views import AsOf, Name, Stale, VerdictView
from service.reading.described import collection_title, title_of
from service.reading.library import Library
from service.reading.parties import Parties

TEST_VERIFIER = Hash32(b"test".ljust(32, b"\0"))
"""The `method` of accounts that the test verifier registered (domain rule 18)."""


@dataclass(frozen=True, slots=True)
class Context:
    """One reading, as of one block.

    Attributes:
        view: of the index. sources: which contract is which.
        library, previews: manifests and pictures. parties: who is called by name.
        now: Unix seconds.
        prove: assembles and checks the evidence for a subject; None where there is none.
        stale: why what is shown may be out of date; None where the index keeps up with its chain.
    """

    view: View
    sources: Sources
    library: Library
    previews: Previews
    parties: Parties
    now: int
    prove: Callable[[Known[Token] | Known[Work]], VerdictView | None]
    stale: Stale | None = None

    def as_of(self, *known: bool) -> AsOf:
        """Say which state a page speaks of; `known` are the settled flags of what it shows."""
        state = self.view.as_of
        replaced = self.stale is not None and self.stale.reason == "replaced"
        return AsOf(state.number, state.time, all(known), replaced, self.stale)

    def manifest(self, work: Work) -> Manifest | None:
        """Give the present reading of a work's manifest, if it is kept here."""
        return self.library.manifest(work.manifest_digest)

    def description(self, work: Work) -> Description | None:
        """Give what is stated of a work, if it is kept here."""
        manifest = self.manifest(work)
        return manifest.description if manifest else None

    def work_title(self, work: Work) -> Name:
        """Give the title of a work; where its manifest is not at hand, the beginning of its name."""
        return title_of(self.description(work), as_hex(work.work_id)[:18])

    def collection_title(self, collection: Collection) -> Name:
        """Give the title of a collection; where its statement is not at hand, the beginning of its name."""
        statement = self.library.statement(collection.metadata_digest)
        return collection_title(statement, as_hex(collection.collection_id)[:18])

    def is_test(self, *accounts: Address) -> bool:
        """Say whether the test verifier registered one of these accounts."""
        standings = map(self.view.standing, frozenset(accounts) - {ZERO_ADDRESS})
        return any(known is not None and known.state.method == TEST_VERIFIER for known in standings)
