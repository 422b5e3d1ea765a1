"""What the register's commands share: options, opening, reading days and amounts."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.options import AsJson, print_json
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from mediaid.register.session import Register, Work

__all__ = [
    "AsJson",
    "Clear",
    "Reason",
    "Where",
    "amount",
    "change",
    "day",
    "noted",
    "open_it",
    "show",
]

Where = Annotated[
    str,
    typer.Option(
        "--register",
        metavar="FILE|URL",
        envvar="MEDIAID_REGISTER",
        help=_("The register: a file, or postgresql://…"),
        show_default=False,
    ),
]
Clear = Annotated[
    bool,
    typer.Option("--clear", help=_("Show names and numbers in clear; this is an audit event.")),
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help=_("Why."), show_default=False)
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help=_("Rows of one page."))]
After = Annotated[
    int, typer.Option("--after", min=0, help=_("Go on behind this number of the last page."))
]


def need_libraries() -> None:
    """Say how to get what the register needs, where it is not there."""
    from importlib.util import find_spec

    from mediaid.faults import RegisterError

    # The command line looks for no cycles, since it ends at once; the register's work may last.
    gc.enable()
    if find_spec("sqlalchemy") is None or find_spec("alembic") is None:
        raise RegisterError(_("the register needs its libraries: pip install 'mediaid[register]'"))


@contextmanager
def open_it(where: str) -> Iterator[Register]:
    """Give the open register."""
    need_libraries()
    from mediaid.register.database.open import open_register

    register = open_register(where)
    try:
        yield register
    finally:
        register.close()


@contextmanager
def change(where: str, action: str) -> Iterator[Work]:
    """Give one transaction of the register."""
    with open_it(where) as register, register.write(action) as work:
        yield work


@contextmanager
def look(where: str, clear: bool, subject: str) -> Iterator[Connection]:
    """Give a connection to read from; that names are shown in clear is noted beforehand."""
    with open_it(where) as register:
        if clear:
            with register.write("reveal") as work:
                work.subject = subject
        with register.read() as connection:
            yield connection


def show(data: object, lines: Iterable[str], as_json: bool, clear: bool = False) -> None:
    """Print data as JSON, or else lines, which may hold what users typed.

    Unless `clear`, resident numbers in free text are masked too.
    """
    from mediaid.faults import visible_line
    from mediaid.people.redact import mask_all, mask_numbers

    if as_json:
        print_json(data if clear else mask_all(data))
        return
    for line in lines:
        typer.echo(visible_line(line if clear else mask_numbers(line)))


def noted(data: object, as_json: bool) -> None:
    """Say that something was noted; as JSON, of what."""
    show(data, [_("noted")], as_json)


def day(text: str, option: str) -> dt.date:
    """Read a day. Raises RegisterError at the option."""
    import datetime

    from mediaid.claims.cells import parse_day
    from mediaid.faults import Fault, RegisterError

    try:
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=parse_day(text))
    except ValueError as error:
        raise RegisterError(Fault(option, str(error))) from None


def amount(text: str, option: str) -> int:
    """Read an amount in 元; return 分. Raises RegisterError at the option."""
    from mediaid.faults import Fault, RegisterError
    from mediaid.money import parse_yuan

    try:
        return parse_yuan(text)
    except ValueError as error:
        raise RegisterError(Fault(option, str(error))) from None


def office_of(connection: Connection, office: str) -> str:
    """Return the office that is named, or the only one. Raises RegisterError where one is to be."""
    from mediaid.register.cases.accept import only_office

    return office or only_office(connection)
