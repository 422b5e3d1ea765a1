"""`mediaid budget reconcile`: a document's published figures against arithmetic."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from typing import Annotated

import typer

from mediaid.cli.options import DEFAULT_PACK, AsJson, PackOption, print_json
from mediaid.i18n import gettext as _

SURPRISED = 1


def reconcile(
    pack: PackOption = DEFAULT_PACK,
    every: Annotated[
        bool, typer.Option("--all", help=_("List the comparisons that agree, too."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    from mediaid.budget.reconcile import findings
    from mediaid.budget.reconcile.present import as_data, as_text
    from mediaid.packs.load import load_pack

    rules = load_pack(pack)
    result = findings.reconcile(rules)
    if as_json:
        print_json(as_data(rules, result, every))
    else:
        typer.echo(as_text(rules, result, every))
    if result.surprises:
        raise typer.Exit(SURPRISED)
