"""`mediaid register mapping`: the mappings that an office keeps in its register by name."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediaid.cli.register.common import AsJson, Where, change, look, office_of, show
from mediaid.i18n import gettext as _

app = typer.Typer(no_args_is_help=True)

Office = Annotated[str, typer.Option("--office", help=_("The office, if there are several."))]
Name = Annotated[str, typer.Argument(metavar="NAME", help=_("The mapping's name."))]


@app.command("list", help=_("The mappings an office keeps."))
def list_(office: Office = "", register: Where = "", as_json: AsJson = False) -> None:
    with look(register, False, "") as connection:
        from mediaid.register.intake.kept import kept_mappings

        code = office_of(connection, office)
        data = [
            {
                "office": row.office,
                "mapping": row.name,
                "kept_by": row.kept_by,
                "kept_at": row.kept_at.isoformat(timespec="seconds"),
            }
            for row in kept_mappings(connection, code)
        ]
    lines = [
        _("{mapping}: kept by {who}, {when}").format(
            mapping=its["mapping"], who=its["kept_by"], when=its["kept_at"]
        )
        for its in data
    ]
    show(data, lines or [_("office {office} keeps no mapping").format(office=code)], as_json)


@app.command("show", help=_("A kept mapping as YAML, to be edited and kept again."))
def show_(name: Name, office: Office = "", register: Where = "", as_json: AsJson = False) -> None:
    with look(register, False, "") as connection:
        from mediaid.register.intake.kept import mapping_text

        text = mapping_text(connection, office_of(connection, office), name)
    show({"mapping": name, "yaml": text}, text.rstrip("\n").split("\n"), as_json)


@app.command("keep", help=_("Keep a mapping by its name, for imports; checked first."))
def keep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The mapping, a .yaml file."))],
    name: Annotated[str, typer.Option("--name", help=_("Its name; else that of the file."))] = "",
    office: Office = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    from mediaid.mappings.files import load_mapping

    loaded = load_mapping(str(file))
    called = name or loaded.path.stem
    with change(register, "mapping.keep") as work:
        from mediaid.register.intake.kept import keep_mapping

        text = loaded.path.read_text(encoding="utf-8-sig")
        new = keep_mapping(work, office_of(work.connection, office), called, text)
    said = (_("kept: {name}") if new else _("kept already: {name}")).format(name=called)
    show({"mapping": called, "new": bool(new)}, [said], as_json)


@app.command("remove", help=_("Keep a mapping no longer; what was imported by it stays."))
def remove(name: Name, office: Office = "", register: Where = "", as_json: AsJson = False) -> None:
    with change(register, "mapping.remove") as work:
        from mediaid.register.intake.kept import remove_mapping

        remove_mapping(work, office_of(work.connection, office), name)
    show({"removed": name}, [_("removed: {name}").format(name=name)], as_json)
