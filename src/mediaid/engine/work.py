"""What is being worked out for one benefit: an array a figure, over the claims it applies to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.packs.schema.values import NO_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.engine.plan import Plan, Table
    from mediaid.engine.pools import PoolOutline, Slots
    from mediaid.engine.view import View
    from mediaid.packs.schema.rules import Benefit, Pool

    Ints = NDArray[np.int64]

NO_CAP = NO_LIMIT
"""Room without end: the claim has no annual cap."""


@dataclass(eq=False)
class PoolState:
    """One pool of this run: its slots for every claim, and the amounts counted so far.

    For event pools `before` holds what each claim finds (settle order is known beforehand);
    for the others `total` is read and advanced wave by wave.
    """

    outline: PoolOutline
    slots: Slots
    opening: Ints
    total: Ints
    before: Ints | None = None
    rows: Ints | None = None

    @property
    def name(self) -> str:
        return self.outline.name

    @property
    def pool(self) -> Pool:
        return self.outline.pool


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

    _slots: dict[Slots, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = self.view.n
        self.x, self.base, self.deducted, self.uncapped, self.aid = np.zeros((5, n), dtype=np.int64)
        self.payable = self.aid
        self.cap_left = np.full(n, NO_CAP, dtype=np.int64)
        self.bound_by = np.zeros(n, dtype=np.int16)
        self.rate = np.full(n, -1, dtype=np.int32)

    @property
    def rows(self) -> Ints:
        rows = self.view.rows
        assert rows is not None
        return rows

    def table(self, name: str) -> Table:
        return self.plan.table(self.benefit, name)

    def slot(self, pool: str) -> Ints:
        """Return each claim's slot in a pool."""
        its = self.pools[pool].slots
        found = self._slots.get(its)
        if found is None:
            found = self._slots[its] = its.slot[self.rows]
        return found
