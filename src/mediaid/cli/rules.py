"""`mediaid rules`: look at rule packs and check them."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli import rules_claims, rules_versions
from mediaid.cli.options import AsJson, Drafts, Overlay, Readings, day_of, print_json
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from mediaid.packs.model import Pack
    from mediaid.packs.show.diff import Difference
    from mediaid.packs.show.values import Line

app = typer.Typer(no_args_is_help=True)
rules_versions.add_commands(app)

_WIDEST = 100


@app.command("list", help=_("The shipped packs, what they hold and for when they are confirmed."))
def list_packs(as_json: AsJson = False) -> None:
    from mediaid.faults import PackError
    from mediaid.packs.folder.find import shipped_packs
    from mediaid.packs.load import load_pack
    from mediaid.packs.show.pack import confirmed

    packs, faulty = [], {}
    for name in shipped_packs():
        try:
            packs.append(load_pack(name))
        except PackError as error:
            faulty[name] = error
    if as_json:
        print_json(
            [
                {
                    "pack": pack.id,
                    "label": str(pack.label),
                    "hash": pack.hash,
                    "confirmed": confirmed(pack),
                    "benefits": [b.benefit for b in pack.benefits],
                    "funding": list(pack.funding),
                }
                for pack in packs
            ]
            + [{"pack": name, "faults": len(refused.faults)} for name, refused in faulty.items()]
        )
        return
    for pack in packs:
        typer.echo(_("{id}: {label}").format(id=pack.id, label=pack.label))
        names = [str(b.label) for b in pack.benefits] + [
            str(f.label) for f in pack.funding.values()
        ]
        if names:
            typer.echo("  " + _("holds: {names}").format(names=_(", ").join(names)))
        typer.echo("  " + _("confirmed: {period}").format(period=confirmed(pack)))
        typer.echo(f"  {pack.hash}")
    for name, refused in faulty.items():
        typer.echo(
            _("{id}: has {count} faults; mediaid rules check {id} lists them").format(
                id=name, count=len(refused.faults)
            )
        )


@app.command("show", help=_("A policy in words: who, how much, which document says so."))
def show(
    pack: Annotated[str, typer.Argument(metavar="ID|DIR", help=_("Id or folder of the pack."))],
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="YYYY-MM-DD",
            show_default=False,
            help=_("The day whose values are shown; default: today, or the last confirmed day."),
        ),
    ] = "",
    reading: Readings = None,
    overlay: Overlay = None,
    cite: Annotated[
        bool,
        typer.Option(
            "--cite",
            help=_(
                "Each value and reading beside its document and clause, its days, and a scenario "
                "that fails if it is changed; takes some seconds."
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from mediaid.packs.load import load_pack
    from mediaid.packs.show.pack import last_confirmed, pack_data, pack_lines

    loaded = load_pack(pack, readings=reading or (), overlay=overlay, drafts=True)
    day = day_of(on, "--on") if on else last_confirmed(loaded)
    if cite:
        _print_cited(loaded)
    elif as_json:
        print_json(pack_data(loaded, day))
    else:
        _print_lines(pack_lines(loaded, day))


@app.command(
    "diff",
    help=_(
        "What differs between two policies: two packs, two days of one, or a pack and what an "
        "overlay or a reading makes of it; with --claims also whose aid changes, and why. Exit "
        "code 1 if anything differs."
    ),
)
def diff(  # noqa: PLR0913, PLR0917 - one parameter an option
    old: Annotated[str, typer.Argument(metavar="A", help=_("Id or folder of the pack."))],
    new: Annotated[
        str,
        typer.Argument(
            metavar="B", show_default=False, help=_("The other pack; the same if left out.")
        ),
    ] = "",
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="YYYY-MM-DD",
            show_default=False,
            help=_("The day whose values are shown; default: today, or the last confirmed day."),
        ),
    ] = "",
    then: Annotated[
        str,
        typer.Option(
            "--then",
            metavar="YYYY-MM-DD",
            show_default=False,
            help=_("The day for B; default: the same day."),
        ),
    ] = "",
    reading: Readings = None,
    overlay: Overlay = None,
    draft: Drafts = False,
    claims: rules_claims.Claims = None,
    year: rules_claims.Year = None,
    persons: rules_claims.Persons = 10,
    changes: rules_claims.ChangesFile = None,
    as_json: AsJson = False,
) -> None:
    from mediaid.packs.load import load_pack
    from mediaid.packs.show.diff import differences
    from mediaid.packs.show.pack import last_confirmed, policy_lines

    one = load_pack(old)
    two = load_pack(new or old, readings=reading or (), overlay=overlay, drafts=draft or not claims)
    day = day_of(on, "--on") if on else last_confirmed(one)
    other = day_of(then, "--then") if then else day
    found = list(differences(policy_lines(one, day), policy_lines(two, other)))
    settled = None
    if claims:
        days = (day, other) if on or then else None
        settled = rules_claims.settled(claims, (one, two), year, days)
    if as_json:
        print_json(
            {
                "old": {"pack": one.id, "hash": one.hash, "on": str(day)},
                "new": {"pack": two.id, "hash": two.hash, "on": str(other)},
                "differences": [
                    {"path": list(its.path), "old": its.old, "new": its.new} for its in found
                ],
                "claims": None if settled is None else rules_claims.as_data(settled, persons),
            }
        )
    else:
        _print_lines(_difference_lines(one, day, two, other, found))
        if settled is not None:
            rules_claims.print_text(settled, persons)
    if settled is not None and changes is not None:
        rules_claims.write(settled, changes)
    if found:
        raise typer.Exit(1)


@app.command("check", help=_("Check a pack: every fault at once, with file, line and column."))
def check(
    folder: Annotated[
        str,
        typer.Argument(
            metavar="DIR|FILE", help=_("Folder (or id) of the pack; or an overlay or draft file.")
        ),
    ],
    pack: Annotated[
        str,
        typer.Option(
            "--pack",
            metavar="ID|DIR",
            show_default=False,
            help=_("The pack of an overlay; default: the shipped one it names."),
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from pathlib import Path

    from mediaid.faults import PackError
    from mediaid.packs.load import load_pack

    if Path(folder).is_file():
        from mediaid.cli.rules_versions import check_overlay

        check_overlay(Path(folder), pack, as_json)
        return
    try:
        loaded = load_pack(folder)
    except PackError as error:
        if not as_json:
            raise
        print_json({"faults": [{"where": f.where, "message": f.message} for f in error.faults]})
        raise typer.Exit(2) from None
    if as_json:
        print_json({"faults": [], "pack": loaded.id, "hash": loaded.hash})
        return
    values = sum(len(p.values) for b in loaded.benefits for p in b.parameters.values())
    values += sum(len(p.values) for p in loaded.model.pack.shared.parameters.values())
    typer.echo(
        _(
            "{id} is sound: {benefits} benefits, {values} dated values, {readings} readings; {hash}"
        ).format(
            id=loaded.id,
            benefits=len(loaded.benefits),
            values=values,
            readings=len(loaded.model.readings),
            hash=loaded.hash,
        )
    )


def _print_cited(pack: Pack) -> None:
    """Print every value beside what it rests on, and a shipped scenario that pins it."""
    from mediaid.faults import visible_line
    from mediaid.scenarios import runner
    from mediaid.scenarios.coverage.page import cited_lines
    from mediaid.scenarios.coverage.run import Coverage, coverage
    from mediaid.scenarios.coverage.suite import suite_of

    found = Coverage((), (), (), ())
    if pack.hash == pack.base_hash:  # no scenario says what an overlay or a reading changes
        found = coverage(pack, suite_of([runner.shipped()], pack))
    for text in cited_lines(pack, found):
        for line in text.split("\n"):
            typer.echo(visible_line(line))


def _difference_lines(
    old: Pack, day: dt.date, new: Pack, other: dt.date, found: Iterable[Difference]
) -> Iterator[Line]:
    """The differences under the headings they stand below; - is A's, + is B's."""
    from mediaid.packs.show.pack import heading_lines
    from mediaid.packs.show.values import Line

    for mark, lines in (("-", heading_lines(old, day)), ("+", heading_lines(new, other))):
        for line in lines:
            yield Line(0, f"{mark} {line.text}")
    above: tuple[str, ...] = ()
    for its in found:
        shown = (*its.path, its.new or its.old or "")
        if shown[:1] != above[:1]:
            yield Line(0, "")
        for depth, heading in enumerate(its.path):
            if its.path[: depth + 1] != above[: depth + 1]:
                yield Line(depth, heading)
        for mark, text in (("-", its.old), ("+", its.new)):
            if text is not None:
                yield Line(len(its.path), f"{mark} {text}")
        above = shown
    if not above:
        yield Line(0, _("no differences"))


def _print_lines(lines: Iterable[Line]) -> None:
    import shutil

    from mediaid.faults import visible_line

    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    for line in lines:
        for text in _wrapped(visible_line(line.text), width - 2 * line.indent):
            typer.echo("  " * line.indent + text)


def _wrapped(text: str, width: int) -> list[str]:
    """Break a line at spaces and between Chinese characters, by the cells it takes."""
    from rich.text import Text

    if not text:
        return [""]
    from rich.console import Console

    console = Console(width=max(width, 20))
    return [part.plain.rstrip() for part in Text(text).wrap(console, max(width, 20))]
