"""Resident numbers in text that is shown: found wherever somebody typed one, and masked."""

from __future__ import annotations

import re
from typing import Any

from mediaid.people.identity import check_digit_fits
from mediaid.people.masking import mask_id

_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")


def mask_numbers(text: str) -> str:
    """Mask every resident number in a text: a household may be called by one, a reason name one.

    What has 18 digits and another check digit, as an invoice may, stays.
    """
    return _NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    number = found[0]
    return mask_id(number) if check_digit_fits(number.upper()) else number


def mask_all(data: Any) -> Any:
    """Mask the resident numbers in all texts of plain data, keys of mappings included."""
    if isinstance(data, str):
        return mask_numbers(data)
    if isinstance(data, dict):
        return {mask_all(key): mask_all(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [mask_all(value) for value in data]
    return data
