"""`mediaid budget cash`: when the money of a year moves."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.budget_bridge import BudgetYearOption, HeadcountsFile
from mediaid.cli.options import (
    DEFAULT_PACK,
    AsJson,
    Drafts,
    Overlay,
    PackOption,
    print_json,
)
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.cash.calendar import AidCash
    from mediaid.packs.model import Pack

AidOption = Annotated[
    str,
    typer.Option(
        "--aid",
        metavar="YUAN",
        show_default=False,
        help=_("What is advanced for assistance; default: the line that the document publishes."),
    ),
]
AdvancesOption = Annotated[
    int,
    typer.Option("--advances", metavar="COUNT", help=_("In how many advances: 1, 2, 3, 4, 6, 12.")),
]
SpentOption = Annotated[
    str,
    typer.Option(
        "--spent",
        metavar="YUAN",
        show_default=False,
        help=_("What was spent on assistance: the settlement is the difference."),
    ),
]


def cash(  # noqa: PLR0913, PLR0917 - one parameter an option
    pack: PackOption = DEFAULT_PACK,
    overlay: Overlay = None,
    draft: Drafts = False,
    year: BudgetYearOption = None,
    headcounts: HeadcountsFile = None,
    aid: AidOption = "",
    advances: AdvancesOption = 4,
    spent: SpentOption = "",
    as_json: AsJson = False,
) -> None:
    from mediaid.budget.cash.calendar import pots
    from mediaid.budget.cash.present import as_data, as_text
    from mediaid.cli.budget_bridge import need_of, year_of
    from mediaid.packs.load import load_pack

    rules = load_pack(pack, overlay=overlay, drafts=draft)
    its = year_of(rules, year)
    need = need_of(rules, its, headcounts)
    found = pots(rules, need, aid_cash(rules, its, aid, advances, spent))
    if as_json:
        print_json(as_data(rules, its, found))
    else:
        typer.echo(as_text(rules, its, found))


def aid_cash(rules: Pack, year: int, aid: str, advances: int, spent: str) -> AidCash | None:
    """Return what is advanced for assistance; None if no amount is given and none published.

    Raises MediaidError at the option.
    """
    from mediaid.budget.cash.calendar import AidCash
    from mediaid.budget.funding.years import document_year
    from mediaid.faults import MediaidError

    used = None if not spent else _yuan("--spent", spent)
    if aid:
        return AidCash(_yuan("--aid", aid), _("assistance"), advances, used)
    lines = rules.published.lines.values() if rules.published else ()
    line = next((its for its in lines if its.pays == "aid"), None)
    if line is not None and rules.published and year == document_year(rules):
        figure = rules.published.all_figures[line.stated]
        label = _("assistance: {label} [{at}]").format(label=line.label, at=figure.at)
        return AidCash(int(figure.exact), label, advances, used)
    if used is not None:
        raise MediaidError(_("--spent needs what was advanced: give it with --aid"))
    return None


def _yuan(option: str, text: str) -> int:
    from mediaid.faults import Fault, MediaidError, visible
    from mediaid.money import parse_yuan

    try:
        return parse_yuan(text)
    except ValueError as error:
        raise MediaidError(Fault(f"{option} {visible(text)}", str(error))) from None
