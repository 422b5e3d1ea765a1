"""One line of input, in which keys act in the order in which they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import Reactive, reactive
from textual.widgets import Input

from mediaid.tui.text import typed
from mediaid.tui.widgets.kept import Kept

if TYPE_CHECKING:
    from textual import events

LONGEST = 200
"""Characters a field takes."""
_EDITING = {binding.key: binding.action for binding in Binding.make_bindings(Input.BINDINGS)}
"""What the keys of an input do, by key."""


class LineInput(Kept, Input):
    """Textual's input, with three things put right.

    Its editing keys (Backspace, arrows …) travel up to the app before they act, while letters act
    at once: typed ahead of the screen, as over a slow line, `5⌫1` would come out as another
    amount. Here a key acts when it arrives. Nothing gets in that could not be shown. And a key lays
    out no other widget: only the text inside becomes longer, the field stays as wide as it is.
    """

    virtual_size: Reactive[Size] = reactive(Size(0, 0), layout=False)

    async def on_key(self, event: events.Key) -> None:
        """Do what an editing key does; Textual's own handler takes the letters."""
        action = _EDITING.get(event.key)
        if action is not None and not event.is_printable:
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def validate_value(self, value: str) -> str:
        """Take in only what can be shown."""
        return typed(value, LONGEST)
