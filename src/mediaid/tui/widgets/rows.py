"""A list of any length in columns: only the rows in sight exist, and are asked for when drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mediaid.tui.tables import fit
from mediaid.tui.text import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

LONGEST = 400
"""Characters of a cell that are looked at."""
ALL = 10_000
"""Cells of a column that takes all that is left."""
_SCROLLBAR = 1


class Column(NamedTuple):
    """A column: its heading, the cells it needs, whether its texts end at the right edge, and the
    cells it takes at most where the others leave them."""

    title: str
    width: int
    right: bool = False
    most: int = 0


def widths(columns: Sequence[Column], room: int) -> list[int]:
    """Return the widths of the columns that there is room for, a blank between them.

    Those that do not fit are left out from the first such on, since a part of an amount would be
    another amount; what is left over goes to those that can take it, in their order.
    """
    found: list[int] = []
    for column in columns:
        if column.width > room:
            break
        found.append(column.width)
        room -= column.width + 1
    room += 1  # no blank follows the last one
    for at, column in enumerate(columns[: len(found)]):
        more = max(min(column.most - column.width, room), 0)
        found[at] += more
        room -= more
    return found


class Rows(ScrollView):
    """The list. `show` gives it a length and a function from a row's number to its texts, which may
    be hostile, or not read yet (None).

    With `own_focus` its own keys move the cursor. Without, a field keeps the focus, and its screen
    calls the same actions.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home,g", "end(0)", show=False),
        Binding("end,G", "end(1)", show=False),
        Binding("enter", "choose", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--head", "rows--plain", "rows--here"}
    DEFAULT_CSS = """
    Rows {
        background: $surface; color: $foreground; overflow-x: hidden; scrollbar-size-vertical: 1;
        & > .rows--head { text-style: bold; color: $text-primary; background: $panel; }
        & > .rows--here { text-style: bold; background: $primary 40%; }
    }
    """

    class Moved(Message):
        """Another row is the one at the cursor."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    class Chosen(Moved):
        """A row is chosen: by Enter, or by a click on the row at the cursor."""

    class Seen(Message):
        """The rows from `first` up to, but not with, `end` are in sight."""

        def __init__(self, first: int, end: int) -> None:
            super().__init__()
            self.first, self.end = first, end

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        own_focus: bool = True,
        marked: Callable[[int], bool] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id, can_focus=own_focus)
        self.columns = columns
        self.count = 0
        self.at = 0
        self.texts: Callable[[int], Sequence[str] | None] = lambda _at: ()
        self._marked = marked
        self._widths: list[int] = []

    def show(
        self, count: int, texts: Callable[[int], Sequence[str] | None], at: int | None = None
    ) -> None:
        """Show other rows, with the cursor on one of them; or more of the same, where it stays."""
        self.count, self.texts = count, texts
        self.at = max(0, min(self.at if at is None else at, count - 1))
        self._lay_out()
        if at is not None:
            self._into_sight()

    def _lay_out(self) -> None:
        self._widths = widths(self.columns, self.size.width - self._lead - _SCROLLBAR)
        # The first line is the heading, which stays.
        self.virtual_size = Size(self.size.width, self.count + 1)
        self.refresh()
        self._tell()

    def on_resize(self) -> None:
        self._lay_out()
        self._into_sight()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows that come into sight are asked for."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._tell()

    def _tell(self) -> None:
        top = self.scroll_offset.y
        self.post_message(self.Seen(top, top + self.height))

    # --- the cursor ------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """How many rows are in sight."""
        return max(self.size.height - 1, 1)

    def _into_sight(self) -> None:
        top = self.scroll_offset.y
        to = self.at if self.at < top else max(top, self.at - self.height + 1)
        if to != top:
            self.scroll_to(y=to, animate=False, force=True, immediate=True)

    def go(self, at: int) -> None:
        """Put the cursor on a row, or the nearest there is, and bring it into sight."""
        at = max(0, min(at, self.count - 1))
        moved, self.at = at != self.at, at
        self._into_sight()
        self.refresh()
        if moved:
            self.post_message(self.Moved(at))

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.go(self.at + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many rows as are in sight."""
        self.go(self.at + pages * self.height)

    def action_end(self, last: int) -> None:
        """Go to the first row or the last."""
        self.go(self.count - 1 if last else 0)

    def action_choose(self) -> None:
        """Choose the row at the cursor."""
        if self.count:
            self.post_message(self.Chosen(self.at))

    def on_click(self, event: events.Click) -> None:
        at = self.scroll_offset.y + event.y - 1
        if event.y > 0 and at < self.count:
            if at == self.at:
                self.action_choose()
            else:
                self.go(at)

    # --- drawing ---------------------------------------------------------------------------------

    @property
    def _lead(self) -> int:
        """Cells in front of the columns: for the cursor's sign, and that of a marked row."""
        return 2 if self._marked is None else 3

    def render_line(self, y: int) -> Strip:
        """Draw the heading or a row."""
        at = self.scroll_offset.y + y - 1
        if y and at >= self.count:
            return Strip.blank(self.size.width, self.get_component_rich_style("rows--plain"))
        here = bool(y) and at == self.at
        lead = "▸" if here else " "
        if self._marked is not None:
            lead += "✓" if y and self._marked(at) else " "
        cells = self.texts(at) if y else [column.title for column in self.columns]
        texts = [
            fit(harmless(cell, LONGEST), width, right=column.right)
            for cell, width, column in zip(
                ["…"] if cells is None else cells, self._widths, self.columns, strict=False
            )
        ]
        style = "rows--here" if here else "rows--plain" if y else "rows--head"
        look = self.get_component_rich_style(style)
        strip = Strip([Segment(" ".join([lead, *texts]), look)])
        return strip.adjust_cell_length(self.size.width, look)
