"""Drives the terminal interface without a terminal, and looks at what it draws."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events

from hostile import obeyed
from mediaid.tui.app import MediaidApp
from mediaid.tui.widgets.fields import ChoiceList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.message_pump import MessagePump
    from textual.pilot import Pilot

    from mediaid.desk.entry import Entry
    from mediaid.tui.screens.entry import EntryPage

SIZES = ((80, 24), (160, 50))
NAMED = {"enter", "tab", "shift+tab", "up", "down", "escape", "space", "backspace"}


class Desk:
    """The running interface, as a test sees it."""

    def __init__(self, app: MediaidApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def page(self) -> EntryPage:
        return self.app.entry_page

    @property
    def entry(self) -> Entry:
        assert self.page.entry is not None
        return self.page.entry

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; fail after a minute, with what is on the screen."""
        try:
            async with asyncio.timeout(60):
                while not holds():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            strips = self.app.screen._compositor.render_strips()
            raise AssertionError("\n".join(strip.text for strip in strips)) from None

    async def keys(self, *keys: str) -> None:
        """Type at once, as a fast typist ahead of the screen: words by character, keys by name."""
        for key in keys:
            if key in NAMED or key.startswith("ctrl+") or (key[0] == "f" and key[1:].isdigit()):
                self.app.post_message(events.Key(key, " " if key == "space" else None))
                continue
            for character in key:
                name = character if character.isalnum() else unicodedata.name(character, "x")
                self.app.post_message(events.Key(name.lower().replace(" ", "_"), character))
        await self.settled()

    async def paste(self, text: str) -> None:
        """Paste into the field at the cursor."""
        self.app.post_message(events.Paste(text))
        await self.settled()

    async def settled(self) -> None:
        """Wait until everything sent so far has been dealt with."""
        for _round in range(2):
            await self._passed(self.app)
            # What a widget tells goes up from parent to parent, each with a queue of its own.
            for pump in (self.app.focused or self.app.screen).ancestors_with_self:
                await self._passed(pump)
        self.app.screen._on_timer_update()

    async def _passed(self, pump: MessagePump) -> None:
        arrived = asyncio.Event()
        pump.call_later(arrived.set)
        await self.until(lambda: arrived.is_set() or not pump.is_attached)

    def grid(self) -> list[str]:
        """What is on the screen, line by line; every line is as wide as the screen."""
        lines = [strip.text for strip in self.app.screen._compositor.render_strips()]
        assert len(lines) == self.app.size.height
        for line in lines:
            assert cell_len(line) == self.app.size.width, line
            assert not obeyed(line), line
        return lines

    def shown(self) -> str:
        """What is on the screen, as one text."""
        return "\n".join(self.grid())


def drive(
    scenario: Callable[[Desk], Awaitable[None]],
    size: tuple[int, int] = SIZES[0],
    register: str = "",
) -> MediaidApp:
    """Open the interface, wait for its form, run a scenario, and close it."""

    async def run() -> MediaidApp:
        app = MediaidApp(register)
        async with app.run_test(size=size, notifications=True) as pilot:
            desk = Desk(app, pilot)
            await desk.until(lambda: app.entry_page.entry and app.focused)
            await desk.settled()
            await scenario(desk)
        return app

    return asyncio.run(run())


async def fill(desk: Desk) -> None:
    """Enter the bill of README's worked case."""
    await desk.keys("P1", "enter", "db", "enter", "jm", "enter")
    await desk.keys("20230501", "enter", "zy", "enter", "8000")


async def person_chosen(desk: Desk, typed: str) -> None:
    """Choose the first person found by what is typed, and wait until they are known."""
    await desk.keys(typed)
    await desk.until(lambda: desk.page.query_one(ChoiceList).display)
    await desk.keys("enter")
    await desk.until(lambda: desk.entry.standing is not None)
    await desk.settled()


async def asked(desk: Desk, kind: type) -> None:
    """Wait for a dialog or screen."""
    await desk.until(lambda: isinstance(desk.app.screen, kind))
    await desk.settled()
