"""Plain rows into a CSV, Parquet or XLSX file that appears whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.formats import format_of
from mediaid.batch.outputs import Outputs, refuse_paths
from mediaid.batch.result import yuan
from mediaid.batch.writers import write_table
from mediaid.i18n import language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path


def write_rows(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | int]],
    money: Collection[str] = (),
) -> None:
    """Write rows to a file; the columns `money` hold 分 and are written as 元.

    A file of that name is replaced. Raises ClaimError where it cannot be written.
    """
    kind = format_of(path)
    refuse_paths([], [path])
    schema = {name: pl.Int64 if name in money else pl.String for name in columns}
    frame = pl.DataFrame([list(row) for row in rows], schema=schema, orient="row")
    outputs = Outputs([path])
    with outputs as passing:
        write_table(
            frame.with_columns(yuan(name) for name in money),
            passing[0],
            kind,
            mark=language() == "zh",
        )
        outputs.publish()
