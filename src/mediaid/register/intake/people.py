"""Take in people with what they are from a day on: compare first, then enter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.claims.cells import parse_code
from mediaid.claims.fields import FIELDS
from mediaid.faults import Fault, MediaidError, RegisterError
from mediaid.i18n import gettext as _
from mediaid.people.documents import CHECKED, RESIDENT
from mediaid.people.identity import ResidentId
from mediaid.register.database.many import next_ids, rows_with
from mediaid.register.determinations.packs import current_pack
from mediaid.register.intake.lookup import persons_by_document
from mediaid.register.intake.report import Report, unwatched
from mediaid.register.payments.accounts import clean_account, set_account
from mediaid.register.people.change import end_period, set_period
from mediaid.register.people.periods import Kind, period_to_end
from mediaid.register.people.persons import clean, read_document, required
from mediaid.register.schema import identity_document, person, person_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from mediaid.packs.model import Pack
    from mediaid.register.intake.report import Watch
    from mediaid.register.session import Work

PERIODS: tuple[Kind, ...] = ("category", "insurance", "household")
_AT_A_TIME = 1000
"""Rows between two reports."""
_SHOWN = 5


@dataclass(frozen=True)
class PersonRow:
    """A row of a file: `row` its number there. What is empty is left as it is."""

    row: int
    number: str
    name: str
    town: str
    document: str = RESIDENT
    category: str = ""
    insurance: str = ""
    household: str = ""
    since: dt.date | None = None
    """The day from which category, insurance and household hold, `until` the last one."""
    until: dt.date | None = None
    payee: str = ""
    account: str = ""
    """To whom aid goes, if not to the person, and where."""


@dataclass
class _Span:
    code: str
    from_on: dt.date
    to_on: dt.date | None


@dataclass(eq=False)
class _Picture:
    """A person as the register has them, or as the rows read so far make them.

    `id` is None for one who is new; `then` is what has to be done, in order, for one who is known.
    """

    id: int | None
    document: str
    number: str
    name: str
    town: str
    payee: str = ""
    account: str = ""
    row: int = 0
    spans: dict[Kind, list[_Span]] = field(default_factory=lambda: {kind: [] for kind in PERIODS})
    renamed: bool = False
    paid_elsewhere: bool = False
    then: list[tuple[Kind, _Span, bool]] = field(default_factory=list)
    """Kind, period, and whether a known one ends rather than a new one begins."""

    @property
    def changed(self) -> bool:
        return bool(self.renamed or self.paid_elsewhere or self.then)


@dataclass(eq=False)
class PeopleChanges:
    """What a file of people comes to in a register: entered by `enter_people`."""

    report: Report
    people: list[_Picture]


def take_in_people(work: Work, rows: Iterable[PersonRow]) -> Report:
    """Enter people who are not known yet, and what changed of the others."""
    report = Report()
    read = read_people(rows, current_pack(work.connection), work.now.date(), report)
    changes = compare_people(work.connection, read, report)
    enter_people(work, changes)
    return changes.report


def read_people(
    rows: Iterable[PersonRow],
    pack: Pack,
    today: dt.date,
    report: Report,
    watch: Watch = unwatched,
) -> list[PersonRow]:
    """Return the rows in their normal form, those that can be read; the others are refused."""
    read = []
    elsewhere: list[int] = []
    for at, row in enumerate(rows):
        if at % _AT_A_TIME == 0:
            watch(_("looking at people"), 0)
        its = _cleaned(row, pack, today, report)
        if its is not None:
            read.append(its)
            if its.document in CHECKED and not ResidentId(its.number).area_known:
                elsewhere.append(its.row)
    if elsewhere:
        report.notes.append(
            _("{count} numbers have an area code of no province (row {rows}): compare them with "
              "the cards").format(count=f"{len(elsewhere):,}", rows=_some(elsewhere))
        )  # fmt: skip
    return read


def _some(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:_SHOWN]))
    return shown if len(rows) <= _SHOWN else shown + ", …"


def compare_people(
    connection: Connection, read: list[PersonRow], report: Report, watch: Watch = unwatched
) -> PeopleChanges:
    """Find out what rows, as they were read, change in the register; nothing is entered.

    A person may stand in several rows, whose periods must not overlap.
    """
    pictures = _pictures(connection, read)
    for at, row in enumerate(read):
        if at % _AT_A_TIME == 0:
            watch(_("looking for them in the register"), at / len(read))
        key = (row.document, row.number)
        known = pictures.get(key)
        try:
            if known is None:
                pictures[key] = _new(row)
                report.new += 1
            elif _changes(known, row):
                report.changed += known.id is not None
                report.new += known.id is None
            else:
                report.same += 1
        except RegisterError as error:
            report.refuse(row.row, error)
    # A person with two documents has one picture.
    return PeopleChanges(report, list(dict.fromkeys(pictures.values())))


def enter_people(work: Work, changes: PeopleChanges, watch: Watch = unwatched) -> None:
    """Enter what was found out in the same transaction."""
    _enter(work, [its for its in changes.people if its.id is None])
    known = [its for its in changes.people if its.id is not None and its.changed]
    for at, its in enumerate(known):
        if at % 20 == 0:
            watch(_("entering changes"), at / len(known))
        assert its.id is not None
        if its.renamed:
            work.update(person, {"id": its.id}, name=its.name, town=its.town)
        if its.paid_elsewhere:
            set_account(work, its.id, its.account, its.payee)
        for kind, span, ends in its.then:
            if ends:
                assert span.to_on is not None
                end_period(work, its.id, kind, span.to_on)
            else:
                set_period(work, its.id, kind, span.code, span.from_on, span.to_on)
    work.subject = ""


def _cleaned(row: PersonRow, pack: Pack, today: dt.date, report: Report) -> PersonRow | None:
    try:
        document = read_document(row.number, row.document, today)
        codes = {
            kind: _code(kind, text, pack)
            for kind, text in (("category", row.category), ("insurance", row.insurance))
        }
        if row.since is None and (row.household or any(codes.values())):
            raise ValueError(_("the day from which it holds is missing"))
        if row.since is not None and row.until is not None and row.until < row.since:
            raise ValueError(_("the period ends before it begins"))
        return PersonRow(
            row.row,
            document.number,
            _name(row.name),
            required(row.town, _("town or street")),
            document.kind,
            household=clean(row.household),
            since=row.since,
            until=row.until,
            payee=clean(row.payee),
            account=clean_account(row.account),
            **codes,
        )
    except (MediaidError, ValueError) as error:
        report.refuse(row.row, "; ".join(_all_faults(row, pack, today, error)))
        return None


def _all_faults(row: PersonRow, pack: Pack, today: dt.date, first: Exception) -> list[str]:
    """Return what is wrong with a refused row: all of it, so that it is corrected once."""
    readers: tuple[Callable[[], object], ...] = (
        lambda: read_document(row.number, row.document, today),
        lambda: _name(row.name),
        lambda: required(row.town, _("town or street")),
        lambda: _code("category", row.category, pack),
        lambda: _code("insurance", row.insurance, pack),
    )
    found = []
    for read in readers:
        try:
            read()
        except (MediaidError, ValueError) as error:
            found.append(str(error))
    return found if str(first) in found else [*found, str(first)]


def _code(kind: str, text: str, pack: Pack) -> str:
    """Read a code or its name, if there is any; rosters have words of their own."""
    if not text:
        return ""
    try:
        return list(pack.codes[kind])[parse_code(text, pack.codes[kind])]
    except ValueError as error:
        said = _("{wrong}; or choose a mapping that knows the word, such as ledger")
        label = str(FIELDS[kind].label)
        raise RegisterError(Fault(label, said.format(wrong=error))) from None


def _name(text: str) -> str:
    """Return a cleaned name; one that is refused is not shown, since reports are not secret."""
    try:
        return required(text, _("name"))
    except RegisterError:
        if text.strip():
            raise RegisterError(
                _("the name has invisible characters or is longer than 200: correct it")
            ) from None
        raise


def _pictures(connection: Connection, rows: list[PersonRow]) -> dict[tuple[str, str], _Picture]:
    """Return the persons of the rows who are known, as they are."""
    known = persons_by_document(connection, ((row.document, row.number) for row in rows))
    by_id: dict[int, _Picture] = {}
    for row in rows_with(connection, select(person), person.c.id, known.values()):
        by_id[row.id] = _Picture(row.id, "", "", row.name, row.town, row.payee, row.account)
    found = select(person_period).order_by(person_period.c.from_on)
    for row in rows_with(connection, found, person_period.c.person_id, known.values()):
        its = _Span(row.code, row.from_on, row.to_on)
        by_id[row.person_id].spans[row.kind].append(its)
    return {key: by_id[person_id] for key, person_id in known.items()}


def _new(row: PersonRow) -> _Picture:
    picture = _Picture(
        None, row.document, row.number, row.name, row.town, row.payee, row.account, row.row
    )
    for kind in PERIODS:
        code = getattr(row, kind)
        if code:
            assert row.since is not None
            picture.spans[kind].append(_Span(code, row.since, row.until))
    return picture


def _changes(its: _Picture, row: PersonRow) -> bool:
    """Have the picture of a person agree with a row; return whether it did not before.

    Raises RegisterError, with the picture as it was, where it cannot.
    """
    renamed = (its.name, its.town) != (row.name, row.town)
    where = (row.payee or its.payee, row.account or its.account)
    elsewhere = where != (its.payee, its.account)
    if its.id is None and (renamed or (elsewhere and its.account)):
        raise RegisterError(
            _("row {other} says something else of this person").format(other=its.row)
        )
    steps = []
    for kind in PERIODS:
        code = getattr(row, kind)
        if code:
            assert row.since is not None
            step = _step(its.spans[kind], kind, _Span(code, row.since, row.until))
            if step is not None:
                steps.append((kind, *step))
    if renamed:
        its.name, its.town, its.renamed = row.name, row.town, True
    if elsewhere:
        its.payee, its.account = where
        its.paid_elsewhere = True
    for kind, span, before in steps:
        if before is span:
            span.to_on = row.until
        else:
            if before is not None:
                before.to_on = span.from_on - dt.timedelta(days=1)
            its.spans[kind].append(span)
        its.then.append((kind, span, before is span))
    return renamed or elsewhere or bool(steps)


def _step(there: list[_Span], kind: Kind, wanted: _Span) -> tuple[_Span, _Span | None] | None:
    """Return the period that begins, and the one that ends before it; for one that is known and
    ends, itself twice; None where nothing changes.

    What a file says to last, and has ended in the register, has ended: an older file read again
    changes nothing.
    """
    for its in there:
        if its.from_on <= wanted.from_on and (its.to_on is None or wanted.from_on <= its.to_on):
            if its.code != wanted.code:
                break
            if wanted.to_on is None or wanted.to_on == its.to_on:
                return None
            if its.to_on is None:
                return its, its
            raise RegisterError(
                _("{kind} {code} ends on {here}, but on {there} in the file: correct one").format(
                    kind=kind,
                    code=its.code,
                    here=its.to_on.isoformat(),
                    there=wanted.to_on.isoformat(),
                )
            )  # fmt: skip
    return wanted, period_to_end(there, kind, wanted.from_on, wanted.to_on)


def _enter(work: Work, people: list[_Picture]) -> None:
    numbers = next_ids(work.connection, person, len(people))
    persons = [
        {
            "id": number,
            "name": its.name,
            "town": its.town,
            "payee": its.payee,
            "account": its.account,
            "died_on": None,
            "recorded_at": work.now,
        }
        for number, its in zip(numbers, people, strict=True)
    ]
    work.insert_all(person, persons)
    documents: list[dict[str, Any]] = [
        {"person_id": number, "kind": its.document, "number": its.number}
        for number, its in zip(numbers, people, strict=True)
    ]
    periods: list[dict[str, Any]] = [
        {
            "person_id": number,
            "kind": kind,
            "code": span.code,
            "from_on": span.from_on,
            "to_on": span.to_on,
            "recorded_at": work.now,
        }
        for number, its in zip(numbers, people, strict=True)
        for kind in PERIODS
        for span in its.spans[kind]
    ]
    for table, entries in ((identity_document, documents), (person_period, periods)):
        ids = next_ids(work.connection, table, len(entries))
        work.insert_all(
            table, [{"id": its, **entry} for its, entry in zip(ids, entries, strict=True)]
        )
