"""One reading of an installation: opens a view of the index and lays the rest beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.store.projection import Projection
from service.installation import Installation
from service.reading.context import Context
from service.reading.parties import Parties
from service.reading.proof import Prover


@contextmanager
def context(installation: Installation) -> Iterator[Context]:
    """Read as of one block; keep it short, it is a read transaction.

    Raises:
        NothingIndexed: there is nothing to read yet.
        NotFound: nothing is deployed in this home.
    """
    anchor = installation.anchor
    projection: Projection = installation.projection
    with projection.view() as view:
        prover = Prover(installation, view, anchor, installation.proofs)
        yield Context(
            view=view,
            sources=installation.sources,
            library=installation.library,
            previews=installation.previews,
            parties=Parties(
                anchor, {one: (name, "") for one, name in installation.institutions.names().items()}
            ),
            now=int(time.time()),
            prove=prover.verdict,
            stale=installation.watch.stale(view.as_of, view.halt),
        )
