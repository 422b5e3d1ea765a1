"""`split`: which level of government pays which share; the aid itself never depends on it."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.exact import floor_share
from mediaid.engine.verbs.run import Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _
from mediaid.money import format_percent

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


UNASSIGNED = "unassigned"
"""The payer of aid whose claim lacks the code that the shares depend on."""

OPEN, PASSED_OVER = -1, -2
"""Claims whose shares are not known, and those that the step is not for."""


class SplitRun(Run):
    """Shares of the aid that add up to it, worked out once all aid is known."""

    def prepare(self) -> None:
        self.table = self.work.table(self.step.of)
        view = self.work.view
        given = np.ones(view.n, dtype=np.bool_)
        for name in self.table.fields:
            given &= view.given(name)
        # A claim without the code still gets its aid; whose money it is stays open.
        self.entry = np.where(given, view.look_up(self.table), OPEN)
        if self.applies is not None:
            self.entry[~self.applies] = PASSED_OVER
        self.payers = list(
            dict.fromkeys(payer for shares in self.table.entries for payer, _share in shares)
        )
        if (self.entry == OPEN).any():
            self.payers.append(UNASSIGNED)

    def step_of(self, x: Ints, part: slice) -> Ints:
        self.note(part, entry=self.entry[part])
        return x

    def explain(self, seen: dict[str, int]) -> Explained:
        if seen["entry"] == OPEN:
            return Explained(_("payers: not known"), yuan(seen["leaving"]))
        rest = _("the rest")
        words = _("; ").join(
            f"{payer} {rest if share is None else format_percent(share)}"
            for payer, share in self.table.entries[seen["entry"]]
        )
        return Explained(_("payers: {shares}").format(shares=words), yuan(seen["leaving"]))

    def shares(self, aid: Ints) -> dict[str, Ints]:
        """Return what each payer pays of each claim's aid, in 分."""
        paid = {payer: np.zeros(len(aid), dtype=np.int64) for payer in self.payers}
        for i, entry in enumerate(self.table.entries):
            rows = np.flatnonzero(self.entry == i)
            for payer, part in split_exactly(aid[rows], entry).items():
                paid[payer][rows] = part
        if UNASSIGNED in paid:
            paid[UNASSIGNED] = np.where(self.entry == OPEN, aid, 0)
        return paid


def split_exactly(aid: Ints, shares: tuple[tuple[str, Fraction | None], ...]) -> dict[str, Ints]:
    """Split amounts by exact shares, so that the parts add up.

    The array form of `money.apportion`: each payer gets its floor; what is left goes to the
    residual payer, else to the largest remainders, ties to the payer named first.
    """
    whole = lcm(*(share.denominator for _payer, share in shares if share is not None))
    weights = {payer: int(share * whole) for payer, share in shares if share is not None}
    floors = {payer: floor_share(aid, weight, whole) for payer, weight in weights.items()}
    parts = {payer: part for payer, (part, _remainder) in floors.items()}
    left = aid - sum(parts.values())
    residual = next((payer for payer, share in shares if share is None), None)
    if residual is not None:
        parts[residual] = left
        return {payer: parts[payer] for payer, _share in shares}
    remainders = np.stack([remainder for _part, remainder in floors.values()])
    order = np.argsort(-remainders, axis=0, kind="stable")
    for place, payer in enumerate(weights):
        rank = np.argmax(order == place, axis=0)
        parts[payer] = parts[payer] + (rank < left)
    return parts
