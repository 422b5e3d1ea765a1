"""How claims become known: the share known by months since they happened, from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import months_of
from mediaid.budget.forecast.chainladder import factors_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.forecast.book import Book

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LONGEST = 24
"""Months after which every claim is taken to be known."""
ENOUGH = 12
"""Months of claims below which a pattern is called weak."""


def pattern_of(book: Book, last: int) -> Floats:
    """Return the share of amounts known 0, 1, 2 … months after the month of a claim.

    `last` is the month of the cut-off; `book` holds what was known then. A chain ladder on
    (month of the claim × months since), by volume: recent months count as far as they are known.
    """
    month, lag = months_of(book.claims.date), _lags(book)
    if book.n == 0:
        return np.ones(1)
    first = int(month.min())
    ages = min(LONGEST, last - first) + 1
    increments = np.zeros((last - first + 1, ages))
    amount = gross(book).astype(np.float64)
    np.add.at(increments, (month - first, np.minimum(lag, ages - 1)), amount)
    triangle = increments.cumsum(axis=1)
    age = last - first - np.arange(len(triangle))
    triangle[np.arange(ages)[None, :] > age[:, None]] = np.nan
    factors = factors_of(triangle)
    return np.asarray(1 / np.concatenate([np.cumprod(factors[::-1])[::-1], [1.0]]))


def _lags(book: Book) -> Ints:
    return months_of(book.known) - months_of(book.claims.date)


def share_known(pattern: Floats, months: Ints) -> Floats:
    """Return the share known by then, of claims whose month lies `months` back; 0 if ahead."""
    found = pattern[np.clip(months, 0, len(pattern) - 1)]
    return np.where(months < 0, 0.0, found)


def gross(book: Book) -> Ints:
    """What persons bore, in 分: the amount that development is measured in."""
    return book.claims.amounts["self_paid"]
