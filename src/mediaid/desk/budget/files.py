"""Files that budgets are made from: claims with when each became known and its town; headcounts."""

# ruff: noqa: PLC0415 - what reads files is loaded when there is one to read
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from mediaid.batch.source import Source
    from mediaid.batch.table import Table
    from mediaid.budget.forecast.book import Book, Read
    from mediaid.budget.funding.headcounts import Headcounts
    from mediaid.packs.model import Pack

    Report = Callable[[str, float], None]

KNOWN, TOWN = "settled_on", "area"
SHOWN = 20


def _quiet(doing: str, done: float) -> None:
    """Report nothing."""


def read_book(
    paths: Sequence[Path], pack: Pack, ignore: Collection[str] = (), report: Report = _quiet
) -> Book:
    """Read claims files into one book, without the columns to `ignore`.

    `report` is told which file is read, and how much of the reading is done (0 to 1). Raises
    ClaimError at the first bad file.
    """
    from mediaid.batch.formats import need_libraries
    from mediaid.budget.forecast.book import make_book
    from mediaid.faults import visible_path

    need_libraries()
    found = []
    for at, path in enumerate(paths):
        report(_("reading {file}").format(file=visible_path(path.name)), at / len(paths))
        found.append(_read(path, pack, ignore))
    return make_book(found, pack)


def _read(path: Path, pack: Pack, ignore: Collection[str]) -> Read:
    from mediaid.batch.any_source import open_source
    from mediaid.batch.refusals import refuse_no_claims
    from mediaid.batch.table import read_table
    from mediaid.budget.forecast.book import Read
    from mediaid.claims.fields import pack_fields
    from mediaid.faults import ClaimError

    source = open_source(path)
    found = _columns(source)
    own = pack_fields(pack)
    extra = [source.headings[at] for name, at in found.items() if name not in own]
    table = read_table(source, pack, [*extra, *ignore], any_day=True)
    refuse_no_claims(table)
    if table.problems.count:
        raise ClaimError(table.problems.faults(SHOWN))
    known, towns = _known(table, found, pack), _towns(table, found)
    return Read(source.name, table.claims(), known, towns)


def _columns(source: Source) -> dict[str, int]:
    """Where the two columns stand, by name or heading, whether the pack reads them or not."""
    from mediaid.claims.headings import key
    from mediaid.packs.schema.fields import FIELDS

    found: dict[str, int] = {}
    for name in (KNOWN, TOWN):
        field = FIELDS[name]
        words = {key(word) for word in (name, field.label.zh, field.label.en, *field.aliases)}
        for at, heading in enumerate(source.headings):
            if key(heading) in words:
                found.setdefault(name, at)
    return found


def _known(table: Table, found: dict[str, int], pack: Pack) -> Any:
    """The days of settlement of the good rows; None if the file has no such column."""
    import numpy as np

    from mediaid.batch.cells import read_column
    from mediaid.batch.problems import Problem
    from mediaid.faults import ClaimError
    from mediaid.packs.schema.fields import FIELDS

    if KNOWN not in found:
        return None
    at = found[KNOWN]
    column = read_column(table.source.load([at])[str(at)], FIELDS[KNOWN], pack)
    for rows, reason in column.refused:
        table.problems.add(Problem(rows, at, reason))
    missing = np.setdiff1d(column.blank, np.flatnonzero(table.empty))
    if len(missing):
        table.problems.add(Problem(missing, at, _("is missing: fill it in")))
    if table.problems.count:
        raise ClaimError(table.problems.faults(SHOWN))
    return column.values[table.good()]


def _towns(table: Table, found: dict[str, int]) -> list[str] | None:
    """The town of each good row as text; None if the file has no such column."""
    from mediaid.batch.cells import as_text

    if TOWN not in found:
        return None
    at = found[TOWN]
    cells = as_text(table.source.load([at])[str(at)]).fill_null("").to_list()
    return [cell.strip() for cell, good in zip(cells, table.good().tolist(), strict=True) if good]


def headcounts_of(path: Path, rules: Pack) -> Headcounts:
    """Read a headcount file with the readers of claims files. Raises MediaidError, every fault."""
    from mediaid.batch.formats import need_libraries
    from mediaid.budget.funding.headcounts import read_headcounts
    from mediaid.faults import Fault, MediaidError, visible_path

    need_libraries()
    from mediaid.batch.any_source import open_source
    from mediaid.batch.source import FIRST_ROW, cell_text

    name = visible_path(path)
    fundings = list(rules.funding.values())
    if len(fundings) != 1:
        raise MediaidError(
            Fault(name, _("pack {pack} has no one funding by headcount").format(pack=rules.id))
        )
    source = open_source(path)
    frame = source.load(range(len(source.headings)))
    if source.broken:
        faults = [
            Fault(_("{file}, row {row}").format(file=name, row=row + FIRST_ROW), reason)
            for row, reason in source.broken.items()
        ]
        raise MediaidError(faults)
    rows = [[cell_text(cell) for cell in row] for row in frame.rows()]
    return read_headcounts(source.headings, rows, fundings[0], name)
