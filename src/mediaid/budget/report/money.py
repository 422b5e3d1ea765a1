"""Sheets of money: funding by payer and place in 元 and 万元, work funds, enrolment, cash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediaid.budget.cash.calendar import IN, Pot, labels
from mediaid.budget.cash.present import kind_names, month_name, notes
from mediaid.budget.funding.years import FundingTable
from mediaid.budget.report.model import (
    Cell,
    Formula,
    Number,
    Sheet,
    Table,
    Term,
    Total,
    count,
    number_of,
    yuan,
)
from mediaid.budget.report.rounding import controlled
from mediaid.i18n import gettext as _
from mediaid.money import format_percent, show_yuan
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from mediaid.budget.report.inputs import Inputs
    from mediaid.packs.model import Pack

WAN = 10_000
"""分 in a hundredth of 万元."""
FIRST = 3
"""Column of the first payer in a table by place."""


def funding_sheets(its: Inputs) -> list[Sheet]:
    """Funding by payer, component and place: in 元, and in 万元."""
    tables = its.need.fundings
    if not tables:
        return []
    in_yuan = [part for table in tables for part in (_places(its.pack, table), _components(table))]
    return [
        Sheet(_("Funding (yuan)"), tuple(in_yuan)),
        Sheet(
            _("Funding (10,000 yuan)"), tuple(_places_in_wan(its.pack, table) for table in tables)
        ),
    ]


def _heads(table: FundingTable) -> tuple[str, ...]:
    payers = map(str, table.funding.payers.values())
    return (
        _("place"),
        _("area"),
        _("persons"),
        *payers,
        _("all payers"),
        str(table.funding.participants),
        _("payers and participants"),
    )


def _row(amounts: Sequence[Number], row: int) -> list[Cell]:
    """Payers, their sum, the participants, and the sum of all; the sums as formulas."""
    *payers, own = amounts
    first = FIRST
    fiscal = Number(sum(n.value for n in payers), own.measure)
    whole = Number(fiscal.value + own.value, own.measure)
    at = first + len(payers)
    return [
        *payers,
        Formula(fiscal, tuple(Term(row, first + i) for i in range(len(payers)))),
        own,
        Formula(whole, (Term(row, at), Term(row, at + 1))),
    ]


def _sums(rows: Sequence[Sequence[Cell]], column: int) -> int:
    total = 0
    for row in rows:
        cell = row[column]
        number = number_of(cell)
        assert number is not None
        total += number.value
    return total


def _with_total(rows: list[list[Cell]], measure: Number, left: int = 2) -> list[tuple[Cell, ...]]:
    """Rows and below them the sums of all columns from `left` on."""
    last: list[Cell] = [_("total"), *([""] * (left - 1))]
    for column in range(left, len(rows[0])):
        its = Number(_sums(rows, column), "count" if column == left == 2 else measure.measure)
        last.append(Total(its, 0, len(rows) - 1))
    return [*map(tuple, rows), tuple(last)]


def _places(pack: Pack, table: FundingTable) -> Table:
    areas = table.funding.areas
    rows: list[list[Cell]] = []
    for place, heads in table.headcounts.items():
        amounts = [yuan(table.total(payer, place=place)) for payer in table.payers]
        rows.append([place.name, str(areas[place.area]), count(heads), *_row(amounts, len(rows))])
    return Table(
        f"{table.funding.funding}/places",
        _("{label}: by place and payer, yuan").format(label=table.funding.label),
        _heads(table),
        tuple(_with_total(rows, yuan(0))),
        tuple(funding_notes(pack, table)),
    )


def funding_notes(pack: Pack, table: FundingTable) -> list[str]:
    """Say where headcounts come from, and what is provisional or assumed."""
    found = [_("headcounts from: {source}").format(source=table.source)]
    if table.provisional:
        found.append(_("provisional: {names}").format(names=figure_words(pack, table.provisional)))
    if table.assumed:
        found.append(_("assumed in this scenario: {names}").format(names=", ".join(table.assumed)))
    return found


def _components(table: FundingTable) -> Table:
    parts = table.funding.components
    rows: list[list[Cell]] = []
    for payer, label in labels(table).items():
        amounts: list[Cell] = [yuan(table.total(payer, part)) for part in parts]
        terms = tuple(Term(len(rows), 1 + i) for i in range(len(parts)))
        rows.append([str(label), *amounts, Formula(yuan(table.total(payer)), terms)])
    return Table(
        f"{table.funding.funding}/components",
        _("{label}: by payer and component, yuan").format(label=table.funding.label),
        (_("payer"), *map(str, parts.values()), _("total")),
        tuple(_with_total(rows, yuan(0), left=1)),
    )


def _places_in_wan(pack: Pack, table: FundingTable) -> Table:
    exact = [
        [table.total(payer, place=place) for payer in table.payers] for place in table.headcounts
    ]
    rounded = controlled(exact, WAN)
    areas = table.funding.areas
    rows: list[list[Cell]] = []
    for (place, heads), wans in zip(table.headcounts.items(), rounded, strict=True):
        cells = [Number(value, "wan") for value in wans]
        rows.append([place.name, str(areas[place.area]), count(heads), *_row(cells, len(rows))])
    return Table(
        f"{table.funding.funding}/wan",
        _("{label}: by place and payer, 10,000 yuan").format(label=table.funding.label),
        _heads(table),
        tuple(_marked(_with_total(rows, Number(0, "wan")), _places(pack, table).rows)),
        (
            _(
                "Rounded to 0.01 so that rows and columns add up. Figures in italics are rounded "
                "to the other neighbour than the nearest."
            ),
        ),
    )


def _marked(
    rows: Sequence[Sequence[Cell]], exact: Sequence[Sequence[Cell]]
) -> Iterator[tuple[Cell, ...]]:
    """Mark what is not rounded to the nearest, sums too; `exact`: the same table in 元."""
    for row, fens in zip(rows, exact, strict=True):
        yield tuple(_mark(cell, fen) for cell, fen in zip(row, fens, strict=True))


def _mark(cell: Cell, exact: Cell) -> Cell:
    number, fen = number_of(cell), number_of(exact)
    if number is None or fen is None or number.measure != "wan":
        return cell
    nearest = (2 * fen.value + WAN) // (2 * WAN)
    marked = replace(number, moved=number.value != nearest)
    return replace(cell, number=marked) if isinstance(cell, Total | Formula) else marked


def work_sheet(its: Inputs) -> list[Sheet]:
    """Work funds and enrolment, where the pack has them."""
    tables = []
    if its.need.work_funds:
        rows: list[list[Cell]] = [
            [
                str(line.label),
                None if line.headcount is None else count(line.headcount),
                None if line.per_head is None else yuan(line.per_head),
                yuan(line.uncut),
                yuan(line.amount),
                _marks(line.provisional, line.assumed),
            ]
            for line in its.need.work_funds
        ]
        total = Number(sum(line.amount for line in its.need.work_funds))
        uncut = Number(sum(line.uncut for line in its.need.work_funds))
        end = len(rows) - 1
        last: list[Cell] = [_("total"), None, None, Total(uncut, 0, end), Total(total, 0, end), ""]
        heads = (_("line"), _("persons"), _("yuan a head"), _("uncut"), _("yuan"), _("marks"))
        body = tuple(map(tuple, [*rows, last]))
        tables.append(Table("work-funds", _("Work funds"), heads, body))
    for revenue in its.need.revenues:
        parts: list[list[Cell]] = [
            [_part_names()[part.name], _rate(part.rate), _or_none(part.fen)]
            for part in revenue.parts
        ]
        notes: list[str] = []
        if revenue.total is not None:
            parts.append([_("total"), "", Total(yuan(revenue.total), 0, len(parts) - 1)])
            parts.append([_("collection aimed at"), "", yuan(revenue.collection)])
            whole = len(parts)
            terms = (Term(whole - 1, 2), Term(whole - 2, 2, sign=-1))
            gap = yuan(revenue.unexplained or 0)
            parts.append([_("unexplained difference"), "", Formula(gap, terms)])
        else:
            parts.append([_("collection aimed at"), "", yuan(revenue.collection)])
            notes.append(_("cannot be computed without: {base}").format(base=revenue.base_label))
        tables.append(
            Table(
                f"enrolment/{revenue.scheme}",
                _("Enrolment: {label}, {heads} persons").format(
                    label=revenue.label, heads=f"{revenue.headcount:,}"
                ),
                (_("part"), _("rate"), _("yuan")),
                tuple(map(tuple, parts)),
                tuple(notes),
            )
        )
    return [Sheet(_("Work funds, enrolment"), tuple(tables))] if tables else []


def _marks(provisional: bool, assumed: bool) -> str:
    marks = [_("provisional")] if provisional else []
    return ", ".join(marks + ([_("assumed")] if assumed else []))


def _part_names() -> dict[str, str]:
    return {"individual": _("individual"), "fiscal": _("fiscal"), "employer": _("employer")}


def _rate(rate: int | Fraction) -> str:
    if isinstance(rate, int):
        return _("{rate} yuan a head").format(rate=show_yuan(rate))
    return _("{rate} of the base").format(rate=format_percent(rate))


def _or_none(fen: int | None) -> Cell:
    return "–" if fen is None else yuan(fen)


def cash_sheet(its: Inputs) -> list[Sheet]:
    """The calendar of cash."""
    tables = [
        _aid_cash(its, pot) if pot.table is None else _months(its, pot, pot.table)
        for pot in its.pots
    ]
    return [Sheet(_("Cash"), tuple(tables))] if tables else []


def _months(its: Inputs, pot: Pot, table: FundingTable) -> Table:
    payers = labels(table)
    rows: list[list[Cell]] = []
    for month in range(13):
        came = [pot.total(*IN, payer=payer, month=month) for payer in payers]
        row, at = len(rows), 1 + len(payers)
        terms = tuple(Term(row, 1 + i) for i in range(len(payers)))
        out = pot.total("pay-out", month=month)
        held = [Term(row, at), Term(row, at + 1, sign=-1)]
        if month:
            held.append(Term(row - 1, at + 2))
        rows.append(
            [
                month_name(month),
                *map(yuan, came),
                Formula(yuan(sum(came)), terms),
                yuan(out),
                Formula(yuan(pot.held(month)), tuple(held)),
            ]
        )
    *whole, held_total = _with_total(rows, yuan(0), left=1)[-1]
    del held_total
    return Table(
        f"cash/{pot.what}",
        _("{label}: cash by month and payer, yuan").format(label=pot.label),
        (
            _("month"), *map(str, payers.values()), _("comes in"), _("paid out"), _("held"),
        ),
        (*map(tuple, rows), (*whole, None)),
        tuple(notes(its.pack, pot)),
    )  # fmt: skip


def _aid_cash(its: Inputs, pot: Pot) -> Table:
    names = kind_names()
    rows: list[tuple[Cell, ...]] = [
        (
            f"{move.first} – {move.last}",
            names[move.kind],
            _("as spent") if move.fen is None else yuan(move.fen),
        )
        for move in pot.movements
    ]
    total = Total(yuan(pot.total("advance", "settlement")), 0, len(rows) - 1)
    rows.append((_("total"), "", total))
    heads = (_("when"), _("what"), _("yuan"))
    return Table(f"cash/{pot.what}", pot.label, heads, tuple(rows), tuple(notes(its.pack, pot)))
