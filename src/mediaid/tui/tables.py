"""Tables and bars as plain lines: amounts end at the same column, whatever the width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from mediaid.i18n import gettext as _
from mediaid.tui.lines import Line
from mediaid.tui.text import harmless
from mediaid.tui.wrap import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mediaid.desk.tables import Bar, Note, Table, Unit

FULL, EMPTY, BELOW = "█", "░", "▒"
GAP = 2
NARROWEST_NAME = 12
WIDEST_HEAD = 12
"""Cells to which a heading alone may widen its column."""
NARROWEST_BAR, WIDEST_BAR = 8, 40
PROGRESS = 24


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return text of exactly so many cells: filled up at one side, or cut with an ellipsis."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, max(width - 1, 0)) + "…" * min(width, 1)
    blank = " " * (width - length)
    return blank + text if right else text + blank


def bar(its: Bar, width: int) -> str:
    """Draw how much of a whole an amount is; what is more than nothing shows, less is shaded."""
    if its.whole <= 0 or not its.part:
        return EMPTY * width
    cells = min(max(abs(its.part) * width // its.whole, 1), width)
    return (FULL if its.part > 0 else BELOW) * cells + EMPTY * (width - cells)


def table_lines(table: Table, unit: Unit, width: int) -> list[Line]:
    """Lay a table out in a width: names give way first, then it goes on in blocks below."""
    title = harmless(table.title)
    if table.has_money:
        title = _("{title} ({unit})").format(title=title, unit=unit.label)
    lines = [Line(title, 0, "title")]
    if table.rows:
        lines += _laid_out(table, unit, width)
    if table.note:
        lines.append(Line(harmless(table.note), 0, "faint"))
    return lines


def _laid_out(table: Table, unit: Unit, width: int) -> Iterator[Line]:
    texts = [[harmless(cell, 200) for cell in row] for row in table.texts(unit)]
    heads, body = texts[0], texts[1:]
    widths = [
        max(*map(cell_len, column), min(cell_len(head), WIDEST_HEAD))
        for head, *column in zip(heads, *body, strict=True)
    ]
    names, rest = widths[: table.left], widths[table.left :]
    spare = width - sum(widths) - GAP * (len(widths) - 1)
    widest = max(range(len(names)), key=names.__getitem__)
    if spare < 0:
        names[widest] = max(names[widest] + spare, min(names[widest], NARROWEST_NAME))
    blocks = _blocks(rest, width - sum(names) - GAP * (len(names) - 1))
    for at, block in enumerate(blocks):
        if at:
            yield Line("")
        columns = [*range(table.left), *(table.left + column for column in block)]
        sizes = [*names, *(rest[column] for column in block)]

        def line(row: Sequence[str]) -> str:
            cells = [
                fit(row[column], size, right=column >= table.left)
                for column, size in zip(columns, sizes, strict=True)  # noqa: B023 - used at once
            ]
            return (" " * GAP).join(cells)

        for row in _head_rows(heads, [*names, *rest]):
            yield Line(line(row).rstrip(), 0, "faint")
        room = width - sum(sizes) - GAP * len(sizes)
        for row, its in zip(body, table.rows, strict=True):
            text = line(row)
            if its.bar and len(blocks) == 1 and room >= NARROWEST_BAR:
                text += " " * GAP + bar(its.bar, min(room, WIDEST_BAR))
            yield Line(text.rstrip(), 0, "strong" if its.total else "plain")


def _head_rows(heads: Sequence[str], sizes: Sequence[int]) -> list[list[str]]:
    """Break headings that are wider than their columns; they stand right above the figures."""
    broken = [wrapped(head, max(size, 1)) for head, size in zip(heads, sizes, strict=True)]
    most = max(map(len, broken))
    filled = [[""] * (most - len(parts)) + list(parts) for parts in broken]
    return [[parts[row] for parts in filled] for row in range(most)]


def _blocks(widths: Sequence[int], room: int) -> list[list[int]]:
    """Deal columns out to blocks that fit into the room; one column at least in each."""
    blocks: list[list[int]] = [[]]
    left = room
    for column, size in enumerate(widths):
        if blocks[-1] and left < size + GAP:
            blocks.append([])
            left = room
        blocks[-1].append(column)
        left -= size + GAP
    return blocks


def note_lines(notes: Sequence[Note]) -> list[Line]:
    """Notes with a sign in front of those that ask for attention."""
    signs = {"warn": "▲ ", "bad": "✗ "}
    return [Line(signs.get(note.look, "") + harmless(note.text), 0, note.look) for note in notes]


def document(tables: Sequence[Table], unit: Unit, width: int) -> list[Line]:
    """Return tables one below the other."""
    lines: list[Line] = []
    for table in tables:
        if lines:
            lines.append(Line(""))
        lines += table_lines(table, unit, width)
    return lines


def progress_line(doing: str, done: float, key: str, width: int = PROGRESS) -> str:
    """Say what is being done, how far it is, and by which key it is stopped."""
    full = max(0, min(round(done * width), width))
    said = _("▶ {bar} {percent}%  {doing}  ({key}: stop)")
    return said.format(
        bar=FULL * full + EMPTY * (width - full),
        percent=round(done * 100),
        doing=harmless(doing),
        key=key,
    )
