"""A forecast as tables: quantiles with bars, how it comes about, what moves it, who and where."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mediaid.desk.tables import Bar, Money, Row, Table, added, footed
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mediaid.budget.bridge.bridge import LineBridge
    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.budget.forecast.forecast import Path as Way
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
    # Quantiles do not add up to each other: each column is rounded by itself.
    cells = [[row[0] for row in footed([[fen] for fen in its.values()])] for its in columns]
    rows = [
        Row((town or _("(not stated)"), *amounts))
        for town, amounts in zip(columns[0], zip(*cells, strict=True), strict=True)
    ]
    rows.append(Row((_("total"), *(added(column) for column in cells)), True))
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


def bridge_tables(pack: Pack, year: int, path: Way | None, last: Path | None) -> list[Table]:
    """Return the way from last year's budget and execution to the forecast, a table for each line
    of the budget that is aid; none if the pack names no such line.

    `last`: a file of last year's accounts. Raises MediaidError for a file that is refused.
    """
    from mediaid.budget.bridge.bridge import bridges  # noqa: PLC0415
    from mediaid.budget.bridge.given import read_last_year  # noqa: PLC0415
    from mediaid.budget.funding.assumptions import NOTHING, Scenario  # noqa: PLC0415
    from mediaid.budget.funding.years import BudgetYear, document_year  # noqa: PLC0415

    lines = pack.published.lines if pack.published else {}
    if not any(line.pays == "aid" for line in lines.values()):
        return []
    accounts = None if last is None else read_last_year(last, pack)
    # Lines by headcount are funding's: its own need is not asked for here.
    need = BudgetYear(year, Scenario("", NOTHING), (), (), ())
    found = bridges(pack, need, document_year(pack), accounts, path)
    return [_bridge(year, its) for its in found if lines[its.line].pays == "aid"]


def _bridge(year: int, its: LineBridge) -> Table:
    from mediaid.budget.bridge.present import step_names  # noqa: PLC0415

    names = step_names(year)
    rows, sources = [], []
    for step in its.steps:
        moved = step.kind in ("change", "unexplained")
        amount = _("not stated") if step.fen is None else Money(step.fen)
        rows.append(Row((("  " if moved else "") + names[step.name], amount), not moved))
        if step.source:
            sources.append(_("{step}: {source}").format(step=names[step.name], source=step.source))
    title = _("From last year to this: {line}").format(line=f"{its.code} {its.label}".strip())
    note = _("; ").join([*filter(None, [its.note]), *sources])
    return Table(title, ("", _("amount")), tuple(rows), note=note)
