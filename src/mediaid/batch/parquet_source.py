"""Parquet files: typed columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.source import FIRST_ROW
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path


class ParquetSource:
    """A Parquet file; only the columns that are needed are read."""

    def __init__(self, path: Path) -> None:
        self.name = visible_path(path)
        self.first_row = FIRST_ROW
        self.broken: dict[int, str] = {}
        self._path = path
        self._ahead: Future[pl.DataFrame] | None = None
        try:
            self.headings = list(pl.read_parquet_schema(path))
        except pl.exceptions.PolarsError as error:
            raise self._unreadable(error) from error

    def read_ahead(self) -> None:
        """Begin to read all columns, in threads of their own, for `load` to wait for."""
        pool = ThreadPoolExecutor(1)
        self._ahead = pool.submit(self._read, self.headings)
        pool.shutdown(wait=False)

    def load(self, wanted: Sequence[int]) -> pl.DataFrame:
        """Return these columns in the types they have."""
        names = [self.headings[position] for position in wanted]
        ahead, self._ahead = self._ahead, None
        try:
            frame = self._read(names) if ahead is None else ahead.result()
        except pl.exceptions.PolarsError as error:
            raise self._unreadable(error) from error
        return frame.select(names).rename(dict(zip(names, map(str, wanted), strict=True)))

    def _read(self, names: list[str]) -> pl.DataFrame:
        return pl.read_parquet(self._path, columns=names, glob=False, hive_partitioning=False)

    def _unreadable(self, error: Exception) -> ClaimError:
        reason = visible(str(error).splitlines()[0])
        return ClaimError(
            Fault(self.name, _("cannot be read as a Parquet file: {reason}").format(reason=reason))
        )
