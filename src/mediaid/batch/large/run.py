"""A batch that is larger than memory, or that goes on from pools: the same result, piece by piece.

1. `scan`: every row is read and checked by itself, and put aside with those of its holder.
2. `across`: what takes the whole input to know is checked.
3. `piece`: each piece is settled by itself, two at a time.
4. `together`: the lines are put together in the order of the input, and written.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid.batch.formats import format_of
from mediaid.batch.large.across import Across, check_across
from mediaid.batch.large.inputs import Input, find_input, refuse_inside
from mediaid.batch.large.limits import sizes, usable_memory
from mediaid.batch.large.opening import deal_opening, read_opening
from mediaid.batch.large.pace import Pace
from mediaid.batch.large.parts import estimated_rows, read_parts
from mediaid.batch.large.piece import Settled, Wanted, read_piece, settle_piece, table_of
from mediaid.batch.large.pools_file import ROWS, as_file
from mediaid.batch.large.refused import Refused, no_claims, related
from mediaid.batch.large.scan import Scan, Scanned, columns_of, route_of
from mediaid.batch.large.spill import read_all
from mediaid.batch.large.stream import in_turn, write_stream
from mediaid.batch.large.summary_file import write_summary
from mediaid.batch.large.tally import notes_of, summed
from mediaid.batch.large.together import Together
from mediaid.batch.large.work import (
    clear,
    load_scanned,
    load_settled,
    save_scanned,
    save_settled,
    work_folder,
)
from mediaid.batch.outputs import Outputs, refuse_paths
from mediaid.batch.summary import Sum, Summary
from mediaid.batch.writers import refuse_too_long
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mediaid.batch.headings import Columns
    from mediaid.batch.job import Job, Report
    from mediaid.batch.large.limits import Sizes
    from mediaid.packs.model import Pack

AT_A_TIME = 2
"""Pieces settled at a time: one a core."""


def run_in_pieces(job: Job, report: Report) -> Summary:
    """Do what `mediaid.batch.run.run` does, within `job.memory` bytes."""
    for path in (*job.outputs, *job.inputs[1:]):
        format_of(path)
    its = find_input(job.claims)
    inputs = [*its.files, *job.inputs[1:]]
    refuse_paths(inputs, job.outputs)
    refuse_inside(its, job.outputs)
    outputs = Outputs(job.outputs)
    with outputs as passing, work_folder(job, inputs) as folder:
        pace = Pace(report)
        summary = _Run(job, its, folder, dict(zip(job.outputs, passing, strict=True)), pace).run()
        outputs.publish()
        report(_("done"), 1)
    return summary


@dataclass
class _Run:
    job: Job
    its: Input
    folder: Path
    passing: dict[Path, Path]
    pace: Pace

    def run(self) -> Summary:
        job = self.job
        rows = estimated_rows(self.its)
        if job.opening is not None:
            # A piece also holds its part of these, which may be many more than its claims.
            rows = max(rows, estimated_rows(Input(job.opening, (job.opening,))))
        cut = sizes(usable_memory() if job.memory is None else job.memory, rows)
        kept = load_scanned(self.folder)
        if kept is None:
            clear(self.folder)
            kept = self._read(cut)
        scanned, across, pieces, of_settled_holders = kept
        settled = self._settle(scanned, across, pieces)
        lines = sum(piece.lines for piece in settled)
        refuse_too_long(lines, format_of(job.output), job.output)
        self._write(scanned, across, settled, cut)
        bad = scanned.bad.count()
        summary = Summary(
            pack=job.pack,
            claims=scanned.count,
            settled=scanned.count - bad,
            rejected=bad,
            of_settled_holders=of_settled_holders,
            lines=lines,
            sums=sums_together([piece.sums for piece in settled], job.pack),
            provisional=_provisional(settled),
            left_out=(),
            notes=(),
        )
        self._write_others(scanned, settled, summary)
        return summary

    def _read(self, cut: Sizes) -> tuple[Scanned, Across, int, int]:
        """Read and check everything; ClaimError if bad rows stop it."""
        job = self.job
        self.pace.step(_("reading"), 0.4)
        route, pairs = route_of(self.its, job.pack, job.ignore, cut)
        if job.opening is not None:
            deal_opening(job.opening, job.pack, route, pairs, self.folder, cut.part)
        del pairs
        scanned = Scan(
            self.its,
            job.pack,
            job.ignore,
            cut,
            route,
            self.folder,
            lambda rows, part: self.pace.at(part, rows),
        ).run()
        if scanned.count == 0:
            raise no_claims(self.its)
        self.pace.step(_("checking"), 0.45)
        columns = self._columns(cut)
        across = check_across(self.its, scanned, columns, self.folder, cut.buckets)
        for number in range(cut.buckets):
            (self.folder / f"ids-{number}").unlink(missing_ok=True)
        scanned.bad.add(across.bad())
        refused = Refused(self.its, job, cut, scanned, across)
        if job.rejects is None:
            refused.refuse()
        refuse_too_long(scanned.count - scanned.bad.count(), format_of(job.output), job.output)
        of_settled = related(self.folder, cut.pieces, scanned) if scanned.bad.count() else 0
        if job.resume:
            save_scanned(self.folder, scanned, across, cut.pieces, of_settled)
        return scanned, across, cut.pieces, of_settled

    def _columns(self, cut: Sizes) -> Columns:
        part = next(iter(read_parts(self.its, cut.part)))
        return columns_of(part, self.job.pack, self.job.ignore)

    def _settle(self, scanned: Scanned, across: Across, pieces: int) -> list[Settled]:
        job, folder = self.job, self.folder
        wanted = Wanted(job.closing is not None, job.summary is not None)
        starts = scanned.starts
        self.pace.step(_("settling"), 0.75)

        def one(number: int) -> Settled:
            done = load_settled(folder, number) if job.resume else None
            if done is not None:
                return done
            path = folder / f"piece-{number}"
            frame = read_piece(path, scanned.schema)
            rows = frame["row"].to_numpy().astype(np.int64)
            bad = scanned.bad.of(rows)
            table = table_of(frame, job.pack, bad, across.void_of(rows))
            opening = None if job.opening is None else read_opening(folder, number, job.pack)
            piece = settle_piece(number, table, rows[~bad], starts, folder, wanted, opening)
            if job.resume:
                save_settled(folder, piece)
            path.unlink(missing_ok=True)
            return piece

        found: list[Settled] = []
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            try:
                for piece in pool.map(one, range(pieces)):
                    found.append(piece)
                    self.pace.at(len(found) / pieces, sum(its.settled for its in found))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return found

    def _write(
        self, scanned: Scanned, across: Across, settled: Sequence[Settled], cut: Sizes
    ) -> None:
        job = self.job
        self.pace.step(_("writing"), 1)
        together = Together(scanned, settled, job.pack, self.folder, job.chinese_headings)
        count = len(scanned.stretches)
        together.prepare()

        def make(number: int) -> pl.DataFrame:
            frame = together.result(number)
            stretch = scanned.stretches[number]
            self.pace.at((number + 1) / count * 0.9, stretch.start + stretch.size)
            return frame

        write_stream(
            in_turn(count, make), self.passing[job.output], job.output, job.chinese_headings
        )
        if job.rejects is not None:
            refused = Refused(self.its, job, cut, scanned, across)
            write_stream(
                refused.frames(), self.passing[job.rejects], job.rejects, job.chinese_headings
            )

    def _write_others(self, scanned: Scanned, settled: Sequence[Settled], summary: Summary) -> None:
        job = self.job
        if job.closing is not None:
            none = pl.DataFrame(schema=ROWS)
            frames = (
                as_file(frame, job.pack)
                for piece in [None, *settled]
                for frame in (
                    [none] if piece is None else read_all(self.folder / f"closing-{piece.number}")
                )
            )
            write_stream(frames, self.passing[job.closing], job.closing, mark=False)
        if job.summary is not None:
            parts = [
                frame
                for piece in settled
                for frame in read_all(self.folder / f"tally-{piece.number}")
            ]
            total = summed(parts)
            assert total["payable"].sum() == summary.total.payable
            write_summary(
                total,
                job.pack,
                "area" in scanned.fields,
                notes_of(summary, self.its.name),
                self.passing[job.summary],
                job.summary,
                job.chinese_headings,
            )


def sums_together(parts: Sequence[Sequence[Sequence[Any]]], pack: Pack) -> tuple[Sum, ...]:
    """The sums of all parts, in the order of the pack; last, no benefit."""
    figures: dict[tuple[str, str], np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
    for part in parts:
        for benefit, category, *its in part:
            key = benefit, category
            figures[key] = figures.get(key, 0) + np.array(its, dtype=np.int64)
    order = [
        (benefit, category)
        for benefit in [*(its.benefit for its in pack.benefits), ""]
        for category in pack.codes["category"]
    ]
    return tuple(Sum(*key, *figures[key].tolist()) for key in order if key in figures)


def _provisional(settled: Sequence[Settled]) -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    for piece in settled:
        found.update(dict(piece.provisional))
    return tuple(sorted(found.items()))
