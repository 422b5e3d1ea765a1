"""The file of totals: a table, and in a workbook also its total and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid.batch.formats import format_of
from mediaid.batch.large.tally import table_of
from mediaid.batch.outputs import refusing
from mediaid.batch.writers import write_table
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from mediaid.i18n import Lang
    from mediaid.packs.model import Pack


def write_summary(
    total: pl.DataFrame,
    pack: Pack,
    areas: bool,
    notes: list[tuple[str, str]],
    passing: Path,
    target: Path,
    chinese: bool,
) -> None:
    """Write the totals; CSV and Parquet hold the table alone, so that its columns can be summed."""
    lang: Lang = "zh" if chinese else "en"
    frame = table_of(total, pack, areas, lang)
    with refusing(target):
        if format_of(target) != "xlsx":
            write_table(frame, passing, format_of(target), chinese)
        else:
            sums = total.select("lines", "aided", "aid", "payable").sum().row(0)
            _write_workbook(frame, sums, notes, passing)


def _write_workbook(
    frame: pl.DataFrame, sums: tuple[Any, ...], notes: list[tuple[str, str]], passing: Path
) -> None:
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - needed here alone

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(passing, options) as workbook:
        bold = workbook.add_format({"bold": True})
        money = workbook.add_format({"num_format": "#,##0.00"})
        whole = workbook.add_format({"num_format": "#,##0"})
        sheet = workbook.add_worksheet(_("totals"))
        sheet.freeze_panes(1, 0)
        texts = frame.width - len(sums)
        sheet.set_column(0, texts - 1, 24)
        sheet.set_column(texts, frame.width - 1, 20)
        for at, heading in enumerate(frame.columns):
            sheet.write_string(0, at, heading, bold)
        for row, cells in enumerate(frame.iter_rows(), 1):
            for at, cell in enumerate(cells):
                if at < texts:
                    sheet.write_string(row, at, cell)
                else:
                    sheet.write_number(row, at, cell, whole if at < texts + 2 else money)
        last = frame.height + 1
        sheet.write_string(last, 0, _("total"), bold)
        lines, aided, aid, payable = sums
        for at, (cell, form) in enumerate(
            ((lines, whole), (aided, whole), (aid / 100, money), (payable / 100, money))
        ):
            sheet.write_number(last, texts + at, cell, form)
        about = workbook.add_worksheet(_("notes"))
        about.set_column(0, 0, 20)
        about.set_column(1, 1, 90)
        for row, (name, text) in enumerate(notes):
            about.write_string(row, 0, name, bold)
            about.write_string(row, 1, text)
