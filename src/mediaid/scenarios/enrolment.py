"""Scenarios of enrolment standards: each figure of a year with its signs and its unit."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.packs.budget.enrolment import UNITS, Measure, Standards, Stated
from mediaid.packs.schema.values import in_force
from mediaid.scenarios.outcome import Mismatch, Outcome

if TYPE_CHECKING:
    from mediaid.packs.model import Pack
    from mediaid.scenarios.model import EnrolmentCase, Scenario

INSURANCE = "insurance"
"""The key of the code that claims have under a scheme, beside the figures."""

_WRITTEN = re.compile(r"([<>=/]+) (\S+) (\w+)")


def measure_of(text: str) -> Measure:
    """Read a figure such as `>/>= 183690 person`: the signs of all tables, amount and unit.

    Raises ValueError for anything else.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(
            _("{text} is no standard: write signs, amount and unit, such as {example}").format(
                text=visible(text), example=">/>= 183690 person"
            )
        )
    signs, amount, unit = found.groups()
    stated = [{"sign": sign, "at": "-"} for sign in signs.split("/")]
    measure = Measure.model_validate({"amount": amount, "unit": unit, "stated": stated})
    measure.exact()
    return measure


def measure_text(measure: Measure) -> str:
    """Write a figure as `measure_of` reads it."""
    return f"{_signs(measure.stated)} {measure.amount} {measure.unit}"


def _signs(stated: list[Stated]) -> str:
    return "/".join(its.sign for its in stated)


def run_enrolment(scenario: Scenario, case: EnrolmentCase, pack: Pack) -> Outcome:
    """Compare a year's standards, scheme by scheme; nothing may be there that is not named."""
    got = standards_on(pack, dt.date(case.enrolment, 1, 1))
    found = []
    for name in dict.fromkeys([*case.expect, *got]):
        wanted, its = case.expect.get(name, {}), got.get(name, {})
        for key in dict.fromkeys([*wanted, *its]):
            if _same(key, wanted.get(key), its.get(key)):
                continue
            at = (*scenario.at, "expect", name, key)
            found.append(
                Mismatch(
                    scenario.source.where(at),
                    f"{name}/{key}",
                    wanted.get(key) or _("not named, so nothing"),
                    its.get(key) or _("none"),
                )
            )
    return Outcome(scenario, tuple(found))


def _same(key: str, wanted: str | None, got: str | None) -> bool:
    if wanted is None or got is None or key == INSURANCE:
        return wanted == got
    one, two = measure_of(wanted), measure_of(got)
    return (one.exact(), one.unit, _signs(one.stated)) == (
        two.exact(),
        two.unit,
        _signs(two.stated),
    )


def standards_on(pack: Pack, day: dt.date) -> dict[str, dict[str, str]]:
    """Return the figures in force on a day as text, by scheme."""
    schemes = pack.enrolment.enrolment if pack.enrolment else {}
    found: dict[str, dict[str, str]] = {}
    for name, scheme in schemes.items():
        dated = in_force(scheme.values, day)
        if dated is None:
            continue
        own = {INSURANCE: scheme.insurance} if scheme.insurance else {}
        found[name] = own | measure_texts(dated[0].value)
    return found


def measure_texts(standards: Standards) -> dict[str, str]:
    """Return the figures that standards state, by name."""
    measures = {key: getattr(standards, key) for key in UNITS}
    return {key: measure_text(its) for key, its in measures.items() if its is not None}
