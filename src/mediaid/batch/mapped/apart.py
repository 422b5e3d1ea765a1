"""Rows that are no claims: totals, notes below the table, empty ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.mapped.cells import look_at, rows_where
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from mediaid.batch.source import Source

    Rows = NDArray[np.int64]

_COUNT = r"(共?[\d,.]*[人条笔行户例张]?次?)?"
_TOTAL = re.compile(rf"(合计|总计|共计|总和|grandtotal|total){_COUNT}", re.IGNORECASE)
_SUBTOTAL = re.compile(rf"(本页(小计|合计|累计)?|小计|累计|subtotal){_COUNT}", re.IGNORECASE)
_A_NOTE_HAS_AT_MOST = 4


@dataclass
class Apart:
    """Rows that are no claims. `totals` are those that add up the whole table."""

    empty: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    subtotals: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)

    def left_out(self) -> list[tuple[Rows, str]]:
        """The rows to be listed, with the reason."""
        reasons = (
            (self.totals, _("totals row")),
            (self.subtotals, _("subtotals row")),
            (self.notes, _("note below the table")),
        )
        return [(np.array(rows, dtype=np.int64), reason) for rows, reason in reasons if rows]


def rows_apart(source: Source, persons: pl.Series, amounts: Collection[int]) -> Apart:
    """Find the rows without a person that are no claims.

    `persons` are the texts of the persons' numbers, `amounts` the positions of amounts. A row
    that only lacks its person stays: it is a claim with a fault.
    """
    found = Apart()
    suspects = rows_where(~persons.str.contains("[0-9]"))
    if not len(suspects):
        return found
    last = int(np.setdiff1d(np.arange(len(persons)), suspects).max(initial=-1))
    every = look_at(source, range(len(source.headings)))
    columns = [column.gather(suspects).to_list() for column in every]
    for at, row in enumerate(suspects.tolist()):
        _sort(row, [column[at] for column in columns], amounts, row > last, found)
    return found


def _sort(
    row: int, cells: Sequence[str], amounts: Collection[int], below: bool, found: Apart
) -> None:
    filled = [at for at, cell in enumerate(cells) if cell]
    words = [re.sub(r"[\s:：（）()元]", "", cells[at]) for at in filled]
    if not filled:
        found.empty.append(row)
    elif any(_TOTAL.fullmatch(word) for word in words):
        found.totals.append(row)
    elif any(_SUBTOTAL.fullmatch(word) for word in words):
        found.subtotals.append(row)
    elif below and len(filled) <= _A_NOTE_HAS_AT_MOST and not set(filled) & set(amounts):
        found.notes.append(row)
