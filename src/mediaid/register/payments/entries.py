"""Entries on payment lines, and what of a line is still to be paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.register.database.many import rows_with
from mediaid.register.schema import payment, payment_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from mediaid.register.session import Changed, Work

STATE_AFTER = {
    "sent": "sent",
    "returned": "open",
    "stopped": "stopped",
    "resumed": "open",
    "confirmed": "done",
}


def outstanding(connection: Connection, line: Row[Any]) -> int:
    """Return what of a line is not yet set off or paid back, 分."""
    return outstanding_of(connection, [line])[line.id]


def outstanding_of(connection: Connection, lines: Sequence[Row[Any]]) -> dict[int, int]:
    """Return what of each line, by its number, is not yet set off or paid back, 分."""
    done = (
        select(payment_entry.c.payment_id, func.sum(payment_entry.c.amount).label("amount"))
        .where(payment_entry.c.kind.in_(("offset", "received")))
        .group_by(payment_entry.c.payment_id)
    )
    left = {line.id: int(line.amount) for line in lines}
    for row in rows_with(connection, done, payment_entry.c.payment_id, list(left)):
        left[row.payment_id] -= int(row.amount)
    return left


def enter(work: Work, line: Row[Any], kind: str, amount: int, reference: str = "") -> None:
    """Note what happened to a line, and move its state."""
    work.insert(payment_entry, **_entry(work, line, kind, amount, reference))
    state = STATE_AFTER.get(kind)
    if kind in ("offset", "received") and outstanding(work.connection, line) == 0:
        state = "done"
    if state is not None:
        work.update(payment, {"id": line.id}, state=state)


def enter_all(
    work: Work, kind: str, lines: Sequence[tuple[Row[Any], int]], reference: str = ""
) -> list[list[Changed]]:
    """Note the same of many lines, each with its amount (分): that they were sent, or confirmed.

    Returns for each line the rows that this left: they are still to be told of in an event.
    """
    entries = work.add_all(
        payment_entry, [_entry(work, line, kind, amount, reference) for line, amount in lines]
    )
    moved = [{**line._mapping, "state": STATE_AFTER[kind]} for line, _amount in lines]
    work.update_all(payment, "state", moved)
    return [
        [(payment_entry, entry), (payment, line)]
        for entry, line in zip(entries, moved, strict=True)
    ]


def _entry(work: Work, line: Row[Any], kind: str, amount: int, reference: str) -> dict[str, Any]:
    """Return an entry as it is kept."""
    return {
        "payment_id": line.id,
        "kind": kind,
        "amount": amount,
        "reference": reference,
        "done_by": work.actor.name,
        "done_at": work.now,
    }
