"""A sheet to fill in: any number of rows, of which only those in sight are drawn, and one field
that stands over the cell at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.containers import Container
from textual.message import Message
from textual.strip import Strip

from mediaid.money import plain
from mediaid.tui.tables import fit
from mediaid.tui.text import harmless
from mediaid.tui.widgets.line import LineInput
from mediaid.tui.widgets.noted import NotedRows
from mediaid.tui.wrap import wrapped

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

At = Hashable
LABEL, LEAST_LABEL = 24, 8
"""Cells of a row's label, and the fewest that are left to it."""


@dataclass(frozen=True)
class Cell:
    """A cell: where it is in what is filled in, its text, and how wide it is."""

    at: At
    text: str
    width: int
    right: bool = False


@dataclass(frozen=True)
class SheetRow:
    """A row: a label of so many cells, the row's own cells if any, and what is wrong with them."""

    label: str
    cells: tuple[Cell, ...] = ()
    wrong: str = ""
    look: str = "plain"
    room: int = LABEL


class Grid(NotedRows[SheetRow]):
    """The rows of a sheet, drawn line by line."""

    DEFAULT_CSS = "Grid { overflow-x: hidden; }"

    class Clicked(Message):
        """A row was clicked, at a column of the sheet."""

        def __init__(self, row: SheetRow, column: int) -> None:
            super().__init__()
            self.row = row
            self.column = column

    @property
    def whole_width(self) -> int:
        """All that is in sight: the scrollbar has its cell, whether it is seen or not."""
        return max(self.size.width - 1, 8)

    def notes(self, row: SheetRow) -> Iterator[str]:
        """What is wrong with a row."""
        if row.wrong:
            for part in wrapped("▲ " + harmless(row.wrong), self.whole_width - 2):
                yield "  " + part

    def column_of(self, row: SheetRow, cell: int) -> int:
        """Return the column at which a cell begins."""
        return self._room(row) + sum(its.width + 1 for its in row.cells[:cell])

    def _room(self, row: SheetRow) -> int:
        """Return the cells of a row's label: fewer than it wants where its figures need them."""
        figures = sum(its.width + 1 for its in row.cells)
        return min(row.room, max(self.size.width - 1 - figures, LEAST_LABEL))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        line, plain = self.line_at(y), self.look("plain")
        if line is None:
            return Strip.blank(self.size.width, plain)
        row = self.rows[line.at]
        if line.said:
            parts = [Segment(line.said, self.look("bad"))]
        elif not row.cells:
            label = fit(" " + harmless(row.label, 400), self.whole_width)
            parts = [Segment(label, self.look(row.look))]
        else:
            mark = "▲" if row.wrong else " "
            label = fit(mark + harmless(row.label, 200), self._room(row) - 1) + " "
            parts = [Segment(label, self.look("bad" if row.wrong else "plain"))]
            for cell in row.cells:
                text = fit(harmless(cell.text, 200), cell.width, right=cell.right)
                parts += [Segment(text, self.look("cell")), Segment(" ", plain)]
        return Strip(parts).adjust_cell_length(self.size.width, plain)

    def on_click(self, event: events.Click) -> None:
        line = self.line_at(event.y)
        if line is not None:
            self.post_message(self.Clicked(self.rows[line.at], event.x))


