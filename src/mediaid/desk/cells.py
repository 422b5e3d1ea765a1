"""What was typed into a field, read: in the form a claim carries it, and as it is shown."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from mediaid.amount_words import amount_in_words
from mediaid.claims.cells import (
    parse_cell,
    parse_day,
    parse_written_day,
    parse_written_yuan,
    show_day,
)
from mediaid.desk.choices import exact
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, parse_yuan, plain, show_yuan
from mediaid.packs.schema.fields import Field
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from mediaid.desk.form import FormField
    from mediaid.packs.model import Pack


def read(field: FormField, text: str, pack: Pack) -> str:
    """Return what a claim would carry: a code, 8000.00, 2023-05-01.

    Amounts may have separators and dates any usual form. Raises ValueError, which says what is
    wrong and what to do.
    """
    if field.kind == "money":
        fen = parse_written_yuan(text)
        return format_yuan(fen) if fen >= 0 else str(parse_yuan(text))
    if field.kind == "date":
        return show_day(_day(text))
    if field.kind == "code" and (choice := exact(text, field.choices)):
        return choice.code
    its = Field(field.name, Label.model_construct(zh=field.zh, en=field.en), field.kind)
    cell = parse_cell(its, text, pack)
    return list(pack.codes[field.name])[int(cell)] if field.kind == "code" else str(cell)


def _day(text: str) -> int:
    days = parse_written_day(text)
    if plain(text).isdigit() and len(plain(text)) == 5:
        return parse_day(text)  # the number of a day in a spreadsheet: nobody types that
    return days


def shown(field: FormField, text: str, pack: Pack) -> str:
    """Return a field's text as it reads best once typed; as it is where it cannot be read."""
    try:
        value = read(field, text, pack) if text.strip() else ""
    except ValueError:
        return text
    if field.kind == "money" and value:
        return show_yuan(parse_yuan(value))
    if field.kind == "code":
        return next((c.label for c in field.choices if c.code == value), value)
    return value


def in_words(text: str) -> str:
    """Return an amount that is being typed in words (大写), or nothing where it is none."""
    try:
        return amount_in_words(max(parse_written_yuan(text), 0))
    except ValueError:
        return ""


def today() -> dt.date:
    """Return the office's own calendar day."""
    return dt.datetime.now().astimezone().date()


def future(text: str) -> str:
    """Return what to look at where a date lies ahead, else nothing."""
    try:
        days = parse_written_day(text)
    except ValueError:
        return ""
    return _("this day has not come yet") if days > parse_day(today().isoformat()) else ""
