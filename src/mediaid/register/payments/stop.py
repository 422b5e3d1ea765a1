"""Stop what is not yet paid out, as after a death."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from mediaid.register.payments.entries import enter
from mediaid.register.schema import aid_case, payment

if TYPE_CHECKING:
    from mediaid.register.session import Work


def stop_open_payments(work: Work, person_id: int, reason: str) -> int:
    """Stop a person's lines that are not yet sent; return how many. Reclaims go on."""
    lines = work.connection.execute(
        select(payment)
        .join(aid_case, aid_case.c.id == payment.c.case_id)
        .where(
            aid_case.c.person_id == person_id,
            payment.c.state == "open",
            payment.c.kind != "reclaim",
        )
    ).all()
    for line in lines:
        enter(work, line, "stopped", 0, reason)
    return len(lines)
