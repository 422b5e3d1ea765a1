"""What came of taking rows in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Watch = Callable[[str, float], None]
"""Told what is being done, and which part of it was done before (0 to 1). Raises Cancelled to have
everything stop with nothing kept."""


class Cancelled(Exception):
    """Raised by who watches: nothing more is to be done, and nothing kept."""


def unwatched(doing: str, done: float) -> None:
    """Watch nothing."""


@dataclass(frozen=True, order=True)
class Refused:
    """A row that cannot be taken in, and why."""

    row: int
    reason: str


@dataclass
class Report:
    """Counts of rows, and every row refused. Nothing may be kept where any was.

    `reversed_bills` of the register count no longer; `left_out` rows are no bills or not meant.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    reversed_bills: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left_out: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What the reader of the file should know of it."""

    @property
    def reversed(self) -> int:
        """How many bills of the register count no longer."""
        return len(self.reversed_bills)

    @property
    def changes(self) -> bool:
        """Whether taking the rows in changes anything."""
        return bool(self.new or self.changed or self.reversed)

    def refuse(self, row: int, reason: object) -> None:
        """Note a refused row."""
        self.refused.append(Refused(row, str(reason)))

    def leave_out(self, row: int, reason: str) -> None:
        """Note a row that is not taken in, though nothing is wrong with it."""
        self.left_out.append(Refused(row, reason))
