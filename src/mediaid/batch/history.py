"""Earlier claims of a person, from a file of any kind that batch reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.batch.formats import need_libraries
from mediaid.faults import ClaimError

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.claims.table import Claims
    from mediaid.packs.model import Pack

SHOWN = 20


def read_history(path: Path, pack: Pack) -> Claims:
    """Read a whole file of claims; ClaimError with the first faults if any row is bad.

    A file with headings alone is a history without claims.
    """
    need_libraries()
    from mediaid.batch.source import open_source  # noqa: PLC0415 - Polars, once it is known there
    from mediaid.batch.table import read_table  # noqa: PLC0415

    table = read_table(open_source(path), pack)
    faults = table.problems.faults(SHOWN)
    if faults:
        raise ClaimError(faults)
    return table.claims()
