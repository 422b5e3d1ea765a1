"""A line of text that is drawn anew only when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from mediaid.tui.widgets.kept import Words
from mediaid.tui.wrap import wrapped

if TYPE_CHECKING:
    from textual.app import RenderResult
    from textual.geometry import Size


class Said(Words):
    """A text that is drawn anew only when it changes. `grows`: its height is that of the text;
    otherwise what does not fit is cut with an ellipsis."""

    def __init__(
        self, *, id: str | None = None, classes: str | None = None, grows: bool = False
    ) -> None:
        super().__init__("", id=id, classes=classes, markup=False)
        self._said = ""
        self._grows = grows
        self._rows = 0

    def say(self, text: str) -> bool:
        """Show a text that has been made harmless; whether it is another one."""
        if text == self._said:
            return False
        self._said = text
        width = self.content_size.width
        rows = len(self._wrapped(width)) if self._grows else 0
        self.update(text, layout=rows != self._rows)
        self._rows = rows
        return True

    def _wrapped(self, width: int) -> list[str]:
        return [row for line in self._said.splitlines() for row in wrapped(line, width)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows the text takes in a width."""
        if self._grows:
            return len(self._wrapped(width))
        return super().get_content_height(container, viewport, width)

    def render(self) -> RenderResult:
        """Draw the text as it is broken into rows here."""
        width = self.content_size.width
        if self._grows:
            return Content("\n".join(self._wrapped(width)))
        return Content(self._said).truncate(width, ellipsis=True)
