"""Lines put aside as records of one size: those of any stretch of rows are read at once.

A record holds what a line is made of, in the types of `Lines`: amounts (分), codes, and the row.
Its fields are those that the lines of its piece have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mediaid.batch.result import AMOUNTS, PAYER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from mediaid.engine.lines import Lines

CODED = ("rate", "bound_by", "provisional", "reason")
TYPES: dict[str, type[np.generic]] = {
    **dict.fromkeys(CODED, np.int32),
    "row": np.uint32,
    "benefit": np.int16,
}
"""Of all other fields: int64."""


def type_of(field: str) -> type[np.generic]:
    """The type of a field of a record."""
    return TYPES.get(field, np.int64)


def record_type(fields: Iterable[str]) -> np.dtype[np.void]:
    """The type of a record of these fields."""
    return np.dtype([(name, type_of(name)) for name in fields], align=True)


def lines_path(folder: Path, piece: int) -> Path:
    """Where the lines of a piece are put aside."""
    return folder / f"lines-{piece}"


def recorded(lines: Lines, rows: NDArray[np.int64]) -> NDArray[np.void]:
    """Lines as records; `rows` are those of their claims. `payable` only where it is not `aid`."""
    columns: dict[str, NDArray[Any]] = {
        name: getattr(lines, name)
        for name in AMOUNTS
        if not (name == "payable" and lines.payable is lines.aid)
    }
    if lines.overpaid is not None:
        columns["overpaid"] = lines.overpaid
    columns |= {f"{PAYER}{payer}": shares for payer, shares in lines.payers.items()}
    columns |= {name: getattr(lines, name) for name in CODED}
    columns |= {"row": rows, "benefit": lines.benefit}
    records = np.empty(lines.n, dtype=record_type(columns))
    for name, column in columns.items():
        records[name] = column
    return records


def read_records(path: Path, fields: Iterable[str], begin: int, end: int) -> NDArray[np.void]:
    """Read some of a piece's lines, which have these fields."""
    dtype = record_type(fields)
    return np.fromfile(path, dtype=dtype, count=end - begin, offset=begin * dtype.itemsize)
