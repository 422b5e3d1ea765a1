"""Files of people and bills, row by row: all of them, or none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from mediaid.register.audit.check import check_audit
from mediaid.register.cases.bills import NewBill, SelfPaid, take_up
from mediaid.register.cases.find import Filter, list_cases
from mediaid.register.cases.left_out import left_out, open_cases, without_category
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.intake.bills import BillRow, take_in_bills
from mediaid.register.intake.people import PersonRow, take_in_people
from mediaid.register.people.change import end_period
from mediaid.register.schema import bill, person
from mediaid.register.workflow.actions import review, submit

if TYPE_CHECKING:
    from mediaid.register.intake.report import Report
    from register_support import Office

SINCE = dt.date(2023, 1, 1)
PEOPLE = [
    PersonRow(2, "9999001", "某甲", "某镇", "other", "低保家庭成员", "resident", "H1", SINCE),
    PersonRow(3, "9999002", "某乙", "某镇", "other", "low_income", "居民医保", "", SINCE),
]


def row(number: int, person: str, invoice: str, day: str, yuan: int) -> BillRow:
    its = NewBill("某医院", invoice, dt.date.fromisoformat(day), "门急诊", SelfPaid(yuan * 100))
    return BillRow(number, person, its, "other")


BILLS = [
    row(2, "9999001", "A1", "2023-03-01", 100),
    row(3, "9999002", "A2", "2023-03-02", 250),
    row(4, "9999002", "A3", "2023-05-01", 400),
]


def people(office: Office, rows: list[PersonRow]) -> Report:
    with office.write("people.import") as work:
        return take_in_people(work, rows)


def bills(office: Office, rows: list[BillRow], answer: str = "") -> Report:
    with office.write("bills.import") as work:
        return take_in_bills(work, rows, answer)


def counts(report: Report) -> tuple[int, int, int, list[int]]:
    return report.new, report.changed, report.same, sorted(its.row for its in report.refused)


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    assert counts(people(office, PEOPLE)) == (2, 0, 0, [])
    assert counts(bills(office, BILLS)) == (3, 0, 0, [])
    assert counts(people(office, PEOPLE)) == (0, 0, 2, [])
    assert counts(bills(office, BILLS)) == (0, 0, 3, [])
    with office.register.read() as connection:
        assert connection.scalar(select(func.count()).select_from(bill)) == 3
        assert list(check_audit(connection)) == []


def test_each_refused_row_is_named_with_its_reason(office: Office) -> None:
    people(office, PEOPLE)
    bills(office, BILLS)
    other = replace(BILLS[0].bill, self_paid=SelfPaid(1))
    report = bills(
        office,
        [
            replace(BILLS[0], row=10, bill=other),
            row(11, "9999003", "B1", "2023-03-01", 1),
            row(12, "9999002", "B2", "2023-05-01", 400),
            replace(row(13, "9999001", "B3", "2023-06-01", 1), bill=replace(other, setting="?")),
            row(14, "9999001", "B4", "2023-06-01", 7),
            row(15, "9999001", "B4", "2023-06-01", 7),
            row(16, "9999001", "", "2023-06-02", 7),
        ],
    )
    assert counts(report) == (1, 0, 1, [10, 11, 12, 13, 16])
    said = {its.row: its.reason for its in report.refused}
    assert "another bill has this institution" in said[10]
    assert "nobody in the register" in said[11]
    assert "same day and amount" in said[12]
    assert "is not known" in said[13]
    assert "invoice number: is missing" in said[16]
    report = people(
        office,
        [
            PersonRow(5, "9999009", "", "某镇", "other"),
            PersonRow(6, "9999009", "某丙", "某镇", "card"),
            PersonRow(7, "9999009", "某丙", "某镇", "other", "dibao"),
            PersonRow(8, "9999010", "某丁", "某镇", "other"),
            PersonRow(9, "9999010", "某戊", "某镇", "other"),
        ],
    )
    assert counts(report) == (1, 0, 0, [5, 6, 7, 9])


def test_a_row_with_several_mistakes_is_refused_with_all_of_them(office: Office) -> None:
    report = people(office, [PersonRow(2, "999900", "", "", category="低", insurance="?")])
    reason = report.refused[0].reason
    for what in ("number of the document", "name", "town or street", "category", "insurance"):
        assert f"{what}: " in reason


def test_a_trial_says_what_would_come_of_it_and_keeps_nothing(office: Office) -> None:
    with office.register.trial("people.import") as work:
        assert counts(take_in_people(work, PEOPLE)) == (2, 0, 0, [])
    with office.register.read() as connection:
        assert connection.scalar(select(func.count()).select_from(person)) == 0


def test_a_change_of_category_and_bills_that_come_late_settle_again(office: Office) -> None:
    """By hand: 50% above the first 300 yuan; another 50 yuan of them come late."""
    people(office, PEOPLE)
    bills(office, BILLS)
    case = office.case(2)
    with office.write() as work:
        take_up(work, case, 3)
        submit(work, case)
    with office.write(name="reviewer") as work:
        review(work, case)
    office.approve(case)
    assert aid(office, case) == (175_00, None)
    report = bills(office, [row(2, "9999002", "C1", "2023-02-01", 50)])
    assert counts(report) == (1, 0, 0, [])
    assert aid(office, case) == (175_00, 200_00)
    changed = replace(PEOPLE[1], category="dibao", since=dt.date(2023, 4, 1))
    assert counts(people(office, [changed])) == (0, 1, 0, [])
    assert aid(office, case) == (175_00, 240_00)
    with office.register.read() as connection:
        assert [*check_audit(connection), *verify_determinations(connection)] == []


def aid(office: Office, number: str) -> tuple[int, int | None]:
    from mediaid.register.cases.find import get_case  # noqa: PLC0415
    from mediaid.register.determinations.store import stand_of  # noqa: PLC0415

    with office.register.read() as connection:
        stand = stand_of(connection, get_case(connection, number).id)
    assert stand.in_force is not None
    return stand.in_force.aid, None if stand.pending is None else stand.pending.aid


def test_many_rows_are_told_in_several_events(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediaid.register.session.ROWS_OF_EVENT", 3)
    rows = [PersonRow(i, f"9999{i}", "某甲", "某镇", "other") for i in range(10)]
    assert counts(people(office, rows)) == (10, 0, 0, [])
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []


def test_who_is_left_out_is_told_what_they_would_get_and_gets_a_case(office: Office) -> None:
    """By hand: the first 300 yuan in full as dibao, 50% of what lies above as low income."""
    people(office, PEOPLE)
    bills(office, [*BILLS, row(5, "9999001", "A5", "2022-12-31", 900)])
    found = left_out(office.register)
    assert [(its.person_id, dict(its.bills)) for its in found] == [
        (1, {1: (100_00, 100_00)}),
        (2, {2: (0, 0), 3: (175_00, 175_00)}),
    ]
    with office.register.read() as connection:
        assert list_cases(connection, Filter()) == []
    with office.write("left-out.open") as work:
        opened = open_cases(work, "MH")
    assert [(person_id, taken) for _number, person_id, taken in opened] == [(1, [1]), (2, [2, 3])]
    assert left_out(office.register) == []
    with office.write() as work:
        end_period(work, 2, "category", dt.date(2023, 4, 30))
    with office.register.read() as connection:
        [its] = without_category(connection)
    assert (its.number, its.person_id, its.id) == ("MH-2023-000002", 2, 3)
