"""What the pictures of the screens show: each scene types its way to it.

The snapshots (tests/test_tui_snapshots.py) and the pictures (tools/picture.py) are made from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.tui.screens.dialogs import Chooser
from mediaid.tui.widgets.pane import Pane
from tui_support import fill

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui_support import Desk


async def entry(desk: Desk) -> None:
    """A bill, with an earlier one that uses up part of the cap."""
    await fill(desk)
    await desk.keys("f6", "f7", "20230601", "enter", "enter", "150000", "f6")


async def wrong(desk: Desk) -> None:
    """An amount that cannot be read, and a list of codes that is open."""
    await fill(desk)
    await desk.keys(",00", "up", "up", "backspace", "backspace", "backspace")


async def palette(desk: Desk) -> None:
    """The commands that a few letters find."""
    await desk.keys("ctrl+p")
    await desk.until(lambda: isinstance(desk.app.screen, Chooser))
    await desk.settled()
    await desk.keys("gz")


async def policy(desk: Desk) -> None:
    """A pack on a day."""
    await desk.keys("f3")
    await desk.until(lambda: "90%" in desk.app.screen.query_one(Pane).plain)


async def compared(desk: Desk) -> None:
    """Two days side by side, and the bill at hand under both."""
    await fill(desk)
    await policy(desk)
    desk.app.screen.set_focus(desk.app.screen.query_one("#then"))
    await desk.settled()
    await desk.keys("20240101", "f7")
    pane = desk.app.screen.query_one(Pane)
    await desk.until(lambda: "7,200.00" in pane.plain and "  + " in pane.plain)


async def explained(desk: Desk) -> None:
    """The help of case entry."""
    await desk.keys("f1")
    await desk.until(lambda: desk.app.screen.query(Pane))


SCENES: dict[str, Callable[[Desk], Awaitable[None]]] = {
    "entry": entry,
    "entry-wrong": wrong,
    "palette": palette,
    "policy": policy,
    "policy-compared": compared,
    "help": explained,
}
