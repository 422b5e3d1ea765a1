"""Which benefits a claim meets the conditions of, and the first condition it misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.plan import step_tables
from mediaid.engine.view import test_holds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.engine.plan import Plan, Table
    from mediaid.engine.view import View
    from mediaid.packs.rules import Benefit, Test


@dataclass(frozen=True)
class Condition:
    """One condition of a benefit: a test of a field, a code that must be given, or an amount."""

    field: str
    test: Test | None = None
    amounts: tuple[str, ...] = ()


def conditions(plan: Plan, benefit: Benefit) -> tuple[Condition, ...]:
    """Return what a claim must meet: the benefit's `when`, codes its values depend on, a base."""
    return plan.once(("conditions", benefit.benefit), lambda: _conditions(plan, benefit))


def _conditions(plan: Plan, benefit: Benefit) -> tuple[Condition, ...]:
    found = [Condition(name, test) for name, test in benefit.when.items()]
    looked_up = {
        field
        for step in benefit.steps
        for table in step_tables(plan, benefit, step)
        for field in table.fields
    }
    found += [Condition(name) for name in sorted(looked_up) if name not in benefit.when]
    first = benefit.steps[0]
    if first.verb == "base":
        found.append(Condition(first.sum[0], amounts=tuple(first.sum)))
    return tuple(found)


def first_missed(view: View, benefit: Benefit, wanted: tuple[Condition, ...]) -> NDArray[np.int8]:
    """Return for each claim the number (from 1) of the first condition it misses, 0 for none."""
    missed = np.zeros(view.n, dtype=np.int8)
    for number, condition in reversed(list(enumerate(wanted, 1))):
        missed[~_holds(view, benefit, condition)] = number
    return missed


def all_missed(view: View, benefit: Benefit, wanted: tuple[Condition, ...]) -> list[Condition]:
    """Return the conditions that the first claim of the view misses, one for each field."""
    found: dict[str, Condition] = {}
    for condition in wanted:
        if condition.field not in found and not _holds(view, benefit, condition)[0]:
            found[condition.field] = condition
    return list(found.values())


def _holds(view: View, benefit: Benefit, condition: Condition) -> NDArray[np.bool_]:
    if condition.test is not None:
        return test_holds(view, benefit, condition.field, condition.test)
    if condition.amounts:
        return view.amounts(condition.amounts) > 0
    return view.given(condition.field)


def condition_tables(plan: Plan, benefit: Benefit, condition: Condition) -> list[Table]:
    """Return the parameters a condition reads."""
    if condition.test is None or condition.test.in_ is None:
        return []
    return [plan.table(benefit, condition.test.in_)]
