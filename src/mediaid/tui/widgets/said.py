"""A line of text that is drawn anew only when it changes."""

from __future__ import annotations

from mediaid.tui.widgets.kept import Words
from mediaid.tui.widgets.pane import wrapped


class Said(Words):
    """A text that is drawn anew only when it changes. `grows`: its height is that of the text."""

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
        rows = sum(len(wrapped(line, width)) for line in text.splitlines()) if self._grows else 0
        self.update(text, layout=rows != self._rows)
        self._rows = rows
        return True
