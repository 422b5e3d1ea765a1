"""The audit shows what was altered behind it, and the databases refuse what they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from mediaid.register.audit.check import check_audit
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.payments.pay import pay_case
from mediaid.register.schema import audit_event, metadata

if TYPE_CHECKING:
    from register_support import Office

APPEND_ONLY = (
    "approval",
    "audit_event",
    "bill_reversal",
    "case_step",
    "decision",
    "determination",
    "determination_bill",
    "determination_line",
    "fund_transfer",
    "payment_entry",
    "pool_use",
    "rule_pack",
)


@pytest.fixture
def paid(office: Office) -> Office:
    """A register with one case that went all the way."""
    number = office.approved(office.person(), ("2023-05-01", 8000), ("2023-06-01", 500))
    with office.write("payment.send") as work:
        pay_case(work, number)
    return office


def faults(office: Office) -> list[str]:
    with office.register.read() as connection:
        return [*check_audit(connection), *verify_determinations(connection)]


def behind_the_audit(office: Office, *statements: str) -> list[str]:
    """What a verification says after somebody with the database's own tools was at work; undone
    again."""
    with office.register.engine.connect() as connection, connection.begin() as transaction:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.scalars(text(triggers)).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(text(statement))
        said = [*check_audit(connection), *verify_determinations(connection)]
        transaction.rollback()
    return said


def test_a_register_at_work_verifies(paid: Office) -> None:
    assert faults(paid) == []


def test_each_change_is_an_event_with_who_and_when(paid: Office) -> None:
    with paid.register.read() as connection:
        events = connection.execute(select(audit_event).order_by(audit_event.c.seq)).all()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[-1].action == "payment.send"
    assert events[-1].subject == "case:MH-2023-000001"
    assert (events[-1].actor, events[-1].known_by) == ("clerk", "account")
    assert {row[0] for row in events[-1].rows} == {
        "aid_case", "case_step", "payment", "payment_entry"
    }  # fmt: skip


def test_the_databases_refuse_to_change_what_was_decided(paid: Office) -> None:
    for table in APPEND_ONLY:
        column = next(iter(metadata.tables[table].c)).name
        with paid.register.engine.connect() as connection:
            if not connection.scalar(text(f"SELECT count(*) FROM {table}")):
                continue
            for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
                with pytest.raises(DBAPIError, match="never"):
                    connection.execute(text(change))
                connection.rollback()


def test_the_databases_refuse_to_delete_anything(paid: Office) -> None:
    for table in sorted(metadata.tables):
        with paid.register.engine.connect() as connection:
            if connection.scalar(text(f"SELECT count(*) FROM {table}")):
                with pytest.raises(DBAPIError, match="never deleted"):
                    connection.execute(text(f"DELETE FROM {table}"))


def test_the_databases_refuse_what_a_bill_did_not_say_and_periods_that_overlap(
    paid: Office,
) -> None:
    for change, why in (
        ("UPDATE bill SET self_paid = 1", "never changed"),
        ("UPDATE person_period SET to_on = '2023-12-31', from_on = '2023-02-01'", None),
        (
            "INSERT INTO person_period (person_id, kind, code, from_on, recorded_at) "
            "SELECT person_id, kind, code, '2024-01-01', recorded_at FROM person_period",
            "periods overlap",
        ),
        (
            "INSERT INTO audit_event SELECT seq + 5, at, actor, known_by, action, subject, "
            "details, rows, previous, hash FROM audit_event WHERE seq = 1",
            "not the next of the chain",
        ),
    ):
        with paid.register.engine.connect() as connection:
            if why is None:
                connection.execute(text(change))
            else:
                with pytest.raises(DBAPIError, match=why):
                    connection.execute(text(change))
            connection.rollback()


ALTERATIONS: list[tuple[list[str], str]] = (
    [
        (["UPDATE audit_event SET actor = 'somebody' WHERE seq = 3"], "event 3 was altered"),
        (["DELETE FROM audit_event WHERE seq = 4"], "events 4 to 4 are missing"),
        (
            ["DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)"],
            "but the register says it ended",
        ),
        (
            [
                "UPDATE audit_event SET seq = -1 WHERE seq = 5",
                "UPDATE audit_event SET seq = 5 WHERE seq = 6",
                "UPDATE audit_event SET seq = 6 WHERE seq = -1",
            ],
            "does not follow the one before it",
        ),
        (["UPDATE bill SET self_paid = 900000"], "bill 1: was changed behind the audit"),
        (["UPDATE payment SET account = 'mine'"], "payment 1: was changed behind the audit"),
        (["DELETE FROM payment_entry"], "payment_entry 1: is missing"),
        (
            [
                "INSERT INTO person (name, town, payee, account, recorded_at) "
                "SELECT 'nobody', town, '', '', recorded_at FROM person"
            ],
            "person 2: no event tells of this row",
        ),
        (
            ["UPDATE determination_line SET aid = aid + 1, payable = payable + 1"],
            "gives other figures",
        ),
        (["UPDATE determination SET payable = payable + 1"], "total does not match"),
        (["UPDATE determination_bill SET explanation = '{\"provisional\":[],\"benefits\":[]}'"],
         "what is kept of it was altered"),
        (["UPDATE rule_pack SET content = replace(content, '90%', '95%')"], "altered"),
        # What cannot be read at all.
        (["UPDATE audit_event SET rows = 'x' WHERE seq = 3"], "event 3 was altered"),
        (["UPDATE audit_event SET rows = '[[1],2]' WHERE seq = 3"], "event 3 was altered"),
        (["UPDATE audit_event SET details = '{' WHERE seq = 3"], "event 3 was altered"),
        (["UPDATE bill SET fields = '{' WHERE id = 2"], "bill 2: was changed behind"),
        (["UPDATE determination SET provisional = 'x'"], "cannot be read"),
        (["UPDATE determination_bill SET explanation = '{}'"], "cannot be read"),
        (["UPDATE determination_bill SET claim = '[]'"], "cannot be read"),
        (["UPDATE determination_bill SET opening = '[[1]]'"], "cannot be read"),
        (["UPDATE rule_pack SET readings = '['"], "cannot be settled again"),
    ]
)  # fmt: skip
"""What somebody does behind the audit, and what verification says of it."""


def test_a_day_that_is_none_is_found_too(sqlite_office: Office) -> None:
    """SQLite keeps whatever it is given."""
    sqlite_office.approved(sqlite_office.person(), ("2023-05-01", 8000))
    for change in (
        "UPDATE audit_event SET at = 'x' WHERE seq = 3",
        "UPDATE bill SET dated_on = 'x'",
        "UPDATE determination_line SET aid = 'x'",
    ):
        found = behind_the_audit(sqlite_office, change)
        assert any("altered" in its or "was changed" in its for its in found), (change, found)


def test_verification_finds_what_was_altered(paid: Office) -> None:
    for statements, said in ALTERATIONS:
        found = behind_the_audit(paid, *statements)
        assert any(said in fault for fault in found), (said, found)
    assert faults(paid) == []
