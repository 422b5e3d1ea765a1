"""Take in bills of people who are known: compare first, then enter. Cases take them up later."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import or_, select

from mediaid.claims.cells import EPOCH, parse_cell, parse_code, parse_day
from mediaid.claims.fields import pack_fields
from mediaid.engine.coverage import uncovered, why_uncovered
from mediaid.faults import MediaidError, visible
from mediaid.i18n import gettext as _
from mediaid.people.documents import RESIDENT, Document
from mediaid.register.cases.bills import NewBill, bill_key, reverse_bill
from mediaid.register.database.locks import lock_persons
from mediaid.register.database.many import chunks, next_ids, rows_with
from mediaid.register.determinations.packs import current_pack
from mediaid.register.determinations.recompute import recompute_person
from mediaid.register.intake.lookup import persons_by_document
from mediaid.register.intake.refunds import But, Reversal, find_originals
from mediaid.register.intake.report import Report, unwatched
from mediaid.register.people.persons import clean, read_document, required
from mediaid.register.schema import aid_case, bill, bill_reversal, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from mediaid.packs.model import Pack
    from mediaid.register.intake.refunds import ReadRefund
    from mediaid.register.intake.report import Watch
    from mediaid.register.session import Work


@dataclass(frozen=True)
class BillRow:
    """A row of a file: `row` its number there, `number` the person's document.

    What it says of the person (`name`, `town`, `insurance`) is not taken in with bills.
    """

    row: int
    number: str
    bill: NewBill
    document: str = RESIDENT
    name: str = ""
    town: str = ""
    insurance: str = ""


@dataclass(frozen=True)
class NoMore:
    """A settlement record that counts no longer: refunded, or invalid by now. `row` says so."""

    row: int
    record_id: str
    reason: str


@dataclass(frozen=True)
class GivenBack:
    """What a file gives back of bills that are not in it: records that count no more, and refunds
    that name none. `file` is its name."""

    file: str = ""
    no_more: Sequence[NoMore] = ()
    refunds: Sequence[ReadRefund] = ()


NOTHING = GivenBack()


@dataclass(frozen=True)
class ReadBill:
    """A row that can be read: its number, whose it is, and the columns of its bill."""

    row: int
    document: Document
    columns: dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """What was said of bills that would else be refused: why those that look alike are others, and
    that bills of people who are not in the register are left out."""

    similar: str = ""
    of_known_people: bool = False


@dataclass(eq=False)
class BillChanges:
    """What a file of bills comes to in a register: entered by `enter_bills`."""

    report: Report
    new: list[dict[str, Any]]
    reversed: list[Reversal] = field(default_factory=list)


def take_in_bills(
    work: Work,
    rows: Iterable[BillRow],
    similar_answer: str = "",
    given_back: GivenBack = NOTHING,
) -> Report:
    """Record bills that are not known yet, and reverse those that are given back.

    A bill known already in the same words changes nothing; in other words it is refused, as is one
    whose person is not known. One of a day and amount the person has a bill of already is refused
    unless `similar_answer` says why such bills are others, or both are settlement records. What
    was decided on later bills is settled again.
    """
    report = Report()
    read = read_bills(rows, current_pack(work.connection), work.now.date(), report)
    changes = compare_bills(
        work.connection, read, report, Answers(similar_answer), given_back, lock=True
    )
    enter_bills(work, changes)
    return changes.report


def read_bills(
    rows: Iterable[BillRow],
    pack: Pack,
    today: dt.date,
    report: Report,
    watch: Watch = unwatched,
) -> list[ReadBill]:
    """Return the rows in their normal form, those that can be read; the others are refused."""
    read = []
    for at, row in enumerate(rows):
        if at % 1000 == 0:
            watch(_("looking at bills"), 0)
        its = _read(row, pack, today, report)
        if its is not None:
            read.append(its)
    return _covered(read, pack, report)


def compare_bills(
    connection: Connection,
    read: list[ReadBill],
    report: Report,
    answers: Answers,
    given_back: GivenBack = NOTHING,
    *,
    lock: bool = False,
    watch: Watch = unwatched,
) -> BillChanges:
    """Find out what rows, as they were read, change in the register; nothing is entered.

    `lock` keeps everybody else from changing the same persons, in a transaction that is to enter
    the changes.
    """
    watch(_("looking for them in the register"), 0)
    documents = [its.document for its in read] + [its.document for its in given_back.refunds]
    persons = persons_by_document(connection, ((its.kind, its.number) for its in documents))
    if lock:
        lock_persons(connection, persons.values())
    theirs = _of_persons(read, persons, report, answers.of_known_people)
    watch(_("looking for them in the register"), 0.6)
    unknown = _unknown(theirs, KnownBills(connection, theirs), report)
    watch(_("looking for them in the register"), 0.9)
    new = _ask_about_similar(connection, unknown, answers.similar, report)
    report.new = len(new)
    reversals = _reversals(connection, given_back)
    if given_back.refunds:
        records = {its.columns["record_id"] for its in read}
        records |= {its.record_id for its in given_back.no_more}
        fresh = [its.columns for its in unknown]
        but = But(given_back.file, records, fresh, {its.bill_id for its in reversals})
        refunds = [
            its
            for its in given_back.refunds
            if its.its.cancels or _is_known(its, persons, report, answers.of_known_people)
        ]
        reversals += find_originals(connection, refunds, persons, but, report)
    report.reversed_bills = sorted(its.bill_id for its in reversals)
    return BillChanges(report, new, reversals)


def enter_bills(work: Work, changes: BillChanges, watch: Watch = unwatched) -> None:
    """Enter what was found out in the same transaction."""
    watch(_("entering bills"), 0)
    _enter(work, changes.new)
    watch(_("entering bills"), 0.5)
    for its in changes.reversed:
        reverse_bill(work, its.bill_id, its.reason, its.record_id)
    _settle_again(work, changes.new, watch)
    work.subject = ""


_SAID = ("person_id", "dated_on", "setting", "self_paid", "derivation", "fields")
"""What two rows of the same bill must agree on."""


def _read(row: BillRow, pack: Pack, today: dt.date, report: Report) -> ReadBill | None:
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
            "record_id": clean(its.record_id) or None,
            "counts": True,
        }
    except (MediaidError, ValueError) as error:
        report.refuse(row.row, error)
        return None
    return ReadBill(row.row, document, columns)


def _fields(fields: Mapping[str, str], pack: Pack) -> dict[str, str]:
    known = pack_fields(pack)
    if pack.dating != "date" and not fields.get(pack.dating, "").strip():
        raise ValueError(
            _("no {field}, by which the rules date the bill: fill it in").format(
                field=known[pack.dating].label
            )
        )
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


def _covered(read: list[ReadBill], pack: Pack, report: Report) -> list[ReadBill]:
    """Refuse bills of days that the rules have no values for."""
    days = np.array([day_of(its.columns, pack) for its in read], dtype=np.int32)
    if not len(days):
        return read
    bad = uncovered(pack, days)
    for at in np.flatnonzero(bad).tolist():
        report.refuse(read[at].row, why_uncovered(pack, int(days[at])))
    return [its for its, refused in zip(read, bad.tolist(), strict=True) if not refused]


def day_of(columns: Mapping[str, Any], pack: Pack) -> int:
    """Return the day to which a bill belongs, in days since 1970-01-01."""
    text = columns["fields"].get(pack.dating)
    if text is not None:
        return parse_day(text)
    on: dt.date = columns["dated_on"]
    return (on - EPOCH).days


def _of_persons(
    read: list[ReadBill],
    persons: Mapping[tuple[str, str], int],
    report: Report,
    of_known_people: bool,
) -> list[ReadBill]:
    """Name the persons of the bills; bills of nobody are refused, or left out."""
    found = []
    for its in read:
        if _is_known(its, persons, report, of_known_people):
            person_id = persons[its.document.kind, its.document.number]
            # A copy: what was read may be compared again.
            found.append(replace(its, columns={**its.columns, "person_id": person_id}))
    return found


def _is_known(
    its: ReadBill | ReadRefund,
    persons: Mapping[tuple[str, str], int],
    report: Report,
    of_known_people: bool,
) -> bool:
    """Whether a row is of a person in the register; if not it is refused, or left out."""
    if (its.document.kind, its.document.number) in persons:
        return True
    if of_known_people:
        report.leave_out(its.row, _("not of a person in the register"))
    else:
        report.refuse(its.row, _("nobody in the register has this document: import people first"))
    return False


class KnownBills:
    """The register's bills that could be those of some rows, by key and by settlement record."""

    def __init__(self, connection: Connection, read: list[ReadBill]) -> None:
        self._by_key: dict[str, dict[str, Any]] = {}
        self._by_record: dict[str, dict[str, Any]] = {}
        for row in rows_with(
            connection, select(bill), bill.c.bill_key, (its.columns["bill_key"] for its in read)
        ):
            self._note(dict(row._mapping))
        records = (its.columns["record_id"] for its in read if its.columns["record_id"])
        for row in rows_with(connection, select(bill), bill.c.record_id, records):
            self._note(dict(row._mapping))

    def find(self, columns: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the bill that some columns are of, one that counts before others."""
        of_key = self._by_key.get(columns["bill_key"])
        of_record = self._by_record.get(columns["record_id"] or "")
        if of_key is None or (of_record is not None and not of_key["counts"]):
            return of_record or of_key
        return of_key

    def add(self, columns: dict[str, Any]) -> None:
        """Note a bill that is to be entered."""
        self._note(columns)

    def _note(self, columns: dict[str, Any]) -> None:
        for known, key in (
            (self._by_key, columns["bill_key"]),
            (self._by_record, columns["record_id"]),
        ):
            if key and (key not in known or columns["counts"]):
                known[key] = columns


def _unknown(read: list[ReadBill], known: KnownBills, report: Report) -> list[ReadBill]:
    """Return the rows whose bill is neither in the register nor in an earlier row."""
    found = []
    for its in read:
        other = known.find(its.columns)
        if other is None:
            known.add(its.columns)
            found.append(its)
        elif all(other[name] == its.columns[name] for name in _SAID):
            report.same += 1
        elif not other["counts"]:
            report.refuse(
                its.row,
                _(
                    "bill {bill} of this institution and invoice number was reversed or withdrawn, "
                    "and said something else: enter this one into a case"
                ).format(bill=other["id"]),
            )
        else:
            report.refuse(
                its.row,
                _(
                    "another bill has this institution and invoice number, and says something "
                    "else: correct the row, or reverse that bill first"
                ),
            )
    return found


def _ask_about_similar(
    connection: Connection, new: list[ReadBill], answer: str, report: Report
) -> list[dict[str, Any]]:
    """Return the bills to be entered: similar ones with the answer, or else they are refused.

    Two settlement records are never the same bill, whatever they say.
    """
    found = rows_with(
        connection,
        select(bill.c.person_id, bill.c.dated_on, bill.c.self_paid, bill.c.record_id).where(
            bill.c.counts
        ),
        bill.c.person_id,
        (its.columns["person_id"] for its in new),
    )
    there: dict[tuple[Any, ...], bool] = {}
    """Looks → whether all of them are settlement records."""
    for row in found:
        looks = tuple(row[:3])
        there[looks] = there.get(looks, True) and row.record_id is not None
    entered = []
    for its in new:
        looks = tuple(its.columns[name] for name in ("person_id", "dated_on", "self_paid"))
        recorded = its.columns["record_id"] is not None
        asked = looks in there and not (recorded and there[looks])
        if asked and not answer:
            report.refuse(
                its.row, _("the person has a bill of the same day and amount: is it another one?")
            )
            continue
        if asked:
            its.columns["similar_answer"] = answer
        there[looks] = there.get(looks, True) and recorded
        entered.append(its.columns)
    return entered


def _reversals(connection: Connection, given_back: GivenBack) -> list[Reversal]:
    """Return the bills that count although their records do not."""
    reasons = {its.record_id: its.reason for its in given_back.no_more}
    by = {its.its.cancels: its.its.claim_id for its in given_back.refunds}
    found = (
        select(bill.c.id, bill.c.record_id)
        .outerjoin(bill_reversal, bill_reversal.c.bill_id == bill.c.id)
        .where(bill.c.counts, bill_reversal.c.bill_id.is_(None))
    )
    rows = rows_with(connection, found, bill.c.record_id, reasons)
    return [
        Reversal(row.id, reasons[row.record_id], by.get(row.record_id, ""))
        for row in sorted(rows, key=lambda its: its.id)
    ]


def _enter(work: Work, new: list[dict[str, Any]]) -> None:
    numbers = next_ids(work.connection, bill, len(new))
    signed = {"recorded_by": work.actor.name, "recorded_at": work.now}
    work.insert_all(
        bill, [{"id": number, **its, **signed} for number, its in zip(numbers, new, strict=True)]
    )


def _settle_again(work: Work, new: list[dict[str, Any]], watch: Watch) -> None:
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
    concerned = [
        person_id
        for some in chunks(since)
        for person_id in work.connection.scalars(decided.where(aid_case.c.person_id.in_(some)))
    ]
    for at, person_id in enumerate(concerned):
        if at % 20 == 0:
            watch(_("settling again"), at / len(concerned))
        recompute_person(work, person_id, since[person_id], "bills taken in")
