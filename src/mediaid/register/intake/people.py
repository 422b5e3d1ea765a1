"""Take in people with what they are from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.claims.cells import parse_code
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.people.documents import RESIDENT
from mediaid.register.determinations.packs import current_pack
from mediaid.register.intake.lookup import next_ids, persons_by_document, rows_with
from mediaid.register.intake.report import Report
from mediaid.register.people.change import set_period
from mediaid.register.people.periods import Kind, period_on
from mediaid.register.people.persons import clean, read_document, required
from mediaid.register.schema import identity_document, person, person_period

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from mediaid.packs.model import Pack
    from mediaid.register.session import Work

PERIODS: tuple[Kind, ...] = ("category", "insurance", "household")


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
    """The day from which category, insurance and household hold."""


def take_in_people(work: Work, rows: Iterable[PersonRow]) -> Report:
    """Enter people who are not known yet, and what changed of the others."""
    report = Report()
    pack = current_pack(work.connection)
    today = work.now.date()
    cleaned = [its for row in rows if (its := _cleaned(row, pack, today, report)) is not None]
    known = persons_by_document(work.connection, ((r.document, r.number) for r in cleaned))
    new: dict[tuple[str, str], PersonRow] = {}
    old: list[tuple[int, PersonRow]] = []
    for row in cleaned:
        key = (row.document, row.number)
        if key in known:
            old.append((known[key], row))
        elif key not in new:
            new[key] = row
        elif _without_place(new[key]) == _without_place(row):
            report.same += 1
        else:
            report.refuse(
                row.row, _("row {other} says something else of this person").format(
                    other=new[key].row
                )
            )  # fmt: skip
    _enter(work, list(new.values()))
    report.new = len(new)
    _compare(work, old, report)
    return report


def _cleaned(row: PersonRow, pack: Pack, today: dt.date, report: Report) -> PersonRow | None:
    try:
        document = read_document(row.number, row.document, today)
        codes = {
            kind: list(pack.codes[kind])[parse_code(text, pack.codes[kind])] if text else ""
            for kind, text in (("category", row.category), ("insurance", row.insurance))
        }
        if row.since is None and (row.household or any(codes.values())):
            raise ValueError(_("the day from which it holds is missing"))
        return PersonRow(
            row.row,
            document.number,
            required(row.name, _("name")),
            required(row.town, _("town or street")),
            document.kind,
            household=clean(row.household),
            since=row.since,
            **codes,
        )
    except (MediaidError, ValueError) as error:
        report.refuse(row.row, error)
        return None


def _without_place(row: PersonRow) -> tuple[Any, ...]:
    return (row.name, row.town, row.category, row.insurance, row.household, row.since)


def _enter(work: Work, rows: list[PersonRow]) -> None:
    numbers = next_ids(work.connection, person, len(rows))
    people = [
        {
            "id": number,
            "name": row.name,
            "town": row.town,
            "died_on": None,
            "recorded_at": work.now,
        }
        for number, row in zip(numbers, rows, strict=True)
    ]
    work.insert_all(person, people)
    documents = [
        {"person_id": number, "kind": row.document, "number": row.number}
        for number, row in zip(numbers, rows, strict=True)
    ]
    periods = [
        {
            "person_id": number,
            "kind": kind,
            "code": code,
            "from_on": row.since,
            "to_on": None,
            "recorded_at": work.now,
        }
        for number, row in zip(numbers, rows, strict=True)
        for kind in PERIODS
        if (code := getattr(row, kind))
    ]
    for table, entries in ((identity_document, documents), (person_period, periods)):
        ids = next_ids(work.connection, table, len(entries))
        work.insert_all(
            table, [{"id": its, **entry} for its, entry in zip(ids, entries, strict=True)]
        )


def _compare(work: Work, old: list[tuple[int, PersonRow]], report: Report) -> None:
    """Enter what a file says otherwise of people who are known."""
    found = rows_with(
        work.connection, select(person), person.c.id, (number for number, _row in old)
    )
    stands = {row.id: row for row in found}
    for number, row in old:
        changed = False
        if (stands[number].name, stands[number].town) != (row.name, row.town):
            work.update(person, {"id": number}, name=row.name, town=row.town)
            changed = True
        for kind in PERIODS:
            code = getattr(row, kind)
            if code and row.since is not None:
                period = period_on(work.connection, number, kind, row.since)
                if period is None or period.code != code:
                    try:
                        set_period(work, number, kind, code, row.since)
                        changed = True
                    except MediaidError as error:
                        report.refuse(row.row, error)
        report.changed += changed
        report.same += not changed
    work.subject = ""
