"""`mediaid budget funding`: what headcounts cost and who pays it."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mediaid.cli.options import (
    DEFAULT_PACK,
    AsJson,
    Drafts,
    Overlay,
    PackOption,
    print_json,
)
from mediaid.i18n import gettext as _


class Detail(StrEnum):
    """What the text shows beside the totals."""

    places = "places"
    months = "months"
    quarters = "quarters"


def funding(  # noqa: PLR0913, PLR0917 - one parameter an option
    pack: PackOption = DEFAULT_PACK,
    overlay: Overlay = None,
    draft: Drafts = False,
    year: Annotated[
        str,
        typer.Option(
            "--year",
            metavar="YEAR[-YEAR]",
            show_default=False,
            help=_("The year, or the first and the last; default: that of the pack's document."),
        ),
    ] = "",
    headcounts: Annotated[
        Path | None,
        typer.Option(
            "--headcounts",
            metavar="FILE",
            show_default=False,
            help=_(
                "Persons by place: .csv, .parquet or .xlsx with the columns place, area, headcount "
                "and, if you like, year; default: the figures that the document publishes."
            ),
        ),
    ] = None,
    assumptions: Annotated[
        Path | None,
        typer.Option(
            "--assumptions",
            metavar="FILE",
            show_default=False,
            help=_("Scenarios of headcounts and standards, in YAML."),
        ),
    ] = None,
    insured: Annotated[
        int | None,
        typer.Option(
            "--insured",
            min=0,
            max=999_999_999,
            metavar="PERSONS",
            show_default=False,
            help=_("Residents insured, in place of the documents' headcounts."),
        ),
    ] = None,
    base: Annotated[
        list[str] | None,
        typer.Option(
            "--base",
            metavar="INSURANCE=YUAN",
            show_default=False,
            help=_("Contribution base of an insurance, a head and year; repeatable."),
        ),
    ] = None,
    by: Annotated[
        list[Detail] | None,
        typer.Option("--by", show_default=False, help=_("Show this as well; repeatable.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from mediaid.budget.funding.assumptions import read_assumptions
    from mediaid.budget.funding.present import as_data, as_text
    from mediaid.budget.funding.years import Given, budget_years, document_year
    from mediaid.desk.budget.files import headcounts_of
    from mediaid.packs.load import load_pack

    rules = load_pack(pack, overlay=overlay, drafts=draft)
    years = year_range(year) if year else range(document_year(rules), document_year(rules) + 1)
    given = Given(
        headcounts=None if headcounts is None else headcounts_of(headcounts, rules),
        insured=insured,
        bases=dict(map(_base, base or [])),
    )
    scenarios = () if assumptions is None else read_assumptions(assumptions, rules.funding)
    found = budget_years(rules, years, given, scenarios)
    if as_json:
        print_json(as_data(rules, found))
    else:
        typer.echo(as_text(rules, found, by or ()))


def year_range(text: str) -> range:
    """Read 2024 or 2024-2026. Raises MediaidError for anything else."""
    from mediaid.budget.funding.years import read_years
    from mediaid.faults import Fault, MediaidError, visible

    try:
        return read_years(text)
    except ValueError as error:
        raise MediaidError(Fault(f"--year {visible(text)}", str(error))) from None


def _base(pair: str) -> tuple[str, int]:
    """Read SCHEME=YUAN: the contribution base of a head and year."""
    from mediaid.faults import Fault, MediaidError, visible
    from mediaid.money import parse_yuan

    name, equals, amount = pair.partition("=")
    try:
        if equals:
            return name, parse_yuan(amount)
        said = _("write it as INSURANCE=YUAN")
    except ValueError as error:
        said = str(error)
    raise MediaidError(Fault(f"--base {visible(pair)}", said))
