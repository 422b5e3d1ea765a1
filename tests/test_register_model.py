"""Random work in an office against a plain model in memory, on both databases.

The model knows the workflow and the bills. When everything is decided, what stands must be what a
plain reading of the rules gives for all bills at once: whatever came late, was sent back, denied,
reversed or changed on the way.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from mediaid import load_pack
from mediaid.faults import RegisterError
from mediaid.money import format_yuan
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.bills import reverse_bill, take_up, withdraw_bill
from mediaid.register.cases.find import get_case
from mediaid.register.database.open import open_register
from mediaid.register.determinations.packs import adopt_pack
from mediaid.register.determinations.store import stand_of
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.payments.pay import bank_returned, file_case, pay_case
from mediaid.register.people.change import set_period
from mediaid.register.schema import determination, payment, payment_entry, pool_use, standing
from mediaid.register.settlement.balance import settle_year
from mediaid.register.workflow import actions
from oracle import Oracle
from register_support import Office

READINGS = ((), ("cap-holder=household",), ("cap-scope=with",))
CATEGORIES = ("special_relief", "dibao", "low_income", "medical_poverty_1", "none")
DAYS = ("2023-02-01", "2023-05-05", "2023-05-05", "2023-11-30", "2024-01-01", "2024-06-30")
YUAN = (1, 250, 300, 4700, 60_000, 144_000, 200_000)


@dataclass
class ModelBill:
    id: int
    day: dt.date
    yuan: int
    setting: str
    counts: bool = True


@dataclass
class ModelCase:
    """What the model knows of a case; `state` moves by the table below."""

    person: int
    state: str = "accepted"
    bills: list[ModelBill] = field(default_factory=list)


ALLOWED = {
    "submit": {"accepted": "in_review", "returned": "in_review"},
    "review": {"in_review": "reviewed"},
    "return": {"in_review": "returned", "reviewed": "returned"},
    "deny": {"in_review": "denied", "reviewed": "denied"},
    "reopen": {"denied": "returned"},
    "void": dict.fromkeys(("accepted", "returned", "in_review", "reviewed"), "void"),
    "pay": {"approved": "paid"},
    "file": {"paid": "filed"},
}
CHANGES = {
    "submit": actions.submit,
    "review": actions.review,
    "return": lambda work, case: actions.send_back(work, case, "why"),
    "deny": lambda work, case: actions.deny(work, case, "why"),
    "reopen": lambda work, case: actions.reopen(work, case, "why"),
    "void": lambda work, case: actions.void(work, case, "why"),
    "pay": pay_case,
    "file": file_case,
}
EFFORT = 20 if os.environ.get("MEDIAID_HYPOTHESIS") == "thorough" else 1

DECIDED = ("approved", "paid", "filed")


class OfficeAtWork(RuleBasedStateMachine):
    """One register, a few people, any work in any order."""

    where: Any
    """Gives the place of a fresh register."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.office.register = open_register(
            self.where(), clock=self.office.clock, who=self.office.who
        )
        self.cases: dict[str, ModelCase] = {}
        self.categories: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
        self.persons: list[int] = []
        self.loose: list[tuple[int, ModelBill]] = []
        """Bills that no case has taken up."""

    def teardown(self) -> None:
        self.office.register.close()

    @initialize(
        reading=st.sampled_from(READINGS),
        categories=st.lists(st.sampled_from(CATEGORIES), min_size=2, max_size=2),
    )
    def begin(self, reading: tuple[str, ...], categories: list[str]) -> None:
        self.pack = load_pack("shanghai-minhang", readings=reading)
        with self.office.write() as work:
            adopt_pack(work, self.pack)
        for category in categories:
            person = self.office.person(category, household="H1")
            self.persons.append(person)
            self.categories[person] = [(dt.date(2023, 1, 1), category)]

    @rule(
        who=st.integers(0, 1),
        bills=st.lists(
            st.tuples(
                st.sampled_from(DAYS),
                st.sampled_from(YUAN),
                st.sampled_from(("inpatient", "outpatient")),
            ),
            min_size=1,
            max_size=2,
        ),
    )
    def accept(self, who: int, bills: list[tuple[str, int, str]]) -> None:
        person = self.persons[who]
        number = self.office.case(person)
        self.cases[number] = ModelCase(person)
        for its in bills:
            self.enter(number, its)

    def enter(self, number: str, its: tuple[str, int, str]) -> None:
        bill = self.office.bill(number, *its)
        day = dt.date.fromisoformat(its[0])
        self.cases[number].bills.append(ModelBill(bill, day, its[1], its[2]))

    @rule(
        who=st.integers(0, 1),
        its=st.tuples(
            st.sampled_from(DAYS), st.sampled_from(YUAN), st.sampled_from(("outpatient",))
        ),
    )
    def record(self, who: int, its: tuple[str, int, str]) -> None:
        person = self.persons[who]
        day = dt.date.fromisoformat(its[0])
        bill = self.office.loose_bill(person, *its)
        self.loose.append((person, ModelBill(bill, day, its[1], its[2])))

    @precondition(lambda self: self.loose)
    @rule(which=st.integers(0, 9))
    def take_up(self, which: int) -> None:
        person, bill = self.loose.pop(which % len(self.loose))
        number = self.office.case(person)
        with self.office.write() as work:
            take_up(work, number, bill.id)
        self.cases[number] = ModelCase(person, bills=[bill])

    def pick(self, which: int) -> str:
        return sorted(self.cases)[which % len(self.cases)]

    @precondition(lambda self: self.cases)
    @rule(which=st.integers(0, 9), action=st.sampled_from(sorted(ALLOWED)))
    def act(self, which: int, action: str) -> None:
        number = self.pick(which)
        case = self.cases[number]
        allowed = case.state in ALLOWED[action]
        if action == "submit" and not any(bill.counts for bill in case.bills):
            allowed = False
        try:
            with self.office.write(action, "reviewer") as work:
                CHANGES[action](work, number)  # type: ignore[operator]
        except RegisterError:
            assert not allowed
            return
        assert allowed
        case.state = ALLOWED[action][case.state]
        if action == "void":
            for bill in case.bills:
                bill.counts = False

    @precondition(lambda self: any(c.state == "reviewed" for c in self.cases.values()))
    @rule(which=st.integers(0, 9))
    def approve(self, which: int) -> None:
        waiting = sorted(n for n, c in self.cases.items() if c.state == "reviewed")
        self.approve_with_what_comes_first(waiting[which % len(waiting)])

    @precondition(lambda self: self.corrections())
    @rule()
    def approve_correction(self) -> None:
        self.approve_with_what_comes_first(self.corrections()[0])

    def approve_with_what_comes_first(self, number: str) -> None:
        try:
            approved = self.office.approve(number)
        except RegisterError as error:
            if "comes first" not in str(error):
                raise
            approved = self.office.approve(self.corrections()[0])
        self.take_over(approved)

    def take_over(self, approved: list[str]) -> None:
        """A correction with money to be sent opens a paid case again, and no other one does."""
        for number in approved:
            case = self.cases[number]
            with self.office.register.read() as connection:
                case_id = get_case(connection, number).id
            if case.state not in ("paid", "filed") or self.has_to_be_sent(case_id):
                case.state = "approved"

    def corrections(self) -> list[str]:
        with self.office.register.read() as connection:
            found = []
            for number, case in sorted(self.cases.items()):
                stand = stand_of(connection, get_case(connection, number).id)
                if stand.pending is not None and case.state in DECIDED:
                    found.append(number)
            return found

    @precondition(lambda self: any(b.counts for c in self.cases.values() for b in c.bills))
    @rule(which=st.integers(0, 9))
    def reverse(self, which: int) -> None:
        bills = [bill for case in self.cases.values() for bill in case.bills if bill.counts]
        bill = bills[which % len(bills)]
        with self.office.write() as work:
            reverse_bill(work, bill.id, "refunded")
        bill.counts = False

    @precondition(
        lambda self: any(c.state in ("accepted", "returned") for c in self.cases.values())
    )
    @rule(
        which=st.integers(0, 9),
        its=st.tuples(
            st.sampled_from(DAYS), st.sampled_from(YUAN), st.sampled_from(("inpatient",))
        ),
        withdraw=st.booleans(),
    )
    def change_bills(self, which: int, its: tuple[str, int, str], withdraw: bool) -> None:
        numbers = sorted(n for n, c in self.cases.items() if c.state in ("accepted", "returned"))
        number = numbers[which % len(numbers)]
        counting = [bill for bill in self.cases[number].bills if bill.counts]
        if withdraw and counting:
            with self.office.write() as work:
                withdraw_bill(work, number, counting[0].id)
            counting[0].counts = False
        else:
            self.enter(number, its)

    @rule(who=st.integers(0, 1), code=st.sampled_from(CATEGORIES), month=st.integers(2, 12))
    def change_category(self, who: int, code: str, month: int) -> None:
        person, since = self.persons[who], dt.date(2023, month, 5)
        if since <= self.categories[person][-1][0]:
            return
        with self.office.write() as work:
            set_period(work, person, "category", code, since)
        self.categories[person].append((since, code))

    @precondition(lambda self: any(c.state == "paid" for c in self.cases.values()))
    @rule()
    def bank_sends_back(self) -> None:
        with self.office.register.read() as connection:
            sent = connection.execute(
                select(payment.c.id, payment.c.case_id).where(payment.c.state == "sent")
            ).first()
            if sent is None:
                return
            numbers = {get_case(connection, n).id: n for n in self.cases}
        with self.office.write() as work:
            bank_returned(work, sent.id, "no such account")
        if self.has_to_be_sent(sent.case_id):
            self.cases[numbers[sent.case_id]].state = "approved"

    def has_to_be_sent(self, case_id: int) -> bool:
        """Whether anything of a case is neither sent nor set off against what is owed."""
        with self.office.register.read() as connection:
            waiting = select(payment.c.id).where(
                payment.c.case_id == case_id,
                payment.c.kind != "reclaim",
                payment.c.state.in_(("open", "stopped")),
            )
            return connection.scalar(waiting) is not None

    @invariant()
    def states_agree(self) -> None:
        with self.office.register.read() as connection:
            for number, case in self.cases.items():
                assert get_case(connection, number).state == case.state, number

    @invariant()
    def no_cap_is_exceeded(self) -> None:
        """Neither by what is approved, nor with what waits for approval."""
        pool = "medical-aid-used"
        for held in (
            standing.c.in_force_id,
            func.coalesce(standing.c.pending_id, standing.c.in_force_id),
        ):
            used = (
                select(func.sum(pool_use.c.amount))
                .select_from(standing)
                .join(pool_use, pool_use.c.determination_id == held)
                .where(pool_use.c.pool == pool)
                .group_by(pool_use.c.holder, pool_use.c.period)
            )
            with self.office.register.read() as connection:
                assert all(amount <= 130_000_00 for amount in connection.scalars(used))

    @rule()
    def decide_everything(self) -> None:
        """Bring everything to an end, and compare what stands with the plain reading."""
        for number, case in sorted(self.cases.items()):
            self.bring_to_an_end(number, case)
        while waiting := self.corrections():
            self.take_over(self.office.approve(waiting[0]))
        with self.office.register.read() as connection:
            stands = {number: self.aid_of(connection, number) for number in self.cases}
            self.payments_add_up(connection)
        assert stands == self.plain_reading()

    def bring_to_an_end(self, number: str, case: ModelCase) -> None:
        if case.state in ("accepted", "returned"):
            self.act_on(number, "submit" if any(b.counts for b in case.bills) else "void")
        if case.state == "in_review":
            self.act_on(number, "review")
        if case.state == "reviewed":
            while case.state == "reviewed":
                self.approve_with_what_comes_first(number)

    def act_on(self, number: str, action: str) -> None:
        self.act(sorted(self.cases).index(number), action)

    def aid_of(self, connection: Any, number: str) -> int:
        stand = stand_of(connection, get_case(connection, number).id)
        assert stand.pending is None
        return 0 if stand.in_force is None else int(stand.in_force.aid)

    def plain_reading(self) -> dict[str, int]:
        """What all bills get at once; those denied or in no case count without being aided."""
        rows = [self.row(person, bill, "none") for person, bill in self.loose]
        case_of = {}
        for number, case in self.cases.items():
            for bill in case.bills:
                if bill.counts:
                    category = [
                        code for since, code in self.categories[case.person] if since <= bill.day
                    ][-1]
                    if case.state == "denied":
                        category = "none"
                    rows.append(self.row(case.person, bill, category))
                    case_of[rows[-1]["claim_id"]] = number
        aid = dict.fromkeys(self.cases, 0)
        for line in Oracle(self.pack).settle(rows):
            if line["claim_id"] in case_of:
                aid[case_of[line["claim_id"]]] += line["aid"]
        return aid

    def row(self, person: int, bill: ModelBill, category: str) -> dict[str, str]:
        return {
            "claim_id": f"B{bill.id:012d}",
            "person_id": f"P{person}",
            "household_id": "H1",
            "date": bill.day.isoformat(),
            "setting": bill.setting,
            "category": category,
            "insurance": "resident",
            "self_paid": format_yuan(bill.yuan * 100),
        }

    def payments_add_up(self, connection: Any) -> None:
        for number in self.cases:
            case = get_case(connection, number)
            lines = connection.execute(select(payment).where(payment.c.case_id == case.id)).all()
            due = sum(-p.amount if p.kind == "reclaim" else p.amount for p in lines)
            in_force = stand_of(connection, case.id).in_force
            assert due == (0 if in_force is None else in_force.payable)
        sent = 0
        for line in connection.execute(select(payment)):
            entries = connection.execute(
                select(payment_entry).where(payment_entry.c.payment_id == line.id)
            ).all()
            done = {
                kind: sum(entry.amount for entry in entries if entry.kind == kind)
                for kind in ("offset", "received")
            }
            if line.kind == "reclaim":
                sent -= done["received"]
            elif line.state in ("sent", "done"):
                sent += line.amount - done["offset"]
        towns = settle_year(connection, 2023, self.pack, self.office.now).towns
        assert sum(its.side.actual for its in towns) == sent

    @rule()
    def verify(self) -> None:
        with self.office.register.read() as connection:
            assert [*check_audit(connection), *verify_determinations(connection)] == []
            assert connection.scalar(select(func.count()).select_from(determination)) is not None


def _work(where: Any) -> None:
    class Machine(OfficeAtWork):
        pass

    Machine.where = staticmethod(where)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10 * EFFORT,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes many minutes
        ),
    )


def test_random_work_on_sqlite(sqlite_template: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = iter(range(10**9))

        def where() -> str:
            path = Path(folder) / f"{next(made)}.db"
            shutil.copyfile(sqlite_template, path)
            return str(path)

        _work(where)


def test_random_work_on_postgresql(renewed_postgresql: Callable[[], str]) -> None:
    _work(renewed_postgresql)
