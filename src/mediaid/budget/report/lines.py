"""The summary, and the lines of the budget by function code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.budget.provenance import draft_words
from mediaid.budget.report.model import (
    Cell,
    Formula,
    Number,
    Sheet,
    Table,
    Term,
    count,
    number_of,
    yuan,
)
from mediaid.budget.report.money import FIRST, funding_notes
from mediaid.i18n import gettext as _
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.budget.report.inputs import Inputs
    from mediaid.packs.budget.published import Line

CODES = "codes"


def summary_sheet(its: Inputs) -> Sheet:
    """What a year needs, on one page: each figure a link to where it is worked out."""
    rows: list[tuple[Cell, ...]] = []
    notes = draft_words(its.pack)
    for table in its.need.fundings:
        at = len(table.headcounts)
        payers = table.funding.payers
        name = f"{table.funding.funding}/places"
        for i, (payer, label) in enumerate(payers.items()):
            text = _("{label}: {payer}").format(label=table.funding.label, payer=label)
            rows.append((text, _link(table.total(payer), name, at, FIRST + i)))
        column = FIRST + len(payers)
        text = _("{label}: all payers").format(label=table.funding.label)
        rows.append((text, _link(table.fiscal(), name, at, column)))
        text = _("{label}: payers and participants").format(label=table.funding.label)
        rows.append((text, _link(table.total(), name, at, column + 2)))
        notes += funding_notes(its.pack, table)[1:]
    if its.need.work_funds:
        total = sum(line.amount for line in its.need.work_funds)
        rows.append((_("Work funds"), _link(total, "work-funds", len(its.need.work_funds), 4)))
    found = its.forecast
    if found is not None:
        text = _("aid of {year}, central forecast").format(year=found.terms.year)
        rows.append((text, _link(found.central.total, "forecast", 0, 1)))
        for i, (q, fen) in enumerate(found.quantiles.items(), 1):
            text = _("aid of {year}, P{quantile}").format(year=found.terms.year, quantile=q)
            rows.append((text, _link(fen, "forecast", i, 1)))
        notes += [_("Beware: {warning}").format(warning=warning) for warning in found.warnings]
        if found.provisional:
            notes.append(
                _("provisional: {names}").format(names=figure_words(its.pack, found.provisional))
            )
    else:
        notes.append(_("no claims were given: there is no forecast of assistance"))
    tables = [
        Table(
            "summary",
            _("What {year} needs").format(year=its.need.year),
            (_("figure"), _("yuan")),
            tuple(rows),
            tuple(dict.fromkeys(notes)),
        )
    ]
    if its.reconciliation is not None:
        result = its.reconciliation
        checks: list[tuple[Cell, ...]] = [
            (_("comparisons"), count(len(result.compared))),
            (_("agree"), count(result.agree)),
            (_("differ"), count(len(result.compared) - result.agree)),
            (_("new to the pack"), count(len(result.surprises))),
        ]
        title = _("Published figures against arithmetic")
        tables.append(Table("summary/checks", title, ("", _("count")), tuple(checks)))
    return Sheet(_("Summary"), tuple(tables))


def _link(fen: int, table: str, row: int, column: int) -> Formula:
    return Formula(yuan(fen), (Term(row, column, table),))


def code_sheet(its: Inputs) -> list[Sheet]:
    """Every line: what is worked out for it, what the document states, and the difference."""
    published = its.pack.published
    if published is None or not published.lines:
        return []
    stated_here = its.need.year == its.document
    rows: list[tuple[Cell, ...]] = []
    notes = []
    for line in published.lines.values():
        at = len(rows)
        worked = _worked(its, line)
        figure = published.all_figures[line.stated] if stated_here else None
        stated = None if figure is None else yuan(int(figure.exact))
        difference: Cell = None
        own = number_of(worked)
        if own is not None and stated is not None:
            terms = (Term(at, 3), Term(at, 2, sign=-1))
            difference = Formula(Number(stated.value - own.value), terms)
        source = "" if figure is None else figure.at
        rows.append((line.code or "", str(line.label), worked, stated, difference, source))
        if line.note is not None:
            notes.append(f"{line.code or line.label}: {line.note}")
    heads: tuple[str, ...] = (
        _("code"), _("line"), _("worked out"), _("stated"), _("unexplained"), _("source"),
    )  # fmt: skip
    tables = [Table(CODES, _("Lines of the budget"), heads, tuple(rows), tuple(notes))]
    groups = _groups(list(published.lines.values()), rows)
    if groups:
        title = _("Sums of the codes below one heading")
        heads = (_("code"), _("worked out"), _("stated"))
        tables.append(Table("codes/groups", title, heads, tuple(groups)))
    return [Sheet(_("Function codes"), tuple(tables))]


def _worked(its: Inputs, line: Line) -> Cell:
    for table in its.need.fundings:
        if line.pays == table.funding.funding:
            column = FIRST + len(table.funding.payers)
            return _link(
                table.fiscal(), f"{table.funding.funding}/places", len(table.headcounts), column
            )
    if line.pays == "work-funds" and its.need.work_funds:
        total = sum(own.amount for own in its.need.work_funds)
        return _link(total, "work-funds", len(its.need.work_funds), 4)
    if line.pays == "aid" and its.forecast is not None:
        return _link(its.forecast.central.total, "forecast", 0, 1)
    return "–"


def _groups(lines: list[Line], rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Sums over the lines whose codes share their first five digits, where there are several."""
    found: list[tuple[Cell, ...]] = []
    for code in dict.fromkeys(line.code[:5] for line in lines if line.code and len(line.code) == 7):
        at = [i for i, line in enumerate(lines) if line.code and line.code[:5] == code]
        if len(at) < 2:
            continue
        cells: list[Cell] = [code]
        for column in (2, 3):
            numbers = [number_of(rows[i][column]) for i in at]
            if any(number is None for number in numbers):
                cells.append("–")
                continue
            total = sum(number.value for number in numbers if number is not None)
            cells.append(Formula(yuan(total), tuple(Term(i, column, CODES) for i in at)))
        found.append(tuple(cells))
    return found
