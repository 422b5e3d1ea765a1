"""Who pays for the population: funding by headcount, as `funding: ID` files state it.

A standard per head and year is made of components. The participants bear a contribution out of
them; payers share the rest by the area where a participant is registered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.packs.schema.rules import Dated, Parameter
from mediaid.packs.schema.types import Cite, Day, Id, Label, Strict, Yuan
from mediaid.packs.schema.values import (
    NO_LIMIT,
    Problem,
    Values,
    date_problems,
    in_force,
    parse_value,
)

Named = Annotated[dict[Id, Label], Field(min_length=1)]
Shares = tuple[tuple[str, Fraction | None], ...]


class FundingParameters(Strict):
    """The dated figures: the standard and the contribution by component, the shares by both."""

    standard: Parameter
    contribution: Parameter
    shares: Parameter


SHAPES: dict[str, tuple[str, list[str]]] = {
    "standard": ("yuan", ["component"]),
    "contribution": ("yuan", ["component"]),
    "shares": ("shares", ["area", "component"]),
}


class PerHead(Strict):
    """Figures per head that a document publishes: the derived ones must equal them."""

    on: Day
    cite: Cite
    standard: Yuan
    per_head: dict[str, dict[str, dict[str, Yuan]]]


class Funding(Strict):
    """A file with `funding: ID`. Amounts are per head and year."""

    funding: Id
    label: Label
    components: Named
    areas: Named
    payers: Named
    participants: Label
    parameters: FundingParameters
    check: list[PerHead] = []


class NoValueError(LookupError):
    """A funding parameter has no value on the day that is asked for."""

    def __init__(self, name: str, day: dt.date) -> None:
        super().__init__(_("{name} has no value on {day}").format(name=name, day=day))


@dataclass(frozen=True)
class Scheme:
    """What holds on one day, in 分 per head and exact shares."""

    standard: Mapping[str, int]
    contribution: Mapping[str, int]
    shares: Mapping[tuple[str, str], Shares]
    provisional: tuple[str, ...]
    citations: tuple[Cite, ...]

    def share(self, area: str, component: str, payer: str) -> Fraction:
        """Return a payer's exact share; 0 where it pays nothing."""
        shares = dict(self.shares[area, component])
        found = shares.get(payer, Fraction(0))
        return 1 - sum((s for s in shares.values() if s), Fraction(0)) if found is None else found


def scheme_on(funding: Funding, day: dt.date) -> Scheme:
    """Return what holds on a day. Raises NoValueError where a parameter has no value then."""
    values: dict[str, Values] = {}
    provisional, citations = [], []
    for name in SHAPES:
        parameter: Parameter = getattr(funding.parameters, name)
        found = in_force(parameter.values, day)
        if found is None:
            raise NoValueError(f"{funding.funding}/{name}", day)
        dated, unsure = found
        values[name] = _parse(funding, parameter, dated)[0]
        citations.append(dated.cite)
        if unsure:
            provisional.append(f"{funding.funding}/{name}")
    return Scheme(
        standard={c: values["standard"][(c,)] for c in funding.components},
        contribution={c: values["contribution"][(c,)] for c in funding.components},
        shares={(a, c): values["shares"][a, c] for a in funding.areas for c in funding.components},
        provisional=tuple(provisional),
        citations=tuple(dict.fromkeys(citations)),
    )


def _parse(
    funding: Funding, parameter: Parameter, dated: Dated
) -> tuple[Values, list[tuple[Location, str]]]:
    codes = {"area": list(funding.areas), "component": list(funding.components)}
    known = [codes[field] for field in parameter.by]
    return parse_value(parameter, dated.value, known, [set(k) for k in known])


def check_funding(funding: Funding) -> Iterator[Problem]:
    """Yield (place in the file, what is wrong) for all that the schema alone cannot see."""
    sound = True
    for name in SHAPES:
        for problem in _check_parameter(funding, name):
            sound = False
            yield problem
    if sound:  # what follows computes with the figures
        yield from _check_contributions(funding)
        yield from _check_payers(funding)
        for index, check in enumerate(funding.check):
            for place, message in _check_per_head(funding, check):
                yield ("check", index, *place), message


