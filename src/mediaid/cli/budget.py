"""`mediaid budget`: what a year needs, and whether its figures hold."""

from __future__ import annotations

import typer

from mediaid.cli.budget_bridge import bridge
from mediaid.cli.budget_cash import cash
from mediaid.cli.budget_compare import compare
from mediaid.cli.budget_forecast import backtest, forecast
from mediaid.cli.budget_funding import funding
from mediaid.cli.budget_reconcile import reconcile
from mediaid.cli.budget_targets import targets
from mediaid.cli.budget_workbook import workbook
from mediaid.i18n import gettext as _

app = typer.Typer(no_args_is_help=True)


@app.callback()
def budget() -> None:
    pass


app.command("funding", help=_("What headcounts cost, who pays, work funds, enrolment."))(funding)
app.command(
    "reconcile",
    help=_(
        "Published figures against arithmetic. Exit code 0: every difference is known to the pack; "
        "1: some are not."
    ),
)(reconcile)
app.command(
    "bridge",
    help=_("From last year's budget and execution to this year's need and budget, step by step."),
)(bridge)
app.command("cash", help=_("When the money of a year moves, and from whom to whom."))(cash)
app.command("forecast", help=_("What a year's aid will come to, and how sure that is."))(forecast)
app.command("backtest", help=_("How good forecasts would have been, beside two plain methods."))(
    backtest
)
app.command("compare", help=_("Two versions of the policy on the same people."))(compare)
app.command("targets", help=_("The performance targets: aimed at, measured, left to enter."))(
    targets
)
app.command("workbook", help=_("All of it in one workbook, or on one page with charts."))(workbook)
