"""`minimum`: below this amount nothing is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.run import Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class MinimumRun(Run):
    """Zero where the amount is below the least that is paid."""

    def prepare(self) -> None:
        self.least = self.work.view.look_up(self.work.table(self.step.at))
        self.work.stopped[self.name] = np.zeros(self.work.view.n, dtype=np.bool_)

    def step_of(self, x: Ints, part: slice) -> Ints:
        under = x < self.least[part]
        if self.applies is not None:
            under &= self.applies[part]
        self.work.stopped[self.name][part] = under & (x > 0)
        self.note(part, least=self.least[part], amount=x)
        return np.where(under, 0, x)

    def explain(self, seen: dict[str, int]) -> Explained:
        words = _("nothing is paid below {least}").format(least=yuan(seen["least"]))
        return Explained(words, f"{yuan(seen['amount'])} → {yuan(seen['leaving'])}")
