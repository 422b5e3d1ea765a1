"""Money is whole 分 (int), rates are exact ratios: no float comes near an amount."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from mediaid.faults import visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Amounts = TypeVar("Amounts", int, NDArray[np.int64])

MAX_FEN = 10**11
"""The largest amount of one claim: 1,000,000,000 元. With denominators up to MAX_DENOMINATOR and
at most 40 amounts in a sum, no product of the kernel leaves int64: 40 × 10^11 × 10^6 < 2^63."""

MAX_DENOMINATOR = 10**6

_YUAN = re.compile(r"(\d+)(?:\.(\d{1,2}))?")
_PERCENT = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?%")


def plain(text: str) -> str:
    """Full-width digits and signs, as a Chinese input method types them, in plain ASCII."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).replace("。", ".").strip()


def parse_yuan(text: str) -> int:
    """Read an amount in 元 with at most two decimals; return 分.

    Raises ValueError, which says how to write it, for anything else.
    """
    shown = plain(text)
    found = _YUAN.fullmatch(shown)
    if found and found[1].isascii() and len(found[1].lstrip("0")) <= 10:
        fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
        if fen <= MAX_FEN:
            return fen
    raise ValueError(_why_no_amount(shown))


def _why_no_amount(text: str) -> str:
    if not text:
        return _("the amount is empty: write it in 元, such as 8000.00")
    value = visible(text)
    if text.startswith("-"):
        return _(
            "{value} is negative: amounts are never negative; cancel a claim by a row whose "
            "reverses names it"
        ).format(value=value)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", text):
        return _("{value} has thousands separators: write {plain}").format(
            value=value, plain=text.replace(",", "")
        )
    if re.fullmatch(r"\d+\.\d{3,}", text):
        return _("{value} has more than two decimals: write whole 分, at most two decimals").format(
            value=value
        )
    if re.fullmatch(r"\d+(\.\d+)?", text) and text.isascii():
        return _(
            "{value} is above 1,000,000,000 元, the most one claim may carry: check the unit"
        ).format(value=value)
    return _(
        "{value} is not an amount in 元: write digits with at most two decimals, such as 8000.00"
    ).format(value=value)


def format_yuan(fen: int) -> str:
    """分 as plain 元 with two decimals, such as 8000.00."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def show_yuan(fen: int) -> str:
    """分 as 元 for reading, with thousands separators, such as 130,000.00."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def parse_percent(text: str) -> Fraction:
    """Read a rate such as 70% or 6.8%; return it as an exact ratio.

    Raises ValueError for 0.7 and 70, which could mean either.
    """
    shown = plain(text)
    found = _PERCENT.fullmatch(shown)
    if found and shown.isascii():
        return Fraction(int(found[1] + (found[2] or "").ljust(4, "0")), MAX_DENOMINATOR)
    raise ValueError(
        _(
            "{value} is not a rate: write it with a percent sign and at most four decimals, "
            "such as 70% or 6.8%"
        ).format(value=visible(text))
    )


def format_percent(rate: Fraction) -> str:
    """Return an exact rate as text, such as 90% or 33.3333%."""
    whole, rest = divmod(rate * 100, 1)
    if not rest:
        return f"{whole}%"
    decimals = rest * 10000
    if decimals.denominator == 1:
        return f"{whole}.{int(decimals):04d}".rstrip("0") + "%"
    return f"{rate.numerator}/{rate.denominator}"


def half_up(amount: Amounts, numerator: Amounts | int, denominator: int) -> Amounts:
    """amount × numerator ÷ denominator, half-up to the 分.

    Exact for 0 ≤ amount and numerator; works on an int and on an int64 array. With an odd
    denominator no product is half a 分, so adding its whole half rounds just as well.
    """
    return (amount * numerator + denominator // 2) // denominator


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` 分 by `weights` so that the parts add up to it.

    Largest remainder (Hamilton): each gets its floor, the 分 left over go to the largest
    remainders, ties in the given order. Raises ValueError unless the weights are ≥ 0 and some
    are positive.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
