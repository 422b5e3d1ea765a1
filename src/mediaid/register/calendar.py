"""The calendar by which offices count: China has one time zone."""

from __future__ import annotations

import datetime as dt

CHINA = dt.timezone(dt.timedelta(hours=8))


def year_of(instant: dt.datetime) -> int:
    """Return the year in which an instant falls."""
    return instant.astimezone(CHINA).year


def quarter_of(instant: dt.datetime) -> int:
    """Return the quarter, 1 to 4, in which an instant falls."""
    return (instant.astimezone(CHINA).month + 2) // 3


def year_span(year: int) -> tuple[dt.datetime, dt.datetime]:
    """Return the first instant of a year and that of the next."""
    return (
        dt.datetime(year, 1, 1, tzinfo=CHINA),
        dt.datetime(year + 1, 1, 1, tzinfo=CHINA),
    )
