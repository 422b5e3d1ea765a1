"""Resident identity numbers (GB 11643): 18 characters with a birth date and a check digit.

A number is refused for its length, its birth date or its check digit. The area code is a reason
to look twice and no more: codes change, and people keep the number they were given.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from operator import mul

from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.money import plain
from mediaid.people.masking import mask_id

CHECK_DIGITS = "10X98765432"
"""The check digit by the weighted sum of the other 17 digits, modulo 11 (ISO 7064, MOD 11-2)."""
WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))

MARKS = r"[\s'`]"
"""What exports put before a number, or people into it, and is no part of it."""

_FORM = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD_FORM = re.compile(r"\d{15}", re.ASCII)
_FIRST_BIRTH = dt.date(1850, 1, 1)
_PROVINCES = frozenset(
    map(
        str,
        (
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ),
    )
)
"""The first two digits: provinces, and 81 to 83 for residents from Hong Kong, Macao and Taiwan."""


@dataclass(frozen=True)
class ResidentId:
    """A number that holds up: its normal form, with X as a capital."""

    number: str

    @property
    def born(self) -> dt.date:
        """The birth date, digits 7 to 14."""
        return _day(self.number)

    @property
    def female(self) -> bool:
        """The sex as registered: an even 17th digit."""
        return int(self.number[16]) % 2 == 0

    @property
    def area_known(self) -> bool:
        """Whether the first two digits are those of a province: to be warned about if not."""
        return self.number[:2] in _PROVINCES


def parse_resident_id(text: str, today: dt.date | None = None) -> ResidentId:
    """Read a resident ID number; full-width digits, spaces and a small x are put right.

    Raises ValueError, which says what is wrong and what to do. `today` bounds the birth date
    (default: the day it is).
    """
    number = re.sub(MARKS, "", plain(text)).upper()
    if _OLD_FORM.fullmatch(number):
        raise ValueError(
            _(
                "{value} is a number of the first generation, with 15 digits: fill in the "
                "18 characters of the card in use"
            ).format(value=mask_id(visible(number)))
        )
    if not _FORM.fullmatch(number):
        raise ValueError(_no_number(number))
    if not check_digit_fits(number):
        raise ValueError(_wrong_check(number))
    try:
        born = _day(number)
    except ValueError:
        raise ValueError(
            _("{value}: {digits} (digits 7 to 14) is not a day of the calendar").format(
                value=mask_id(visible(number)), digits=number[6:14]
            )
        ) from None
    if not _FIRST_BIRTH <= born <= (today or dt.datetime.now().astimezone().date()):
        raise ValueError(
            _(
                "{value}: nobody living was born on {day} (digits 7 to 14): compare it with the "
                "card"
            ).format(value=mask_id(visible(number)), day=born)
        )
    return ResidentId(number)


def check_digit(digits: str) -> str:
    """The check digit for the first 17 digits of a number."""
    total = sum(map(mul, map(int, digits), WEIGHTS))
    return CHECK_DIGITS[total % 11]


def check_digit_fits(number: str) -> bool:
    """Whether the 18th character of a number is the check digit of the others."""
    return check_digit(number[:17]) == number[17]


def area_warning(identity: ResidentId) -> str:
    """Return what to look at where no province has the area code, else ""."""
    if identity.area_known:
        return ""
    return _("the area code {code} is that of no province: compare it with the card").format(
        code=identity.number[:6]
    )


def _day(number: str) -> dt.date:
    return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _no_number(number: str) -> str:
    value = mask_id(visible(number))
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", number):
        return _(
            "{value} has lost digits in a spreadsheet: format the column as text and fill it in "
            "again"
        ).format(value=value)
    if len(number) != 18:
        return _(
            "{value} has {count} characters: a resident ID number has 18; name the kind of "
            "document if it is another one"
        ).format(value=value, count=len(number))
    return _(
        "{value} is not a resident ID number, which has 17 digits and a digit or X: name the kind "
        "of document if it is another one"
    ).format(value=value)


def _wrong_check(number: str) -> str:
    if number.endswith("000"):
        return _(
            "{value} has lost its last digits in a spreadsheet (it ends in 000, and its check "
            "digit is wrong): format the column as text and fill it in again"
        ).format(value=mask_id(visible(number)))
    return _(
        "{value} has a wrong check digit: two digits are swapped or one is mistyped; compare it "
        "with the card"
    ).format(value=mask_id(visible(number)))
