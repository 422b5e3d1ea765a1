"""Assistance already paid at the counter (一站式): it is taken off, and counts into the pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.engine.benefit import BenefitRun

    Ints = NDArray[np.int64]


class AtCounter:
    """What of the assistance already paid is not yet taken off, by claim (`left`, in 分).

    It is taken off the benefits in their order: payable = aid − what is taken off. What no benefit
    covers is overpaid; it uses up room like aid, in the pools of the claim's first benefit that
    has any, so that a pool counts the larger of aid and assistance already paid.
    """

    def __init__(self, left: Ints) -> None:
        self.left = left
        self.open = np.ones(len(left), dtype=np.bool_)

    @staticmethod
    def of(
        claims: Claims, counts: NDArray[np.bool_] | None, runs: Iterable[BenefitRun]
    ) -> AtCounter | None:
        """Return the claims' assistance already paid; None where they carry no such field."""
        paid = claims.amounts.get("already_aided")
        if paid is None or not paid.any():
            return None
        for run in runs:
            run.work.payable = run.work.aid.copy()
        return AtCounter(paid.copy() if counts is None else np.where(counts, paid, 0))

    def settle(self, parts: Sequence[tuple[BenefitRun, slice]]) -> None:
        """Take it off one wave's benefits, and count what is overpaid."""
        for run, part in parts:
            rows = run.work.rows[part]
            taken = np.minimum(self.left[rows], run.work.aid[part])
            self.left[rows] -= taken
            run.work.payable[part] = run.work.aid[part] - taken
        for run, part in parts:
            if run.counted:
                rows = run.work.rows[part]
                excess = np.where(self.open[rows], self.left[rows], 0)
                self.open[rows] = False
                for counted in run.counted:
                    counted.add(part, excess)
