"""Category, insurance and household of a person, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import or_, select

from mediaid.register.schema import person_period

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection, Row

Kind = Literal["category", "insurance", "household"]


def periods(connection: Connection, person_id: int, kind: Kind) -> list[Row[Any]]:
    """Return a person's periods of a kind, the earliest first."""
    found = select(person_period).where(
        person_period.c.person_id == person_id, person_period.c.kind == kind
    )
    return list(connection.execute(found.order_by(person_period.c.from_on)))


def period_on(connection: Connection, person_id: int, kind: Kind, day: dt.date) -> Row[Any] | None:
    """Return the period that holds on a day, None where there is none."""
    found = select(person_period).where(
        person_period.c.person_id == person_id,
        person_period.c.kind == kind,
        person_period.c.from_on <= day,
        or_(person_period.c.to_on.is_(None), person_period.c.to_on >= day),
    )
    return connection.execute(found).one_or_none()
