"""A regulator's question: kept first, then answered from one view of the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from service.access.questions import Question, record_question
from service.installation import Installation
from service.reading.context import Context
from service.reading.open import context


@contextmanager
def asked(
    installation: Installation, key_id: str, question: Mapping[str, Any]
) -> Iterator[tuple[Context, Question]]:
    """Keep a question, as of which block it is read; give what it is to be answered from, and the question as kept.

    Its seal goes out with the answer: so whoever asked can prove later that it was kept, and was not cut off the end.

    Args:
        key_id: of the regulator's key.
        question: JSON-safe; what is asked and with which parameters.

    Raises:
        NothingIndexed: there is nothing to read yet; nothing was kept either.
        Unavailable: the question could not be kept, so it is not answered.
    """
    with context(installation) as one:
        kept = record_question(installation.database, key_id, question, one.view.as_of.number)
        yield one, kept
