"""A list of any length to walk through: only the rows in sight are made into text and drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mediaid.tui.tables import fit
from mediaid.tui.text import harmless


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in cells (0: what is left), which side its texts end at."""

    head: str
    width: int
    right: bool = False


class RowList(ScrollView, can_focus=True):
    """A list with headings. `show` gives it a length and a function from a row's number to its
    texts, which may be hostile."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rowlist--head", "rowlist--row", "rowlist--here"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home,g", "move(-1000000000)", show=False),
        Binding("end,G", "move(1000000000)", show=False),
        Binding("enter", "choose", show=False),
    ]
    DEFAULT_CSS = """
    RowList {
        background: $surface; scrollbar-size-vertical: 1; overflow-x: hidden;
        & > .rowlist--head { text-style: bold; color: $text-primary; background: $panel; }
        & > .rowlist--row { color: $foreground; }
        & > .rowlist--here { background: $primary 35%; }
    }
    """

    class Moved(Message):
        """Another row is the one at the cursor."""

        def __init__(self, rows: RowList, row: int) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

    class Chosen(Moved):
        """A row is chosen."""

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.count = 0
        self.at = 0
        self._texts: Callable[[int], Sequence[str]] = lambda _row: ()

    def show(self, count: int, texts: Callable[[int], Sequence[str]], at: int = 0) -> None:
        """Show other rows, with the cursor at one of them."""
        self.count, self._texts = count, texts
        self.at = max(0, min(at, count - 1))
        self.virtual_size = Size(self.size.width, count + 1)
        self._into_sight()
        self.refresh()

    def on_resize(self) -> None:
        self._into_sight()
        self.refresh()

    def _into_sight(self) -> None:
        top, height = self.scroll_offset.y, max(self.size.height - 1, 1)
        if self.at < top:
            self.scroll_to(y=self.at, animate=False, force=True, immediate=True)
        elif self.at >= top + height:
            self.scroll_to(y=self.at - height + 1, animate=False, force=True, immediate=True)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        at = max(0, min(self.at + rows, self.count - 1))
        if at != self.at:
            self.at = at
            self._into_sight()
            self.refresh()
            self.post_message(self.Moved(self, at))

    def action_page(self, pages: int) -> None:
        """Move the cursor by so many pages."""
        self.action_move(pages * max(self.size.height - 2, 1))

    def action_choose(self) -> None:
        """Choose the row at the cursor."""
        if self.count:
            self.post_message(self.Chosen(self, self.at))

    def on_click(self, event: events.Click) -> None:
        row = event.y - 1 + self.scroll_offset.y
        if event.y and row < self.count:
            self.focus()
            self.action_move(row - self.at)
            if event.chain > 1:
                self.action_choose()

    def _sizes(self) -> list[int]:
        room = self.size.width - 1 - sum(its.width + 1 for its in self.columns if its.width)
        free = sum(not its.width for its in self.columns)
        return [its.width or max(room // max(free, 1) - 1, 1) for its in self.columns]

    def render_line(self, y: int) -> Strip:
        """Draw a line: the headings, which stay, or a row."""
        plain = self.get_component_rich_style("rowlist--row")
        row = y - 1 + self.scroll_offset.y
        if y == 0:
            cells, style = [its.head for its in self.columns], "rowlist--head"
        elif row < self.count:
            cells = list(self._texts(row))
            style = "rowlist--here" if row == self.at else "rowlist--row"
        else:
            return Strip.blank(self.size.width, plain)
        sign = "▸" if y and row == self.at else " "
        texts = [
            fit(harmless(cell, 400), size, right=its.right)
            for cell, size, its in zip(cells, self._sizes(), self.columns, strict=True)
        ]
        look = self.get_component_rich_style(style)
        strip = Strip([Segment(sign + " ".join(texts), look)])
        return strip.adjust_cell_length(self.size.width, look if y == 0 else plain)
