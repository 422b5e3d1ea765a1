"""Two plain forecasts to hold the other against: visible × 12/m, and a chain ladder on aid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import months_of, number_of, shifted
from mediaid.budget.forecast.chainladder import chain_ladder
from mediaid.engine.pools import sum_by
from mediaid.engine.settle import settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.terms import Terms
    from mediaid.packs.model import Pack

    Floats = NDArray[np.float64]

MONTHS = 12
LONGEST = 36
"""Months from January of a year after which its claims are taken to be known."""


@dataclass(frozen=True)
class Plain:
    """分 of the year of the cut-off by plain methods, and Mack's standard error of the second.

    None where a method has nothing to go on.
    """

    by_months: int | None
    chain_ladder: int | None
    error: int | None


def plain_of(visible: Book, terms: Terms, pack: Pack) -> Plain:
    """Forecast the year of the cut-off from aid alone."""
    now = terms.cut_off.year
    months = terms.cut_off.month
    triangle = aid_triangle(visible, terms, pack)
    if triangle is None:
        return Plain(None, None, None)
    latest = triangle[-1, months - 1]
    by_months = round(latest * MONTHS / months)
    years = visible.years
    if len(years) < 2 or years[-1] != now:
        return Plain(by_months, None, None)
    found = chain_ladder(triangle)
    return Plain(by_months, round(found.ultimate[-1]), round(found.error[-1]))


def aid_triangle(visible: Book, terms: Terms, pack: Pack) -> Floats | None:
    """Cumulative 分 of aid: year × months from its January until known, nan where still ahead.

    Each claim's aid is what the engine pays for it with all claims known at the cut-off.
    """
    now = terms.cut_off.year
    years = visible.years
    if not years or years[-1] != now:
        return None
    visible = visible.take(np.flatnonzero(np.isin(visible.year, years)))
    # Every year is settled by itself in the policy's year: holders of one year apart from others.
    year = visible.year - years[0]
    person = visible.claims.person * (now - years[0] + 1) + year
    claims = replace(
        visible.claims,
        date=shifted(visible.claims.date, terms.settled_in - visible.year),
        person=person,
        household=visible.claims.household * (now - years[0] + 1) + year,
    )
    lines = settle(claims, pack).lines
    aid = sum_by(lines.claim, visible.n, lines.aid).astype(np.float64)
    age = months_of(visible.known) - (visible.year - 1970) * MONTHS
    last = int(months_of(np.array([number_of(terms.cut_off)], dtype=np.int32))[0])
    reached = last - (np.arange(years[0], now + 1) - 1970) * MONTHS
    width = min(int(reached[0]), LONGEST) + 1
    increments = np.zeros((len(reached), width))
    np.add.at(increments, (year, np.minimum(age, width - 1)), aid)
    triangle = increments.cumsum(axis=1)
    triangle[np.arange(width)[None, :] > reached[:, None]] = np.nan
    return triangle
