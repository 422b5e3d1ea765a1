"""A register with made-up people and a year of cases, to try the program on: always the same.

Nobody in it exists: the area code of every identity number is none, names and towns say 示. The
register is marked as a demonstration, and screens show that mark.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from mediaid.packs.load import load_pack
from mediaid.people.identity import check_digit
from mediaid.register.calendar import CHINA
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill
from mediaid.register.cases.papers import papers_needed, receive_paper
from mediaid.register.database.open import create_register
from mediaid.register.determinations.facts import NONE
from mediaid.register.determinations.packs import adopt_pack
from mediaid.register.payments.pay import file_case, pay_case
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import add_person
from mediaid.register.schema import setting
from mediaid.register.session import Actor, Register
from mediaid.register.views.office import DEMONSTRATION
from mediaid.register.workflow.actions import deny, review, send_back, submit
from mediaid.register.workflow.approve import approve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from mediaid.register.session import Work

OFFICE, OFFICE_NAME = "SF", "示范街镇"
PACK = "shanghai-minhang"
PEOPLE = 48
AREA = "999999"
"""An area code that no place has."""

CLERK, REVIEWER, APPROVER = "示范经办", "示范审核", "示范审批"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_NUMERALS = "甲乙丙丁戊己庚辛壬癸"
_TOWNS = ("示范一镇", "示范二镇", "示范三街道", "示范四街道")
_HOSPITALS = ("示范第一医院", "示范中心医院", "示范社区卫生服务中心")
_OFTEN = {"dibao": 4, "low_income": 3}
"""Categories that more people are in than in others."""
_START = dt.datetime(2023, 1, 3, 9, tzinfo=CHINA)


@dataclass
class _Staff:
    """Who is at work, and what time it is there."""

    name: str = CLERK
    now: dt.datetime = _START
    register: Register = field(init=False)

    def clock(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=20)
        return self.now

    def who(self, _connection: Connection) -> Actor:
        return Actor(self.name, "demonstration")

    def does(self, name: str, action: str, what: Callable[[Work], object]) -> None:
        """Have somebody of the office do something, in one transaction."""
        self.name = name
        with self.register.write(action) as work:
            what(work)


def resident_number(person: int, random: Random) -> str:
    """Return a number that holds up, of an area that there is not."""
    born = dt.date(1940, 1, 1) + dt.timedelta(days=random.randrange(25_000))
    digits = f"{AREA}{born:%Y%m%d}{person % 1000:03d}"
    return digits + check_digit(digits)


def make_demonstration(where: str | Path | None, count: int = PEOPLE) -> str:
    """Create the register with so many people; return its address.

    Raises RegisterError where one exists.
    """
    staff, random = _Staff(), Random(20230101)
    pack = load_pack(PACK)

    def first(work: Work) -> None:
        adopt_pack(work, pack)
        work.insert(setting, name=DEMONSTRATION, value="made-up people")

    staff.register = create_register(
        where, {OFFICE: OFFICE_NAME}, first=first, clock=staff.clock, who=staff.who
    )
    try:
        codes = (code for code in pack.codes["category"] if code != NONE)
        known = [code for code in codes for _time in range(_OFTEN.get(code, 1))]
        people = [_person(staff, random, number, known) for number in range(1, count + 1)]
        days = sorted(random.randrange(12, 340) for _case in range(len(people) * 3 // 2))
        for place, day in enumerate(days):
            _case(staff, random, random.choice(people), dt.date(2023, 1, 1), (place, day))
    finally:
        staff.register.close()
    return str(staff.register.place)


def _person(staff: _Staff, random: Random, number: int, categories: list[str]) -> int:
    surname = _SURNAMES[number % len(_SURNAMES)]
    name = f"{surname}示{_NUMERALS[number // len(_SURNAMES)]}"
    category = random.choice(categories)
    found: list[int] = []

    def enter(work: Work) -> None:
        person = add_person(work, name, random.choice(_TOWNS), resident_number(number, random))
        since = dt.date(2023, 1, 1)
        set_period(work, person, "category", category, since)
        set_period(work, person, "insurance", "resident", since)
        found.append(person)

    staff.does(CLERK, "person.add", enter)
    return found[0]


def _case(staff: _Staff, random: Random, person: int, first: dt.date, at: tuple[int, int]) -> None:
    """Take a case as far as it has come by the end of the year: old ones further than new ones."""
    place, day = at
    staff.now = max(
        staff.now, dt.datetime.combine(first, dt.time(9), CHINA) + dt.timedelta(days=day)
    )
    bills = [_bill(random, first + dt.timedelta(days=day - 7 - 2 * k), (place, k))
             for k in range(random.choice((1, 1, 2, 3)))]  # fmt: skip
    number = ""

    def accept(work: Work) -> None:
        nonlocal number
        number = open_case(work, OFFICE, person)
        for bill in bills:
            add_bill(work, number, bill)
        for paper in papers_needed({bill.setting for bill in bills}):
            receive_paper(work, number, paper)
        if far > 0:
            submit(work, number)

    age = 340 - day
    far = 5 if age > 120 else random.choice((0, 1, 2, 3, 4)) if age < 90 else random.choice((3, 4))
    staff.does(CLERK, "case.submit" if far else "case.accept", accept)
    fate = random.random()
    if far and fate < 0.05:
        staff.does(REVIEWER, "case.return", lambda w: send_back(w, number, "发票不清晰，请补正"))
        return
    if far and fate < 0.08:
        staff.does(APPROVER, "case.deny", lambda w: deny(w, number, "不在救助范围"))
        return
    steps: tuple[tuple[str, str, Callable[[Work], object]], ...] = (
        (REVIEWER, "case.review", lambda work: review(work, number)),
        (APPROVER, "case.approve", lambda work: approve(work, number)),
        (CLERK, "payment.send", lambda work: pay_case(work, number, "示范批次")),
        (CLERK, "case.file", lambda work: file_case(work, number)),
    )
    for name, action, what in steps[: max(far - 1, 0)]:
        staff.now += dt.timedelta(days=1)
        staff.does(name, action, what)


def _bill(random: Random, day: dt.date, at: tuple[int, int]) -> NewBill:
    inpatient = random.random() < 0.6
    total = (
        random.randrange(3_000_00, 60_000_00) if inpatient else random.randrange(80_00, 1_500_00)
    )
    parts = {
        "total": total,
        "out_of_scope": total * random.randrange(2, 12) // 100,
        "pooled_fund": total * random.randrange(40, 70) // 100,
    }
    place, k = at
    return NewBill(
        random.choice(_HOSPITALS),
        f"SF{place + 1:05d}{k}",
        day,
        "inpatient" if inpatient else "outpatient",
        SelfPaid.derived(parts, "out"),
        {},
        "示范数据",
    )
