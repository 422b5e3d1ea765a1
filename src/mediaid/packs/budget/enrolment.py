"""Enrolment standards, as an `enrolment:` file states them: who pays what, and the year's aims."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import parse_percent, parse_yuan
from mediaid.packs.schema.rules import Dated
from mediaid.packs.schema.types import Id, Label, Strict
from mediaid.packs.schema.values import Problem, date_problems

Sign = Literal["=", ">", ">=", "<", "<="]
MeasureUnit = Literal["person", "yuan", "wan_yuan", "percent_of_base"]

WAN = 10_000


class Stated(Strict):
    """The sign that stands before the figure, and where: tables may differ in it."""

    sign: Sign
    at: Annotated[str, Field(min_length=1)]


class Measure(Strict):
    """One figure with its unit and with every place that states it."""

    amount: str
    unit: MeasureUnit
    stated: Annotated[list[Stated], Field(min_length=1)]

    def exact(self) -> int | Fraction:
        """Persons, 分, or a share of the contribution base. Raises ValueError if unreadable."""
        if self.unit == "percent_of_base":
            return parse_percent(self.amount)
        if self.unit == "person":
            if not (self.amount.isascii() and self.amount.isdigit()):
                raise ValueError(
                    _("{value} is not a number of persons").format(value=visible(self.amount))
                )
            return int(self.amount)
        return parse_yuan(self.amount) * (WAN if self.unit == "wan_yuan" else 1)


class Standards(Strict):
    """A year's standards: contributions per head, and headcount, collection and benefits aimed at.

    Contributions are in 元 per head and year, or a share of the contribution base.
    """

    headcount: Measure
    individual: Measure
    fiscal: Measure | None = None
    employer: Measure | None = None
    collection: Measure
    benefits: Measure


UNITS: dict[str, tuple[MeasureUnit, ...]] = {
    "headcount": ("person",),
    "individual": ("yuan", "percent_of_base"),
    "fiscal": ("yuan", "percent_of_base"),
    "employer": ("yuan", "percent_of_base"),
    "collection": ("yuan", "wan_yuan"),
    "benefits": ("yuan", "wan_yuan"),
}


class StandardsDated(Dated):
    """Standards and the days they hold."""

    value: Standards


class InsuranceScheme(Strict):
    """One insurance: its name, the code of claims under it (if any), and its standards."""

    label: Label
    insurance: Id | None = None
    base: Label | None = None
    values: Annotated[list[StandardsDated], Field(min_length=1)]


class Enrolment(Strict):
    """A file with `enrolment:`."""

    enrolment: Annotated[dict[Id, InsuranceScheme], Field(min_length=1)]


def check_enrolment(enrolment: Enrolment, insurances: Collection[str]) -> Iterator[Problem]:
    """Yield (place in the file, what is wrong); `insurances`: the pack's codes of insurance."""
    for name, scheme in enrolment.enrolment.items():
        at: Location = ("enrolment", name)
        if scheme.insurance is not None and scheme.insurance not in insurances:
            yield (
                (*at, "insurance"),
                _("{code} is not a code of {field}.{nearest}").format(
                    code=visible(scheme.insurance),
                    field="insurance",
                    nearest=nearest(scheme.insurance, insurances),
                ),
            )
        for place, message in date_problems(scheme.values):
            yield (*at, "values", *place), message
        for i, dated in enumerate(scheme.values):
            for place, message in _check_standards(dated.value, scheme):
                yield (*at, "values", i, "value", *place), message


def _check_standards(standards: Standards, scheme: InsuranceScheme) -> Iterator[Problem]:
    for key, units in UNITS.items():
        measure: Measure | None = getattr(standards, key)
        if measure is None:
            continue
        if measure.unit not in units:
            yield (
                (key, "unit"),
                _("{name} is given in {units}").format(name=key, units=" / ".join(units)),
            )
        if measure.unit == "percent_of_base" and scheme.base is None:
            yield (key, "unit"), _("say under `base` what the percentage is taken of")
        try:
            measure.exact()
        except ValueError as error:
            yield (key, "amount"), str(error)
    if standards.fiscal is None and standards.employer is None:
        yield (), _("give `fiscal` or `employer`: who pays beside the insured person")
