"""Creating a register from the desk, or opening another one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mediaid.desk.choices import Choice
from mediaid.desk.register.choose import own_file
from mediaid.i18n import gettext as _
from mediaid.tui.screens.asking import Form
from mediaid.tui.screens.dialogs import Chooser, Working

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediaid.tui.desk_app import DeskApp

NEW, OPEN, TRY = "new", "open", "try"


async def choose_register(app: DeskApp) -> str:
    """Ask for a register: a new one, another one, or one of made-up people. Returns its address,
    "" where none was chosen. Raises MediaidError where it cannot be made."""
    choices = [
        Choice(NEW, "新建台账", "create a register"),
        Choice(OPEN, "打开已有的台账", "open another register"),
        Choice(TRY, "打开示范台账", "open the demonstration"),
    ]
    notes = {
        NEW: _("an empty one for your office"),
        OPEN: _("a file, or a database"),
        TRY: _("with made-up people, to try things out"),
    }
    chosen = await app.push_screen_wait(Chooser(_("Register"), choices, notes=notes))
    asked = {NEW: _create, OPEN: _open, TRY: _demonstration}
    return await asked[chosen](app) if chosen is not None else ""


async def _create(app: DeskApp) -> str:
    from mediaid.desk.register import create  # noqa: PLC0415 - loads the packs

    texts = {"register": str(own_file())}
    fields = await asyncio.to_thread(create.new_register_fields)
    for its in fields:
        if its.choices:  # what most will want
            texts[its.name] = next(
                (c.label for c in its.choices if c.code == app.settings.pack), its.choices[0].label
            )
    form = Form(
        _("New register"),
        fields,
        texts,
        create.wrong_in_new,
        lambda: None,
    )
    if not await app.push_screen_wait(form):
        return ""
    return await _working(app, _("creating the register …"), create.create, texts)


async def _open(app: DeskApp) -> str:
    from mediaid.desk.register import create  # noqa: PLC0415

    texts = {"register": app.office.place if app.office is not None else ""}
    form = Form(
        _("Open a register"),
        create.open_fields(),
        texts,
        create.wrong_to_open,
        lambda: None,
    )
    return create.address(texts) if await app.push_screen_wait(form) else ""


async def _demonstration(app: DeskApp) -> str:
    from mediaid.desk.register import create  # noqa: PLC0415

    return await _working(app, _("making up people and cases …"), create.demonstrate)


async def _working(app: DeskApp, said: str, make: Callable[..., str], *given: object) -> str:
    """Make a register in a thread; nothing can be typed meanwhile."""
    working = Working(said)
    await app.push_screen(working)
    try:
        return await asyncio.to_thread(make, *given)
    finally:
        working.dismiss(None)
