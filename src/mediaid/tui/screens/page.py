"""What all screens have in common: the bars at top and bottom, and the guard against errors."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from mediaid.tui.actions import key_name
from mediaid.tui.desk_app import DeskApp
from mediaid.tui.guard import Guarded
from mediaid.tui.widgets.bars import KeyBar, TopBar
from mediaid.tui.widgets.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult


class Page(Guarded, Kept, Screen[None]):
    """A screen of its own; `page` is its name in the registry of actions."""

    page: ClassVar[str] = ""
    AUTO_FOCUS = ""

    @property
    def desk_app(self) -> DeskApp:
        """The app, by its type."""
        assert isinstance(self.app, DeskApp)
        return self.app

    def compose(self) -> ComposeResult:
        """Place the bars around the screen's own parts."""
        keys = self.desk_app.keys_by_action
        yield TopBar(self.page, keys)
        yield from self.parts()
        yield KeyBar(self.page, keys)

    def parts(self) -> ComposeResult:
        """Yield what the screen itself consists of."""
        raise NotImplementedError

    def key(self, action: str) -> str:
        """Return the key that does an action, as it is shown."""
        return key_name(self.desk_app.keys_by_action[action])

    def say(self, about: str) -> None:
        """Show what is being worked on in the top bar."""
        self.query_one(TopBar).say(about)

    async def soon(self, holds: Callable[[], object]) -> None:
        """Wait for what one types ahead of, such as rows that are being read; but not for long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while not holds():
                    await asyncio.sleep(0.01)

    async def keys_arrived(self) -> None:
        """Wait until what was typed so far has arrived at the field that has the focus."""
        if self.focused is None:
            return
        # What a field tells goes up from parent to parent, each with a queue of its own.
        for pump in self.focused.ancestors_with_self:
            if pump is self.app:
                break
            arrived = asyncio.Event()
            pump.call_later(arrived.set)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(arrived.wait(), 1)
