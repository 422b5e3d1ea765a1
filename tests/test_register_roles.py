"""On PostgreSQL the database itself keeps everybody to their work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from mediaid.faults import RegisterError
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill, reverse_bill
from mediaid.register.cases.papers import PAPERS, receive_paper
from mediaid.register.database.open import open_register
from mediaid.register.database.roles import APPROVER, AUDITOR, CLERK, REVIEWER, make_roles
from mediaid.register.determinations.packs import adopt_pack
from mediaid.register.payments.accounts import set_account
from mediaid.register.payments.lists import list_again, send_list
from mediaid.register.payments.pay import file_case
from mediaid.register.payments.results import read_results
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import add_person, note_death, take_back_death
from mediaid.register.schema import audit_event
from mediaid.register.workflow.actions import deny, review, submit, void
from mediaid.register.workflow.approve import approve
from mediaid.register.workflow.separation import switch

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.register.session import Work
    from postgresql import Server

PEOPLE = {
    "t_clerk": CLERK,
    "t_second": CLERK,
    "t_reviewer": REVIEWER,
    "t_approver": APPROVER,
    "t_auditor": AUDITOR,
}


class Staff:
    """People of an office, each with a login role of their own."""

    def __init__(self, server: Server, database: str) -> None:
        self.urls = {name: server.url_of(database, name) for name in PEOPLE}
        self.register = {name: open_register(url) for name, url in self.urls.items()}

    @contextmanager
    def as_(self, name: str, action: str = "test") -> Iterator[Work]:
        with self.register[name].write(action) as work:
            yield work

    def close(self) -> None:
        for register in self.register.values():
            register.close()

    def submitted(self, invoice: str = "1") -> str:
        """The clerk takes in a case of a person."""
        with self.as_("t_clerk") as work:
            person = add_person(work, "某甲", "某镇", f"9999{invoice}", "other")
            set_period(work, person, "category", "dibao", dt.date(2023, 1, 1))
            set_period(work, person, "insurance", "resident", dt.date(2023, 1, 1))
            number = open_case(work, "MH", person)
            bill = NewBill("某医院", invoice, dt.date(2023, 5, 1), "inpatient", SelfPaid(100_00))
            add_bill(work, number, bill)
            for paper in PAPERS:
                receive_paper(work, number, paper)
            submit(work, number)
        return number


@pytest.fixture
def staff(postgresql: Server, postgresql_template: str) -> Iterator[Staff]:
    database = postgresql.database(postgresql_template)
    owner = open_register(postgresql.url_of(database))
    make_roles(owner)
    make_roles(owner)  # it may be done again
    owner.close()
    for name, role in PEOPLE.items():
        postgresql.run(f"DROP ROLE IF EXISTS {name}")
        postgresql.run(f"CREATE ROLE {name} LOGIN IN ROLE {role}")
    its = Staff(postgresql, database)
    yield its
    its.close()
    for name in PEOPLE:
        postgresql.run(f"DROP ROLE {name}")


def test_each_does_their_own_work_and_the_audit_names_their_roles(
    staff: Staff, tmp_path: Path
) -> None:
    number = staff.submitted()
    with staff.as_("t_reviewer") as work:
        review(work, number)
    with staff.as_("t_approver") as work:
        approve(work, number)
    with staff.as_("t_clerk") as work:
        set_account(work, 1, "6200000000000001")
    bank = tmp_path / "bank.csv"
    assert send_list(staff.register["t_clerk"], bank).lines == 1
    list_again(staff.register["t_clerk"], "bank.csv", tmp_path / "again.csv")
    bank.write_text(bank.read_text("utf-8-sig").replace("90.00,,", "90.00,ok,"), "utf-8")
    with staff.as_("t_clerk") as work:
        assert read_results(work, bank) == (1, 0)
    with staff.as_("t_clerk") as work:
        file_case(work, number)
    with staff.as_("t_clerk") as work:
        reverse_bill(work, 1, "refunded")
    with staff.as_("t_approver") as work:
        approve(work, number)
    second = staff.submitted("2")
    with staff.as_("t_approver") as work:
        deny(work, second, "not resident here")
    third = staff.submitted("3")
    with staff.as_("t_clerk") as work:
        void(work, third, "withdrawn")
    with staff.as_("t_clerk") as work:
        set_account(work, 1, "6200000000000001")
        note_death(work, 1, dt.date(2023, 6, 1))
        take_back_death(work, 1, "somebody of the same name")
    with pytest.raises(RegisterError, match="role may not"), staff.as_("t_approver") as work:
        set_account(work, 1, "6200000000000002")
    with staff.register["t_auditor"].read() as connection:
        assert list(check_audit(connection)) == []
        events = connection.execute(select(audit_event.c.actor, audit_event.c.known_by))
        assert {tuple(event) for event in events} >= {
            ("t_clerk", "role"), ("t_reviewer", "role"), ("t_approver", "role")
        }  # fmt: skip


def test_a_clerk_neither_reviews_nor_approves_nor_denies(staff: Staff) -> None:
    number = staff.submitted()
    for name in ("t_clerk", "t_second"):
        with pytest.raises(RegisterError, match="role may not"), staff.as_(name) as work:
            review(work, number)
    with pytest.raises(RegisterError, match="role may not"), staff.as_("t_second") as work:
        deny(work, number, "why")
    with staff.as_("t_reviewer") as work:
        review(work, number)
    for name in ("t_second", "t_reviewer"):
        with pytest.raises(RegisterError, match="role may not"), staff.as_(name) as work:
            approve(work, number)


def test_nor_by_sql(staff: Staff) -> None:
    number = staff.submitted()
    with staff.as_("t_reviewer") as work:
        review(work, number)
    for statement in (
        "INSERT INTO approval SELECT id, 't_clerk', true, now() FROM determination",
        "UPDATE standing SET in_force_id = pending_id",
        "UPDATE aid_case SET state = 'approved'",
        "UPDATE aid_case SET state = 'denied'",
        "INSERT INTO payment (case_id, determination_id, kind, amount, state, payee, account) "
        "SELECT case_id, id, 'aid', 1, 'open', '', '' FROM determination",
        "UPDATE setting SET value = 'off'",
        "UPDATE bill SET self_paid = 1",
        "UPDATE determination SET aid = 1",
    ):
        refuse(staff, "t_clerk", statement)


def test_nobody_edits_the_audit_or_writes_it_in_another_name(staff: Staff) -> None:
    staff.submitted()
    for name in PEOPLE:
        for statement in (
            "UPDATE audit_event SET actor = 'somebody'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "UPDATE audit_head SET seq = 0",
            "ALTER TABLE audit_event DISABLE TRIGGER ALL",
            "INSERT INTO audit_event SELECT h.seq + 1, now(), 'somebody', 'role', 'x', '', '{}', "
            "'[]', h.hash, 'x' FROM audit_head h",
        ):
            refuse(staff, name, statement)


def test_an_auditor_reads_and_changes_nothing(staff: Staff) -> None:
    number = staff.submitted()
    for change in (submit, review, approve):
        with pytest.raises(RegisterError), staff.as_("t_auditor") as work:
            change(work, number)
    with pytest.raises(RegisterError, match="role may not"), staff.as_("t_auditor") as work:
        add_person(work, "某乙", "某镇", "9999", "other")
    with staff.as_("t_auditor", "reveal") as work:
        work.subject = "person:1"


def test_settings_and_rules_are_the_owners(staff: Staff) -> None:
    from mediaid import load_pack  # noqa: PLC0415

    for name in PEOPLE:
        with pytest.raises(RegisterError, match="role may not"), staff.as_(name) as work:
            switch(work, False)
        with pytest.raises(RegisterError, match="role may not"), staff.as_(name) as work:
            adopt_pack(work, load_pack("nanchang-xihu"))


def refuse(staff: Staff, name: str, statement: str) -> None:
    url = staff.urls[name].replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url)
    with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text(statement))
    assert getattr(refused.value.orig, "sqlstate", "") == "42501", (statement, refused.value)
    engine.dispose()
