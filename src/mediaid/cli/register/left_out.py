"""`mediaid register left-out`: people with bills and no case, and cases without a category."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.options import IgnoreColumn
from mediaid.cli.register.common import AsJson, Clear, Where, day, office_of, open_it, show
from mediaid.cli.register.imports import agreed, confirm_mapping
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.register.intake.left_out import Candidates, Files, LeftOutPerson
    from mediaid.register.session import Register


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "left-out",
        help=_("People in a category with bills and no case, and cases without a category."),
    )(left_out)


def left_out(  # noqa: PLR0913, PLR0917 - one parameter an option
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help=_("Whom civil affairs lists in which category; with --settlements."),
            show_default=False,
        ),
    ] = None,
    settlements: Annotated[
        Path | None,
        typer.Option(
            "--settlements",
            metavar="FILE",
            help=_("The platform's settlement records, or a ledger; with --roster."),
            show_default=False,
        ),
    ] = None,
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping",
            metavar="NAME|FILE",
            help=_("Read the records by a mapping: one the office keeps, a known one, or a file."),
            show_default=False,
        ),
    ] = "",
    ignore_column: IgnoreColumn = None,
    town: Annotated[
        str,
        typer.Option(
            "--town", help=_("Town or street of people whose row says none."), show_default=False
        ),
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="YYYY-MM-DD",
            help=_("First day of category and insurance, where a row says none."),
            show_default=False,
        ),
    ] = "",
    institution: Annotated[
        str,
        typer.Option(
            "--institution",
            help=_("Institution of bills whose row says none."),
            show_default=False,
        ),
    ] = "",
    office: Annotated[
        str, typer.Option("--office", help=_("The office, if there are several."))
    ] = "",
    open_cases: Annotated[
        bool, typer.Option("--open-cases", help=_("Open a case for everybody left out."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Open them without asking."))] = False,
    clear: Clear = False,
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    from mediaid.faults import Fault, RegisterError

    if (roster is None) != (settlements is None):
        missing = "--roster" if roster is None else "--settlements"
        raise RegisterError(Fault(missing, _("is missing: both files belong together")))
    with open_it(register) as opened:
        with opened.read() as connection:
            code = office_of(connection, office)
        if clear:
            with opened.write("reveal") as work:
                work.subject = "left-out"
        if roster is None or settlements is None:
            data = _of_register(opened)
            found = None
        else:
            from mediaid.register.intake.files import Defaults

            defaults = Defaults(town, day(since, "--since") if since else None, institution)
            files = _files(
                opened, code, roster, settlements, mapping, defaults, ignore_column, yes, as_json
            )
            data, found = _of_files(opened, files, clear)
        if open_cases and data["left_out"]:
            if not as_json:
                show(None, _lines(data), False, clear)
            if yes or (not as_json and agreed(_("Open a case for each of them?"))):
                data["opened"] = _opened(opened, code, found, data["left_out"])
                show(data, [_cases(data["opened"])], as_json, clear)
            else:
                show(data, [_("no case was opened; --yes opens them")], as_json, clear)
            return
    show(data, _lines(data), as_json, clear)


def _files(  # noqa: PLR0913, PLR0917 - what the options say
    register: Register,
    office: str,
    roster: Path,
    settlements: Path,
    mapping: str,
    defaults: Any,
    ignore: list[str] | None,
    yes: bool,
    as_json: bool,
) -> Files:
    from mediaid.register.intake.importing import Request, recognise
    from mediaid.register.intake.left_out import Files

    request = Request(settlements, "bills", mapping, office)
    recognised = recognise(register, request)
    confirm_mapping(recognised, ask=not (yes or as_json), said=not as_json)
    assert recognised.mapping is not None
    return Files(roster, settlements, recognised.mapping, defaults, ignore or ())


def _of_register(register: Register) -> dict[str, Any]:
    """Return who is left out as far as the register itself knows."""
    from mediaid.cli.progress import progress_bar
    from mediaid.money import format_yuan
    from mediaid.register.cases import left_out as its

    with register.read() as connection:
        reverse = its.without_category(connection)
    with progress_bar() as watch:
        people = its.left_out(register, partial(watch, _("settling who is left out")))
    return {
        "left_out": [
            {
                "person": row.person_id,
                "bills": [
                    {"bill": number, "aid": format_yuan(aid), "payable": format_yuan(payable)}
                    for number, (aid, payable) in row.bills.items()
                ],
            }
            for row in people
        ],
        "without_category": [
            {"case": row.number, "person": row.person_id, "bill": row.id} for row in reverse
        ],
    }


def _of_files(register: Register, files: Files, clear: bool) -> tuple[dict[str, Any], Candidates]:
    """Return who is left out by a roster and settlement records."""
    from mediaid.cli.progress import progress_bar
    from mediaid.register.intake.left_out import find_candidates, settle

    with progress_bar() as watch:
        found = find_candidates(register, files, watch)
        people = settle(register, found, watch)
    data = {
        "left_out": [_person(its, clear) for its in people],
        "without_category": [
            {"case": its.case, "person": its.person_id, "bill": its.bill_id}
            for its in found.without_category
        ],
        "unclear": [
            {"file": name, "row": its.row, "reason": its.reason}
            for name, report in (("roster", found.roster), ("settlements", found.records))
            for its in report.refused
        ],
        "not_bills": [
            {"row": its.row, "reason": its.reason} for its in found.records.left_out
        ],
    }  # fmt: skip
    return data, found


def _person(its: LeftOutPerson, clear: bool) -> dict[str, Any]:
    from mediaid.money import format_yuan
    from mediaid.people.masking import mask_id, mask_name

    return {
        "person": its.person_id,
        "number": its.number if clear else mask_id(its.number),
        "name": its.name if clear else mask_name(its.name),
        "town": its.town,
        "payable": format_yuan(its.payable),
        "bills": [
            {
                "row": bill.row,
                "bill": bill.bill_id,
                "institution": bill.institution,
                "invoice": bill.invoice_no,
                "date": bill.dated_on.isoformat(),
                "self_paid": format_yuan(bill.self_paid),
                "aid": format_yuan(bill.aid),
                "payable": format_yuan(bill.payable),
            }
            for bill in its.bills
        ],
    }


def _opened(
    register: Register, office: str, found: Candidates | None, listed: list[dict[str, Any]]
) -> list[str]:
    from mediaid.cli.progress import progress_bar

    with progress_bar() as watch:
        if found is None:
            from mediaid.register.cases.left_out import open_for_all

            persons = [its["person"] for its in listed]
            return open_for_all(register, office, persons, partial(watch, _("opening cases")))
        from mediaid.register.intake.left_out import open_left_out

        return open_left_out(register, found, office, watch)


def _cases(numbers: list[str]) -> str:
    return _("opened: {cases}").format(cases=", ".join(numbers) or "–")


def _lines(data: dict[str, Any]) -> Iterator[str]:
    for its in data["left_out"]:
        if "number" not in its:
            for bill in its["bills"]:
                yield _("person {person}, bill {bill}: no case; would get {aid} yuan").format(
                    person=its["person"], bill=bill["bill"], aid=bill["aid"]
                )
            continue
        yield _("{name} {number}, {town}: no case; {payable} yuan would be paid").format(
            name=its["name"], number=its["number"], town=its["town"], payable=its["payable"]
        )
        for bill in its["bills"]:
            yield _(
                "  {date} {institution} {invoice}: self-paid {paid}, aid {aid}, payable {payable}"
            ).format(
                date=bill["date"],
                institution=bill["institution"],
                invoice=bill["invoice"],
                paid=bill["self_paid"],
                aid=bill["aid"],
                payable=bill["payable"],
            )
    for its in data["without_category"]:
        yield _("case {case}, bill {bill}: person {person} has no category on that day").format(
            case=its["case"], bill=its["bill"], person=its["person"]
        )
    for its in data.get("unclear", ()):
        words = {"roster": _("roster"), "settlements": _("records")}[its["file"]]
        yield _("{file}, row {row}: {reason}").format(
            file=words, row=its["row"], reason=its["reason"]
        )
    if not data["left_out"] and not data["without_category"]:
        yield _("nobody is left out")
