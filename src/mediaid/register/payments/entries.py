"""Entries on payment lines, and what of a line is still to be paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.register.schema import payment, payment_entry

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from mediaid.register.session import Work

STATE_AFTER = {
    "sent": "sent",
    "returned": "open",
    "stopped": "stopped",
    "resumed": "open",
    "confirmed": "done",
}


def outstanding(connection: Connection, line: Row[Any]) -> int:
    """Return what of a line is not yet set off or paid back, 分."""
    done = connection.scalar(
        select(func.coalesce(func.sum(payment_entry.c.amount), 0)).where(
            payment_entry.c.payment_id == line.id,
            payment_entry.c.kind.in_(("offset", "received")),
        )
    )
    return int(line.amount) - int(done or 0)


def enter(work: Work, line: Row[Any], kind: str, amount: int, reference: str = "") -> None:
    """Note what happened to a line, and move its state."""
    work.insert(
        payment_entry,
        payment_id=line.id,
        kind=kind,
        amount=amount,
        reference=reference,
        done_by=work.actor.name,
        done_at=work.now,
    )
    state = STATE_AFTER.get(kind)
    if kind in ("offset", "received") and outstanding(work.connection, line) == 0:
        state = "done"
    if state is not None:
        work.update(payment, {"id": line.id}, state=state)
