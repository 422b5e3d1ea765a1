"""`mediaid scenarios`: run worked examples of a policy."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediaid.i18n import gettext as _

app = typer.Typer(no_args_is_help=True)

MISMATCHES, BAD_FILES = 1, 2


@app.callback()
def scenarios() -> None:
    pass


@app.command(
    "run",
    help=_(
        "Run scenarios and compare every expectation. Exit code 0: all as expected; "
        "1: some differ; 2: some files cannot be read."
    ),
)
def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            show_default=False,
            help=_("Scenario files, or folders of them; those that come with mediaid if left out."),
        ),
    ] = None,
    pack: Annotated[
        str | None,
        typer.Option(
            "--pack",
            metavar="ID|DIR",
            show_default=False,
            help=_("Run them against this pack instead of the one they name."),
        ),
    ] = None,
) -> None:
    from mediaid.faults import ScenarioError
    from mediaid.scenarios import runner
    from mediaid.scenarios.report import failure_text, summary_text

    outcomes = []
    refused = 0
    for path in runner.find(paths or [runner.shipped()]):
        try:
            results = runner.run(runner.load(path, pack))
        except ScenarioError as error:
            refused += 1
            typer.echo(str(error), err=True)
            continue
        for outcome in results:
            if not outcome.ok:
                typer.echo(failure_text(outcome) + "\n")
        outcomes += results
    typer.echo(summary_text(outcomes, refused))
    if refused:
        raise typer.Exit(BAD_FILES)
    if not all(outcome.ok for outcome in outcomes):
        raise typer.Exit(MISMATCHES)


@app.command(
    "coverage",
    help=_(
        "Change every value, date, condition, step, pool and reading of a pack a little, one at a "
        "time: each change must make a scenario fail. Exit code 1 if some change does not."
    ),
)
def coverage(
    pack: Annotated[
        str,
        typer.Option("--pack", metavar="ID|DIR", show_default=False, help=_("The pack.")),
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            show_default=False,
            help=_("Scenario files, or folders of them; those that come with mediaid if left out."),
        ),
    ] = None,
) -> None:
    from mediaid.packs.folder.find import pack_folder
    from mediaid.packs.load import load_pack
    from mediaid.packs.read import read_files
    from mediaid.scenarios import runner
    from mediaid.scenarios.coverage import report
    from mediaid.scenarios.coverage import run as trial
    from mediaid.scenarios.coverage.sites import plain_form
    from mediaid.scenarios.coverage.suite import suite_of

    chosen = load_pack(pack)
    suite = suite_of(paths or [runner.shipped()], chosen)
    if suite.failing:
        for where in suite.failing:
            typer.echo(_("{where}: fails with the pack as it stands").format(where=where), err=True)
        raise typer.Exit(MISMATCHES)
    plain = plain_form(chosen.whole)
    locator = read_files(pack_folder(pack), chosen.id).locator
    found = trial.coverage(chosen, suite)
    for line in report.proven(found, plain, locator):
        typer.echo(line)
    for gap in report.gaps(trial.witnessed(chosen, found), plain, locator):
        typer.echo(gap)
    typer.echo(report.summary(chosen.id, found))
    if not found.complete:
        raise typer.Exit(MISMATCHES)
