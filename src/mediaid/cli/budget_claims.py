"""The claims that a budget command is given: files, or a register."""

# ruff: noqa: PLC0415 - what reads claims is loaded when there are some to read
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mediaid.budget.forecast.book import Book
    from mediaid.cli.progress import Watch
    from mediaid.packs.model import Pack


def book_of(
    paths: Sequence[Path] | None,
    register: str,
    pack: Pack,
    ignore: Collection[str],
    report: Watch,
) -> Book:
    """Read claims files, or else the claims of a register, into one book.

    Raises MediaidError unless exactly one of the two is given, RegisterError where there is no such
    register.
    """
    from mediaid.cli.register.common import open_it
    from mediaid.desk.budget.files import read_book
    from mediaid.desk.budget.registered import register_book

    if bool(paths) == bool(register):
        raise MediaidError(_("give claims files, or --register for those of a register"))
    if not register:
        return read_book(paths or [], pack, ignore, report)
    report(_("reading the register"), 0)
    with open_it(register) as opened:
        from mediaid.register.database.address import address

        return register_book(opened, str(address(register)), pack)  # without its password
