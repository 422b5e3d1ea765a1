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
    return _enter_each(work, person_id, "open", "stopped", reason)


def resume_payments(work: Work, person_id: int, reason: str) -> int:
    """Have a person's lines that were stopped wait to be sent again; return how many."""
    return _enter_each(work, person_id, "stopped", "resumed", reason)


def _enter_each(work: Work, person_id: int, state: str, kind: str, reason: str) -> int:
    lines = work.connection.execute(
        select(payment)
        .join(aid_case, aid_case.c.id == payment.c.case_id)
        .where(
            aid_case.c.person_id == person_id,
            payment.c.state == state,
            payment.c.kind != "reclaim",
        )
        .order_by(payment.c.id)
    ).all()
    for line in lines:
        enter(work, line, kind, 0, reason)
    return len(lines)
