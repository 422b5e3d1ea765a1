"""What can be done with cases, and doing it, with one or with many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mediaid.faults import MediaidError
from mediaid.register.payments.pay import file_case, pay_case
from mediaid.register.workflow.actions import deny, reopen, review, send_back, submit, void
from mediaid.register.workflow.approve import approve
from mediaid.register.workflow.states import TRANSITIONS, possible
from mediaid.register.workflow.words import action_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mediaid.desk.register.office import Office
    from mediaid.register.session import Work
    from mediaid.register.workflow.states import Action, State

__all__ = ["Done", "action_words", "do", "forward", "offered", "reasoned"]

_OFFERED: tuple[Action, ...] = (
    "submit", "review", "approve", "pay", "file", "return", "deny", "reopen", "void",
)  # fmt: skip
"""What a person does, in the order of the work; the others follow from something else."""
_FORWARD: tuple[Action, ...] = ("submit", "review", "approve", "pay", "file")
_AUDITED: dict[Action, str] = {"pay": "payment.send"}
"""Actions whose audit event is not named after the case."""


@dataclass
class Done:
    """What came of an action: the cases it was done with, and why not with the others."""

    done: list[str] = field(default_factory=list)
    along: list[str] = field(default_factory=list)
    """Cases approved along with others, since they are one decision."""
    refused: list[tuple[str, str]] = field(default_factory=list)


def offered(states: Iterable[State], *, correcting: bool = False) -> list[Action]:
    """Return what can be done with all cases of some states.

    `correcting`: corrections of them wait for approval.
    """
    sets = [set(possible(state)) | ({"approve"} if correcting else set()) for state in set(states)]
    both = set.intersection(*sets) if sets else set()
    return [action for action in _OFFERED if action in both]


def forward(state: State) -> Action | None:
    """Return the action that takes a case one step on."""
    return next((action for action in _FORWARD if action in possible(state)), None)


def reasoned(action: Action) -> bool:
    """Whether somebody has to say why."""
    return TRANSITIONS[action].reasoned


def do(
    office: Office,
    action: Action,
    numbers: Sequence[str],
    reason: str = "",
    told: Callable[[int], bool] = lambda _done: True,
) -> Done:
    """Do something with cases, each in a transaction of its own.

    What is refused of one does not stop the others. `told` hears how many are done and says
    whether to go on.
    """
    found = Done()
    for place, number in enumerate(numbers):
        if number in found.along:
            found.done.append(number)
        elif not told(place):
            break
        else:
            _one(office, action, number, reason, found)
    found.along = [its for its in found.along if its not in numbers]
    return found


def _one(office: Office, action: Action, number: str, reason: str, found: Done) -> None:
    try:
        with office.register.write(_AUDITED.get(action, f"case.{action}")) as work:
            along = _call(work, action, number, reason)
    except MediaidError as error:
        found.refused.append((number, error.faults[0].message))
    else:
        found.done.append(number)
        found.along += [its for its in along if its != number]


def _call(work: Work, action: Action, number: str, reason: str) -> list[str]:
    """Do it; return the cases that were approved."""
    if action == "approve":
        return approve(work, number)
    if action in _PLAIN:
        _PLAIN[action](work, number)
    else:
        _WITH_REASON[action](work, number, reason)
    return []


_PLAIN: dict[Action, Callable[[Work, str], object]] = {
    "submit": submit, "review": review, "pay": pay_case, "file": file_case,
}  # fmt: skip
_WITH_REASON: dict[Action, Callable[[Work, str, str], None]] = {
    "return": send_back, "deny": deny, "reopen": reopen, "void": void,
}  # fmt: skip
