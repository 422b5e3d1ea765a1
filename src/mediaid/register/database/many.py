"""Many rows at once: found for many keys, and numbered before they are added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Column, Connection, Row, Select, Table

CHUNK = 900
"""Values in one condition: within what every SQLite allows."""


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Return distinct values, some at a time."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), CHUNK):
        yield distinct[start : start + CHUNK]


def rows_with(
    connection: Connection, found: Select[Any], column: Column[Any], values: Iterable[Any]
) -> Iterator[Row[Any]]:
    """Return the rows of a query whose column has one of many values."""
    for some in chunks(values):
        yield from connection.execute(found.where(column.in_(some)))


def next_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Return numbers for rows that are to be added; on PostgreSQL nobody else gets them."""
    if connection.dialect.name == "postgresql":
        taken = connection.scalars(
            text(
                "SELECT nextval(pg_get_serial_sequence(:name, 'id')) "
                "FROM generate_series(1, :count)"
            ),
            {"name": table.name, "count": count},
        )
        return sorted(taken)
    last = connection.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + count)
