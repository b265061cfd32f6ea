"""A regulator's question: kept first, then answered from one view of the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from service.access.questions import record_question
from service.installation import Installation
from service.reading.context import Context
from service.reading.open import context


@contextmanager
def asked(installation: Installation, key_id: str, question: Mapping[str, Any]) -> Iterator[Context]:
    """Keep a question, as of which block it is read, and give what it is to be answered from.

    Args:
        key_id: of the regulator's key.
        question: JSON-safe; what is asked and with which parameters.

    Raises:
        NothingIndexed: there is nothing to read yet; nothing was kept either.
        Unavailable: the question could not be kept, so it is not answered.
    """
    with context(installation) as one:
        record_question(installation.database, key_id, question, one.view.as_of.number)
        yield one
