"""People: found as one types, entered anew, shown with a year's pools."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.desk.cells import read
from mediaid.desk.choices import Choice
from mediaid.desk.form import FormField
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.people.documents import KINDS, RESIDENT
from mediaid.register.determinations.foresee import Standing, standing_of
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import add_person, read_document, required
from mediaid.register.views.search import found_people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediaid.desk.register.office import Office
    from mediaid.register.people.periods import Kind


__all__ = [
    "Found",
    "Standing",
    "as_of",
    "enter",
    "find",
    "new_person_fields",
    "standing",
    "wrong_in",
]


@dataclass(frozen=True)
class Found:
    """A person of the register as one is shown to choose from: masked."""

    person: int
    name: str
    number: str
    town: str

    @property
    def label(self) -> str:
        """The person in a line; no two persons have the same."""
        return _("{name} {town} {number} No. {person}").format(
            name=self.name, number=self.number, town=self.town, person=self.person
        )


def find(office: Office, typed: str) -> list[Found]:
    """Return who fits what was typed of a name or a document's number."""
    with office.register.read() as connection:
        return [Found(**its) for its in found_people(connection, typed)]


def standing(office: Office, person: int, number: str = "") -> Standing:
    """Read all that a person's next case depends on; `number`: of a case entered anew."""
    with office.register.read() as connection:
        return standing_of(connection, person, number)


def as_of(its: Standing, day: dt.date) -> str:
    """Say what a person is on a day: category, insurance, household."""
    said = []
    for kind in ("category", "insurance", "household"):
        row = its.on(kind, day)
        if row is not None:
            labels = its.pack.codes.get(kind, {})
            label = str(labels[row.code]) if row.code in labels else row.code
            said.append(_("{what} since {day}").format(what=label, day=row.from_on.isoformat()))
        elif kind == "category":
            said.append(_("in no category"))
    return _("; ").join(said)


def new_person_fields(office: Office) -> tuple[FormField, ...]:
    """Return what is asked of a person who is not known yet."""
    codes = office.pack.codes
    kinds = tuple(Choice(code, label.zh, label.en) for code, label in KINDS.items())

    def choices(name: str) -> tuple[Choice, ...]:
        return tuple(Choice(code, its.zh, its.en) for code, its in codes[name].items())

    return (
        FormField("name", "姓名", "name", "text", True),
        FormField("number", "证件号码", "document number", "text", True),
        FormField("document", "证件种类", "kind of document", "code", False, kinds),
        FormField("town", "街镇", "town or street", "text", True),
        FormField("category", "救助类别", "category", "code", True, choices("category")),
        FormField("insurance", "参保类型", "insurance", "code", True, choices("insurance")),
        FormField("since", "自何日起", "since", "date", True),
    )


def wrong_in(office: Office, texts: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with a new person, by field; empty where nothing is."""
    wrong: dict[str, str] = {}
    for its in new_person_fields(office):
        text = texts.get(its.name, "").strip()
        if not text:
            if its.needed:
                wrong[its.name] = _("is missing: fill it in")
            continue
        try:
            _read(office, its, text, texts)
        except (MediaidError, ValueError) as error:
            fault = error.faults[0].message if isinstance(error, MediaidError) else str(error)
            wrong[its.name] = fault
    return wrong


def _read(office: Office, its: FormField, text: str, texts: Mapping[str, str]) -> str:
    if its.name == "number":
        today = office.register.clock().date()
        return read_document(text, _kind(texts), today).number
    if its.kind == "code":
        found = next((c.code for c in its.choices if text in (c.code, c.zh, c.en)), None)
        if found is None:
            raise ValueError(_("choose one of the list"))
        return found
    return read(its, text, office.pack) if its.kind == "date" else required(text, its.label)


def _kind(texts: Mapping[str, str]) -> str:
    text = texts.get("document", "").strip()
    for code, label in KINDS.items():
        if text in (code, label.zh, label.en):
            return code
    return RESIDENT


def enter(office: Office, texts: Mapping[str, str]) -> Found:
    """Enter a new person with category and insurance. Raises MediaidError, nothing is kept then."""
    its = {f.name: f for f in new_person_fields(office)}
    with office.register.write("person.add") as work:
        person = add_person(work, texts["name"], texts["town"], texts["number"], _kind(texts))
        since = dt.date.fromisoformat(_read(office, its["since"], texts["since"], texts))
        kinds: tuple[Kind, ...] = ("category", "insurance")
        for kind in kinds:
            code = _read(office, its[kind], texts[kind], texts)
            set_period(work, person, kind, code, since)
    with office.register.read() as connection:
        return Found(**found_people(connection, "", person=person)[0])
