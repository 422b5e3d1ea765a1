"""`split`: which level of government pays which share; the aid itself never depends on it."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.run import Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _
from mediaid.money import format_percent

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class SplitRun(Run):
    """Shares of the aid that add up to it, worked out once all aid is known."""

    def prepare(self) -> None:
        self.table = self.work.table(self.step.of)
        self.entry = self.work.view.look_up(self.table)
        self.payers = list(
            dict.fromkeys(payer for shares in self.table.entries for payer, _share in shares)
        )

    def step_of(self, x: Ints, part: slice) -> Ints:
        self.note(part, entry=self.entry[part])
        return x

    def explain(self, seen: dict[str, int]) -> Explained:
        words = "；".join(
            f"{payer} {_('the rest') if share is None else format_percent(share)}"
            for payer, share in self.table.entries[seen["entry"]]
        )
        return Explained(_("payers: {shares}").format(shares=words), yuan(seen["leaving"]))

    def shares(self, aid: Ints) -> dict[str, Ints]:
        """Return what each payer pays of each claim's aid, in 分."""
        paid = {payer: np.zeros(len(aid), dtype=np.int64) for payer in self.payers}
        for i, entry in enumerate(self.table.entries):
            rows = np.flatnonzero(self.entry == i)
            if self.applies is not None:
                rows = rows[self.applies[rows]]
            for payer, part in split_exactly(aid[rows], entry).items():
                paid[payer][rows] = part
        return paid


def split_exactly(aid: Ints, shares: tuple[tuple[str, Fraction | None], ...]) -> dict[str, Ints]:
    """Split amounts by exact shares, so that the parts add up.

    The array form of `money.apportion`: each payer gets its floor; what is left goes to the
    residual payer, else to the largest remainders, ties to the payer named first.
    """
    whole = lcm(*(share.denominator for _payer, share in shares if share is not None))
    weights = {payer: int(share * whole) for payer, share in shares if share is not None}
    parts = {payer: aid * weight // whole for payer, weight in weights.items()}
    left = aid - sum(parts.values())
    residual = next((payer for payer, share in shares if share is None), None)
    if residual is not None:
        parts[residual] = left
        return {payer: parts[payer] for payer, _share in shares}
    remainders = np.stack([aid * weight % whole for weight in weights.values()])
    order = np.argsort(-remainders, axis=0, kind="stable")
    for place, payer in enumerate(weights):
        rank = np.argmax(order == place, axis=0)
        parts[payer] = parts[payer] + (rank < left)
    return parts
