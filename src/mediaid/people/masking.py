"""What is shown of a person where nobody asked for the whole: enough to tell rows apart.

A number keeps its first three and last four characters, so that neither the birth date nor the
town is shown; a name keeps its first character.
"""

from __future__ import annotations

MASK = "*"
_HEAD, _TAIL = 3, 4


def mask_id(number: str) -> str:
    """310***********123X for a resident number; a short number keeps its last two at most."""
    if len(number) >= 2 * (_HEAD + _TAIL):
        return number[:_HEAD] + MASK * (len(number) - _HEAD - _TAIL) + number[-_TAIL:]
    kept = min(2, len(number) // 3)
    return MASK * (len(number) - kept) + number[len(number) - kept :]


def mask_name(name: str) -> str:
    """张** for 张三丰: the first character, and a mark for each of the others."""
    name = name.strip()
    return MASK if len(name) == 1 else name[:1] + MASK * (len(name) - 1)
