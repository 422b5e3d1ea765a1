"""Bad rows of a large input: the first of them shown, all of them written, or counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.large.part import Part
from mediaid.batch.large.parts import read_parts
from mediaid.batch.large.spill import read_all
from mediaid.batch.refusals import SHOWN, bad_rows
from mediaid.batch.rejects import rejects_frame
from mediaid.batch.table import read_table
from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mediaid.batch.job import Job
    from mediaid.batch.large.across import Across
    from mediaid.batch.large.inputs import Input
    from mediaid.batch.large.limits import Sizes
    from mediaid.batch.large.scan import Scanned, Stretch
    from mediaid.batch.table import Table
    from mediaid.i18n import Lang

FILE = Label.model_construct(zh="拒收文件", en="reject_file")


def no_claims(its: Input) -> ClaimError:
    """The refusal of an input without claims."""
    return ClaimError(Fault(its.name, _("holds no claims: below the headings all is empty")))


@dataclass
class Refused:
    """Reads the parts that have bad rows a second time, to say what is wrong with each."""

    its: Input
    job: Job
    cut: Sizes
    scanned: Scanned
    across: Across

    def refuse(self) -> None:
        """ClaimError with the first faults if any row is bad."""
        bad = self.scanned.bad.count()
        if not bad:
            return
        faults: list[Fault] = []
        for _part, table in self._tables(everything=False):
            faults += table.problems.faults(SHOWN - len(faults))
            if len(faults) >= SHOWN:
                break
        raise ClaimError([*faults, bad_rows(self.its.name, bad, self.scanned.count)])

    def frames(self) -> Iterator[pl.DataFrame]:
        """The bad rows in full, with their file where there are several."""
        for part, table in self._tables(everything=True):
            frame = rejects_frame(table, self.job.chinese_headings)
            if self.its.several:
                lang: Lang = "zh" if self.job.chinese_headings else "en"
                name = visible(part.path.name)
                file = pl.repeat(name, frame.height, dtype=pl.String, eager=True)
                frame.insert_column(0, file.alias(FILE.in_(lang)))
            yield frame

    def _tables(self, everything: bool) -> Iterator[tuple[Part, Table]]:
        """The parts with bad rows, and the first one if `everything`: it gives the headings."""
        stretches = iter(self.scanned.stretches)
        for number, part in enumerate(read_parts(self.its, self.cut.part)):
            stretch = next(stretches, None)
            if stretch is None or part.frame.height != stretch.size:
                raise ClaimError(Fault(part.name, _("has changed while it was read")))
            if (everything and number == 0) or self._bad(stretch):
                yield part, self._table(part, stretch)

    def _bad(self, stretch: Stretch) -> bool:
        return bool(self.scanned.bad.part(stretch.start, stretch.size).any())

    def _table(self, part: Part, stretch: Stretch) -> Table:
        table = read_table(part, self.job.pack, self.job.ignore, whole=False)
        self.across.add_to(table.problems, stretch.start, stretch.size)
        return table


def related(folder: Path, pieces: int, scanned: Scanned) -> int:
    """How many bad rows belong to a person or household that has good ones."""
    names = [name for name in ("person_id", "household_id") if name in scanned.schema.columns]

    def holders(number: int) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
        for frame in read_all(folder / f"piece-{number}"):
            rows = frame["row"].to_numpy().astype(np.int64)
            yield frame.select("row", *names), pl.Series(scanned.bad.of(rows))

    bad = pl.concat(
        frame.filter(mask) for number in range(pieces) for frame, mask in holders(number)
    )
    settled = np.zeros(bad.height, dtype=np.bool_)
    wanted = {name: bad[name].unique() for name in names}
    seen: dict[str, list[pl.Series]] = {name: [] for name in names}
    for number in range(pieces):
        for frame, mask in holders(number):
            good = frame.filter(~mask)
            for name in names:
                seen[name].append(wanted[name].filter(wanted[name].is_in(good[name].implode())))
    for name in names:
        known = pl.concat(seen[name]).unique()
        settled |= (bad[name].is_in(known.implode()) & (bad[name] != "")).to_numpy()
    return int(settled.sum())
