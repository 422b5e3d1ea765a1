"""Foreign text made harmless: the one function every text from outside goes through.

Markup is never interpreted, since texts reach widgets as Content. What this module takes care of
is what a terminal itself would obey or could not place: controls, direction marks, characters
without a place of their own, heaps of accents, lone halves of a pair, and endless length.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from textual.content import Content

from mediaid.faults import visible_line

LONGEST = 10_000
"""Characters of one line of text that are shown at most."""
_ACCENTS = 2
"""Marks in a row that a character may carry."""
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


def harmless(text: str, longest: int = LONGEST) -> str:
    """Return text as one line that a terminal can only show; what is unsafe is spelt out."""
    cut = text[:longest]
    shown = cut if cut.isascii() and cut.isprintable() else _spelt(cut)
    return shown if len(text) <= longest else shown + "…"


@lru_cache(maxsize=4096)
def _spelt(text: str) -> str:
    shown: list[str] = []
    accents = 0
    for character in visible_line(text):
        kind = unicodedata.category(character)
        accents = accents + 1 if kind in ("Mn", "Me", "Mc") else 0
        if _unsafe(character) or accents > _ACCENTS or (accents and not shown):
            shown.append(_code(character))
        else:
            shown.append(character)
    return "".join(shown)


def _unsafe(character: str) -> bool:
    # Han characters newer than Python's tables count as unassigned there; people are named by them.
    han = 0x20000 <= ord(character) < 0x3FFFE and ord(character) & 0xFFFE != 0xFFFE
    return not han and unicodedata.category(character) in _UNSAFE


def _code(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def typed(text: str, longest: int) -> str:
    """Return what of a typed or pasted text is taken into a field: one line, no controls.

    Here what is unsafe goes away instead of being spelt out, since nobody meant to type it.
    """
    line = text.replace("\t", " ")
    if not (line.isascii() and line.isprintable()):
        line = "".join(c for c in line if not _unsafe(c))
    return line[:longest]


def content(text: str, style: str = "", longest: int = LONGEST) -> Content:
    """Return foreign text as Content, in which nothing is markup."""
    return Content.styled(harmless(text, longest), style) if style else Content(harmless(text))
