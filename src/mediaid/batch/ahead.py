"""A file of claims opened and read while the rest of the program is still being loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.batch.large.choose import fits
from mediaid.batch.large.limits import usable_memory
from mediaid.batch.parquet_source import ParquetSource
from mediaid.faults import ClaimError

if TYPE_CHECKING:
    from pathlib import Path


def opened_ahead(claims: Path) -> ParquetSource | None:
    """Return a Parquet file of which all columns are being read.

    None where it is none, or too large for memory, or cannot be read, which the job will say.
    """
    try:
        if claims.suffix.lower() != ".parquet" or not claims.is_file():
            return None
        if not claims.stat().st_size or not fits(claims, usable_memory()):
            return None
        source = ParquetSource(claims)
    except (OSError, ClaimError):
        return None
    source.read_ahead()
    return source
