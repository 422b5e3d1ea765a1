"""`deductible` (起付线): keep what lies outside, or only what lies inside, the first amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.run import Reader, Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class DeductibleRun(Run):
    """The first amount of a pool, or of each claim where no pool is named."""

    def prepare(self) -> None:
        self.first = self.work.view.look_up(self.work.table(self.step.at))
        self.pool = Reader(self.work, self.step.pool) if self.step.pool else None

    @property
    def in_waves(self) -> bool:
        return self.pool is not None and self.pool.in_waves

    def step_of(self, x: Ints, part: slice) -> Ints:
        first = self.first[part]
        before = self.pool.read(part) if self.pool else np.zeros(1, dtype=np.int64)
        inside: Ints = np.minimum(x, np.maximum(first - before, 0))
        self.note(part, before=before, inside=inside, first=first)
        return x - inside if self.step.keep == "outside" else inside

    def keep(self, entering: Ints, leaving: Ints, part: slice) -> None:
        self.work.deducted[part] += entering - leaving
        self.stop((leaving == 0) & (entering > 0), part)

    def why_nothing(self) -> str:
        if self.step.keep == "inside":
            return _("the deductible is used up")
        return _("all of it lies within the deductible")

    def explain(self, seen: dict[str, int]) -> Explained:
        first, before, inside = (yuan(seen[name]) for name in ("first", "before", "inside"))
        if self.pool is None:
            words = _("deductible {first} a claim; within it {inside}").format(
                first=first, inside=inside
            )
        else:
            words = _("deductible {first}, used before {before}; within it {inside}").format(
                first=first, before=before, inside=inside
            )
        if self.step.keep == "outside":
            return Explained(
                words, f"{yuan(seen['entering'])} − {inside} = {yuan(seen['leaving'])}"
            )
        return Explained(
            words,
            f"min({yuan(seen['entering'])}, max(0, {first} − {before})) = {yuan(seen['leaving'])}",
        )
