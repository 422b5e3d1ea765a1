"""Funding, work funds and enrolment standards in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, parse_yuan, show_yuan
from mediaid.packs.budget.funding import SHAPES
from mediaid.packs.schema.values import in_force
from mediaid.packs.show.values import (
    Line,
    basis,
    leaves,
    period,
    stated_data,
    value_data,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from mediaid.packs.budget.enrolment import Measure, Standards
    from mediaid.packs.budget.funding import Funding
    from mediaid.packs.budget.workfunds import WorkFund
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Parameter


def money_lines(pack: Pack, day: dt.date) -> Iterator[Line]:
    """Describe everything of a pack that is about money but not about one person's aid."""
    for funding in pack.funding.values():
        yield Line(0, _("Funding: {label} ({id})").format(label=funding.label, id=funding.funding))
        for name in SHAPES:
            yield from _parameter(pack, funding, getattr(funding.parameters, name), day)
    if pack.work_funds:
        yield Line(0, _("Work funds"))
        for line in pack.work_funds.work_funds.values():
            found = in_force(line.values, day)
            if found:
                yield Line(
                    1,
                    _("{name}: {value}").format(
                        name=line.label, value=work_fund_text(found[0].value)
                    ),
                )
                yield from basis(pack, found[0].cite, 2, period(found[0]), found[1])
    if pack.enrolment:
        yield Line(0, _("Enrolment standards"))
        for scheme in pack.enrolment.enrolment.values():
            found = in_force(scheme.values, day)
            if found:
                yield Line(1, str(scheme.label))
                for name, words in _measures().items():
                    measure = getattr(found[0].value, name)
                    if measure is not None:
                        yield Line(
                            2, _("{name}: {value}").format(name=words, value=_measure(measure))
                        )
                yield from basis(pack, found[0].cite, 2, period(found[0]), found[1])


def _parameter(pack: Pack, funding: Funding, parameter: Parameter, day: dt.date) -> Iterator[Line]:
    found = in_force(parameter.values, day)
    yield Line(1, str(parameter.label))
    if found is None:
        yield Line(2, _("no value on {day}").format(day=day))
        return
    names = {"component": funding.components, "area": funding.areas}
    for codes, leaf in leaves(found[0].value, len(parameter.by)):
        where = _(" / ").join(
            str(names[field][code]) for field, code in zip(parameter.by, codes, strict=True)
        )
        shares = (
            _("; ").join(f"{funding.payers[payer]} {share}" for payer, share in leaf.items())
            if isinstance(leaf, dict)
            else _("{amount} yuan").format(amount=show_yuan(parse_yuan(leaf)))
        )
        yield Line(2, _("{code}: {value}").format(code=where, value=shares))
    yield from basis(pack, found[0].cite, 2, period(found[0]), found[1])


def money_data(pack: Pack, day: dt.date) -> dict[str, Any]:
    """Return funding, work funds and enrolment on a day as plain data; amounts are texts in 元."""
    funds = pack.work_funds.work_funds if pack.work_funds else {}
    schemes = pack.enrolment.enrolment if pack.enrolment else {}
    return {
        "funding": {
            name: {
                "label": str(funding.label),
                "parameters": {
                    shape: value_data(pack, getattr(funding.parameters, shape), day)
                    for shape in SHAPES
                },
            }
            for name, funding in pack.funding.items()
        },
        "work_funds": {
            name: {
                "label": str(line.label),
                **stated_data(pack, line.values, day, _work_fund_data),
            }
            for name, line in funds.items()
        },
        "enrolment": {
            name: {"label": str(scheme.label), **stated_data(pack, scheme.values, day)}
            for name, scheme in schemes.items()
        },
    }


def _work_fund_data(fund: WorkFund) -> dict[str, Any]:
    """Return the amounts of a line as texts in 元."""
    given = {name: getattr(fund, name) for name in ("per_head", "cut_to", "product", "lump_sum")}
    amounts = {name: format_yuan(fen) for name, fen in given.items() if fen is not None}
    return {**amounts, "amount": format_yuan(fund.amount())}


def work_fund_text(fund: WorkFund) -> str:
    """Say how the amount of a line comes about."""
    amount = show_yuan(fund.amount())
    if fund.lump_sum is not None:
        return _("{amount} yuan, a lump sum").format(amount=amount)
    words = _("{heads} persons × {unit} yuan = {product} yuan").format(
        heads=f"{fund.headcount or 0:,}",
        unit=show_yuan(fund.per_head or 0),
        product=show_yuan(fund.uncut()),
    )
    if fund.cut_to:
        words += _(", cut to whole {unit} yuan: {amount} yuan").format(
            unit=show_yuan(fund.cut_to), amount=amount
        )
    return words


def standards_text(standards: Standards) -> dict[str, tuple[str, str]]:
    """Return the figures that standards state by their keys: each one's name, and it in words."""
    measures = {key: (words, getattr(standards, key)) for key, words in _measures().items()}
    return {
        key: (words, _measure(its)) for key, (words, its) in measures.items() if its is not None
    }


def _measures() -> dict[str, str]:
    return {
        "headcount": _("headcount"),
        "individual": _("individual contribution"),
        "fiscal": _("fiscal subsidy"),
        "employer": _("employer's contribution"),
        "collection": _("collection"),
        "benefits": _("benefits paid"),
    }


def _measure(measure: Measure) -> str:
    units = {
        "person": _("persons"),
        "yuan": _("yuan a head"),
        "wan_yuan": _("10,000 yuan"),
        "percent_of_base": _("of the contribution base"),
    }
    signs = _(" / ").join(dict.fromkeys(stated.sign for stated in measure.stated))
    whole, point, decimals = str(measure.amount).partition(".")
    amount = f"{int(whole):,}{point}{decimals}" if whole.isdigit() else measure.amount
    return f"{signs} {amount} {units[measure.unit]}"
