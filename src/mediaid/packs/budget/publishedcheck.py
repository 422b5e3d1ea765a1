"""Whether a `published:` file makes sense. Whether its figures agree is not asked here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from typing import Any

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.budget.figures import BASE
from mediaid.packs.budget.published import AtLeast, Line, Need, Published, Ref, Rule, Sum, Table
from mediaid.packs.schema.types import Label
from mediaid.packs.schema.values import Problem

KINDS = ("equal", "sum", "product", "share", "growth", "at_least", "same", "need", "rule")


def check_published(
    published: Published,
    areas: Mapping[str, Collection[str]],
    payers: Mapping[str, Collection[str]],
    rules: Callable[[dt.date], Mapping[str, tuple[Fraction, str]]] = lambda _on: {},
) -> Iterator[Problem]:
    """Yield (place in the file, what is wrong) for all that the schema alone cannot see.

    `areas` and `payers` give, for each funding of the pack, its areas and its payers; `rules` the
    figures that its other files state on a day, by path, with their base unit. Whether the
    figures agree is not asked here.
    """
    for name, table in published.tables.items():
        for place, message in _check_table(table, published.headings):
            yield ("tables", name, *place), message
    for name, relation in published.relations.items():
        if sum(getattr(relation, kind) is not None for kind in KINDS) != 1:
            yield (
                ("relations", name),
                _("a relation has exactly one of: {kinds}").format(kinds=", ".join(KINDS)),
            )
        for other in relation.same.tables if relation.same else ():
            if other not in published.tables:
                yield ("relations", name, "same"), _unknown(other, "tables", published.tables)
        if relation.need:
            yield from _check_need(relation.need, areas, payers, ("relations", name, "need"))
        if relation.rule:
            at: Location = ("relations", name, "rule")
            yield from _check_rule(relation.rule, published, rules(relation.rule.on), at)
    for name, line in published.lines.items():
        for place, message in _check_line(line, published, areas):
            yield ("lines", name, *place), message
    yield from _check_plan(published)


def _unknown(name: str, where: str, known: Collection[str]) -> str:
    return _("{name} is not among the {where}.{nearest}").format(
        name=visible(name), where=where, nearest=nearest(name, known)
    )


PAID = ("aid", "work-funds")
"""What a line can pay for, besides the pack's fundings."""


def _check_line(line: Line, published: Published, fundings: Collection[str]) -> Iterator[Problem]:
    figures = published.all_figures
    for key in ("stated", "change"):
        ref = getattr(line, key)
        if ref is None:
            continue
        if ref not in figures:
            yield (key,), _unknown(ref, "figures", figures)
        elif BASE[figures[ref].unit][0] != "分":
            yield (key,), _("{figure} is no amount of money").format(figure=ref)
    if line.pays is not None and line.pays not in (*fundings, *PAID):
        yield ("pays",), _unknown(line.pays, "fundings", [*fundings, *PAID])


def _check_table(table: Table, headings: Mapping[str, Label]) -> Iterator[Problem]:
    for row, values in table.rows.items():
        if row not in headings:
            yield ("rows", row), _unknown(row, "headings", headings)
        if len(values) != len(table.columns):
            yield (
                ("rows", row),
                _("{found} figures for {needed} columns").format(
                    found=len(values), needed=len(table.columns)
                ),
            )
    for column, parts in table.column_sums.items():
        for part in (column, *parts):
            if part not in table.columns:
                yield ("column_sums", column), _unknown(part, "columns", table.columns)
    for column in table.units:
        if column not in table.columns:
            yield ("units", column), _unknown(column, "columns", table.columns)


def _check_need(
    need: Need,
    areas: Mapping[str, Collection[str]],
    payers: Mapping[str, Collection[str]],
    at: Location,
) -> Iterator[Problem]:
    if need.funding not in areas:
        yield (*at, "funding"), _unknown(need.funding, "fundings", areas)
        return
    for area in need.headcounts:
        if area not in areas[need.funding]:
            yield (*at, "headcounts", area), _unknown(area, "areas", areas[need.funding])
    for area in areas[need.funding]:
        if area not in need.headcounts:
            yield (*at, "headcounts"), _("no headcount for area {area}").format(area=area)
    for i, payer in enumerate(need.payers):
        if payer not in payers[need.funding]:
            yield (*at, "payers", i), _unknown(payer, "payers", payers[need.funding])
    if (need.part == "payers") != bool(need.payers):
        yield at, _("part: payers and the list of payers belong together")


def _check_rule(
    rule: Rule, published: Published, known: Mapping[str, tuple[Fraction, str]], at: Location
) -> Iterator[Problem]:
    if rule.path not in known:
        yield (*at, "path"), _unknown(rule.path, _("figures of the pack's files"), known)
        return
    figure = published.all_figures.get(rule.stated)
    if figure is not None and BASE[figure.unit][0] != known[rule.path][1]:
        units = sorted({BASE[figure.unit][0], known[rule.path][1]})
        yield at, _("{units} cannot be compared").format(units=", ".join(units))


def _written(part: Any, ref: Ref, at: Location = ()) -> Iterator[Location]:
    """Find where below a relation a reference stands."""
    if part == ref:
        yield at
    items = part.items() if isinstance(part, dict) else ()
    for key, below in enumerate(part) if isinstance(part, list) else items:
        yield from _written(below, ref, (*at, key))


def _check_plan(published: Published) -> Iterator[Problem]:
    figures, ids = published.all_figures, set()
    for comparison in published.plan():
        ids.add(comparison.id)
        refs = (comparison.stated, *comparison.inputs)
        unknown = [ref for ref in refs if ref not in figures]
        if comparison.location[0] == "relations":  # a table's own sums are checked with it
            relation = published.relations[str(comparison.location[1])].model_dump()
            for ref in unknown:
                place = next(_written(relation, ref), ())
                yield (*comparison.location, *place), _unknown(ref, "figures", figures)
        if not unknown and isinstance(comparison.relation, Sum | AtLeast):
            bases = {BASE[figures[ref].unit][0] for ref in refs}
            if len(bases) > 1:
                yield (
                    comparison.location,
                    _("{units} cannot be compared").format(units=", ".join(sorted(bases))),
                )
    for name in published.known:
        if name not in ids:
            yield ("known", name), _unknown(name, "comparisons", ids)
