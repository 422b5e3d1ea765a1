"""A case: bills with their derivation, papers, steps, determinations and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan
from mediaid.packs.show.names import figure_words
from mediaid.people.masking import mask_id, mask_name
from mediaid.register.cases.find import Filter, get_case, list_cases
from mediaid.register.cases.papers import missing_papers
from mediaid.register.determinations.packs import pack_by_hash
from mediaid.register.determinations.store import outcomes_of
from mediaid.register.payments.entries import outstanding
from mediaid.register.people.persons import get_person
from mediaid.register.schema import (
    approval,
    bill,
    case_step,
    determination,
    paper,
    payment,
    standing,
)
from mediaid.register.schema.types import canonical

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


def cases_data(
    connection: Connection, wanted: Filter, *, clear: bool = False
) -> list[dict[str, Any]]:
    """Return one page of cases."""
    return [
        {
            "case": row.number,
            "id": row.id,
            "office": row.office,
            "person": row.person_id,
            "name": row.name if clear else mask_name(row.name),
            "town": row.town,
            "state": row.state,
            "aid": None if row.aid is None else format_yuan(row.aid),
            "pending_aid": None if row.pending_aid is None else format_yuan(row.pending_aid),
        }
        for row in list_cases(connection, wanted)
    ]


def case_data(connection: Connection, number: str, *, clear: bool = False) -> dict[str, Any]:
    """Return all that is known of a case. Raises RegisterError where there is none."""
    case = get_case(connection, number)
    name = get_person(connection, case.person_id).name
    return {
        "case": case.number,
        "office": case.office,
        "person": case.person_id,
        "name": name if clear else mask_name(name),
        "state": case.state,
        "accepted_by": case.accepted_by,
        "accepted_at": _instant(case.accepted_at),
        "bills": [_bill(row) for row in _rows(connection, bill, case.id)],
        "papers": [
            {"kind": row.kind, "waived": row.waived} for row in _rows(connection, paper, case.id)
        ],
        "missing_papers": missing_papers(connection, case),
        "steps": [_step(row) for row in _rows(connection, case_step, case.id)],
        "determinations": _determinations(connection, case),
        "payments": [
            _payment(connection, row, clear) for row in _rows(connection, payment, case.id)
        ],
    }


def _rows(connection: Connection, table: Any, case_id: int) -> list[Row[Any]]:
    found = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
    return list(connection.execute(found))


def _bill(row: Row[Any]) -> dict[str, Any]:
    derived = row.derivation
    return {
        "bill": row.id,
        "institution": row.institution,
        "invoice": row.invoice_no,
        "date": row.dated_on.isoformat(),
        "setting": row.setting,
        "self_paid": format_yuan(row.self_paid),
        "derivation": derived
        and [
            {"part": part, "sign": sign, "amount": format_yuan(its)} for part, sign, its in derived
        ],
        "fields": row.fields,
        "similar_answer": row.similar_answer,
        "counts": row.counts,
    }


def _step(row: Row[Any]) -> dict[str, Any]:
    return {
        "action": row.action,
        "from": row.from_state,
        "to": row.to_state,
        "reason": row.reason,
        "by": row.done_by,
        "at": _instant(row.done_at),
    }


def _figures(connection: Connection, row: Row[Any]) -> str:
    """Return a determination's provisional figures by the labels of the rules that decided it."""
    if not row.provisional:
        return ""
    try:
        return figure_words(pack_by_hash(connection, row.pack_hash), row.provisional)
    except MediaidError:  # altered, as verify says: the case is shown all the same
        return _(", ").join(row.provisional)


def _determinations(connection: Connection, case: Row[Any]) -> list[dict[str, Any]]:
    stands = connection.execute(select(standing).where(standing.c.case_id == case.id)).one()
    rows = connection.execute(
        select(determination, approval.c.approved_by, approval.c.approved_at, approval.c.separated)
        .outerjoin(approval, approval.c.determination_id == determination.c.id)
        .where(determination.c.case_id == case.id)
        .order_by(determination.c.number)
    ).all()
    outcomes = outcomes_of(connection, [row.id for row in rows])
    return [
        {
            "number": row.number,
            "standing": {stands.in_force_id: "in_force", stands.pending_id: "pending"}.get(
                row.id, "superseded" if row.approved_by else "withdrawn"
            ),
            "aid": format_yuan(row.aid),
            "payable": format_yuan(row.payable),
            "overpaid": format_yuan(row.overpaid),
            "provisional": row.provisional,
            "provisional_words": _figures(connection, row),
            "pack_hash": row.pack_hash,
            "engine_version": row.engine_version,
            "approved_by": row.approved_by,
            "approved_at": row.approved_at and _instant(row.approved_at),
            "separation_proven": row.separated,
            "bills": [
                {"bill": its.bill_id, "aid": format_yuan(its.aid), "explanation": its.explanation}
                for its in outcomes[row.id]
            ],
        }
        for row in rows
    ]


def _payment(connection: Connection, row: Row[Any], clear: bool) -> dict[str, Any]:
    left = outstanding(connection, row) if row.state in ("open", "stopped") else 0
    return {
        "payment": row.id,
        "kind": row.kind,
        "state": row.state,
        "amount": format_yuan(row.amount),
        "outstanding": format_yuan(left),
        "payee": row.payee if clear else mask_name(row.payee),
        "account": row.account if clear else mask_id(row.account),
    }


def _instant(value: Any) -> str:
    return canonical(value).strip('"')
