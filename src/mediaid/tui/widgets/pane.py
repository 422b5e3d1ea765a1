"""Text to read: lines that wrap by the cells they take, scroll, and redraw only when changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size, Spacing
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mediaid.tui.lines import Line
from mediaid.tui.text import harmless
from mediaid.tui.wrap import hung

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_KEPT = 1024
"""Rows a pane keeps as they were drawn."""


def _rows(line: Line, width: int) -> list[str]:
    """Break a line; what goes on below stands under its beginning, not under its indentation."""
    text = "  " * line.indent + line.text
    if cell_len(text) <= width:
        return [text]
    said = text.lstrip(" ")
    indent = min(len(text) - len(said), width // 2)
    return [" " * indent + part for part in hung(said, width - indent, line.hang)]


class Pane(ScrollView, can_focus=True):
    """A scrolling text. `show` replaces it; texts may be hostile."""

    LOOKS: ClassVar[tuple[str, ...]] = ("plain", "title", "strong", "faint", "good", "warn", "bad")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"pane--{look}" for look in LOOKS}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", show=False),
        Binding("down,j", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown,space", "page_down", show=False),
        Binding("home,g", "scroll_home", show=False),
        Binding("end,G", "scroll_end", show=False),
    ]
    DEFAULT_CSS = """
    Pane {
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-background-hover: $surface;
        scrollbar-background-active: $surface;
        & > .pane--title { text-style: bold; color: $text-primary; }
        & > .pane--strong { text-style: bold; }
        & > .pane--faint { color: $text-muted; }
        & > .pane--good { color: $text-success; text-style: bold; }
        & > .pane--warn { color: $text-warning; }
        & > .pane--bad { color: $text-error; text-style: bold; }
    }
    """

    # The height of the text lays out nothing by itself: see _scrolled_height.
    virtual_size: Reactive[Size] = reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._rows: list[tuple[str, str]] = []
        self._width = 0
        self._strips: dict[tuple[str, str, int], Strip] = {}
        self._edges: dict[tuple[int, int], Strip] = {}

    def show(self, lines: Sequence[Line], *, top: bool = False) -> None:
        """Show other lines; `top` scrolls back to their beginning."""
        shown = [line._replace(text=harmless(line.text)) for line in lines]
        if shown != self._lines:
            self._lines = shown
            self._lay_out()
        if top:
            self.scroll_to(y=0, animate=False)

    @property
    def plain(self) -> str:
        """The text as it was given, for tests and for copying."""
        return "\n".join("  " * line.indent + line.text for line in self._lines)

    def on_resize(self, _event: events.Resize) -> None:
        if self.scrollable_content_region.width != self._width:
            self._lay_out()

    def _lay_out(self) -> None:
        width = self._width = self.scrollable_content_region.width
        if width <= 0:
            return
        rows: list[tuple[str, str]] = []
        for line in self._lines:
            rows += [(part, line.look) for part in _rows(line, width)]
        old, self._rows = self._rows, rows
        if len(rows) != len(old):
            self._scrolled_height(width)
        first = self.scroll_offset.y
        changed = [
            Region(0, row - first, self.size.width, 1)
            for row in range(first, first + self.size.height)
            if rows[row : row + 1] != old[row : row + 1]
        ]
        if changed:
            self.refresh(*changed)

    def _scrolled_height(self, width: int) -> None:
        """Take the number of rows in; the screen is laid out for it only where the bar comes or
        goes."""
        self.virtual_size = Size(width, len(self._rows))
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = len(self._rows)
        if self.show_vertical_scrollbar != (len(self._rows) > self.size.height):
            self.refresh(layout=True)
        self.scroll_y = self.scroll_y  # which its new bounds may change

    def notify_style_update(self) -> None:
        """Draw anew in other colours."""
        super().notify_style_update()
        self._strips.clear()
        self._edges.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region.

        Every line of a pane looks the same at its sides, so lines are kept whole, and by what they
        say: Textual would put the padding around each of them and filter it again on every key.
        Borders above and below are Textual's.
        """
        gutter = self.styles.gutter
        width, height = self.outer_size
        strips = [
            self._whole(y - gutter.top, width, gutter)
            if gutter.top <= y < height - gutter.bottom
            else self._edge(y, width)
            for y in crop.line_range
        ]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _edge(self, y: int, width: int) -> Strip:
        if (y, width) not in self._edges:
            (strip,) = super().render_lines(Region(0, y, width, 1))
            self._edges[y, width] = strip
        return self._edges[y, width]

    def _whole(self, y: int, width: int, gutter: Spacing) -> Strip:
        """Return a row with the padding at its sides."""
        row = y + self.scroll_offset.y
        text, look = self._rows[row] if 0 <= row < len(self._rows) else ("", "plain")
        drawn = text, look, width
        strip = self._strips.get(drawn)
        if strip is None:
            if len(self._strips) >= _KEPT:
                self._strips.clear()
            plain = self.get_component_rich_style("pane--plain")
            parts = [
                Segment(" " * gutter.left, plain),
                Segment(text, self.get_component_rich_style(f"pane--{look}")),
            ]
            strip = Strip(parts).adjust_cell_length(width - gutter.right, plain)
            strip = strip.extend_cell_length(width, plain)
            for its in self.get_line_filters():
                strip = strip.apply_filter(its, self.background_colors[1])
            self._strips[drawn] = strip
        return strip
