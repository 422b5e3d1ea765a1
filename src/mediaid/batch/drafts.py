"""Lines that were settled by a draft of next year's policy say so, each of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediaid.engine.lines import Lines
    from mediaid.packs.model import Pack

MARK = "draft:"
"""Begins the entry of a line's `provisional` that names the year of the draft."""


def marked(lines: Lines, pack: Pack) -> Lines:
    """Return lines whose `provisional` begins with `draft:YEAR`, where the rules are a draft."""
    if pack.draft is None:
        return lines
    mark = f"{MARK}{pack.draft}"
    texts = [f"{mark};{text}" if text else mark for text in lines.provisional_texts]
    return replace(lines, provisional_texts=texts)
