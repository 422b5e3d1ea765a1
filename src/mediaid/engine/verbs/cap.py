"""`cap` (限额): at most this much, for the claim or with what the pool has counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.run import Reader, Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _
from mediaid.packs.schema.values import NO_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


class CapRun(Run):
    """The smaller of the amount and the room that is left."""

    def prepare(self) -> None:
        self.limit = self.work.view.look_up(self.work.table(self.step.at))
        if self.applies is not None:
            self.limit = np.where(self.applies, self.limit, NO_LIMIT)
        self.pool = Reader(self.work, self.step.pool) if self.step.pool else None
        limited = self.limit < NO_LIMIT
        self.limited: Mask | None = None if limited.all() else limited

    @property
    def in_waves(self) -> bool:
        return self.pool is not None and self.pool.in_waves

    def room(self, part: slice) -> Ints:
        """Return how much may still be paid."""
        limit = self.limit[part]
        return limit if self.pool is None else np.maximum(limit - self.pool.read(part), 0)

    def step_of(self, x: Ints, part: slice) -> Ints:
        room = self.room(part)
        if self.traced:
            self.note(part, limit=self.limit[part], room=room)
            if self.pool is not None:
                self.note(part, before=self.pool.read(part))
        capped = np.minimum(x, room)
        bound = capped < x
        if np.count_nonzero(bound):
            self.work.bound_by[part][bound] = self.number
            self.stop(bound & (capped == 0), part)
        return capped

    def why_nothing(self) -> str:
        return _("the cap is used up")

    def explain(self, seen: dict[str, int]) -> Explained:
        if seen["limit"] >= NO_LIMIT:
            return Explained(_("no cap"), yuan(seen["leaving"]))
        limit, amount = yuan(seen["limit"]), yuan(seen["entering"])
        leaving = yuan(seen["leaving"])
        if self.pool is None:
            words = _("at most {limit} a claim").format(limit=limit)
            formula = f"min({amount}, {limit}) = {leaving}"
        else:
            before = yuan(seen["before"])
            words = _("cap {limit}, used before {before}, room {room}").format(
                limit=limit, before=before, room=yuan(seen["room"])
            )
            formula = f"min({amount}, max(0, {limit} − {before})) = {leaving}"
        bound = seen["leaving"] < seen["entering"]
        if bound:
            words += _(": the cap binds")
        return Explained(words, formula, binds=bound)
