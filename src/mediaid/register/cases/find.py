"""Find cases by number, list them page by page, and narrow them by what is typed or chosen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from mediaid.faults import RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.register.calendar import CHINA
from mediaid.register.people.search import begins_with, is_named, normal
from mediaid.register.schema import (
    aid_case,
    bill,
    case_counter,
    determination,
    person,
    person_period,
    standing,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row, Select


@dataclass(frozen=True)
class Filter:
    """Which cases to list; an empty field asks for nothing.

    `category`: a code that the person had on the day of one of the case's bills. `month`: of
    acceptance, such as 2023-05, by the calendar of China. `text`: how a case's number, a person's
    name or a document's number begins, or the last figures of a case's number.
    """

    state: str = ""
    office: str = ""
    person_id: int | None = None
    after: int = 0
    """Begin behind this case's id: the last one of the page before."""
    limit: int = 50
    town: str = ""
    category: str = ""
    month: str = ""
    text: str = ""


def get_case(connection: Connection, number: str) -> Row[Any]:
    """Return a case by its 受理号. Raises RegisterError where there is none."""
    found = select(aid_case).where(aid_case.c.number == number.strip())
    row = connection.execute(found).one_or_none()
    if row is None:
        raise RegisterError(_("there is no case {case}").format(case=visible(number)))
    return row


def cases_with_aid() -> Select[Any]:
    """Return the query of cases with the person, the aid in force and the aid that waits."""
    pending = determination.alias("pending")
    return (
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
    )


def list_cases(connection: Connection, wanted: Filter) -> list[Row[Any]]:
    """Return cases with the person and the aid that stands, in the order of their ids."""
    found = cases_with_aid().where(aid_case.c.id > wanted.after, *conditions(connection, wanted))
    return list(connection.execute(found.order_by(aid_case.c.id).limit(wanted.limit)))


def conditions(connection: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what a filter asks of `aid_case`. Raises RegisterError for what is no month."""
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        found.append(aid_case.c.state == wanted.state)
    if wanted.office:
        found.append(aid_case.c.office == wanted.office)
    if wanted.person_id is not None:
        found.append(aid_case.c.person_id == wanted.person_id)
    if wanted.town:
        living = select(person.c.id).where(person.c.town == wanted.town)
        found.append(aid_case.c.person_id.in_(living))
    if wanted.month:
        first, next_one = _month(wanted.month)
        found += [aid_case.c.accepted_at >= first, aid_case.c.accepted_at < next_one]
    if wanted.category:
        found.append(_in_category(wanted.category))
    if wanted.text.strip():
        found.append(_matching(connection, wanted.text))
    return found


def _month(text: str) -> tuple[dt.datetime, dt.datetime]:
    """Return the first instants of a month and of the one after it."""
    try:
        first = dt.datetime.strptime(text.strip(), "%Y-%m").replace(tzinfo=CHINA)
    except ValueError:
        raise RegisterError(
            _("{month} is no month: write it as 2023-05").format(month=visible(text))
        ) from None
    return first, (first + dt.timedelta(days=32)).replace(day=1)


def _in_category(code: str) -> ColumnElement[bool]:
    on_the_day = and_(
        person_period.c.person_id == bill.c.person_id,
        person_period.c.kind == "category",
        person_period.c.code == code,
        person_period.c.from_on <= bill.c.dated_on,
        or_(person_period.c.to_on.is_(None), person_period.c.to_on >= bill.c.dated_on),
    )
    return (
        select(bill.c.id)
        .join(person_period, on_the_day)
        .where(bill.c.case_id == aid_case.c.id, bill.c.counts)
        .exists()
    )


def _matching(connection: Connection, typed: str) -> ColumnElement[bool]:
    text = normal(typed)
    found = [
        begins_with(connection, aid_case.c.number, text.upper()),
        is_named(connection, aid_case.c.person_id, text),
    ]
    if text.isascii() and text.isdigit() and len(text) <= 6:
        counters = connection.execute(select(case_counter.c.office, case_counter.c.year))
        numbers = [f"{row.office}-{row.year}-{int(text):06d}" for row in counters]
        found.append(aid_case.c.number.in_(numbers))
    return or_(*found)
