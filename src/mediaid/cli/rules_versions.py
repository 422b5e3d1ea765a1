"""`mediaid rules new`, adopt, versions: from one year's policy to the next."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.options import AsJson, day_of, print_json
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.packs.changes.change import Given
    from mediaid.packs.model import Pack

OPEN = 1
"""Exit code where a draft has open questions."""


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "new",
        help=_(
            "Begin next year's draft of a pack (--year), every figure a question; or a new city's "
            "pack (--city)."
        ),
    )(new)
    app.command(
        "adopt",
        help=_("Make an answered draft, or a pack as it is written, the pack's next version."),
    )(adopt)
    app.command("versions", help=_("The versions of a pack that were adopted, and when."))(versions)


def new(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|DIR",
            help=_("The new draft, or the new city's folder."),
            show_default=False,
        ),
    ],
    pack: Annotated[
        str,
        typer.Argument(metavar="ID|DIR", show_default=False, help=_("Id or folder of the pack.")),
    ] = "",
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YEAR", help=_("The draft's year."), show_default=False),
    ] = None,
    city: Annotated[
        bool, typer.Option("--city", help=_("An empty pack, with remarks on what to fill in."))
    ] = False,
) -> None:
    from mediaid.faults import MediaidError

    if city == bool(pack) or city == (year is not None):
        raise MediaidError(
            _("write rules new PACK --year YEAR -o FILE, or rules new --city -o FOLDER")
        )
    if city:
        from mediaid.packs.versions.skeleton import new_city

        written = new_city(output)
        typer.echo(_("written: {files}").format(files=", ".join(map(str, written))))
        typer.echo(_("mediaid rules check {folder} lists what to fill in").format(folder=output))
        return
    from mediaid.packs.load import load_pack
    from mediaid.packs.versions.draft import draft_text, questions

    loaded = load_pack(pack)
    assert year is not None
    text = draft_text(loaded, year)
    _write_new(output, text)
    count = len(list(questions(loaded, year)))
    typer.echo(
        _("written: {file}, a draft for {year} with {count} questions").format(
            file=output, year=year, count=count
        )
    )


def _write_new(path: Path, text: str) -> None:
    from mediaid.faults import Fault, MediaidError, visible_path, why_not

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise MediaidError(
            Fault(visible_path(path), _("exists already: choose another name"))
        ) from None
    except OSError as error:
        raise MediaidError(
            Fault(
                visible_path(path),
                _("cannot be written: {reason}").format(reason=why_not(error)),
            )
        ) from error


def check_overlay(path: Path, base: str, as_json: bool) -> None:
    """Check an overlay file against its pack; list what of a draft is unanswered."""
    from mediaid.packs.changes.change import parse_overlay
    from mediaid.packs.load import load_pack
    from mediaid.packs.versions.draft import unanswered

    given = parse_overlay(path)
    base = base or _shipped(given)
    own = load_pack(base)
    load_pack(base, overlay=path, drafts=True)
    faults = unanswered(given, own) if given.overlay.draft is not None else []
    if as_json:
        print_json(
            {
                "overlay": given.name,
                "pack": own.id,
                "draft": given.overlay.draft,
                "unanswered": [{"where": f.where, "message": f.message} for f in faults],
            }
        )
    else:
        for line in _checked(given, own, [str(fault) for fault in faults]):
            typer.echo(line)
    if faults:
        raise typer.Exit(OPEN)


def _shipped(given: Given) -> str:
    """Return the shipped pack that an overlay names. Raises PackError where there is none."""
    from mediaid.faults import Fault, PackError, nearest, visible
    from mediaid.packs.folder.find import shipped_packs

    name, known = given.overlay.base.pack, shipped_packs()
    if name not in known:
        raise PackError(
            Fault(
                given.source.where(("base", "pack")),
                _("no pack {name} comes with mediaid.{nearest} Name its folder with --pack").format(
                    name=visible(name), nearest=nearest(name, known)
                ),
            )
        )
    return name


def _checked(given: Given, pack: Pack, faults: list[str]) -> list[str]:
    from mediaid.faults import visible_line
    from mediaid.packs.versions.draft import asked_in

    if given.overlay.draft is None:
        return [
            _("{id} is sound: {count} changes to {pack}").format(
                id=given.name, count=len(given.changes), pack=pack.id
            )
        ]
    if not faults:
        return [
            _("{id}: every question is answered; mediaid rules adopt {file} adopts it").format(
                id=given.name, file=given.source.name
            )
        ]
    return [
        *map(visible_line, faults),
        _("{id}: {count} of {all} questions are open").format(
            id=given.name, count=len(faults), all=asked_in(given)
        ),
    ]


def adopt(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ID|DIR",
            help=_("An answered draft; or a pack, to keep it as it is written."),
        ),
    ],
    pack: Annotated[
        str,
        typer.Option(
            "--pack",
            metavar="ID|DIR",
            show_default=False,
            help=_("The draft's pack; default: the shipped one it names."),
        ),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            show_default=False,
            help=_("A new folder for the new version; default: the pack's own folder."),
        ),
    ] = None,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="YYYY-MM-DD",
            show_default=False,
            help=_("The day of adoption, from which it counts as known; default: today."),
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    import datetime as dt

    from mediaid.faults import Fault, MediaidError
    from mediaid.packs.changes.change import parse_overlay
    from mediaid.packs.folder.find import pack_folder, shipped_packs
    from mediaid.packs.versions import adopt as adopting

    draft = Path(what) if Path(what).is_file() else None
    base = pack or (_shipped(parse_overlay(draft)) if draft else what)
    folder = pack_folder(base)
    if output is None and folder in shipped_packs().values():
        raise MediaidError(
            Fault(
                base, _("comes with mediaid and stays as it is: name a folder of your own with -o")
            )
        )
    day = day_of(on, "--on") if on else dt.date.today()  # noqa: DTZ011 - the office's own day
    target = output or folder
    made = adopting.adopt(folder, target, day, draft)
    if as_json:
        print_json(made.model_dump(mode="json", exclude={"content"}) | {"folder": str(target)})
        return
    typer.echo(
        _("{folder} holds version {number} of {pack}, adopted on {day}: {hash}").format(
            folder=target, number=made.number, pack=made.pack, day=made.adopted, hash=made.hash
        )
    )


def versions(
    pack: Annotated[str, typer.Argument(metavar="ID|DIR", help=_("Id or folder of the pack."))],
    as_json: AsJson = False,
) -> None:
    from mediaid.packs.folder.find import pack_folder
    from mediaid.packs.load import load_pack
    from mediaid.packs.versions.kept import versions_of

    folder = pack_folder(pack)
    found = versions_of(folder, pack)
    now = load_pack(pack).hash
    if as_json:
        print_json(
            {
                "versions": [its.model_dump(mode="json", exclude={"content"}) for its in found],
                "hash": now,
            }
        )
        return
    for its in found:
        by = str(its.label) if its.label else _("as written")
        typer.echo(f"{its.number}  {its.adopted}  {its.hash}  {by}")
    if not found:
        typer.echo(_("no version was adopted yet: mediaid rules adopt keeps the pack as one"))
    elif found[-1].hash != now:
        typer.echo(
            _("the files were changed since (now {hash}): mediaid rules adopt keeps them").format(
                hash=now
            )
        )
