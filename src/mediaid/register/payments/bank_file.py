"""The file of a list for the bank: its columns, how it is written and how it is read back."""

from __future__ import annotations

import csv
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from mediaid.faults import Fault, RegisterError, why_not
from mediaid.i18n import gettext as _
from mediaid.register.database.private import create_private

if TYPE_CHECKING:
    from pathlib import Path

CASE = "case"
COLUMNS = ("payment", CASE, "payee", "account", "amount", "result", "reason", "list")
"""The bank fills in two of them, result (ok or failed) and reason; the last one says of which list
it is an answer."""

_NEEDED = {"payment", "amount", "result"}
_MARK = "'"
_MARKED = (*"=+-@", _MARK)
"""What would be a formula, or would be taken for one that is marked as text."""


def write_bank_file(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a new file that nobody else may read, and have it on the disk.

    Spreadsheets see text, never a formula. Raises RegisterError, and leaves no file then.
    """
    handle = create_private(path)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for row in rows:
                writer.writerow({name: _as_text(its) for name, its in row.items()})
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RegisterError(Fault(str(path), why_not(error))) from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def read_bank_file(path: Path) -> list[dict[str, str]]:
    """Read a list back. Raises RegisterError where it has not its columns."""
    rows = list(csv.DictReader(_text(path).splitlines()))
    if rows and not set(rows[0]) >= _NEEDED:
        raise RegisterError(
            Fault(str(path), _("has not the columns {columns}").format(columns=", ".join(COLUMNS)))
        )
    return [{name: _plain(its) for name, its in row.items() if name} for row in rows]


def _as_text(cell: str) -> str:
    """Return a cell with a mark that keeps it from being a formula, where it needs one."""
    return _MARK + cell if cell.startswith(_MARKED) else cell


def _plain(cell: str | None) -> str:
    """Return a cell without that mark."""
    text = (cell or "").strip()
    return text[1:] if text[:1] == _MARK and text[1:].startswith(_MARKED) else text


def read_case_numbers(path: Path) -> list[str]:
    """Return the cases of a file: its column `case`, such as a bank's list has, or its lines.

    Raises RegisterError where the file cannot be read or names none.
    """
    lines = [line for line in csv.reader(_text(path).splitlines()) if any(map(str.strip, line))]
    column = 0
    if lines and CASE in lines[0]:
        column = lines.pop(0).index(CASE)
    numbers = [line[column].strip() if column < len(line) else "" for line in lines]
    if not numbers or not all(numbers):
        raise RegisterError(
            Fault(str(path), _("names no case in row {row}: give a column case, or one number a "
                               "line").format(row=numbers.index("") + 2 if numbers else 1))
        )  # fmt: skip
    return numbers


def _text(path: Path) -> str:
    """Read a file as UTF-8 or, as spreadsheets here save it, GB18030."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RegisterError(Fault(str(path), why_not(error))) from None
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise RegisterError(Fault(str(path), _("is no text in UTF-8 or GB18030: save it as CSV")))
