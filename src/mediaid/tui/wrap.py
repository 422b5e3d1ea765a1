"""Breaking text into rows by the cells they take, as Chinese is set: anywhere between characters,
but no row begins with a comma or ends with an opening bracket."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

NARROWEST = 8
_NEVER_FIRST = frozenset("，。、；：？！）》」』”’】〕％…·,.;:!?)]}%")
_NEVER_LAST = frozenset("（《「『“‘【〔([{￥¥")
_UNITS = frozenset("元人万张件次")


@lru_cache(maxsize=4096)
def wrapped(text: str, width: int) -> tuple[str, ...]:
    """Break text at spaces and between Chinese characters, by cells; no row is wider.

    An amount stays with its unit; a word is broken only where it is wider than a row.
    """
    width = max(width, NARROWEST)
    if cell_len(text) <= width:
        return (text.rstrip(),)
    rows = []
    start = last = cells = 0
    for at, character in enumerate(text):
        if at > start and _may_break(text, at):
            last = at
        # What makes the character before it wide counts as if it always did.
        size = 1 if character == "\ufe0f" else get_character_cell_size(character)
        if cells + size > width and character != " ":
            cut = last if last > start else at
            rows.append(text[start:cut].rstrip())
            start = cut
            cells = cell_len(text[start:at])
        cells += size
    rows.append(text[start:].rstrip())
    return tuple(rows)


def _may_break(text: str, at: int) -> bool:
    """Whether a row may end before a character."""
    before, character = text[at - 1], text[at]
    if character == " " or character in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    if before == " ":
        return not (character in _UNITS and at > 1 and text[at - 2].isdigit())
    size = get_character_cell_size(character)
    return bool(size) and (size > 1 or get_character_cell_size(before) > 1)


def hung(text: str, width: int, indent: int) -> list[str]:
    """Break text that begins with so many cells of its own (a key, a mark) into rows: what goes on
    below stands right of them."""
    if cell_len(text) <= width or indent <= 0:
        return list(wrapped(text, width))
    head, indent = "", min(indent, width // 2)
    while text and cell_len(head) < indent:
        head, text = head + text[0], text[1:]
    first, *rest = wrapped(text, width - cell_len(head))
    return [head + first, *(" " * cell_len(head) + row for row in rest)]
