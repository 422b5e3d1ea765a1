"""Everything that is wrong with the rows of a file, gathered before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mediaid.batch.source import FIRST_ROW
from mediaid.faults import Fault, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

WHOLE_ROW = -1
"""The column of a problem that belongs to none."""


@dataclass(frozen=True)
class Problem:
    """Why some rows (counted from 0) are refused, and in which column (by position)."""

    rows: Rows
    column: int
    message: str


def rows_by(numbers: Rows, size: int) -> list[Rows]:
    """For each number from 0 to size − 1 the rows that have it."""
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(1, size))
    return np.split(order, ends)


class Problems:
    """The problems of a table of `size` rows; a row with any is a bad row.

    `first_row` is the number of the first of them, `skipped` rows are no claims: nothing is noted
    of them.
    """

    def __init__(
        self, name: str, headings: Sequence[str], size: int, first_row: int = FIRST_ROW
    ) -> None:
        self.name = name
        self.first_row = first_row
        self.skipped: Mask | None = None
        self.bad: Mask = np.zeros(size, dtype=np.bool_)
        self._headings = headings
        self.found: list[Problem] = []
        """In the order in which they were found."""

    def add(self, problem: Problem) -> None:
        """Note a problem."""
        if self.skipped is not None:
            problem = replace(problem, rows=problem.rows[~self.skipped[problem.rows]])
        if len(problem.rows):
            self.found.append(problem)
            self.bad[problem.rows] = True

    def add_row(self, row: int, column: int, message: str) -> None:
        """Note a problem of a single row."""
        self.add(Problem(np.array([row], dtype=np.int64), column, message))

    def number(self, row: int) -> str:
        """Return a row's number as messages name it."""
        return str(row + self.first_row)

    @property
    def count(self) -> int:
        """How many rows are bad."""
        return int(self.bad.sum())

    def faults(self, at_most: int) -> list[Fault]:
        """The first faults in the order of the file."""
        return [
            Fault(self._where(row, problem.column), problem.message)
            for row, problem in self._in_order(at_most)
        ]

    def by_row(self) -> Iterator[tuple[int, str]]:
        """Each bad row (counted from 0) in order, with all that is wrong with it."""
        return zip(np.flatnonzero(self.bad).tolist(), self.reasons(), strict=True)

    def reasons(self) -> list[str]:
        """For every bad row in order, all that is wrong with it."""
        reasons: dict[int, list[str]] = {}
        for row, problem in self._in_order(None):
            heading = "" if problem.column == WHOLE_ROW else self._heading(problem.column) + ": "
            reasons.setdefault(row, []).append(heading + problem.message)
        return ["; ".join(reasons[row]) for row in sorted(reasons)]

    def _in_order(self, at_most: int | None) -> list[tuple[int, Problem]]:
        if not self.found:
            return []
        rows = np.concatenate([problem.rows for problem in self.found])
        which = np.repeat(np.arange(len(self.found)), [len(p.rows) for p in self.found])
        columns = np.array([problem.column for problem in self.found])[which]
        order = np.lexsort((which, columns, rows))[:at_most]
        return [(int(rows[i]), self.found[which[i]]) for i in order]

    def _heading(self, column: int) -> str:
        return visible(self._headings[column])

    def _where(self, row: int, column: int) -> str:
        if column == WHOLE_ROW:
            return _("{file}, row {row}").format(file=self.name, row=self.number(row))
        return _("{file}, row {row}, column {column}").format(
            file=self.name, row=self.number(row), column=self._heading(column)
        )
