"""Funding as tables: by payer with bars, by place, by quarter, by month, beside work funds and
enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.budget.funding.years import PARTICIPANTS
from mediaid.desk.budget.tables import Bar, Money, Row, Table
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mediaid.budget.funding.revenue import Revenue
    from mediaid.budget.funding.workfunds import WorkFundAmount
    from mediaid.budget.funding.years import BudgetYear, FundingTable

SHOWN = ("payers", "places", "quarters", "months")
"""How funding can be looked at."""


def funding_tables(years: Sequence[BudgetYear], shown: str) -> tuple[Table, ...]:
    """Return the tables of all years, looked at in one of the ways of SHOWN."""
    return tuple(table for its in years for table in _of_year(its, shown))


def _of_year(its: BudgetYear, shown: str) -> Iterator[Table]:
    for table in its.fundings:
        if shown == "payers":
            yield _payers(its.year, table)
        elif shown == "places":
            yield _places(its.year, table)
        else:
            yield _periods(its.year, table, shown)
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
    whole = its.total()

    def row(name: str, payer: str | None, total: bool = False) -> Row:
        fen = its.total(payer)
        by_part = (Money(its.total(payer, part)) for part in parts)
        return Row((name, Money(fen), *by_part), total, Bar(fen, whole))

    rows = [row(names[payer], payer) for payer in its.funding.payers]
    fiscal = (Money(its.fiscal()), *(Money(its.fiscal(component=part)) for part in parts))
    rows.append(Row((_("all payers"), *fiscal), True, Bar(its.fiscal(), whole)))
    rows.append(row(names[PARTICIPANTS], PARTICIPANTS))
    rows.append(row(_("payers and participants"), None, True))
    heads = f"{sum(its.headcounts.values()):,}"
    title = _("{label}: {heads} persons").format(label=its.funding.label, heads=heads)
    return Table(
        _title(year, title), (_("who pays"), _("total"), *map(str, parts.values())), tuple(rows)
    )


def _payer_names(its: FundingTable) -> dict[str, str]:
    names = {payer: str(label) for payer, label in its.funding.payers.items()}
    return names | {PARTICIPANTS: str(its.funding.participants)}


def _places(year: int, its: FundingTable) -> Table:
    areas, names = its.funding.areas, _payer_names(its)
    rows = [
        Row(
            (
                place.name,
                str(areas[place.area]),
                count,
                *(Money(its.total(payer, place=place)) for payer in its.payers),
                Money(its.total(place=place)),
            )
        )
        for place, count in its.headcounts.items()
    ]
    totals = (*(Money(its.total(payer)) for payer in its.payers), Money(its.total()))
    rows.append(Row((_("total"), "", sum(its.headcounts.values()), *totals), True))
    heads = (_("place"), _("area"), _("number of persons"), *names.values(), _("total"))
    return Table(_title(year, its.funding.label), heads, tuple(rows), left=2)


def _periods(year: int, its: FundingTable, shown: str) -> Table:
    names = _payer_names(its)
    months = shown == "months"
    word = _("month {number}") if months else _("quarter {number}")
    parts_of = its.by_month if months else its.by_quarter
    columns = [*(parts_of(payer) for payer in its.payers), parts_of()]
    rows = [
        Row((word.format(number=number), *map(Money, amounts)))
        for number, amounts in enumerate(zip(*columns, strict=True), 1)
    ]
    rows.append(Row((_("total"), *(Money(sum(column)) for column in columns)), True))
    heads = (_("period"), *names.values(), _("total"))
    note = _("Equal months are our reading: the document does not say how much moves each time.")
    return Table(_title(year, its.funding.label), heads, tuple(rows), note=note)


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
