"""Options that several commands share: one name, one help text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack

if TYPE_CHECKING:
    import datetime as dt

    from mediaid.packs.model import Pack

DEFAULT_PACK = "shanghai-minhang"

PackOption = Annotated[
    str, typer.Option("--pack", metavar="ID|DIR", help=_("Id or folder of the rule pack."))
]
Readings = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        metavar="ID=ALTERNATIVE",
        help=_("Another reading of an unclear clause; repeatable."),
        show_default=False,
    ),
]
Overlay = Annotated[
    Path | None,
    typer.Option(
        "--overlay", metavar="FILE", help=_("A file of changed values."), show_default=False
    ),
]
Drafts = Annotated[
    bool,
    typer.Option(
        "--draft", help=_("Compute with a draft that is not in force; every result says so.")
    ),
]
KnownOn = Annotated[
    str,
    typer.Option(
        "--known-on",
        metavar="YYYY-MM-DD",
        show_default=False,
        help=_("By the version of the pack that was adopted by this day."),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]
IgnoreColumn = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore-column",
        metavar="NAME",
        help=_("A column not to read; repeatable; '*' for all unknown ones."),
        show_default=False,
    ),
]


def day_of(text: str, option: str) -> dt.date:
    """Read a day. Raises MediaidError at the option."""
    import datetime  # noqa: PLC0415 - a command imports what it needs when it runs

    from mediaid.claims.cells import EPOCH, parse_day  # noqa: PLC0415
    from mediaid.faults import Fault, MediaidError  # noqa: PLC0415

    try:
        return EPOCH + datetime.timedelta(days=parse_day(text))
    except ValueError as error:
        raise MediaidError(Fault(option, str(error))) from None


def known_day(text: str) -> dt.date | None:
    """Read --known-on; None where it is left out."""
    return day_of(text, "--known-on") if text else None


def draft_lines(pack: Pack) -> list[str]:
    """Say of a draft, where one is computed with, that it is not in force."""
    if pack.draft is None:
        return []
    return [
        _("DRAFT for {year}, not in force: {overlay}").format(year=pack.draft, overlay=pack.overlay)
    ]


def print_json(data: object) -> None:
    """Print data as JSON that a person can read too, and a terminal cannot be led astray by."""
    import json  # noqa: PLC0415 - a command imports what it needs when it runs

    from mediaid.faults import obeyed  # noqa: PLC0415

    text = json.dumps(data, ensure_ascii=False, indent=2)
    if not all(line.isprintable() for line in text.split("\n")):
        # json spells out no controls but the first; the others stand in texts only.
        text = "".join(_as_json(c) if c != "\n" and obeyed(c) else c for c in text)
    typer.echo(text)


def _as_json(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def chosen_mapping(name: str | None, pack: Pack, roster: Path | None) -> Loaded | None:
    """Load the mapping asked for. Raises MediaidError for a roster that it has no use for."""
    from mediaid.faults import Fault, MediaidError  # noqa: PLC0415

    if name is None:
        if roster is not None:
            raise MediaidError(Fault("--roster", _("belongs to a file read with --mapping")))
        return None
    from mediaid.mappings.files import load_mapping  # noqa: PLC0415

    loaded = load_mapping(name, pack)
    if roster is not None and loaded.model.fields["category"].roster is None:
        raise MediaidError(
            Fault(
                "--roster",
                _(
                    "mapping {mapping} takes categories from the file: leave --roster out, or "
                    "write category: {{roster: yes}} in the mapping"
                ).format(mapping=loaded.name),
            )
        )
    return loaded
