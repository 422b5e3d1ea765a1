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

    def step_of(self, x: Ints, part: slice) -> Ints:
        self.note(part, least=self.least[part])
        return np.where(x < self.least[part], 0, x)

    def keep(self, entering: Ints, leaving: Ints, part: slice) -> None:
        self.stop(leaving < entering, part)

    def why_nothing(self) -> str:
        return _("below the least amount that is paid")

    def explain(self, seen: dict[str, int]) -> Explained:
        words = _("nothing is paid below {least}").format(least=yuan(seen["least"]))
        return Explained(words, f"{yuan(seen['entering'])} → {yuan(seen['leaving'])}")
