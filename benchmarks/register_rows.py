"""A register of any size that verifies: one person's year, made by the program, and its like.

The first person goes through every step of the program. All others are that person again under
numbers of their own, written through the same `Work` that witnesses every row; since bills, days
and rules are the same, so are the results, and `verify` settles each of them again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from mediaid.packs.load import load_pack
from mediaid.people.identity import check_digit
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill, bill_key
from mediaid.register.cases.papers import PAPERS, receive_paper
from mediaid.register.database.open import create_register
from mediaid.register.determinations.facts import person_name
from mediaid.register.determinations.packs import adopt_pack
from mediaid.register.determinations.store import content_hash, outcomes_of
from mediaid.register.payments.entries import enter
from mediaid.register.payments.pay import file_case, pay_case
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import add_person
from mediaid.register.schema import case_counter, metadata, payment
from mediaid.register.session import Actor, Register
from mediaid.register.workflow.actions import review, submit
from mediaid.register.workflow.approve import approve

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Table

    from mediaid.register.session import Work

OFFICE = "MH"
BILLS = (
    ("2023-02-01", "inpatient", 8_000_00),
    ("2023-04-03", "outpatient", 1_300_00),
    ("2023-07-20", "outpatient", 450_50),
    ("2023-11-09", "inpatient", 20_000_10),
)
CASES = len(BILLS)
PEOPLE_AT_ONCE = 250
COPIED = (
    "person",
    "identity_document",
    "person_period",
    "aid_case",
    "case_step",
    "bill",
    "paper",
    "decision",
    "determination",
    "determination_bill",
    "determination_line",
    "pool_use",
    "approval",
    "standing",
    "payment",
    "payment_entry",
)
NAMES = {
    "person_id": "person",
    "case_id": "aid_case",
    "bill_id": "bill",
    "decision_id": "decision",
    "determination_id": "determination",
    "supersedes_id": "determination",
    "in_force_id": "determination",
    "pending_id": "determination",
    "payment_id": "payment",
}


def resident_number(person: int) -> str:
    """Return a number as of a resident, of an area that there is not."""
    born = dt.date(1930, 1, 1) + dt.timedelta(days=person % 30_000)
    digits = f"999999{born:%Y%m%d}{person // 30_000 + 1:03d}"
    return digits + check_digit(digits)


@dataclass
class Turn:
    """Whose turn it is."""

    name: str = "clerk"

    def who(self, _connection: Connection) -> Actor:
        return Actor(self.name, "account")


def make(where: str, persons: int, told: Callable[[int], None] = lambda _count: None) -> None:
    """Make a register of so many persons with four determinations each."""
    turn = Turn()
    register = create_register(
        where,
        {OFFICE: "Office"},
        first=lambda work: adopt_pack(work, load_pack("shanghai-minhang")),
        who=turn.who,
    )
    try:
        first_person(register, turn)
        copier = Copier(register)
        for start in range(1, persons, PEOPLE_AT_ONCE):
            with register.write("benchmark") as work:
                copier.add(work, range(start, min(start + PEOPLE_AT_ONCE, persons)))
            told(start)
        copier.close(persons)
    finally:
        register.close()


def first_person(register: Register, turn: Turn) -> None:
    """Take one person's four bills through the whole workflow, each as a case."""
    with register.write("person.add") as work:
        person = add_person(work, "Person 0", "Town 0", resident_number(0))
        for kind, code in (("category", "dibao"), ("insurance", "resident")):
            set_period(work, person, kind, code, dt.date(2023, 1, 1))  # type: ignore[arg-type]
    for number, (day, setting, fen) in enumerate(BILLS):
        turn.name = "clerk"
        with register.write("case.accept") as work:
            case = open_case(work, OFFICE, person)
            bore = SelfPaid(fen)
            bill = NewBill("Hospital", f"0-{number}", dt.date.fromisoformat(day), setting, bore)
            add_bill(work, case, bill)
            for paper in PAPERS:
                receive_paper(work, case, paper)
            submit(work, case)
        turn.name = "approver"
        with register.write("case.approve") as work:
            review(work, case)
            approve(work, case)
            pay_case(work, case)
            for line in work.connection.execute(select(payment).order_by(payment.c.id)).all():
                if line.state == "sent":
                    enter(work, line, "confirmed", 0)
            file_case(work, case)
    turn.name = "clerk"


