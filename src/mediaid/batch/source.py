"""A claims file as it stands: its headings and its cells, nothing understood yet."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from mediaid.faults import ClaimError, Fault, visible_path, why_not
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl

FIRST_ROW = 2
"""The number of the first claim where the headings are row 1, as a spreadsheet shows it. Parquet
files count in the same way, so that a row keeps its number from one format to another."""


class Source(Protocol):
    """One opened file."""

    name: str
    headings: list[str]
    first_row: int
    """The number of the first row below the headings, as a spreadsheet shows it."""
    broken: dict[int, str]
    """Rows (from 0) that are no rows of this table, with the reason."""

    def load(self, wanted: Sequence[int]) -> pl.DataFrame:
        """Return the columns at these positions, each named by its position."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an OSError into a ClaimError that names the file."""
    try:
        yield
    except OSError as error:
        raise ClaimError(
            Fault(visible_path(path), _("cannot be read: {reason}").format(reason=why_not(error)))
        ) from error


def refuse_no_file(path: Path) -> None:
    """ClaimError if there is no such file, or nothing in it."""
    if not path.is_file():
        raise ClaimError(
            Fault(
                visible_path(path),
                _("is no file of claims") if path.exists() else _("does not exist"),
            )
        )
    if path.stat().st_size == 0:
        raise ClaimError(Fault(visible_path(path), _("the file is empty")))


def cell_text(value: object) -> str:
    """Text of a typed cell, as a person would have written it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return str(value)


MOST_EXACT = 1e15
"""Spreadsheets keep 15 digits: what is longer has lost some, or cannot show that it has not."""


def number_text(value: float, digits: int = 17) -> str:
    """Text of a number: 8000, 8000.1; from 10^15 on with an exponent, since digits are lost.

    `digits` is how many significant ones to trust: 17 tell every double from its neighbours, a
    spreadsheet shows and keeps 15.
    """
    if abs(value) >= MOST_EXACT:
        return f"{value:.14e}"
    if value.is_integer():
        return str(int(value))
    return repr(value) if digits >= 17 else f"{value:.{digits}g}"
