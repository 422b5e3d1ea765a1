"""`mediaid register audit` and verify."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.register.common import After, AsJson, Limit, Where, look, show
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTY = 1
LISTED = 1000
"""Faults in JSON; of more the number is given. As text all are told, each when it is found."""


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("audit", help=_("Who did what when, page by page."))(audit)
    app.command("verify", help=_("Check the audit, and settle every determination again."))(verify)


def audit(
    subject: Annotated[
        str,
        typer.Option(
            "--subject", metavar="TEXT", help=_("Only events of case:NUMBER or person:NUMBER.")
        ),
    ] = "",
    after: After = 0,
    limit: Limit = 50,
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with look(register, False, "") as connection:
        from mediaid.register.views.events import events_data

        data = events_data(connection, subject=subject, after=after, limit=limit)
    show(data, _events(data, limit), as_json)


def _events(data: list[dict[str, Any]], limit: int) -> Iterator[str]:
    for its in data:
        yield (
            f"{its['event']}  {its['at']}  {its['actor']} ({its['known_by']})  "
            f"{its['action']}  {its['subject']}"
        )
    if len(data) == limit:
        yield _("more: --after {last}").format(last=data[-1]["event"])


def verify(register: Where = "", as_json: AsJson = False) -> None:
    faults: list[str] = []
    found = 0
    with look(register, False, "") as connection:
        from mediaid.faults import visible_line
        from mediaid.register.audit.check import check_audit
        from mediaid.register.determinations.verify import (
            count_determinations,
            verify_determinations,
        )

        for fault in chain(check_audit(connection), verify_determinations(connection)):
            found += 1
            if not as_json:
                typer.echo(visible_line(fault))
            elif found <= LISTED:
                faults.append(fault)
        count = count_determinations(connection)
    said = (
        _("{faults} faults; {count} determinations settled again")
        if found
        else _("sound: the audit is unbroken, {count} determinations settle as they were decided")
    )
    data = {"faults": faults, "determinations": count}
    if found > LISTED:
        data["more_faults"] = found - LISTED
    show(data, [said.format(faults=found, count=count)], as_json)
    if found:
        raise typer.Exit(FAULTY)
