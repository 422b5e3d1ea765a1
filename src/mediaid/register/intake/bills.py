"""Take in bills of people who are known; cases take them up later."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from mediaid.claims.cells import parse_cell, parse_code
from mediaid.claims.fields import pack_fields
from mediaid.faults import MediaidError, visible
from mediaid.i18n import gettext as _
from mediaid.people.documents import RESIDENT, Document
from mediaid.register.cases.bills import NewBill, bill_key
from mediaid.register.database.locks import lock_persons
from mediaid.register.determinations.packs import current_pack
from mediaid.register.determinations.recompute import recompute_person
from mediaid.register.intake.lookup import chunks, next_ids, persons_by_document, rows_with
from mediaid.register.intake.report import Report
from mediaid.register.people.persons import clean, read_document, required
from mediaid.register.schema import aid_case, bill, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mediaid.packs.model import Pack
    from mediaid.register.session import Work


@dataclass(frozen=True)
class BillRow:
    """A row of a file: `row` its number there, `number` the person's document."""

    row: int
    number: str
    bill: NewBill
    document: str = RESIDENT


def take_in_bills(work: Work, rows: Iterable[BillRow], similar_answer: str = "") -> Report:
    """Record bills that are not known yet.

    A bill known already in the same words changes nothing; in other words it is refused, as is one
    whose person is not known. One of a day and amount the person has a bill of already is refused
    unless `similar_answer` says why such bills are others. What was decided on later bills is
    settled again.
    """
    report = Report()
    pack = current_pack(work.connection)
    today = work.now.date()
    read = [its for row in rows if (its := _read(row, pack, today, report)) is not None]
    persons = persons_by_document(
        work.connection, ((its.document.kind, its.document.number) for its in read)
    )
    lock_persons(work.connection, persons.values())
    known = _known(work, (its.columns["bill_key"] for its in read))
    seen: dict[str, _Read] = {}
    for its in read:
        person_id = persons.get((its.document.kind, its.document.number))
        if person_id is None:
            report.refuse(
                its.row, _("nobody in the register has this document: import people first")
            )
            continue
        its.columns["person_id"] = person_id
        key = its.columns["bill_key"]
        other = known.get(key) or (seen[key].columns if key in seen else None)
        if other is None:
            seen[key] = its
        elif all(other[name] == its.columns[name] for name in _SAID):
            report.same += 1
        else:
            report.refuse(its.row, _("another bill has this institution and invoice number"))
    new = _ask_about_similar(work, list(seen.values()), similar_answer, report)
    report.new = len(new)
    _enter(work, new)
    _settle_again(work, new)
    return report


@dataclass(frozen=True)
class _Read:
    """A row that can be read: its number, whose it is, and the columns of its bill."""

    row: int
    document: Document
    columns: dict[str, Any]


_SAID = ("person_id", "dated_on", "setting", "self_paid", "derivation", "fields")
"""What two rows of the same bill must agree on."""


def _read(row: BillRow, pack: Pack, today: dt.date, report: Report) -> _Read | None:
    """Read a row, or refuse it."""
    its = row.bill
    try:
        document = read_document(row.number, row.document, today)
        institution = required(its.institution, _("institution"))
        invoice_no = required(its.invoice_no, _("invoice number"))
        codes = pack.codes["setting"]
        columns = {
            "case_id": None,
            "institution": institution,
            "invoice_no": invoice_no,
            "bill_key": bill_key(institution, invoice_no),
            "dated_on": its.dated_on,
            "setting": list(codes)[parse_code(its.setting, codes)],
            "self_paid": its.self_paid.amount,
            "derivation": its.self_paid.as_data(),
            "fields": _fields(its.fields, pack),
            "similar_answer": None,
            "counts": True,
        }
    except (MediaidError, ValueError) as error:
        report.refuse(row.row, error)
        return None
    return _Read(row.row, document, columns)


def _fields(fields: Mapping[str, str], pack: Pack) -> dict[str, str]:
    known = pack_fields(pack)
    found = {}
    for name, text in fields.items():
        if not text.strip():
            continue
        if name not in known:
            raise ValueError(
                _("field {name} is not used by pack {pack}").format(
                    name=visible(name), pack=pack.id
                )
            )
        parse_cell(known[name], text, pack)
        found[name] = clean(text)
    return found


def _known(work: Work, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    found = rows_with(work.connection, select(bill).where(bill.c.counts), bill.c.bill_key, keys)
    return {row.bill_key: dict(row._mapping) for row in found}


def _ask_about_similar(
    work: Work, new: list[_Read], answer: str, report: Report
) -> list[dict[str, Any]]:
    """Return the bills to be entered: similar ones with the answer, or else they are refused."""
    found = rows_with(
        work.connection,
        select(bill.c.person_id, bill.c.dated_on, bill.c.self_paid).where(bill.c.counts),
        bill.c.person_id,
        (its.columns["person_id"] for its in new),
    )
    there = {tuple(row) for row in found}
    entered = []
    for its in new:
        looks = tuple(its.columns[name] for name in ("person_id", "dated_on", "self_paid"))
        if looks in there and not answer:
            report.refuse(
                its.row, _("the person has a bill of the same day and amount: is it another one?")
            )
            continue
        if looks in there:
            its.columns["similar_answer"] = answer
        there.add(looks)
        entered.append(its.columns)
    return entered


def _enter(work: Work, new: list[dict[str, Any]]) -> None:
    numbers = next_ids(work.connection, bill, len(new))
    signed = {"recorded_by": work.actor.name, "recorded_at": work.now}
    work.insert_all(
        bill, [{"id": number, **its, **signed} for number, its in zip(numbers, new, strict=True)]
    )


def _settle_again(work: Work, new: list[dict[str, Any]]) -> None:
    """Settle again what people were given for bills behind a new one."""
    since: dict[int, dt.date] = defaultdict(lambda: dt.date.max)
    for its in new:
        since[its["person_id"]] = min(since[its["person_id"]], its["dated_on"])
    decided = (
        select(aid_case.c.person_id)
        .join(standing, standing.c.case_id == aid_case.c.id)
        .where(or_(standing.c.in_force_id.is_not(None), standing.c.pending_id.is_not(None)))
        .distinct()
    )
    for some in chunks(since):
        for person_id in work.connection.scalars(decided.where(aid_case.c.person_id.in_(some))):
            recompute_person(work, person_id, since[person_id], "bills taken in")
