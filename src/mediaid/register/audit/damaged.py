"""Read rows that somebody may have altered so that they cannot be read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import MediaidError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Table

PAGE = 1000

DAMAGED = (MediaidError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What reading and settling raise where a value is none that the program writes."""

Key = tuple[Any, ...]


def readable_rows(
    connection: Connection, table: Table
) -> Iterator[tuple[Key, dict[str, Any] | None]]:
    """Return each row with its key, in the order of the keys; None for one that cannot be read."""
    keys = list(table.primary_key)
    done = 0
    rows = connection.execute(select(table).order_by(*keys), execution_options={"yield_per": PAGE})
    try:
        for row in rows.mappings():
            yield tuple(row[key.name] for key in keys), dict(row)
            done += 1
    except DAMAGED:
        rows.close()
    else:
        return
    for key in connection.execute(select(*keys).order_by(*keys).offset(done)).all():
        its = (column == value for column, value in zip(keys, key, strict=True))
        try:
            row = connection.execute(select(table).where(*its)).mappings().one()
        except DAMAGED:
            yield tuple(key), None
        else:
            yield tuple(key), dict(row)
