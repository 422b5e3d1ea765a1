"""Amounts times ratios, exact for amounts of any size.

Most amounts are those of one claim, whose product with a numerator stays far inside int64. What a
whole year left, or an amount for each of many units, can be larger: then whole multiples of the
denominator are taken apart first.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from mediaid.money import MAX_DENOMINATOR, half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

WIDEST = (2**63 - 1) // MAX_DENOMINATOR - 1
"""The largest amount (分) whose product with a numerator up to MAX_DENOMINATOR is an int64."""


def share_of(amount: Ints, numerator: Ints, denominator: int) -> Ints:
    """Return amount × numerator ÷ denominator, half-up to the 分, for ratios from 0 to 1."""
    if amount.max(initial=0) <= WIDEST:
        return half_up(amount, numerator, denominator)
    whole, rest = np.divmod(amount, denominator)
    return whole * numerator + half_up(rest, numerator, denominator)


def sum_of_shares(parts: Sequence[tuple[Ints, Ints]], denominator: int) -> Ints:
    """Return Σ amount × numerator ÷ denominator over (amount, numerator), half-up once."""
    wide = sum(int(amount.max(initial=0)) for amount, _numerator in parts) > WIDEST
    if not wide:
        return half_up(_sum(amount * numerator for amount, numerator in parts), 1, denominator)
    whole = _sum(amount // denominator * numerator for amount, numerator in parts)
    rest = _sum(amount % denominator * numerator for amount, numerator in parts)
    return whole + half_up(rest, 1, denominator)


def _sum(amounts: Iterable[Ints]) -> Ints:
    return reduce(np.add, amounts)


def floor_share(amount: Ints, weight: int, whole: int) -> tuple[Ints, Ints]:
    """Return amount × weight ÷ whole as whole 分 and the remainder (over `whole`)."""
    multiples, rest = np.divmod(amount, whole)
    more, remainder = np.divmod(rest * weight, whole)
    return multiples * weight + more, remainder
