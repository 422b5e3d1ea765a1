"""Tables into files: CSV, Parquet and XLSX."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from mediaid.faults import ClaimError, Fault, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mediaid.batch.formats import Format

XLSX_ROWS = 1_048_576
XLSX_CELL = 32_767
_ROWS_AT_A_TIME = 1000


def unwatched(part: float) -> None:
    """Tell nobody."""


def write_table(
    frame: pl.DataFrame,
    path: Path,
    kind: Format,
    mark: bool = False,
    written: Callable[[float], None] = unwatched,
) -> None:
    """Write a table to a new file; `mark`: begin a CSV file with the byte order mark.

    `written` is told from time to time which part (0 to 1) of a workbook is written: those are
    slow.

    Raises OSError where the disk refuses and ClaimError where the format cannot hold the table.
    """
    try:
        if kind == "parquet":
            frame.write_parquet(path)
        elif kind == "csv":
            # Text stays as it is, a leading = too: an id with a mark before it is another id.
            without_empty_text(frame).write_csv(path, include_bom=mark)
        else:
            _write_xlsx(frame, path, written)
    except pl.exceptions.PolarsError as error:
        raise OSError(str(error).splitlines()[0]) from error


def without_empty_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Null for "", which would be written as two quotation marks."""
    texts = pl.col(pl.String)
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep())


def refuse_too_long(rows: int, kind: Format, path: Path) -> None:
    """ClaimError if that many rows, and the headings, do not fit into the format."""
    if kind == "xlsx" and rows + 1 > XLSX_ROWS:
        raise ClaimError(
            Fault(
                visible_path(path),
                _(
                    "{rows} lines do not fit into a worksheet, which has {most} rows: write .csv "
                    "or .parquet"
                ).format(rows=f"{rows:,}", most=f"{XLSX_ROWS:,}"),
            )
        )


def _write_xlsx(frame: pl.DataFrame, path: Path, written: Callable[[float], None]) -> None:
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - needed here alone
    from xlsxwriter.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415
        XlsxWriterException,
    )

    refuse_too_long(frame.height, "xlsx", path)
    # The library leaves its own passing files behind when it is interrupted: not in this folder.
    with tempfile.TemporaryDirectory() as passing:
        # Text is text: no formula, link or number is made of what somebody typed.
        options = {
            "constant_memory": True,
            "tmpdir": passing,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        workbook = xlsxwriter.Workbook(path, options)
        sheet = workbook.add_worksheet()
        try:
            _fill(workbook, sheet, frame, written)
            workbook.close()
        except XlsxWriterException as error:
            raise OSError(str(error)) from error
        finally:
            sheet._opt_close()  # else an interrupted one keeps its passing file open


def _fill(workbook: Any, sheet: Any, frame: pl.DataFrame, written: Callable[[float], None]) -> None:
    bold = workbook.add_format({"bold": True})
    writers = [_cell_writer(workbook, sheet, dtype) for dtype in frame.dtypes]
    for at, dtype in enumerate(frame.dtypes):
        sheet.set_column(at, at, 12 if dtype.is_numeric() else 20)
    sheet.freeze_panes(1, 0)
    for at, heading in enumerate(frame.columns):
        sheet.write_string(0, at, heading, bold)
    for row, cells in enumerate(frame.iter_rows(), 1):
        for at, cell in enumerate(cells):
            if cell is not None and cell != "":
                writers[at](row, at, cell)
        if row % _ROWS_AT_A_TIME == 0:
            written(row / frame.height)


def _cell_writer(workbook: Any, sheet: Any, dtype: pl.DataType) -> Callable[[int, int, Any], None]:
    money = workbook.add_format({"num_format": "0.00"})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})

    def text(row: int, at: int, cell: object) -> None:
        shown = str(cell)
        if len(shown) > XLSX_CELL:
            raise ClaimError(
                _("a cell in row {row} is too long for a workbook: write .csv").format(row=row + 1)
            )
        sheet.write_string(row, at, shown)

    def amount(row: int, at: int, cell: Decimal) -> None:
        sheet.write_number(row, at, cell, money)

    def date(row: int, at: int, cell: dt.date) -> None:
        sheet.write_datetime(row, at, cell, day)

    def whole(row: int, at: int, cell: int) -> None:
        sheet.write_number(row, at, cell)

    if isinstance(dtype, pl.Decimal):
        return amount
    if dtype == pl.Date:
        return date
    return whole if dtype == pl.Int64 else text
