"""The states of a case and the actions that lead from one to another: the one place for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.people.persons import clean_sentence
from mediaid.register.schema import aid_case, case_step
from mediaid.register.workflow.words import state_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from mediaid.register.session import Changed, Work

State = Literal[
    "accepted",  # 受理: bills and papers are entered
    "in_review",  # 待审核
    "reviewed",  # 待审批: determined, and holding room in the pools
    "approved",  # 待发放
    "paid",  # 已发放
    "filed",  # 已备案
    "returned",  # 退回补正: open again for bills and papers
    "denied",  # 不予救助
    "void",  # 撤销: its bills do not count
]
STATES: tuple[State, ...] = (
    "accepted",
    "in_review",
    "reviewed",
    "approved",
    "paid",
    "filed",
    "returned",
    "denied",
    "void",
)
OPEN_FOR_ENTRY: tuple[State, ...] = ("accepted", "returned")

Action = Literal[
    "submit",
    "review",
    "approve",
    "return",
    "deny",
    "reopen",
    "void",
    "pay",
    "pay_back",
    "file",
    "correct",
    "adjust",
]


@dataclass(frozen=True)
class Transition:
    """From which states an action leads, to which (None: it stays), and whether it needs a
    reason."""

    sources: tuple[State, ...]
    target: State | None
    reasoned: bool = False


TRANSITIONS: dict[Action, Transition] = {
    "submit": Transition(OPEN_FOR_ENTRY, "in_review"),
    "review": Transition(("in_review",), "reviewed"),
    "approve": Transition(("reviewed",), "approved"),
    "return": Transition(("in_review", "reviewed"), "returned", reasoned=True),
    "deny": Transition(("in_review", "reviewed"), "denied", reasoned=True),
    "reopen": Transition(("denied",), "returned", reasoned=True),
    "void": Transition((*OPEN_FOR_ENTRY, "in_review", "reviewed"), "void", reasoned=True),
    "pay": Transition(("approved",), "paid"),
    # The bank returned a payment.
    "pay_back": Transition(("paid", "filed"), "approved"),
    "file": Transition(("paid",), "filed"),
    # A determination that supersedes an approved one was approved, and there is money to be sent.
    "correct": Transition(("approved", "paid", "filed"), "approved"),
    # The same, but there is nothing to send: it is to come back, or was set off.
    "adjust": Transition(("approved", "paid", "filed"), None),
}

BY_ITSELF: tuple[Action, ...] = ("pay_back", "correct", "adjust")
"""Actions that nobody asks for: the bank or an approval brings them about."""


def step(work: Work, case: Row[Any], action: Action, reason: str = "") -> None:
    """Take a case one step further. Raises RegisterError where none leads there."""
    refuse_step(case, action)
    reason = clean_sentence(reason)
    if TRANSITIONS[action].reasoned and not reason:
        raise RegisterError(_("case {case}: say why with --reason").format(case=case.number))
    work.subject = work.subject or f"case:{case.number}"
    taken = _taken(work, case, action, reason)
    work.insert(case_step, **taken)
    if taken["to_state"] != case.state:
        work.update(aid_case, {"id": case.id}, state=taken["to_state"])


def step_all(work: Work, cases: Sequence[Row[Any]], action: Action) -> list[list[Changed]]:
    """Take many cases a step that needs no reason, and that `refuse_step` found possible for each.

    Returns for each case the rows that this left: they are still to be told of in an event.
    """
    steps = work.add_all(case_step, [_taken(work, case, action, "") for case in cases])
    moved = [
        {**case._mapping, "state": its["to_state"]} for case, its in zip(cases, steps, strict=True)
    ]
    work.update_all(aid_case, "state", moved)
    return [[(case_step, its), (aid_case, case)] for its, case in zip(steps, moved, strict=True)]


def refuse_step(case: Row[Any], action: Action) -> None:
    """Raise RegisterError where an action does not lead on from a case's state."""
    if case.state not in TRANSITIONS[action].sources:
        raise RegisterError(
            _("case {case} is {state}: {action} is not possible; possible are {actions}").format(
                case=case.number,
                state=state_words(case.state),
                action=action,
                actions=", ".join(its for its in possible(case.state) if its not in BY_ITSELF)
                or _("none"),
            )
        )


def _taken(work: Work, case: Row[Any], action: Action, reason: str) -> dict[str, Any]:
    """Return a step as it is kept."""
    return {
        "case_id": case.id,
        "action": action,
        "from_state": case.state,
        "to_state": TRANSITIONS[action].target or case.state,
        "reason": reason,
        "done_by": work.actor.name,
        "done_at": work.now,
    }


def possible(state: State) -> list[Action]:
    """Return the actions that lead on from a state."""
    return [action for action, its in TRANSITIONS.items() if state in its.sources]
