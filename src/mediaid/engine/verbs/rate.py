"""`rate` (比例): multiply, half-up to the 分."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.exact import share_of
from mediaid.engine.verbs.run import Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class RateRun(Run):
    """Amount × rate, rounded once."""

    pays = True

    def prepare(self) -> None:
        self.table = self.work.table(self.step.of)
        self.numerator = self.work.view.look_up(self.table)
        self.cell = self.work.view.cell(self.table)
        applied = self.cell if self.applies is None else np.where(self.applies, self.cell, -1)
        self.work.rate[:] = applied

    def step_of(self, x: Ints, part: slice) -> Ints:
        self.note(part, cell=self.cell[part])
        return share_of(x, self.numerator[part], self.table.denominator)

    def explain(self, seen: dict[str, int]) -> Explained:
        rate = self.table.rate_texts[seen["cell"]]
        return Explained(
            _("rate {rate}").format(rate=rate),
            f"{yuan(seen['entering'])} × {rate} = {yuan(seen['leaving'])}",
        )
