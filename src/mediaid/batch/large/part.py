"""Some rows of a file, read like a whole file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.source import FIRST_ROW
from mediaid.faults import visible_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass
class Part:
    """Some rows of a file, as a `Source`; columns named by position."""

    path: Path
    file: int
    """The file's place among those of the input."""
    headings: list[str]
    frame: pl.DataFrame
    start: int
    """How many rows of the file stand before."""
    broken: dict[int, str] = field(default_factory=dict)
    end: float = 1.0
    """Which part of the file is read after this part."""
    name: str = field(init=False)
    """What messages call the file."""
    first_row: int = field(init=False)
    """The number of the first row in its file."""

    def __post_init__(self) -> None:
        self.name = visible_path(self.path)
        self.first_row = self.start + FIRST_ROW

    def load(self, wanted: Sequence[int]) -> pl.DataFrame:
        """Return the columns at these positions; those that were not read are read now."""
        names = [str(position) for position in wanted]
        lacking = [position for position in wanted if str(position) not in self.frame.columns]
        if lacking:
            more = (
                scan_columns(self.path, self.headings, lacking)
                .slice(self.start, self.frame.height)
                .collect()
            )
            self.frame = self.frame.hstack(more)
        return self.frame.select(names)


def scan_columns(path: Path, headings: Sequence[str], wanted: Sequence[int]) -> pl.LazyFrame:
    """The columns of a Parquet file at these positions, named by them; nothing is read yet."""
    names = [headings[position] for position in wanted]
    scanned = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    return scanned.select(pl.selectors.by_name(*names)).rename(
        dict(zip(names, map(str, wanted), strict=True))
    )
