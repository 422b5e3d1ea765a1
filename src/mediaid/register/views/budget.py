"""What a budget asks of a register: claims to forecast from, and what the targets aim at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, cast, func, or_, select

from mediaid.register.determinations.facts import BillFacts
from mediaid.register.schema import (
    aid_case,
    approval,
    bill,
    determination,
    payment,
    payment_entry,
    person,
    person_period,
    standing,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from mediaid.packs.model import Pack

NEVER_AIDED = ("denied", "void")
"""States of cases whose bills are no claims on the budget: they only use up deductibles."""
PAID = ("sent", "done")


@dataclass(frozen=True)
class ClaimsFound:
    """Bills as claims: field → text; the day each was recorded; the town of its person; whether it
    stands in a case that may be aided.

    `without_case`: how many bills nobody applied for.
    """

    claims: Sequence[dict[str, str]]
    known: Sequence[dt.date]
    towns: Sequence[str]
    asked: Sequence[bool]
    without_case: int


def claims_data(connection: Connection, pack: Pack) -> ClaimsFound:
    """Return every bill that counts, by its number.

    Persons are their numbers in the register: names and documents are not read. Raises
    RegisterError where the pack does not know a person's category.
    """
    periods: dict[int, list[Row[Any]]] = {}
    for its in connection.execute(select(person_period)):
        periods.setdefault(its.person_id, []).append(its)
    rows = connection.execute(
        select(bill, aid_case.c.state, person.c.town)
        .join(person, person.c.id == bill.c.person_id)
        .outerjoin(aid_case, aid_case.c.id == bill.c.case_id)
        .where(bill.c.counts)
        .order_by(bill.c.id)
    )
    claims: list[dict[str, str]] = []
    known: list[dt.date] = []
    towns: list[str] = []
    asked: list[bool] = []
    without = 0
    for row in rows:
        without += row.case_id is None
        asked.append(row.case_id is not None and row.state not in NEVER_AIDED)
        facts = BillFacts(
            row.id,
            row.case_id,
            row.person_id,
            row.dated_on,
            row.setting,
            row.self_paid,
            row.fields,
            tuple(periods.get(row.person_id, ())),
        )
        claims.append(facts.claim(pack))
        known.append(row.recorded_at.date())
        towns.append(row.town)
    return ClaimsFound(claims, known, towns, asked, without)


@dataclass(frozen=True)
class Measured:
    """What a year's records say of the targets. Counts of payments, 分, determinations, persons.

    `on_time` of `due_lines` payments due were sent within the days asked for; None without days.
    `paid` 分 of `due` were sent and not returned. `corrected` of `approved` determinations were
    superseded by a later approved one. `aided`: town → persons with an approved determination.
    """

    year: int
    days: int | None
    due_lines: int
    on_time: int | None
    due: int
    paid: int
    approved: int
    corrected: int
    aided: dict[str, int]


def measured(connection: Connection, year: int, days: int | None = None) -> Measured:
    """Measure a calendar year (UTC): determinations approved in it, and their payments.

    `days`: within how many days of approval a payment counts as on time. Documents that set no
    deadline leave it to the office. Reclaims are no payments; lines that were stopped are due,
    too, unless they were set off against a reclaim.
    """
    begin, end = dt.datetime(year, 1, 1, tzinfo=dt.UTC), dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)
    within = and_(approval.c.approved_at >= begin, approval.c.approved_at < end)
    offset = (
        select(payment_entry.c.payment_id, func.sum(payment_entry.c.amount).label("amount"))
        .where(payment_entry.c.kind == "offset")
        .group_by(payment_entry.c.payment_id)
        .subquery()
    )
    first = (
        select(payment_entry.c.payment_id, func.min(payment_entry.c.done_at).label("at"))
        .where(payment_entry.c.kind == "sent")
        .group_by(payment_entry.c.payment_id)
        .subquery()
    )
    lines = connection.execute(
        select(
            payment.c.state,
            (payment.c.amount - func.coalesce(offset.c.amount, 0)).label("due"),
            approval.c.approved_at,
            first.c.at,
        )
        .join(approval, approval.c.determination_id == payment.c.determination_id)
        .outerjoin(offset, offset.c.payment_id == payment.c.id)
        .outerjoin(first, first.c.payment_id == payment.c.id)
        .where(within, payment.c.kind.in_(("aid", "supplement")))
    ).all()
    due = [row for row in lines if row.due > 0]
    later = determination.alias("later")
    confirmed = approval.alias("confirmed")
    superseded = (
        select(later.c.supersedes_id)
        .join(confirmed, confirmed.c.determination_id == later.c.id)
        .where(later.c.supersedes_id.is_not(None))
    )
    counted = connection.execute(
        select(
            func.count().label("approved"),
            func.coalesce(func.sum(cast(determination.c.id.in_(superseded), Integer)), 0).label(
                "corrected"
            ),
        )
        .select_from(determination)
        .join(approval, approval.c.determination_id == determination.c.id)
        .where(within)
    ).one()
    return Measured(
        year=year,
        days=days,
        due_lines=len(due),
        on_time=None
        if days is None
        else sum(_in_time(row.at, row.approved_at, days) for row in due),
        due=sum(int(row.due) for row in due),
        paid=sum(int(row.due) for row in due if row.state in PAID),
        approved=counted.approved,
        corrected=int(counted.corrected),
        aided=_aided(connection, begin, end),
    )


def _in_time(sent: dt.datetime | str | None, approved: dt.datetime, days: int) -> bool:
    return isinstance(sent, dt.datetime) and sent - approved <= dt.timedelta(days=days)


def _aided(connection: Connection, begin: dt.datetime, end: dt.datetime) -> dict[str, int]:
    found = connection.execute(
        select(person.c.town, func.count(func.distinct(person.c.id)).label("persons"))
        .select_from(approval)
        .join(determination, determination.c.id == approval.c.determination_id)
        .join(standing, standing.c.in_force_id == determination.c.id)
        .join(aid_case, aid_case.c.id == determination.c.case_id)
        .join(person, person.c.id == aid_case.c.person_id)
        .where(
            approval.c.approved_at >= begin,
            approval.c.approved_at < end,
            or_(determination.c.aid > 0, determination.c.payable > 0),
        )
        .group_by(person.c.town)
        .order_by(person.c.town)
    )
    return {row.town: row.persons for row in found}
