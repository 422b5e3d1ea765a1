"""What clerk, reviewer and approver do with a case: a step, and what follows from it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.cases.find import get_case
from mediaid.register.cases.papers import refuse_missing_papers
from mediaid.register.determinations.facts import first_day
from mediaid.register.determinations.packs import current_pack
from mediaid.register.determinations.recompute import determine, lock_group, recompute_person
from mediaid.register.schema import bill, standing
from mediaid.register.workflow.separation import refuse_same_person
from mediaid.register.workflow.states import step

if TYPE_CHECKING:
    from sqlalchemy import Row

    from mediaid.register.session import Work


def submit(work: Work, number: str) -> None:
    """Hand a case to the reviewer: it has bills, and its papers are there or waived."""
    case = _locked(work, number)
    if not _bills(work, case.id):
        raise RegisterError(_("case {case} has no bill yet").format(case=number))
    refuse_missing_papers(work.connection, case)
    step(work, case, "submit")


def review(work: Work, number: str) -> None:
    """Determine a case: what it is given waits for approval and holds its room in the pools."""
    case = _locked(work, number)
    step(work, case, "review")
    determine(work, case.id, case.person_id)


def send_back(work: Work, number: str, reason: str) -> None:
    """退回补正: have the clerk complete or correct a case."""
    case = _locked(work, number)
    step(work, case, "return", reason)
    _let_go(work, case, "return")


def deny(work: Work, number: str, reason: str) -> None:
    """不予救助. The bills still count where bills are counted: they were incurred all the same."""
    case = _locked(work, number)
    refuse_same_person(work, case)
    step(work, case, "deny", reason)
    _let_go(work, case, "deny")


def reopen(work: Work, number: str, reason: str) -> None:
    """Take a denied case up again."""
    step(work, _locked(work, number), "reopen", reason)


def void(work: Work, number: str, reason: str) -> None:
    """撤销 before approval: the case and its bills count nowhere any more."""
    case = _locked(work, number)
    step(work, case, "void", reason)
    since = _first_day(work, case)
    for bill_id in _bills(work, case.id):
        work.update(bill, {"id": bill_id}, counts=False)
    _let_go(work, case, "void", since)


def _locked(work: Work, number: str) -> Row[Any]:
    """Return a case as it stands under the lock of its group."""
    case = get_case(work.connection, number)
    lock_group(work.connection, case.person_id)
    return get_case(work.connection, number)


def _let_go(work: Work, case: Row[Any], cause: str, since: dt.date | None = None) -> None:
    """Give back the room a case held, and settle again what stood behind it."""
    since = since or _first_day(work, case)
    work.update(standing, {"case_id": case.id}, pending_id=None)
    recompute_person(work, case.person_id, since, cause)


def _bills(work: Work, case_id: int) -> list[int]:
    found = select(bill.c.id).where(bill.c.case_id == case_id, bill.c.counts)
    return list(work.connection.scalars(found))


def _first_day(work: Work, case: Row[Any]) -> dt.date:
    pack = current_pack(work.connection)
    return first_day(work.connection, case.person_id, _bills(work, case.id), pack)
