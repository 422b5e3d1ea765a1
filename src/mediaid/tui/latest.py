"""Work in the background of which only the latest matters."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from mediaid.tui.guard import report

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

Job = TypeVar("Job")


class Latest(Generic[Job]):
    """Does jobs one after another in a thread; of those asked for meanwhile only the last.

    What goes wrong is told like everything else. `run` must not touch widgets: it posts messages.
    """

    def __init__(self, page: DOMNode, run: Callable[[Job], None]) -> None:
        self._page = page
        self._run = run
        self._next: list[Job] = []
        self._busy = False
        self._lock = threading.Lock()

    def ask(self, job: Job) -> None:
        """Have a job done, instead of any that has not begun."""
        with self._lock:
            self._next = [job]
            if self._busy:
                return
            self._busy = True
        self._page.run_worker(self._loop, thread=True, exit_on_error=False)

    def _loop(self) -> None:
        try:
            while jobs := self._taken():
                self._do(*jobs)
        except BaseException:
            with self._lock:
                self._busy = False  # whoever asks next begins anew
            raise

    def _taken(self) -> list[Job]:
        """Return the job that is to be done now; none ends the thread."""
        with self._lock:
            jobs, self._next = self._next, []
            self._busy = bool(jobs)
            return jobs

    def _do(self, job: Job) -> None:
        try:
            self._run(job)
        except Exception as error:
            app = self._page.app
            app.call_from_thread(report, app, error)
