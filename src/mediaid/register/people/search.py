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
FEW = 1000
"""Persons that are looked up one by one."""


def normal(typed: str) -> str:
    """Return what was typed as it is looked for: plain forms, no spaces around."""
    return unicodedata.normalize("NFKC", typed).strip()


def begins_with(connection: Connection, column: Column[str], text: str) -> ColumnElement[bool]:
    """Return the condition that a text begins so, in the form each database has an index for."""
    if connection.dialect.name == "postgresql":
        return column.startswith(text, autoescape=True)
    return and_(column >= text, column < text + _LAST)


def _names_and_numbers(
    connection: Connection, text: str
) -> tuple[Select[tuple[int]], Select[tuple[int]]]:
    """Return the queries of who is named so, and of whose document is numbered so."""
    # Under names of their own: a query that they are part of may read both tables itself.
    its, document = person.alias("named"), identity_document.alias("numbered")
    names = select(its.c.id.label("who")).where(begins_with(connection, its.c.name, text))
    # Numbers are unique by kind and number: looked for by kind, the index serves.
    numbers = select(document.c.person_id.label("who")).where(
        document.c.kind.in_(KINDS), begins_with(connection, document.c.number, text.upper())
    )
    return names, numbers


def persons_named(connection: Connection, text: str) -> Select[tuple[int]]:
    """Return the query of the ids of those whose name or document's number begins so."""
    names, numbers = _names_and_numbers(connection, text)
    return select(names.union(numbers).subquery().c[0])


def is_named(connection: Connection, who: Column[int], text: str) -> ColumnElement[bool]:
    """Return the condition that a person's name or document's number begins so.

    Few are looked up by who they are. Many (the first figures of a number are those of a whole
    county) are kept apart once, and each row of what is asked about is looked for among them: to
    gather the rows of each person first would take minutes and much memory.
    """
    both = _names_and_numbers(connection, text)
    few = {its for found in both for its in connection.scalars(found.limit(FEW + 1))}
    if len(few) <= FEW:
        return who.in_(few)
    return (who + 0).in_(persons_named(connection, text))  # the sum keeps the index out of it


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
