"""Nobody left out: a roster of civil affairs and settlement records, held against the register.

Whoever the roster has in a category on the day of a record, with no case for it, is left out. What
they would get comes about as it would be: people and bills are taken in, cases opened and
determined, in a transaction of which nothing is kept. To open the cases is the same, kept.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.claims.cells import EPOCH
from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.cases.find import get_case
from mediaid.register.cases.left_out import open_cases
from mediaid.register.determinations.facts import NONE
from mediaid.register.determinations.packs import current_pack
from mediaid.register.determinations.recompute import determine
from mediaid.register.determinations.store import outcomes_of, stand_of
from mediaid.register.intake.bills import (
    Answers,
    KnownBills,
    ReadBill,
    compare_bills,
    day_of,
    enter_bills,
    read_bills,
)
from mediaid.register.intake.columns import PEOPLE
from mediaid.register.intake.files import Defaults, bill_rows, people_rows
from mediaid.register.intake.lookup import persons_by_document, rows_with
from mediaid.register.intake.people import PersonRow, compare_people, enter_people, read_people
from mediaid.register.intake.report import Report, unwatched
from mediaid.register.schema import aid_case, bill, identity_document, person, person_period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack
    from mediaid.register.determinations.outcome import Outcome
    from mediaid.register.intake.bills import BillRow
    from mediaid.register.intake.report import Watch
    from mediaid.register.session import Register, Work

Key = tuple[str, str]
"""Kind and number of a document."""

ROSTER = replace(PEOPLE, optional=(*PEOPLE.optional, "姓名"))
"""A roster's columns: names may come from the records."""
UNKNOWN = "?"
"""For a name or town that no file gives: enough to say what somebody would get."""


@dataclass(frozen=True)
class Files:
    """A roster, and records that a mapping reads. `defaults` are for what rows do not say."""

    roster: Path
    records: Path
    mapping: Loaded
    defaults: Defaults = field(default_factory=Defaults)
    ignore: Collection[str] = ()


@dataclass(frozen=True)
class MissedBill:
    """A bill without a case; `aid` is what it would get, `payable` what of that is not yet paid at
    the counter. Amounts in 分.

    `row` is its row of the records, None where the register alone has it; `bill_id` its number
    there, None where the records alone do.
    """

    row: int | None
    bill_id: int | None
    institution: str
    invoice_no: str
    dated_on: dt.date
    self_paid: int
    aid: int
    payable: int


@dataclass(frozen=True)
class LeftOutPerson:
    """Somebody with bills on days in a category, and no case; `person_id` None where unknown."""

    person_id: int | None
    number: str
    name: str
    town: str
    bills: tuple[MissedBill, ...]

    @property
    def payable(self) -> int:
        """All that would be paid to them, in 分."""
        return sum(its.payable for its in self.bills)


@dataclass(frozen=True)
class CaseWithoutCategory:
    """A case with a bill on a day on which the roster has the person in no category."""

    case: str
    person_id: int
    bill_id: int
    dated_on: dt.date


@dataclass(eq=False)
class _Group:
    """People who share a household, as the files have them."""

    people: list[PersonRow] = field(default_factory=list)
    bills: list[ReadBill] = field(default_factory=list)


@dataclass(eq=False)
class Candidates:
    """What holding the files against the register found, before anything is settled."""

    groups: list[_Group]
    without_category: list[CaseWithoutCategory]
    roster: Report
    """Rows of the roster that cannot be read, or contradict the register."""
    records: Report
    """Rows of the records that are no bills, cannot be read, or may be those of a case already."""


def find_candidates(register: Register, files: Files, watch: Watch = unwatched) -> Candidates:
    """Read both files and hold them against the register. Raises MediaidError for a wrong file."""
    watch(_("reading"), 0)
    today = register.clock().date()
    roster, records = Report(), Report()
    with register.read() as connection:
        pack = current_pack(connection)
    rows, _no_more = bill_rows(
        files.records, files.mapping, pack, files.defaults, records, files.ignore
    )
    bills = read_bills(rows, pack, today, records, watch)
    if not bills:
        raise RegisterError(_("{file}: no record of it can be read").format(file=files.records))
    people = _roster(files, rows, bills, pack, today, roster)
    with register.read() as connection:
        open_ones = _without_case(connection, bills)
        left_out = {_key(its) for its in open_ones if _listed(people.get(_key(its), ()), its, pack)}
        without = _without_category(connection, people, bills, pack)
    return Candidates(_groups(people, bills, left_out), without, roster, records)


def settle(
    register: Register, found: Candidates, office: str, watch: Watch = unwatched
) -> list[LeftOutPerson]:
    """Return what those left out would get; nothing is kept.

    A household at a time, so that nobody at work waits for long.
    """
    people: list[LeftOutPerson] = []
    for at, group in enumerate(found.groups):
        watch(_("settling who is left out"), at / len(found.groups))
        with register.trial("left-out") as work:
            people += _served(work, group, office, found)
    return people


