"""A funding need as text for a terminal and as plain data; amounts as text, never as floats."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mediaid.aligned import aligned
from mediaid.budget import provenance
from mediaid.budget.funding.years import PARTICIPANTS, BudgetYear, FundingTable
from mediaid.faults import visible_line
from mediaid.i18n import gettext as _
from mediaid.money import format_percent, format_yuan, show_yuan
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.budget.funding.headcounts import Place
    from mediaid.budget.funding.revenue import Part, Revenue
    from mediaid.budget.funding.workfunds import WorkFundAmount
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.types import Cite

DETAILS = ("places", "months", "quarters")


# ── data ──────────────────────────────────────────────────────────────────────────────────────


def as_data(pack: Pack, years: Sequence[BudgetYear]) -> dict[str, Any]:
    """Return everything as plain data. Amounts are 元 as text, such as "33848462.50"."""
    return {**provenance.as_data(pack), "years": [_year_data(pack, its) for its in years]}


def _year_data(pack: Pack, its: BudgetYear) -> dict[str, Any]:
    work = sum(line.amount for line in its.work_funds)
    return {
        "year": its.year,
        "scenario": its.scenario.name or None,
        "fundings": [_funding_data(pack, table) for table in its.fundings],
        "work_funds": {
            "lines": [_work_data(pack, line) for line in its.work_funds],
            "total": format_yuan(work),
        },
        "enrolment": [_revenue_data(pack, revenue) for revenue in its.revenues],
    }


def _funding_data(pack: Pack, table: FundingTable) -> dict[str, Any]:
    return {
        "funding": table.funding.funding,
        "label": str(table.funding.label),
        "headcount": sum(table.headcounts.values()),
        "headcounts_from": table.source,
        "provisional": list(table.provisional),
        "assumed": list(table.assumed),
        "citations": _cites_data(pack, table.citations),
        **_totals_data(table, None),
        "places": [
            {
                "place": place.name,
                "area": place.area,
                "headcount": count,
                **_totals_data(table, place),
            }
            for place, count in table.headcounts.items()
        ],
    }


def _totals_data(table: FundingTable, place: Place | None) -> dict[str, Any]:
    parts = table.funding.components
    return {
        "payers": {
            payer: {
                "total": format_yuan(table.total(payer, place=place)),
                **{part: format_yuan(table.total(payer, part, place)) for part in parts},
                "months": [format_yuan(fen) for fen in table.by_month(payer, place)],
                "quarters": [format_yuan(fen) for fen in table.by_quarter(payer, place)],
            }
            for payer in table.payers
        },
        "fiscal": format_yuan(table.fiscal(place)),
        "gross": format_yuan(table.total(place=place)),
    }


def _cites_data(pack: Pack, cites: Sequence[Cite]) -> list[dict[str, str]]:
    found = {(cite.source, cite.at): _cite_data(pack, cite) for cite in cites}
    return list(found.values())


def _cite_data(pack: Pack, cite: Cite) -> dict[str, str]:
    return {"source": pack.sources[cite.source].number, "at": cite.at}


def _work_data(pack: Pack, line: WorkFundAmount) -> dict[str, Any]:
    return {
        "line": line.id,
        "label": str(line.label),
        "headcount": line.headcount,
        "per_head": None if line.per_head is None else format_yuan(line.per_head),
        "uncut": format_yuan(line.uncut),
        "cut_to": None if line.cut_to is None else format_yuan(line.cut_to),
        "amount": format_yuan(line.amount),
        "lump_sum": line.headcount is None,
        "provisional": line.provisional,
        "assumed": line.assumed,
        "citation": _cite_data(pack, line.cite),
    }


def _revenue_data(pack: Pack, revenue: Revenue) -> dict[str, Any]:
    return {
        "insurance": revenue.scheme,
        "label": str(revenue.label),
        "headcount": revenue.headcount,
        "assumed": revenue.assumed,
        "base": None if revenue.base is None else format_yuan(revenue.base),
        "parts": {
            part.name: {
                "rate": _rate(part.rate),
                "amount": None if part.fen is None else format_yuan(part.fen),
            }
            for part in revenue.parts
        },
        "total": None if revenue.total is None else format_yuan(revenue.total),
        "collection": format_yuan(revenue.collection),
        "unexplained": None if revenue.unexplained is None else format_yuan(revenue.unexplained),
        "provisional": revenue.provisional,
        "citation": _cite_data(pack, revenue.cite),
    }


def _rate(rate: int | Fraction) -> str:
    return format_percent(rate) if isinstance(rate, Fraction) else format_yuan(rate)


# ── text ──────────────────────────────────────────────────────────────────────────────────────


def as_text(pack: Pack, years: Sequence[BudgetYear], details: Collection[str] = ()) -> str:
    """Return the need as a budget officer would read it; `details` as in DETAILS."""
    lines = [provenance.as_line(pack)]
    for its in years:
        lines += ["", *_year_lines(pack, its, details)]
    return "\n".join(lines)


def _year_lines(pack: Pack, its: BudgetYear, details: Collection[str]) -> Iterator[str]:
    title = _("Year {year}").format(year=its.year)
    if its.scenario.name:
        title = _("Year {year}, scenario {scenario} ({label})").format(
            year=its.year,
            scenario=its.scenario.name,
            label=visible_line(str(its.scenario.assumed.label)),
        )
    yield title
    for table in its.fundings:
        yield from _funding_lines(pack, table, details)
    if its.work_funds:
        yield from _work_lines(its.work_funds)
    for revenue in its.revenues:
        yield from _revenue_lines(revenue)


def _funding_lines(pack: Pack, table: FundingTable, details: Collection[str]) -> Iterator[str]:
    heads = sum(table.headcounts.values())
    yield _("{label} ({id}): {heads} persons").format(
        label=table.funding.label, id=table.funding.funding, heads=f"{heads:,}"
    )
    yield "  " + _("headcounts from: {source}").format(source=visible_line(table.source))
    parts = table.funding.components
    rows = [[_("yuan"), _("total"), *map(str, parts.values())]]
    for payer in table.funding.payers:
        rows.append(_payer_row(table, payer, str(table.funding.payers[payer])))
    rows.append(
        [
            _("all payers"),
            show_yuan(table.fiscal()),
            *(show_yuan(table.fiscal(component=part)) for part in parts),
        ]
    )
    rows.append(_payer_row(table, PARTICIPANTS, str(table.funding.participants)))
    rows.append(_payer_row(table, None, _("payers and participants")))
    yield from _indented(aligned(rows, left=1))
    if table.provisional:
        said = _("provisional: {names}")
        if pack.draft is None:
            said = _(
                "provisional (the year's standard is not issued; the last one is carried on): "
                "{names}"
            )
        yield "  " + said.format(names=figure_words(pack, table.provisional))
    if table.assumed:
        yield "  " + _("assumed in this scenario: {names}").format(names=", ".join(table.assumed))
    if "places" in details:
        yield from _indented(_place_lines(table))
    for detail, parts_of in (("quarters", table.by_quarter), ("months", table.by_month)):
        if detail in details:
            yield from _indented(_period_lines(table, detail, parts_of))


def _payer_row(table: FundingTable, payer: str | None, name: str) -> list[str]:
    parts = table.funding.components
    return [
        name,
        show_yuan(table.total(payer)),
        *(show_yuan(table.total(payer, part)) for part in parts),
    ]


def _columns(table: FundingTable) -> list[str]:
    return [*map(str, table.funding.payers.values()), str(table.funding.participants)]


def _place_lines(table: FundingTable) -> list[str]:
    areas = table.funding.areas
    rows = [[_("place"), _("area"), _("persons"), *_columns(table), _("total")]]
    for place, count in table.headcounts.items():
        amounts = (show_yuan(table.total(payer, place=place)) for payer in table.payers)
        whole = show_yuan(table.total(place=place))
        rows.append(
            [visible_line(place.name), str(areas[place.area]), f"{count:,}", *amounts, whole]
        )
    heads = f"{sum(table.headcounts.values()):,}"
    amounts = (show_yuan(table.total(payer)) for payer in table.payers)
    rows.append([_("total"), "", heads, *amounts, show_yuan(table.total())])
    return aligned(rows, left=2)


def _period_lines(table: FundingTable, detail: str, parts_of: Any) -> list[str]:
    word = _("month {number}") if detail == "months" else _("quarter {number}")
    rows = [[_("yuan"), *_columns(table), _("total")]]
    columns = [*(parts_of(payer) for payer in table.payers), parts_of()]
    for number, amounts in enumerate(zip(*columns, strict=True), 1):
        rows.append([word.format(number=number), *map(show_yuan, amounts)])
    rows.append([_("total"), *(show_yuan(sum(column)) for column in columns)])
    return aligned(rows, left=1)


def _work_lines(lines: Sequence[WorkFundAmount]) -> Iterator[str]:
    yield _("Work funds")
    rows = [[_("line"), _("how"), _("yuan"), ""]]
    for line in lines:
        how = _("lump sum")
        if line.headcount is not None:
            how = _("{heads} persons × {unit} = {product}").format(
                heads=f"{line.headcount:,}",
                unit=show_yuan(line.per_head or 0),
                product=show_yuan(line.uncut),
            )
            if line.cut_to:
                how = _("{how}, cut to whole {unit}").format(how=how, unit=show_yuan(line.cut_to))
        marks = [_("provisional")] if line.provisional else []
        marks += [_("assumed")] if line.assumed else []
        rows.append([str(line.label), how, show_yuan(line.amount), ", ".join(marks)])
    rows.append([_("total"), "", show_yuan(sum(line.amount for line in lines)), ""])
    yield from _indented(aligned(rows, left=2))


def _revenue_lines(revenue: Revenue) -> Iterator[str]:
    marks = [_("provisional")] if revenue.provisional else []
    marks += [_("assumed")] if revenue.assumed else []
    yield _("Enrolment: {label}, {heads} persons").format(
        label=revenue.label, heads=f"{revenue.headcount:,}"
    ) + (f" ({', '.join(marks)})" if marks else "")
    names = {"individual": _("individual"), "fiscal": _("fiscal"), "employer": _("employer")}
    rows = [_part_row(part, names[part.name]) for part in revenue.parts]
    if revenue.total is not None:
        rows.append([_("total"), "", show_yuan(revenue.total)])
    rows.append([_("collection aimed at"), "", show_yuan(revenue.collection)])
    if revenue.unexplained:
        rows.append([_("unexplained difference"), "", show_yuan(revenue.unexplained)])
    yield from _indented(aligned(rows, left=2))
    if revenue.total is None:
        yield "  " + _("cannot be computed: {base}. Give it with --base {scheme}=YUAN").format(
            base=revenue.base_label or "–", scheme=revenue.scheme
        )


def _part_row(part: Part, name: str) -> list[str]:
    unit = _("{rate} of the base") if isinstance(part.rate, Fraction) else _("{rate} yuan a head")
    rate = format_percent(part.rate) if isinstance(part.rate, Fraction) else show_yuan(part.rate)
    return [name, unit.format(rate=rate), "–" if part.fen is None else show_yuan(part.fen)]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
