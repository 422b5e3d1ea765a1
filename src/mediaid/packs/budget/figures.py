"""Figures as a document prints them: exact text, a unit, and what that is in the base unit."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from mediaid.faults import visible
from mediaid.i18n import gettext as _

Unit = Literal["元", "万元", "人", "万人", "%", "个", "次"]

BASE: dict[Unit, tuple[str, int]] = {
    "元": ("分", 100),
    "万元": ("分", 1_000_000),
    "人": ("人", 1),
    "万人": ("人", 10_000),
    "%": ("%", 1),
    "个": ("个", 1),
    "次": ("次", 1),
}
"""Unit → its base unit, and how many of it: amounts are compared in 分, headcounts in 人."""

_EXACT = re.compile(r"-?\d{1,13}(\.\d{1,4})?")


def _exact(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and _EXACT.fullmatch(value)):
        raise ValueError(
            _(
                "{value} is not a figure: write digits, with a decimal point and a minus sign as "
                "in the document, without thousands separators or unit"
            ).format(value=visible(value))
        )
    return value


Exact = Annotated[str, BeforeValidator(_exact)]
"""A figure with exactly the decimals of the document, such as 12593.72."""


def decimals(text: str) -> int:
    """Count the decimals a figure is printed with."""
    return len(text.partition(".")[2])


def round_half_up(value: Fraction, places: int) -> Fraction:
    """Round half-up (a negative value by its size) to decimals, as published tables do."""
    scale: int = 10**places
    size = (abs(value) * scale * 2 + 1) // 2
    return Fraction(size if value >= 0 else -size, scale)


def round_down(value: Fraction, places: int) -> Fraction:
    """Cut a figure ≥ 0 to decimals."""
    scale: int = 10**places
    return Fraction(value * scale // 1, scale)
