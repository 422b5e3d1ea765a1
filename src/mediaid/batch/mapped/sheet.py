"""The columns of a mapping in one file, and what has been noted of its rows so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.mapped.cells import read_each, rows_where, texts
from mediaid.batch.problems import WHOLE_ROW, Problem
from mediaid.faults import visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mediaid.batch.source import Source
    from mediaid.mappings.files import Loaded
    from mediaid.mappings.model import FieldUse, Flag, Refunded
    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass
class Sheet:
    """A file with its columns found: `cells` are their texts by the mapping's names.

    `skipped` rows are no claims; those of them that hold something are listed in `left_out`.
    """

    source: Source
    mapping: Loaded
    pack: Pack
    at: Mapping[str, int]
    cells: Mapping[str, pl.Series]
    skipped: Mask
    left_out: list[tuple[Rows, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    kinds: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Each row's kind of document, as position in KINDS; −1 where it is a problem."""
    no_more: list[Rows] = field(default_factory=list)
    """Rows of records that count no more: invalid ones, and those refunded elsewhere."""
    refunds_of_others: dict[int, str] | None = None
    """Row → original of refunds whose original is in another file. None: such refunds are
    refused."""
    unnamed_refunds: dict[int, str] = field(default_factory=dict)
    """Row → the record of this file, "" for none, that a refund cancels as far as this file says:
    the refund names none, so the register may know of another one."""

    @property
    def size(self) -> int:
        """How many rows stand below the headings."""
        return len(self.skipped)

    def text(self, use: FieldUse) -> pl.Series:
        """The texts of a field: of several columns, in each row the first that is filled in."""
        return self.first_filled(use.column or ())

    def first_filled(self, columns: Sequence[str]) -> pl.Series:
        """In each row the first of some columns that is filled in; "" where none is."""
        here = [self.cells[name] for name in columns if name in self.cells]
        if not here:
            return pl.Series([""], dtype=pl.String).new_from_index(0, self.size)
        found = here[0]
        for other in here[1:]:
            found = found.zip_with(found != "", other)
        return found

    def where(self, use: FieldUse) -> int:
        """The position of the first column of a field that the file has."""
        here = [self.at[name] for name in use.column or () if name in self.at]
        return here[0] if here else WHOLE_ROW

    def heading(self, at: int) -> str:
        """The heading at a position, fit for a message."""
        return visible(self.source.headings[at])

    def leave_out(self, rows: Rows, reason: str) -> None:
        """Note rows that are no claims, but for those that are left out already."""
        rows = np.sort(rows[~self.skipped[rows]])
        if len(rows):
            self.skipped[rows] = True
            self.left_out.append((rows, reason))

    def refuse(self, refused: Sequence[tuple[Rows, str]], at: int) -> None:
        """Note what is wrong with the cells of a column."""
        self.problems += [Problem(rows, at, reason) for rows, reason in refused if len(rows)]

    def refuse_row(self, row: int, at: int, reason: str) -> None:
        """Note what is wrong with one row."""
        self.problems.append(Problem(np.array([row], dtype=np.int64), at, reason))

    def flag(self, flag: Flag | Refunded, name: str) -> Mask:
        """Where a flag says yes; what is neither yes nor no is a problem."""
        if flag.column is None or flag.column not in self.cells:
            return np.zeros(self.size, dtype=np.bool_)
        cells, at = self.cells[flag.column], self.at[flag.column]
        known = {**dict.fromkeys(flag.no, False), **dict.fromkeys(flag.yes, True)}

        def read(text: str) -> bool:
            if text in known:
                return known[text]
            raise ValueError(
                _(
                    "{value} is not known to mapping {mapping}: add it to yes or no under {name}"
                ).format(value=visible(text), mapping=self.mapping.name, name=name)
            )

        found = read_each(cells, read, known.get("", False))
        self.refuse(found.refused, at)
        if "" not in known:
            self.refuse([(rows_where(cells == ""), _("is missing: fill it in"))], at)
        return found.array(np.bool_)


def open_sheet(
    source: Source, at: Mapping[str, int], mapping: Loaded, pack: Pack, *, for_register: bool
) -> Sheet:
    """Read the columns of a mapping from a file; there is at least one.

    Those that the register alone keeps are not read unless it asks.
    """
    if not for_register:
        kept_alone = {name for name, uses in mapping.model.used().items() if _register_alone(uses)}
        at = {name: place for name, place in at.items() if name not in kept_alone}
    frame = source.load(sorted(set(at.values())))
    blanks = mapping.model.blank
    cells = {name: texts(frame[str(position)], blanks) for name, position in at.items()}
    return Sheet(source, mapping, pack, at, cells, np.zeros(frame.height, dtype=np.bool_))


def _register_alone(uses: Sequence[str]) -> bool:
    return all(use.startswith("register/") for use in uses)
