"""受理: open a case under a number of its office and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from mediaid.faults import RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.register.calendar import year_of
from mediaid.register.database.locks import lock_persons
from mediaid.register.people.persons import get_person
from mediaid.register.schema import aid_case, case_counter, office, standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mediaid.register.session import Work


def open_case(work: Work, office_code: str, person_id: int) -> str:
    """Open a case of a person and return its 受理号, such as MH-2023-000001."""
    lock_persons(work.connection, [person_id])
    get_person(work.connection, person_id)
    [number] = next_numbers(work, office_code, 1)
    row = work.insert(
        aid_case,
        number=number,
        office=office_code,
        person_id=person_id,
        state="accepted",
        accepted_by=work.actor.name,
        accepted_at=work.now,
    )
    work.insert(standing, case_id=row.id, in_force_id=None, pending_id=None)
    work.subject = f"case:{number}"
    return number


def only_office(connection: Connection) -> str:
    """Return the register's office where it has just one; RegisterError where one must be named."""
    codes = list(connection.scalars(select(office.c.code).order_by(office.c.code)))
    if len(codes) == 1:
        return str(codes[0])
    raise RegisterError(
        _("name the office with --office: {offices}").format(offices=", ".join(codes))
    )


def next_numbers(work: Work, code: str, count: int) -> list[str]:
    """Take the next numbers of an office and this year. Raises RegisterError without the office."""
    year = year_of(work.now)
    known = work.connection.scalar(select(office.c.code).where(office.c.code == code))
    if known is None:
        raise RegisterError(_("there is no office {office}").format(office=visible(code)))
    key = {"office": code, "year": year}
    # The row is locked from here on: two offices never wait for each other, two clerks do.
    last = work.connection.scalar(
        update(case_counter)
        .where(case_counter.c.office == code, case_counter.c.year == year)
        .values(last=case_counter.c.last + count)
        .returning(case_counter.c.last)
    )
    if last is None:
        last = work.insert(case_counter, **key, last=count).last
    else:
        work.update(case_counter, key, last=last)
    return [f"{code}-{year}-{number:06d}" for number in range(last - count + 1, last + 1)]
