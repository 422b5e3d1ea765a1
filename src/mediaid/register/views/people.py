"""A person: documents, periods, cases, and what of the pools is used and left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.money import format_yuan
from mediaid.people.masking import mask_id, mask_name
from mediaid.register.people.persons import get_person
from mediaid.register.schema import (
    aid_case,
    bill,
    determination_bill,
    determination_line,
    identity_document,
    person_period,
    pool_use,
    standing,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LATEST = func.coalesce(standing.c.pending_id, standing.c.in_force_id)
"""The determination that holds a case's room."""


def person_data(connection: Connection, person_id: int, *, clear: bool = False) -> dict[str, Any]:
    """Return a person with documents and periods. Raises RegisterError where there is none."""
    row = get_person(connection, person_id)
    documents = connection.execute(
        select(identity_document).where(identity_document.c.person_id == person_id)
    )
    periods = connection.execute(
        select(person_period)
        .where(person_period.c.person_id == person_id)
        .order_by(person_period.c.kind, person_period.c.from_on)
    )
    return {
        "person": row.id,
        "name": row.name if clear else mask_name(row.name),
        "town": row.town,
        "died_on": row.died_on.isoformat() if row.died_on else None,
        "payee": row.payee if clear else mask_name(row.payee),
        "account": row.account if clear else mask_id(row.account),
        "documents": [
            {"kind": its.kind, "number": its.number if clear else mask_id(its.number)}
            for its in documents
        ],
        "periods": [
            {
                "kind": its.kind,
                "code": its.code,
                "from": its.from_on.isoformat(),
                "to": its.to_on.isoformat() if its.to_on else None,
            }
            for its in periods
        ],
    }


def history_data(connection: Connection, person_id: int, *, clear: bool = False) -> dict[str, Any]:
    """Return a person with every bill, what it was given, and the pools used and left."""
    data = person_data(connection, person_id, clear=clear)
    data["bills"] = _bills(connection, person_id)
    data["pools"] = _pools(connection, person_id)
    data["left"] = _left(connection, person_id)
    return data


def _bills(connection: Connection, person_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(bill, aid_case.c.number, aid_case.c.state, determination_bill.c.aid)
        .outerjoin(aid_case, aid_case.c.id == bill.c.case_id)
        .outerjoin(standing, standing.c.case_id == aid_case.c.id)
        .outerjoin(
            determination_bill,
            (determination_bill.c.bill_id == bill.c.id)
            & (determination_bill.c.determination_id == _LATEST),
        )
        .where(bill.c.person_id == person_id)
        .order_by(bill.c.dated_on, bill.c.id)
    )
    return [
        {
            "bill": row.id,
            "case": row.number,
            "state": row.state,
            "date": row.dated_on.isoformat(),
            "institution": row.institution,
            "setting": row.setting,
            "self_paid": format_yuan(row.self_paid),
            "counts": row.counts,
            "aid": None if row.aid is None else format_yuan(row.aid),
        }
        for row in rows
    ]


def _pools(connection: Connection, person_id: int) -> list[dict[str, Any]]:
    """Return what the person's determinations use of each pool, by holder and period."""
    rows = connection.execute(
        select(
            pool_use.c.pool,
            pool_use.c.holder,
            pool_use.c.period,
            func.sum(pool_use.c.amount).label("used"),
        )
        .select_from(standing)
        .join(aid_case, aid_case.c.id == standing.c.case_id)
        .join(pool_use, pool_use.c.determination_id == _LATEST)
        .where(aid_case.c.person_id == person_id)
        .group_by(pool_use.c.pool, pool_use.c.holder, pool_use.c.period)
        .order_by(pool_use.c.period, pool_use.c.pool, pool_use.c.holder)
    )
    return [
        {
            "pool": row.pool,
            "holder": row.holder,
            "period": row.period,
            "used": format_yuan(int(row.used)),
        }
        for row in rows
    ]


def _left(connection: Connection, person_id: int) -> list[dict[str, Any]]:
    """Return, by year and benefit, the room that the year's last bill left under its cap."""
    rows = connection.execute(
        select(bill.c.dated_on, determination_line.c.benefit, determination_line.c.cap_left)
        .select_from(standing)
        .join(aid_case, aid_case.c.id == standing.c.case_id)
        .join(determination_line, determination_line.c.determination_id == _LATEST)
        .join(bill, bill.c.id == determination_line.c.bill_id)
        .where(aid_case.c.person_id == person_id, determination_line.c.cap_left.is_not(None))
        .order_by(bill.c.dated_on, bill.c.id)
    )
    last = {(row.dated_on.year, row.benefit): row.cap_left for row in rows}
    return [
        {"year": year, "benefit": benefit, "left": format_yuan(left)}
        for (year, benefit), left in sorted(last.items())
    ]
