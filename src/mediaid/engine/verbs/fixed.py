"""`fixed` and `per_unit`: an amount for each claim, or for each unit it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.run import Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class FixedRun(Run):
    """A fixed amount."""

    pays = True

    def prepare(self) -> None:
        self.amount = self.work.view.look_up(self.work.table(self.step.of))

    def step_of(self, x: Ints, part: slice) -> Ints:
        return self.amount[part]

    def keep(self, entering: Ints, leaving: Ints, part: slice) -> None:
        self.work.base[part] = leaving

    def explain(self, seen: dict[str, int]) -> Explained:
        return Explained(_("fixed amount"), yuan(seen["leaving"]))


class PerUnitRun(FixedRun):
    """An amount times the claim's count of units."""

    def prepare(self) -> None:
        super().prepare()
        counted = self.work.view.pick(self.work.view.claims.counts[self.step.units])
        self.units = np.maximum(counted, 0)

    def step_of(self, x: Ints, part: slice) -> Ints:
        self.note(part, units=self.units[part], amount=self.amount[part])
        return self.amount[part] * self.units[part]

    def explain(self, seen: dict[str, int]) -> Explained:
        return Explained(
            _("amount for each unit"),
            f"{yuan(seen['amount'])} × {seen['units']} = {yuan(seen['leaving'])}",
        )
