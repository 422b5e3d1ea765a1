"""The first step: every row is read, checked by itself and put aside with those of its holder.

A row has a number in the whole input. Four things are put aside: the understood values by piece
(`piece-N`), in which they are settled; ids and dates by part (`texts`), from which the lines are
put together in the order of the input; hashes of claim ids by bucket (`ids-N`), in which those
that stand twice are found; and the reversals (`reversals`).
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid.batch.cells import read_column
from mediaid.batch.headings import match
from mediaid.batch.large.marks import ALIGNED, Marks
from mediaid.batch.large.part import Part
from mediaid.batch.large.parts import read_parts
from mediaid.batch.large.route import Route, dealt, hashes, pairs_of
from mediaid.batch.large.spill import append
from mediaid.batch.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from mediaid.batch.headings import Columns
    from mediaid.batch.large.inputs import Input
    from mediaid.batch.large.limits import Sizes
    from mediaid.batch.table import Table
    from mediaid.packs.model import Pack

AHEAD = 2
"""Parts in the making at a time: one a core."""
MOST_ROWS = 2**32 - 2**20


@dataclass(frozen=True)
class Stretch:
    """A part that was read: its rows have the numbers from `start` on."""

    start: int
    size: int
    file: int
    first: int
    """The number of the first row in its file."""
    texts: int
    """Where its ids and dates are in the file of texts."""


@dataclass
class Scanned:
    """What is known of the input after it was read once."""

    headings: list[str]
    fields: list[str]
    stretches: list[Stretch]
    empty: int
    bad: Marks
    schema: pl.DataFrame
    """The columns of a piece, without rows."""

    @property
    def rows(self) -> int:
        return sum(stretch.size for stretch in self.stretches)

    @property
    def count(self) -> int:
        """How many claims there are, good or bad."""
        return self.rows - self.empty

    @property
    def starts(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([stretch.start for stretch in self.stretches], dtype=np.int64)


def columns_of(part: Part, pack: Pack, ignore: Collection[str]) -> Columns:
    """Which column is which field; ClaimError as for a small file."""
    return match(part.headings, pack, part.name, ignore)


def route_of(
    its: Input, pack: Pack, ignore: Collection[str], sizes: Sizes
) -> tuple[Route, pl.DataFrame | None]:
    """How claims are dealt to pieces; with household pools, also the pairs that decide it."""
    if not pack.by_household:
        return Route(sizes.pieces), None

    def holders() -> Iterator[tuple[pl.Series, pl.Series]]:
        for part in read_parts(its, sizes.part):
            columns = columns_of(part, pack, ignore)
            if "household_id" in columns.fields:
                persons, households = (
                    read_column(
                        part.load([columns.positions[name]]).to_series(), columns.fields[name], pack
                    ).values
                    for name in ("person_id", "household_id")
                )
                yield persons, households

    pairs = pairs_of(holders())
    return Route.of_households(sizes.pieces, pairs), pairs


@dataclass
class Scan:
    """Reads an input once."""

    its: Input
    pack: Pack
    ignore: Collection[str]
    sizes: Sizes
    route: Route
    folder: Path
    read: Callable[[int, float], None]
    """Told from time to time how many rows are read, and which part of the input."""
    _lock: Lock = field(default_factory=Lock)
    _writing: dict[str, Lock] = field(default_factory=dict)
    """A lock for each file that is written to."""

    def run(self) -> Scanned:
        """Read everything. Raises ClaimError where a file cannot be read, for its headings say."""
        found = Scanned([], [], [], 0, Marks(), pl.DataFrame())
        stretches: deque[Future[Stretch]] = deque()
        start = 0
        with ThreadPoolExecutor(AHEAD) as pool:
            try:
                for part in read_parts(self.its, self.sizes.part):
                    while len(stretches) >= AHEAD:
                        self._done(found, stretches.popleft(), part)
                    stretches.append(pool.submit(self._take, part, start, found))
                    start += -(-part.frame.height // ALIGNED) * ALIGNED
                for future in stretches:
                    self._done(found, future, None)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return found

    def _done(self, found: Scanned, future: Future[Stretch], part: Part | None) -> None:
        found.stretches.append(future.result())
        done = 1.0 if part is None else (part.file + part.end) / len(self.its.files)
        self.read(found.rows, done)

    def _take(self, part: Part, start: int, found: Scanned) -> Stretch:
        table = read_table(part, self.pack, self.ignore, whole=False)
        size = table.size
        rows = np.arange(start, start + size, dtype=np.uint32)
        texts = pl.DataFrame(
            {
                "claim_id": table.values["claim_id"],
                "person_id": table.values["person_id"],
                "date": table.values[self.pack.dating],
            }
        )
        frame = _values(table, rows)
        pieces = self.route.pieces(frame["person_id"], table.values.get("household_id"))
        if table.empty.any():
            frame, pieces = frame.filter(~table.empty), pieces[~table.empty]
        ids = pl.DataFrame({"hash": hashes(texts["claim_id"]), "row": rows})
        ids = ids.filter(texts["claim_id"] != "")
        buckets = (ids["hash"].to_numpy() >> np.uint64(40)) % np.uint64(self.sizes.buckets)
        by_piece = dealt(frame, pieces, self.route.count)
        by_bucket = dealt(ids, buckets.astype(np.int64), self.sizes.buckets)
        for number, its in by_bucket:
            self._put(f"ids-{number}", its)
        for number, its in by_piece:
            self._put(f"piece-{number}", its)
        self._put_reversals(table, rows)
        place = self._put("texts", texts)
        with self._lock:
            found.headings = part.headings
            found.fields = list(table.columns.fields)
            found.schema = frame.clear()
            found.empty += int(table.empty.sum())
            found.bad.put(start, table.problems.bad)
        return Stretch(start, size, part.file, part.first_row, place)

    def _put(self, name: str, frame: pl.DataFrame) -> int:
        return append(self.folder / name, frame, self._writing.setdefault(name, Lock()))

    def _put_reversals(self, table: Table, rows: Any) -> None:
        reverses = table.values.get("reverses")
        if reverses is None:
            return
        its = pl.DataFrame({"row": rows, "reverses": reverses}).filter(reverses != "")
        if its.height:
            self._put("reversals", its)


def _values(table: Table, rows: Any) -> pl.DataFrame:
    """The rows' values with their numbers; what a reversal names is put aside elsewhere."""
    columns = {
        name: values if isinstance(values, pl.Series) else pl.Series(values)
        for name, values in table.values.items()
        if name != "reverses"
    }
    return pl.DataFrame({"row": rows, **columns})
