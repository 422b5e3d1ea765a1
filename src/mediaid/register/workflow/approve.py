"""审批: approve a decision, all its determinations at once, and open the payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan
from mediaid.register.cases.find import get_case
from mediaid.register.determinations.recompute import lock_group
from mediaid.register.determinations.store import stand_of
from mediaid.register.payments.entries import outstanding
from mediaid.register.payments.open import open_difference
from mediaid.register.payments.pay import unsent_lines
from mediaid.register.schema import aid_case, approval, determination, standing
from mediaid.register.workflow.separation import refuse_same_person
from mediaid.register.workflow.states import step

if TYPE_CHECKING:
    from sqlalchemy import Row

    from mediaid.register.session import Work


_OLD = determination.alias("old")
"""Made once: to make it is to copy every column."""


def approve(work: Work, number: str) -> list[str]:
    """Approve what waits for approval in a case, with the corrections decided along with it.

    Returns the numbers of all cases approved. Raises RegisterError where nothing waits, where the
    approver accepted one of the cases, or where corrections of the same people come first.
    """
    case = get_case(work.connection, number)
    group = lock_group(work.connection, case.person_id)
    case = get_case(work.connection, number)
    pending = stand_of(work.connection, case.id).pending
    if pending is None:
        if case.state != "reviewed":
            step(work, case, "approve")
        raise RegisterError(_("case {case} has nothing to approve").format(case=number))
    work.subject = f"case:{number}"
    waiting = _waiting(work, group)
    first = _corrections_first(waiting, pending.decision_id)
    if first is not None:
        raise RegisterError(
            _(
                "a correction of case {other} waits as well, and comes first: approve {other}, "
                "then this one"
            ).format(other=first)
        )
    approved = [row for row in waiting if row.decision_id == pending.decision_id]
    for row in approved:
        _approve_one(work, row)
    work.details["approved"] = [row.number for row in approved]
    return [row.number for row in approved]


def _waiting(work: Work, group: list[int]) -> list[Row[Any]]:
    """Return what waits for approval in a group: case, determination, and aid in force (分)."""
    return list(
        work.connection.execute(
            select(
                aid_case,
                determination.c.id.label("pending_id"),
                determination.c.decision_id,
                determination.c.aid,
                _OLD.c.aid.label("old_aid"),
            )
            .join(standing, standing.c.case_id == aid_case.c.id)
            .join(determination, determination.c.id == standing.c.pending_id)
            .outerjoin(_OLD, _OLD.c.id == standing.c.in_force_id)
            .where(aid_case.c.person_id.in_(group))
            .order_by(aid_case.c.id)
        )
    )


def _corrections_first(waiting: list[Row[Any]], decision_id: int) -> str | None:
    """Return a case of another decision whose correction waits.

    This decision was given room that the correction may free: until then more could be in force
    than a cap allows.
    """
    for row in waiting:
        if row.decision_id != decision_id and row.old_aid is not None:
            return str(row.number)
    return None


def _approve_one(work: Work, row: Row[Any]) -> None:
    separated = refuse_same_person(work, row)
    before = stand_of(work.connection, row.id).in_force
    work.insert(
        approval,
        determination_id=row.pending_id,
        approved_by=work.actor.name,
        separated=separated,
        approved_at=work.now,
    )
    now = work.connection.execute(
        select(determination).where(determination.c.id == row.pending_id)
    ).one()
    work.update(standing, {"case_id": row.id}, in_force_id=row.pending_id, pending_id=None)
    if before is None:
        step(work, row, "approve")
        open_difference(work, row, now, None)
        return
    line = open_difference(work, row, now, before)
    if line is None:
        return
    if unsent_lines(work.connection, [row.id])[row.id]:
        step(work, row, "correct")
        return
    # Nothing is to be sent: what is paid stays paid, and what is filed filed.
    step(work, row, "adjust")
    left = outstanding(work.connection, line) if line.kind == "reclaim" else 0
    if left:
        work.details.setdefault("to_reclaim", {})[row.number] = format_yuan(left)
