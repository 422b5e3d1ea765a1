"""What an office owes and what it is owed, within a case: only the difference moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.register.payments.entries import enter, outstanding
from mediaid.register.schema import payment

if TYPE_CHECKING:
    from sqlalchemy import Row

    from mediaid.register.session import Work


def set_off(work: Work, new: Row[Any]) -> None:
    """Set a line against the case's lines of the other direction that wait, the oldest first.

    What a death stopped waits as well: it is owed all the same.
    """
    reclaims = payment.c.kind == "reclaim"
    lines = work.connection.execute(
        select(payment)
        .where(
            payment.c.case_id == new.case_id,
            ~reclaims if new.kind == "reclaim" else reclaims,
            payment.c.state.in_(("open", "stopped")),
        )
        .order_by(payment.c.id)
    ).all()
    for line in lines:
        amount = min(outstanding(work.connection, new), outstanding(work.connection, line))
        if amount > 0:
            enter(work, line, "offset", amount, f"payment {new.id}")
            enter(work, new, "offset", amount, f"payment {line.id}")
