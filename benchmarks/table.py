"""The table of the figures with their targets, as markdown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

HOLDS: dict[str, Callable[[float, float], bool]] = {
    "≤": operator.le,
    "≥": operator.ge,
    "<": operator.lt,
}
HEADER = (
    "| measured | against | median | min | max | target | | seconds, medians |\n"
    "| --- | --- | ---: | ---: | ---: | --- | --- | --- |"
)


@dataclass(frozen=True)
class Target:
    """What the median has to be."""

    sign: str
    limit: float

    def met(self, value: float) -> bool:
        """Whether the unrounded value is on the right side."""
        return HOLDS[self.sign](value, self.limit)


@dataclass(frozen=True)
class Row:
    """One line: a ratio (or, with a unit, a figure) of every round, and what it should be."""

    measured: str
    against: str
    values: Sequence[float]
    target: Target | None
    detail: str
    unit: str = ""

    @property
    def missed(self) -> bool:
        """Whether there is a target and the median misses it."""
        return self.target is not None and not self.target.met(median(self.values))

    def markdown(self) -> str:
        """The row's cells."""
        figures = [
            shown(value, self.unit)
            for value in (median(self.values), min(self.values), max(self.values))
        ]
        target = verdict = ""
        if self.target:
            target = f"{self.target.sign} {self.target.limit:g}{self.unit}"
            verdict = "**not met**" if self.missed else "met"
        cells = (self.measured, self.against, *figures, target, verdict, self.detail)
        return "| " + " | ".join(cells) + " |"


def shown(value: float, unit: str) -> str:
    """Three significant digits, no exponent."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}{unit}"


def seconds(value: float) -> str:
    """A time for the last column."""
    if value >= 100:
        return f"{value:,.0f} s"
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.0f} ms" if value >= 0.01 else f"{value * 1e3:.2f} ms"


def render(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The whole table and the notes under it."""
    lines = [HEADER, *(row.markdown() for row in rows), "", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"
