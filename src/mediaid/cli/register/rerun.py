"""`mediaid register rerun`: what changed rules change in what was determined, and back payments."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from typing import Annotated

import typer

from mediaid.cli.options import Overlay, Readings
from mediaid.cli.register.common import AsJson, Clear, Where, day, open_it, show
from mediaid.i18n import gettext as _


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "rerun",
        help=_(
            "List every determination that changes under a new version of its pack, with what to "
            "pay and to reclaim; with --confirm, have them superseded."
        ),
    )(rerun)


def rerun(  # noqa: PLR0917 - one parameter an option
    pack: Annotated[
        str,
        typer.Option(
            "--pack",
            metavar="ID|DIR",
            help=_("The new version of the pack."),
            show_default=False,
        ),
    ],
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="YYYY-MM-DD",
            help=_("Only bills from this day on; default: all."),
            show_default=False,
        ),
    ] = "",
    confirm: Annotated[
        str,
        typer.Option(
            "--confirm",
            metavar="CODE",
            help=_("Do what the list with this code says."),
            show_default=False,
        ),
    ] = "",
    reading: Readings = None,
    overlay: Overlay = None,
    clear: Clear = False,
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    import datetime as dt

    from mediaid.packs.load import load_pack

    rules = load_pack(pack, readings=reading or (), overlay=overlay)
    first = day(since, "--since") if since else dt.date.min
    with open_it(register) as opened:
        from mediaid.register.rerun import changes
        from mediaid.register.rerun.present import as_data, as_lines

        if clear:
            with opened.write("reveal") as work:
                work.subject = "rerun"
        if confirm:
            with opened.write("register.rerun") as work:
                found = changes.confirm(work, rules, first, confirm)
        else:
            with opened.trial("register.rerun") as work:
                found = changes.rerun(work, rules, first)
    show(
        as_data(found, confirmed=bool(confirm), clear=clear),
        as_lines(found, confirmed=bool(confirm), clear=clear),
        as_json,
    )
