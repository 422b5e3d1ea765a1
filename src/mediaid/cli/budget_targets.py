"""`mediaid budget targets`: the indicators of the performance targets."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.options import DEFAULT_PACK, AsJson, PackOption, print_json
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.targets import Counted, Indicator
    from mediaid.packs.model import Pack
    from mediaid.register.views.budget import Measured


OnTimeDays = Annotated[
    int | None,
    typer.Option(
        "--on-time-days",
        min=0,
        max=366,
        metavar="DAYS",
        show_default=False,
        help=_("With --register: a payment is on time within so many days of approval."),
    ),
]


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
            help=_("The year measured; default: that of the document."),
        ),
    ] = None,
    register: Annotated[
        str,
        typer.Option(
            "--register",
            metavar="FILE|URL",
            show_default=False,
            help=_("Measure what a register's records of the year can measure."),
        ),
    ] = "",
    on_time_days: OnTimeDays = None,
    as_json: AsJson = False,
) -> None:
    from mediaid.budget.targets import as_data, as_text
    from mediaid.cli.budget_bridge import year_of
    from mediaid.packs.load import load_pack

    rules = load_pack(pack)
    at = year_of(rules, year)
    found, aided = measured_targets(rules, at, headcounts, register, on_time_days)
    if as_json:
        print_json(as_data(rules, found, aided))
    else:
        typer.echo(as_text(rules, found, aided))


def measured_targets(
    rules: Pack, year: int, headcounts: Path | None, register: str, days: int | None
) -> tuple[tuple[Indicator, ...], dict[str, int] | None]:
    """Return the indicators, measured by a file of headcounts and a register as far as given, and
    the persons that the register says were aided, by town; None without a register."""
    from mediaid.budget.targets import indicators
    from mediaid.cli.register.common import open_it
    from mediaid.desk.budget.files import headcounts_of
    from mediaid.faults import MediaidError
    from mediaid.register.views.budget import measured

    if days is not None and not register:
        raise MediaidError(_("--on-time-days needs --register"))
    counted: dict[str, int] | None = None
    if headcounts is not None:
        read = headcounts_of(headcounts, rules)
        counted = {}
        for place in read.places:
            counted[place.area] = counted.get(place.area, 0) + read.known(place, year)[0]
    if not register:
        return indicators(rules, counted), None
    with open_it(register) as opened, opened.read() as connection:
        found = measured(connection, year, days)
    return indicators(rules, counted, _records(found)), found.aided


def _records(found: Measured) -> dict[str, Counted]:
    """What was counted, by what it measures. Without days for "on time" that is left out."""
    from mediaid.budget.targets import Counted
    from mediaid.money import show_yuan

    year, days = found.year, found.days
    records = {
        "paid-of-due": Counted(
            found.paid,
            found.due,
            _("{year}: {paid} of {due} yuan due were sent and not returned").format(
                year=year, paid=show_yuan(found.paid), due=show_yuan(found.due)
            ),
        ),
        "accuracy": Counted(
            found.approved - found.corrected,
            found.approved,
            _("{year}: {right} of {all} determinations approved were not corrected since").format(
                year=year,
                right=f"{found.approved - found.corrected:,}",
                all=f"{found.approved:,}",
            ),
        ),
        "paid-on-time": Counted(0, 0, _("say within how many days with --on-time-days")),
    }
    if found.on_time is not None and days is not None:
        records["paid-on-time"] = Counted(
            found.on_time,
            found.due_lines,
            _("{year}: {sent} of {all} payments were sent within {days} days of approval").format(
                year=year, sent=f"{found.on_time:,}", all=f"{found.due_lines:,}", days=days
            ),
        )
    return records
