"""CPU time of typing into the case form, or into a bare Textual form with as many fields.

    python benchmarks/tui_form.py mediaid|bare KEYS

Every key is typed alone: the next one comes when the screen shows the one before. The screen is
drawn as for a real terminal (160×50, colours, escape codes); what a terminal would be sent goes
nowhere. Two mixes are typed: `bill`, the second bill of a case from field to field, with the lists
of codes opening and a line for the next bill added; and `amount`, digits put into and taken from
its amount, each of which changes total, cap and explanation. Prints as JSON the CPU milliseconds
per key of each, and the bytes a terminal is sent for a key of `amount`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable

os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"

from textual import events
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from tui_driver import SIZE, Nowhere

PAUSE = 0.03
"""Seconds between keys: two turns of the timer by which Textual draws."""
PERSON = ("P1", "dibao", "resident")
BILL = ("20230501", "inpatient", "8000")
FIELDS = 24
"""What the case form has with two bills typed and the next line open."""


class BareForm(App[None]):
    """Fields and nothing else."""

    CSS = "Input { height: 1; }"

    def compose(self) -> ComposeResult:
        """Place the fields below each other."""
        with VerticalScroll():
            for _number in range(FIELDS):
                yield Input(compact=True, select_on_focus=False)


async def type_keys(app: App[None], keys: Iterable[str]) -> float:
    """Type keys one by one; return the CPU milliseconds of each, on average."""
    count, began = 0, time.process_time()
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))
        await asyncio.sleep(PAUSE)
        count += 1
    return (time.process_time() - began) * 1e3 / count


def amount_keys(number: int) -> list[str]:
    """Digits and backspaces behind an amount, which ends as it was."""
    return (["5", "backspace", "1", "2", "backspace", "backspace"] * number)[: number // 6 * 6]


def field_keys(texts: Iterable[str], onward: str) -> list[str]:
    """Texts, field by field."""
    return [key for text in texts for key in (*text, onward)]


async def measure(
    app: App[None], onward: str, ready: Callable[[], object], number: int
) -> dict[str, float]:
    """Type both mixes and return what they cost."""
    while not ready():
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)
    await type_keys(app, field_keys((*PERSON, *BILL), onward))
    bill = await type_keys(app, field_keys(BILL, onward)[:-1])
    await type_keys(app, amount_keys(12))
    Nowhere.sent = 0
    amount = await type_keys(app, amount_keys(number))
    sent = Nowhere.sent / number
    app.exit()
    return {"bill": bill, "amount": amount, "bytes": sent}


def form(which: str) -> tuple[App[None], str, Callable[[], object]]:
    """The app, the key to its next field, and whether it can be typed into."""
    if which == "bare":
        app = BareForm(driver_class=Nowhere)
        return app, "tab", lambda: app.focused
    from mediaid.i18n import choose  # noqa: PLC0415
    from mediaid.tui.app import MediaidApp  # noqa: PLC0415

    choose("zh")
    desk = MediaidApp(loaded=gc.freeze)  # as the program does
    desk.driver_class = Nowhere
    return desk, "enter", lambda: desk.focused


def main() -> None:
    which, number = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIAID_STATE"] = folder
        app, onward, ready = form(which)

        async def run() -> dict[str, float]:
            typing = asyncio.create_task(measure(app, onward, ready, number))
            await app.run_async(size=SIZE)
            return await typing

        print(json.dumps(asyncio.run(run())))


if __name__ == "__main__":
    main()
