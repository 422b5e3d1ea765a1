"""`mediaid budget workbook`: all of a budget in one workbook, and on one page."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.budget_bridge import BudgetYearOption, CutOffOrNone, HeadcountsFile, LastFile
from mediaid.cli.budget_cash import AdvancesOption, AidOption, SpentOption
from mediaid.cli.budget_forecast import (
    ClaimsOrNone,
    FromRegister,
    HeadcountGrowth,
    HeadcountSd,
    PolicyYear,
    PriceGrowth,
    PriceSd,
    Seed,
)
from mediaid.cli.budget_targets import OnTimeDays
from mediaid.cli.options import (
    DEFAULT_PACK,
    AsJson,
    IgnoreColumn,
    Overlay,
    PackOption,
    Readings,
    print_json,
)
from mediaid.cli.progress import progress_bar
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediaid.budget.cash.calendar import AidCash, Pot
    from mediaid.budget.funding.years import BudgetYear
    from mediaid.budget.report.inputs import Data
    from mediaid.budget.targets import Indicator
    from mediaid.packs.model import Pack


def workbook(  # noqa: PLR0913, PLR0917 - one parameter an option
    claims: ClaimsOrNone = None,
    register: FromRegister = "",
    xlsx: Annotated[
        Path | None,
        typer.Option("--xlsx", metavar="FILE", show_default=False, help=_("Write a workbook.")),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", show_default=False, help=_("Write a page with charts.")
        ),
    ] = None,
    cut_off: CutOffOrNone = "",
    year: BudgetYearOption = None,
    last: LastFile = None,
    headcounts: HeadcountsFile = None,
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
    overlay: Overlay = None,
    price_growth: PriceGrowth = "0%",
    headcount_growth: HeadcountGrowth = "0%",
    price_sd: PriceSd = "3%",
    headcount_sd: HeadcountSd = "2%",
    policy_year: PolicyYear = None,
    simulate: Annotated[
        int, typer.Option("--simulate", min=100, max=100_000, help=_("Years to simulate."))
    ] = 10_000,
    seed: Seed = 20231108,
    aid: AidOption = "",
    advances: AdvancesOption = 4,
    spent: SpentOption = "",
    on_time_days: OnTimeDays = None,
    ignore_column: IgnoreColumn = None,
    as_json: AsJson = False,
) -> None:
    from dataclasses import replace

    from mediaid.batch.outputs import refuse_paths
    from mediaid.budget.bridge.bridge import bridges
    from mediaid.budget.bridge.given import read_last_year
    from mediaid.budget.forecast.book import book_digest
    from mediaid.budget.forecast.forecast import forecast, path_of
    from mediaid.budget.funding.years import document_year
    from mediaid.budget.reconcile.findings import reconcile
    from mediaid.budget.report.collect import collect
    from mediaid.budget.report.html import page
    from mediaid.budget.report.inputs import Data, Inputs
    from mediaid.budget.report.xlsx import workbook as as_workbook
    from mediaid.cli.budget_bridge import need_of
    from mediaid.cli.budget_cash import aid_cash
    from mediaid.cli.budget_claims import book_of
    from mediaid.cli.budget_forecast import terms_of
    from mediaid.cli.budget_targets import measured_targets
    from mediaid.faults import MediaidError
    from mediaid.packs.load import load_pack

    outputs = [path for path in (xlsx, html) if path is not None]
    if not outputs:
        raise MediaidError(_("say what to write: --xlsx FILE, --html FILE, or both"))
    if bool(cut_off) != bool(claims or register):
        raise MediaidError(_("claims and --cut-off belong together"))
    inputs = [*(claims or []), *(path for path in (last, headcounts, overlay) if path)]
    refuse_paths(inputs, outputs)
    rules = load_pack(pack, readings=reading or (), overlay=overlay)
    document = document_year(rules)
    need = need_of(rules, document if year is None else year, headcounts)
    accounts = None if last is None else read_last_year(last, rules)
    data = _digests(inputs)
    found = path = None
    if cut_off:
        book = book_of(claims, register, rules, ignore_column or ())
        terms = replace(
            terms_of(cut_off, need.year, price_growth, headcount_growth, price_sd, headcount_sd),
            policy_year=policy_year,
            simulated=simulate,
            seed=seed,
        )
        with progress_bar() as report:
            found = forecast(book, terms, rules, drivers=True, report=report)
            path = path_of(book, terms, rules)
        if register:
            data = [*data, Data(_register_name(register), book_digest(book))]
    targets: tuple[Indicator, ...] = ()
    aided: dict[str, int] | None = None
    if rules.targets:
        targets, aided = measured_targets(rules, need.year, headcounts, register, on_time_days)
    made = collect(
        Inputs(
            pack=rules,
            need=need,
            document=document,
            bridges=(
                bridges(rules, need, document, accounts, path)
                if rules.published and rules.published.lines
                else ()
            ),
            pots=_pots(rules, need, aid_cash(rules, need.year, aid, advances, spent)),
            forecast=found,
            reconciliation=reconcile(rules) if rules.published else None,
            indicators=targets,
            aided=aided,
            data=data,
            options=_options(
                {
                    "--cut-off": cut_off,
                    "--price-growth": price_growth if cut_off else "",
                    "--headcount-growth": headcount_growth if cut_off else "",
                    "--price-sd": price_sd if cut_off else "",
                    "--headcount-sd": headcount_sd if cut_off else "",
                    "--policy-year": "" if policy_year is None else str(policy_year),
                    "--simulate": str(simulate) if cut_off else "",
                    "--seed": str(seed) if cut_off else "",
                    "--aid": aid,
                    "--advances": str(advances),
                    "--spent": spent,
                    "--on-time-days": "" if on_time_days is None else str(on_time_days),
                }
            ),
        )
    )
    contents = [as_workbook(made) if path is xlsx else page(made) for path in outputs]
    _publish(outputs, contents, as_json)


def _publish(paths: Sequence[Path], contents: Sequence[bytes], as_json: bool) -> None:
    """Write the files, all or none, and say so. Raises ClaimError where one cannot be written."""
    from mediaid.batch.outputs import Outputs, refusing
    from mediaid.faults import visible_path

    writer = Outputs(paths)
    with writer as passing:
        for target, file, content in zip(paths, passing, contents, strict=True):
            with refusing(target):
                file.write_bytes(content)
        writer.publish()
    if as_json:
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        files = zip(paths, digests, strict=True)
        print_json({"written": [{"file": str(file), "sha256": its} for file, its in files]})
        return
    for target in paths:
        typer.echo(_("written: {file}").format(file=visible_path(target)))


def _register_name(register: str) -> str:
    """A register's name for the report: of its file or database, without folder, host and user."""
    from mediaid.faults import visible
    from mediaid.register.database.address import address

    place = address(register)
    name = place.path.name if place.path else place.url.database or ""
    return _("register {where}").format(where=visible(name))


def _pots(rules: Pack, need: BudgetYear, aid: AidCash | None) -> tuple[Pot, ...]:
    """The calendar of cash; none where the documents say nothing of it."""
    from mediaid.budget.cash.calendar import pots

    facts = rules.facts.facts.values() if rules.facts else ()
    return pots(rules, need, aid) if any(fact.flow for fact in facts) else ()


def _digests(paths: Sequence[Path]) -> list[Data]:
    """Name and hash of every file that is read."""
    from mediaid.budget.report.inputs import Data
    from mediaid.faults import Fault, MediaidError, visible_path

    found = []
    for path in paths:
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            reason = error.strerror or str(error)
            message = _("cannot be read: {reason}").format(reason=reason)
            raise MediaidError(Fault(visible_path(path), message)) from error
        found.append(Data(path.name, digest))
    return found


def _options(given: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in given.items() if text]
