"""One open register: reading, and changing with an audit event in the same transaction."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, text, update

from mediaid.register.audit.chain import append, digest, key_of
from mediaid.register.database.connect import reading
from mediaid.register.database.errors import plain_errors
from mediaid.register.database.many import next_ids
from mediaid.register.schema import setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection, Engine, Row, Table

    from mediaid.register.database.address import Address

Event = tuple[str, str, "dict[str, Any]", list[list[str]]]
"""Action, subject, details, and the rows as [table, key, digest]."""

Changed = tuple["Table", "Mapping[str, Any]"]
"""A row as a change left it."""

ROWS_OF_EVENT = 10_000
"""Changes of more rows are told in several events."""

Clock = Callable[[], dt.datetime]
"""Gives the present instant, aware of its zone."""


def utc_now() -> dt.datetime:
    """Return the present instant."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Actor:
    """Who acts, and how the register knows: `account` (of the operating system) or `role` (of the
    database)."""

    name: str
    known_by: str


Identify = Callable[["Connection"], Actor]


def identify(connection: Connection) -> Actor:
    """Return who acts, from the connection or the process: never from a setting."""
    if connection.dialect.name == "postgresql":
        return Actor(str(connection.scalar(text("SELECT session_user"))), "role")
    return Actor(_account(), "account")


def _account() -> str:
    if os.name == "posix":
        import pwd  # noqa: PLC0415 - not on Windows

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"uid {os.getuid()}"
    return os.getlogin()


@dataclass(frozen=True, eq=False)
class Register:
    """An open register. Get one from `database.open`."""

    place: Address
    engine: Engine
    clock: Clock = utc_now
    who: Identify = identify

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the register."""
        with plain_errors(self.place), reading(self.engine) as connection:
            yield connection

    @contextmanager
    def write(self, action: str) -> Iterator[Work]:
        """Give a transaction. All of it is committed with its audit event, or nothing."""
        with plain_errors(self.place), self.engine.begin() as connection:
            work = Work(connection, self.clock(), self.who(connection), action)
            yield work
            work.witness()

    @contextmanager
    def trial(self, action: str) -> Iterator[Work]:
        """Give a transaction of which nothing is kept: to see what a change would bring."""
        with plain_errors(self.place), self.engine.connect() as connection:
            yield Work(connection, self.clock(), self.who(connection), action)
            connection.rollback()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@dataclass(eq=False)
class Work:
    """One transaction that changes the register. Every changed row ends up in its audit event."""

    connection: Connection
    now: dt.datetime
    actor: Actor
    action: str
    subject: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    _touched: dict[tuple[str, str], str] = field(default_factory=dict)
    _told: list[Event] = field(default_factory=list)

    def insert(self, table: Table, **values: Any) -> Row[Any]:
        """Add a row and return it as it stands."""
        row = self.connection.execute(insert(table).values(**values).returning(*table.c)).one()
        self._note(table, row)
        return row

    def insert_all(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Add whole rows whose every column is given."""
        if rows:
            self.connection.execute(insert(table), rows)
        for row in rows:
            self._touched[table.name, key_of(table, row)] = digest(row)

    def update_all(self, table: Table, column: str, rows: list[dict[str, Any]]) -> None:
        """Change one column of whole rows, which are given as they stand from now on."""
        keys = [key.name for key in table.primary_key]
        if rows:
            # A name of its own for each value: a column's own is taken by what is set.
            named = (table.c[key] == bindparam(f"its_{key}") for key in keys)
            changed = update(table).where(*named).values({column: bindparam("its_value")})
            self.connection.execute(
                changed,
                [
                    {f"its_{key}": row[key] for key in keys} | {"its_value": row[column]}
                    for row in rows
                ],
            )
        for row in rows:
            self._touched[table.name, key_of(table, row)] = digest(row)

    def update(self, table: Table, key: Mapping[str, Any], **values: Any) -> Row[Any]:
        """Change the row that `key` names and return it as it stands."""
        changed = (
            update(table)
            .where(*(table.c[name] == value for name, value in key.items()))
            .values(**values)
            .returning(*table.c)
        )
        row = self.connection.execute(changed).one()
        self._note(table, row)
        return row

    def add_all(self, table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Add rows whose every column but `id` is given; return them with their numbers."""
        numbers = next_ids(self.connection, table, len(rows))
        numbered = [{"id": its, **row} for its, row in zip(numbers, rows, strict=True)]
        self.insert_all(table, numbered)
        return numbered

    def tell(self, subject: str, details: dict[str, Any], rows: Iterable[Changed]) -> None:
        """Tell of some of the rows that many changes at once left, in an event of their own."""
        keys = [(table.name, key_of(table, row)) for table, row in rows]
        told = [[*key, self._touched.pop(key)] for key in keys]
        self._told.append((self.action, subject, details, told))

    def next_event(self) -> None:
        """Tell what was done until now in an event of its own, under the subject it has."""
        rows = [[table, key, its] for (table, key), its in self._touched.items()]
        self._told += [
            (self.action, self.subject, self.details, rows[start : start + ROWS_OF_EVENT])
            for start in range(0, max(len(rows), 1), ROWS_OF_EVENT)
        ]
        self.subject, self.details, self._touched = "", {}, {}

    def witness(self) -> None:
        """Append the audit events of what was done."""
        self.next_event()
        append(self.connection, self.now, (self.actor.name, self.actor.known_by), self._told)

    def _note(self, table: Table, row: Row[Any]) -> None:
        values = row._mapping
        self._touched[table.name, key_of(table, dict(values))] = digest(dict(values))


def read_setting(connection: Connection, name: str, default: str = "") -> str:
    """Return one of the register's settings."""
    found = connection.scalar(select(setting.c.value).where(setting.c.name == name))
    return default if found is None else str(found)
