"""Find cases by number, and list them page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.register.schema import aid_case, determination, person, standing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


@dataclass(frozen=True)
class Filter:
    """Which cases to list; an empty field asks for nothing."""

    state: str = ""
    office: str = ""
    person_id: int | None = None
    after: int = 0
    """Begin behind this case's id: the last one of the page before."""
    limit: int = 50


def get_case(connection: Connection, number: str) -> Row[Any]:
    """Return a case by its 受理号. Raises RegisterError where there is none."""
    found = select(aid_case).where(aid_case.c.number == number.strip())
    row = connection.execute(found).one_or_none()
    if row is None:
        raise RegisterError(_("there is no case {case}").format(case=visible(number)))
    return row


def list_cases(connection: Connection, wanted: Filter) -> list[Row[Any]]:
    """Return cases with the person and the aid that stands, in the order of their ids."""
    pending = determination.alias("pending")
    found = (
        select(
            aid_case,
            person.c.name,
            person.c.town,
            determination.c.aid,
            determination.c.payable,
            pending.c.aid.label("pending_aid"),
        )
        .join(person, person.c.id == aid_case.c.person_id)
        .join(standing, standing.c.case_id == aid_case.c.id)
        .outerjoin(determination, determination.c.id == standing.c.in_force_id)
        .outerjoin(pending, pending.c.id == standing.c.pending_id)
        .where(aid_case.c.id > wanted.after)
    )
    if wanted.state:
        found = found.where(aid_case.c.state == wanted.state)
    if wanted.office:
        found = found.where(aid_case.c.office == wanted.office)
    if wanted.person_id is not None:
        found = found.where(aid_case.c.person_id == wanted.person_id)
    return list(connection.execute(found.order_by(aid_case.c.id).limit(wanted.limit)))
