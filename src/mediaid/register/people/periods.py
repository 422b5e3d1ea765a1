"""Category, insurance and household of a person, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from sqlalchemy import or_, select

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.schema import person_period

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy import Connection, Row

Kind = Literal["category", "insurance", "household"]


class Period(Protocol):
    """What a person is from a day on, to a last day or until further notice."""

    @property
    def code(self) -> str: ...

    @property
    def from_on(self) -> dt.date: ...

    @property
    def to_on(self) -> dt.date | None: ...


Its = TypeVar("Its", bound=Period)


def period_to_end(
    there: Iterable[Its], kind: Kind, from_on: dt.date, to_on: dt.date | None
) -> Its | None:
    """Return the period that has to end the day before a new one, None where there is room.

    Raises RegisterError where one is in the way: only what lasts and began earlier can end.
    """
    found = None
    for its in there:
        if (to_on is None or its.from_on <= to_on) and (its.to_on is None or its.to_on >= from_on):
            if its.to_on is None and its.from_on < from_on:
                found = its
                continue
            raise RegisterError(
                _(
                    "{kind} {code} from {start} to {end} is in the way: end that period first, "
                    "or say until when this one lasts"
                ).format(
                    kind=kind,
                    code=its.code,
                    start=its.from_on.isoformat(),
                    end=its.to_on.isoformat() if its.to_on else "…",
                )
            )
    return found


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
