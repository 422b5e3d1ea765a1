"""The amounts of bills: parts added up from their columns, self-paid derived."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.batch.mapped.cells import read_amounts
from mediaid.batch.problems import Problem
from mediaid.claims.selfpaid import NOT_GIVEN, derive
from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, parse_yuan, show_yuan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from mediaid.batch.mapped.apart import Apart
    from mediaid.batch.mapped.cells import Amounts
    from mediaid.claims.selfpaid import Derived, Preselfpay

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_SIZES = ("total", "in_scope", "self_paid")
"""The parts that tell how large a bill is, the surest first."""


@dataclass
class Bill:
    """The amounts of all rows. `refunds` rows give back: their amounts are not read."""

    parts: Mapping[str, Sequence[str]]
    columns: dict[str, Amounts]
    at_column: Mapping[str, int]
    refunds: Mask
    derived: Derived | None = None
    already_aided: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    problems: list[Problem] = field(default_factory=list)

    @property
    def positions(self) -> list[int]:
        """Where the columns of amounts stand."""
        return [self.at_column[name] for name in self.columns]

    def positions_of(self, part: str) -> list[int]:
        """Where the columns of one part stand; [WHOLE_ROW] if there are none."""
        return [self.at_column[n] for n in self.parts.get(part, ()) if n in self.columns] or [-1]

    @property
    def at(self) -> int:
        """The position that stands for the derivation: the column it begins with."""
        return next(
            (self.positions_of(p)[0] for p in ("in_scope", "total", "self_paid") if self._has(p)),
            -1,
        )

    @property
    def self_paid(self) -> Rows:
        """分, 0 for refunds and where it is refused. After `settle`."""
        assert self.derived is not None
        return self.derived.self_paid

    def size_of(self) -> Rows:
        """分 by which a refund and its original are alike, below zero for refunds."""
        part = self.size_part
        return self._sum(part)[0] if part else np.zeros(len(self.refunds), dtype=np.int64)

    @property
    def size_part(self) -> str:
        """The part of a bill by which `size_of` goes, "" where the file has none of them."""
        return next((part for part in _SIZES if self._has(part)), "")

    def given_back(self, rows: Rows, preselfpay: Preselfpay) -> Derived:
        """Derive what was borne of the bills that refunds give back, whose amounts they repeat."""
        stated = {}
        for part in self.parts:
            if part != "already_aided":
                fen, given = self._sum(part)
                stated[part] = np.where(given, np.abs(fen), NOT_GIVEN)[rows]
        return derive(stated, preselfpay)

    def settle(self, preselfpay: Preselfpay, skipped: Mask) -> None:
        """Derive what each bill's person bore, and note every amount that is wrong."""
        parts = {}
        wrong = np.zeros(len(self.refunds), dtype=np.bool_)
        for name, amounts in self.columns.items():
            bad = self._column_problems(name, amounts)
            wrong[bad] = True
        for part in self.parts:
            fen, given = self._sum(part)
            parts[part] = np.where(given & (fen >= 0), fen, NOT_GIVEN)
        aided = parts.pop("already_aided", np.zeros(len(self.refunds), dtype=np.int64))
        counts = ~(skipped | self.refunds | wrong)
        self.already_aided = np.where(counts, np.maximum(aided, 0), 0)
        stated = {name: np.where(counts, fen, NOT_GIVEN) for name, fen in parts.items()}
        self.derived = derive(stated, preselfpay)
        for row in np.flatnonzero(self.derived.refused & counts).tolist():
            self.problems.append(
                Problem(np.array([row], dtype=np.int64), self.at, self.derived.why(row))
            )

    def totals_differ(self, apart: Apart, first_row: int) -> list[str]:
        """What to say of a totals row that is not the sum of the rows above it."""
        found = []
        for row in apart.totals[-1:]:
            apart_rows = [*apart.totals, *apart.subtotals, *apart.notes]
            above = np.ones(len(self.refunds), dtype=np.bool_)
            above[apart_rows] = False
            above[row:] = False
            for name, amounts in self.columns.items():
                total, rows = int(amounts.fen[row]), int(amounts.fen[above].sum())
                if amounts.given[row] and total != rows:
                    found.append(
                        _(
                            "the totals in row {row} say {total} for {column}, the rows above it "
                            "add up to {rows}: is a row missing or changed?"
                        ).format(
                            row=row + first_row,
                            total=show_yuan(total),
                            column=visible(name),
                            rows=show_yuan(rows),
                        )
                    )
        return found

    def _has(self, part: str) -> bool:
        return any(name in self.columns for name in self.parts.get(part, ()))

    def _sum(self, part: str) -> tuple[Rows, Mask]:
        """分 of a part, and where any of its columns is filled in."""
        its = [self.columns[name] for name in self.parts[part] if name in self.columns]
        fen = np.zeros(len(self.refunds), dtype=np.int64)
        given = np.zeros(len(self.refunds), dtype=np.bool_)
        for amounts in its:
            fen += amounts.fen
            given |= amounts.given
        return fen, given

    def _column_problems(self, name: str, amounts: Amounts) -> Rows:
        """Note what is wrong with the cells of a column; return the rows."""
        at = self.at_column[name]
        bad = [rows for rows, _reason in amounts.refused]
        self.problems += [Problem(rows, at, reason) for rows, reason in amounts.refused]
        negative = np.flatnonzero((amounts.fen < 0) & ~self.refunds)
        for row in negative.tolist():
            try:
                parse_yuan(format_yuan(int(amounts.fen[row])))
            except ValueError as error:
                self.problems.append(Problem(np.array([row], dtype=np.int64), at, str(error)))
        return np.concatenate([negative, *bad])


def read_bill(
    parts: Mapping[str, Sequence[str]], cells: Mapping[str, pl.Series], at: Mapping[str, int]
) -> Bill:
    """Read every column of amounts that the file has."""
    names = dict.fromkeys(name for columns in parts.values() for name in columns if name in cells)
    columns = {name: read_amounts(cells[name]) for name in names}
    size = len(next(iter(cells.values())))
    return Bill(parts, columns, at, refunds=np.zeros(size, dtype=np.bool_))
