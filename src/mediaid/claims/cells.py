"""What one cell of a claims table means: the one place that says what is valid.

Fast paths for whole columns may recognise plainly written values themselves; everything else
comes here, to be normalised or refused with the remedy.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from mediaid.faults import nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import parse_yuan, plain
from mediaid.packs.schema.types import codes_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediaid.claims.fields import Field
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.types import Label

EPOCH = dt.date(1970, 1, 1)
MAX_COUNT = 1_000_000
MAX_ID = 200

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOST_DIGITS = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


def parse_cell(field: Field, text: str, pack: Pack) -> int | str:
    """Read one cell that is not empty.

    money → 分, date → days since 1970-01-01, code → position in the pack's list, count → int,
    id and text → cleaned text. Raises ValueError, which says what is wrong and what to do.
    """
    if field.kind == "money":
        return parse_yuan(text)
    if field.kind == "date":
        return parse_day(text)
    if field.kind == "code":
        return parse_code(text, pack.codes[field.name])
    if field.kind == "count":
        return parse_count(text)
    return parse_id(text) if field.kind == "id" else text


def parse_day(text: str) -> int:
    """Read a date such as 2023-05-01; return days since 1970-01-01."""
    shown = plain(text)
    if _DAY.fullmatch(shown):
        try:
            return (dt.date.fromisoformat(shown) - EPOCH).days
        except ValueError:
            raise ValueError(
                _("{value} is not a day of the calendar").format(value=visible(shown))
            ) from None
    raise ValueError(
        _("{value} is not a date: write it as 2023-05-01").format(value=visible(shown))
    )


def show_day(days: int) -> str:
    """Days since 1970-01-01 as 2023-05-01."""
    return (EPOCH + dt.timedelta(days=int(days))).isoformat()


def parse_code(text: str, codes: Mapping[str, Label]) -> int:
    """Read a code or its Chinese or English label; return its position."""
    shown = plain(text)
    for position, code in enumerate(codes):
        if shown == code:
            return position
    for position, label in enumerate(codes.values()):
        if shown in (plain(label.zh), plain(label.en)):
            return position
    known = [*codes, *(label.zh for label in codes.values())]
    raise ValueError(
        _("{value} is not known.{nearest} Known: {listed}").format(
            value=visible(shown), nearest=nearest(shown, known), listed=codes_in_words(codes)
        )
    )


def parse_count(text: str) -> int:
    """Read a whole number from 0 to 1,000,000."""
    shown = plain(text)
    if re.fullmatch(r"\d{1,7}", shown, re.ASCII) and int(shown) <= MAX_COUNT:
        return int(shown)
    raise ValueError(
        _("{value} is not a whole number from 0 to 1,000,000").format(value=visible(shown))
    )


def parse_id(text: str) -> str:
    """Read an identifier: spaces around it go; a number damaged by a spreadsheet is refused."""
    shown = text.strip()
    if _LOST_DIGITS.fullmatch(shown):
        raise ValueError(
            _(
                "{value} has lost digits in a spreadsheet: format the column as text "
                "and fill it in again"
            ).format(value=visible(shown))
        )
    if len(shown) > MAX_ID:
        raise ValueError(_("{value} is longer than 200 characters").format(value=visible(shown)))
    if not shown.isprintable() or (len(shown) <= 80 and visible(shown) != shown):
        raise ValueError(
            _("{value} has invisible characters: remove them").format(value=visible(shown))
        )
    return shown


_WRITTEN_DAY = re.compile(
    r"(\d{4})([-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?|(\d{4})(\d{2})(\d{2})(?:\d{6})?", re.ASCII
)
_CLOCK = re.compile(r"(?:\s+|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_SERIAL_ZERO = dt.date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050
"""The spreadsheet days 2000-01-01 to 2099-12-31: other numbers are more likely no dates."""


def parse_written_day(text: str) -> int:
    """Read a date as exports and ledgers write it; return days since 1970-01-01.

    Beside 2023-05-01 that is 2023/5/1, 2023.5.1, 2023年5月1日, 20230501, each with a time of day or
    without, and the number of the day in a spreadsheet. Raises ValueError for anything else.
    """
    shown = _CLOCK.sub("", plain(text)).strip()
    found = _WRITTEN_DAY.fullmatch(shown)
    if found:
        year, _mark, month, day = found.group(1, 2, 3, 4)
        if year is None:
            year, month, day = found.group(5, 6, 7)
        return parse_day(f"{year}-{int(month):02d}-{int(day):02d}")
    serial = _SERIAL.fullmatch(shown)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        return (_SERIAL_ZERO - EPOCH).days + int(serial[1])
    raise ValueError(
        _("{value} is not a date: write it as 2023-05-01").format(value=visible(shown))
    )


_WRITTEN_YUAN = re.compile(
    r"[¥￥]?(-?)[¥￥]?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2})0*)?元?", re.ASCII
)


def parse_written_yuan(text: str) -> int:
    """Read an amount as exports and ledgers write it; return 分, negative below zero.

    Beside 8000.00 that is 8,000.00, 8000.0000, ¥8000 and 8000元. Raises ValueError for others.
    """
    found = _WRITTEN_YUAN.fullmatch(plain(text))
    if not found:
        return parse_yuan(text)
    sign, whole, rest = found.groups()
    fen = parse_yuan(whole.replace(",", "") + (f".{rest}" if rest else ""))
    return -fen if sign else fen
