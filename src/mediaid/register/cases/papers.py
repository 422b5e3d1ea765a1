"""The papers of a case: what is needed, what was received, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.register.cases.find import get_case
from mediaid.register.people.persons import clean
from mediaid.register.schema import bill, paper
from mediaid.register.workflow.states import OPEN_FOR_ENTRY
from mediaid.register.workflow.words import paper_words, state_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Row

    from mediaid.register.session import Work

PAPERS = ("discharge_summary", "invoice", "itemised_bill")
"""出院小结, 发票, 费用清单."""

INPATIENT = "inpatient"


def receive_paper(work: Work, number: str, kind: str, waived: str = "") -> None:
    """Note that a paper was received, or why the case goes on without it."""
    case = get_case(work.connection, number)
    work.subject = f"case:{number}"
    if kind not in PAPERS:
        raise RegisterError(
            _("{kind} is no paper: use one of {known}").format(
                kind=visible(kind), known=", ".join(PAPERS)
            )
        )
    if case.state not in OPEN_FOR_ENTRY:
        raise RegisterError(
            _("case {case} is {state}: send it back first to add papers").format(
                case=number, state=state_words(case.state)
            )
        )
    entry = {
        "waived": clean(waived) or None,
        "received_by": work.actor.name,
        "received_at": work.now,
    }
    key = {"case_id": case.id, "kind": kind}
    found = select(paper.c.id).where(paper.c.case_id == case.id, paper.c.kind == kind)
    known = work.connection.scalar(found)
    if known is None:
        work.insert(paper, **key, **entry)
    else:
        work.update(paper, {"id": known}, **entry)


def missing_papers(connection: Connection, case: Row[Any]) -> list[str]:
    """Return the papers still missing; a discharge summary is asked for inpatient bills only."""
    there = set(connection.scalars(select(paper.c.kind).where(paper.c.case_id == case.id)))
    inpatient = select(bill.c.id).where(
        bill.c.case_id == case.id, bill.c.counts, bill.c.setting == INPATIENT
    )
    settings = [INPATIENT] if connection.execute(inpatient).first() else []
    return [kind for kind in papers_needed(settings) if kind not in there]


def papers_needed(settings: Iterable[str]) -> tuple[str, ...]:
    """Return the papers that bills of some settings (inpatient, outpatient) ask for."""
    return PAPERS if INPATIENT in settings else PAPERS[1:]


def refuse_missing_papers(connection: Connection, case: Row[Any]) -> None:
    """Raise RegisterError where papers are missing and nobody said why it goes on without."""
    missing = missing_papers(connection, case)
    if missing:
        raise RegisterError(
            _(
                "case {case} lacks {papers}: note them with case paper, or say with --waived why "
                "it goes on without"
            ).format(case=case.number, papers=_(", ").join(map(paper_words, missing)))
        )


def waive_missing_papers(work: Work, number: str, why: str) -> None:
    """Note of every paper that a case lacks why it goes on without it."""
    for kind in missing_papers(work.connection, get_case(work.connection, number)):
        receive_paper(work, number, kind, why)
