"""Conditions on a claim's fields, compiled: each a check of all claims of a view at once.

Checks that ask the same are one object, so that a view answers each of them once, whichever
benefits, steps and pools ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.fields import pack_fields
from mediaid.claims.table import NO_DATE
from mediaid.money import parse_yuan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.engine.plan import Plan, Table
    from mediaid.engine.view import Check, View
    from mediaid.packs.schema.rules import Benefit, Test, When

    Mask = NDArray[np.bool_]


def all_hold(view: View, benefit: Benefit | None, when: When) -> Mask | None:
    """Whether all conditions hold for each claim; None where there are none."""
    if not when:
        return None
    plan = view.plan
    # By identity: the plan keeps the pack, whose conditions these are.
    checks = plan.once(
        ("when", id(when)),
        lambda: [check_of(plan, benefit, name, test) for name, test in when.items()],
    )
    mask = view.holds(checks[0])
    for check in checks[1:]:
        mask = mask & view.holds(check)
    return mask


def check_of(plan: Plan, benefit: Benefit | None, name: str, test: Test) -> Check:
    """Return the check of one field; `benefit` is whose parameters the test names."""
    if test.one_of is not None:
        codes = tuple(test.one_of)
        return plan.once(("one of", name, codes), lambda: _one_of(plan, name, codes))
    if test.in_ is not None:
        shared = f"shared/{test.in_}"
        table = plan.tables[shared] if benefit is None else plan.table(benefit, test.in_)
        return plan.once(("in", name, table.name), lambda: _in_parameter(plan, name, table))
    if (window := test.within) is not None:
        key = ("within", name, window.before, window.months)
        return plan.once(key, lambda: _within(name, window.before, window.months))
    bounds = (test.at_least, test.above, test.at_most, test.below)
    return plan.once(("range", name, bounds), lambda: _in_range(plan, name, bounds))


def some_amount(plan: Plan, names: tuple[str, ...]) -> Check:
    """Return the check that the sum of amount fields is not 0."""
    return plan.once(("some", names), lambda: lambda view: view.amounts(names) > 0)


def begun(plan: Plan, epoch: int) -> Check:
    """Return the check that a claim is dated in an epoch or after it."""
    return plan.once(("begun", epoch), lambda: lambda view: view.epoch >= epoch)


def _one_of(plan: Plan, name: str, codes: tuple[str, ...]) -> Check:
    # One more place than codes: a claim without the code (−1) finds "not allowed" there.
    allowed = np.array([code in codes for code in plan.pack.codes[name]] + [False])
    return lambda view: allowed.take(view.pick(view.claims.codes[name]))


def _in_parameter(plan: Plan, name: str, table: Table) -> Check:
    allowed = _allowed(plan, name, table)
    width, flat = allowed.shape[1], allowed.reshape(-1)

    def check(view: View) -> Mask:
        place = view.cell(table) * width + view.pick(view.claims.codes[name]) + 1
        # A claim without a code of the table has no cell: what it finds does not count.
        mask: Mask = flat.take(place, mode="clip")
        for field_name in table.fields:
            mask &= view.given(field_name)
        return mask

    return check


def _allowed(plan: Plan, name: str, table: Table) -> Mask:
    """Which codes of a field each cell of a parameter of codes names.

    The first column is of claims without the code (−1): it says "not allowed".
    """
    codes = list(plan.pack.codes[name])
    allowed = np.zeros((len(table.cells), len(codes) + 1), dtype=np.bool_)
    for cell, entry in enumerate(table.cells.tolist()):
        if table.entries:
            allowed[cell, [codes.index(code) + 1 for code in table.entries[entry]]] = True
    return allowed


def _in_range(plan: Plan, name: str, bounds: tuple[str | None, ...]) -> Check:
    """Money and counts; an amount or count that is not given is in no range."""
    money = pack_fields(plan.pack)[name].kind == "money"
    compares = (np.greater_equal, np.greater, np.less_equal, np.less)
    asked = [
        (compare, parse_yuan(text) if money else int(text))
        for text, compare in zip(bounds, compares, strict=True)
        if text is not None
    ]

    def check(view: View) -> Mask:
        column = view.pick((view.claims.amounts if money else view.claims.counts)[name])
        mask = column >= 0
        for compare, bound in asked:
            mask &= compare(column, bound)
        return mask

    return check


def _within(name: str, before: str, months: int) -> Check:
    """From the day `months` before the other date up to the day before it."""

    def check(view: View) -> Mask:
        day = view.pick(view.claims.dates.get(name, view.claims.date))
        end = view.pick(view.claims.dates[before])
        given = (day != NO_DATE) & (end != NO_DATE)
        safe = np.where(given, end, 0)
        mask: Mask = given & (day >= months_before(safe, months)) & (day < safe)
        return mask

    return check


def months_before(days: NDArray[np.int32], months: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the same day some months earlier, the month's last day where it has no such day."""
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    of_month = (date - month.astype("datetime64[D]")).astype(np.int64)
    target = month - months
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[D]").astype(np.int64) - first
    day: NDArray[np.int64] = first + np.minimum(of_month, length - 1)
    return day
