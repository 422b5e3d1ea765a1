"""Figures of a pack's own files that a document publishes too, by path.

work-funds/LINE, enrolment/INSURANCE/MEASURE, targets/PROJECT/amount, targets/PROJECT/INDICATOR
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from mediaid.packs.budget.enrolment import UNITS, Enrolment, Measure
from mediaid.packs.budget.figures import BASE
from mediaid.packs.budget.targets import Targets
from mediaid.packs.budget.workfunds import WorkFunds
from mediaid.packs.schema.rules import Dated
from mediaid.packs.schema.values import in_force


class RuleParts(Protocol):
    """What this module reads of a pack."""

    @property
    def work_funds(self) -> WorkFunds | None: ...

    @property
    def enrolment(self) -> Enrolment | None: ...

    @property
    def targets(self) -> Targets | None: ...


def rule_figures(parts: RuleParts, on: dt.date) -> dict[str, tuple[Fraction, str]]:
    """Return path → (figure, base unit: 分, 人, % …) as the pack's files state it on a day."""
    found: dict[str, tuple[Fraction, str]] = {}
    for name, line in parts.work_funds.work_funds.items() if parts.work_funds else ():
        fund = next((d for d in line.values if _is_in_force(d, line.values, on)), None)
        if fund is not None:
            found[f"work-funds/{name}"] = Fraction(fund.value.amount()), "分"
    for name, scheme in parts.enrolment.enrolment.items() if parts.enrolment else ():
        dated = next((d for d in scheme.values if _is_in_force(d, scheme.values, on)), None)
        for key in UNITS:
            measure: Measure | None = getattr(dated.value, key) if dated else None
            if measure is not None:
                found[f"enrolment/{name}/{key}"] = _measured(measure)
    for name, project in parts.targets.projects.items() if parts.targets else ():
        base, factor = BASE[project.amount_unit]
        found[f"targets/{name}/amount"] = Fraction(project.amount) * factor, base
        for key, target in project.indicators.items():
            if target.value is not None and target.unit is not None:
                base, factor = BASE[target.unit]
                found[f"targets/{name}/{key}"] = Fraction(target.value) * factor, base
    return found


def _is_in_force(dated: object, values: Sequence[Dated], on: dt.date) -> bool:
    found = in_force(values, on)
    return found is not None and found[0] is dated


def _measured(measure: Measure) -> tuple[Fraction, str]:
    exact = measure.exact()
    if measure.unit == "percent_of_base":
        return Fraction(exact) * 100, "%"
    return Fraction(exact), "人" if measure.unit == "person" else "分"
