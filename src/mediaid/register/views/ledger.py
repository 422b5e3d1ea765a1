"""The register as rows on a screen: which pages there are, and one page, newest case first.

A list of a million cases is never read as a whole. The database counts it through once and says
with which case each page begins; a page is then read from there on.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.people.masking import mask_name
from mediaid.register.calendar import CHINA
from mediaid.register.cases.find import Filter, cases_with_aid, conditions
from mediaid.register.schema import aid_case, bill, person, person_period

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection


@dataclass(frozen=True)
class Outline:
    """How many cases a filter leaves, and the id of each page's first case."""

    count: int
    firsts: array[int]


@dataclass(frozen=True)
class LedgerRow:
    """A case as a row. Amounts in 分; `aid` is None before anything is determined.

    `correcting`: a determination that corrects the one in force waits for approval.
    """

    id: int
    number: str
    state: str
    person_id: int
    name: str
    town: str
    accepted_on: dt.date
    accepted_by: str
    aid: int | None
    correcting: bool
    bills: int
    self_paid: int
    category: str


def outline(connection: Connection, wanted: Filter, size: int) -> Outline:
    """Count the cases of a filter through, in pages of a size."""
    place = func.row_number().over(order_by=aid_case.c.id.desc()).label("place")
    found = select(aid_case.c.id, place).where(*conditions(connection, wanted)).subquery()
    rows = connection.execute(
        select(found.c.id).where((found.c.place - 1) % size == 0).order_by(found.c.place)
    )
    firsts = array("q", (row.id for row in rows))
    count = connection.scalar(
        select(func.count()).select_from(aid_case).where(*conditions(connection, wanted))
    )
    return Outline(int(count or 0), firsts)


def page(
    connection: Connection, wanted: Filter, first: int | None, size: int, *, clear: bool = False
) -> list[LedgerRow]:
    """Return a page of cases from the case with an id on (None: the newest), newest first."""
    found = cases_with_aid().where(*conditions(connection, wanted))
    if first is not None:
        found = found.where(aid_case.c.id <= first)
    cases = connection.execute(found.order_by(aid_case.c.id.desc()).limit(size)).all()
    ids = [row.id for row in cases]
    sums = {
        row.case_id: row
        for row in connection.execute(
            select(
                bill.c.case_id,
                func.count().label("bills"),
                func.sum(bill.c.self_paid).label("self_paid"),
                func.min(bill.c.dated_on).label("dated_on"),
            )
            .where(bill.c.case_id.in_(ids), bill.c.counts)
            .group_by(bill.c.case_id)
        )
    }
    categories: dict[int, list[Any]] = {}
    for row in connection.execute(
        select(person_period).where(
            person_period.c.person_id.in_({row.person_id for row in cases}),
            person_period.c.kind == "category",
        )
    ):
        categories.setdefault(row.person_id, []).append(row)
    return [_row(row, sums.get(row.id), categories.get(row.person_id, []), clear) for row in cases]


def _row(row: Any, its: Any, periods: list[Any], clear: bool) -> LedgerRow:
    day = its.dated_on if its else row.accepted_at.date()
    category = next(
        (p.code for p in periods if p.from_on <= day and (p.to_on is None or day <= p.to_on)), ""
    )
    return LedgerRow(
        row.id,
        row.number,
        row.state,
        row.person_id,
        row.name if clear else mask_name(row.name),
        row.town,
        row.accepted_at.astimezone(CHINA).date(),
        row.accepted_by,
        row.aid if row.pending_aid is None else row.pending_aid,
        row.aid is not None and row.pending_aid is not None,
        int(its.bills) if its else 0,
        int(its.self_paid) if its else 0,
        category,
    )


def towns(connection: Connection) -> list[str]:
    """Return the towns people of the register live in."""
    return list(connection.scalars(select(person.c.town).distinct().order_by(person.c.town)))


def months(connection: Connection) -> list[str]:
    """Return the months from the first case accepted to the last, the latest first."""
    first, last = connection.execute(
        select(func.min(aid_case.c.accepted_at), func.max(aid_case.c.accepted_at))
    ).one()
    if first is None:
        return []
    start, end = (its.astimezone(CHINA) for its in (first, last))
    span = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
    return [f"{its // 12}-{its % 12 + 1:02d}" for its in reversed(span)]
