"""The files step in a thread of its own: a content store that is slow or down holds up nothing that is past it."""

from __future__ import annotations

import logging
import threading

from service.errors import Unavailable
from service.outbox.database import Database
from service.outbox.pulse import Bell
from service.outbox.storing import FilesStep

_LOG = logging.getLogger(__name__)


class Filing:
    """Runs a files step again and again.

    Args:
        pause: seconds between two steps where nothing waits and nobody rings.
    """

    def __init__(self, step: FilesStep, database: Database, pause: float) -> None:
        self._step, self._bell, self._pause = step, Bell(database), pause
        self._stop = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="files", daemon=True)
        self.trouble = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Stop after the step that is under way; what it leaves undone is done by whoever comes next."""
        self._stop.set()
        self._thread.join()
        self._bell.close()

    def check(self) -> None:
        """Raise what ended the thread, if anything did."""
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._stop.wait(self._step_or_wait())
        except BaseException as fault:  # noqa: BLE001 - it is raised again by `check`, where somebody hears it
            self._fault = fault

    def _step_or_wait(self) -> float:
        try:
            moved = self._step.step()
        except Unavailable as fault:
            if str(fault) != self.trouble:
                _LOG.warning("files wait: %s", fault)
            self.trouble = str(fault)
            return self._pause * 5
        self.trouble = ""
        if not moved:
            self._bell.listen(self._stop, self._pause)
        return 0.0
