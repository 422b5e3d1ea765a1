"""What is wrong between rows that may stand far apart: ids that stand twice, and reversals.

Only suspects are looked at: rows whose claim id has the same hash as another's, reversals, and
rows whose claim id has the hash of one that a reversal names. They are put together as a small
table, which is checked by what checks a small file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.checks import check_repeated, check_reversals
from mediaid.batch.ids import repeated
from mediaid.batch.large.route import hashes
from mediaid.batch.large.spill import read_all, read_at
from mediaid.batch.problems import Problem, Problems
from mediaid.faults import visible

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from mediaid.batch.headings import Columns
    from mediaid.batch.large.inputs import Input
    from mediaid.batch.large.scan import Scanned

    Rows = NDArray[np.int64]


@dataclass
class Across:
    """The suspects (numbers in the input, ascending), their problems, and what is cancelled."""

    rows: Rows
    problems: list[Problem]
    """Their rows are places among the suspects."""
    void: Rows
    reversals: bool
    """Whether there are any."""

    def bad(self) -> Rows:
        """The rows that are bad for these problems."""
        if not self.problems:
            return np.empty(0, dtype=np.int64)
        places: Rows = np.unique(np.concatenate([problem.rows for problem in self.problems]))
        return self.rows[places]

    def add_to(self, problems: Problems, start: int, size: int) -> None:
        """Add what concerns `size` rows from `start` on to their problems."""
        for problem in self.problems:
            at = self.rows[problem.rows] - start
            problems.add(Problem(at[(at >= 0) & (at < size)], problem.column, problem.message))

    def void_of(self, rows: Rows) -> Rows | None:
        """What is cancelled among some rows; None if there are no reversals at all."""
        if not self.reversals:
            return None
        state = np.zeros(len(rows), dtype=np.int64)
        place = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        found = self.rows[place] == rows
        state[found] = self.void[place[found]]
        return state


class Places(Problems):
    """Problems of rows from all over an input, which are named by file where there are several."""

    def __init__(self, its: Input, scanned: Scanned, rows: Rows) -> None:
        super().__init__(its.name, scanned.headings, len(rows))
        self._its, self._scanned, self._rows = its, scanned, rows

    def number(self, row: int) -> str:
        """Return 17, or 2023-05.csv:17 among several files."""
        at = int(self._rows[row])
        stretch = self._scanned.stretches[
            int(np.searchsorted(self._scanned.starts, at, side="right")) - 1
        ]
        number = str(at - stretch.start + stretch.first)
        if not self._its.several:
            return number
        return f"{visible(self._its.files[stretch.file].name)}:{number}"


def check_across(
    its: Input, scanned: Scanned, columns: Columns, folder: Path, buckets: int
) -> Across:
    """Check what takes the whole input to know. To be called when every other bad row is known."""
    reversals = list(read_all(folder / "reversals"))
    reversal = pl.concat(reversals) if reversals else pl.DataFrame({"row": [], "reverses": []})
    named = np.unique(hashes(reversal["reverses"])) if reversals else None
    suspects = [_suspects(folder / f"ids-{number}", named) for number in range(buckets)]
    rows = np.unique(np.concatenate([*suspects, reversal["row"].cast(pl.Int64).to_numpy()])).astype(
        np.int64
    )
    problems = Places(its, scanned, rows)
    problems.bad |= scanned.bad.of(rows)
    return judge(rows, _texts(scanned, folder, rows), reversal, problems, columns)


def judge(
    rows: Rows, texts: pl.DataFrame, reversal: pl.DataFrame, problems: Problems, columns: Columns
) -> Across:
    """Check the suspects, given in ascending order with their ids and the rows that reverse."""
    check_repeated(repeated(texts["claim_id"]), columns.positions["claim_id"], problems)
    void = None
    if reversal.height:
        reverses = np.full(len(rows), "", dtype=object)
        reverses[np.searchsorted(rows, reversal["row"].to_numpy())] = reversal["reverses"].to_list()
        void = check_reversals(
            texts["claim_id"],
            texts["person_id"],
            pl.Series(reverses.tolist(), dtype=pl.String),
            columns.positions["reverses"],
            problems,
        )
    return Across(
        rows,
        problems.found,
        np.zeros(len(rows), dtype=np.int64) if void is None else void,
        reversal.height > 0,
    )


def _suspects(path: Path, named: NDArray[np.uint64] | None) -> Rows:
    """Rows of a bucket whose hash stands twice, or is that of an id which a reversal names."""
    frames = list(read_all(path))
    if not frames:
        return np.empty(0, dtype=np.int64)
    frame = pl.concat(frames)
    found, rows = frame["hash"].to_numpy(), frame["row"].to_numpy()
    order = np.sort(found)
    twice = order[1:][order[1:] == order[:-1]]
    wanted = np.unique(twice) if named is None else np.union1d(twice, named)
    if not len(wanted):
        return np.empty(0, dtype=np.int64)
    return rows[np.isin(found, wanted)].astype(np.int64)


def _texts(scanned: Scanned, folder: Path, rows: Rows) -> pl.DataFrame:
    """The ids of some rows, given in ascending order."""
    starts = scanned.starts
    ends = np.searchsorted(rows, np.append(starts[1:], np.iinfo(np.int64).max))
    found, first = [], 0
    for stretch, end in zip(scanned.stretches, ends.tolist(), strict=True):
        if end > first:
            texts = read_at(folder / "texts", stretch.texts)
            found.append(texts.select("claim_id", "person_id")[(rows[first:end] - stretch.start)])
        first = end
    if found:
        return pl.concat(found)
    return pl.DataFrame(schema={"claim_id": pl.String, "person_id": pl.String})
