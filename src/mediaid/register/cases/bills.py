"""Enter, withdraw and reverse bills. No bill that counts stands twice."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mediaid.claims.records import from_records
from mediaid.claims.selfpaid import derive_one
from mediaid.faults import RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.register.cases.find import get_case
from mediaid.register.determinations.facts import bills_of, first_day
from mediaid.register.determinations.packs import code_of, current_pack
from mediaid.register.determinations.recompute import lock_group, recompute_person
from mediaid.register.people.persons import clean, get_person, required
from mediaid.register.schema import aid_case, bill, bill_reversal
from mediaid.register.workflow.states import OPEN_FOR_ENTRY
from mediaid.register.workflow.words import state_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

    from mediaid.claims.selfpaid import Preselfpay, Term
    from mediaid.register.session import Work


@dataclass(frozen=True)
class SelfPaid:
    """What the person bore, in 分: given, or derived from what the bill says."""

    amount: int
    terms: tuple[Term, ...] = ()
    """The derivation, its result last."""

    @staticmethod
    def derived(parts: Mapping[str, int], preselfpay: Preselfpay) -> SelfPaid:
        """Derive it from amounts in 分 by the one formula (`claims.selfpaid`).

        Raises RegisterError where they contradict one another or do not suffice.
        """
        try:
            terms = derive_one(parts, preselfpay)
        except ValueError as error:
            raise RegisterError(str(error)) from None
        return SelfPaid(terms[-1].fen, tuple(terms) if len(terms) > 1 else ())

    def as_data(self) -> list[list[Any]] | None:
        """Return the derivation as it is kept: part, sign and 分 of each term."""
        return [[its.part, its.sign, its.fen] for its in self.terms] or None


@dataclass(frozen=True)
class NewBill:
    """A bill to be entered. `fields` are further claim fields that rules read, as text."""

    institution: str
    invoice_no: str
    dated_on: dt.date
    setting: str
    self_paid: SelfPaid
    fields: Mapping[str, str] = field(default_factory=dict)
    similar_answer: str = ""
    """Why it is no duplicate, though the person has a bill of that day and amount already."""
    record_id: str = ""
    """The settlement record it was taken in from, if it was."""


def bill_key(institution: str, invoice_no: str) -> str:
    """Return what identifies a bill, however its institution and number are typed."""
    parts = (unicodedata.normalize("NFKC", text).casefold() for text in (institution, invoice_no))
    return "\n".join("".join(part.split()) for part in parts)


def add_bill(work: Work, number: str, new: NewBill) -> int:
    """Enter a bill into a case that is open for entry; return its id.

    Raises RegisterError where the case is closed, the bill is known already, a similar one asks
    for an answer, or the rules cannot read it.
    """
    case = _open_case(work, number)
    return _enter(work, case.person_id, case.id, new)


def record_bill(work: Work, person_id: int, new: NewBill) -> int:
    """Enter a bill that no case has taken up yet; return its id.

    It counts in event pools from now on: what was decided on later bills is settled again.
    Raises RegisterError as `add_bill` does.
    """
    get_person(work.connection, person_id)
    lock_group(work.connection, person_id)
    bill_id = _enter(work, person_id, None, new)
    since = first_day(work.connection, person_id, [bill_id], current_pack(work.connection))
    recompute_person(work, person_id, since, "bill recorded")
    work.subject = work.subject or f"person:{person_id}"
    return bill_id


def take_up(work: Work, number: str, bill_id: int) -> None:
    """Have a case that is open for entry take up a recorded bill of its person."""
    case = _open_case(work, number)
    row = _bill(work, bill_id)
    if row.case_id is not None or row.person_id != case.person_id or not row.counts:
        raise RegisterError(
            _("bill {bill} is not one that case {case} can take up").format(
                bill=bill_id, case=number
            )
        )
    work.update(bill, {"id": row.id}, case_id=case.id)


def _enter(work: Work, person_id: int, case_id: int | None, new: NewBill) -> int:
    institution = required(new.institution, _("institution"))
    invoice_no = required(new.invoice_no, _("invoice number"))
    key = bill_key(institution, invoice_no)
    _refuse_duplicate(work, key)
    answer = clean(new.similar_answer)
    _ask_about_similar(work, person_id, new, answer)
    try:
        row = work.insert(
            bill,
            case_id=case_id,
            person_id=person_id,
            institution=institution,
            invoice_no=invoice_no,
            bill_key=key,
            dated_on=new.dated_on,
            setting=code_of(work.connection, "setting", new.setting),
            self_paid=new.self_paid.amount,
            derivation=new.self_paid.as_data(),
            fields={name: clean(text) for name, text in new.fields.items() if text.strip()},
            similar_answer=answer or None,
            record_id=new.record_id or None,
            counts=True,
            recorded_by=work.actor.name,
            recorded_at=work.now,
        )
    except IntegrityError as error:
        if "bill_key" not in str(error.orig):
            raise
        raise RegisterError(
            _("another office has just entered this bill: it is not entered twice")
        ) from None
    _refuse_unreadable(work, person_id, row.id)
    return int(row.id)


def withdraw_bill(work: Work, number: str, bill_id: int) -> None:
    """Take a bill that was entered by mistake out of a case that is open for entry."""
    case = _open_case(work, number)
    row = _bill(work, bill_id)
    if row.case_id != case.id or not row.counts:
        raise RegisterError(
            _("bill {bill} is none of case {case}").format(bill=bill_id, case=number)
        )
    _no_longer_counts(work, row, "bill withdrawn")


def reverse_bill(work: Work, bill_id: int, reason: str, record_id: str = "") -> None:
    """退费: a bill was cancelled by its institution. What rested on it is settled again.

    `record_id`: the record that gave it back without naming it, if one did.
    """
    row = _bill(work, bill_id)
    lock_group(work.connection, row.person_id)
    row = _bill(work, bill_id)
    if not row.counts:
        raise RegisterError(_("bill {bill} does not count any more").format(bill=bill_id))
    work.insert(
        bill_reversal,
        bill_id=row.id,
        reason=required(reason, "--reason"),
        record_id=record_id or None,
        reversed_by=work.actor.name,
        reversed_at=work.now,
    )
    number = work.connection.scalar(select(aid_case.c.number).where(aid_case.c.id == row.case_id))
    work.subject = f"case:{number}" if number else f"person:{row.person_id}"
    _no_longer_counts(work, row, "bill reversed")


def _open_case(work: Work, number: str) -> Row[Any]:
    """Return a case that takes bills, under the lock of its group."""
    case = get_case(work.connection, number)
    lock_group(work.connection, case.person_id)
    case = get_case(work.connection, number)
    if case.state not in OPEN_FOR_ENTRY:
        raise RegisterError(
            _("case {case} is {state}: send it back first to change its bills").format(
                case=number, state=state_words(case.state)
            )
        )
    work.subject = f"case:{number}"
    return case


def _bill(work: Work, bill_id: int) -> Row[Any]:
    row = work.connection.execute(select(bill).where(bill.c.id == bill_id)).one_or_none()
    if row is None:
        raise RegisterError(_("there is no bill {bill}").format(bill=bill_id))
    return row


def _refuse_duplicate(work: Work, key: str) -> None:
    said = known_words(work.connection, key)
    if said:
        raise RegisterError(said)


def known_words(connection: Connection, key: str, but_case: str = "") -> str:
    """Return in words which bill that counts has a key, "" for none; those of `but_case` aside."""
    found = (
        select(aid_case.c.number, bill.c.id)
        .outerjoin(aid_case, aid_case.c.id == bill.c.case_id)
        .where(bill.c.bill_key == key, bill.c.counts)
    )
    other = connection.execute(found).one_or_none()
    if other is None or (but_case and other.number == but_case):
        return ""
    return _(
        "this invoice of this institution is bill {bill} of {case} already: no bill is aided twice"
    ).format(bill=other.id, case=case_words(other.number))


def case_words(number: str | None) -> str:
    """Name the case of a bill, which may have none."""
    return _("case {case}").format(case=number) if number else _("no case yet")


def _ask_about_similar(work: Work, person_id: int, new: NewBill, answer: str) -> None:
    """Have somebody say why a bill of the same person, day and amount is another one."""
    said = similar_words(work.connection, person_id, new)
    if said and not answer:
        raise RegisterError(
            _("{similar}. If this is another one, say why with --similar").format(similar=said)
        )


def similar_words(connection: Connection, person_id: int, new: NewBill, but_case: str = "") -> str:
    """Return in words which bill of the person has the same day and amount, "" for none."""
    found = (
        select(aid_case.c.number, bill)
        .outerjoin(aid_case, aid_case.c.id == bill.c.case_id)
        .where(
            bill.c.person_id == person_id,
            bill.c.dated_on == new.dated_on,
            bill.c.self_paid == new.self_paid.amount,
            bill.c.counts,
        )
        .order_by(bill.c.id)
    )
    for other in connection.execute(found):
        if not but_case or other.number != but_case:
            return _(
                "the person has a bill of the same day and amount already: bill {bill} of "
                "{case}, invoice {invoice} of {institution}"
            ).format(
                bill=other.id,
                case=case_words(other.number),
                invoice=visible(other.invoice_no),
                institution=visible(other.institution),
            )
    return ""


def _refuse_unreadable(work: Work, person_id: int, bill_id: int) -> None:
    """Refuse at once what the rules could not read later on."""
    pack = current_pack(work.connection)
    entered = next(its for its in bills_of(work.connection, [person_id]) if its.id == bill_id)
    from_records([entered.claim(pack) | dict(entered.fields)], pack, first_row=0)


def _no_longer_counts(work: Work, row: Row[Any], cause: str) -> None:
    since = first_day(work.connection, row.person_id, [row.id], current_pack(work.connection))
    work.update(bill, {"id": row.id}, counts=False)
    recompute_person(work, row.person_id, since, cause)
