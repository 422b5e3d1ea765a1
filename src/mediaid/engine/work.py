"""What is being worked out for one benefit: an array a figure, over the claims it applies to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.checks import all_hold
from mediaid.packs.values import NO_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.engine.plan import Plan, Table
    from mediaid.engine.pools import Slots
    from mediaid.engine.view import View
    from mediaid.packs.rules import Benefit, Pool, Step

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

NO_CAP = NO_LIMIT
"""Room without end: the claim has no annual cap."""


@dataclass(eq=False)
class PoolState:
    """One pool of this run: its slots for every claim, and the amounts counted so far.

    For event pools `before` holds what each claim finds (settle order is known beforehand);
    for the others `total` is read and advanced wave by wave.
    """

    name: str
    pool: Pool
    slots: Slots
    opening: Ints
    total: Ints
    event: bool
    before: Ints | None = None
    rows: Ints | None = None


@dataclass(eq=False)
class Work:
    """One benefit's figures, arrays over `view.rows` in the order of the waves. Amounts in 分."""

    plan: Plan
    benefit: Benefit
    view: View
    pools: dict[str, PoolState]
    aid_of: dict[str, Ints]
    x: Ints = field(init=False)
    base: Ints = field(init=False)
    deducted: Ints = field(init=False)
    uncapped: Ints = field(init=False)
    aid: Ints = field(init=False)
    payable: Ints = field(init=False)
    cap_left: Ints = field(init=False)
    bound_by: NDArray[np.int16] = field(init=False)
    rate: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        n = self.view.n
        self.x = np.zeros(n, dtype=np.int64)
        self.base = np.zeros(n, dtype=np.int64)
        self.deducted = np.zeros(n, dtype=np.int64)
        self.uncapped = np.zeros(n, dtype=np.int64)
        self.aid = np.zeros(n, dtype=np.int64)
        self.payable = self.aid
        self.cap_left = np.full(n, NO_CAP, dtype=np.int64)
        self.bound_by = np.zeros(n, dtype=np.int16)
        self.rate = np.full(n, -1, dtype=np.int32)

    @property
    def rows(self) -> Ints:
        rows = self.view.rows
        assert rows is not None
        return rows

    def applies(self, step: Step) -> Mask | None:
        """Whether a step's own conditions hold; None where it has none."""
        return all_hold(self.view, self.benefit, step.when)

    def table(self, name: str) -> Table:
        return self.plan.table(self.benefit, name)

    def slot(self, pool: str) -> Ints:
        """Return each claim's slot in a pool."""
        return self.pools[pool].slots.slot[self.rows]
