"""The figures a budget document publishes, kept apart from the rules and reconciled with them.

A `published:` file gives the tables as printed and single figures from the text, then says what
ought to agree with what (`relations`). It never says that it does agree: that is for arithmetic,
and `known` only explains differences that arithmetic has to find again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from mediaid.faults import Location
from mediaid.packs.budget.figures import BASE, Exact, Unit, decimals
from mediaid.packs.schema.types import Cite, Day, Id, Label, Strict

Ref = str
"""The id of a single figure, or table/row/column."""

TOTAL = "total"


class Single(Strict):
    """A figure from the text."""

    label: Label
    value: Exact
    unit: Unit
    at: Annotated[str, Field(min_length=1)]


class Table(Strict):
    """A table as printed: rows of figures in the order of `columns`.

    `foots: [rows]` says that a row is the sum of the rows one step below it (208-01 is below 208)
    and that row `total` is the sum of those above which nothing stands; `column_sums` says which
    columns add up to which.
    """

    label: Label
    at: Annotated[str, Field(min_length=1)]
    unit: Unit
    units: dict[Id, Unit] = {}
    columns: Annotated[dict[Id, Label], Field(min_length=1)]
    column_sums: dict[Id, list[Id]] = {}
    foots: list[Literal["rows"]] = []
    rows: Annotated[dict[Id, list[Exact]], Field(min_length=1)]

    def below(self, row: str) -> list[str]:
        """Return the rows that add up to a row; none if the table gives no detail."""
        if row == TOTAL:
            return [r for r in self.rows if r != TOTAL and self._above(r) is None]
        return [r for r in self.rows if self._above(r) == row]

    def _above(self, row: str) -> str | None:
        while "-" in row:
            row = row.rpartition("-")[0]
            if row in self.rows:
                return row
        return None


class Sum(Strict):
    """`whole` is the sum of `parts`, less `less`."""

    whole: Ref
    parts: Annotated[list[Ref], Field(min_length=1)]
    less: list[Ref] = []


class Product(Strict):
    """`result` is the product of `factors`; figures listed together are added first."""

    result: Ref
    factors: Annotated[list[Ref | list[Ref]], Field(min_length=2)]
    rounded: Literal["half_up", "down"] = "half_up"


class Share(Strict):
    """`percent` is `part` as a share of `of`."""

    percent: Ref
    part: Ref
    of: Ref


class Growth(Strict):
    """`percent` is `increase` as a share of `now` less `increase`."""

    percent: Ref
    now: Ref
    increase: Ref


class AtLeast(Strict):
    """`figure` is not below `floor`."""

    figure: Ref
    floor: Ref


class Same(Strict):
    """Two tables give the same figures wherever both have a row and a column."""

    tables: Annotated[list[Id], Field(min_length=2, max_length=2)]


class Need(Strict):
    """`stated` is the funding need of headcounts: gross, all payers', or some payers' part."""

    stated: Ref
    funding: Id
    on: Day
    headcounts: dict[Id, Ref]
    part: Literal["gross", "fiscal", "payers"] = "fiscal"
    payers: list[Id] = []


class Rule(Strict):
    """`stated` stands in another file of the pack as well, at `path` (see `rulefigures`)."""

    stated: Ref
    path: str
    on: Day


class Relation(Strict):
    """One thing that ought to hold, of exactly one kind."""

    note: Label | None = None
    equal: Annotated[list[Ref], Field(min_length=2, max_length=2)] | None = None
    sum: Sum | None = None
    product: Product | None = None
    share: Share | None = None
    growth: Growth | None = None
    at_least: AtLeast | None = None
    same: Same | None = None
    need: Need | None = None
    rule: Rule | None = None


class Line(Strict):
    """A line of the budget: the figure stated for it, and what it pays for.

    `change`: against the year before. `pays`: a funding's id, `aid` (benefits of persons) or
    `work-funds`; left out where nothing that the pack computes is held against the line.
    """

    code: Annotated[str, Field(pattern=r"^\d{3}(\d{2}(\d{2})?)?$")] | None = None
    label: Label
    stated: Ref
    change: Ref | None = None
    pays: Id | None = None
    note: Label | None = None


class Known(Strict):
    """A difference known when the file was written: stated less computed, in the stated unit."""

    difference: Exact
    kind: Literal["rounding", "contradiction", "unexplained"]
    note: Label


class Published(Strict):
    """A file with `published: ID`."""

    published: Id
    label: Label
    cite: Cite
    headings: dict[Id, Label] = {}
    tables: dict[Id, Table] = {}
    figures: dict[Id, Single] = {}
    relations: dict[Id, Relation] = {}
    lines: dict[Id, Line] = {}
    known: dict[str, Known] = {}

    @cached_property
    def all_figures(self) -> Mapping[Ref, Figure]:
        """Every published figure by its reference, those of the tables as table/row/column."""
        found = {
            name: Figure(name, f.label, f.value, f.unit, f.at, ("figures", name, "value"))
            for name, f in self.figures.items()
        }
        for name, table in self.tables.items():
            for figure in _cells(name, table, self.headings):
                found[figure.ref] = figure
        return found

    def plan(self) -> Iterator[Comparison]:
        """Yield everything that ought to agree: the tables' sums, then the relations."""
        for name, table in self.tables.items():
            yield from _footings(name, table)
        for name, relation in self.relations.items():
            yield from _related(name, relation, self.tables)


