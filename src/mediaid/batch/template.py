"""An empty workbook to be filled in: headings, lists to choose from, and what each column holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mediaid.batch.outputs import Outputs, refusing
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHEETS = ("填表说明", "可选值")
"""The sheets of a template that are not to be read: explanations, and words to choose from."""

ROWS = 10_000
"""How many rows below the headings are prepared."""

_EXPLANATION, _CHOICES = SHEETS

Holds = Literal["text", "day", "amount"]


@dataclass(frozen=True)
class TemplateColumn:
    """A column: its heading, what it holds in words, and the words it may hold, if they are few."""

    heading: str
    explained: str
    holds: Holds = "text"
    choices: Sequence[str] = ()
    needed: bool = False


def write_template(path: Path, title: str, columns: Sequence[TemplateColumn]) -> None:
    """Write a template as .xlsx. Raises ClaimError where the file cannot be written.

    Columns of text are formatted as text, so that a spreadsheet keeps every digit of a number and
    makes no date of it. The explanations stand on a second sheet, the choices on a third, which
    the lists in the cells refer to.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - needed here alone

    outputs = Outputs([path])
    with outputs as passing:
        with refusing(path):
            book = xlsxwriter.Workbook(passing[0], {"strings_to_formulas": False})
            sheet = book.add_worksheet(title)
            _explain(book, columns)
            _choices(book, columns)
            _prepare(book, sheet, columns)
            book.close()
        outputs.publish()


def _prepare(book: Any, sheet: Any, columns: Sequence[TemplateColumn]) -> None:
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "amount": book.add_format({"num_format": "0.00"}),
    }
    needed = book.add_format({"bold": True, "bg_color": "#FFF2CC", "border": 1})
    others = book.add_format({"bold": True, "border": 1})
    for at, column in enumerate(columns):
        width = 22 if column.holds == "text" else 14
        sheet.set_column(at, at, width, formats[column.holds])
        sheet.write_string(0, at, column.heading, needed if column.needed else others)
        if column.choices:
            sheet.data_validation(1, at, ROWS, at, _list(at, column))
    sheet.freeze_panes(1, 0)


def _list(at: int, column: TemplateColumn) -> dict[str, Any]:
    from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]  # noqa: PLC0415

    letter = xl_col_to_name(at)
    return {
        "validate": "list",
        "source": f"='{_CHOICES}'!${letter}$2:${letter}${len(column.choices) + 1}",
        # Codes may be written too, which the list does not show.
        "error_type": "warning",
        "error_title": column.heading,
        "error_message": _("not in the list: a code of the rules is understood too"),
    }


def _explain(book: Any, columns: Sequence[TemplateColumn]) -> None:
    sheet = book.add_worksheet(_EXPLANATION)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90, wrapped)
    sheet.write_row(0, 0, [_("column"), _("what it holds")], bold)
    for row, column in enumerate(columns, 1):
        sheet.write_string(row, 0, column.heading)
        words = column.explained
        if column.choices:
            words += _(": {choices}").format(choices="、".join(column.choices))
        sheet.write_string(row, 1, words)


def _choices(book: Any, columns: Sequence[TemplateColumn]) -> None:
    sheet = book.add_worksheet(_CHOICES)
    for at, column in enumerate(columns):
        if column.choices:
            sheet.write_string(0, at, column.heading)
            sheet.write_column(1, at, column.choices)
            sheet.set_column(at, at, 24)
