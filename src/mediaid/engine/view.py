"""Some claims of a table, and what tables say of each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.engine.plan import Plan, Table

    T = TypeVar("T", bound=np.generic)
    Mask = NDArray[np.bool_]
    Rows = NDArray[np.int64]

Check = Callable[["View"], "Mask"]
"""What all claims of a view are asked; made by `engine.checks`."""


@dataclass(eq=False)
class View:
    """The claims in `rows` (all of them when None), each with its epoch of the plan."""

    plan: Plan
    claims: Claims
    epoch: NDArray[np.intp]
    rows: Rows | None = None
    _cells: dict[tuple[str, ...], NDArray[np.intp]] = field(default_factory=dict)
    _masks: dict[Check, Mask] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.n = len(self.epoch)

    def of(self, rows: Rows) -> View:
        """Return the view of some of a whole table's claims."""
        return View(self.plan, self.claims, self.epoch[rows], rows)

    def pick(self, column: NDArray[T]) -> NDArray[T]:
        """Return the viewed claims' entries of a column of the table."""
        return column if self.rows is None else column[self.rows]

    def amounts(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return the sum of amount fields, in 分."""
        total = None
        for name in names:
            column = self.claims.amounts.get(name)
            if column is not None:
                total = self.pick(column) if total is None else total + self.pick(column)
        return np.zeros(self.n, dtype=np.int64) if total is None else total

    def cell(self, table: Table) -> NDArray[np.intp]:
        """Return each claim's cell in a table."""
        found = self._cells.get(table.fields)
        if found is None:
            found = self.epoch
            for name, size in zip(table.fields, table.sizes, strict=True):
                found = found * size + self.pick(self.claims.codes[name])
            self._cells[table.fields] = found
        return found

    def look_up(self, table: Table) -> NDArray[np.int64]:
        """Return each claim's value of a parameter."""
        if len(table.cells) == 1:
            return np.broadcast_to(table.cells, self.n)
        # A claim without a code of the table finds any value at all: nobody asks for it.
        return table.cells.take(self.cell(table), mode="clip")

    def holds(self, check: Check) -> Mask:
        """Whether each claim passes a check; worked out once, so not to be changed in place."""
        found = self._masks.get(check)
        if found is None:
            found = self._masks[check] = check(self)
        return found

    def given(self, name: str) -> Mask:
        """Whether each claim has a code in a field."""
        return self.pick(self.claims.codes[name]) >= 0