@dataclass(frozen=True)
class Figure:
    """A published figure; `location` is its place in the file."""

    ref: Ref
    label: Label
    value: str
    unit: Unit
    at: str
    location: Location

    @property
    def exact(self) -> Fraction:
        """The figure in the base unit: 分, 人, %."""
        return Fraction(self.value) * BASE[self.unit][1]

    @property
    def slack(self) -> Fraction:
        """How far in the base unit the figure may be off by rounding; 0 for whole 分 and 人."""
        step = Fraction(BASE[self.unit][1], 10 ** decimals(self.value))
        return step / 2 if step > 1 or self.unit == "%" else Fraction(0)


@dataclass(frozen=True)
class Comparison:
    """What ought to equal the `stated` figure, and the figures from which that is computed."""

    id: str
    stated: Ref
    relation: Sum | Product | Share | Growth | AtLeast | Need | Rule
    inputs: tuple[Ref, ...]
    location: Location


def _cells(name: str, table: Table, headings: Mapping[str, Label]) -> Iterator[Figure]:
    for row, values in table.rows.items():
        heading = headings.get(row, Label(zh=row, en=row))
        for index, (column, value) in enumerate(zip(table.columns, values, strict=False)):
            label = Label(
                zh=f"{table.label.zh}：{heading.zh}，{table.columns[column].zh}",
                en=f"{table.label.en}: {heading.en}, {table.columns[column].en}",
            )
            unit = table.units.get(column, table.unit)
            place = ("tables", name, "rows", row, index)
            yield Figure(f"{name}/{row}/{column}", label, value, unit, table.at, place)


def _footings(name: str, table: Table) -> Iterator[Comparison]:
    for row in table.rows:
        below = table.below(row) if "rows" in table.foots else []
        for column in table.columns if below else ():
            if table.units.get(column) != "%":
                ref = f"{name}/{row}/{column}"
                parts = [f"{name}/{part}/{column}" for part in below]
                yield _sum(
                    f"{ref}/rows", Sum(whole=ref, parts=parts), ("tables", name, "rows", row)
                )
        for column, added in table.column_sums.items():
            ref = f"{name}/{row}/{column}"
            parts = [f"{name}/{row}/{part}" for part in added]
            yield _sum(f"{ref}/columns", Sum(whole=ref, parts=parts), ("tables", name, "rows", row))


def _sum(name: str, relation: Sum, at: Location) -> Comparison:
    return Comparison(name, relation.whole, relation, (*relation.parts, *relation.less), at)


def _related(name: str, relation: Relation, tables: Mapping[str, Table]) -> Iterator[Comparison]:
    at: Location = ("relations", name)
    if relation.equal:
        stated, other = relation.equal
        yield _sum(name, Sum(whole=stated, parts=[other]), at)
    if relation.sum:
        yield _sum(name, relation.sum, at)
    if relation.product:
        p = relation.product
        factors = tuple(ref for f in p.factors for ref in ([f] if isinstance(f, str) else f))
        yield Comparison(name, p.result, p, factors, at)
    if relation.share:
        s = relation.share
        yield Comparison(name, s.percent, s, (s.part, s.of), at)
    if relation.growth:
        g = relation.growth
        yield Comparison(name, g.percent, g, (g.now, g.increase), at)
    if relation.at_least:
        a = relation.at_least
        yield Comparison(name, a.figure, a, (a.floor,), at)
    if relation.need:
        n = relation.need
        yield Comparison(name, n.stated, n, tuple(n.headcounts.values()), at)
    if relation.rule:
        yield Comparison(name, relation.rule.stated, relation.rule, (), at)
    if relation.same and all(table in tables for table in relation.same.tables):
        yield from _same(name, relation.same, tables, at)


def _same(name: str, same: Same, tables: Mapping[str, Table], at: Location) -> Iterator[Comparison]:
    one, two = same.tables
    for row in tables[one].rows:
        for column in tables[one].columns:
            if row in tables[two].rows and column in tables[two].columns:
                relation = Sum(whole=f"{one}/{row}/{column}", parts=[f"{two}/{row}/{column}"])
                yield _sum(f"{name}/{row}/{column}", relation, at)
