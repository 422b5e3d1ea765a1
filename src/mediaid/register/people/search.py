"""Find people as one types: by how a name or a document's number begins."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from mediaid.people.documents import KINDS
from mediaid.register.schema import identity_document, person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, ColumnElement, Connection, Row, Select

_LAST = "\U0010ffff"
"""Comes after every character."""


def normal(typed: str) -> str:
    """Return what was typed as it is looked for: plain forms, no spaces around."""
    return unicodedata.normalize("NFKC", typed).strip()


def begins_with(connection: Connection, column: Column[str], text: str) -> ColumnElement[bool]:
    """Return the condition that a text begins so, in the form each database has an index for."""
    if connection.dialect.name == "postgresql":
        return column.startswith(text, autoescape=True)
    return and_(column >= text, column < text + _LAST)


def persons_named(connection: Connection, text: str) -> Select[tuple[int]]:
    """Return the query of the ids of those whose name or document's number begins so."""
    # Numbers are unique by kind and number: looked for by kind, the index serves.
    numbers = select(identity_document.c.person_id).where(
        identity_document.c.kind.in_(KINDS),
        begins_with(connection, identity_document.c.number, text.upper()),
    )
    names = select(person.c.id).where(begins_with(connection, person.c.name, text))
    return select(names.union(numbers).subquery().c[0])


def find_people(connection: Connection, typed: str, limit: int = 20) -> Sequence[Row[Any]]:
    """Return persons that fit what was typed, each with one document, by name."""
    text = normal(typed)
    if not text:
        return []
    found = (
        select(person, identity_document.c.kind, identity_document.c.number)
        .outerjoin(identity_document, identity_document.c.person_id == person.c.id)
        .where(person.c.id.in_(persons_named(connection, text)))
        .order_by(person.c.name, person.c.id)
        .limit(2 * limit)
    )
    rows: dict[int, Row[Any]] = {}
    for row in connection.execute(found):
        # Of several documents the one that was typed stands for the person.
        if row.id not in rows or str(row.number or "").startswith(text.upper()):
            rows[row.id] = row
    return list(rows.values())[:limit]
