"""`mediaid budget targets`: the indicators of the performance targets."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediaid.cli.options import DEFAULT_PACK, AsJson, PackOption, print_json
from mediaid.i18n import gettext as _


def targets(
    pack: PackOption = DEFAULT_PACK,
    headcounts: Annotated[
        Path | None,
        typer.Option(
            "--headcounts",
            metavar="FILE",
            show_default=False,
            help=_("Persons by place, as for the funding: they are held against the targets."),
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            min=1949,
            max=2200,
            metavar="YEAR",
            show_default=False,
            help=_("Of a file with several years, the one to take; default: that of the document."),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from mediaid.budget.funding.years import document_year
    from mediaid.budget.targets import as_data, as_text, indicators
    from mediaid.desk.budget.files import headcounts_of
    from mediaid.packs.load import load_pack

    rules = load_pack(pack)
    counted: dict[str, int] | None = None
    if headcounts is not None:
        read = headcounts_of(headcounts, rules)
        at = document_year(rules) if year is None else year
        counted = {}
        for place in read.places:
            counted[place.area] = counted.get(place.area, 0) + read.known(place, at)[0]
    found = indicators(rules, counted)
    if as_json:
        print_json(as_data(rules, found))
    else:
        typer.echo(as_text(rules, found))
