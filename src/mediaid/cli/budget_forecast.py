"""`mediaid budget forecast` and `backtest`: what assistance will cost, and how good that is."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    import datetime as dt
    from fractions import Fraction

    from mediaid.budget.forecast.terms import Terms

UNEQUAL = 1
MONTHS = (3, 6, 8, 9, 12)

ClaimsFiles = Annotated[
    list[Path],
    typer.Argument(
        metavar="CLAIMS…",
        show_default=False,
        help=_(
            "Claims of several years: .csv, .parquet or .xlsx; with settled_on 结算日期, when each "
            "became known, and area 户籍地区, its town."
        ),
    ),
]
ClaimsOrNone = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="CLAIMS…",
        show_default=False,
        help=_(
            "Claims of several years: .csv, .parquet or .xlsx; with settled_on 结算日期, when each "
            "became known, and area 户籍地区, its town."
        ),
    ),
]
FromRegister = Annotated[
    str,
    typer.Option(
        "--register",
        metavar="FILE|URL",
        show_default=False,
        help=_("Take the claims from a register, in place of files."),
    ),
]
CutOff = Annotated[
    str,
    typer.Option(
        "--cut-off",
        metavar="YYYY-MM-DD",
        show_default=False,
        help=_("The last day whose claims are used."),
    ),
]
ForecastYear = Annotated[
    int | None,
    typer.Option(
        "--year",
        min=1949,
        max=2200,
        metavar="YEAR",
        show_default=False,
        help=_("The year to forecast: that of the cut-off (default) or the next."),
    ),
]
PriceGrowth = Annotated[
    str, typer.Option("--price-growth", metavar="PERCENT", help=_("Growth of amounts a year."))
]
HeadcountGrowth = Annotated[
    str, typer.Option("--headcount-growth", metavar="PERCENT", help=_("Growth of persons a year."))
]
PriceSd = Annotated[
    str,
    typer.Option(
        "--price-sd", metavar="PERCENT", help=_("How far prices may come out otherwise (1 s.d.).")
    ),
]
HeadcountSd = Annotated[
    str,
    typer.Option(
        "--headcount-sd",
        metavar="PERCENT",
        help=_("How far the number of persons may come out otherwise (1 s.d.)."),
    ),
]
PolicyYear = Annotated[
    int | None,
    typer.Option(
        "--policy-year",
        min=1949,
        max=2200,
        metavar="YEAR",
        show_default=False,
        help=_("Settle under the policy of this year."),
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help=_("Seed of the simulation."))]


class WorldName(StrEnum):
    """Which invented claims a backtest is run on."""

    all = "all"
    as_assumed = "as-assumed"
    payment_pattern = "payment-pattern"
    price_jump = "price-jump"
    category_mix = "category-mix"


def forecast(  # noqa: PLR0913, PLR0917 - one parameter an option
    cut_off: CutOff,
    claims: ClaimsOrNone = None,
    register: FromRegister = "",
    year: ForecastYear = None,
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
    overlay: Overlay = None,
    draft: Drafts = False,
    price_growth: PriceGrowth = "0%",
    headcount_growth: HeadcountGrowth = "0%",
    price_sd: PriceSd = "3%",
    headcount_sd: HeadcountSd = "2%",
    policy_year: PolicyYear = None,
    simulate: Annotated[
        int, typer.Option("--simulate", min=100, max=100_000, help=_("Years to simulate."))
    ] = 10_000,
    seed: Seed = 20231108,
    ignore_column: IgnoreColumn = None,
    drivers: Annotated[
        bool, typer.Option("--drivers", help=_("Show what moves the figure, and by how much."))
    ] = False,
    check: Annotated[
        int,
        typer.Option("--check", min=0, max=10_000, help=_("Settle so many simulated years again.")),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    from dataclasses import replace

    from mediaid.budget.forecast.forecast import check_years
    from mediaid.budget.forecast.forecast import forecast as run
    from mediaid.budget.forecast.present import as_data, as_text
    from mediaid.cli.budget_claims import book_of
    from mediaid.packs.load import load_pack

    rules = load_pack(pack, readings=reading or (), overlay=overlay, drafts=draft)
    terms = replace(
        terms_of(cut_off, year, price_growth, headcount_growth, price_sd, headcount_sd),
        policy_year=policy_year,
        simulated=simulate,
        seed=seed,
    )
    with progress_bar() as report:
        book = book_of(claims, register, rules, ignore_column or (), report)
        found = run(book, terms, rules, drivers, report)
        checked = check_years(book, found, rules, check, report) if check else []
    if as_json:
        print_json(as_data(rules, found, checked))
    else:
        typer.echo(as_text(rules, found, checked))
    if any(one != two for _year, one, two in checked):
        raise typer.Exit(UNEQUAL)


def backtest(  # noqa: PLR0913, PLR0917 - one parameter an option
    claims: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CLAIMS…",
            show_default=False,
            help=_("Claims of at least two years, as for the forecast."),
        ),
    ] = None,
    synthetic: Annotated[
        WorldName | None,
        typer.Option(
            "--synthetic", show_default=False, help=_("Use invented claims in place of files.")
        ),
    ] = None,
    register: FromRegister = "",
    trials: Annotated[
        int, typer.Option("--trials", min=1, max=100_000, help=_("Invented worlds to try."))
    ] = 100,
    month: Annotated[
        list[int] | None,
        typer.Option(
            "--month",
            min=1,
            max=12,
            show_default=False,
            help=_(
                "Months at whose end a year is cut off; repeatable; default 3, 6, 8, 9, 12 "
                "(invented claims: 8)."
            ),
        ),
    ] = None,
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
    overlay: Overlay = None,
    draft: Drafts = False,
    price_growth: PriceGrowth = "0%",
    headcount_growth: HeadcountGrowth = "0%",
    price_sd: PriceSd = "3%",
    headcount_sd: HeadcountSd = "2%",
    policy_year: PolicyYear = None,
    simulate: Annotated[
        int, typer.Option("--simulate", min=100, max=100_000, help=_("Years to simulate a trial."))
    ] = 1_000,
    seed: Seed = 20231108,
    ignore_column: IgnoreColumn = None,
    single: Annotated[
        bool, typer.Option("--single", help=_("With --json: every trial by itself."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    import datetime as dt

    from mediaid.budget.forecast.backtest import backtest as run
    from mediaid.budget.forecast.backtest import synthetic_backtest
    from mediaid.budget.forecast.present import Group, backtest_data, backtest_text
    from mediaid.budget.forecast.synthetic import worlds
    from mediaid.budget.forecast.terms import Terms
    from mediaid.cli.budget_claims import book_of
    from mediaid.faults import MediaidError
    from mediaid.packs.load import load_pack

    if bool(claims or register) == (synthetic is not None):
        raise MediaidError(_("give claims files, or --synthetic for invented claims"))
    rules = load_pack(pack, readings=reading or (), overlay=overlay, drafts=draft)
    terms = Terms(
        year=1970,
        cut_off=dt.date(1970, 1, 1),
        price_growth=_growth("--price-growth", price_growth),
        headcount_growth=_growth("--headcount-growth", headcount_growth),
        price_sd=float(_growth("--price-sd", price_sd)),
        headcount_sd=float(_growth("--headcount-sd", headcount_sd)),
        policy_year=policy_year,
        simulated=simulate,
        seed=seed,
    )
    groups: list[Group] = []
    warnings: tuple[str, ...] = ()
    if synthetic is not None:
        for name, world in worlds().items():
            for at in month or [8] if synthetic in ("all", name) else []:
                with progress_bar() as report:
                    doing = f"{name}, {at}"
                    tried = synthetic_backtest(
                        world, rules, terms, at, trials, partial(report, doing)
                    )
                groups.append((name if len(month or [8]) == 1 else doing, tried))
    else:
        with progress_bar() as report:
            book = book_of(claims, register, rules, ignore_column or (), report)
            each = list(run(book, rules, terms, month or MONTHS, report))
        warnings = book.warnings
        groups = [(str(at), [t for t in each if t.month == at]) for at in month or MONTHS]
    if as_json:
        print_json(backtest_data(rules, groups, terms, single, warnings))
    else:
        first = _("invented claims") if synthetic is not None else _("month")
        typer.echo(backtest_text(rules, groups, terms, first, warnings))


def terms_of(
    cut_off: str,
    year: int | None,
    price_growth: str,
    headcount_growth: str,
    price_sd: str = "3%",
    headcount_sd: str = "2%",
) -> Terms:
    """Read the options that every forecast has. Raises MediaidError at the option."""
    from mediaid.budget.forecast.terms import Terms

    day = day_of(cut_off)
    return Terms(
        year=day.year if year is None else year,
        cut_off=day,
        price_growth=_growth("--price-growth", price_growth),
        headcount_growth=_growth("--headcount-growth", headcount_growth),
        price_sd=float(_growth("--price-sd", price_sd)),
        headcount_sd=float(_growth("--headcount-sd", headcount_sd)),
    )


def day_of(text: str) -> dt.date:
    """Read --cut-off. Raises MediaidError if it is no day."""
    import datetime as dt

    from mediaid.faults import Fault, MediaidError, visible

    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise MediaidError(
            Fault(
                f"--cut-off {visible(text)}",
                _("is not a day of the calendar: write it as 2023-08-31"),
            )
        ) from None


def _growth(option: str, text: str) -> Fraction:
    from mediaid.budget.funding.assumptions import parse_growth
    from mediaid.faults import Fault, MediaidError, visible

    try:
        return parse_growth(text)
    except ValueError as error:
        raise MediaidError(Fault(f"{option} {visible(text)}", str(error))) from None
