"""A forecast as tables: quantiles with bars, how it comes about, what moves it, who and where."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mediaid.desk.budget.tables import Bar, Money, Row, Table
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.packs.model import Pack


def forecast_tables(its: Forecast, pack: Pack) -> Iterator[Table]:
    """Yield the tables of a forecast, the figures asked for first."""
    yield _quantiles(its)
    yield _steps(its)
    if its.drivers:
        yield _drivers(its)
    yield _towns(its)
    yield from _splits(its, pack)
    if its.plain.by_months is not None:
        yield _beside(its)


def _quantiles(its: Forecast) -> Table:
    means = {
        5: _("P5: one year in twenty stays below"),
        50: _("P50: half of the years stay below"),
        80: _("P80: enough in four years of five"),
        95: _("P95: enough in 19 years of 20"),
    }
    most = max([its.central.total, *its.quantiles.values()])
    rows = [Row((_("central"), Money(its.central.total)), True, Bar(its.central.total, most))]
    for quantile, fen in its.quantiles.items():
        name = means.get(quantile, f"P{quantile}")
        rows.append(Row((name, Money(fen)), bar=Bar(fen, most)))
    return Table(_("What the year may come to"), ("", _("amount")), tuple(rows))


def _steps(its: Forecast) -> Table:
    from mediaid.budget.forecast.present import step_names, steps  # noqa: PLC0415

    names, whole = step_names(its), its.central.total
    rows = [Row((names[name], Money(fen)), bar=Bar(fen, whole)) for name, fen in steps(its).items()]
    rows.append(Row((_("central"), Money(whole)), True, Bar(whole, whole)))
    return Table(_("How it comes about"), ("", _("amount")), tuple(rows))


def _drivers(its: Forecast) -> Table:
    from mediaid.budget.forecast.present import driver_names  # noqa: PLC0415

    names, base = driver_names(), its.drivers[0].total
    rows = [
        Row((names[driver.name], Money(driver.total), Money(driver.total - base)))
        for driver in its.drivers
    ]
    return Table(_("What moves it"), (_("if"), _("central"), _("difference")), tuple(rows))


def _towns(its: Forecast) -> Table:
    from mediaid.budget.forecast.present import COLUMNS  # noqa: PLC0415

    shown = [q for q in COLUMNS if q in its.quantiles]
    columns = [its.towns(its.central.total), *(its.towns(its.quantiles[q]) for q in shown)]
    rows = [
        Row((town or _("(not stated)"), *(Money(column[town]) for column in columns)))
        for town in columns[0]
    ]
    totals = (Money(sum(column.values())) for column in columns)
    rows.append(Row((_("total"), *totals), True))
    heads = (_("town"), _("central"), *(f"P{q}" for q in shown))
    note = _("Each amount is allocated to towns so that they add up.")
    return Table(_("By town"), heads, tuple(rows), note=note)


def _splits(its: Forecast, pack: Pack) -> Iterator[Table]:
    central = its.central
    benefits = {benefit.benefit: str(benefit.label) for benefit in pack.benefits}
    categories = {code: str(label) for code, label in pack.codes["category"].items()}
    yield _split(_("By benefit"), central.benefits, benefits)
    yield _split(_("By category"), central.categories, categories)
    said = _("The pack's documents do not say who pays the benefits: no payers are shown.")
    payers = {payer: payer for payer in central.payers}
    yield _split(_("By payer"), central.payers, payers, "" if payers else said)


def _split(
    title: str, parts: Mapping[str, Fraction], names: Mapping[str, str], note: str = ""
) -> Table:
    from mediaid.budget.forecast.central import allocate, rounded  # noqa: PLC0415

    whole = rounded(sum(parts.values(), Fraction(0)))
    rows = [
        Row((names[name], Money(fen)), bar=Bar(fen, whole))
        for name, fen in (allocate(whole, parts).items() if parts else ())
    ]
    return Table(title, ("", _("amount")), tuple(rows), note=note)


def _beside(its: Forecast) -> Table:
    plain, cut_off = its.plain, its.terms.cut_off
    rows = [
        Row(
            (
                _("visible × 12/{month}").format(month=cut_off.month),
                Money(plain.by_months or 0),
                "",
            )
        )
    ]
    if plain.chain_ladder is not None and plain.error is not None:
        rows.append(Row((_("chain ladder on aid"), Money(plain.chain_ladder), Money(plain.error))))
    title = _("Plain methods, for {year}").format(year=cut_off.year)
    return Table(title, ("", _("amount"), _("± (Mack)")), tuple(rows))
