"""Parquet files: typed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.source import FIRST_ROW
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class ParquetSource:
    """A Parquet file; only the columns that are needed are read."""

    def __init__(self, path: Path) -> None:
        self.name = visible_path(path)
        self.first_row = FIRST_ROW
        self.broken: dict[int, str] = {}
        self._path = path
        try:
            self.headings = list(pl.read_parquet_schema(path))
        except pl.exceptions.PolarsError as error:
            raise self._unreadable(error) from error

    def load(self, wanted: Sequence[int]) -> pl.DataFrame:
        """Return these columns in the types they have."""
        names = [self.headings[position] for position in wanted]
        try:
            frame = pl.read_parquet(self._path, columns=names, glob=False, hive_partitioning=False)
        except pl.exceptions.PolarsError as error:
            raise self._unreadable(error) from error
        return frame.select(names).rename(dict(zip(names, map(str, wanted), strict=True)))

    def _unreadable(self, error: Exception) -> ClaimError:
        reason = visible(str(error).splitlines()[0])
        return ClaimError(
            Fault(self.name, _("cannot be read as a Parquet file: {reason}").format(reason=reason))
        )
