"""Nobody left out: people in a category with bills that no case has taken up, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import take_up
from mediaid.register.cases.find import get_case
from mediaid.register.database.locks import lock_persons
from mediaid.register.determinations.facts import NONE
from mediaid.register.determinations.recompute import determine
from mediaid.register.determinations.store import outcomes_of, stand_of
from mediaid.register.schema import aid_case, bill, person_period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

    from mediaid.register.session import Register, Work


@dataclass(frozen=True)
class LeftOut:
    """A person's bills without a case; `aid` is what each would get, in 分, by bill."""

    person_id: int
    bills: tuple[int, ...]
    aid: Mapping[int, int]


_AIDED = and_(
    person_period.c.person_id == bill.c.person_id,
    person_period.c.kind == "category",
    person_period.c.code != NONE,
    person_period.c.from_on <= bill.c.dated_on,
    or_(person_period.c.to_on.is_(None), person_period.c.to_on >= bill.c.dated_on),
)
"""The person was in a category on the date of the bill."""

_LEFT = (
    select(bill.c.person_id, bill.c.id)
    .join(person_period, _AIDED)
    .where(bill.c.case_id.is_(None), bill.c.counts)
    .order_by(bill.c.person_id, bill.c.dated_on, bill.c.id)
)


def left_out(register: Register, office: str) -> list[LeftOut]:
    """Return who has bills of days in a category and no case for them, and what they would get.

    What they would get is decided as it would be: by opening the cases, of which nothing is kept.
    """
    with register.read() as connection:
        persons = {row.person_id for row in connection.execute(_LEFT)}
    found = []
    for person in sorted(persons):
        # One by one, so that nobody at work waits for long.
        with register.trial("left-out") as work:
            for number, person_id, bills in open_cases(work, office, person):
                case = get_case(work.connection, number)
                determine(work, case.id, person_id)
                pending = stand_of(work.connection, case.id).pending
                assert pending is not None
                outcomes = outcomes_of(work.connection, [pending.id])[pending.id]
                aid = {its.bill_id: its.aid for its in outcomes}
                found.append(LeftOut(person_id, tuple(bills), aid))
    return found


def open_cases(
    work: Work, office: str, person: int | None = None
) -> list[tuple[str, int, list[int]]]:
    """Open a case for everybody left out, or for one; return its number, the person, the bills."""
    wanted = _LEFT if person is None else _LEFT.where(bill.c.person_id == person)
    rows = work.connection.execute(wanted).all()
    lock_persons(work.connection, (row.person_id for row in rows))
    opened = []
    for person_id, its in groupby(rows, key=lambda row: int(row.person_id)):
        bills = [row.id for row in its]
        number = open_case(work, office, person_id)
        for bill_id in bills:
            take_up(work, number, bill_id)
        opened.append((number, person_id, bills))
    work.subject = ""
    work.details = {"cases": [number for number, _person, _bills in opened]}
    return opened


def without_category(connection: Connection) -> list[Row[tuple[str, int, int]]]:
    """Return the reverse: case, person and bill where nobody lists a category on the bill's day."""
    found = (
        select(aid_case.c.number, bill.c.person_id, bill.c.id)
        .join(aid_case, aid_case.c.id == bill.c.case_id)
        .outerjoin(person_period, _AIDED)
        .where(
            bill.c.counts,
            person_period.c.id.is_(None),
            aid_case.c.state.not_in(("denied", "void")),
        )
        .order_by(aid_case.c.id, bill.c.id)
    )
    return list(connection.execute(found))
