"""What a report holds, whatever it is written as: sheets of tables of typed cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Measure = Literal["yuan", "wan", "count"]


@dataclass(frozen=True)
class Number:
    """An amount in 分 (`yuan`), in hundredths of 万元 (`wan`), or a count.

    `moved`: rounded otherwise than to the nearest, so that rows and columns add up.
    """

    value: int
    measure: Measure = "yuan"
    moved: bool = False


@dataclass(frozen=True)
class Total:
    """The sum of the cells above it in its column, from body row `first` to `last`."""

    number: Number
    first: int
    last: int


@dataclass(frozen=True)
class Term:
    """A cell of a table (by its id; "" for the own one), added or (`sign` −1) taken away."""

    row: int
    column: int
    table: str = ""
    sign: int = 1


@dataclass(frozen=True)
class Formula:
    """A sum of other cells, of this table or another."""

    number: Number
    terms: tuple[Term, ...]


Cell = str | Number | Total | Formula | None


@dataclass(frozen=True)
class Table:
    """A table: rows and columns count from 0 below the heading. `notes` stand below it."""

    id: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, a section of a page."""

    name: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Report:
    """All of a report. `charts`: sheet's name → SVG pictures, for the page alone."""

    title: str
    subtitle: str
    sheets: tuple[Sheet, ...]
    charts: dict[str, tuple[str, ...]]


def yuan(fen: int) -> Number:
    """Return 分 as a cell in 元."""
    return Number(fen)


def count(number: int) -> Number:
    """Return a count as a cell."""
    return Number(number, "count")


def number_of(cell: Cell) -> Number | None:
    """Return what a cell comes to; None for text and empty cells."""
    return (
        cell.number
        if isinstance(cell, Total | Formula)
        else (cell if isinstance(cell, Number) else None)
    )


def numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers."""
    return any(column < len(row) and number_of(row[column]) is not None for row in table.rows)


def computed(tables: dict[str, Table], table: Table, row: int, column: int) -> int:
    """Work a cell's formula out from the cells it names, to hold against its number.

    Raises ValueError where a formula names a cell without a number.
    """
    cell = table.rows[row][column]
    if isinstance(cell, Total):
        return sum(computed(tables, table, r, column) for r in range(cell.first, cell.last + 1))
    if isinstance(cell, Formula):
        return sum(
            term.sign
            * computed(tables, tables[term.table] if term.table else table, term.row, term.column)
            for term in cell.terms
        )
    found = number_of(cell)
    if found is None:
        if cell is None:
            return 0
        raise ValueError(f"{table.id}: row {row}, column {column} has no number")
    return found.value
