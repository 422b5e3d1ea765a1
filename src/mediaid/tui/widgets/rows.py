"""A table of any length: only the rows on the screen exist, and they are asked for when drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mediaid.tui.lines import pad
from mediaid.tui.text import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class Column(NamedTuple):
    """A column: its heading, its cells, whether figures end at its right edge."""

    title: str
    width: int
    right: bool = False


class Source(Protocol):
    """What the rows come from."""

    def cells(self, at: int) -> Sequence[str] | None:
        """Return the texts of a row, None where it has not been read yet."""

    def marked(self, at: int) -> bool:
        """Whether a row is marked."""


class Rows(ScrollView, can_focus=False):
    """The table. It tells which row the cursor is on, and which rows come into sight.

    The keys that move the cursor stand on its screen, where a field has the focus.
    """

    class Moved(Message):
        """The rows from `first` to `last` are in sight, and the cursor is on `at`."""

        def __init__(self, at: int, first: int, last: int) -> None:
            super().__init__()
            self.at, self.first, self.last = at, first, last

    class Opened(Message):
        """A row was chosen by a click on the row at the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--head", "rows--plain", "rows--cursor"}
    DEFAULT_CSS = """
    Rows {
        background: $surface; color: $foreground; overflow-x: hidden; scrollbar-size-vertical: 1;
        & > .rows--head { text-style: bold; color: $text-primary; }
        & > .rows--cursor { background: $primary 40%; text-style: bold; }
    }
    """

    def __init__(self, source: Source, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source = source
        self.columns: list[Column] = []
        self.count = 0
        self.at = 0

    def show(self, source: Source, count: int, columns: Sequence[Column]) -> None:
        """Show other rows, or more of the same."""
        self.source, self.columns, self.count = source, list(columns), count
        self.at = max(0, min(self.at, count - 1))
        # The first line is the heading, which stays.
        self.virtual_size = Size(self.size.width, count + 1)
        self.refresh()
        self._tell()

    @property
    def height(self) -> int:
        """How many rows are in sight."""
        return max(self.size.height - 1, 1)

    def move_to(self, at: int) -> None:
        """Put the cursor on a row, and scroll to it."""
        at = max(0, min(at, self.count - 1))
        top = self.scroll_offset.y
        if at < top:
            top = at
        elif at >= top + self.height:
            top = at - self.height + 1
        self.at = at
        self.scroll_to(y=top, animate=False, force=True, immediate=True)
        self.refresh()
        self._tell()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows that come into sight are asked for."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._tell()

    def on_resize(self, _event: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, self.count + 1)
        self._tell()

    def _tell(self) -> None:
        top = self.scroll_offset.y
        self.post_message(self.Moved(self.at, top, top + self.height))

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.y - 1
        if event.y > 0 and row < self.count:
            if row == self.at:
                self.post_message(self.Opened())
            else:
                self.move_to(row)

    def render_line(self, y: int) -> Strip:
        """Draw the heading or a row."""
        plain = self.get_component_rich_style("rows--plain")
        if y == 0:
            text = self._line([column.title for column in self.columns], "   ")
            style = self.get_component_rich_style("rows--head")
        else:
            at = self.scroll_offset.y + y - 1
            if at >= self.count:
                return Strip([Segment(" " * self.size.width, plain)])
            here = at == self.at
            mark = ("▸" if here else " ") + ("✓" if self.source.marked(at) else " ") + " "
            text = self._line(self.source.cells(at) or ["…"], mark)
            style = self.get_component_rich_style("rows--cursor" if here else "rows--plain")
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)

    def _line(self, cells: Sequence[str], mark: str) -> str:
        parts = []
        room = self.size.width - len(mark)
        for cell, column in zip(cells, self.columns, strict=False):
            if column.width > room:
                break  # a part of an amount would be another amount
            room -= column.width + 1
            shown = Content(harmless(cell, 200)).truncate(column.width, ellipsis=True).plain
            parts.append(_right(shown, column.width) if column.right else pad(shown, column.width))
        return mark + " ".join(parts)


def _right(text: str, width: int) -> str:
    return " " * max(width - cell_len(text), 0) + text
