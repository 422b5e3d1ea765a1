"""XLSX workbooks, cell by cell: what a cell holds decides how it is read."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
)

from mediaid.batch.source import cell_text, number_text
from mediaid.batch.template import SHEETS
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MOST_CELLS = 100_000_000
_ERROR_CELL = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*?\bt="e"|'
    rb'<c\b[^>]*?\bt="e"[^>]*?\br="([A-Z]+)(\d+)"'
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class XlsxSource:
    """The one sheet of a workbook that has claims, its headings in the first row or a later one."""

    def __init__(self, path: Path, headings_row: int = 1) -> None:
        self.name = visible_path(path)
        self.first_row = headings_row + 1
        self.broken: dict[int, str] = {}
        sheet, rows = _sheet_and_rows(path)
        rows = rows[headings_row - 1 :]
        if not any(cell_text(cell).strip() for cell in rows[0]):
            raise _refused(path, _("row 1 is empty: the headings must stand in the first row"))
        self.headings = [cell_text(cell) for cell in rows[0]]
        self._columns = list(zip(*rows[1:], strict=True)) or [()] * len(self.headings)
        self._errors = error_cells(path, sheet)

    def load(self, wanted: Sequence[int]) -> pl.DataFrame:
        """Return these columns as text; "" where a cell is empty."""
        self._note_errors(wanted)
        return pl.DataFrame(
            {str(at): [_text(cell) for cell in self._columns[at]] for at in wanted},
            schema={str(at): pl.String for at in wanted},
        )

    def _note_errors(self, wanted: Sequence[int]) -> None:
        """Mark rows with cells such as #N/A, which the reader takes for empty ones."""
        for letters, row in self._errors:
            if row >= self.first_row and _position(letters) in wanted:
                message = _(
                    "cell {cell} holds a spreadsheet error such as #N/A or #VALUE!: correct it"
                ).format(cell=f"{letters}{row}")
                self.broken.setdefault(row - self.first_row, message)


def first_rows(path: Path, count: int) -> list[list[str]]:
    """The first rows of a workbook as text. ClaimError if it cannot be read."""
    return [[_text(cell) for cell in row] for row in _sheet_and_rows(path, count)[1]]


def _sheet_and_rows(path: Path, count: int | None = None) -> tuple[str, list[list[object]]]:
    """The name of the only sheet that is not empty, and its (first) rows."""
    try:
        sheet = _only_sheet(path, CalamineWorkbook.from_path(path))
        rows = sheet.to_python(skip_empty_area=False, nrows=count)
    except PasswordError as error:
        raise _refused(path, _("is locked by a password: save it without one")) from error
    except (CalamineError, zipfile.BadZipFile) as error:
        reason = visible(str(error))
        raise _refused(
            path, _("cannot be read as a workbook: {reason}").format(reason=reason)
        ) from error
    return sheet.name, rows  # type: ignore[return-value]


def _refused(path: Path, message: str) -> ClaimError:
    return ClaimError(Fault(visible_path(path), message))


def _only_sheet(path: Path, workbook: CalamineWorkbook) -> CalamineSheet:
    sheets = [
        workbook.get_sheet_by_name(sheet.name)
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
    filled = [s for s in sheets if s.start is not None and s.name not in SHEETS]
    if not filled:
        raise _refused(path, _("the file is empty"))
    if len(filled) > 1:
        names = "、".join(visible(sheet.name) for sheet in filled)
        raise _refused(
            path,
            _(
                "has several sheets ({names}): save the sheet with the claims as a file of its own"
            ).format(names=names),
        )
    if filled[0].total_height * filled[0].total_width > _MOST_CELLS:
        raise _refused(path, _("is too large for a workbook: save it as CSV"))
    return filled[0]


def _position(letters: str) -> int:
    """0 for column A, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: object) -> str:
    if type(cell) is str:
        return cell
    return number_text(cell, digits=15) if isinstance(cell, float) else cell_text(cell)


def error_cells(path: Path, sheet: str) -> list[tuple[str, int]]:
    """Column letters and row number of every cell of a sheet that holds an error."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return []
        found = _ERROR_CELL.findall(archive.read(part))
    return [((a or c).decode(), int(b or d)) for a, b, c, d in found]


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The file inside the workbook that holds a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    wanted = next(
        (
            e.get(_RELATION)
            for e in book.iter()
            if e.get("name") == sheet and e.tag.endswith("}sheet")
        ),
        None,
    )
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    for relation in relations:
        if wanted is not None and relation.get("Id") == wanted:
            target = relation.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None
