"""`top_up`: second-tier aid (倾斜救助) on what earlier benefits left above a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.run import Reader, Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class TopUpRun(Run):
    """Of this claim's remainder, the part that lifts the pool's total above the threshold.

    With `settle: close` a closing claim takes all of the year's remainder above the threshold at
    once, less what the pool `counted` says was taken before.
    """

    def prepare(self) -> None:
        self.total = self.work.view.amounts(self.step.sum)
        self.threshold = self.work.view.look_up(self.work.table(self.step.above))
        self.pool = Reader(self.work, self.step.pool)
        self.counted = Reader(self.work, self.step.counted) if self.step.counted else None

    @property
    def in_waves(self) -> bool:
        return True

    def step_of(self, x: Ints, part: slice) -> Ints:
        before, threshold = self.pool.read(part), self.threshold[part]
        rows = self.work.rows[part]
        aided = np.asarray(sum(self.work.aid_of[name][rows] for name in self.step.after))
        left = np.maximum(self.total[part] - aided, 0)
        taken = (
            np.maximum(before - threshold, 0) if self.counted is None else self.counted.read(part)
        )
        above = np.maximum(before + left - threshold, 0)
        amount: Ints = np.maximum(above - taken, 0)
        self.note(part, left=left, before=before, threshold=threshold, taken=taken)
        return amount

    def keep(self, entering: Ints, leaving: Ints, part: slice) -> None:
        self.work.base[part] = leaving

    def explain(self, seen: dict[str, int]) -> Explained:
        words = _(
            "left after earlier benefits {left}, {before} before it this period; above the "
            "threshold {threshold}"
        ).format(
            left=yuan(seen["left"]), before=yuan(seen["before"]), threshold=yuan(seen["threshold"])
        )
        formula = (
            f"max(0, {yuan(seen['before'])} + {yuan(seen['left'])} − "
            f"{yuan(seen['threshold'])}) − {yuan(seen['taken'])} = {yuan(seen['leaving'])}"
        )
        return Explained(words, formula)
