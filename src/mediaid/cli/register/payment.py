"""`mediaid register payment`: who is paid, what the bank says, what is paid back."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.register.common import (
    AsJson,
    Reason,
    Where,
    amount,
    change,
    noted,
    open_it,
    show,
)
from mediaid.cli.register.many import SOME_REFUSED
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.faults import Fault
    from mediaid.register.payments.lists import Sent

app = typer.Typer(no_args_is_help=True)

Payment = Annotated[
    int, typer.Argument(metavar="PAYMENT", help=_("The payment's number, from case show."))
]


@app.command("payee", help=_("Have a payment go to somebody, to an account."))
def payee(
    payment: Payment,
    name: Annotated[str, typer.Option("--name", help=_("Name."), show_default=False)],
    account: Annotated[str, typer.Option("--account", help=_("Account."), show_default=False)] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "payment.payee") as work:
        from mediaid.register.payments.pay import set_payee

        set_payee(work, payment, name, account)
    noted({"payment": payment}, as_json)


@app.command("returned", help=_("The bank sent a payment back: it is open again."))
def returned(
    payment: Payment, reason: Reason = "", register: Where = "", as_json: AsJson = False
) -> None:
    with change(register, "payment.returned") as work:
        from mediaid.register.payments.pay import bank_returned

        bank_returned(work, payment, reason)
    noted({"payment": payment}, as_json)


@app.command("received", help=_("An instalment of a reclaim was paid back."))
def received(
    payment: Payment,
    yuan: Annotated[str, typer.Argument(metavar="YUAN", help=_("The amount."))],
    reference: Annotated[
        str, typer.Option("--reference", metavar="TEXT", help=_("The bank's reference."))
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    fen = amount(yuan, "YUAN")
    with change(register, "payment.received") as work:
        from mediaid.register.payments.pay import paid_back

        left = paid_back(work, payment, fen, reference)
    from mediaid.money import format_yuan, show_yuan

    show(
        {"payment": payment, "outstanding": format_yuan(left)},
        [_("still to come: {left} yuan").format(left=show_yuan(left))],
        as_json,
    )


@app.command("list", help=_("Write all approved payments to a file for the bank: they are sent."))
def send(
    target: Annotated[Path, typer.Argument(metavar="FILE", help=_("A new .csv file."))],
    office: Annotated[
        str | None,
        typer.Option("--office", help=_("Only those of an office."), show_default=False),
    ] = None,
    again: Annotated[
        str | None,
        typer.Option(
            "--again",
            metavar="LIST",
            help=_(
                "Send nothing new: write an earlier list anew, by the name its file had, without "
                "what the bank has answered."
            ),
            show_default=False,
        ),
    ] = None,
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    _refuse_options(office, again)
    with open_it(register) as opened:
        from mediaid.register.payments.lists import list_again, send_list

        if again is None:
            sent = send_list(opened, target, office or "")
        else:
            sent = list_again(opened, again, target)
    from mediaid.money import format_yuan, show_yuan

    show(
        {
            "lines": sent.lines,
            "amount": format_yuan(sent.amount),
            "left": [{"case": its.where, "reason": its.message} for its in sent.left],
            "answered": sent.answered,
        },
        [
            _("written: {lines} payments, {amount} yuan").format(
                lines=sent.lines, amount=show_yuan(sent.amount)
            )
            if sent.lines
            else _("there is nothing to send: no list was written"),
            *(_left(sent.left) if again is None else _again(again, sent)),
        ],
        as_json,
    )
    if sent.left:
        raise typer.Exit(SOME_REFUSED)


def _refuse_options(office: str | None, again: str | None) -> None:
    """Refuse what would send more than was meant, as where a script's variable is empty."""
    from mediaid.faults import Fault, RegisterError

    if again is not None and office is not None:
        raise RegisterError(_("--again writes the whole list: leave out --office"))
    for option, its in (("--office", office), ("--again", again)):
        if its is not None and not its.strip():
            raise RegisterError(Fault(option, _("is missing: fill it in")))


def _left(left: list[Fault]) -> Iterator[str]:
    if left:
        yield _("not in the list: {count} cases, which go on waiting").format(count=len(left))
    yield from map(str, left)


def _again(name: str, sent: Sent) -> Iterator[str]:
    if sent.answered:
        yield _("left out: {count} payments that the bank has answered").format(
            count=len(sent.answered)
        )
    yield from map(str, sent.left)
    yield _(
        "these payments were noted as sent before, by list {list}: give the bank this file only "
        "if it never got that one, or it pays twice"
    ).format(list=name)


@app.command("results", help=_("Read back a list with the bank's results."))
def results(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=_("The list."))],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "payment.results") as work:
        from mediaid.register.payments.results import read_results

        paid, failed = read_results(work, source)
    show(
        {"paid": paid, "failed": failed},
        [_("paid: {paid}; returned: {failed}").format(paid=paid, failed=failed)],
        as_json,
    )
