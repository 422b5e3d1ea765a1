"""A claims file opened as what its name says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.batch.formats import format_of
from mediaid.batch.source import reading, refuse_no_file

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.batch.source import Source


def open_source(path: Path, headings_row: int = 1) -> Source:
    """Open a claims file; ClaimError if it is not there or is not what its name says.

    `headings_row` is where the headings stand (1: in the first row); what is above is not read.
    """
    kind = format_of(path)
    with reading(path):
        refuse_no_file(path)
        return _opened(path, kind, headings_row)


def _opened(path: Path, kind: str, headings_row: int) -> Source:
    if kind == "csv":
        from mediaid.batch.csv_source import CsvSource  # noqa: PLC0415 - only what is needed

        return CsvSource(path, headings_row)
    if kind == "xlsx":
        from mediaid.batch.xlsx_source import XlsxSource  # noqa: PLC0415

        return XlsxSource(path, headings_row)
    from mediaid.batch.parquet_source import ParquetSource  # noqa: PLC0415

    return ParquetSource(path)
