"""Some claims of a table, and what tables and conditions say of each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from mediaid.claims.table import NO_DATE
from mediaid.money import parse_yuan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.engine.plan import Plan, Table
    from mediaid.packs.rules import Benefit, Test, When, Window

    T = TypeVar("T", bound=np.generic)
    Mask = NDArray[np.bool_]
    Rows = NDArray[np.int64]


@dataclass(eq=False)
class View:
    """The claims in `rows` (all of them when None), each with its epoch of the plan."""

    plan: Plan
    claims: Claims
    epoch: NDArray[np.intp]
    rows: Rows | None = None
    _cells: dict[tuple[str, ...], NDArray[np.intp]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return len(self.epoch)

    def of(self, rows: Rows) -> View:
        """Return the view of some of a whole table's claims."""
        return View(self.plan, self.claims, self.epoch[rows], rows)

    def pick(self, column: NDArray[T]) -> NDArray[T]:
        """Return the viewed claims' entries of a column of the table."""
        return column if self.rows is None else column[self.rows]

    def amounts(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return the sum of amount fields, in 分."""
        known = [self.claims.amounts[name] for name in names if name in self.claims.amounts]
        if not known:
            return np.zeros(self.n, dtype=np.int64)
        total = self.pick(known[0])
        for column in known[1:]:
            total = total + self.pick(column)
        return total

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
        return np.take(table.cells, self.cell(table), mode="clip")

    def given(self, name: str) -> Mask:
        """Whether each claim has a code in a field."""
        return self.pick(self.claims.codes[name]) >= 0


def holds(view: View, benefit: Benefit | None, when: When) -> Mask | None:
    """Whether all conditions hold for each claim; None where there are none."""
    mask: Mask | None = None
    for name, test in when.items():
        one = test_holds(view, benefit, name, test)
        mask = one if mask is None else mask & one
    return mask


def test_holds(view: View, benefit: Benefit | None, name: str, test: Test) -> Mask:
    """Whether one field of each claim is what a condition asks for."""
    if test.one_of is not None:
        allowed = view.plan.once(
            ("one_of", name, *test.one_of),
            lambda: np.array(
                [code in (test.one_of or ()) for code in view.plan.pack.codes[name]] + [False]
            ),
        )
        return np.take(allowed, view.pick(view.claims.codes[name]))
    if test.in_ is not None:
        return _in_parameter(view, benefit, name, test.in_)
    if test.within is not None:
        return _within(view, name, test.within)
    return _in_range(view, name, test)


def _in_parameter(view: View, benefit: Benefit | None, name: str, parameter: str) -> Mask:
    if benefit is None:
        table = view.plan.tables[f"shared/{parameter}"]
    else:
        table = view.plan.table(benefit, parameter)
    allowed = view.plan.once(("allowed", table.name), lambda: _allowed(view.plan, name, table))
    given = np.ones(view.n, dtype=np.bool_)
    for field_name in table.fields:
        given &= view.given(field_name)
    code = view.pick(view.claims.codes[name])
    return given & allowed[np.maximum(view.cell(table), 0), code]


def _allowed(plan: Plan, name: str, table: Table) -> Mask:
    """Which codes of a field each cell of a parameter of codes names.

    One more column than codes: a claim without the code (−1) finds "not allowed" there.
    """
    codes = list(plan.pack.codes[name])
    allowed = np.zeros((len(table.cells), len(codes) + 1), dtype=np.bool_)
    for cell, entry in enumerate(table.cells.tolist()):
        if table.entries:
            allowed[cell, [codes.index(code) for code in table.entries[entry]]] = True
    return allowed


def _in_range(view: View, name: str, test: Test) -> Mask:
    """Money and counts; an amount or count that is not given is in no range."""
    money = name in view.claims.amounts
    column = view.pick(view.claims.amounts[name] if money else view.claims.counts[name])
    mask = column >= 0
    for text, compare in (
        (test.at_least, np.greater_equal),
        (test.above, np.greater),
        (test.at_most, np.less_equal),
        (test.below, np.less),
    ):
        if text is not None:
            mask &= compare(column, parse_yuan(text) if money else int(text))
    return mask


def _within(view: View, name: str, window: Window) -> Mask:
    """From the day `months` before the other date up to the day before it."""
    day = view.pick(view.claims.dates.get(name, view.claims.date))
    end = view.pick(view.claims.dates[window.before])
    given = (day != NO_DATE) & (end != NO_DATE)
    safe = np.where(given, end, 0)
    mask: Mask = given & (day >= months_before(safe, window.months)) & (day < safe)
    return mask


def months_before(days: NDArray[np.int32], months: int) -> NDArray[np.int64]:
    """Return the same day some months earlier, the month's last day where it has no such day."""
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    of_month = (date - month.astype("datetime64[D]")).astype(np.int64)
    target = month - months
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[D]").astype(np.int64) - first
    day: NDArray[np.int64] = first + np.minimum(of_month, length - 1)
    return day
