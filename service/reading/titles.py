"""What search needs of manifests, given to the index as it comes to know of works. Writes the index's documents."""

from __future__ import annotations

from indexer.store import NothingIndexed
from service.installation import Installation


def learn_titles(installation: Installation) -> None:
    """Give the index the words of manifests that it does not know yet; those not kept here stay unknown."""
    try:
        while missing := installation.projection.missing_documents():
            found = [document for digest in missing if (document := installation.library.document(digest))]
            installation.projection.put_documents(found)
            if len(found) < len(missing):
                return
    except NothingIndexed:
        return
