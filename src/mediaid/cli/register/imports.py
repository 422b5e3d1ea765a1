"""`mediaid register import` and template: files of people and of bills."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

import sys
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.options import IgnoreColumn
from mediaid.cli.register.common import AsJson, Where, day, open_it, show
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.register.intake.importing import Plan, Recognised
    from mediaid.register.intake.report import Report
    from mediaid.register.session import Register

REFUSED = 2
SHOWN = 20
"""How many rows are shown of each kind; `--rejects` and `--json` tell all."""


class Kind(StrEnum):
    """What a file holds."""

    people = "people"
    bills = "bills"


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "import",
        help=_(
            "Take in a file of people or of bills: first what would come of it, then all of it."
        ),
    )(import_)
    app.command(
        "template",
        help=_("Write a workbook to be filled in, with lists to choose from and explanations."),
    )(template)


def import_(  # noqa: PLR0913, PLR0917 - one parameter an option
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=_("People or bills: .csv, .xlsx or .parquet, from a template or of the field."),
        ),
    ],
    kind: Annotated[
        Kind | None,
        typer.Option("--as", help=_("What the file holds; else its headings say."),
                     show_default=False),
    ] = None,
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping",
            metavar="NAME|FILE",
            help=_("Read bills by a mapping: one the office keeps, a known one, or a file."),
            show_default=False,
        ),
    ] = "",
    ignore_column: IgnoreColumn = None,
    office: Annotated[
        str, typer.Option("--office", help=_("The office, if there are several."))
    ] = "",
    town: Annotated[
        str,
        typer.Option("--town", help=_("Town or street of people whose row says none."),
                     show_default=False),
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
        typer.Option("--institution", help=_("Institution of bills whose row says none."),
                     show_default=False),
    ] = "",
    known_people: Annotated[
        bool,
        typer.Option(
            "--known-people",
            help=_("Leave out bills of people who are not in the register, and count them."),
        ),
    ] = False,
    similar: Annotated[
        str,
        typer.Option(
            "--similar",
            metavar="TEXT",
            help=_("Why bills of the same person, day and amount are different ones."),
            show_default=False,
        ),
    ] = "",
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help=_("Write the numbers of refused rows here, with the reasons: .csv or .xlsx."),
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Only say what would come of it."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Take it in without asking."))] = False,
    register: Where = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    _refuse_folder(file)
    with open_it(register) as opened:
        from mediaid.register.intake.files import Defaults
        from mediaid.register.intake.importing import Request, recognise, take_in, try_import

        request = Request(
            path=file,
            kind=None if kind is None else kind.value,
            mapping=mapping,
            office=known_office(opened, office),
            defaults=Defaults(town, day(since, "--since") if since else None, institution),
            ignore=ignore_column or (),
            similar_answer=similar,
            of_known_people=known_people,
        )
        found = recognise(opened, request)
        confirm_mapping(found, ask=not (yes or as_json), said=not as_json)
        from mediaid.cli.progress import progress_bar

        with progress_bar() as watch:
            plan = try_import(opened, found, watch)
        if rejects is not None:
            _write_rejects(rejects, plan)
        taken = None
        if plan.possible and plan.report.changes and not dry_run:
            if not as_json:
                show(None, _lines(plan), False)
            if yes or (not as_json and agreed(_("Take all of it in?"))):
                with progress_bar() as watch:
                    taken = take_in(opened, plan, watch)
            show(_data(plan, taken), [_outcome(taken)], as_json)
            return
    show(_data(plan, taken), [*_lines(plan), _nothing(plan, dry_run)], as_json)
    if not plan.possible:
        raise typer.Exit(REFUSED)


def _refuse_folder(file: Path) -> None:
    from mediaid.faults import Fault, RegisterError, visible_path

    if file.is_dir():
        raise RegisterError(
            Fault(
                visible_path(file),
                _(
                    "is a folder: an export of a whole register is restored with mediaid register "
                    "restore"
                ),
            )
        )


def known_office(register: Register, office: str) -> str:
    """Return the office whose kept mappings are known: the one named, or the only one."""
    from mediaid.faults import RegisterError
    from mediaid.register.cases.accept import only_office

    if office:
        return office
    with register.read() as connection:
        try:
            return only_office(connection)
        except RegisterError:
            return ""


def confirm_mapping(found: Recognised, *, ask: bool, said: bool) -> None:
    """Have somebody confirm what a file was taken for by its headings alone."""
    from mediaid.faults import Fault, RegisterError, visible_line, visible_path

    if found.sure:
        return
    assert found.mapping is not None
    if said:
        for line in found.lines:
            typer.echo(visible_line(line))
    if ask and _can_ask():
        if agreed(_("Read it so?")):
            return
        raise typer.Exit(REFUSED)
    raise RegisterError(
        Fault(
            visible_path(found.request.path),
            _("looks like {label}: if that is right, say --mapping {mapping}").format(
                label=found.mapping.model.label, mapping=found.mapping.name
            ),
        )
    )


def _can_ask() -> bool:
    return sys.stdin.isatty()


def agreed(question: str) -> bool:
    return _can_ask() and typer.confirm(question)


def _lines(plan: Plan) -> Iterator[str]:
    """Say what a file would bring, row by row where something is wrong."""
    report = plan.report
    mapping = plan.found.mapping
    words = {"people": _("people"), "bills": _("bills")}[plan.found.kind]
    read_by = "" if mapping is None else _(", read by mapping {name}").format(name=mapping.name)
    yield _("{file}: {kind}{by}").format(file=plan.found.request.path.name, kind=words, by=read_by)
    yield _(
        "{new} new, {changed} changed, {same} there already, {reversed} to be reversed, "
        "{left} left out, {refused} refused"
    ).format(
        new=f"{report.new:,}",
        changed=f"{report.changed:,}",
        same=f"{report.same:,}",
        reversed=f"{report.reversed:,}",
        left=f"{len(report.left_out):,}",
        refused=f"{len(report.refused):,}",
    )
    yield from _left_out(report)
    yield from report.notes
    for its in report.refused[:SHOWN]:
        yield _("row {row}: {reason}").format(row=its.row, reason=its.reason)
    if len(report.refused) > SHOWN:
        yield _("and {more} more: --rejects FILE lists them all").format(
            more=f"{len(report.refused) - SHOWN:,}"
        )


def _left_out(report: Report) -> Iterator[str]:
    by_reason = sorted(report.left_out, key=lambda its: (its.reason, its.row))
    for reason, rows in groupby(by_reason, key=lambda its: its.reason):
        numbers = [its.row for its in rows]
        shown = ", ".join(map(str, numbers[:SHOWN])) + (", …" if len(numbers) > SHOWN else "")
        yield _("left out, {reason}: {count} (row {rows})").format(
            reason=reason, count=f"{len(numbers):,}", rows=shown
        )


def _outcome(taken: Report | None) -> str:
    if taken is None:
        return _("nothing was changed; --yes takes it in")
    return _("taken in: {new} new, {changed} changed, {reversed} reversed").format(
        new=f"{taken.new:,}", changed=f"{taken.changed:,}", reversed=f"{taken.reversed:,}"
    )


def _nothing(plan: Plan, dry_run: bool) -> str:
    if not plan.possible:
        return _("nothing was taken in: correct the refused rows, then import the file again")
    if not plan.report.changes:
        return _("nothing to take in: all of it is there already")
    assert dry_run
    return _("a dry run: nothing was changed")


def _data(plan: Plan, taken: Report | None) -> dict[str, Any]:
    report = plan.report
    mapping = plan.found.mapping
    return {
        "file": plan.found.request.path.name,
        "kind": plan.found.kind,
        "mapping": None if mapping is None else mapping.name,
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "reversed": report.reversed,
        "left_out": [{"row": its.row, "reason": its.reason} for its in report.left_out],
        "refused": [{"row": its.row, "reason": its.reason} for its in report.refused],
        "notes": report.notes,
        "taken_in": taken is not None,
    }


def _write_rejects(path: Path, plan: Plan) -> None:
    from mediaid.batch.mapped.reasons import write_reasons
    from mediaid.i18n import language

    rows = [(its.row, its.reason) for its in plan.report.refused]
    write_reasons(path, rows, plan.found.request.path, language())


def template(
    kind: Annotated[Kind, typer.Argument(help=_("What is to be filled in."))],
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help=_("A new workbook."))],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    from mediaid.batch.formats import format_of
    from mediaid.faults import Fault, RegisterError, visible_path

    if file.exists():
        raise RegisterError(Fault(visible_path(file), _("exists already: it is left as it is")))
    if format_of(file) != "xlsx":
        raise RegisterError(Fault(visible_path(file), _("a template is a workbook: name it .xlsx")))
    with open_it(register) as opened:
        from mediaid.batch.template import write_template
        from mediaid.register.determinations.packs import current_pack
        from mediaid.register.intake.columns import template_columns

        with opened.read() as connection:
            pack = current_pack(connection)
        titles = {"people": "人员", "bills": "单据"}
        write_template(file, titles[kind.value], template_columns(kind.value, pack))
    show({"written": str(file)}, [_("written: {files}").format(files=file)], as_json)
