"""A case as it was entered: to be corrected where it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from mediaid.money import format_yuan
from mediaid.register.cases.find import get_case
from mediaid.register.schema import bill, paper

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class EnteredCase:
    """`bills`: field → text of each; `papers`: kind → why the case goes on without, "" if there."""

    person: int
    bills: list[dict[str, str]]
    papers: dict[str, str]


def entered_case(connection: Connection, number: str) -> EnteredCase:
    """Return a case's bills and papers as they were entered. Raises RegisterError."""
    case = get_case(connection, number)
    bills = []
    for row in connection.execute(
        select(bill).where(bill.c.case_id == case.id, bill.c.counts).order_by(bill.c.id)
    ):
        amounts = {part: format_yuan(fen) for part, _sign, fen in row.derivation or ()}
        bills.append(
            {
                "date": row.dated_on.isoformat(),
                "setting": row.setting,
                "institution": row.institution,
                "invoice_no": row.invoice_no,
                "self_paid": format_yuan(row.self_paid),
                **amounts,
                **row.fields,
            }
        )
    papers = connection.execute(select(paper).where(paper.c.case_id == case.id))
    return EnteredCase(case.person_id, bills, {row.kind: row.waived or "" for row in papers})


def bills_to_withdraw(connection: Connection, number: str) -> list[int]:
    """Return the bills of a case that count."""
    case = get_case(connection, number)
    found = select(bill.c.id).where(bill.c.case_id == case.id, bill.c.counts)
    return list(connection.scalars(found.order_by(bill.c.id)))
