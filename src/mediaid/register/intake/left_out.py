"""Nobody left out: a roster of civil affairs and settlement records, held against the register.

Whoever the roster has in a category on the day of a record, with no case for it, is left out. What
they would get is settled as it would be: people and bills are taken in by a transaction of which
nothing is kept. To open the cases is the same, kept.
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
from mediaid.register.cases.left_out import AT_ONCE, foresee_all, left_of, open_cases
from mediaid.register.database.many import rows_with
from mediaid.register.determinations.facts import NONE
from mediaid.register.determinations.packs import current_pack
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
from mediaid.register.intake.lookup import persons_by_document
from mediaid.register.intake.people import PersonRow, compare_people, enter_people, read_people
from mediaid.register.intake.report import Report, unwatched
from mediaid.register.schema import aid_case, bill, identity_document, person, person_period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack
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
    rows, given_back = bill_rows(
        files.records, files.mapping, pack, files.defaults, records, today, files.ignore
    )
    for its in given_back.refunds:
        if not its.its.cancels:
            records.leave_out(its.row, _("refund of a record of another file"))
    bills = read_bills(rows, pack, today, records, watch)
    if not bills:
        raise RegisterError(_("{file}: no record of it can be read").format(file=files.records))
    people = _roster(files, rows, bills, pack, today, roster)
    with register.read() as connection:
        open_ones = _without_case(connection, bills)
        left_out = {_key(its) for its in open_ones if _listed(people.get(_key(its), ()), its, pack)}
        without = _without_category(connection, people, bills, pack)
    return Candidates(_groups(people, bills, left_out), without, roster, records)


def settle(register: Register, found: Candidates, watch: Watch = unwatched) -> list[LeftOutPerson]:
    """Return what those left out would get; nothing is kept.

    Some households at a time, so that nobody at work waits for long.
    """
    people: list[LeftOutPerson] = []
    for start in range(0, len(found.groups), AT_ONCE):
        watch(_("settling who is left out"), start / len(found.groups))
        with register.trial("left-out") as work:
            people += _served(work, found.groups[start : start + AT_ONCE], found)
    return people


def open_left_out(
    register: Register, found: Candidates, office: str, watch: Watch = unwatched
) -> list[str]:
    """Open a case for everybody left out; return the numbers of the cases.

    Some households at a time, each in a transaction and event of its own: to do it again goes on
    from there. Raises RegisterError, with nothing opened, where nobody says a name or town.
    """
    with register.read() as connection:
        _refuse_unnamed(connection, found.groups)
    opened: list[str] = []
    for start in range(0, len(found.groups), AT_ONCE):
        watch(_("opening cases"), start / len(found.groups))
        with register.write("left-out.open") as work:
            groups, _new = _take_in(work, found.groups[start : start + AT_ONCE], found)
            persons = _keys(work.connection, groups).values()
            opened += [its[0] for its in open_cases(work, office, persons)]
            work.subject = ""
    return opened


def _refuse_unnamed(connection: Connection, groups: Sequence[_Group]) -> None:
    known = _keys(connection, groups)
    for row in _people(groups):
        if UNKNOWN in (row.name, row.town) and (row.document, row.number) not in known:
            raise RegisterError(
                _(
                    "row {row} of the roster: no file gives the name and town of this "
                    "person; --town names the town of all"
                ).format(row=row.row)
            )


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


def _people(groups: Iterable[_Group]) -> list[PersonRow]:
    return [row for group in groups for row in group.people]


def _keys(connection: Connection, groups: Iterable[_Group]) -> dict[Key, int]:
    documents = ((row.document, row.number) for row in _people(groups))
    return persons_by_document(connection, documents)


def _take_in(
    work: Work, groups: Sequence[_Group], found: Candidates
) -> tuple[Sequence[_Group], set[str]]:
    """Take in the people and bills of groups; return the groups, and the keys of new bills.

    Groups in which the roster contradicts the register are left; so are bills that may be in the
    register under another number. Both are noted.
    """
    report = Report()
    rows = _as_known(work.connection, _people(groups))
    changes = compare_people(work.connection, rows, report)
    if report.refused:
        found.roster.refused += report.refused
        bad = {its.row for its in report.refused}
        groups = [its for its in groups if bad.isdisjoint(row.row for row in its.people)]
        rows = _as_known(work.connection, _people(groups))
        changes = compare_people(work.connection, rows, Report())
    enter_people(work, changes)
    records = Report()
    answers = Answers(of_known_people=True)
    read = [its for group in groups for its in group.bills]
    bills = compare_bills(work.connection, read, records, answers, lock=True)
    found.records.refused += records.refused
    enter_bills(work, bills)
    return groups, {its["bill_key"] for its in bills.new}


def _as_known(connection: Connection, people: Sequence[PersonRow]) -> list[PersonRow]:
    """Return rows with what the register knows better: names, towns and insurances."""
    known = persons_by_document(connection, ((row.document, row.number) for row in people))
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
    for row in people:
        person_id = known.get((row.document, row.number))
        if person_id is None:
            rows.append(row)
            continue
        name, town = names[person_id]
        insurance = "" if person_id in insured else row.insurance
        rows.append(replace(row, name=name, town=town, insurance=insurance))
    return rows


def _served(work: Work, groups: Sequence[_Group], found: Candidates) -> list[LeftOutPerson]:
    """Return what the people of some groups would get, if each had a case."""
    connection = work.connection
    known = set(_keys(connection, groups).values())
    groups, new = _take_in(work, groups, found)
    rows = {its.columns["bill_key"]: its.row for group in groups for its in group.bills}
    number_of = {its: number for (_kind, number), its in _keys(connection, groups).items()}
    foreseen = foresee_all(connection, left_of(connection, number_of))
    who = {row.id: row for row in rows_with(connection, select(person), person.c.id, number_of)}
    kept = {
        row.id: row
        for row in rows_with(
            connection,
            select(bill),
            bill.c.id,
            [number for its in foreseen for number in its.bills],
        )
    }
    return [
        LeftOutPerson(
            its.person_id if its.person_id in known else None,
            number_of[its.person_id],
            who[its.person_id].name,
            who[its.person_id].town,
            tuple(_missed(kept[number], rows, new, aid) for number, aid in its.bills.items()),
        )
        for its in foreseen
    ]


def _missed(
    its: Row[Any], rows: Mapping[str, int], new: Collection[str], given: tuple[int, int]
) -> MissedBill:
    aid, payable = given
    return MissedBill(
        row=rows.get(its.bill_key),
        bill_id=None if its.bill_key in new else its.id,
        institution=its.institution,
        invoice_no=its.invoice_no,
        dated_on=its.dated_on,
        self_paid=its.self_paid,
        aid=aid,
        payable=payable,
    )
