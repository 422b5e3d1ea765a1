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


def lock_persons(connection: Connection, ids: Iterable[int]) -> None:
    """Have everybody else wait who wants these persons, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        wanted = select(person.c.id).where(person.c.id.in_(sorted(set(ids))))
        connection.execute(wanted.order_by(person.c.id).with_for_update())


def lock_audit(connection: Connection) -> None:
    """Let this transaction alone append to the audit; taken last, just before the commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _AUDIT})
