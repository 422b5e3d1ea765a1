"""The terminal interface on a register: its memory, and how long a key holds up the next.

    python -m benchmarks.tui_register make FILE PERSONS     four cases a person; 0: empty
    python -m benchmarks.tui_register look FILE             open it, walk through it, find in it

`look` opens the program on the register as its user does, goes to the cases, to the last of them
and back, types a name and a number, filters by state, and prints as JSON the seconds until the
first cases were there and until all were counted, and the longest turn of the event loop, during
which no key is looked at, in milliseconds of the clock and of the processor. Its peak of memory is
that of the process.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable

os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"

from textual import events

from benchmarks.register_grow import grow
from benchmarks.tui_driver import SIZE, Nowhere
from mediaid.i18n import choose
from mediaid.packs.load import load_pack
from mediaid.register.database.open import create_register
from mediaid.register.determinations.packs import adopt_pack
from mediaid.tui.app import MediaidApp
from mediaid.tui.screens.register import RegisterPage

PAUSE = 0.03
NAME = "person 12345"
NUMBER = "999999"


def make(where: str, persons: int) -> None:
    """Make a register of so many persons with four cases each, or an empty one."""
    if persons:
        grow(where, persons)
        return
    offices = {"MH": "Office"}
    create_register(
        where, offices, first=lambda work: adopt_pack(work, load_pack("shanghai-minhang"))
    ).close()


class Held:
    """How long each turn of the event loop took, while it is measured: of the clock, and of the
    processor, which says less about what else the machine was doing."""

    longest = 0.0
    busiest = 0.0
    measuring = False

    @classmethod
    def watch(cls) -> None:
        """Time every callback of the event loop from now on."""
        run = asyncio.events.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            began, busy = time.perf_counter(), time.thread_time()
            run(handle)
            if cls.measuring:
                cls.longest = max(cls.longest, time.perf_counter() - began)
                cls.busiest = max(cls.busiest, time.thread_time() - busy)

        asyncio.events.Handle._run = timed  # type: ignore[method-assign]


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(600):
        while not holds():
            await asyncio.sleep(0.01)


async def walk(app: MediaidApp) -> dict[str, float]:
    """Do what is measured, in a program that has just been started."""

    async def press(*keys: str) -> None:
        for key in keys:
            character = " " if key == "space" else key if len(key) == 1 else None
            app.post_message(events.Key(key, character))
            await asyncio.sleep(PAUSE)

    await until(lambda: app.is_running and app.entry_page.entry and app.focused)
    await asyncio.sleep(0.5)
    began = time.perf_counter()
    await press("f10")
    await until(lambda: isinstance(app.screen, RegisterPage) and app.screen.ledger)
    page = app.screen
    assert isinstance(page, RegisterPage)

    def ledger_is(what: str) -> bool:
        ledger = page.ledger
        return ledger is not None and ledger.wanted.text == what and ledger.counted

    await until(lambda: page.ledger is not None and (page.ledger.count or page.ledger.counted))
    first = time.perf_counter() - began
    await until(lambda: ledger_is(""))
    counted = time.perf_counter() - began
    Held.measuring = True
    await press("ctrl+end", *["pageup"] * 30, *["up"] * 60, "ctrl+home", *["pagedown"] * 30)
    for text in (NAME, NUMBER):
        await press(*("space" if letter == " " else letter for letter in text))
        typed = page.query_one("#search").value  # type: ignore[attr-defined]
        await until(lambda typed=typed: ledger_is(typed))
        await press(*["backspace"] * len(typed))
        await until(lambda: ledger_is(""))
    if page.ledger is not None:
        page.look(page.ledger.again(state="filed"))
        await until(lambda: ledger_is(""))
    Held.measuring = False
    app.exit()
    held = {"held": Held.longest * 1e3, "busy": Held.busiest * 1e3}
    return {"first": first, "counted": counted, **held}


def look(where: str) -> None:
    """Open the program on a register and measure."""
    choose("zh")
    Held.watch()
    app = MediaidApp(where, loaded=gc.freeze)
    app.driver_class = Nowhere

    async def run() -> dict[str, float]:
        walking = asyncio.create_task(walk(app))
        await app.run_async(size=SIZE)
        return await walking

    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIAID_STATE"] = folder
        print(json.dumps(asyncio.run(run())))


def main() -> None:
    what, where, *persons = sys.argv[1:]
    if what == "make":
        make(where, int(persons[0]))
    else:
        look(where)


if __name__ == "__main__":
    main()
