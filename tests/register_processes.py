"""What other processes do to a register in the tests: offices at work at the same moment."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid import i18n
from mediaid.faults import RegisterError
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill
from mediaid.register.database.open import open_register
from mediaid.register.payments.lists import send_list
from mediaid.register.payments.results import read_results
from mediaid.register.session import Actor
from mediaid.register.settlement.transfers import Transfer, enter_transfer
from mediaid.register.workflow.actions import review, submit
from mediaid.register.workflow.approve import approve
from register_support import Office

if TYPE_CHECKING:
    from mediaid.register.session import Register


def _opened(where: str, name: str) -> Register:
    i18n.choose("en")
    return open_register(where, who=lambda _connection: Actor(name, "account"))


def decide(where: str, number: str, barrier: Barrier) -> None:
    """Review and approve a case at the same moment as others do theirs."""
    register = _opened(where, f"approver {os.getpid()}")
    barrier.wait()
    with register.write("case.review") as work:
        review(work, number)
    with suppress(RegisterError), register.write("case.approve") as work:
        approve(work, number)  # or else a correction of another office comes first
    register.close()


def enter_same_bill(where: str, number: str, barrier: Barrier, said: Pipe) -> None:
    """Enter a bill that others enter too, and say what came of it."""
    register = _opened(where, "clerk")
    new = NewBill("某医院", "THE ONE", dt.date(2023, 5, 1), "inpatient", SelfPaid(100_00))
    barrier.wait()
    try:
        with register.write("bill.add") as work:
            add_bill(work, number, new)
        said.send("entered")
    except RegisterError as error:
        said.send(str(error))
    register.close()


def enter_same_advance(where: str, barrier: Barrier, said: Pipe) -> None:
    """Enter an advance that others enter too, and say what came of it."""
    register = _opened(where, "clerk")
    new = Transfer("advance", 2023, "某镇", 100_00, dt.date(2023, 1, 2))
    barrier.wait()
    try:
        with register.write("settlement.advance") as work:
            enter_transfer(work, new, new_town=True)
        said.send("entered")
    except RegisterError as error:
        said.send(str(error))
    register.close()


def send_a_list(where: str, list_file: str, barrier: Barrier) -> None:
    """Write a list for the bank at the same moment as others do."""
    register = _opened(where, "clerk")
    barrier.wait()
    send_list(register, Path(list_file))
    register.close()


def read_the_answer(where: str, answer: str, barrier: Barrier, said: Pipe) -> None:
    """Read what the bank says, which others read too, and say how much of it was new."""
    register = _opened(where, "clerk")
    barrier.wait()
    with register.write("payment.results") as work:
        found = read_results(work, Path(answer))
    said.send(found)
    register.close()


def work_until_killed(where: str, person: int, first_invoice: int, said: Pipe) -> None:
    """Take cases through to approval, saying of each when it is committed, without end."""
    i18n.choose("en")
    office = Office(invoices=first_invoice)
    office.register = open_register(where, clock=office.clock, who=office.who)
    while True:
        number = office.case(person, ("2023-05-01", 10))
        said.send((number, "accepted"))
        with office.write() as work:
            submit(work, number)
        with office.write(name="reviewer") as work:
            review(work, number)
        said.send((number, "reviewed"))
        office.approve(number)
        said.send((number, "approved"))
