"""`mediaid budget workbook`: all of a budget in one workbook, and on one page."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

import hashlib
from dataclasses import dataclass
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
    from collections.abc import Mapping, Sequence

    from mediaid.budget.bridge.given import LastYear
    from mediaid.budget.cash.calendar import AidCash
    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.budget.forecast.forecast import Path as ForecastPath
    from mediaid.budget.forecast.terms import Terms
    from mediaid.budget.funding.years import BudgetYear
    from mediaid.budget.report.inputs import Data
    from mediaid.budget.report.model import Report
    from mediaid.budget.targets import Indicator
    from mediaid.cli.progress import Watch
    from mediaid.packs.model import Pack

HERE_ALONE = frozenset(
    {
        "claims", "register", "xlsx", "html", "year", "last", "headcounts",
        "pack", "reading", "overlay", "draft", "as_json",
    }
)  # fmt: skip
"""Parameters that the report shows elsewhere, or that change nothing in it."""
FORECAST_ALONE = frozenset(
    ["price_growth", "headcount_growth", "price_sd", "headcount_sd", "simulate", "seed"]
)
"""Parameters that mean nothing without claims."""


def workbook(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
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
    aid: AidOption = "",
    advances: AdvancesOption = 4,
    spent: SpentOption = "",
    on_time_days: OnTimeDays = None,
    ignore_column: IgnoreColumn = None,
    as_json: AsJson = False,
) -> None:
    from dataclasses import replace

    from mediaid.batch.outputs import refuse_paths
    from mediaid.budget.bridge.given import read_last_year
    from mediaid.budget.report.html import page
    from mediaid.budget.report.xlsx import workbook as as_workbook
    from mediaid.cli.budget_bridge import need_of, year_of
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
    rules = load_pack(pack, readings=reading or (), overlay=overlay, drafts=draft)
    need = need_of(rules, year_of(rules, year), headcounts)
    parts = _Parts(
        rules,
        need,
        None if last is None else read_last_year(last, rules),
        aid_cash(rules, need.year, aid, advances, spent),
        _digests(inputs),
        options_of(context.params),
    )
    if cut_off:
        terms = replace(
            terms_of(cut_off, need.year, price_growth, headcount_growth, price_sd, headcount_sd),
            policy_year=policy_year,
            simulated=simulate,
            seed=seed,
        )
        with progress_bar() as report:
            book = book_of(claims, register, rules, ignore_column or (), report)
            parts.look_ahead(book, terms, report)
        if register:
            parts.data.append(_register_data(register, book))
    targets = (
        measured_targets(rules, need.year, headcounts, register, on_time_days)
        if rules.targets
        else ((), None)
    )
    made = parts.report(*targets)
    contents = [as_workbook(made) if path is xlsx else page(made) for path in outputs]
    _publish(outputs, contents, as_json)


@dataclass
class _Parts:
    """What a report is made of, as far as it is worked out."""

    rules: Pack
    need: BudgetYear
    accounts: LastYear | None
    aid: AidCash | None
    data: list[Data]
    options: list[tuple[str, str]]
    forecast: Forecast | None = None
    path: ForecastPath | None = None

    def look_ahead(self, book: Book, terms: Terms, report: Watch) -> None:
        """Forecast, and find the way there from last year."""
        from mediaid.budget.forecast.forecast import forecast, path_of

        self.forecast = forecast(book, terms, self.rules, drivers=True, report=report)
        self.path = path_of(book, terms, self.rules, report)

    def report(self, targets: Sequence[Indicator], aided: dict[str, int] | None) -> Report:
        """Put all of it together: what the pack or the run does not have is left out."""
        from mediaid.budget.bridge.bridge import bridges
        from mediaid.budget.cash.calendar import pots
        from mediaid.budget.funding.years import document_year
        from mediaid.budget.reconcile.findings import reconcile
        from mediaid.budget.report.collect import collect
        from mediaid.budget.report.inputs import Inputs

        rules, need = self.rules, self.need
        document = document_year(rules)
        facts = rules.facts.facts.values() if rules.facts else ()
        return collect(
            Inputs(
                pack=rules,
                need=need,
                document=document,
                bridges=bridges(rules, need, document, self.accounts, self.path)
                if rules.published and rules.published.lines
                else (),
                pots=pots(rules, need, self.aid) if any(fact.flow for fact in facts) else (),
                forecast=self.forecast,
                reconciliation=reconcile(rules) if rules.published else None,
                indicators=targets,
                aided=aided,
                data=self.data,
                options=self.options,
            )
        )


def options_of(given: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the options that the figures rest on as texts, those left at their default too."""
    without = HERE_ALONE if given["cut_off"] else HERE_ALONE | FORECAST_ALONE
    found = []
    for name, value in given.items():
        if name not in without and value not in (None, "", []):
            text = ", ".join(value) if isinstance(value, list) else str(value)
            found.append(("--" + name.replace("_", "-"), text))
    return found


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


def _register_data(register: str, book: Book) -> Data:
    """What was read of a register: its file or database, without folder, host and user."""
    from mediaid.budget.forecast.book import book_digest
    from mediaid.budget.report.inputs import Data
    from mediaid.faults import visible
    from mediaid.register.database.address import address

    place = address(register)
    name = place.path.name if place.path else place.url.database or ""
    return Data(_("register {where}").format(where=visible(name)), book_digest(book))


def _digests(paths: Sequence[Path]) -> list[Data]:
    """Name and hash of every file that is read, by name: in what order they are given is no
    matter."""
    from mediaid.budget.report.inputs import Data
    from mediaid.faults import Fault, MediaidError, visible_path, why_not

    found = []
    for path in paths:
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            message = _("cannot be read: {reason}").format(reason=why_not(error))
            raise MediaidError(Fault(visible_path(path), message)) from error
        found.append(Data(path.name, digest))
    return sorted(found, key=lambda its: (its.name, its.digest))
