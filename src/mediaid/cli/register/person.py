"""`mediaid register person`: persons, their periods and their history."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.register.common import AsJson, Clear, Where, change, day, look, noted, show
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(no_args_is_help=True)

Person = Annotated[
    int, typer.Argument(metavar="PERSON", help=_("The person's number in the register."))
]


class Kind(StrEnum):
    """What a period says of a person."""

    category = "category"
    insurance = "insurance"
    household = "household"


@app.command("add", help=_("Enter a person."))
def add(
    name: Annotated[str, typer.Option("--name", help=_("Name."), show_default=False)],
    town: Annotated[str, typer.Option("--town", help=_("Town or street."), show_default=False)],
    number: Annotated[
        str, typer.Option("--number", help=_("Number of the document."), show_default=False)
    ],
    document: Annotated[
        str,
        typer.Option("--document", help=_("Kind of document, such as resident_id or passport.")),
    ] = "resident_id",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "person.add") as work:
        from mediaid.register.people.persons import add_person, area_note

        person = add_person(work, name, town, number, document)
        note = area_note(number, document)
    lines = [_("person {person}").format(person=person), *filter(None, [note])]
    show({"person": person, "note": note}, lines, as_json)


@app.command("find", help=_("The number of the person with a document."))
def find(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help=_("Number of the document."))],
    document: Annotated[
        str, typer.Option("--document", help=_("Kind of document."))
    ] = "resident_id",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with look(register, False, "") as connection:
        from mediaid.register.people.persons import find_person
        from mediaid.register.session import utc_now

        person = find_person(connection, number, utc_now().date(), document)
    found = _("nobody") if person is None else _("person {person}").format(person=person)
    show({"person": person}, [found], as_json)


@app.command("period", help=_("What a person is from a day on: category, insurance, household."))
def period(
    person: Person,
    kind: Kind,
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("Code or label, or household."))],
    from_: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help=_("First day."))],
    to: Annotated[
        str, typer.Option("--to", metavar="YYYY-MM-DD", help=_("Last day."), show_default=False)
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    first, last = day(from_, "--from"), day(to, "--to") if to else None
    with change(register, "person.period") as work:
        from mediaid.register.people.change import set_period

        set_period(work, person, kind.value, code, first, last)
    noted({"person": person}, as_json)


@app.command("end", help=_("End a person's period with a day."))
def end(
    person: Person,
    kind: Kind,
    to: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help=_("Last day."))],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    last = day(to, "--to")
    with change(register, "person.period") as work:
        from mediaid.register.people.change import end_period

        end_period(work, person, kind.value, last)
    noted({"person": person}, as_json)


@app.command("account", help=_("Where a person's aid is paid, also what waits already."))
def account(
    person: Person,
    number: Annotated[str, typer.Option("--account", help=_("Account."), show_default=False)],
    payee: Annotated[
        str, typer.Option("--payee", help=_("Whose account it is, if not the person's."))
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "person.account") as work:
        from mediaid.register.payments.accounts import set_account

        waiting = set_account(work, person, number, payee)
    show(
        {"person": person, "payments": waiting},
        [_("noted, also for {count} payments that wait").format(count=waiting)],
        as_json,
    )


@app.command("died", help=_("Note a death: what is not yet paid out stops."))
def died(
    person: Person,
    on: Annotated[
        str, typer.Option("--on", metavar="YYYY-MM-DD", help=_("The day."), show_default=False)
    ] = "",
    mistaken: Annotated[
        str,
        typer.Option(
            "--mistaken",
            metavar="TEXT",
            help=_("The person is alive, and why it was noted: what was stopped goes on."),
        ),
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    if bool(on) == bool(mistaken):
        from mediaid.faults import RegisterError

        raise RegisterError(_("name the day with --on, or say with --mistaken why it was none"))
    when = day(on, "--on") if on else None
    with change(register, "person.death") as work:
        from mediaid.register.people.persons import note_death, take_back_death

        if when is None:
            take_back_death(work, person, mistaken)
        else:
            note_death(work, person, when)
    noted({"person": person, "died_on": on or None}, as_json)


@app.command("show", help=_("A person with documents and periods."))
def show_person(
    person: Person, clear: Clear = False, register: Where = "", as_json: AsJson = False
) -> None:
    with look(register, clear, f"person:{person}") as connection:
        from mediaid.register.views.people import person_data

        data = person_data(connection, person, clear=clear)
    show(data, _person(data), as_json, clear)


@app.command("history", help=_("A person's bills, what they were given, and the pools left."))
def history(
    person: Person, clear: Clear = False, register: Where = "", as_json: AsJson = False
) -> None:
    with look(register, clear, f"person:{person}") as connection:
        from mediaid.register.views.people import history_data

        data = history_data(connection, person, clear=clear)
    show(data, _history(data), as_json, clear)


def _person(data: dict[str, Any]) -> Iterator[str]:
    from mediaid.packs.schema.fields import FIELDS
    from mediaid.people.documents import kind_words

    yield _("person {person}: {name}, {town}").format(
        person=data["person"], name=data["name"], town=data["town"]
    )
    if data["died_on"]:
        yield "  " + _("died on {day}").format(day=data["died_on"])
    if data["account"]:
        yield "  " + _("paid to {payee}, account {account}").format(
            payee=data["payee"] or data["name"], account=data["account"]
        )
    else:
        yield "  " + _("no account yet: person account notes it")
    for its in data["documents"]:
        document = kind_words(its["kind"])
        yield "  " + _("{name}: {value}").format(name=document, value=its["number"])
    for its in data["periods"]:
        known = FIELDS.get(its["kind"])
        name = its["kind"] if known is None else str(known.label)
        held = _("{name}: {value}").format(name=name, value=its["code"])
        yield f"  {held}  {its['from']} – {its['to'] or ''}"


def _history(data: dict[str, Any]) -> Iterator[str]:
    from mediaid.register.workflow.words import state_words

    yield from _person(data)
    for its in data["bills"]:
        state = state_words(its["state"] or "") if its["counts"] else _("does not count")
        yield _("  bill {bill}, {date}: self-paid {paid}, aid {aid} ({case}, {state})").format(
            bill=its["bill"],
            date=its["date"],
            paid=its["self_paid"],
            aid=its["aid"] or "–",
            case=its["case"] or _("no case yet"),
            state=state,
        )
    for its in data["pools"]:
        yield _("  {pool} {period}: used {used}").format(
            pool=its["pool"], period=its["period"], used=its["used"]
        )
    for its in data["left"]:
        yield _("  {benefit} {year}: left {left}").format(
            benefit=its["benefit"], year=its["year"], left=its["left"]
        )
