"""Which benefits a claim meets the conditions of, and the first condition it misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.checks import all_hold, begun, check_of, some_amount
from mediaid.engine.plan import step_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.engine.plan import Plan, Table
    from mediaid.engine.view import Check, View
    from mediaid.packs.schema.rules import Benefit, Step, Test


@dataclass(frozen=True)
class Condition:
    """One condition of a benefit: one of

    a test of a field, amounts that must not be 0, the first epoch in which the benefit has values,
    or a code that must be given because some of `steps` look figures up by it.
    """

    field: str
    check: Check
    test: Test | None = None
    amounts: tuple[str, ...] = ()
    begins: int | None = None
    steps: tuple[Step, ...] = ()
    tables: tuple[Table, ...] = ()
    """The parameters that the test reads; `by`: the fields that they are looked up by."""
    by: frozenset[str] = frozenset()


def all_conditions(plan: Plan) -> list[tuple[Condition, ...]]:
    """Return what a claim must meet for each benefit, in the order in which it is said."""
    return plan.once(
        "conditions", lambda: [_conditions(plan, benefit) for benefit in plan.pack.benefits]
    )


def _conditions(plan: Plan, benefit: Benefit) -> tuple[Condition, ...]:
    """A payer split is left out: entitlement never depends on it."""
    begins = plan.begins[benefit.benefit]
    found = []
    if begins:
        found.append(Condition(plan.pack.dating, begun(plan, begins), begins=begins))
    for name, test in benefit.when.items():
        tables = (plan.table(benefit, test.in_),) if test.in_ is not None else ()
        by = frozenset(name for table in tables for name in table.fields)
        check = check_of(plan, benefit, name, test)
        found.append(Condition(name, check, test, tables=tables, by=by))
    looked_up: dict[str, list[Step]] = {}
    for step in benefit.steps:
        if step.verb != "split":
            for name in {name for t in step_tables(plan, benefit, step) for name in t.fields}:
                looked_up.setdefault(name, []).append(step)
    found += [
        Condition(name, _given_if_needed(benefit, name, steps), steps=tuple(steps))
        for name, steps in sorted(looked_up.items())
        if name not in benefit.when
    ]
    first = benefit.steps[0]
    if first.verb == "base":
        fields = tuple(first.sum)
        found.append(Condition(fields[0], some_amount(plan, fields), amounts=fields))
    return tuple(found)


def _given_if_needed(benefit: Benefit, name: str, steps: list[Step]) -> Check:
    """Whether a code is given wherever one of the steps, taken, would look figures up by it."""

    def check(view: View) -> NDArray[np.bool_]:
        given = view.given(name)
        masks = [all_hold(view, benefit, step.when) for step in steps]
        needed = [mask for mask in masks if mask is not None]
        if len(needed) < len(masks):
            return given
        some: NDArray[np.bool_] = np.logical_or.reduce(needed)
        return given | ~some

    return check


def meets(view: View, wanted: tuple[Condition, ...]) -> NDArray[np.bool_]:
    """Whether each claim meets all conditions."""
    if not wanted:
        return np.ones(view.n, dtype=np.bool_)
    met = view.holds(wanted[0].check)
    for condition in wanted[1:]:
        met = met & view.holds(condition.check)
    return met


def first_missed(view: View, wanted: tuple[Condition, ...]) -> NDArray[np.int8]:
    """Return for each claim the number (from 1) of the first condition it misses, 0 for none."""
    missed = np.zeros(view.n, dtype=np.int8)
    for number, condition in reversed(list(enumerate(wanted, 1))):
        np.putmask(missed, ~view.holds(condition.check), number)
    return missed


def all_missed(view: View, wanted: tuple[Condition, ...]) -> list[Condition]:
    """Return the conditions that the first claim of the view misses, one for each field."""
    found: dict[str, Condition] = {}
    epoch = int(view.epoch[0])
    for condition in wanted:
        if view.holds(condition.check)[0] or condition.field in found:
            continue
        # What a refused category would be asked next has no value to be told, nor has a condition
        # that comes with a later value.
        if found.keys().isdisjoint(condition.by) and all(
            table.dated[epoch] is not None for table in condition.tables
        ):
            found[condition.field] = condition
    return list(found.values())
