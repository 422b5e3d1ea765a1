"""Which mapping fits a file: by its headings alone, and never settled silently.

A file may have a title, a unit of money or a date above its headings: the row of headings is the
one among the first rows in which a mapping finds most of its columns. Headings may stand in two
rows, the upper one of merged cells: 费用 over 总额 is 费用总额, or else 总额.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
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

    `row` is the row of headings, counted from 0, of `depth` rows the last; `positions` tells where
    each column of the mapping stands; `unknown` headings are neither columns nor ignored (an empty
    one is no heading); `twice` are positions of headings for a column that is there already.
    """

    mapping: Wanted
    row: int
    depth: int
    headings: tuple[str, ...]
    """Those of two rows joined."""
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
    looked_at = rows[:ROWS_LOOKED_AT]
    single = [
        _fit_row(mapping, row, [[heading] for heading in headings])
        for row, headings in enumerate(looked_at)
    ]
    double = [
        _fit_row(mapping, row, _joined(upper, lower), depth=2)
        for row, (upper, lower) in enumerate(pairwise(looked_at), 1)
    ]
    return max([*single, *double], key=lambda its: (len(its.positions), -its.depth, -its.row))


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[list[str]]:
    """What each column of two rows of headings may be called, the fullest name first.

    The text of merged cells stands in the first of them alone.
    """
    width = max(len(upper), len(lower))
    above = ""
    names = []
    for at in range(width):
        over = upper[at].strip() if at < len(upper) else ""
        under = lower[at].strip() if at < len(lower) else ""
        above = over or (above if under else "")
        names.append([above + under, under] if under else [over])
    return names


def _fit_row(mapping: Wanted, row: int, names: Sequence[Sequence[str]], depth: int = 1) -> Fit:
    """How a mapping fits one row of headings; `names` are what each column may be called."""
    known = {
        key(heading): column
        for column, others in mapping.columns.items()
        for heading in (column, *others)
    }
    ignored = {key(heading) for heading in mapping.ignore}
    positions: dict[str, int] = {}
    unknown: list[int] = []
    twice: list[int] = []
    for at, its in enumerate(names):
        keys = [key(name) for name in its]
        column = next((known[name] for name in keys if name in known), None)
        if column is not None and column in positions:
            twice.append(at)
        elif column is not None:
            positions[column] = at
        elif any(keys) and not ignored & set(keys):
            unknown.append(at)
    return Fit(
        mapping=mapping,
        row=row,
        depth=depth,
        headings=tuple(its[0] for its in names),
        positions=positions,
        missing=tuple(column for column in needed(mapping) if column not in positions),
        unknown=tuple(unknown),
        twice=tuple(twice),
    )


def recognise(mappings: Sequence[Wanted], rows: Sequence[Sequence[str]]) -> list[Fit]:
    """How the mappings fit a file, the best first; those that find nothing are left out."""
    found = [fit(mapping, rows) for mapping in mappings] if rows else []
    return sorted((f for f in found if f.positions), key=lambda f: f.score, reverse=True)
