"""`mediaid register`: the case register, a module a group of commands."""

from __future__ import annotations

import typer

from mediaid.cli.register import (
    case,
    copies,
    imports,
    left_out,
    mapping,
    payment,
    person,
    rerun,
    settlement,
    setup,
    watch,
)
from mediaid.i18n import gettext as _

app = typer.Typer(no_args_is_help=True)
app.add_typer(person.app, name="person", help=_("Persons: documents, periods, history."))
app.add_typer(case.app, name="case", help=_("Cases, from acceptance to filing."))
app.add_typer(payment.app, name="payment", help=_("Payments: sent, returned, paid back."))
app.add_typer(
    settlement.app,
    name="settlement",
    help=_("Settlement: advances, what towns paid, what is due."),
)
app.add_typer(mapping.app, name="mapping", help=_("Mappings that the office keeps by name."))
for module in (setup, imports, left_out, rerun, copies, watch):
    module.add_commands(app)
