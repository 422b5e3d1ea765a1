"""A report from what was worked out: which sheets there are, and in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.budget.report import charts
from mediaid.budget.report.lines import code_sheet, summary_sheet
from mediaid.budget.report.model import Report, Sheet
from mediaid.budget.report.money import cash_sheet, funding_sheets, work_sheet
from mediaid.budget.report.outlook import drivers_sheet, forecast_sheet
from mediaid.budget.report.proof import (
    bridge_sheet,
    provenance_sheet,
    reconciliation_sheet,
    targets_sheet,
)
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.report.inputs import Inputs


def collect(its: Inputs) -> Report:
    """Return the report: the sheets for which there is something, and their charts."""
    sheets = [summary_sheet(its), *funding_sheets(its), *work_sheet(its), *code_sheet(its)]
    pictures: dict[str, tuple[str, ...]] = {}

    def add(found: list[Sheet], *drawn: str) -> None:
        sheets.extend(found)
        if found and drawn:
            pictures[found[0].name] = drawn

    if its.forecast is not None:
        add(forecast_sheet(its, its.forecast), charts.simulated(its.forecast))
        add(drivers_sheet(its.forecast), *charts.drivers(its.forecast))
    add(bridge_sheet(its), *(charts.bridge(b, its.need.year) for b in its.bridges))
    add(cash_sheet(its), *(charts.cash(pot) for pot in its.pots))
    add(reconciliation_sheet(its))
    add(targets_sheet(its))
    add([provenance_sheet(its)])
    if its.need.fundings:
        funding = funding_sheets(its)[0].name
        pictures[funding] = tuple(charts.payers(table) for table in its.need.fundings)
    return Report(
        _("Budget of {year}").format(year=its.need.year),
        str(its.pack.label),
        tuple(sheets),
        {name: tuple(svg for svg in drawn if svg) for name, drawn in pictures.items()},
    )
