"""Engines: SQLite with a write-ahead log and immediate write locks, PostgreSQL as it is."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from mediaid.register.database.address import Address

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""

_READ_ONLY = "mediaid_read_only"
"""Execution option of a connection that only reads."""


def engine_for(place: Address, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Return an engine for a register; nothing is opened yet."""
    if place.path is not None:
        return _sqlite(place, busy_seconds)
    try:
        return create_engine(place.url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError:
        raise RegisterError(
            _("PostgreSQL needs its driver: pip install 'mediaid[postgresql]'")
        ) from None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database and keeps nobody from writing."""
    options: dict[str, Any] = {_READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _sqlite(place: Address, busy_seconds: float) -> Engine:
    # Python's own transaction handling begins them late, as readers: a read-then-write would lose
    # updates. So it is switched off, and every transaction begins here.
    engine = create_engine(place.url, connect_args={"timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
