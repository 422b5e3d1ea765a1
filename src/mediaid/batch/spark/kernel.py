"""What runs inside Spark's tasks: rows understood, rows refused, claims of some holders settled.

Nothing here knows Spark: Arrow tables come and go. A worker needs numpy, polars, pyarrow and
pydantic; this package and the rules come with the job.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid import i18n
from mediaid.batch.cells import MISSING, TYPES
from mediaid.batch.drafts import marked
from mediaid.batch.large.part import Part
from mediaid.batch.large.piece import table_of
from mediaid.batch.large.tally import tally
from mediaid.batch.rejects import rejects_frame
from mediaid.batch.result import result_frame
from mediaid.batch.source import FIRST_ROW
from mediaid.batch.summary import provisional_of, sums_of
from mediaid.batch.table import read_table
from mediaid.claims.table import COUNTS
from mediaid.engine.settle import settle
from mediaid.faults import visible
from mediaid.packs.folder.cache import as_texts, from_texts
from mediaid.packs.model import Pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from mediaid.batch.large.across import Across
    from mediaid.batch.table import Table
    from mediaid.claims.fields import Field

FILE_SHIFT = 40
"""A row's number: the place of its file among all, and behind that its place in the file."""
ROW, FAULTS, EMPTY, VOID, PART = "_row", "_faults", "_empty", "_void", "_part"
LINE, SUMS = 0, 1
"""Values of PART: a line of the result; what a bucket came to, as JSON in the column of reasons."""
BAD = -1
"""In VOID: a row that only the whole input shows to be bad."""


@dataclass(frozen=True)
class Task:
    """What a worker has to know, all of it text or numbers."""

    pack: tuple[tuple[str, Any], ...]
    language: i18n.Lang
    files: tuple[str, ...]
    headings: tuple[str, ...]
    ignore: tuple[str, ...]
    fields: tuple[str, ...]
    overpaid: bool
    payers: tuple[str, ...]
    chinese: bool

    def begin(self) -> Pack:
        """Speak the language of the driver, and return the rules."""
        i18n.choose(self.language)
        return _pack_of(self.pack)


def packed(pack: Pack) -> tuple[tuple[str, Any], ...]:
    """A pack as text."""
    return (
        *as_texts(pack.hash, pack.whole).items(),
        ("base", pack.base_hash),
        ("readings", tuple(pack.readings.items())),
        ("overlay", pack.overlay),
        ("draft", pack.draft),
    )


@lru_cache(maxsize=2)
def _pack_of(texts: tuple[tuple[str, Any], ...]) -> Pack:
    its = dict(texts)
    kept = from_texts(its)
    return Pack(
        kept.rules,
        kept.hash,
        its["base"],
        dict(its["readings"]),
        its["overlay"],
        its["draft"],
        kept.whole,
    )


# --- reading --------------------------------------------------------------------------------------


def understood(task: Task, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows as they stand in the files → their values, and what is wrong with each by itself."""
    pack = task.begin()
    for part, start in _parts(task, batches):
        table = read_table(part, pack, task.ignore, whole=False)
        faults: list[str | None] = [None] * table.size
        for row, its in _by_row(table).items():
            faults[row] = json.dumps(its, ensure_ascii=False)
        columns = {
            ROW: pl.Series(np.arange(start, start + table.size)),
            FAULTS: pl.Series(faults, dtype=pl.String),
            EMPTY: pl.Series(table.empty),
        }
        for name in task.fields:
            values = table.values[name]
            columns[name] = values if isinstance(values, pl.Series) else pl.Series(values)
        yield from _batches(pl.DataFrame(columns))


def _by_row(table: Table) -> dict[int, list[tuple[int, str]]]:
    """Column and message of everything that is wrong with a row, in the order of a message."""
    found: dict[int, list[tuple[int, str]]] = {}
    for problem in sorted(table.problems.found, key=lambda problem: problem.column):
        for row in problem.rows.tolist():
            found.setdefault(row, []).append((problem.column, problem.message))
    return found


def refused(
    task: Task, across: Across, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Rows as they stand in the files → the bad ones in full, each with its reasons."""
    pack = task.begin()
    for part, start in _parts(task, batches):
        table = read_table(part, pack, task.ignore, whole=False)
        across.add_to(table.problems, start, table.size)
        if table.problems.count:
            frame = rejects_frame(table, task.chinese)
            frame = frame.with_columns(pl.col(frame.columns[0]).cast(pl.Int64))
            file = pl.repeat(visible(part.path.name), frame.height, dtype=pl.String, eager=True)
            yield from _batches(frame.insert_column(0, file.alias("_file")))


def _parts(task: Task, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Part, int]]:
    """Stretches of rows of one file, as they come; the last two columns say where they stand."""
    place = {name: at for at, name in enumerate(task.files)}
    for batch in batches:
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        if frame.is_empty():
            continue
        file, index = frame.columns[-2:]
        frame = frame.with_columns(
            pl.col(file).replace_strict(place, return_dtype=pl.Int64).alias(file)
        )
        where = (frame[file].to_numpy() << FILE_SHIFT) + frame[index].to_numpy()
        breaks = np.flatnonzero(np.diff(where) != 1) + 1
        cells = frame.drop(file, index)
        cells.columns = [str(at) for at in range(cells.width)]
        for begin, end in zip([0, *breaks.tolist()], [*breaks.tolist(), len(where)], strict=True):
            start = int(where[begin])
            name = task.files[start >> FILE_SHIFT]
            yield (
                Part(
                    Path(name),
                    start >> FILE_SHIFT,
                    list(task.headings),
                    cells.slice(begin, end - begin),
                    start & ((1 << FILE_SHIFT) - 1),
                ),
                start,
            )


