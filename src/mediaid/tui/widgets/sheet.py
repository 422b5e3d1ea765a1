"""A sheet to fill in: any number of rows, of which only those in sight are drawn, and one field
that stands over the cell at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.containers import Container
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mediaid.money import plain
from mediaid.tui.tables import fit
from mediaid.tui.text import harmless
from mediaid.tui.widgets.line import LineInput
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


class Grid(ScrollView, can_focus=False):
    """The rows of a sheet, drawn line by line."""

    LOOKS: ClassVar[tuple[str, ...]] = ("plain", "title", "faint", "bad", "cell", "here")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"grid--{look}" for look in LOOKS}
    DEFAULT_CSS = """
    Grid {
        background: $surface; scrollbar-size-vertical: 1; overflow-x: hidden;
        & > .grid--title { text-style: bold; color: $text-primary; }
        & > .grid--faint { color: $text-muted; }
        & > .grid--bad { color: $text-error; }
        & > .grid--cell { background: $boost; }
        & > .grid--here { background: $primary 35%; }
    }
    """

    class Clicked(Message):
        """A place was clicked: the line and column of the sheet."""

        def __init__(self, line: int, column: int) -> None:
            super().__init__()
            self.line = line
            self.column = column

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[SheetRow] = ()
        self._lines: list[tuple[int, str]] = []
        self._first: list[int] = []

    def show(self, rows: Sequence[SheetRow]) -> None:
        """Show other rows."""
        if list(rows) != list(self.rows):
            self.rows = rows
            self.lay_out()

    def lay_out(self) -> None:
        """Give each row its line, and lines below it for what is wrong."""
        self._lines, self._first = [], []
        width = max(self.size.width - 1, 8)
        for number, row in enumerate(self.rows):
            self._first.append(len(self._lines))
            self._lines.append((number, ""))
            if row.wrong:
                said = wrapped("▲ " + harmless(row.wrong), width - 2)
                self._lines += [(number, "  " + part) for part in said]
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        self.lay_out()

    def line_of(self, row: int) -> int:
        """Return the line on which a row stands."""
        return self._first[row] if row < len(self._first) else 0

    def row_at(self, line: int) -> int | None:
        """Return the row that stands on a line."""
        return self._lines[line][0] if 0 <= line < len(self._lines) else None

    def column_of(self, row: SheetRow, cell: int) -> int:
        """Return the column at which a cell begins."""
        return self._room(row) + sum(its.width + 1 for its in row.cells[:cell])

    def _room(self, row: SheetRow) -> int:
        """Return the cells of a row's label: fewer than it wants where its figures need them."""
        figures = sum(its.width + 1 for its in row.cells)
        return min(row.room, max(self.size.width - 1 - figures, LEAST_LABEL))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        line = y + self.scroll_offset.y
        style = {
            look: self.get_component_rich_style(f"grid--{look}", partial=False)
            for look in self.LOOKS
        }
        if not 0 <= line < len(self._lines):
            return Strip.blank(self.size.width, style["plain"])
        number, said = self._lines[line]
        row = self.rows[number]
        if said:
            parts = [Segment(said, style["bad"])]
        elif not row.cells:
            label = fit(" " + harmless(row.label, 400), max(self.size.width - 1, 1))
            parts = [Segment(label, style[row.look if row.look in style else "plain"])]
        else:
            mark = "▲" if row.wrong else " "
            label = fit(mark + harmless(row.label, 200), self._room(row) - 1) + " "
            parts = [Segment(label, style["bad" if row.wrong else "plain"])]
            for cell in row.cells:
                text = fit(harmless(cell.text, 200), cell.width, right=cell.right)
                parts += [Segment(text, style["cell"]), Segment(" ", style["plain"])]
        return Strip(parts).adjust_cell_length(self.size.width, style["plain"])

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked(event.y + self.scroll_offset.y, event.x))


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
        line, height = self._grid.line_of(number), self._grid.size.height
        top = self._grid.scroll_offset.y
        if height and not top <= line < top + height:
            top = max(line - height + 1, 0) if line >= top + height else line
            self._grid.scroll_to(y=top, animate=False, force=True, immediate=True)
        x = self._grid.column_of(row, column)
        room = self._grid.size.width - 1 - x
        self.field.styles.offset = (x, line - top)
        self.field.styles.width = max(min(row.cells[column].width, room), 1)

    def on_resize(self) -> None:
        self.call_after_refresh(self._place)

    def on_grid_clicked(self, event: Grid.Clicked) -> None:
        event.stop()
        number = self._grid.row_at(event.line)
        if number is None or not self._grid.rows[number].cells:
            return
        row = self._grid.rows[number]
        at = [self._grid.column_of(row, column) for column in range(len(row.cells))]
        column = sum(start <= event.column for start in at) - 1
        self.go(row.cells[max(column, 0)].at)
        self.field.focus()
