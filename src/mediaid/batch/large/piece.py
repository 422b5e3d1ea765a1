"""One piece settled: the claims of some holders, as if there were no others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid.batch.drafts import marked
from mediaid.batch.headings import Columns
from mediaid.batch.large.closing import closing_frame
from mediaid.batch.large.part import Part
from mediaid.batch.large.records import CODED, lines_path, recorded
from mediaid.batch.large.spill import append, read_all
from mediaid.batch.large.tally import tally
from mediaid.batch.outputs import refusing
from mediaid.batch.problems import Problems
from mediaid.batch.summary import provisional_of, sums_of
from mediaid.batch.table import Table
from mediaid.engine.settle import settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.batch.large.opening import OpeningTable
    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Settled:
    """What is known of a settled piece; its lines are put aside (`lines-N`)."""

    number: int
    settled: int
    lines: int
    ends: list[int]
    """How many of its lines stand before the end of each stretch of rows."""
    texts: dict[str, list[str]]
    """What the codes of each column mean in this piece."""
    columns: list[str]
    """The fields of its records: some pieces have more payers than others."""
    sums: list[list[Any]]
    provisional: list[tuple[str, int]]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Wanted:
    """What is asked for beside the lines."""

    closing: bool = False
    tally: bool = False


def table_of(frame: pl.DataFrame, pack: Pack, bad: Any, void: Rows | None) -> Table:
    """The rows of a piece as a table whose good rows become claims."""
    from mediaid.batch.ids import numbered  # noqa: PLC0415

    values: dict[str, Any] = {
        series.name: series if series.dtype == pl.String else series.to_numpy()
        for series in frame.drop("row").iter_columns()
    }
    problems = Problems("", (), frame.height)
    problems.bad |= bad
    return Table(
        source=Part(Path(), 0, [], frame, 0),
        pack=pack,
        columns=Columns({}, {}, ()),
        size=frame.height,
        values=values,
        persons=numbered(values["person_id"]),
        problems=problems,
        empty=np.zeros(frame.height, dtype=np.bool_),
        void=void,
    )


def read_piece(path: Path, schema: pl.DataFrame) -> pl.DataFrame:
    """The rows of a piece in the order of the input."""
    frames = sorted(read_all(path), key=lambda frame: int(frame["row"][0]))
    return pl.concat([schema, *frames], rechunk=True)


def settle_piece(
    number: int,
    table: Table,
    rows: Rows,
    starts: Rows,
    folder: Path,
    wanted: Wanted,
    opening: OpeningTable | None,
) -> Settled:
    """Settle a piece whose good claims have these numbers, and put its lines aside."""
    claims = table.claims()
    settlement = settle(claims, table.pack, opening)
    lines = marked(settlement.lines, table.pack)
    if wanted.closing:
        _put(folder / f"closing-{number}", closing_frame(settlement, opening))
    if wanted.tally:
        _put(folder / f"tally-{number}", tally(lines, claims, table.pack))
    its = rows[lines.claim]
    records = recorded(lines, its)
    with refusing(folder):
        lines_path(folder, number).write_bytes(records.data)
    return Settled(
        number=number,
        settled=claims.n,
        lines=lines.n,
        ends=np.searchsorted(its, np.append(starts[1:], np.iinfo(np.int64).max)).tolist(),
        texts={name: getattr(lines, f"{name}_texts") for name in CODED},
        columns=list(records.dtype.names or ()),
        sums=[list(asdict(its).values()) for its in sums_of(lines, claims, table.pack)],
        provisional=list(provisional_of(lines)),
    )


def _put(path: Path, frame: pl.DataFrame) -> None:
    """Write a file anew: an interrupted run may have left half of one."""
    path.unlink(missing_ok=True)
    append(path, frame)
