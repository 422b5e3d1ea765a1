"""Open the payment line of an approved determination: the aid, or the difference to what was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.register.payments.entries import enter
from mediaid.register.payments.set_off import set_off
from mediaid.register.payments.shares import difference
from mediaid.register.schema import payment, person

if TYPE_CHECKING:
    from sqlalchemy import Row

    from mediaid.register.session import Work


def open_difference(
    work: Work, case: Row[Any], now: Row[Any], before: Row[Any] | None
) -> Row[Any] | None:
    """Open a line for what `now` pays more (补差) or less (追回) than `before`, and return it.

    There is none where they pay the same. It is first set against the case's lines of the other
    direction: a reclaim against what is approved and not yet sent, a supplement against what is
    still to be paid back.
    """
    more = now.payable - (before.payable if before is not None else 0)
    if more == 0:
        return None
    kind = "reclaim" if more < 0 else "aid" if before is None else "supplement"
    holder = work.connection.execute(select(person).where(person.c.id == case.person_id)).one()
    payers = difference(work.connection, now.id, before.id if before is not None else None)
    line = work.insert(
        payment,
        case_id=case.id,
        determination_id=now.id,
        kind=kind,
        amount=abs(more),
        state="open" if holder.died_on is None or kind == "reclaim" else "stopped",
        town=_town(work, case.id) or holder.town,
        payers=payers if more > 0 else {payer: -share for payer, share in payers.items()},
        payee=holder.payee or holder.name,
        account=holder.account,
    )
    if line.state == "stopped":
        enter(work, line, "stopped", 0, "the person died")
    set_off(work, line)
    return line


def _town(work: Work, case_id: int) -> str:
    """Return the town that pays a case: that of its first line, though the person moved since."""
    first = select(payment.c.town).where(payment.c.case_id == case_id).order_by(payment.c.id)
    return work.connection.scalar(first.limit(1)) or ""
