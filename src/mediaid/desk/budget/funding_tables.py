"""Funding as tables: by payer with bars, by place, by quarter, by month, beside work funds and
enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.budget.funding.years import PARTICIPANTS
from mediaid.desk.tables import Bar, Money, Row, Table, Unit, added, footed
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mediaid.budget.funding.revenue import Revenue
    from mediaid.budget.funding.workfunds import WorkFundAmount
    from mediaid.budget.funding.years import BudgetYear, FundingTable

SHOWN = ("payers", "places", "quarters", "months")
"""How funding can be looked at."""
MOST_FOOTED = 120
"""Rows up to which a table in 万元 is rounded so that it adds up."""


def funding_tables(
    years: Sequence[BudgetYear], shown: str, unit: Unit = Unit.yuan
) -> tuple[Table, ...]:
    """Return the tables of all years, looked at in one of the ways of SHOWN."""
    return tuple(table for its in years for table in _of_year(its, shown, unit))


def _of_year(its: BudgetYear, shown: str, unit: Unit) -> Iterator[Table]:
    for table in its.fundings:
        if shown == "payers":
            yield _payers(its.year, table)
        elif shown == "places":
            yield _places(its.year, table, unit)
        else:
            yield _periods(its.year, table, shown, unit)
    if shown == "payers":
        if its.work_funds:
            yield _work_funds(its.year, its.work_funds)
        for revenue in its.revenues:
            yield _revenue(its.year, revenue)


def _title(year: int, name: object) -> str:
    return _("{year}: {name}").format(year=year, name=name)


def _payers(year: int, its: FundingTable) -> Table:
    parts = its.funding.components
    names = _payer_names(its)
    cells = footed([[its.total(payer, part) for part in parts] for payer in its.payers])
    by_payer = dict(zip(its.payers, cells, strict=True))
    whole = its.total()

    def row(name: str, payers: Sequence[str], total: bool = False) -> Row:
        amounts = [added(column) for column in zip(*(by_payer[p] for p in payers), strict=True)]
        fen = added(amounts)
        return Row((name, fen, *amounts), total, Bar(fen.fen, whole))

    fiscal = tuple(its.funding.payers)
    rows = [row(names[payer], (payer,)) for payer in fiscal]
    rows.append(row(_("all payers"), fiscal, True))
    rows.append(row(names[PARTICIPANTS], (PARTICIPANTS,)))
    rows.append(row(_("payers and participants"), its.payers, True))
    heads = f"{sum(its.headcounts.values()):,}"
    title = _("{label}: {heads} persons").format(label=its.funding.label, heads=heads)
    return Table(
        _title(year, title), (_("who pays"), _("total"), *map(str, parts.values())), tuple(rows)
    )


def _payer_names(its: FundingTable) -> dict[str, str]:
    names = {payer: str(label) for payer, label in its.funding.payers.items()}
    return names | {PARTICIPANTS: str(its.funding.participants)}


def _places(year: int, its: FundingTable, unit: Unit) -> Table:
    areas = its.funding.areas
    cells = _amounts(
        [[its.total(payer, place=place) for payer in its.payers] for place in its.headcounts], unit
    )
    rows = [
        Row((place.name, str(areas[place.area]), count, *amounts, added(amounts)))
        for (place, count), amounts in zip(its.headcounts.items(), cells, strict=True)
    ]
    totals = [added(column) for column in zip(*cells, strict=True)]
    heads = sum(its.headcounts.values())
    rows.append(Row((_("total"), "", heads, *totals, added(totals)), True))
    names = _payer_names(its).values()
    columns = (_("place"), _("area"), _("number of persons"), *names, _("total"))
    return Table(_title(year, its.funding.label), columns, tuple(rows), left=2)


def _periods(year: int, its: FundingTable, shown: str, unit: Unit) -> Table:
    months = shown == "months"
    word = _("month {number}") if months else _("quarter {number}")
    parts_of = its.by_month if months else its.by_quarter
    by_payer = [parts_of(payer) for payer in its.payers]
    cells = _amounts([list(row) for row in zip(*by_payer, strict=True)], unit)
    rows = [
        Row((word.format(number=number), *amounts, added(amounts)))
        for number, amounts in enumerate(cells, 1)
    ]
    totals = [added(column) for column in zip(*cells, strict=True)]
    rows.append(Row((_("total"), *totals, added(totals)), True))
    columns = (_("period"), *_payer_names(its).values(), _("total"))
    note = _("Equal months are our reading: the document does not say how much moves each time.")
    return Table(_title(year, its.funding.label), columns, tuple(rows), note=note)


def _amounts(cells: list[list[int]], unit: Unit) -> list[list[Money]]:
    """Amounts as cells; rounding many of them takes a while, so only where it is asked for."""
    if unit is Unit.wan and len(cells) <= MOST_FOOTED:
        return footed(cells)
    return [[Money(fen) for fen in row] for row in cells]


def _work_funds(year: int, lines: Sequence[WorkFundAmount]) -> Table:
    rows = []
    for line in lines:
        marks = [_("[provisional]")] if line.provisional else []
        marks += [_("[assumed]")] if line.assumed else []
        name = " ".join([str(line.label), *marks])
        if line.headcount is None:
            rows.append(Row((name, _("lump sum"), "", "", Money(line.amount))))
        else:
            each = (line.headcount, show_yuan(line.per_head or 0), Money(line.uncut))
            rows.append(Row((name, *each, Money(line.amount))))
    whole = sum(line.amount for line in lines)
    rows.append(Row((_("total"), "", "", "", Money(whole)), True))
    heads = (_("line"), _("number of persons"), _("yuan a head"), _("uncut"), _("amount"))
    return Table(_title(year, _("Work funds")), heads, tuple(rows))


def _revenue(year: int, its: Revenue) -> Table:
    names = {"individual": _("individual"), "fiscal": _("fiscal"), "employer": _("employer")}
    rows = [
        Row(
            (names[part.name], "–" if part.fen is None else Money(part.fen)),
            bar=None if part.fen is None or not its.total else Bar(part.fen, its.total),
        )
        for part in its.parts
    ]
    if its.total is not None:
        rows.append(Row((_("total"), Money(its.total)), True))
    rows.append(Row((_("collection aimed at"), Money(its.collection))))
    if its.unexplained:
        rows.append(Row((_("unexplained difference"), Money(its.unexplained))))
    marks = [_("[provisional]")] if its.provisional else []
    marks += [_("[assumed]")] if its.assumed else []
    about = _("Enrolment: {label}, {heads} persons").format(
        label=its.label, heads=f"{its.headcount:,}"
    )
    heads = (_("who pays"), _("amount"))
    return Table(_title(year, " ".join([about, *marks])), heads, tuple(rows))
