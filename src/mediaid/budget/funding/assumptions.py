"""Assumptions about coming years, as a YAML file states them: named scenarios, nothing hidden.

Growth is a year, compounded from the first year that is computed. A year whose standard the pack
states itself keeps it; growth goes on from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from mediaid import yamlsource
from mediaid.faults import Fault, MediaidError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import parse_percent, plain
from mediaid.packs.budget.figures import round_half_up
from mediaid.packs.budget.funding import Funding, Scheme
from mediaid.packs.folder.locate import faults_of
from mediaid.packs.schema.types import Id, Label, Strict, Yuan

YUAN = 100


def parse_growth(text: str) -> Fraction:
    """Read a growth a year such as 2%, +2.5% or -1%. Raises ValueError otherwise."""
    shown = plain(text)
    sign = -1 if shown.startswith("-") else 1
    rate = sign * parse_percent(re.sub(r"^[+-]", "", shown))
    if not -1 < rate <= 1:
        raise ValueError(
            _("{value} is no growth of a year: it lies above -100% and is at most 100%").format(
                value=visible(text)
            )
        )
    return rate


def _growth(value: Any) -> Any:
    return parse_growth(value) if isinstance(value, str) else value


Growth = Annotated[Fraction, BeforeValidator(_growth)]


class Assumed(Strict):
    """One scenario. `standards` states whole standards by year, `standard` their growth."""

    label: Label
    headcount: dict[Id, Growth] = {}
    standard: dict[Id, Growth] = {}
    standards: dict[Id, dict[Id, Yuan]] = {}
    insured: Growth = Fraction(0)


class Assumptions(Strict):
    """A file with `assumptions: ID`."""

    assumptions: Id
    label: Label
    scenarios: Annotated[dict[Id, Assumed], Field(min_length=1)]


NOTHING = Assumed(label=Label(zh="不作假定", en="nothing assumed"))


@dataclass(frozen=True)
class Scenario:
    """A named scenario; "" where nothing is assumed."""

    name: str
    assumed: Assumed


def read_assumptions(path: Path, fundings: dict[str, Funding]) -> tuple[Scenario, ...]:
    """Read and check a file of assumptions. Raises MediaidError with every fault and its line."""
    source = yamlsource.load(path)
    try:
        read = Assumptions.model_validate(source.data)
    except ValidationError as error:
        raise MediaidError(faults_of(error, Assumptions, source)) from None
    areas = {area for funding in fundings.values() for area in funding.areas}
    components = {part for funding in fundings.values() for part in funding.components}
    faults = []
    for name, assumed in read.scenarios.items():
        at = ("scenarios", name)
        known = [(("headcount",), assumed.headcount, areas)]
        known += [(("standard",), assumed.standard, components)]
        for year, standards in assumed.standards.items():
            if not re.fullmatch(r"(19|20)\d\d", year, re.ASCII):
                message = _("{value} is not a year: write it as 2024").format(value=visible(year))
                faults.append(Fault(source.where((*at, "standards", year)), message))
            known.append((("standards", year), standards, components))  # type: ignore[arg-type]
        for place, given, allowed in known:
            faults += [
                Fault(
                    source.where((*at, *place, key)),
                    _("{name} is not among: {known}.{nearest}").format(
                        name=visible(key),
                        known=", ".join(sorted(allowed)),
                        nearest=nearest(key, allowed),
                    ),
                )
                for key in given
                if key not in allowed
            ]
    if faults:
        raise MediaidError(faults)
    return tuple(Scenario(name, assumed) for name, assumed in read.scenarios.items())


def grown(count: int, rate: Fraction, years: int) -> int:
    """Return a headcount after some years of growth, half-up to whole persons."""
    return int(round_half_up(count * (1 + rate) ** years, 0))


def assumed_scheme(
    scheme: Scheme, assumed: Assumed, year: int, since: int
) -> tuple[Scheme, tuple[str, ...]]:
    """Return the scheme of a year, and which components' standards are assumed.

    `since`: the year from which growth counts. A grown standard is rounded half-up to whole 元, as
    documents state it. Raises MediaidError where the contribution would exceed the standard.
    """
    standard = dict(scheme.standard)
    changed = []
    for component, whole in scheme.standard.items():
        stated = {
            int(y): its[component] for y, its in assumed.standards.items() if component in its
        }
        start = max((y for y in stated if since <= y <= year), default=since)
        fen = stated.get(start, whole)
        rate = assumed.standard.get(component, Fraction(0))
        if year > start and rate:
            fen = int(round_half_up(fen * (1 + rate) ** (year - start) / YUAN, 0)) * YUAN
        if fen < scheme.contribution[component]:
            raise MediaidError(
                _(
                    "{year}: the assumed standard of {component} is below the participants' "
                    "contribution"
                ).format(year=year, component=component)
            )
        standard[component] = fen
        if fen != whole:
            changed.append(component)
    return replace(scheme, standard=standard), tuple(changed)
