"""What is typed while there is nothing to type into yet is kept, and given on in its order."""

from __future__ import annotations

from textual import events, on
from textual.app import App
from textual.message import Message

from mediaid.tui.guard import report


class TypeAhead(App[None]):
    """An app that begins by holding its keys back; `release` gives them on."""

    class Released(Message):
        """There is something to type into; `number` tells for which time keys were held back."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__()
        self._held: list[events.Key | events.Paste] | None = []
        self._holds = 0

    def hold(self) -> None:
        """Keep what is typed from now on."""
        self._holds += 1
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Give on what was kept, then each key as it comes."""
        # By way of the queue: keys that stand in it come after those kept.
        self.post_message(self.Released(self._holds))

    def is_held(self, event: events.Key | events.Paste) -> bool:
        """Whether an event is one of those to keep."""
        return not event.is_forwarded

    async def on_event(self, event: events.Event) -> None:
        """Keep what was typed too early."""
        if (
            self._held is not None
            and isinstance(event, events.Key | events.Paste)
            and self.is_held(event)
        ):
            self._held.append(event)
        else:
            await super().on_event(event)

    @on(Released)
    async def _given_on(self, released: Released) -> None:
        if released.number != self._holds:
            return  # held back again since
        held, self._held = self._held or [], None
        for event in held:
            try:
                await super().on_event(event)
            except Exception as error:  # noqa: BLE001, RUF100 - the keys after it are as good
                report(self, error)
