"""`base`: the amount aid is reckoned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.fields import pack_fields
from mediaid.engine.verbs.run import Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class BaseRun(Run):
    """Fields added up, less other fields and less the aid of earlier benefits; never below 0."""

    def prepare(self) -> None:
        view = self.work.view
        self.total = view.amounts(self.step.sum)
        if self.step.less:
            self.total = np.maximum(self.total - view.amounts(self.step.less), 0)

    @property
    def in_waves(self) -> bool:
        return bool(self.step.less_aid)

    def step_of(self, x: Ints, part: slice) -> Ints:
        amount = self.total[part]
        if self.step.less_aid:
            rows = self.work.rows[part]
            aided = sum(self.work.aid_of[name][rows] for name in self.step.less_aid)
            self.note(part, aided=np.asarray(aided))
            amount = np.maximum(amount - aided, 0)
        return amount

    def keep(self, entering: Ints, leaving: Ints, part: slice) -> None:
        self.work.base[part] = leaving
        self.note(part, fields=self.total[part])

    def explain(self, seen: dict[str, int]) -> Explained:
        fields = pack_fields(self.work.plan.pack)
        formula = " + ".join(str(fields[name].label) for name in self.step.sum)
        formula += "".join(f" − {fields[name].label}" for name in self.step.less)
        figures = yuan(seen["fields"])
        for name in self.step.less_aid:
            formula += f" − {self.work.plan.pack.model.benefits[name].label}"
        if self.step.less_aid:
            figures += f" − {yuan(seen['aided'])}"
        leaving = yuan(seen["leaving"])
        return Explained(
            _("base"),
            f"{formula} = {leaving}"
            if figures == leaving
            else f"{formula} = {figures} = {leaving}",
        )
