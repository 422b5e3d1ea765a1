"""Enter persons, find them by their documents, and note a death."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import Fault, RegisterError, obeyed, visible
from mediaid.i18n import gettext as _
from mediaid.people.documents import CHECKED, RESIDENT, Document, parse_document, parse_kind
from mediaid.people.identity import area_warning, parse_resident_id
from mediaid.people.masking import mask_id
from mediaid.register.calendar import CHINA
from mediaid.register.database.locks import lock_persons
from mediaid.register.payments.stop import resume_payments, stop_open_payments
from mediaid.register.schema import identity_document, person

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection, Row

    from mediaid.register.session import Work


LONGEST, LONGEST_SENTENCE = 200, 1000
"""How much a field holds, and a reason."""


def clean(text: str) -> str:
    """Return what a user typed without full-width forms and outer spaces; refuse control marks."""
    return _plain(" ".join(unicodedata.normalize("NFKC", text).split()), LONGEST)


def clean_sentence(text: str) -> str:
    """Return a reason as somebody typed it, on one line and with its own punctuation."""
    return _plain(" ".join(text.split()), LONGEST_SENTENCE)


def _plain(text: str, longest: int) -> str:
    if any(map(obeyed, text)):
        raise RegisterError(
            _("{value} has invisible characters: remove them").format(value=visible(text))
        )
    if len(text) > longest:
        raise RegisterError(
            _("{value} is longer than {longest} characters").format(
                value=visible(text), longest=longest
            )
        )
    return text


def required(text: str, what: str) -> str:
    """Return cleaned text that must not be empty."""
    shown = clean(text)
    if not shown:
        raise RegisterError(Fault(what, _("is missing: fill it in")))
    return shown


def read_document(text: str, kind: str, today: dt.date) -> Document:
    """Read a document's number by the rules of its kind. Raises RegisterError."""
    try:
        return parse_document(required(text, _("number of the document")), parse_kind(kind), today)
    except ValueError as error:
        raise RegisterError(Fault(_("number of the document"), str(error))) from None


def add_person(work: Work, name: str, town: str, number: str, kind: str = RESIDENT) -> int:
    """Enter a person with an identity document; return the person's number.

    Raises RegisterError where the number cannot be one, or belongs to somebody already.
    """
    document = read_document(number, kind, work.now.date())
    known = _person_of(work.connection, document)
    if known is not None:
        raise RegisterError(
            _("document {number} belongs to person {person} already").format(
                number=mask_id(document.number), person=known
            )
        )
    row = work.insert(
        person,
        name=required(name, _("name")),
        town=required(town, _("town or street")),
        payee="",
        account="",
        died_on=None,
        recorded_at=work.now,
    )
    work.insert(identity_document, person_id=row.id, kind=document.kind, number=document.number)
    work.subject = f"person:{row.id}"
    return int(row.id)


def area_note(text: str, kind: str) -> str:
    """Return what to look at where no province has the area code of a resident number, else ""."""
    if kind not in CHECKED:
        return ""
    try:
        return area_warning(parse_resident_id(text))
    except ValueError:
        return ""


def find_person(
    connection: Connection, number: str, today: dt.date, kind: str = RESIDENT
) -> int | None:
    """Return the person of a document, None where nobody has it."""
    return _person_of(connection, read_document(number, kind, today))


def _person_of(connection: Connection, document: Document) -> int | None:
    found = connection.scalar(
        select(identity_document.c.person_id).where(
            identity_document.c.kind == document.kind,
            identity_document.c.number == document.number,
        )
    )
    return None if found is None else int(found)


def get_person(connection: Connection, person_id: int) -> Row[Any]:
    """Return a person's row. Raises RegisterError where there is none."""
    row = connection.execute(select(person).where(person.c.id == person_id)).one_or_none()
    if row is None:
        raise RegisterError(_("there is no person {person}").format(person=person_id))
    return row


def note_death(work: Work, person_id: int, on: dt.date) -> None:
    """Note that a person died: what is not yet paid out to them stops."""
    lock_persons(work.connection, [person_id])
    get_person(work.connection, person_id)
    if on > work.now.astimezone(CHINA).date():
        raise RegisterError(Fault("--on", _("{day} is still to come").format(day=on.isoformat())))
    work.update(person, {"id": person_id}, died_on=on)
    work.subject = f"person:{person_id}"
    stop_open_payments(work, person_id, _("the person died on {day}").format(day=on.isoformat()))


def take_back_death(work: Work, person_id: int, reason: str) -> int:
    """Note that a death was entered by mistake: what it stopped is open again; return how many."""
    lock_persons(work.connection, [person_id])
    row = get_person(work.connection, person_id)
    if row.died_on is None:
        raise RegisterError(_("no death of person {person} is noted").format(person=person_id))
    why = clean_sentence(reason)
    if not why:
        raise RegisterError(Fault("--mistaken", _("say why")))
    work.update(person, {"id": person_id}, died_on=None)
    work.subject = f"person:{person_id}"
    return resume_payments(work, person_id, why)
