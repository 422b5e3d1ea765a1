"""Rows of a file with what is wrong with them, as a file: nothing of the rows themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.formats import format_of
from mediaid.batch.outputs import Outputs, refuse_paths, refusing
from mediaid.batch.rejects import REASON, ROW
from mediaid.batch.writers import write_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mediaid.i18n import Lang


def write_reasons(path: Path, rows: Sequence[tuple[int, str]], source: Path, lang: Lang) -> None:
    """Write row numbers and reasons as .csv, .xlsx or .parquet; `source` is not overwritten.

    Raises ClaimError where that cannot be.
    """
    kind = format_of(path)
    refuse_paths([source], [path])
    frame = pl.DataFrame(
        {
            ROW.in_(lang): pl.Series([row for row, _reason in rows], dtype=pl.Int64),
            REASON.in_(lang): pl.Series([reason for _row, reason in rows], dtype=pl.String),
        }
    )
    outputs = Outputs([path])
    with outputs as passing:
        with refusing(path):
            write_table(frame, passing[0], kind, mark=lang == "zh")
        outputs.publish()
