"""Opening and closing pools and totals of a file that is settled in memory, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.formats import format_of
from mediaid.batch.large.closing import closing_frame
from mediaid.batch.large.opening import OpeningTable
from mediaid.batch.large.pools_file import ROWS, as_file, read_pools
from mediaid.batch.large.summary_file import write_summary
from mediaid.batch.large.tally import notes_of, summed, tally
from mediaid.batch.outputs import refusing
from mediaid.batch.writers import write_table
from mediaid.engine.settle import settle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mediaid.batch.job import Job
    from mediaid.batch.summary import Summary
    from mediaid.batch.table import Table
    from mediaid.claims.table import Claims
    from mediaid.engine.lines import Lines

_ROWS = 1_000_000


def settle_with_pools(claims: Claims, job: Job, places: Mapping[Path, Path]) -> Lines:
    """Settle claims from the job's opening pools, and write the closing ones if it asks.

    `places` gives the passing file of each output. Raises ClaimError for pools that do not fit.
    """
    opening = None
    if job.opening is not None:
        frames = list(read_pools(job.opening, job.pack, _ROWS))
        opening = OpeningTable(job.pack.hash, pl.concat([pl.DataFrame(schema=ROWS), *frames]))
    settlement = settle(claims, job.pack, opening)
    if job.closing is not None:
        frame = as_file(closing_frame(settlement, opening), job.pack)
        with refusing(job.closing):
            write_table(frame, places[job.closing], format_of(job.closing))
    return settlement.lines


def write_totals(
    lines: Lines, claims: Claims, summary: Summary, table: Table, passing: Path, job: Job
) -> None:
    """Write the job's file of totals; `passing` is its file until all are published."""
    assert job.summary is not None
    write_summary(
        summed([tally(lines, claims, job.pack)]),
        job.pack,
        "area" in table.values,
        notes_of(summary, table.source.name),
        passing,
        job.summary,
        job.chinese_headings,
    )
