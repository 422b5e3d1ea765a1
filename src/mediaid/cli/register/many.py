"""One action on one case, on several, or on all that wait for it."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.register.common import open_it, show
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from mediaid.register.session import Register, Work
    from mediaid.register.workflow.states import Action

Cases = Annotated[
    list[str] | None,
    typer.Argument(metavar="[CASE]...", help=_("The numbers of cases."), show_default=False),
]
FromList = Annotated[
    Path | None,
    typer.Option(
        "--list",
        metavar="FILE",
        show_default=False,
        help=_("A file with a column case, or one number a line."),
    ),
]
AllOfThem = Annotated[bool, typer.Option("--all", help=_("All cases that wait for it."))]
Office = Annotated[str, typer.Option("--office", help=_("With --all: only those of an office."))]

SOME_REFUSED = 1


def chosen(
    register: Register,
    action: Action,
    cases: list[str] | None,
    from_list: Path | None,
    all_of_them: bool,
    office: str,
) -> list[str]:
    """Return the numbers that a command names, in just one of the three ways."""
    from mediaid.faults import RegisterError

    if bool(cases) + (from_list is not None) + all_of_them != 1 or (office and not all_of_them):
        raise RegisterError(
            _("name cases, or a file of them with --list, or --all (then --office if you like)")
        )
    if from_list is not None:
        from mediaid.register.payments.bank_file import read_case_numbers

        return read_case_numbers(from_list)
    if all_of_them:
        from mediaid.register.workflow.many import waiting_for

        with register.read() as connection:
            return waiting_for(connection, action, office)
    return cases or []


def do_each(
    where: str,
    action: Action,
    event: str,
    named: tuple[list[str] | None, Path | None, bool, str],
    change: Callable[[Work, str], Any],
    as_json: bool,
    say: Callable[[str, Any], tuple[Any, list[str]]] | None = None,
) -> None:
    """Do something to each case and report on it; exit code 1 where any was refused.

    One case that is named is refused as other commands refuse; `say` words what came of it, from
    its number and what `change` returned. Else its state is told.
    """
    cases, *others = named
    if cases and len(cases) == 1 and not any(others):
        _do_one(where, event, cases[0], change, as_json, say)
    else:
        _do_many(where, action, event, named, change, as_json)


def _do_one(
    where: str,
    event: str,
    case: str,
    change: Callable[[Work, str], Any],
    as_json: bool,
    say: Callable[[str, Any], tuple[Any, list[str]]] | None,
) -> None:
    with open_it(where) as opened:
        with opened.write(event) as work:
            result = change(work, case)
        if say is not None:
            data, lines = say(case, result)
        else:
            with opened.read() as connection:
                data = stand(connection, case)
            lines = stand_lines(data)
    show(data, lines, as_json)


def stand(connection: Connection, case: str) -> dict[str, Any]:
    """Return where a case stands now, and what waits for approval."""
    from mediaid.money import format_yuan
    from mediaid.register.cases.find import get_case
    from mediaid.register.determinations.store import stand_of

    row = get_case(connection, case)
    pending = stand_of(connection, row.id).pending
    return {
        "case": row.number,
        "state": row.state,
        "pending_aid": None if pending is None else format_yuan(pending.aid),
        "pending_payable": None if pending is None else format_yuan(pending.payable),
    }


def stand_lines(data: dict[str, Any]) -> list[str]:
    """Return what `stand` found in words."""
    from mediaid.register.workflow.words import state_words

    lines = [_("case {case}: {state}").format(case=data["case"], state=state_words(data["state"]))]
    if data["pending_aid"] is not None:
        lines.append(
            _("determined: {aid} yuan, to pay {payable} yuan").format(
                aid=data["pending_aid"], payable=data["pending_payable"]
            )
        )
    return lines


def _do_many(
    where: str,
    action: Action,
    event: str,
    named: tuple[list[str] | None, Path | None, bool, str],
    change: Callable[[Work, str], Any],
    as_json: bool,
) -> None:
    from mediaid.register.workflow.many import each

    with open_it(where) as opened:
        numbers = chosen(opened, action, *named)
        with _progress(len(numbers)) as told:
            found = each(opened, event, numbers, change, told)
    show(
        {
            "done": found.done,
            "refused": [{"case": its.where, "reason": its.message} for its in found.refused],
        },
        [
            *map(str, found.refused),
            _("{action}: {done} cases done, {refused} refused").format(
                action=action, done=len(found.done), refused=len(found.refused)
            ),
        ],
        as_json,
    )
    if found.refused:
        raise typer.Exit(SOME_REFUSED)


@contextmanager
def _progress(whole: int) -> Iterator[Callable[[int], None]]:
    """Show how many cases are done with, where somebody watches."""
    if whole < 2 or not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=whole)
        yield lambda count: progress.update(task, completed=count)
