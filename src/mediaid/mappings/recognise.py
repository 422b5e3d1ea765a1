"""Which mapping fits a file: by its headings alone, and never settled silently.

A file may have a title, a unit of money or a date above its headings: the row of headings is the
one among the first rows in which a mapping finds most of its columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mediaid.claims.headings import key

if TYPE_CHECKING:
    from collections.abc import Mapping as Map
    from collections.abc import Sequence

ROWS_LOOKED_AT = 30


class Wanted(Protocol):
    """What is looked for in a file: a mapping is one such thing, a roster another."""

    @property
    def columns(self) -> Map[str, Sequence[str]]: ...

    @property
    def optional(self) -> Sequence[str]: ...

    @property
    def ignore(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Fit:
    """How a mapping (or what else is wanted) fits a file.

    `row` is the row of headings, counted from 0; `positions` tells where each column of the
    mapping stands; `unknown` headings are neither columns nor ignored (an empty one is no heading);
    `twice` are positions of headings for a column that is there already.
    """

    mapping: Wanted
    row: int
    headings: tuple[str, ...]
    positions: Map[str, int]
    missing: tuple[str, ...]
    unknown: tuple[int, ...]
    twice: tuple[int, ...]

    @property
    def needed(self) -> int:
        """How many columns the mapping cannot do without."""
        return len(needed(self.mapping))

    @property
    def complete(self) -> bool:
        """Whether a file can be read by it: every column there, none twice."""
        return not self.missing and not self.twice

    @property
    def exact(self) -> bool:
        """Whether every heading of the file is known as well."""
        return self.complete and not self.unknown

    @property
    def score(self) -> tuple[int, int, int]:
        """To compare by: needed columns missing (fewer is better), columns found, unknown."""
        return (-len(self.missing), len(self.positions), -len(self.unknown))


def needed(mapping: Wanted) -> list[str]:
    """The columns that a file must have."""
    return [column for column in mapping.columns if column not in mapping.optional]


def fit(mapping: Wanted, rows: Sequence[Sequence[str]]) -> Fit:
    """How a mapping fits the first rows of a file; there is at least one row."""
    return max(
        (_fit_row(mapping, row, headings) for row, headings in enumerate(rows[:ROWS_LOOKED_AT])),
        key=lambda found: (len(found.positions), -found.row),
    )


def _fit_row(mapping: Wanted, row: int, headings: Sequence[str]) -> Fit:
    known = {
        key(heading): column
        for column, others in mapping.columns.items()
        for heading in (column, *others)
    }
    ignored = {key(heading) for heading in mapping.ignore}
    positions: dict[str, int] = {}
    unknown: list[int] = []
    twice: list[int] = []
    for at, heading in enumerate(headings):
        column = known.get(key(heading))
        if column is not None and column in positions:
            twice.append(at)
        elif column is not None:
            positions[column] = at
        elif key(heading) and key(heading) not in ignored:
            unknown.append(at)
    return Fit(
        mapping=mapping,
        row=row,
        headings=tuple(headings),
        positions=positions,
        missing=tuple(column for column in needed(mapping) if column not in positions),
        unknown=tuple(unknown),
        twice=tuple(twice),
    )


def recognise(mappings: Sequence[Wanted], rows: Sequence[Sequence[str]]) -> list[Fit]:
    """How the mappings fit a file, the best first; those that find nothing are left out."""
    found = [fit(mapping, rows) for mapping in mappings] if rows else []
    return sorted((f for f in found if f.positions), key=lambda f: f.score, reverse=True)