class CellInput(LineInput):
    """The field over the cell at the cursor. Since it is one and the same for all cells, keys that
    are typed ahead of the screen go where they were meant to go."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self._sheet = sheet
        self.setting = False

    async def on_key(self, event: events.Key) -> None:
        """Move by the keys that move; all others go to the field itself."""
        moves = {"enter": 1, "tab": 1, "shift+tab": -1}
        lines = {"up": -1, "down": 1}
        if event.key in moves:
            self._sheet.step(moves[event.key])
        elif event.key in lines:
            self._sheet.step_row(lines[event.key])
        elif event.key in ("pageup", "pagedown"):
            self._sheet.post_message(Sheet.Paged(-1 if event.key == "pageup" else 1))
        else:
            return
        event.stop()
        event.prevent_default()

    def validate_value(self, value: str) -> str:
        """Put full-width digits and `。` right in cells of numbers."""
        value = super().validate_value(value)
        return plain(value) if self._sheet.is_number() and not value.isascii() else value

    def watch_value(self, value: str) -> None:
        """Hand on what is typed, at once and for the cell it was typed into."""
        if not self.setting:
            self._sheet.typed(value)


class Sheet(Container):
    """Rows to fill in. What is typed goes to `take(at, text)`; `tidy(at)` says how it reads once
    the cursor has left it."""

    DEFAULT_CSS = """
    Sheet { layers: rows field; }
    Sheet Grid { layer: rows; height: 1fr; width: 1fr; }
    Sheet CellInput { layer: field; position: absolute; height: 1; background: $primary 35%; }
    """

    class Moved(Message):
        """The cursor has come to a cell."""

        def __init__(self, sheet: Sheet, at: At | None) -> None:
            super().__init__()
            self.sheet = sheet
            self.at = at

        @property
        def control(self) -> Sheet:
            """The sheet, for handlers of one sheet."""
            return self.sheet

    class Paged(Message):
        """What stands beside the sheet is to be scrolled by a page."""

        def __init__(self, pages: int) -> None:
            super().__init__()
            self.pages = pages

    def __init__(
        self,
        take: Callable[[At, str], None],
        tidy: Callable[[At], str],
        *,
        numbers: Callable[[At], bool],
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._take = take
        self._tidy = tidy
        self._numbers = numbers
        self.at: At | None = None

        self._grid = Grid()
        self.field = CellInput(self)

    def compose(self) -> ComposeResult:
        """Place rows and field."""
        yield self._grid
        yield self.field

    def show(self, rows: Sequence[SheetRow]) -> None:
        """Show other rows; the cursor stays at its cell, or goes to the first."""
        self._grid.show(rows)
        cells = self._cells()
        if self.at not in cells:
            self.go(next(iter(cells), None))
        else:
            self._place()

    def _cells(self) -> dict[At, tuple[int, int]]:
        return {
            cell.at: (number, column)
            for number, row in enumerate(self._grid.rows)
            for column, cell in enumerate(row.cells)
        }

    @property
    def text(self) -> str:
        """All rows as text, for tests."""
        return "\n".join(
            " ".join([row.label, *(cell.text for cell in row.cells), row.wrong])
            for row in self._grid.rows
        )

    def go(self, at: At | None) -> None:
        """Put the cursor into a cell."""
        if at is None:
            self.at = None
            self.field.display = False
            return
        self.at = at
        value = self._tidy(at)
        self.field.setting = True
        self.field.value = value.replace(",", "") if self._numbers(at) else value
        self.field.setting = False
        self.field.action_select_all()  # as in a spreadsheet: what is typed takes its place
        self.field.display = True
        self._place()
        self.post_message(self.Moved(self, at))

    def typed(self, value: str) -> None:
        """Take in what was typed into the cell at the cursor."""
        if self.at is not None:
            self._take(self.at, value)

    def is_number(self) -> bool:
        """Whether a number stands in the cell at the cursor."""
        return self.at is not None and self._numbers(self.at)

    def step(self, by: int) -> None:
        """Go to the next cell or the one before."""
        cells = list(self._cells())
        if self.at in cells:
            self.go(cells[max(0, min(cells.index(self.at) + by, len(cells) - 1))])

    def step_row(self, by: int) -> None:
        """Go to the row above or below, as far as possible in the same column."""
        cells = self._cells()
        if self.at not in cells:
            return
        number, column = cells[self.at]
        rows = self._grid.rows
        number += by
        while 0 <= number < len(rows):
            if rows[number].cells:
                self.go(rows[number].cells[min(column, len(rows[number].cells) - 1)].at)
                return
            number += by

    def _place(self) -> None:
        """Put the field over its cell, and scroll so that it is in sight."""
        place = self._cells().get(self.at)
        if place is None:
            return
        number, column = place
        row = self._grid.rows[number]
        top = self._grid.top_to_see(number) if self._grid.height > 0 else 0
        if top != self._grid.scroll_offset.y:
            self._grid.scroll_to(y=top, animate=False, force=True, immediate=True)
        x = self._grid.column_of(row, column)
        room = self._grid.size.width - 1 - x
        self.field.styles.offset = (x, self._grid.top_of(number) - top)
        self.field.styles.width = max(min(row.cells[column].width, room), 1)

    def on_resize(self) -> None:
        self.call_after_refresh(self._place)

    def on_grid_clicked(self, event: Grid.Clicked) -> None:
        event.stop()
        row = event.row
        if not row.cells:
            return
        at = [self._grid.column_of(row, column) for column in range(len(row.cells))]
        column = sum(start <= event.column for start in at) - 1
        self.go(row.cells[max(column, 0)].at)
        self.field.focus()
