"""What enrolment brings in: headcount × (individual premium + fiscal subsidy), or × a base."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from mediaid.faults import Fault, MediaidError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import half_up
from mediaid.packs.budget.enrolment import Enrolment, Measure
from mediaid.packs.budget.funding import NoValueError
from mediaid.packs.schema.types import Cite, Label
from mediaid.packs.schema.values import in_force


class EnrolmentPack(Protocol):
    """What this module reads of a pack."""

    @property
    def enrolment(self) -> Enrolment | None: ...


@dataclass(frozen=True)
class Part:
    """Who pays: the individual, the fiscal subsidy or the employer. None: cannot be computed."""

    name: str
    rate: int | Fraction
    """分 a head and year, or a share of the contribution base."""
    fen: int | None


@dataclass(frozen=True)
class Revenue:
    """One insurance's revenue of a year in 分, beside the collection aimed at."""

    scheme: str
    label: Label
    headcount: int
    assumed: bool
    base: int | None
    base_label: Label | None
    parts: tuple[Part, ...]
    collection: int
    provisional: bool
    cite: Cite

    @property
    def total(self) -> int | None:
        """分 of all parts; None where one cannot be computed."""
        amounts = [part.fen for part in self.parts]
        return None if None in amounts else sum(fen for fen in amounts if fen is not None)

    @property
    def unexplained(self) -> int | None:
        """The collection aimed at less what headcount and rates give. Never tuned away."""
        return None if self.total is None else self.collection - self.total


def revenues(
    pack: EnrolmentPack,
    on: dt.date,
    bases: Mapping[str, int] | None = None,
    heads: Callable[[int], int] | None = None,
) -> tuple[Revenue, ...]:
    """Return each insurance's revenue by the standards in force on a day.

    `bases`: scheme → 分 of its contribution base, a head and year; `heads` turns the persons that
    residents' insurance aims at into those to reckon with. Raises MediaidError for unknown schemes,
    and for days without a value.
    """
    schemes = pack.enrolment.enrolment if pack.enrolment else {}
    faults = [
        Fault(
            "",
            _("the pack has no insurance {name}.{nearest}").format(
                name=visible(name), nearest=nearest(name, schemes)
            ),
        )
        for name in bases or {}
        if name not in schemes
    ]
    found = []
    for name, scheme in schemes.items():
        value = in_force(scheme.values, on)
        if value is None:
            faults.append(Fault("", str(NoValueError(f"enrolment/{name}", on))))
            continue
        dated = next(d for d in scheme.values if d is value[0])
        base = (bases or {}).get(name)
        aimed = _whole(dated.value.headcount)
        residents = scheme.insurance == "resident" and scheme.base is None
        headcount = heads(aimed) if heads is not None and residents else aimed
        parts = [
            _part(key, measure, headcount, base)
            for key in ("individual", "fiscal", "employer")
            if (measure := getattr(dated.value, key)) is not None
        ]
        found.append(
            Revenue(
                name,
                scheme.label,
                headcount,
                headcount != aimed,
                base,
                scheme.base,
                tuple(parts),
                _whole(dated.value.collection),
                value[1],
                dated.cite,
            )
        )
    if faults:
        raise MediaidError(faults)
    return tuple(found)


def _whole(measure: Measure) -> int:
    return int(measure.exact())


def _part(name: str, measure: Measure, headcount: int, base: int | None) -> Part:
    rate = measure.exact()
    if isinstance(rate, int):
        return Part(name, rate, headcount * rate)
    if base is None and rate:
        return Part(name, rate, None)
    return Part(name, rate, half_up(headcount * (base or 0), rate.numerator, rate.denominator))
