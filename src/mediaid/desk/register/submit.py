"""Handing a typed case to the register: what is asked first, and doing it at one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mediaid.desk.assess import Reading
from mediaid.desk.assess_registered import typed_bill
from mediaid.desk.case import Bill, Case
from mediaid.desk.register.people import Found
from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import (
    NewBill,
    SelfPaid,
    add_bill,
    bill_key,
    known_words,
    similar_words,
    withdraw_bill,
)
from mediaid.register.cases.papers import papers_needed, receive_paper
from mediaid.register.views.entered import bills_to_withdraw, entered_case
from mediaid.register.views.search import found_people
from mediaid.register.workflow.actions import submit as submit_case
from mediaid.register.workflow.states import OPEN_FOR_ENTRY
from mediaid.register.workflow.words import paper_words

if TYPE_CHECKING:
    from mediaid.desk.assess import Place
    from mediaid.desk.entry import Entry
    from mediaid.desk.register.office import Office

RECEIVED = "received"
"""The answer that a paper is there; any other text says why the case goes on without it."""


@dataclass(frozen=True)
class Question:
    """What has to be answered before a case is submitted: `key` names the answer in the case.

    `paper`: whether it is there, or why not; else why a bill is no duplicate. `known` is the answer
    that the register has already.
    """

    key: str
    words: str
    paper: bool
    known: str = ""


@dataclass(frozen=True)
class Questions:
    """What stands in the way of a case (by place), and what is to be answered."""

    refused: dict[Place, str] = field(default_factory=dict)
    asked: tuple[Question, ...] = ()


def typed_bills(entry: Entry) -> dict[int, NewBill]:
    """Return the case's sound bills as the register takes them, by position."""
    reading = Reading(entry.form, entry.pack)
    bills = {}
    for position, row in reading.rows(entry.case).items():
        its = typed_bill(row)
        bills[position] = NewBill(
            row.get("institution", ""),
            row.get("invoice_no", ""),
            its.dated_on,
            its.setting,
            SelfPaid.derived(reading.parts[position], entry.pack.preselfpay),
            its.fields,
            entry.case.answers.get(f"similar:{position}", ""),
        )
    return bills


def questions(office: Office, entry: Entry) -> Questions:
    """Ask the register what it would refuse of a case, and what has to be answered."""
    bills, case = typed_bills(entry), entry.case
    refused: dict[Place, str] = {}
    asked = []
    seen: dict[str, int] = {}
    looks: dict[tuple[object, int], int] = {}
    with office.register.read() as connection:
        there = entered_case(connection, case.number).papers if case.number else {}
        for position, its in bills.items():
            key = bill_key(its.institution, its.invoice_no)
            said = known_words(connection, key, case.number)
            if key in seen:
                said = _("bill {number} has the same institution and invoice number").format(
                    number=seen[key] + 1
                )
            if said:
                refused[position, "invoice_no"] = said
            seen.setdefault(key, position)
            assert case.person is not None
            similar = similar_words(connection, case.person, its, case.number)
            like = (its.dated_on, its.self_paid.amount)
            if not similar and like in looks:
                similar = _("bill {number} is of the same day and amount").format(
                    number=looks[like] + 1
                )
            looks.setdefault(like, position)
            if similar:
                words = _("bill {number}: {similar}. Why is this another one?").format(
                    number=position + 1, similar=similar
                )
                asked.append(Question(f"similar:{position}", words, False))
    for kind in papers_needed({its.setting for its in bills.values()}):
        known = (there[kind] or RECEIVED) if kind in there else ""
        asked.append(Question(f"paper:{kind}", paper_words(kind), True, known))
    return Questions(refused, tuple(asked))


def submit(office: Office, entry: Entry, office_code: str, asked: Sequence[Question]) -> str:
    """Enter a case with its bills and papers and hand it to the reviewer, all or nothing.

    Returns its number. Raises MediaidError; nothing is kept then.
    """
    case = entry.case
    if case.person is None:
        raise RegisterError(_("choose the person first"))
    with office.register.write("case.submit") as work:
        if case.number:
            number = case.number
            for bill_id in bills_to_withdraw(work.connection, number):
                withdraw_bill(work, number, bill_id)
        else:
            number = open_case(work, office_code, case.person)
        for its in typed_bills(entry).values():
            add_bill(work, number, its)
        for question in asked:
            if question.paper:
                said = case.answers.get(question.key, "").strip()
                if said:
                    kind = question.key.partition(":")[2]
                    receive_paper(work, number, kind, "" if said == RECEIVED else said)
        submit_case(work, number)
        work.details = {"bills": sum(not bill.blank for bill in case.bills)}
    return number


def open_for_entry(state: str) -> bool:
    """Whether a case of a state takes bills and papers."""
    return state in OPEN_FOR_ENTRY


def entered(office: Office, number: str, person: int) -> Case:
    """Return a case that is open for entry as it would be typed, to be corrected."""
    with office.register.read() as connection:
        its = entered_case(connection, number)
        shown = Found(**found_people(connection, "", person=person)[0]).label
    bills = [Bill(dict(values)) for values in its.bills]
    return Case(office.pack.id, {}, {"person_id": shown}, bills or [Bill()], person, number, {})
