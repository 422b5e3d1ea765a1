"""One action on many cases: each whole or not at all, in a transaction and event of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import Fault, MediaidError
from mediaid.register.schema import aid_case, standing
from mediaid.register.workflow.states import TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from mediaid.register.session import Register, Work
    from mediaid.register.workflow.states import Action


@dataclass
class Many:
    """What came of it: numbers of cases done, and those refused with the reason."""

    done: list[str] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)


def waiting_for(connection: Connection, action: Action, office: str = "") -> list[str]:
    """Return the cases that an action is possible for, in the order of their acceptance.

    For approval: those with something to approve, corrections of earlier decisions first, as they
    have to be.
    """
    found = select(aid_case.c.number)
    if action == "approve":
        found = (
            found.join(standing, standing.c.case_id == aid_case.c.id)
            .where(standing.c.pending_id.is_not(None))
            .order_by(standing.c.in_force_id.is_(None), aid_case.c.id)
        )
    else:
        found = found.where(aid_case.c.state.in_(TRANSITIONS[action].sources))
        found = found.order_by(aid_case.c.id)
    if office:
        found = found.where(aid_case.c.office == office)
    return list(connection.scalars(found))


def each(
    register: Register,
    event: str,
    numbers: Iterable[str],
    change: Callable[[Work, str], Any],
    told: Callable[[int], None] = lambda _count: None,
) -> Many:
    """Do something to each case. What one of them is refused for keeps none of the others.

    `change` may return the numbers of all cases it took along: they are not done again. `told`
    is told after each case how many are done with. Where the database itself gives up, what was
    done until then stays done, and the rest is refused with its reason.
    """
    found = Many()
    done: set[str] = set()
    for count, number in enumerate(dict.fromkeys(numbers), 1):
        if number not in done:
            try:
                with register.write(event) as work:
                    also = change(work, number)
            except MediaidError as error:
                found.refused.append(Fault(number, str(error)))
            else:
                done.update(also if isinstance(also, list) else [number])
        told(count)
    found.done = sorted(done)
    return found
