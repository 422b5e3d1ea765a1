"""Copy all rows of one register into another that is new and empty."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.faults import Fault, RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.audit.check import check_audit
from mediaid.register.copies.rows import TABLES, continue_numbering, insert_rows, rows_of
from mediaid.register.database.open import open_register, taking_over

if TYPE_CHECKING:
    from mediaid.register.session import Register


def back_up(register: Register, target: Path) -> None:
    """Write a register to a new SQLite file while it is in use, and verify what was written.

    A backup is a register itself, whichever database it comes from. Raises RegisterError where
    the file exists, or what was written does not verify: then it is removed again.
    """
    copy_register(register, str(target))


def copy_register(register: Register, where: str) -> None:
    """Copy a register into a new one, a file or an empty PostgreSQL database, and verify that."""
    with register.read() as source, taking_over(where) as target:
        for table in TABLES:
            insert_rows(target, table, rows_of(source, table))
        continue_numbering(target)
        for fault in check_audit(target):
            raise RegisterError(
                Fault(
                    where,
                    _("the copy does not verify ({fault}): it is not kept").format(fault=fault),
                )
            )


def restore(backup: Path, where: str) -> None:
    """Make a register of a backup: a new file, or an empty PostgreSQL database."""
    source = open_register(backup)
    try:
        copy_register(source, where)
    finally:
        source.close()
