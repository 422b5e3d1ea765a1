"""Change what a person is from when to when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.determinations.packs import code_of
from mediaid.register.determinations.recompute import lock_group, recompute_person
from mediaid.register.people.periods import Kind, period_on, period_to_end, periods
from mediaid.register.people.persons import get_person, required
from mediaid.register.schema import person_period

if TYPE_CHECKING:
    from mediaid.register.session import Work


def set_period(
    work: Work,
    person_id: int,
    kind: Kind,
    code: str,
    from_on: dt.date,
    to_on: dt.date | None = None,
) -> None:
    """Enter what a person is from a day on, until `to_on` or until further notice.

    A period still open that began earlier ends the day before. Determinations that rested on
    something else are settled again. Raises RegisterError where another period is in the way.
    """
    lock_group(work.connection, person_id)
    get_person(work.connection, person_id)
    code = required(code, kind)
    if kind != "household":
        code = code_of(work.connection, kind, code)
    if to_on is not None and to_on < from_on:
        raise RegisterError(_("the period ends before it begins"))
    work.subject = f"person:{person_id}"
    there = periods(work.connection, person_id, kind)
    if any((its.code, its.from_on, its.to_on) == (code, from_on, to_on) for its in there):
        return
    before = period_to_end(there, kind, from_on, to_on)
    if before is not None:
        work.update(person_period, {"id": before.id}, to_on=from_on - dt.timedelta(days=1))
    work.insert(
        person_period,
        person_id=person_id,
        kind=kind,
        code=code,
        from_on=from_on,
        to_on=to_on,
        recorded_at=work.now,
    )
    recompute_person(work, person_id, from_on, cause=f"{kind} changed")


def end_period(work: Work, person_id: int, kind: Kind, to_on: dt.date) -> None:
    """End the period in force on a day, with that day as its last."""
    lock_group(work.connection, person_id)
    work.subject = f"person:{person_id}"
    row = period_on(work.connection, person_id, kind, to_on)
    if row is None:
        raise RegisterError(
            _("person {person} has no {kind} on {day}").format(
                person=person_id, kind=kind, day=to_on.isoformat()
            )
        )
    work.update(person_period, {"id": row.id}, to_on=to_on)
    recompute_person(work, person_id, to_on, cause=f"{kind} ended")
