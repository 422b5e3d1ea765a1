"""Registers for tests, on both databases: copies of one made before, with a clock of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, insert, select, text

from mediaid.people.identity import check_digit
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill, record_bill
from mediaid.register.cases.papers import PAPERS, receive_paper
from mediaid.register.payments.accounts import set_account
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import add_person
from mediaid.register.schema import HEAD, metadata
from mediaid.register.session import Actor, Register
from mediaid.register.workflow.actions import review, submit
from mediaid.register.workflow.approve import approve

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mediaid.register.session import Work


def resident_number(person: int) -> str:
    """A number as of a resident, of an area that there is not."""
    born = dt.date(1950, 1, 1) + dt.timedelta(days=person % 20_000)
    digits = f"999999{born:%Y%m%d}{person // 20_000 + 1:03d}"
    return digits + check_digit(digits)


START = dt.datetime(2023, 1, 2, 1, tzinfo=dt.UTC)


@dataclass
class Office:
    """A register with people at work in it: whose turn it is, and what time it is."""

    register: Register = field(init=False)
    name: str = "clerk"
    now: dt.datetime = START
    persons: int = 0
    invoices: int = 0

    def clock(self) -> dt.datetime:
        """Give the present, a second later each time."""
        self.now += dt.timedelta(seconds=1)
        return self.now

    def who(self, _connection: Connection) -> Actor:
        return Actor(self.name, "account")

    @contextmanager
    def write(self, action: str = "test", name: str = "") -> Iterator[Work]:
        """Give a transaction of the person at work, or of somebody else."""
        before, self.name = self.name, name or self.name
        try:
            with self.register.write(action) as work:
                yield work
        finally:
            self.name = before

    def person(
        self, category: str = "dibao", insurance: str = "resident", household: str = ""
    ) -> int:
        """Enter a person who is something since 2023-01-01."""
        self.persons += 1
        since = dt.date(2023, 1, 1)
        with self.write() as work:
            person = add_person(work, f"某甲{self.persons}", "某镇", resident_number(self.persons))
            set_period(work, person, "category", category, since)
            set_period(work, person, "insurance", insurance, since)
            if household:
                set_period(work, person, "household", household, since)
        return person

    def bill(
        self,
        case: str,
        day: str,
        yuan: int,
        setting: str = "inpatient",
        **fields: str,
    ) -> int:
        """Enter a bill of its own invoice."""
        with self.write() as work:
            return add_bill(work, case, self._new_bill(day, yuan, setting, fields))

    def loose_bill(self, person: int, day: str, yuan: int, setting: str = "inpatient") -> int:
        """Record a bill that belongs to no case."""
        with self.write() as work:
            return record_bill(work, person, self._new_bill(day, yuan, setting, {}))

    def _new_bill(self, day: str, yuan: int, setting: str, fields: dict[str, str]) -> NewBill:
        self.invoices += 1
        return NewBill(
            "某医院",
            f"F{self.invoices:06d}",
            dt.date.fromisoformat(day),
            setting,
            SelfPaid(yuan * 100),
            fields,
            "another visit",
        )

    def case(self, person: int, *bills: tuple[str, int] | tuple[str, int, str]) -> str:
        """Open a case with bills (day, yuan, setting) and its papers."""
        with self.write() as work:
            number = open_case(work, "MH", person)
        for its in bills:
            self.bill(number, *its)
        with self.write() as work:
            for paper in PAPERS:
                receive_paper(work, number, paper)
        return number

    def submitted(self, person: int, *bills: tuple[str, int] | tuple[str, int, str]) -> str:
        number = self.case(person, *bills)
        with self.write() as work:
            submit(work, number)
        return number

    def reviewed(self, person: int, *bills: tuple[str, int] | tuple[str, int, str]) -> str:
        number = self.submitted(person, *bills)
        with self.write(name="reviewer") as work:
            review(work, number)
        return number

    def account(self, person: int) -> None:
        """Note an account of a person, so that a bank can pay them."""
        with self.write() as work:
            set_account(work, person, f"6200 0000 0000 {person:04d}")

    def approve(self, number: str) -> list[str]:
        with self.write(name="approver") as work:
            return approve(work, number)

    def approved(self, person: int, *bills: tuple[str, int] | tuple[str, int, str]) -> str:
        number = self.reviewed(person, *bills)
        self.approve(number)
        return number


class Renewed:
    """A PostgreSQL register that is brought back to what it was when this was made."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool
        )
        with self.engine.connect() as connection:
            self.rows = {
                table: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in metadata.sorted_tables
            }

    def __call__(self) -> str:
        with self.engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            names = ", ".join(table.name for table in self.rows)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
            for table, rows in self.rows.items():
                if rows:
                    connection.execute(insert(table), rows)
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD}'"))
        return self.url
