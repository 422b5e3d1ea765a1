"""Text to read: lines that wrap by the cells they take, scroll, and redraw only when changed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mediaid.tui.lines import Line
from mediaid.tui.text import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

NARROWEST = 8


@lru_cache(maxsize=4096)
def wrapped(text: str, width: int) -> tuple[str, ...]:
    """Break text at spaces and between Chinese characters, by cells; no line is wider."""
    if not text:
        return ("",)
    return tuple(part.plain.rstrip() for part in Content(text).wrap(max(width, NARROWEST)))


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
        scrollbar-size-vertical: 1;
        & > .pane--title { text-style: bold; color: $text-primary; }
        & > .pane--strong { text-style: bold; }
        & > .pane--faint { color: $text-muted; }
        & > .pane--good { color: $text-success; text-style: bold; }
        & > .pane--warn { color: $text-warning; }
        & > .pane--bad { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._rows: list[tuple[str, str]] = []
        self._width = 0

    def show(self, lines: Sequence[Line], *, top: bool = False) -> None:
        """Show other lines; `top` scrolls back to their beginning."""
        shown = [Line(harmless(line.text), line.indent, line.look) for line in lines]
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
        # The scrollbar's column is left free, so that its coming and going wraps nothing anew.
        self._width = self.scrollable_content_region.width
        width = self.size.width - 1
        if width <= 0:
            return
        rows: list[tuple[str, str]] = []
        for line in self._lines:
            indent = min(2 * line.indent, max(width - NARROWEST, 0))
            rows += [
                (" " * indent + part, line.look) for part in wrapped(line.text, width - indent)
            ]
        if rows == self._rows:
            return
        changed = len(rows) != len(self._rows)
        self._rows = rows
        if changed:
            self.virtual_size = Size(width, len(rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        row = y + self.scroll_offset.y
        text, look = self._rows[row] if 0 <= row < len(self._rows) else ("", "plain")
        style = self.get_component_rich_style(f"pane--{look}")
        strip = Strip([Segment(text, style)])
        return strip.adjust_cell_length(
            self.size.width, self.get_component_rich_style("pane--plain")
        )
