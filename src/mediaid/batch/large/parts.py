"""An input as a sequence of parts of few rows, each of which is read like a whole file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.any_source import open_source
from mediaid.batch.formats import FORMATS
from mediaid.batch.large.part import Part, scan_columns
from mediaid.batch.source import reading
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from mediaid.batch.large.inputs import Input

BYTES_A_ROW = 100
"""Of a CSV file, to cut it into blocks; what a row really has makes parts larger or smaller."""


def read_parts(its: Input, rows: int, ignore: Collection[int] = ()) -> Iterator[Part]:
    """Read the input in its order, about `rows` at a time, without the columns to `ignore`.

    Each file gives at least one part, even if it has no rows. Parts are cut alike each time.
    Raises ClaimError for files that cannot be read, or have other headings than the first.
    """
    headings: list[str] | None = None
    for number, path in enumerate(its.files):
        with reading(path):
            for part in _parts_of(path, number, rows, ignore):
                if headings is None:
                    headings = part.headings
                elif part.headings != headings:
                    raise _unlike(path, its.files[0])
                yield part


def _unlike(path: Path, first: Path) -> ClaimError:
    return ClaimError(
        Fault(
            visible_path(path),
            _("has other headings than {file}: all files need the same, in the same order").format(
                file=visible(first.name)
            ),
        )
    )


def _parts_of(path: Path, number: int, rows: int, ignore: Collection[int]) -> Iterator[Part]:
    kind = FORMATS[path.suffix.lower()]
    if kind == "csv":
        from mediaid.batch.large.csv_parts import csv_parts  # noqa: PLC0415 - only what is needed

        yield from csv_parts(path, number, rows * BYTES_A_ROW, rows)
        return
    source = open_source(path)
    wanted = [at for at in range(len(source.headings)) if at not in ignore]
    if kind == "xlsx":
        frame = source.load(range(len(source.headings)))
        yield Part(path, number, source.headings, frame, 0, source.broken)
        return
    start, total = 0, max(1, rows_of_parquet(path))
    try:
        scanned = scan_columns(path, source.headings, wanted)
        for frame in scanned.collect_batches(chunk_size=rows, maintain_order=True, lazy=True):
            start += frame.height
            yield Part(
                path,
                number,
                source.headings,
                frame,
                start - frame.height,
                end=min(1.0, start / total),
            )
        if start == 0:
            yield Part(path, number, source.headings, scanned.collect(), 0)
    except pl.exceptions.PolarsError as error:
        reason = visible(str(error).splitlines()[0])
        raise ClaimError(
            Fault(
                visible_path(path),
                _("cannot be read as a Parquet file: {reason}").format(reason=reason),
            )
        ) from error


def rows_of_parquet(path: Path) -> int:
    """How many rows a Parquet file says it has."""
    return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())


def estimated_rows(its: Input) -> int:
    """About how many rows the input has."""
    total = 0
    for path in its.files:
        if not path.is_file():
            continue
        if FORMATS[path.suffix.lower()] == "parquet":
            try:
                total += rows_of_parquet(path)
            except pl.exceptions.PolarsError:
                continue  # which reading the file will report
        else:
            total += path.stat().st_size // (BYTES_A_ROW // 2) + 1
    return total
