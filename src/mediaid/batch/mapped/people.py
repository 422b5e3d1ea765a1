"""A file of people: its cells as text, its days understood. What they mean the register decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.batch.mapped.apart import rows_apart
from mediaid.batch.mapped.cells import read_days, texts
from mediaid.batch.mapped.head import fit_of, open_found, place
from mediaid.batch.problems import WHOLE_ROW, Problem, Problems
from mediaid.claims.cells import EPOCH
from mediaid.claims.table import NO_DATE
from mediaid.faults import ClaimError, Fault
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mediaid.mappings.recognise import Wanted


@dataclass(frozen=True, eq=False)
class PeopleFile:
    """The rows of a file by column, each list as long as `rows`, which gives their numbers.

    Rows whose days or cells cannot be read are in `refused` alone.
    """

    rows: list[int]
    texts: dict[str, list[str]]
    days: dict[str, list[dt.date | None]]
    refused: list[tuple[int, str]]
    left_out: list[tuple[int, str]]
    unread: list[str]
    """Headings of columns that are not read."""


def read_people(path: Path, wanted: Wanted, person: str, days: Sequence[str]) -> PeopleFile:
    """Read a file of people; `person` is the column of their numbers, `days` those of dates.

    Raises ClaimError where the file as a whole cannot be read.
    """
    fit, _above = fit_of(path, wanted)
    faults = []
    if fit.missing:
        message = _("a file of people needs these columns: {columns}")
        faults.append(Fault(place(path, fit), message.format(columns="、".join(fit.missing))))
    faults += [
        Fault(place(path, fit), _("column {column} stands twice: remove one of them").format(
            column=fit.headings[at]))
        for at in fit.twice
    ]  # fmt: skip
    if faults:
        raise ClaimError(faults)
    source = open_found(path, fit)
    frame = source.load(sorted(fit.positions.values()))
    cells = {name: texts(frame[str(at)]) for name, at in fit.positions.items()}
    size = frame.height
    problems = Problems(source.name, source.headings, size, source.first_row)
    apart = rows_apart(source, cells[person], ())
    skipped = np.zeros(size, dtype=np.bool_)
    skipped[apart.empty] = True
    left_out = []
    for rows, reason in apart.left_out():
        skipped[rows] = True
        left_out += [(row + source.first_row, reason) for row in rows.tolist()]
    problems.skipped = skipped
    for row, reason in source.broken.items():
        problems.add_row(row, WHOLE_ROW, reason)
    found: dict[str, list[dt.date | None]] = {}
    for name in days:
        found[name] = [None] * size
        if name in cells:
            column = read_days(cells.pop(name))
            for rows, reason in column.refused:
                problems.add(Problem(rows, fit.positions[name], reason))
            found[name] = [
                None if its == NO_DATE else EPOCH + dt.timedelta(days=its)
                for its in column.values.tolist()
            ]
    good = np.flatnonzero(~(problems.bad | skipped))
    return PeopleFile(
        rows=(good + source.first_row).tolist(),
        texts={
            name: cells[name].gather(good).to_list() if name in cells else [""] * len(good)
            for name in wanted.columns
            if name not in days
        },
        days={name: [its[at] for at in good.tolist()] for name, its in found.items()},
        refused=[(row + source.first_row, reason) for row, reason in problems.by_row()],
        left_out=left_out,
        unread=[fit.headings[at] for at in fit.unknown],
    )
