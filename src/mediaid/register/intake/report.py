"""What came of taking rows in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Refused:
    """A row that cannot be taken in, and why."""

    row: int
    reason: str


@dataclass
class Report:
    """Counts of rows, and every row refused. Nothing may be kept where any was."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, row: int, reason: object) -> None:
        """Note a refused row."""
        self.refused.append(Refused(row, str(reason)))
