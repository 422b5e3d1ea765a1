"""What the pictures of the screens show: each scene types its way to it.

The snapshots (tests/test_tui_snapshots.py) and the pictures (tools/picture.py) are made from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.tui.screens.asking import Form
from mediaid.tui.screens.budget import BudgetPage
from mediaid.tui.screens.case import CasePage, PersonPage
from mediaid.tui.screens.dialogs import Chooser
from mediaid.tui.screens.importing import ImportPage
from mediaid.tui.screens.register import RegisterPage
from mediaid.tui.widgets.fields import ChoiceList
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.rows import Rows
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


async def listed(desk: Desk) -> None:
    """The cases of the demonstration."""
    await desk.keys("f10")
    await desk.until(lambda: isinstance(desk.app.screen, RegisterPage))
    rows = desk.app.screen.query_one(Rows)
    await desk.until(lambda: rows.count and rows.texts(rows.count - 1) is not None)


async def opened(desk: Desk) -> None:
    """One of them."""
    await listed(desk)
    await desk.keys("enter")
    await desk.until(lambda: isinstance(desk.app.screen, CasePage))
    await desk.until(lambda: "SF" in desk.app.screen.query_one(Pane).plain)


async def year(desk: Desk) -> None:
    """The year of its person."""
    await opened(desk)
    await desk.keys("f6")
    await desk.until(lambda: isinstance(desk.app.screen, PersonPage))
    await desk.until(lambda: desk.app.screen.query_one(Pane).plain)


async def found(desk: Desk) -> None:
    """A person found while typing, in case entry."""
    await desk.keys("赵")
    await desk.until(lambda: desk.page.query_one(ChoiceList).display)


async def papers(desk: Desk) -> None:
    """What is asked before a case is submitted."""
    await found(desk)
    await desk.keys("enter")
    await desk.until(lambda: desk.entry.standing is not None)
    await desk.settled()
    await desk.keys("20230501", "enter", "zy", "enter", "8000", "enter", "示范医院", "enter", "A1")
    await desk.keys("ctrl+s")
    await desk.until(lambda: isinstance(desk.app.screen, Form))


async def new_register(desk: Desk) -> None:
    """What is asked of a register that is to be created; where it is kept is blotted out."""
    await desk.keys("f10")
    await desk.until(lambda: isinstance(desk.app.screen, Chooser))
    await desk.settled()
    await desk.keys("enter")
    await desk.until(lambda: isinstance(desk.app.screen, Form))
    await desk.settled()
    await desk.keys("shift+tab", *["backspace"] * 200, "tz.db", "tab", "某镇")


async def importing(desk: Desk) -> None:
    """The screen that takes in files."""
    await desk.keys("ctrl+l")
    await desk.until(lambda: isinstance(desk.app.screen, ImportPage))


async def funding(desk: Desk) -> None:
    """What the published headcounts cost, and who pays."""
    await desk.keys("ctrl+g")
    await desk.until(lambda: isinstance(desk.app.screen, BudgetPage))
    await desk.until(lambda: "各承担方合计" in desk.shown())


async def reconciled(desk: Desk) -> None:
    """The published budget held against arithmetic."""
    await funding(desk)
    await desk.keys("f6", "f6")


SCENES: dict[str, Callable[[Desk], Awaitable[None]]] = {
    "entry": entry,
    "entry-wrong": wrong,
    "palette": palette,
    "policy": policy,
    "policy-compared": compared,
    "help": explained,
    "import": importing,
    "register-new": new_register,
    "budget": funding,
    "budget-reconciled": reconciled,
}
ON_THE_DEMONSTRATION: dict[str, Callable[[Desk], Awaitable[None]]] = {
    "register": listed,
    "case": opened,
    "person": year,
    "entry-found": found,
    "entry-papers": papers,
}
"""Scenes that are played on the register of made-up people."""
