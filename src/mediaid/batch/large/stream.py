"""A table that comes piece by piece into one file: CSV, Parquet or XLSX."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.formats import format_of
from mediaid.batch.outputs import refusing
from mediaid.batch.writers import refuse_too_long, without_empty_text, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AHEAD = 2
"""Frames in the making at a time: one a core."""


def in_turn(count: int, make: Callable[[int], pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Make frames on both cores, and give them in their order."""
    coming: deque[Future[pl.DataFrame]] = deque()
    with ThreadPoolExecutor(AHEAD) as pool:
        try:
            for number in range(count):
                coming.append(pool.submit(make, number))
                if len(coming) >= AHEAD:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def write_stream(frames: Iterator[pl.DataFrame], passing: Path, target: Path, mark: bool) -> None:
    """Write frames of the same columns, at least one, to a new file; see `write_table`."""
    kind = format_of(target)
    with refusing(target):
        if kind == "csv":
            with passing.open("wb") as file:
                for number, frame in enumerate(frames):
                    first = number == 0
                    without_empty_text(frame).write_csv(
                        file, include_header=first, include_bom=mark and first
                    )
        elif kind == "parquet":
            _write_parquet(frames, passing)
        else:
            kept, rows = [], 0
            for frame in frames:
                rows += frame.height
                refuse_too_long(rows, kind, target)
                kept.append(frame)
            write_table(pl.concat(kept), passing, kind, mark)


def _write_parquet(frames: Iterator[pl.DataFrame], passing: Path) -> None:
    from polars.io.plugins import register_io_source  # noqa: PLC0415 - needed here alone

    first = next(frames)
    failed: list[Exception] = []
    ended = Event()

    def source(
        _columns: list[str] | None, _where: pl.Expr | None, _rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        yield first
        try:
            for frame in frames:
                if ended.is_set():
                    raise InterruptedError
                yield frame
        except Exception as error:
            failed.append(error)
            raise

    def write() -> None:
        register_io_source(source, schema=first.schema).sink_parquet(passing, maintain_order=True)

    # In a thread of its own, so that Ctrl-C finds this one waiting and not amid Polars' work.
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            writing.result()
        except pl.exceptions.PolarsError as error:
            # What the frames' making raised, not what Polars makes of it.
            if failed:
                raise failed[0] from None
            raise OSError(str(error).splitlines()[0]) from error
        except BaseException:
            ended.set()
            raise
