"""`mediaid register backup`, restore, export, import."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediaid.cli.register.common import AsJson, Where, need_libraries, open_it, show
from mediaid.i18n import gettext as _


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("backup", help=_("Copy the register to a file while it is in use; verified."))(
        backup
    )
    app.command("restore", help=_("Make a register of a backup, or of a clear export."))(restore)
    app.command("export", help=_("Write the whole register as files, a table each."))(export)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help=_("A new file."))],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with open_it(register) as opened:
        from mediaid.register.copies.copy import back_up

        back_up(opened, target)
    said = _("written and verified: {file}").format(file=target)
    show({"written": str(target)}, [said], as_json)


def restore(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help=_("The backup, or the export's folder."))
    ],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    need_libraries()
    if source.is_dir():
        from mediaid.register.copies.files import load

        rows = load(source, register)
        said = _("restored and verified: {rows} rows").format(rows=rows)
        show({"restored": str(source), "rows": rows}, [said], as_json)
        return
    from mediaid.register.copies.copy import restore as its

    its(source, register)
    show({"restored": str(source)}, [_("restored and verified")], as_json)


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=_("A new folder."))],
    clear: Annotated[
        bool,
        typer.Option(
            "--clear",
            help=_("Names and numbers in clear, to be restored again; this is an audit event."),
        ),
    ] = False,
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with open_it(register) as opened:
        from mediaid.register.copies.files import export as its

        rows = its(opened, folder, clear=clear)
    said = _("written: {rows} rows in {folder}").format(rows=rows, folder=folder)
    show({"written": str(folder), "rows": rows}, [said], as_json)
