"""The projection: what the chain says, as rows, for questions. Disposable: drop it, replay it, get the same.

    projection = Projection.open("sqlite:////srv/qianyin-home/index.db")      # or postgresql+psycopg://…
    with projection.view() as view:
        entry = view.find_act(sources.work(work_id), WorkRegistered)          # who sent it does not matter
        if entry is not None and entry.settled: ...                           # entry.record.seq, .block_number

`View` (view.py) lists the questions, `answers.py` the values they are answered with.
"""

from __future__ import annotations

from indexer.store.progress import Followed, NothingIndexed, OtherLedger, Progress, StoreError, TipMoved
from indexer.store.projection import Projection
from indexer.store.view import View

__all__ = [
    "Followed",
    "NothingIndexed",
    "OtherLedger",
    "Progress",
    "Projection",
    "StoreError",
    "TipMoved",
    "View",
]
