"""`mediaid budget compare`: two versions of the policy on the same people."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediaid.cli.budget_forecast import ClaimsOrNone, FromRegister, PolicyYear, Seed
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


def compare(  # noqa: PLR0913, PLR0917 - one parameter an option
    claims: ClaimsOrNone = None,
    register: FromRegister = "",
    reform: Annotated[
        Path | None,
        typer.Option(
            "--reform",
            metavar="FILE",
            show_default=False,
            help=_("The other version: a file of changed values (an overlay)."),
        ),
    ] = None,
    reform_reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reform-reading",
            metavar="ID=ALTERNATIVE",
            show_default=False,
            help=_("Another reading in the other version; repeatable."),
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
            help=_("The year whose claims are compared; default: the latest of the files."),
        ),
    ] = None,
    cut_off: Annotated[
        str,
        typer.Option(
            "--cut-off",
            metavar="YYYY-MM-DD",
            show_default=False,
            help=_("Forecast that day's year under both versions as well."),
        ),
    ] = "",
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
    overlay: Overlay = None,
    draft: Drafts = False,
    policy_year: PolicyYear = None,
    simulate: Annotated[
        int, typer.Option("--simulate", min=100, max=100_000, help=_("Years to simulate."))
    ] = 1_000,
    seed: Seed = 20231108,
    ignore_column: IgnoreColumn = None,
    as_json: AsJson = False,
) -> None:
    from mediaid.budget.compare import reform as comparing
    from mediaid.budget.compare.present import as_data, as_text
    from mediaid.budget.forecast.terms import Terms
    from mediaid.cli.budget_claims import book_of
    from mediaid.cli.budget_forecast import day_of
    from mediaid.faults import MediaidError
    from mediaid.packs.load import load_pack

    if reform is None and not reform_reading:
        raise MediaidError(
            _("say what the other version is: --reform FILE or --reform-reading ID=ALTERNATIVE")
        )
    own = reading or []
    changed = {pair.partition("=")[0] for pair in reform_reading or []}
    kept = [pair for pair in own if pair.partition("=")[0] not in changed]
    packs = (
        load_pack(pack, readings=own, overlay=overlay, drafts=draft),
        load_pack(
            pack,
            readings=[*kept, *(reform_reading or [])],
            overlay=overlay if reform is None else reform,
            drafts=draft,
        ),
    )
    day = day_of(cut_off) if cut_off else None
    with progress_bar() as report:
        book = book_of(claims, register, packs[0], ignore_column or (), report)
        its = max(book.years) if year is None else year
        policy = its if policy_year is None else policy_year
        terms = None
        if day is not None:
            terms = Terms(day.year, day, policy_year=policy, simulated=simulate, seed=seed)
        found = comparing.compare(book, packs, its, policy, terms, report)
    if as_json:
        print_json(as_data(packs, found))
    else:
        typer.echo(as_text(packs, found))
