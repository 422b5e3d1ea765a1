"""Persons found by their documents, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from mediaid.register.database.many import rows_with
from mediaid.register.schema import identity_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


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
