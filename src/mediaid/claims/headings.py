"""What makes no difference between two headings of a column."""

from __future__ import annotations

import re

from mediaid.money import plain

_UNIT = re.compile(r"\((元|¥|yuan|rmb)\)$")


def key(heading: str) -> str:
    """A heading without what makes no difference: width, case, spaces and a unit of money."""
    return _UNIT.sub("", re.sub(r"\s+", "", plain(heading)).casefold())
