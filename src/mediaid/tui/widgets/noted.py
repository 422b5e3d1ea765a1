"""Rows to fill in, each with what is said of it below: what the sheet and the grid of bills share.

They stay two widgets for the rest: a sheet's rows have a label and cells of their own, as a form
has; all bills have the same columns, under a heading that stays, and scroll to the side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, TypeVar

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView

from mediaid.tui.widgets.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style

Row = TypeVar("Row")


class NotedLine(NamedTuple):
    """A line: of which row, and what is said there, or nothing where the row itself stands."""

    at: int
    row: object
    said: str = ""


class NotedRows(Kept, ScrollView, Generic[Row], can_focus=False):
    """The rows, drawn line by line; only the lines that change are drawn anew."""

    LOOKS: ClassVar[tuple[str, ...]] = ("plain", "title", "faint", "bad", "cell")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"noted--{look}" for look in LOOKS}
    DEFAULT_CSS = """
    NotedRows {
        background: $surface; color: $foreground; scrollbar-size: 1 1;
        & > .noted--title { text-style: bold; color: $text-primary; }
        & > .noted--faint { color: $text-muted; }
        & > .noted--bad { color: $text-error; }
        & > .noted--cell { background: $boost; }
    }
    """
    HEAD: ClassVar[int] = 0
    """Lines at the top that stay."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Row] = ()
        self.lines: list[NotedLine] = []
        self._first: list[int] = []
        self._looks: dict[str, Style] = {}

    def notes(self, row: Row) -> Iterable[str]:
        """Return what is said of a row, as the lines it takes."""
        raise NotImplementedError

    @property
    def whole_width(self) -> int:
        """How many cells a row takes with all that is out of sight."""
        raise NotImplementedError

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        if rows != self.rows:
            self.rows = rows
            self.lay_out()

    def lay_out(self) -> None:
        """Give each row its line, and lines below it for what is said of it."""
        old, self.lines, self._first = self.lines, [], []
        for at, row in enumerate(self.rows):
            self._first.append(len(self.lines))
            self.lines.append(NotedLine(at, row))
            self.lines += [NotedLine(at, row, said) for said in self.notes(row)]
        self.virtual_size = Size(self.whole_width, len(self.lines) + self.HEAD)
        top, width = self.scroll_offset.y, self.size.width
        changed = [
            Region(0, line + self.HEAD - top, width, 1)
            for line in range(top, top + self.size.height)
            if self.lines[line : line + 1] != old[line : line + 1]
        ]
        if changed:
            self.refresh(*changed)

    def on_resize(self) -> None:
        self.lay_out()

    def notify_style_update(self) -> None:
        """Draw anew in other colours."""
        super().notify_style_update()
        self._looks.clear()

    def look(self, name: str) -> Style:
        """Return one of the looks."""
        if name not in self._looks:
            self._looks[name] = self.get_component_rich_style(f"noted--{name}")
        return self._looks[name]

    @property
    def height(self) -> int:
        """How many lines are in sight, but for those that stay."""
        return self.scrollable_content_region.height - self.HEAD

    def line_at(self, y: int) -> NotedLine | None:
        """Return what stands on a line of the widget below those that stay, None for nothing."""
        line = y - self.HEAD + self.scroll_offset.y
        return self.lines[line] if y >= self.HEAD and 0 <= line < len(self.lines) else None

    def top_of(self, at: int) -> int:
        """Return on which line of all a row stands; the first line for a row there is not."""
        return self._first[at] if at < len(self._first) else 0

    def top_to_see(self, at: int) -> int:
        """Return the line to scroll to so that a row is in sight, and what is said below it."""
        line, top = self.top_of(at), self.scroll_offset.y
        lines = sum(its.at == at for its in self.lines)
        return line if line < top else max(top, min(line + lines - max(self.height, 1), line))
