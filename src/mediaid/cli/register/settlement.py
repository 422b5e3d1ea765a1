"""`mediaid register settlement`: advances, what towns paid, and what is due."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.register.common import (
    AsJson,
    Reason,
    Where,
    amount,
    change,
    day,
    noted,
    open_it,
    show,
)
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.register.settlement.transfers import Kind

app = typer.Typer(no_args_is_help=True)

Town = Annotated[str, typer.Argument(metavar="TOWN", help=_("Town or street."))]
Yuan = Annotated[str, typer.Argument(metavar="YUAN", help=_("The amount."))]
Date = Annotated[
    str,
    typer.Option("--date", metavar="YYYY-MM-DD", help=_("The day it moved."), show_default=False),
]
Payer = Annotated[
    str, typer.Option("--payer", help=_("Whose money it is, as the rules name the payers."))
]
Reference = Annotated[str, typer.Option("--reference", metavar="TEXT", help=_("Its reference."))]
NewTown = Annotated[
    bool, typer.Option("--new-town", help=_("A town that nobody in the register lives in yet."))
]
OfYear = Annotated[
    int, typer.Option("--year", metavar="YEAR", help=_("The year it is for."), show_default=False)
]


@app.command("show", help=_("Advances against what was paid, by town and quarter."))
def show_year(
    year: Annotated[int, typer.Argument(metavar="YEAR", help=_("The year."))],
    town: Annotated[str, typer.Option("--town", help=_("Only one town."))] = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", show_default=False,
            help=_("Also write the table to a .xlsx, .csv or .parquet file."),
        ),
    ] = None,
    register: Where = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    with open_it(register) as opened:
        from mediaid.faults import Fault, RegisterError, visible
        from mediaid.register.determinations.packs import current_pack
        from mediaid.register.settlement.balance import settle_year
        from mediaid.register.settlement.transfers import YEARS
        from mediaid.register.views.settlement import COLUMNS, settlement_data, settlement_rows

        if year not in YEARS:
            raise RegisterError(Fault("YEAR", _("{year} is no year").format(year=year)))
        with opened.read() as connection:
            pack = current_pack(connection)
            found = settle_year(connection, year, pack, opened.clock())
        towns = tuple(its for its in found.towns if town in ("", its.town))
        if town and not towns:
            raise RegisterError(
                Fault("--town", _("{town} has neither advances nor payments").format(
                    town=visible(town)))
            )  # fmt: skip
    if output is not None:
        from mediaid.batch.formats import need_libraries

        need_libraries()
        from mediaid.batch.rows import write_rows

        write_rows(output, COLUMNS, settlement_rows(found, towns), COLUMNS[2:])
    data = settlement_data(found, towns)
    show(data, _settlement(data), as_json)


def _settlement(data: dict[str, Any]) -> Iterator[str]:
    yield _("settlement of {year}").format(year=data["year"]) + (
        "" if data["over"] else " " + _("so far: the year is not over")
    )
    if data["due_on"]:
        yield _("  to be settled by {day}, between {giver} and {taker} ({source}, {at})").format(
            day=data["due_on"], giver=data["giver"], taker=data["taker"], **data["cite"]
        )
    if not data["towns"]:
        yield _("  neither advances nor payments")
        return
    for town in data["towns"]:
        yield town["town"]
        yield from _town(town)
    yield _("all towns together")
    yield from _town(data["total"])


def _town(data: dict[str, Any]) -> Iterator[str]:
    yield _("  advances {amount} yuan").format(amount=data["advances"])
    for its in data["quarters"]:
        yield _(
            "  quarter {quarter}: paid {actual} (sent {sent}, returned {returned}, paid back "
            "{paid_back})"
        ).format(**its)
    yield _("  paid in the year {actual}; balance {balance}").format(**data)
    yield from (f"  {words}" for words in _due(data))
    for payer, side in data.get("payers", {}).items():
        yield _("  of this {payer}: advances {advances}, paid {actual}, balance {balance}").format(
            **side | {"payer": payer or _("not split between payers")}
        )
    if data["to_send"] != "0.00" or data["to_reclaim"] != "0.00":
        yield _("  as of now approved and not sent {to_send}, still to be reclaimed {to_reclaim}"
                ).format(**data)  # fmt: skip


def _due(data: dict[str, Any]) -> Iterator[str]:
    if data["topped_up"] != "0.00" or data["handed_back"] != "0.00":
        yield _("settled: paid to the town {topped_up}, handed back {handed_back}").format(**data)
    if data["due_from_town"] != "0.00":
        yield _("due: the town hands back {amount} yuan").format(amount=data["due_from_town"])
    elif data["due_to_town"] != "0.00":
        yield _("due: the town is paid {amount} yuan").format(amount=data["due_to_town"])
    else:
        yield _("due: nothing")


@app.command("advance", help=_("Enter an advance to a town."))
def advance(  # noqa: PLR0913, PLR0917 - one parameter an option
    town: Town,
    yuan: Yuan,
    date: Date,
    year: OfYear = 0,
    payer: Payer = "",
    reference: Reference = "",
    new_town: NewTown = False,
    register: Where = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    _enter("advance", town, yuan, date, year, payer, reference, new_town, register, as_json)


@app.command("topped-up", help=_("Enter what a town was paid after the year was settled."))
def topped_up(  # noqa: PLR0917 - one parameter an option
    town: Town,
    yuan: Yuan,
    date: Date,
    year: OfYear = 0,
    payer: Payer = "",
    reference: Reference = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    _enter("topped_up", town, yuan, date, year, payer, reference, False, register, as_json)


@app.command("handed-back", help=_("Enter what a town handed back after the year was settled."))
def handed_back(  # noqa: PLR0917 - one parameter an option
    town: Town,
    yuan: Yuan,
    date: Date,
    year: OfYear = 0,
    payer: Payer = "",
    reference: Reference = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    _enter("handed_back", town, yuan, date, year, payer, reference, False, register, as_json)


def _enter(  # noqa: PLR0913, PLR0917 - one parameter an option
    kind: Kind,
    town: str,
    yuan: str,
    date: str,
    year: int,
    payer: str,
    reference: str,
    new_town: bool,
    register: str,
    as_json: bool,
) -> None:
    fen, when = amount(yuan, "YUAN"), day(date, "--date")
    with change(register, f"settlement.{kind}") as work:
        from mediaid.register.settlement.transfers import Transfer, enter_transfer

        # An advance is for the year in which it is given, what settles a year comes in the next.
        of = year or (when.year if kind == "advance" else when.year - 1)
        new = Transfer(kind, of, town, fen, when, payer, reference)
        number = enter_transfer(work, new, new_town=new_town)
    show(
        {"transfer": number, "year": of},
        [_("transfer {number} for {year}").format(number=number, year=of)],
        as_json,
    )


@app.command("cancel", help=_("Cancel a transfer that was entered by mistake."))
def cancel(
    transfer: Annotated[
        int, typer.Argument(metavar="TRANSFER", help=_("The transfer's number."))
    ],
    reason: Reason = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    with change(register, "settlement.cancel") as work:
        from mediaid.register.settlement.transfers import cancel_transfer

        cancel_transfer(work, transfer, reason)
    noted({"transfer": transfer}, as_json)


@app.command("transfers", help=_("A year's advances, and what settled it."))
def transfers(
    year: Annotated[int, typer.Argument(metavar="YEAR", help=_("The year."))],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with open_it(register) as opened, opened.read() as connection:
        from mediaid.register.settlement.transfers import transfers_of
        from mediaid.register.views.settlement import transfer_data

        data = [transfer_data(row) for row in transfers_of(connection, year)]
    from mediaid.register.workflow.words import transfer_words

    show(
        data,
        [
            f"{its['transfer']}  {its['date']}  {its['town']}  {transfer_words(its['kind'])}  "
            f"{its['amount']}  {its['payer']}  {its['reference']}".rstrip()
            for its in data
        ],
        as_json,
    )
