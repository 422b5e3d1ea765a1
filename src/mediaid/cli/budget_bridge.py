"""`mediaid budget bridge`: last year's budget, its execution, this year's need and budget."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.budget_forecast import (
    ClaimsOrNone,
    FromRegister,
    HeadcountGrowth,
    PolicyYear,
    PriceGrowth,
)
from mediaid.cli.options import (
    DEFAULT_PACK,
    AsJson,
    Drafts,
    IgnoreColumn,
    Overlay,
    PackOption,
    Readings,
    print_json,
)
from mediaid.cli.progress import progress_bar
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.funding.years import BudgetYear
    from mediaid.packs.model import Pack

LastFile = Annotated[
    Path | None,
    typer.Option(
        "--last",
        metavar="FILE",
        show_default=False,
        help=_("Last year's budget and execution by line, in YAML."),
    ),
]
HeadcountsFile = Annotated[
    Path | None,
    typer.Option(
        "--headcounts",
        metavar="FILE",
        show_default=False,
        help=_("Persons by place, as for the funding."),
    ),
]
BudgetYearOption = Annotated[
    int | None,
    typer.Option(
        "--year",
        min=1949,
        max=2200,
        metavar="YEAR",
        show_default=False,
        help=_("The budget's year; default: that of the pack's document."),
    ),
]
CutOffOrNone = Annotated[
    str,
    typer.Option(
        "--cut-off",
        metavar="YYYY-MM-DD",
        show_default=False,
        help=_("With claims: the last day whose claims are used."),
    ),
]


def bridge(  # noqa: PLR0913, PLR0917 - one parameter an option
    claims: ClaimsOrNone = None,
    register: FromRegister = "",
    cut_off: CutOffOrNone = "",
    year: BudgetYearOption = None,
    last: LastFile = None,
    headcounts: HeadcountsFile = None,
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
    overlay: Overlay = None,
    draft: Drafts = False,
    price_growth: PriceGrowth = "0%",
    headcount_growth: HeadcountGrowth = "0%",
    policy_year: PolicyYear = None,
    ignore_column: IgnoreColumn = None,
    as_json: AsJson = False,
) -> None:
    from dataclasses import replace

    from mediaid.budget.bridge.bridge import bridges
    from mediaid.budget.bridge.given import read_last_year
    from mediaid.budget.bridge.present import as_data, as_text
    from mediaid.budget.forecast.forecast import path_of
    from mediaid.budget.funding.years import document_year
    from mediaid.cli.budget_claims import book_of
    from mediaid.cli.budget_forecast import terms_of
    from mediaid.faults import MediaidError
    from mediaid.packs.load import load_pack

    rules = load_pack(pack, readings=reading or (), overlay=overlay, drafts=draft)
    document = document_year(rules)
    need = need_of(rules, year_of(rules, year), headcounts)
    if bool(cut_off) != bool(claims or register):
        raise MediaidError(_("claims and --cut-off belong together"))
    path = None
    if cut_off:
        terms = terms_of(cut_off, need.year, price_growth, headcount_growth)
        with progress_bar() as report:
            book = book_of(claims, register, rules, ignore_column or (), report)
            path = path_of(book, replace(terms, policy_year=policy_year), rules, report)
    accounts = None if last is None else read_last_year(last, rules)
    found = bridges(rules, need, document, accounts, path)
    if as_json:
        print_json(as_data(rules, need.year, found, path))
    else:
        typer.echo(as_text(rules, need.year, found, path))


def year_of(rules: Pack, year: int | None) -> int:
    """Return the budget's year: as given, or that of the pack's document."""
    from mediaid.budget.funding.years import document_year

    return document_year(rules) if year is None else year


def need_of(rules: Pack, year: int, headcounts: Path | None) -> BudgetYear:
    """Return the need of a year, of the headcounts of a file (named without its folder) or those
    published."""
    from dataclasses import replace

    from mediaid.budget.funding.years import Given, budget_years
    from mediaid.desk.budget.files import headcounts_of
    from mediaid.faults import visible

    read = None
    if headcounts is not None:
        read = replace(headcounts_of(headcounts, rules), source=visible(headcounts.name))
    return budget_years(rules, [year], Given(headcounts=read))[0]
