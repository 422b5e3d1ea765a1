"""Locks that keep two offices from deciding on the same people at once.

SQLite has one writer at a time, since every write transaction begins as one; there is nothing to
lock. On PostgreSQL the persons' rows are locked, always in the order of their numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from mediaid.register.schema import person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_AUDIT = 0x6D656469
"""The number of the advisory lock under which the audit grows."""

_TRANSFERS = 0x7472616E
"""The number of the advisory lock under which transfers between giver and towns are entered."""

_LISTS = 0x6C697374
"""The number of the advisory lock under which lists for the bank are made."""

_AT_ONCE = 10_000
"""Persons named in one statement, which takes 65,535 values at most."""


def lock_persons(connection: Connection, ids: Iterable[int]) -> None:
    """Have everybody else wait who wants these persons, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        every = sorted(set(ids))
        for start in range(0, len(every), _AT_ONCE):
            wanted = select(person.c.id).where(person.c.id.in_(every[start : start + _AT_ONCE]))
            connection.execute(wanted.order_by(person.c.id).with_for_update())


def lock_transfers(connection: Connection) -> None:
    """Have everybody else wait who enters or cancels a transfer, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _TRANSFERS})


def lock_lists(connection: Connection) -> None:
    """Have everybody else wait who makes a list for the bank, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LISTS})


def lock_audit(connection: Connection) -> None:
    """Let this transaction alone append to the audit; taken last, just before the commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _AUDIT})
