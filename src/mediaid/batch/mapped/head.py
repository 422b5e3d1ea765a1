"""The first rows of a file, above and with its headings."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import TYPE_CHECKING

from mediaid.batch.any_source import open_source
from mediaid.batch.formats import format_of, refuse_disguised
from mediaid.batch.source import reading, refuse_no_file
from mediaid.claims.headings import key
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _
from mediaid.mappings.recognise import ROWS_LOOKED_AT, Fit, fit
from mediaid.money import plain

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from mediaid.batch.source import Source
    from mediaid.mappings.files import Loaded
    from mediaid.mappings.recognise import Wanted

_HEAD = 1 << 20
_OTHER_UNIT = re.compile(r"单位\s*:?\s*(人民币)?\s*(?P<unit>[百千万亿]+元)")


def first_rows(path: Path) -> list[list[str]]:
    """The first rows of a file as text. ClaimError if it cannot be read."""
    kind = format_of(path)
    if kind == "parquet":
        return [open_source(path).headings]
    with reading(path):
        return _csv_rows(path) if kind == "csv" else _xlsx_rows(path)


def _csv_rows(path: Path) -> list[list[str]]:
    from mediaid.batch.csv_source import as_utf8  # noqa: PLC0415

    with path.open("rb") as file:
        raw = file.read(_HEAD)
        if len(raw) == _HEAD:
            # A character cut in two would be taken for a damaged file.
            raw = raw[: raw.rfind(b"\n") + 1]
    refuse_disguised(path, raw[:1000])
    text = as_utf8(raw, visible_path(path)).decode()
    try:
        return list(itertools.islice(csv.reader(io.StringIO(text, newline="")), ROWS_LOOKED_AT))
    except csv.Error as error:
        raise ClaimError(
            Fault(
                visible_path(path),
                _("cannot be read as CSV ({reason})").format(reason=visible(str(error))),
            )
        ) from error


def _xlsx_rows(path: Path) -> list[list[str]]:
    from mediaid.batch.xlsx_source import first_rows as of_workbook  # noqa: PLC0415

    return of_workbook(path, ROWS_LOOKED_AT)


def fit_of(path: Path, wanted: Wanted) -> tuple[Fit, list[list[str]]]:
    """Find the row of headings of a file and what is wanted in it; return the rows above too."""
    refuse_no_file(path)
    rows = first_rows(path)
    if not rows:
        raise ClaimError(Fault(visible_path(path), _("the file is empty")))
    found = fit(wanted, rows)
    return found, rows[: found.row + 1 - found.depth]


def open_found(path: Path, found: Fit) -> Source:
    """Open a file below its headings, which may stand in two rows. ClaimError as `open_source`."""
    source = open_source(path, found.row + 1)
    if found.depth > 1:
        source.headings = list(found.headings)
    return source


def place(path: Path, found: Fit) -> str:
    """Name the row of headings."""
    return _("{file}, row {row}").format(file=visible_path(path), row=found.row + 1)


def locate(path: Path, mapping: Loaded, ignore: Collection[str] = ()) -> Fit:
    """Find a mapping's columns in a file.

    `ignore` names further headings not to read ('*': all unknown ones). Raises ClaimError with
    all that keeps the file from being read: columns missing, unknown, or there twice.
    """
    found, above = fit_of(path, mapping.model)
    where = place(path, found)
    ignored = {key(heading) for heading in ignore}
    if not found.positions:
        message = _("no heading is one of mapping {mapping}").format(mapping=mapping.name)
        raise ClaimError(Fault(visible_path(path), message))
    faults = [
        Fault(
            where,
            _(
                "column {column} of mapping {mapping} is missing (headings: {headings}). Export it "
                "too, add its heading under columns, or list it under optional if it holds nothing"
            ).format(
                column=visible(column),
                mapping=mapping.name,
                headings=visible("、".join([column, *mapping.model.columns[column]])),
            ),
        )
        for column in found.missing
    ]
    faults += [
        Fault(
            _column(where, found, at),
            _(
                "is not known to mapping {mapping}: it may be an amount that counts. Add it under "
                "columns, list it under ignore, or leave it out with --ignore-column"
            ).format(mapping=mapping.name),
        )
        for at in found.unknown
        if "*" not in ignore and key(found.headings[at]) not in ignored
    ]
    faults += [
        Fault(
            _column(where, found, at),
            _("is a column that stands here twice: remove one of them"),
        )
        for at in found.twice
    ]
    faults += _other_units(path, above)
    if faults:
        raise ClaimError(faults)
    return found


def _other_units(path: Path, above: list[list[str]]) -> list[Fault]:
    """Faults for a note above the headings that amounts are in another unit than 元."""
    return [
        Fault(
            _("{file}, row {row}").format(file=visible_path(path), row=number),
            _("says {unit}: amounts are read in 元; convert them, and write 元").format(
                unit=said["unit"]
            ),
        )
        for number, cells in enumerate(above, 1)
        for cell in cells
        if (said := _OTHER_UNIT.search(plain(cell)))
    ]


def _column(where: str, found: Fit, at: int) -> str:
    heading = found.headings[at]
    return _("{where}, column {column}").format(
        where=where, column=visible(heading) if heading.strip() else at + 1
    )
