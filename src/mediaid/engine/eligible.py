"""Which benefits a claim meets the conditions of, and the first condition it misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.plan import step_tables
from mediaid.engine.view import holds, test_holds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.engine.plan import Plan, Table
    from mediaid.engine.view import View
    from mediaid.packs.rules import Benefit, Step, Test


@dataclass(frozen=True)
class Condition:
    """One condition of a benefit: one of

    a test of a field, amounts that must not be 0, the first epoch in which the benefit has values,
    or a code that must be given because some of `steps` look figures up by it.
    """

    field: str
    test: Test | None = None
    amounts: tuple[str, ...] = ()
    begins: int | None = None
    steps: tuple[Step, ...] = ()


def conditions(plan: Plan, benefit: Benefit) -> tuple[Condition, ...]:
    """Return what a claim must meet for a benefit, in the order in which it is said.

    A payer split is left out: entitlement never depends on it.
    """
    return plan.once(("conditions", benefit.benefit), lambda: _conditions(plan, benefit))


def _conditions(plan: Plan, benefit: Benefit) -> tuple[Condition, ...]:
    begins = plan.begins[benefit.benefit]
    found = [Condition(plan.pack.dating, begins=begins)] if begins else []
    found += [Condition(name, test) for name, test in benefit.when.items()]
    looked_up: dict[str, list[Step]] = {}
    for step in benefit.steps:
        if step.verb != "split":
            for name in {name for t in step_tables(plan, benefit, step) for name in t.fields}:
                looked_up.setdefault(name, []).append(step)
    found += [
        Condition(name, steps=tuple(steps))
        for name, steps in sorted(looked_up.items())
        if name not in benefit.when
    ]
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
        # What a refused category would be asked next has no value to be told.
        by = {name for t in condition_tables(view.plan, benefit, condition) for name in t.fields}
        asked = condition.field not in found and not by & set(found)
        if asked and not _holds(view, benefit, condition)[0]:
            found[condition.field] = condition
    return list(found.values())


def _holds(view: View, benefit: Benefit, condition: Condition) -> NDArray[np.bool_]:
    if condition.test is not None:
        return test_holds(view, benefit, condition.field, condition.test)
    if condition.amounts:
        return view.amounts(condition.amounts) > 0
    if condition.begins is not None:
        return view.epoch >= condition.begins
    given = view.given(condition.field)
    masks = [holds(view, benefit, step.when) for step in condition.steps]
    if any(mask is None for mask in masks):
        return given
    needed: NDArray[np.bool_] = np.logical_or.reduce([m for m in masks if m is not None])
    return given | ~needed


def condition_tables(plan: Plan, benefit: Benefit, condition: Condition) -> list[Table]:
    """Return the parameters a condition reads."""
    if condition.test is None or condition.test.in_ is None:
        return []
    return [plan.table(benefit, condition.test.in_)]
