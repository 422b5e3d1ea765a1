"""Rows of all tables in an order that does not depend on the database, as data and back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Text, collate, func, insert, select, text

from mediaid.register.schema import audit_head, metadata
from mediaid.register.schema.types import Utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

PAGE = 2000

TABLES = tuple(table for table in metadata.sorted_tables if table is not audit_head)
"""All tables, each after those it refers to. The head of the audit moves with its events."""


def rows_of(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """Return a table's rows in the order of their keys, texts by their bytes."""
    c_order = connection.dialect.name == "postgresql"
    order = [
        collate(column, "C") if c_order and isinstance(column.type, Text) else column
        for column in table.primary_key
    ]
    rows = connection.execute(select(table).order_by(*order), execution_options={"yield_per": PAGE})
    return (dict(row) for row in rows.mappings())


def insert_rows(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> int:
    """Insert whole rows, keys included; return how many."""
    count = 0
    page: list[dict[str, Any]] = []
    for row in rows:
        page.append(row)
        count += 1
        if len(page) == PAGE:
            connection.execute(insert(table), page)
            page = []
    if page:
        connection.execute(insert(table), page)
    return count


def continue_numbering(connection: Connection) -> None:
    """Have PostgreSQL number new rows behind those that were inserted with their keys."""
    if connection.dialect.name != "postgresql":
        return  # SQLite goes on from the largest key by itself
    for table in TABLES:
        if "id" in table.c:
            last = connection.scalar(select(func.max(table.c.id)))
            if last is not None:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                    {"name": table.name, "last": last},
                )


def decoded(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row read from JSON with its dates and instants. Raises ValueError, KeyError."""
    if set(row) != set(table.c.keys()):
        raise ValueError("the columns are others")
    found = dict(row)
    for column in table.c:
        value = row[column.name]
        if value is None:
            continue
        if isinstance(column.type, Utc):
            found[column.name] = dt.datetime.fromisoformat(value)
        elif isinstance(column.type, Date):
            found[column.name] = dt.date.fromisoformat(value)
    return found