def open_left_out(
    register: Register, found: Candidates, office: str, watch: Watch = unwatched
) -> list[str]:
    """Open a case for everybody left out, in one transaction; return the numbers of the cases.

    Raises RegisterError where nobody says somebody's name or town.
    """
    opened: list[str] = []
    with register.write("left-out.open") as work:
        for at, group in enumerate(found.groups):
            watch(_("opening cases"), at / len(found.groups))
            known = _keys(work.connection, group)
            for row in group.people:
                if UNKNOWN in (row.name, row.town) and (row.document, row.number) not in known:
                    raise RegisterError(
                        _(
                            "row {row} of the roster: no file gives the name and town of this "
                            "person; --town names the town of all"
                        ).format(row=row.row)
                    )
            if _take_in(work, group, found) is not None:
                for person_id in sorted(_keys(work.connection, group).values()):
                    opened += [its[0] for its in open_cases(work, office, person_id)]
        work.subject = ""
        work.details = {"cases": opened}
    return opened


def _roster(
    files: Files,
    rows: Iterable[BillRow],
    bills: list[ReadBill],
    pack: Pack,
    today: dt.date,
    report: Report,
) -> dict[Key, list[PersonRow]]:
    """Return the rows of the roster by person, with what the records know of them besides."""
    said = {row.row: row for row in rows}
    of_records: dict[Key, BillRow] = {_key(its): said[its.row] for its in bills}
    by_number = {number: row for (_kind, number), row in of_records.items()}
    first = min(its.columns["dated_on"] for its in bills).replace(month=1, day=1)
    defaults = replace(
        files.defaults,
        town=files.defaults.town or UNKNOWN,
        since=files.defaults.since or first,
    )
    found: dict[Key, list[PersonRow]] = defaultdict(list)
    wanted = people_rows(files.roster, defaults, files.mapping, report, ROSTER)
    named = []
    for row in wanted:
        record = by_number.get(row.number.strip().upper())
        town = row.town
        if record is not None and town == UNKNOWN:
            town = record.town or UNKNOWN
        name = row.name or (record.name if record is not None else "") or UNKNOWN
        insurance = row.insurance or (record.insurance if record is not None else "")
        named.append(replace(row, name=name, town=town, insurance=insurance))
    for row in read_people(named, pack, today, report):
        found[row.document, row.number].append(row)
    return found


def _key(its: ReadBill) -> Key:
    return its.document.kind, its.document.number


def _without_case(connection: Connection, bills: list[ReadBill]) -> list[ReadBill]:
    """Return the bills that neither have a case nor were reversed or withdrawn."""
    known = KnownBills(connection, bills)
    found = []
    for its in bills:
        other = known.find(its.columns)
        if other is None or (other["case_id"] is None and other["counts"]):
            found.append(its)
    return found


def _listed(rows: Iterable[PersonRow], its: ReadBill, pack: Pack) -> bool:
    """Whether the roster has a bill's person in a category on its day."""
    return _listed_on(rows, EPOCH + dt.timedelta(days=day_of(its.columns, pack)))


def _listed_on(rows: Iterable[PersonRow], day: dt.date) -> bool:
    return any(
        row.category not in ("", NONE)
        and row.since is not None
        and row.since <= day
        and (row.until is None or day <= row.until)
        for row in rows
    )


def _groups(
    people: Mapping[Key, list[PersonRow]], bills: list[ReadBill], left_out: set[Key]
) -> list[_Group]:
    """Put those left out together by household, with all bills the records have of the household:
    what counts for a deductible counts whoever was in a category."""
    households: dict[object, _Group] = {}
    of: dict[Key, object] = {}
    for key, rows in people.items():
        household = next((row.household for row in rows if row.household), "")
        of[key] = household or key
    wanted = {of[key] for key in left_out}
    for key, rows in people.items():
        if of[key] in wanted:
            households.setdefault(of[key], _Group()).people += rows
    for its in bills:
        if of.get(_key(its)) in wanted:
            households[of[_key(its)]].bills.append(its)
    return list(households.values())


