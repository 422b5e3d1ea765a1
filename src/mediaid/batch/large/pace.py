"""How far the work is, how fast it goes, and how long it will still take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.batch.job import Report


class Pace:
    """Reports forward through the steps of a run, each of which takes a known share of it."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._began = self._step_began = time.monotonic()
        self._doing, self._from, self._to = "", 0.0, 0.0
        self._done = 0.0

    def step(self, doing: str, until: float) -> None:
        """Begin a step, which takes the work until there (0 to 1)."""
        self._doing, self._from, self._to = doing, self._to, until
        self._step_began = time.monotonic()
        self._report(doing, max(self._from, self._done))

    def at(self, part: float, claims: int) -> None:
        """Tell which part of the step is done, and how many claims that is."""
        now = time.monotonic()
        self._done = max(self._done, self._from + (self._to - self._from) * min(1.0, part))
        rate = claims / max(now - self._step_began, 1e-3)
        left = (now - self._began) * (1 - self._done) / max(self._done, 1e-3)
        minutes, seconds = divmod(round(left), 60)
        said = _("{doing}, {rate} claims a second, {minutes}:{seconds} left").format(
            doing=self._doing, rate=f"{rate:,.0f}", minutes=minutes, seconds=f"{seconds:02}"
        )
        self._report(said, self._done)
