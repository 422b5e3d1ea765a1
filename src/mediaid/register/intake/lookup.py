"""Rows found for many keys at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from mediaid.register.schema import identity_document

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


def persons_by_document(
    connection: Connection, documents: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return the person of each (kind, number) that is known."""
    numbers: dict[str, list[str]] = {}
    for kind, number in documents:
        numbers.setdefault(kind, []).append(number)
    return {
        (kind, row.number): row.person_id
        for kind, its in numbers.items()
        for row in rows_with(
            connection,
            select(identity_document).where(identity_document.c.kind == kind),
            identity_document.c.number,
            its,
        )
    }


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
