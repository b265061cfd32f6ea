"""A part of an export, read from the index and written out. Reads the projection."""

from __future__ import annotations

from typing import Literal

from indexer.errors import ExportError
from indexer.evidence.export_text import CSV, JSON_LINES, Form
from indexer.evidence.record_lines import Part, part_of
from indexer.store import Projection

TextForm = Literal["csv", "jsonl"]
FORMS: dict[TextForm, Form] = {"csv": CSV, "jsonl": JSON_LINES}


def part(projection: Projection, form: TextForm, seqs: range) -> Part:
    """Write the records of a range of seqs, one at least.

    Raises:
        ExportError: they are not all there, or one that was hashed again does not lead to its head.
    """
    with projection.view() as view:
        try:
            before = view.head_before(seqs[0])
        except LookupError as fault:
            raise ExportError(0, seqs[0], "该条不在索引中。", f"It is not in the index: {fault}.") from fault
        return part_of(FORMS[form], before, seqs, view.raw_records(seqs[0], seqs[-1]))