def _check_parameter(funding: Funding, name: str) -> Iterator[Problem]:
    parameter: Parameter = getattr(funding.parameters, name)
    at: Location = ("parameters", name)
    unit, by = SHAPES[name]
    if parameter.unit != unit:
        yield (*at, "unit"), _("{name} has unit: {unit}").format(name=name, unit=unit)
    if parameter.by != by:
        yield (*at, "by"), _("{name} has by: [{fields}]").format(name=name, fields=", ".join(by))
    for place, message in date_problems(parameter.values):
        yield (*at, "values", *place), message
    if (parameter.unit, parameter.by) == (unit, by):
        for i, dated in enumerate(parameter.values):
            for place, message in _check_value(funding, parameter, i, dated):
                yield (*at, "values", i, *place), message


def _check_value(
    funding: Funding, parameter: Parameter, index: int, dated: Dated
) -> Iterator[Problem]:
    values, problems = _parse(funding, parameter, dated)
    for place, message in problems:
        yield ("value", *place), message
    for codes, value in values.items():
        if parameter.unit == "yuan" and (not isinstance(value, int) or value == NO_LIMIT):
            yield ("value", *codes), _("a plain amount in 元 is expected here")
        if parameter.unit == "shares":
            for payer, _share in value:
                if payer not in funding.payers:
                    yield ("value", *codes, payer), _unknown(payer, "payers", funding.payers)
    if dated.status == "carried":
        before = parameter.values[index - 1].value if index else None
        if dated.value != before:
            yield (
                ("value",),
                _(
                    "is marked as carried forward but is not the value before it: write that one, "
                    "or status: confirmed with the document that changed it"
                ),
            )


def _unknown(name: str, where: str, known: Collection[str]) -> str:
    return _("{name} is not among the {where}.{nearest}").format(
        name=visible(name), where=where, nearest=nearest(name, known)
    )


def _check_contributions(funding: Funding) -> Iterator[Problem]:
    standards, contributions = funding.parameters.standard, funding.parameters.contribution
    for i, dated in enumerate(contributions.values):
        paid = _parse(funding, contributions, dated)[0]
        starts = [dated.from_] + [
            other.from_
            for other in standards.values
            if other.from_ > dated.from_ and (dated.to is None or other.from_ <= dated.to)
        ]
        for start in starts:
            found = in_force(standards.values, start)
            whole = _parse(funding, standards, found[0])[0] if found else {}
            for codes, amount in paid.items():
                if amount > whole.get(codes, amount):
                    yield (
                        ("parameters", "contribution", "values", i, "value", *codes),
                        _("{amount} 元 is more than the standard of {whole} 元 on {day}").format(
                            amount=show_yuan(amount), whole=show_yuan(whole[codes]), day=start
                        ),
                    )


def _check_payers(funding: Funding) -> Iterator[Problem]:
    used = {
        payer
        for dated in funding.parameters.shares.values
        for shares in _parse(funding, funding.parameters.shares, dated)[0].values()
        for payer, _share in shares
    }
    for payer in funding.payers:
        if payer not in used:
            yield (
                ("payers", payer),
                _("{payer} has no share anywhere: give it one or remove it").format(payer=payer),
            )


def _check_per_head(funding: Funding, check: PerHead) -> Iterator[Problem]:
    try:
        scheme = scheme_on(funding, check.on)
    except NoValueError as error:
        yield ("on",), str(error)
        return
    whole = sum(scheme.standard.values())
    if whole != check.standard:
        yield (
            ("standard",),
            _("the components add up to {derived} 元, not to {published} 元").format(
                derived=show_yuan(whole), published=show_yuan(check.standard)
            ),
        )
    for area, components in check.per_head.items():
        if area not in funding.areas:
            yield ("per_head", area), _unknown(area, "areas", funding.areas)
            continue
        for component, payers in components.items():
            if component not in funding.components:
                yield (
                    ("per_head", area, component),
                    _unknown(component, "components", funding.components),
                )
                continue
            for payer, message in _check_payer_amounts(funding, scheme, area, component, payers):
                yield ("per_head", area, component, payer), message


def _check_payer_amounts(
    funding: Funding, scheme: Scheme, area: str, component: str, payers: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    need = scheme.standard[component] - scheme.contribution[component]
    for payer, published in payers.items():
        if payer not in funding.payers:
            yield payer, _unknown(payer, "payers", funding.payers)
            continue
        share = scheme.share(area, component, payer)
        if need * share != published:
            yield (
                payer,
                _(
                    "the document's {published} 元 is not the share of {need} 元, "
                    "which is {derived} 元"
                ).format(
                    published=show_yuan(published),
                    need=show_yuan(need),
                    derived=_exact_yuan(need * share),
                ),
            )


def _exact_yuan(fen: Fraction) -> str:
    return show_yuan(int(fen)) if fen.denominator == 1 else str(fen / 100)
