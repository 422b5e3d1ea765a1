"""A report as a workbook: typed cells, live formulas with their values, the same bytes each time.

Text is always written as text: no name can become a formula or a link.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mediaid.budget.report.model import (
    Cell,
    Formula,
    Number,
    Report,
    Sheet,
    Table,
    Term,
    Total,
    number_of,
    numeric,
)
from mediaid.faults import visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence

CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - no time of day: bytes do not depend on it
FORMATS = {"yuan": "#,##0.00", "wan": "#,##0.00", "count": "#,##0"}
HEAD = {"bold": True, "bottom": 1, "bg_color": "#EDF2F7", "text_wrap": True, "valign": "top"}
LONGEST_TEXT = 32_000
WIDEST, NARROWEST = 60, 8
NAME_LENGTH = 31


@dataclass(frozen=True)
class _Place:
    """Where a table's body begins, from 0."""

    sheet: str
    row: int


def workbook(report: Report) -> bytes:
    """Return a report as the bytes of an .xlsx file."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - needed here alone

    names = sheet_names([sheet.name for sheet in report.sheets])
    places: dict[str, _Place] = {}
    for sheet, name in zip(report.sheets, names, strict=True):
        places.update(_places(sheet, name))
    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(data, options)
    book.set_properties({"title": report.title, "subject": report.subtitle, "created": CREATED})
    book.set_calc_mode("auto")
    writer = _Writer(book, places)
    for sheet, name in zip(report.sheets, names, strict=True):
        writer.sheet(sheet, name, report)
    book.close()
    return data.getvalue()


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that a workbook takes: at most 31 characters, none of []:*?/\\, each once."""
    found: list[str] = []
    for name in wanted:
        clean = re.sub(r"[\[\]:*?/\\']", " ", visible_line(name)).strip()[:NAME_LENGTH] or "–"
        number = 2
        while clean.casefold() in (its.casefold() for its in found):
            suffix = f" {number}"
            clean = clean[: NAME_LENGTH - len(suffix)] + suffix
            number += 1
        found.append(clean)
    return found


def _places(sheet: Sheet, name: str) -> Iterator[tuple[str, _Place]]:
    row = 2  # below the sheet's title and an empty row
    for table in sheet.tables:
        row += 2  # the table's title and its heading
        yield table.id, _Place(name, row)
        row += len(table.rows) + len(table.notes) + 1


class _Writer:
    """Writes sheets into one workbook, with its formats."""

    def __init__(self, book: Any, places: dict[str, _Place]) -> None:
        self._book, self._places = book, places
        self._formats: dict[tuple[Any, ...], Any] = {}

    def _format(self, **its: Any) -> Any:
        key = tuple(sorted(its.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": "Noto Sans CJK SC", **its})
        return self._formats[key]

    def sheet(self, sheet: Sheet, name: str, report: Report) -> None:
        """Write one sheet."""
        page = self._book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2)
        title = f"{report.title}　{sheet.name}"
        page.write_string(0, 0, _text(title), self._format(bold=True, font_size=14))
        widths: dict[int, int] = {}
        for table in sheet.tables:
            self._table(page, table)
            for row in (table.heads, *table.rows):
                for column, cell in enumerate(row):
                    widths[column] = max(widths.get(column, NARROWEST), _width(cell))
        for column, width in widths.items():
            page.set_column(column, column, min(width + 2, WIDEST))

    def _table(self, page: Any, table: Table) -> None:
        place = self._places[table.id]
        page.write_string(place.row - 2, 0, _text(table.title), self._format(bold=True))
        for column, text in enumerate(table.heads):
            align = "right" if numeric(table, column) else "left"
            page.write_string(place.row - 1, column, _text(text), self._format(align=align, **HEAD))
        for at, row in enumerate(table.rows):
            bold = any(isinstance(cell, Total) for cell in row)
            for column, cell in enumerate(row):
                self._cell(page, table, at, column, cell, bold)
        below = place.row + len(table.rows)
        for at, note in enumerate(table.notes):
            style = self._format(italic=True, font_color="#4A5568")
            page.write_string(below + at, 0, _text(note), style)

    def _cell(self, page: Any, table: Table, at: int, column: int, cell: Cell, bold: bool) -> None:
        row = self._places[table.id].row + at
        its: dict[str, Any] = {"bold": True, "top": 1} if bold else {}
        number = number_of(cell)
        if number is None:
            wrap = {"text_wrap": True, "valign": "top"} if _width(cell) > WIDEST else {}
            page.write_string(row, column, _text(cell or ""), self._format(**its, **wrap))  # type: ignore[arg-type]
            return
        its["num_format"] = FORMATS[number.measure]
        if number.moved:
            its |= {"italic": True, "font_color": "#B7410E"}
        value = _value(number)
        if isinstance(cell, Total | Formula):
            formula = self._formula(table, cell, column)
            page.write_formula(row, column, formula, self._format(**its), value)
        else:
            page.write_number(row, column, value, self._format(**its))

    def _formula(self, table: Table, cell: Total | Formula, column: int) -> str:
        from xlsxwriter.utility import (  # type: ignore[import-untyped]  # noqa: PLC0415
            xl_rowcol_to_cell,
        )

        place = self._places[table.id]
        places = 0 if cell.number.measure == "count" else 2
        if isinstance(cell, Total):
            first = xl_rowcol_to_cell(place.row + cell.first, column)
            last = xl_rowcol_to_cell(place.row + cell.last, column)
            return f"=ROUND(SUM({first}:{last}),{places})"

        def written(term: Term) -> str:
            its = self._places[term.table] if term.table else place
            name = xl_rowcol_to_cell(its.row + term.row, term.column)
            return name if its.sheet == place.sheet else f"'{its.sheet}'!{name}"

        terms = "".join(("+" if t.sign > 0 else "-") + written(t) for t in cell.terms)
        return f"=ROUND({terms.removeprefix('+')},{places})"


def _value(number: Number) -> Decimal:
    """The value of a cell, with its two decimals."""
    scale = Decimal(1) if number.measure == "count" else Decimal(100)
    return Decimal(number.value) / scale


def _text(text: str) -> str:
    return visible_line(text[:LONGEST_TEXT])


def _width(cell: Cell) -> int:
    number = number_of(cell)
    if number is not None:
        return len(f"{number.value:,}") + 2
    text = cell if isinstance(cell, str) else ""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
