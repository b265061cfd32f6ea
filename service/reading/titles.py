"""What search needs of manifests, given to the index as it comes to know of works. Writes the index's documents."""

from __future__ import annotations

from indexer.store import NothingIndexed
from service.installation import Installation

AT_ONCE = 500


def learn_titles(installation: Installation, since: int = -1, at_once: int = AT_ONCE) -> int:
    """Give the index the words of manifests that it does not know yet; those not kept here stay unknown.

    Args:
        since: seq of the record until which it was looked before: what is another institution's, and never kept here,
            is not looked for at every block.

    Returns the seq until which it was looked now.

    Raises:
        Unavailable: the content store does not answer; what was told before stays told.
    """
    try:
        while missing := installation.projection.missing_documents(at_once, since):
            found = [document for _, digest in missing if (document := installation.library.document(digest))]
            installation.projection.put_documents(found)
            since = missing[-1][0]
    except NothingIndexed:
        return -1
    return since
