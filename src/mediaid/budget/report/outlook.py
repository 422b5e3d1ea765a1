"""Sheets of the forecast: its figures, where they fall, and what moves them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from mediaid.budget.forecast.central import allocate, rounded
from mediaid.budget.forecast.present import (
    COLUMNS,
    driver_names,
    format_percent_signed,
    step_names,
    steps,
)
from mediaid.budget.report.model import Cell, Formula, Sheet, Table, Term, Total, yuan
from mediaid.faults import visible_line
from mediaid.i18n import gettext as _
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.budget.report.inputs import Inputs
    from mediaid.packs.model import Pack


def forecast_sheet(its: Inputs, found: Forecast) -> list[Sheet]:
    """Central figure and quantiles, steps, towns, benefits, categories, payers."""
    central = found.central
    rows: list[tuple[Cell, ...]] = [(_("central"), yuan(central.total))]
    rows += [(f"P{q}", yuan(fen)) for q, fen in found.quantiles.items()]
    rows.append((_("mean"), yuan(found.mean)))
    figures = Table(
        "forecast",
        _("Aid of {year}").format(year=found.terms.year),
        (_("figure"), _("yuan")),
        tuple(rows),
        tuple(_notes(its.pack, found)),
    )
    labels = {benefit.benefit: str(benefit.label) for benefit in its.pack.benefits}
    categories = {code: str(label) for code, label in its.pack.codes["category"].items()}
    names = step_names(found)
    parts = {names[name]: fen for name, fen in steps(found).items()}
    tables = [figures, _split("forecast/steps", _("How the central figure comes about"), parts)]
    tables.append(_towns(found))
    for name, title, split, words in (
        ("benefits", _("by benefit"), central.benefits, labels),
        ("categories", _("by category"), central.categories, categories),
        ("payers", _("by payer"), central.payers, {}),
    ):
        if split:
            amounts = allocate(rounded(sum(split.values(), Fraction(0))), split)
            worded = {words.get(key, key): fen for key, fen in amounts.items()}
            tables.append(_split(f"forecast/{name}", title, worded))
    tables.append(_beside(found))
    return [Sheet(_("Forecast"), tuple(tables))]


def _notes(pack: Pack, found: Forecast) -> list[str]:
    terms = found.terms
    notes = [
        _(
            "forecast from {claims} claims known by {day}, settled under the policy of {year}"
        ).format(claims=f"{found.claims:,}", day=terms.cut_off, year=terms.settled_in),
        _("P80: four of five simulated years came to no more; {count} years, seed {seed}").format(
            count=f"{terms.simulated:,}", seed=terms.seed
        ),
    ]
    if found.provisional:
        notes.append(_("provisional: {names}").format(names=figure_words(pack, found.provisional)))
    notes += [_("Beware: {warning}").format(warning=warning) for warning in found.warnings]
    return notes


def _split(name: str, title: str, amounts: Mapping[str, int]) -> Table:
    rows: list[tuple[Cell, ...]] = [(visible_line(key), yuan(fen)) for key, fen in amounts.items()]
    rows.append((_("total"), Total(yuan(sum(amounts.values())), 0, len(amounts) - 1)))
    return Table(name, title, ("", _("yuan")), tuple(rows))


def _towns(found: Forecast) -> Table:
    columns = [found.towns(found.central.total)]
    shown = [q for q in COLUMNS if q in found.quantiles]
    columns += [found.towns(found.quantiles[q]) for q in shown]
    rows: list[tuple[Cell, ...]] = [
        (visible_line(town) or _("(not stated)"), *(yuan(column[town]) for column in columns))
        for town in columns[0]
    ]
    end = len(rows) - 1
    sums = (Total(yuan(sum(column.values())), 0, end) for column in columns)
    rows.append((_("total"), *sums))
    return Table(
        "forecast/towns",
        _("By town: every figure is allocated in the central proportions"),
        (_("town"), _("central"), *(f"P{q}" for q in shown)),
        tuple(rows),
    )


def _beside(found: Forecast) -> Table:
    plain = found.plain
    rows: list[tuple[Cell, ...]] = []
    month = found.terms.cut_off.month
    for name, fen in (
        (_("visible × 12/{month}").format(month=month), plain.by_months),
        (_("chain ladder on aid"), plain.chain_ladder),
        (_("its standard error (Mack)"), plain.error),
    ):
        rows.append((name, "–" if fen is None else yuan(fen)))
    title = _("Plain methods, for {year}:").format(year=found.terms.cut_off.year)
    return Table("forecast/plain", title, (_("method"), _("yuan")), tuple(rows))


def drivers_sheet(found: Forecast) -> list[Sheet]:
    """What the central figure would be if one assumption were otherwise."""
    if not found.drivers:
        return []
    names = driver_names()
    base = found.drivers[0].total
    rows: list[tuple[Cell, ...]] = []
    for at, driver in enumerate(found.drivers):
        less = Formula(yuan(driver.total - base), (Term(at, 1), Term(0, 1, sign=-1)))
        rows.append((names[driver.name], yuan(driver.total), less))
    terms = found.terms
    notes = (
        _("assumed: prices {growth} a year (± {sd})").format(
            growth=format_percent_signed(terms.price_growth), sd=f"{terms.price_sd:.1%}"
        ),
        _("assumed: persons {growth} a year (± {sd})").format(
            growth=format_percent_signed(terms.headcount_growth), sd=f"{terms.headcount_sd:.1%}"
        ),
    )
    heads = (_("if"), _("central"), _("difference"))
    table = Table("drivers", _("What moves the forecast"), heads, tuple(rows), notes)
    return [Sheet(_("Drivers"), (table,))]