def row_number(row: int) -> int:
    """The number of a row in its file, as messages name it."""
    return (row & ((1 << FILE_SHIFT) - 1)) + FIRST_ROW


# --- settling -------------------------------------------------------------------------------------


def settled(task: Task, table: pa.Table) -> pa.Table:
    """All good claims of some holders → their lines, and a last row with what they came to."""
    pack = task.begin()
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    frame = frame.sort(ROW).rename({ROW: "row"})
    void = frame[VOID].fill_null(COUNTS).to_numpy().astype(np.int64)
    claims = table_of(
        frame.select("row", *task.fields).drop("reverses", strict=False),
        pack,
        np.zeros(frame.height, dtype=np.bool_),
        void if void.any() else None,
    ).claims()
    lines = marked(settle(claims, pack).lines, pack)
    result = result_frame(lines, claims, task.overpaid)
    missing = [f"payer_{payer}" for payer in task.payers if payer not in lines.payers]
    result = result.with_columns(
        pl.zeros(lines.n, pl.Decimal(18, 2), eager=True).alias(name) for name in missing
    ).select(line_names(task))
    totals = tally(lines, claims, pack)
    sums = {
        "settled": claims.n,
        "lines": lines.n,
        "sums": [list(asdict(its).values()) for its in sums_of(lines, claims, pack)],
        "provisional": provisional_of(lines),
        "tally": totals.to_dict(as_series=False),
    }
    last = pl.DataFrame({"reason": [json.dumps(sums, ensure_ascii=False)]}).with_columns(
        pl.lit(SUMS, dtype=pl.Int32).alias(PART)
    )
    result = result.with_columns(pl.lit(LINE, dtype=pl.Int32).alias(PART))
    whole = pl.concat([result, last], how="diagonal")
    return _arrow(whole)


def line_names(task: Task) -> list[str]:
    """The columns of the lines, in their order."""
    from mediaid.engine.lines import COLUMNS  # noqa: PLC0415 - needed here alone

    more = ["overpaid"] if task.overpaid else []
    return [*COLUMNS, *more, *(f"payer_{payer}" for payer in task.payers)]


def spark_type(field: Field) -> str:
    """The type of an understood value in Spark's words."""
    if field.kind not in TYPES:
        return "string"
    types: dict[Any, str] = {np.int64: "bigint", np.int16: "smallint", np.int32: "int"}
    assert field.kind in MISSING
    return types[TYPES[field.kind]]


def _batches(frame: pl.DataFrame) -> Iterator[pa.RecordBatch]:
    yield from _arrow(frame).to_batches()


def _arrow(frame: pl.DataFrame) -> pa.Table:
    """As Arrow, with the plain types that Spark knows."""
    import pyarrow as pa  # noqa: PLC0415 - the rest of the package does without

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = [
        pa.field(its.name, pa.string() if pa.types.is_large_string(its.type) else its.type)
        for its in table.schema
    ]
    return table.cast(pa.schema(plain))
