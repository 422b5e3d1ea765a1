"""`times`: aid for at most so many claims of a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.run import Reader, Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class TimesRun(Run):
    """Nothing once the pool has counted as many claims as are aided."""

    def prepare(self) -> None:
        self.most = self.work.view.look_up(self.work.table(self.step.at))
        self.pool = Reader(self.work, self.step.pool)

    @property
    def in_waves(self) -> bool:
        return self.pool.in_waves

    def step_of(self, x: Ints, part: slice) -> Ints:
        before = self.pool.read(part)
        self.note(part, before=before, most=self.most[part])
        return np.where(before < self.most[part], x, 0)

    def keep(self, entering: Ints, leaving: Ints, part: slice) -> None:
        self.stop(leaving < entering, part)

    def why_nothing(self) -> str:
        return _("paid as often as the policy allows")

    def explain(self, seen: dict[str, int]) -> Explained:
        words = _("claim number {number} of the period, at most {most} are aided").format(
            number=seen["before"] + 1, most=seen["most"]
        )
        return Explained(words, f"{yuan(seen['entering'])} → {yuan(seen['leaving'])}")