def _without_category(
    connection: Connection,
    people: Mapping[Key, list[PersonRow]],
    bills: list[ReadBill],
    pack: Pack,
) -> list[CaseWithoutCategory]:
    """Return cases with bills in the time of the records whose person the roster does not list."""
    days = [its.columns["dated_on"] for its in bills]
    found = connection.execute(
        select(
            aid_case.c.number,
            bill.c.person_id,
            bill.c.id,
            bill.c.dated_on,
            bill.c.fields,
            identity_document.c.kind,
            identity_document.c.number.label("document"),
        )
        .join(aid_case, aid_case.c.id == bill.c.case_id)
        .join(identity_document, identity_document.c.person_id == bill.c.person_id)
        .where(
            bill.c.counts,
            bill.c.dated_on.between(min(days), max(days)),
            aid_case.c.state.not_in(("denied", "void")),
        )
        .order_by(aid_case.c.id, bill.c.id)
    ).all()
    listed: dict[int, bool] = defaultdict(bool)
    for row in found:
        columns = {"fields": row.fields, "dated_on": row.dated_on}
        day = EPOCH + dt.timedelta(days=day_of(columns, pack))
        listed[row.id] |= _listed_on(people.get((row.kind, row.document), ()), day)
    without = {
        row.id: CaseWithoutCategory(row.number, row.person_id, row.id, row.dated_on)
        for row in found
        if not listed[row.id]
    }
    return list(without.values())


def _keys(connection: Connection, group: _Group) -> dict[Key, int]:
    return persons_by_document(connection, ((row.document, row.number) for row in group.people))


def _take_in(work: Work, group: _Group, found: Candidates) -> set[str] | None:
    """Take in a group's people and bills; return the keys of the bills that are new.

    None, and nothing taken in, where the roster contradicts the register; bills that may be in the
    register under another number are left, and noted.
    """
    report = Report()
    changes = compare_people(work.connection, _as_known(work.connection, group), report)
    if report.refused:
        found.roster.refused += report.refused
        return None
    enter_people(work, changes)
    records = Report()
    answers = Answers(of_known_people=True)
    bills = compare_bills(work.connection, group.bills, records, answers, lock=True)
    found.records.refused += records.refused
    enter_bills(work, bills)
    return {its["bill_key"] for its in bills.new}


def _as_known(connection: Connection, group: _Group) -> list[PersonRow]:
    """Return a group's rows with what the register knows better: names, towns and insurances."""
    known = _keys(connection, group)
    names = {
        row.id: (row.name, row.town)
        for row in rows_with(connection, select(person), person.c.id, known.values())
    }
    insured = {
        row.person_id
        for row in rows_with(
            connection,
            select(person_period.c.person_id).where(person_period.c.kind == "insurance"),
            person_period.c.person_id,
            known.values(),
        )
    }
    rows = []
    for row in group.people:
        person_id = known.get((row.document, row.number))
        if person_id is None:
            rows.append(row)
            continue
        name, town = names[person_id]
        insurance = "" if person_id in insured else row.insurance
        rows.append(replace(row, name=name, town=town, insurance=insurance))
    return rows


def _served(work: Work, group: _Group, office: str, found: Candidates) -> list[LeftOutPerson]:
    """Return what the people of a group would get, by opening their cases and determining them."""
    known = _keys(work.connection, group)
    new = _take_in(work, group, found)
    if new is None:
        return []
    rows = {its.columns["bill_key"]: its.row for its in group.bills}
    opened = []
    persons = _keys(work.connection, group)
    for key, person_id in sorted(persons.items(), key=lambda its: its[1]):
        for number, _who, bill_ids in open_cases(work, office, person_id):
            case = get_case(work.connection, number)
            determine(work, case.id, person_id)
            opened.append((key, person_id, case.id, bill_ids))
    # Only now, since what one of a household gets may leave less for another.
    return [
        _person(work.connection, key, person_id, known, _bills(work, case_id, bill_ids, rows, new))
        for key, person_id, case_id, bill_ids in opened
    ]


def _person(
    connection: Connection,
    key: Key,
    person_id: int,
    known: Mapping[Key, int],
    bills: tuple[MissedBill, ...],
) -> LeftOutPerson:
    who = connection.execute(select(person).where(person.c.id == person_id)).one()
    return LeftOutPerson(known.get(key), key[1], who.name, who.town, bills)


def _bills(
    work: Work, case_id: int, bill_ids: list[int], rows: Mapping[str, int], new: set[str]
) -> tuple[MissedBill, ...]:
    pending = stand_of(work.connection, case_id).pending
    assert pending is not None
    outcomes = {its.bill_id: its for its in outcomes_of(work.connection, [pending.id])[pending.id]}
    found = work.connection.execute(
        select(bill).where(bill.c.id.in_(bill_ids)).order_by(bill.c.dated_on, bill.c.id)
    )
    return tuple(_missed(its, rows, new, outcomes[its.id]) for its in found)


def _missed(its: Any, rows: Mapping[str, int], new: set[str], outcome: Outcome) -> MissedBill:
    return MissedBill(
        row=rows.get(its.bill_key),
        bill_id=None if its.bill_key in new else its.id,
        institution=its.institution,
        invoice_no=its.invoice_no,
        dated_on=its.dated_on,
        self_paid=its.self_paid,
        aid=outcome.aid,
        payable=outcome.payable,
    )
