"""People as they are found while one types: masked, with enough to tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.people.masking import mask_id, mask_name
from mediaid.register.people.persons import get_person
from mediaid.register.people.search import find_people
from mediaid.register.schema import identity_document

if TYPE_CHECKING:
    from sqlalchemy import Connection


def found_people(
    connection: Connection, typed: str, *, person: int | None = None
) -> list[dict[str, Any]]:
    """Return who fits what was typed, or one person."""
    if person is None:
        rows = find_people(connection, typed)
        return [_found(row.id, row.name, row.number or "", row.town) for row in rows]
    its = get_person(connection, person)
    number = connection.scalar(
        select(identity_document.c.number)
        .where(identity_document.c.person_id == person)
        .order_by(identity_document.c.id)
        .limit(1)
    )
    return [_found(its.id, its.name, number or "", its.town)]


def _found(person: int, name: str, number: str, town: str) -> dict[str, Any]:
    return {"person": person, "name": mask_name(name), "number": mask_id(number), "town": town}
