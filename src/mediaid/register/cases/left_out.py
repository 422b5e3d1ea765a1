"""Nobody left out: people in a category with bills that no case has taken up, and the reverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from mediaid.register.cases.accept import next_numbers
from mediaid.register.database.many import next_ids, rows_with
from mediaid.register.determinations.facts import NONE, groups_of
from mediaid.register.determinations.foresee import foresee_taken_up
from mediaid.register.determinations.recompute import lock_groups
from mediaid.register.schema import aid_case, bill, person_period, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from mediaid.register.determinations.outcome import Outcome
    from mediaid.register.session import Register, Work


@dataclass(frozen=True)
class LeftOut:
    """A person, and what each bill of theirs without a case would get: aid, and what of it is
    payable, in 分, by bill."""

    person_id: int
    bills: Mapping[int, tuple[int, int]]


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

AT_ONCE = 100
"""Groups settled, or persons given a case, at once: nobody else at work waits for long."""

Told = Callable[[float], None]
"""Told which part of the work is done, 0 to 1."""


def _untold(_done: float) -> None:
    """Show nothing."""


def left_out(register: Register, told: Told = _untold) -> list[LeftOut]:
    """Return who has bills of days in a category and no case for them, and what they would get."""
    with register.read() as connection:
        found = left_of(connection)
        return foresee_all(connection, found, told)


def left_of(connection: Connection, persons: Iterable[int] | None = None) -> dict[int, list[int]]:
    """Return the bills without a case of everybody left out, or of those of some persons."""
    rows = (
        connection.execute(_LEFT)
        if persons is None
        else rows_with(connection, _LEFT, bill.c.person_id, sorted(set(persons)))
    )
    return {person: [its.id for its in some] for person, some in groupby(rows, _person)}


def _person(row: Row[Any]) -> int:
    return int(row.person_id)


def foresee_all(
    connection: Connection, left: Mapping[int, list[int]], told: Told = _untold
) -> list[LeftOut]:
    """Return what those with bills `left` would get, if everybody had a case for theirs."""
    groups = groups_of(connection, left)
    wanted = {its for bills in left.values() for its in bills}
    outcomes: dict[int, Outcome] = {}
    for start in range(0, len(groups), AT_ONCE):
        told(start / len(groups))
        outcomes |= foresee_taken_up(connection, groups[start : start + AT_ONCE], wanted)
    return [
        LeftOut(person_id, {its: (outcomes[its].aid, outcomes[its].payable) for its in bills})
        for person_id, bills in left.items()
    ]


def open_for_all(
    register: Register, office: str, persons: Sequence[int], told: Told = _untold
) -> list[str]:
    """Open a case for each person who is still left out; return the numbers.

    Some persons at a time, in a transaction and event of their own: what was opened stays, and to
    do it again goes on from there.
    """
    numbers: list[str] = []
    for start in range(0, len(persons), AT_ONCE):
        told(start / len(persons))
        with register.write("left-out.open") as work:
            opened = open_cases(work, office, persons[start : start + AT_ONCE])
            numbers += [its[0] for its in opened]
    return numbers


def open_cases(
    work: Work, office: str, persons: Iterable[int] | None = None
) -> list[tuple[str, int, list[int]]]:
    """Open a case for everybody left out, or for those of some persons; return its number, the
    person, the bills."""
    connection = work.connection
    concerned = list(left_of(connection, persons))
    lock_groups(connection, concerned)
    left = left_of(connection, concerned)
    numbers = next_numbers(work, office, len(left)) if left else []
    ids = next_ids(connection, aid_case, len(left))
    signed = {"accepted_by": work.actor.name, "accepted_at": work.now}
    cases = [
        {"id": its, "number": number, "office": office, "person_id": person, "state": "accepted"}
        | signed
        for its, number, person in zip(ids, numbers, left, strict=True)
    ]
    work.insert_all(aid_case, cases)
    work.insert_all(
        standing, [{"case_id": its, "in_force_id": None, "pending_id": None} for its in ids]
    )
    case_of = {its: case for case, bills in zip(ids, left.values(), strict=True) for its in bills}
    rows = rows_with(connection, select(bill), bill.c.id, case_of)
    work.update_all(bill, "case_id", [{**row._mapping, "case_id": case_of[row.id]} for row in rows])
    work.details = {"cases": numbers}
    return [
        (number, person, bills)
        for number, (person, bills) in zip(numbers, left.items(), strict=True)
    ]


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