class Copier:
    """Adds the first person again, under other numbers."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.tables: list[Table] = [metadata.tables[name] for name in COPIED]
        with register.read() as connection:
            self.rows = {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in self.tables
            }
            self.outcomes = outcomes_of(
                connection, [row["id"] for row in self.rows["determination"]]
            )
        self.stride = {name: len(rows) for name, rows in self.rows.items()}

    def add(self, work: Work, persons: range) -> None:
        """Add persons, each with an event of its own."""
        pages: dict[str, list[dict[str, Any]]] = {table.name: [] for table in self.tables}
        for person in persons:
            for table in self.tables:
                pages[table.name] += [
                    self._row(table, row, person) for row in self.rows[table.name]
                ]
        for table in self.tables:
            work.insert_all(table, pages[table.name])

    def _row(self, table: Table, row: dict[str, Any], person: int) -> dict[str, Any]:
        found = dict(row)
        if "id" in found:
            found["id"] += person * self.stride[table.name]
        for name, its in NAMES.items():
            if found.get(name) is not None:
                found[name] += person * self.stride[its]
        getattr(self, f"_{table.name}", _nothing)(found, row, person)
        return found

    def _person(self, found: dict[str, Any], _row: dict[str, Any], person: int) -> None:
        found |= {"name": f"Person {person}", "town": f"Town {person % 20}"}

    def _identity_document(self, found: dict[str, Any], _row: Any, person: int) -> None:
        found["number"] = resident_number(person)

    def _aid_case(self, found: dict[str, Any], _row: dict[str, Any], _person: int) -> None:
        found["number"] = found["number"][:-6] + f"{found['id']:06d}"

    def _bill(self, found: dict[str, Any], row: dict[str, Any], person: int) -> None:
        found["invoice_no"] = f"{person}-{row['id']}"
        found["bill_key"] = bill_key(found["institution"], found["invoice_no"])

    def _determination(self, found: dict[str, Any], row: dict[str, Any], person: int) -> None:
        found["content_hash"] = content_hash(
            [
                replace(
                    its,
                    bill_id=its.bill_id + person * self.stride["bill"],
                    claim=self._claim(its.claim, its.bill_id, person),
                    opening=self._opening(its.opening, person),
                    uses={(p, _holder(person), y): used for (p, _h, y), used in its.uses.items()},
                )
                for its in self.outcomes[row["id"]]
            ]
        )

    def _determination_bill(self, found: dict[str, Any], row: Any, person: int) -> None:
        found["claim"] = self._claim(row["claim"], row["bill_id"], person)
        found["opening"] = [list(its) for its in self._opening(row["opening"], person)]

    def _pool_use(self, found: dict[str, Any], _row: dict[str, Any], person: int) -> None:
        found["holder"] = _holder(person)

    def _payment(self, found: dict[str, Any], _row: dict[str, Any], person: int) -> None:
        found |= {"payee": f"Person {person}", "town": f"Town {person % 20}"}

    def _claim(self, claim: Any, bill_id: int, person: int) -> dict[str, str]:
        number = bill_id + person * self.stride["bill"]
        return dict(claim) | {"claim_id": f"B{number:012d}", "person_id": _holder(person)}

    def _opening(self, opening: Any, person: int) -> tuple[tuple[str, str, str, int], ...]:
        return tuple((pool, _holder(person), year, its) for pool, _who, year, its in opening)

    def close(self, persons: int) -> None:
        """Go on numbering behind the rows that were added."""
        with self.register.write("benchmark") as work:
            row = work.connection.execute(select(case_counter)).one()
            key = {"office": row.office, "year": row.year}
            work.update(case_counter, key, last=persons * CASES)
            if work.connection.dialect.name == "postgresql":
                for table in self.tables:
                    if "id" in table.c:
                        work.connection.execute(
                            text(
                                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "
                                f"(SELECT max(id) FROM {table.name}))"
                            )
                        )
        with self.register.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _holder(person: int) -> str:
    return person_name(person + 1)


def _nothing(_found: dict[str, Any], _row: dict[str, Any], _person: int) -> None:
    """Leave a row as it is but for its numbers."""
