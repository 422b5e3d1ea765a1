"""The claims table: one array a column, whole 分, days and code positions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

NO_DATE = np.iinfo(np.int32).min
"""A date that is not given."""

COUNTS, CANCELLED, REVERSAL, UNASKED = 0, 1, 2, 3
"""Values of `Claims.void`: settled; cancelled by a reversal; the reversal itself; a bill for which
nobody asks aid: it gets none and uses up no cap, but what counts bills (a deductible) counts it."""


class TextColumn(Protocol):
    """A column of text that need not be a Python list."""

    def __len__(self) -> int: ...

    def __getitem__(self, row: int, /) -> str: ...

    def take(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the texts of the rows, in their order."""

    def rank(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return each row's place (0..) in the order of the texts' UTF-8 bytes."""


class TextList:
    """A text column over a Python list, for few rows."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = list(texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, row: int, /) -> str:
        return self._texts[row]

    def take(self, rows: NDArray[np.int64]) -> list[str]:
        return [self._texts[row] for row in rows.tolist()]

    def rank(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        # Python orders text by code point, which is the order of its UTF-8 bytes.
        texts = self.take(rows)
        order = sorted(range(len(texts)), key=texts.__getitem__)
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return ranks


class TextRows:
    """Some rows of a text column, none of them copied."""

    def __init__(self, column: TextColumn, rows: NDArray[np.int64]) -> None:
        self._column = column
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int, /) -> str:
        return self._column[int(self._rows[row])]

    def take(self, rows: NDArray[np.int64]) -> list[str]:
        return self._column.take(self._rows[rows])

    def rank(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._column.rank(self._rows[rows])


@dataclass(frozen=True, eq=False)
class Claims:
    """n claims as columns, each array of length n.

    `date` is the pack's dating field in days since 1970-01-01. `person`, `household` and `visit`
    number their holders from 0 (a claim without household or visit has one of its own, shared by
    the person's other claims without household). `codes` are positions in the pack's lists, −1
    where not given; `amounts` are 分, 0 where not given; `counts` are whole numbers, −1 where not
    given; `dates` are days, NO_DATE where not given.
    """

    claim_id: TextColumn
    person_id: TextColumn
    date: NDArray[np.int32]
    person: NDArray[np.int64]
    household: NDArray[np.int64]
    visit: NDArray[np.int64]
    codes: dict[str, NDArray[np.int16]]
    amounts: dict[str, NDArray[np.int64]]
    counts: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    dates: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    void: NDArray[np.int64] | None = None
    household_id: TextColumn | None = None
    visit_id: TextColumn | None = None

    @property
    def n(self) -> int:
        return len(self.date)

    def take(self, rows: NDArray[np.int64]) -> Claims:
        """Return some of the claims as a table of their own; holders keep their numbers."""

        def texts(column: TextColumn | None) -> TextColumn | None:
            return None if column is None else TextRows(column, rows)

        return Claims(
            claim_id=TextRows(self.claim_id, rows),
            person_id=TextRows(self.person_id, rows),
            date=self.date[rows],
            person=self.person[rows],
            household=self.household[rows],
            visit=self.visit[rows],
            codes={name: column[rows] for name, column in self.codes.items()},
            amounts={name: column[rows] for name, column in self.amounts.items()},
            counts={name: column[rows] for name, column in self.counts.items()},
            dates={name: column[rows] for name, column in self.dates.items()},
            void=None if self.void is None else self.void[rows],
            household_id=texts(self.household_id),
            visit_id=texts(self.visit_id),
        )
