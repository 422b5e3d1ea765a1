"""One line of input, in which keys act in the order in which they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.reactive import Reactive, reactive
from textual.widgets import Input

from mediaid.tui.text import typed
from mediaid.tui.widgets.kept import Kept

if TYPE_CHECKING:
    from textual import events

LONGEST = 200
"""Characters a field takes."""


class LineInput(Kept, Input):
    """Textual's input, with three things put right.

    Its editing keys (Backspace, arrows …) travel up to the app before they act, while letters act
    at once: typed ahead of the screen, as over a slow line, `5⌫1` would come out as another
    amount. Here a key acts when it arrives. Nothing gets in that could not be shown. And a key lays
    out no other widget: only the text inside becomes longer, the field stays as wide as it is.
    """

    virtual_size: Reactive[Size] = reactive(Size(0, 0), layout=False)

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable:
            return  # Textual's own handler comes next
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if not binding.priority:
                event.stop()
                event.prevent_default()
                await self.run_action(binding.action)
                return

    def validate_value(self, value: str) -> str:
        """Take in only what can be shown."""
        return typed(value, LONGEST)
